//! What needs a model: its path stands in `EVENKEEL_TEST_MODEL`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use evenkeel::assistant::{Assistant, ModelBody};
use evenkeel::heads::Heads;
use evenkeel::language::{Engine, EngineState, LoadOptions};
use evenkeel::weights::{Cancel, sha256_of};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{sleep, timeout};

use crate::house::{House, assistant};
use crate::reframings::{events, stream};
use crate::serving::{Served, rest};

pub(crate) const TEXT: &str = "She didn't answer my message. She must think I'm useless.";
/// So often repeated, the text keeps any machine busy for a while.
const LONG: usize = 340;

fn path() -> PathBuf {
    let Some(path) = std::env::var_os("EVENKEEL_TEST_MODEL") else {
        panic!(
            "This test needs a model. Run scripts/test, or set EVENKEEL_TEST_MODEL to the path of the default model (`evenkeel models pull`)."
        )
    };
    path.into()
}

fn start(path: &Path) -> Engine {
    Engine::start(path, LoadOptions::default()).unwrap()
}

fn body() -> ModelBody {
    ModelBody {
        name: "test".into(),
        sha256: "0".repeat(64),
        adapter: None,
        heads: None,
        prompt: "test".into(),
    }
}

/// The one engine of these tests, ready, for one test at a time: some fill its queue.
pub(crate) async fn with_model() -> (Assistant, MutexGuard<'static, ()>) {
    static MODEL: OnceLock<(Engine, Option<Heads>)> = OnceLock::new();
    static ALONE: Mutex<()> = Mutex::const_new(());
    let alone = ALONE.lock().await;
    let (engine, heads) = MODEL.get_or_init(|| {
        let path = path();
        let sha256 = sha256_of(&path, &(), &Cancel::new()).unwrap();
        (start(&path), Heads::shipped(&sha256.to_string()).unwrap())
    });
    engine.ready().await.unwrap();
    (assistant().with_model(engine.clone(), heads.clone(), body()), alone)
}

#[tokio::test]
async fn a_text_is_recognised_and_reframed() {
    let (assistant, _alone) = with_model().await;
    let answer = House::of(assistant).post_json("/api/v1/reframings", json!({"text": TEXT})).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["schema"], 1);
    assert_eq!(body["risk"]["coverage"], "full");
    assert_eq!(body["probabilities"].as_object().unwrap().len(), 13);
    assert_eq!(body["model"]["name"], "test");
}

#[tokio::test]
async fn the_events_come_in_order_and_add_up_to_the_reply() {
    let (assistant, _alone) = with_model().await;
    let answer = stream(&House::of(assistant), json!({"text": TEXT})).await;
    let all = events(&answer.text);
    let at = |name: &str| all.iter().position(|event| event.0 == name).unwrap();
    assert!(at("progress") < at("risk") && at("risk") < at("distortions") && at("distortions") < at("done"));
    assert_eq!(at("done"), all.len() - 1);
    let done = &all[at("done")].1;
    assert_eq!(done["risk"], all[at("risk")].1);
    assert_eq!(done["distortions"], all[at("distortions")].1);
    let told: Vec<&Value> = all.iter().filter(|event| event.0 == "reframe").map(|event| &event.1).collect();
    assert_eq!(done["reframes"].as_array().unwrap().iter().collect::<Vec<_>>(), told);
}

#[tokio::test]
async fn a_model_that_is_not_there_is_a_problem_and_rules_still_read() {
    let engine = start(Path::new("/nowhere/model.gguf"));
    assert!(engine.ready().await.is_err());
    assert!(matches!(engine.state(), EngineState::Failed(_)));
    let house = House::of(assistant().with_model(engine, None, body()));
    let answer = house.post_json("/api/v1/reframings", json!({"text": TEXT})).await;
    assert!(answer.problem().starts_with("503 /problems/model-failed"));
    assert_eq!(
        house.get("/api/v1/health").await.json(),
        json!({"live": true, "ready": false, "model": "failed"})
    );
    let ruled = house.post_json("/api/v1/screenings", json!({"text": TEXT, "rules_only": true})).await;
    assert_eq!(ruled.json()["risk"]["coverage"], "rules_only");
}

