//! `/safety-plan`, without a model.

use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::header;
use evenkeel::assistant::ModelBody;
use evenkeel::language::{Engine, LoadOptions};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::{Answer, House, assistant};

const PATH: &str = "/api/v1/safety-plan";

fn house() -> (House, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (House::with_plan_in(folder.path(), assistant()), folder)
}

/// Sends a plan with a header or two.
async fn put(house: &House, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let mut request = house.request("PUT", path).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn delete(house: &House, headers: &[(&str, &str)]) -> Answer {
    let mut request = house.request("DELETE", PATH);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request.body(Body::empty()).unwrap()).await
}

fn plan() -> Value {
    json!({
        "readable_when_locked": true,
        "warning_signs": ["I stop answering messages"],
        "coping": ["Walk round the block"],
        "people": [{"name": "Mara", "phone": "555 0101"}, {"name": "Tom"}],
    })
}

#[tokio::test]
async fn a_plan_is_kept_read_changed_and_erased() {
    let (house, folder) = house();
    assert_snapshot!(house.get(PATH).await.problem(), @"404 /problems/no-safety-plan: There is no safety plan yet. Send one to this address with PUT.");
    let first = put(&house, PATH, &[], &plan()).await;
    assert_snapshot!(first.shape(), @r#"
    201 application/json
    coverage: string
    escalation: null
    notice: null
    plan: {coping: [string], distractions: [], environment: [], people: [{name: string, phone: string}], professionals: [], readable_when_locked: bool, schema: number, warning_signs: [string]}
    schema: number
    "#);
    let read = house.get(PATH).await;
    assert_eq!((read.status.as_u16(), read.header("etag")), (200, first.header("etag")));
    assert_eq!(read.json(), first.json()["plan"]);
    assert_eq!(read.header("cache-control"), "no-store");

    // What was read can be sent back, changed; what is left out of the agreement stays.
    let mut changed = read.json();
    changed["coping"] = json!(["Tea"]);
    changed.as_object_mut().unwrap().remove("readable_when_locked");
    let second = put(&house, PATH, &[("If-Match", read.header("etag"))], &changed).await;
    assert_eq!(second.status, 200);
    assert_ne!(second.header("etag"), read.header("etag"));
    assert_eq!(second.json()["plan"]["readable_when_locked"], true);
    assert!(fs::read_to_string(folder.path().join("safety-plan.json")).unwrap().contains("Tea"));

    assert_eq!(delete(&house, &[]).await.status, 204);
    assert_eq!(delete(&house, &[]).await.status, 404);
    assert_eq!(house.get(PATH).await.status, 404);
}

#[tokio::test]
async fn nothing_is_overwritten_unseen() {
    let (house, _folder) = house();
    let any = [("If-Match", "*")];
    assert_eq!(put(&house, PATH, &any, &plan()).await.status, 412, "there is none yet");
    let first = put(&house, PATH, &[("If-None-Match", "*")], &plan()).await;
    assert_eq!(first.status, 201);
    assert_snapshot!(put(&house, PATH, &[], &plan()).await.problem(), @"428 /problems/if-match-needed: This is there already. Send the `ETag` of what you read as `If-Match`, so that nothing is overwritten unseen.");
    let weak = format!("W/{}", first.header("etag"));
    for wrong in ["\"0123\"", weak.as_str(), ""] {
        let answer = put(&house, PATH, &[("If-Match", wrong)], &plan()).await;
        assert!(answer.problem().starts_with("412 /problems/changed-meanwhile"), "{wrong}");
        assert_eq!(delete(&house, &[("If-Match", wrong)]).await.status, 412);
    }
    assert_eq!(put(&house, PATH, &[("If-None-Match", "*")], &plan()).await.status, 412);
    let named = format!("\"0123\", {}", first.header("etag"));
    assert_eq!(put(&house, PATH, &[("If-Match", &named)], &plan()).await.status, 200);
    assert_eq!(put(&house, PATH, &any, &plan()).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_kept_is_told_by_its_place_and_repeats_nothing() {
    let (house, folder) = house();
    let told = |body: Value| {
        let house = &house;
        async move { put(house, PATH, &[], &body).await }
    };
    let answer =
        told(json!({"people": [{"name": "Mara"}, {"name": "my secret\n"}, {"name": "my\nsecret"}]})).await;
    assert_snapshot!(answer.problem(), @"422 /problems/unfit-plan: Step 4 (people), line 3: it holds a line break or another character that can't be shown. Write it as plain text.");
    let answer = told(json!({"professionals": [{"name": "Dr Okafor", "phone": "my secret"}]})).await;
    assert_snapshot!(answer.problem(), @"422 /problems/unfit-plan: Step 5 (professionals), line 1: that is no phone number. Use digits, spaces and + - ( ) / . # * only.");
    assert!(told(json!({"coping": vec!["a"; 13]})).await.problem().contains("room for 12 lines"));
    assert!(told(json!({"coping": ["a".repeat(201)]})).await.problem().contains("201 characters"));
    assert!(told(json!({"coping": [" "]})).await.problem().contains("no text"));
    assert!(told(json!({})).await.problem().starts_with("422 /problems/unfit-plan"));
    assert!(
        told(json!({"schema": 2, "coping": ["a"]})).await.problem().starts_with("422 /problems/unfit-plan")
    );
    assert!(told(json!({"colour": "blue"})).await.problem().starts_with("422 /problems/unknown-field"));
    let answer = put(&house, &format!("{PATH}?country=Erewhon"), &[], &plan()).await;
    assert!(answer.problem().starts_with("422 /problems/unknown-country"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_line_that_speaks_of_now_is_kept_and_answered_with_help() {
    let (house, _folder) = house();
    let mut body = plan();
    body["warning_signs"] = json!(["I am going to kill myself tonight"]);
    let answer = put(&house, &format!("{PATH}?country=IE"), &[], &body).await;
    assert_eq!(answer.status, 201);
    let told = answer.json();
    assert_eq!(told["escalation"]["tier"], "emergency");
    assert_eq!(told["escalation"]["emergency_numbers"], json!(["112", "999"]));
    assert_eq!(told["escalation"]["plan"]["people"][0]["name"], "Mara");
    assert_eq!(house.get(PATH).await.json()["warning_signs"], body["warning_signs"]);
    // The same line sent again is not new.
    let again = put(&house, PATH, &[("If-Match", answer.header("etag"))], &body).await;
    assert_eq!((again.status.as_u16(), &again.json()["escalation"]), (200, &Value::Null));
}

#[tokio::test]
async fn a_model_that_fails_keeps_nobody_from_keeping_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start(Path::new("/nowhere/model.gguf"), LoadOptions::default()).unwrap();
    let body = ModelBody {
        name: "test".into(),
        sha256: "0".repeat(64),
        adapter: None,
        heads: None,
        prompt: "test".into(),
    };
    let house = House::with_plan_in(folder.path(), assistant().with_model(engine, None, body));
    let answer = put(&house, PATH, &[], &plan()).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["coverage"]), (201, &json!("rules_only")));
}

#[tokio::test]
async fn a_damaged_plan_and_a_newer_one_are_told_apart_and_left_alone() {
    let (house, folder) = house();
    let file = folder.path().join("safety-plan.json");
    for (text, kind) in [("{\"schema\":1,\"cop", "plan-damaged"), ("{\"schema\":9}", "plan-newer")] {
        fs::write(&file, text).unwrap();
        let any = [("If-Match", "*")];
        for answer in
            [house.get(PATH).await, put(&house, PATH, &any, &plan()).await, delete(&house, &any).await]
        {
            assert!(answer.problem().starts_with(&format!("500 /problems/{kind}: ")), "{}", answer.text);
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[tokio::test]
async fn an_escalation_brings_the_plan_in() {
    let (house, _folder) = house();
    let danger = json!({"text": "I want to kill myself."});
    let without = house.post_json("/api/v1/reframings", danger.clone()).await;
    assert_eq!(without.json()["escalation"]["plan"]["state"], "none");
    put(&house, PATH, &[], &plan()).await;
    let with = house.post_json("/api/v1/reframings", danger).await;
    assert_eq!(
        with.json()["escalation"]["plan"],
        json!({
            "state": "written",
            "text": "From your own safety plan:",
            "people": [{"name": "Mara", "phone": "555 0101"}, {"name": "Tom", "phone": null}],
            "coping": ["Walk round the block"],
        })
    );
}

#[tokio::test]
async fn a_plan_is_asked_for_with_the_token_only() {
    let (house, _folder) = house();
    put(&house, PATH, &[], &plan()).await;
    let answer = house.send(crate::house::bare("GET", PATH).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 401);
    assert!(!answer.text.contains("Mara"));
}

#[tokio::test]
async fn a_model_that_is_ready_reads_what_is_new() {
    let (assistant, _alone) = crate::with_model::with_model().await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::with_plan_in(folder.path(), assistant);
    let mut body = plan();
    body["environment"] = json!(["Lock the balcony door"]);
    let answer = put(&house, PATH, &[], &body).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["coverage"]), (201, &json!("full")));
    assert_eq!(answer.json()["escalation"], Value::Null);
}
