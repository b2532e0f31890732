//! `/models`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use evenkeel::http::{Service, Shelf};
use evenkeel::weights::{Cancel, ModelList, ModelName, Progress, WeightsError};
use insta::assert_snapshot;

use crate::house::{Answer, House, assistant, service};

#[tokio::test]
async fn the_models_are_listed_with_one_default() {
    let answer = House::rules_only().get("/api/v1/models").await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    models: [{bytes: number, default: bool, fetches: number, licence: string, name: string, path: null, sha256: string, status: string, summary: string}]
    "#);
    let body = answer.json();
    let models = body["models"].as_array().unwrap();
    assert_eq!(models.iter().filter(|model| model["default"] == true).count(), 1);
}

/// Lists nothing but failures.
struct Unreadable;

impl Shelf for Unreadable {
    fn list(&self) -> Result<ModelList, WeightsError> {
        Err(WeightsError::NoCacheFolder)
    }

    fn pull(&self, _: &ModelName, _: &dyn Progress, _: &Cancel) -> Result<(), WeightsError> {
        Err(WeightsError::NoCacheFolder)
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_a_problem() {
    let house = House::around(Service { models: Arc::new(Unreadable), ..service(assistant()) });
    assert_eq!(house.get("/api/v1/models").await.status, 500);
    assert_eq!(house.get("/api/v1/models/evenkeel-135m-3/pull").await.status, 500);
}

/// Fetches until it is told to come to an end, or stopped.
struct Slow {
    inner: Arc<dyn Shelf>,
    end: AtomicBool,
}

impl Shelf for Slow {
    fn list(&self) -> Result<ModelList, WeightsError> {
        self.inner.list()
    }

    fn pull(&self, _: &ModelName, progress: &dyn Progress, cancel: &Cancel) -> Result<(), WeightsError> {
        progress.stage("Fetching");
        progress.advanced(42, 98);
        while !self.end.load(Ordering::Relaxed) {
            if cancel.is_cancelled() {
                return Err(WeightsError::Cancelled);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

async fn until(house: &House, path: &str, state: &str) -> Answer {
    for _ in 0..1_000 {
        let answer = house.get(path).await;
        if answer.json()["state"] == state {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never was {state}");
}

#[tokio::test]
async fn a_pull_is_seen_joined_stopped_and_done() {
    let plain = service(assistant());
    let slow = Arc::new(Slow { inner: Arc::clone(&plain.models), end: AtomicBool::new(false) });
    let house = House::around(Service { models: Arc::clone(&slow) as Arc<dyn Shelf>, ..plain });
    let models = house.get("/api/v1/models").await.json();
    let path = format!("/api/v1/models/{}/pull", models["models"][0]["name"].as_str().unwrap());

    assert_eq!(house.get(&path).await.json()["state"], "none");
    let begun = house.send(house.request("POST", &path).body(Body::empty()).unwrap()).await;
    assert_eq!((begun.status.as_u16(), &begun.json()["state"]), (202, &"running".into()));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_snapshot!(until(&house, &path, "running").await.text, @r#"{"state":"running","step":"Fetching","bytes":42,"total":98,"problem":null}"#);
    // A second one joins the first: stopping stops both.
    house.send(house.request("POST", &path).body(Body::empty()).unwrap()).await;
    let stopped = house.send(house.request("DELETE", &path).body(Body::empty()).unwrap()).await;
    assert_eq!(stopped.status, 204);
    until(&house, &path, "stopped").await;
    // And it can be begun again.
    slow.end.store(true, Ordering::Relaxed);
    house.send(house.request("POST", &path).body(Body::empty()).unwrap()).await;
    until(&house, &path, "done").await;
}

#[tokio::test]
async fn what_cannot_be_fetched_says_why() {
    let house = House::rules_only();
    assert_snapshot!(
        house.get("/api/v1/models/nobody/pull").await.problem(),
        @"404 /problems/no-such-model: There is no model of this name. GET /models lists them."
    );
    let models = house.get("/api/v1/models").await.json();
    let fetched =
        models["models"].as_array().unwrap().iter().find(|model| model["default"] == false).unwrap();
    let path = format!("/api/v1/models/{}/pull", fetched["name"].as_str().unwrap());
    house.send(house.request("POST", &path).body(Body::empty()).unwrap()).await;
    let failed = until(&house, &path, "failed").await.json();
    assert_eq!(failed["problem"]["type"], "/problems/offline");
}

#[tokio::test]
async fn while_a_model_is_coming_texts_are_not_read_by_rules_alone() {
    let assistant = assistant();
    assistant.expect_model();
    let house = House::of(assistant.clone());
    let body = || serde_json::json!({ "text": "I always mess up." });
    let answer = house.post_json("/api/v1/reframings", body()).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "10"));
    assert!(answer.problem().contains("/problems/model-coming"));
    assert_eq!(house.get("/api/v1/health").await.text, r#"{"live":true,"ready":false,"model":"coming"}"#);
    // Danger is noticed all the same.
    let rules = serde_json::json!({ "text": "I want to kill myself tonight", "rules_only": true });
    let screened = house.post_json("/api/v1/screenings", rules).await.json();
    assert_eq!(screened["escalate"], true);

    assistant.model_failed("No connection.".into());
    let answer = house.post_json("/api/v1/reframings", body()).await;
    assert!(answer.problem().contains("No connection."));
}