#[tokio::test]
async fn while_the_model_is_being_loaded_the_answer_is_to_come_again() {
    let house = House::of(assistant().with_model(start(&path()), None, body()));
    let answer = house.post_json("/api/v1/reframings", json!({"text": TEXT})).await;
    assert!(answer.problem().starts_with("503 /problems/model-loading"));
    assert_eq!(answer.header("retry-after"), "2");
    assert_eq!(
        house.get("/api/v1/health").await.json(),
        json!({"live": true, "ready": false, "model": "loading"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_some_are_put_off_and_none_is_lost() {
    let (assistant, _alone) = with_model().await;
    let house = Served::start(assistant).await;
    let body = json!({"text": "My boss was cold today."}).to_string();
    let asked = (0..50).map(|_| house.answer("POST", "/api/v1/screenings", &body));
    let (mut done, mut put_off) = (0, 0);
    for answer in join_all(asked).await {
        match answer.get(9..12) {
            Some("200") => done += 1,
            Some("429") => {
                assert!(answer.contains("retry-after: 5\r\n") && answer.contains("/problems/busy"));
                put_off += 1;
            }
            _ => panic!("{answer}"),
        }
    }
    assert_eq!(done + put_off, 50);
    assert!(done >= 16 && put_off > 0, "{done} done, {put_off} put off");
    assert!(house.answer("GET", "/api/v1/health", "").await.contains("\"ready\":true"));
    assert!(house.answer("POST", "/api/v1/screenings", &body).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_frees_its_place() {
    let (assistant, _alone) = with_model().await;
    let house = Served::start(assistant).await;
    let long = json!({"text": format!("{TEXT} ").repeat(LONG), "generate": true}).to_string();
    let short = json!({"text": "A short one."}).to_string();
    let mut waiting = Vec::new();
    let mut full = false;
    while !full && waiting.len() < 50 {
        let headers = if waiting.len() % 2 == 0 { "Accept: text/event-stream\r\n" } else { "" };
        waiting.push(house.ask("POST", "/api/v1/reframings", headers, &long).await);
        // A short text that finds a place has to wait its turn beside the long ones: it is soon given up.
        let asked = house.answer("POST", "/api/v1/screenings", &short);
        let answer = timeout(Duration::from_millis(200), asked).await;
        full = answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 429 "));
    }
    assert!(full && waiting.len() >= 16, "the queue never filled, or too soon: {}", waiting.len());

    drop(waiting);
    let started = Instant::now();
    while !house.answer("POST", "/api/v1/screenings", &short).await.starts_with("HTTP/1.1 200 ") {
        assert!(started.elapsed() < Duration::from_secs(20), "the places were not given back");
        sleep(Duration::from_millis(50)).await;
    }
    assert!(started.elapsed() < Duration::from_secs(20), "what nobody waits for was still done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_finishes_or_tells_what_it_could_not() {
    let (assistant, _alone) = with_model().await;
    let mut house = Served::start(assistant).await;
    let long = json!({"text": format!("{TEXT} ").repeat(LONG), "generate": true}).to_string();
    let mut streams = Vec::new();
    for _ in 0..15 {
        streams.push(house.ask("POST", "/api/v1/reframings", "Accept: text/event-stream\r\n", &long).await);
    }
    let whole = house.ask("POST", "/api/v1/reframings", "", &long).await;
    let mut first = [0; 15];
    streams[14].read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    house.stop();
    house.stopped().await;
    let mut broken = 0;
    for stream in streams {
        let answer = rest(stream).await;
        let ended = answer.contains("event: done\n");
        let told = answer.contains("event: error\n") && answer.contains("/problems/stopping");
        assert!(ended != told, "{answer}");
        assert!(answer.ends_with("0\r\n\r\n"), "the stream is whole");
        broken += usize::from(told);
    }
    assert!(broken > 0, "the machine was too quick for this test");
    let whole = rest(whole).await;
    assert!(whole.starts_with("HTTP/1.1 200 ") || whole.starts_with("HTTP/1.1 503 "), "{whole}");
}

#[tokio::test]
async fn what_rules_alone_have_read_is_read_again_once_a_model_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let before = House::with_journal_in(folder.path());
    let entry = before.post_json("/api/v1/entries", json!({ "text": TEXT })).await.json();
    let content = json!({ "content": { "thought": "She must think I'm useless.", "evidence_against": ["She thanked me."] } });
    let record = before.post_json("/api/v1/thought-records", content).await.json();
    for kept in [&entry, &record] {
        assert_eq!(
            (&kept["screening"]["risk"]["coverage"], &kept["screening"]["model"]),
            (&json!("rules_only"), &Value::Null)
        );
    }
    let seal = before.request("PUT", "/api/v1/vault/passphrase").header("content-type", "application/json");
    before.send(seal.body(r#"{"new":"four words of mine"}"#.into()).unwrap()).await;

    let (assistant, _alone) = with_model().await;
    let after = House::with_journal(folder.path(), None, assistant);
    after.post_json("/api/v1/vault/unlock", json!({ "passphrase": "four words of mine" })).await;
    let paths = [
        format!("/api/v1/entries/{}", entry["id"].as_str().unwrap()),
        format!("/api/v1/thought-records/{}", record["id"].as_str().unwrap()),
    ];
    let begun = Instant::now();
    loop {
        let mut read = Vec::new();
        for path in &paths {
            let screenings = after.get(path).await.json()["screenings"].clone();
            read.push(
                screenings.as_array().unwrap().iter().filter(|one| one["model"]["name"] == "test").count(),
            );
        }
        if read == [1, 1] {
            break;
        }
        assert!(read.iter().all(|times| *times < 2) && begun.elapsed() < Duration::from_mins(1), "{read:?}");
        sleep(Duration::from_millis(50)).await;
    }
}
