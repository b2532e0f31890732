//! `/parts` and `/dialogues`. What needs the model is tried where `EVENKEEL_TEST_MODEL` names one.

use insta::assert_snapshot;
use serde_json::json;

use super::{Transcript, get, house, post, send};

const NO_MODEL: &str = "503 /problems/no-model: A talk needs a model that has learnt it, and there is none here. What was said is kept. Start `evenkeel serve` without `--rules-only`, or see `evenkeel models list`.";

#[tokio::test]
async fn a_part_is_kept_changed_drawn_joined_and_deleted() {
    let (house, _folder) = house();
    let mut told = Transcript::default();
    let lid = json!({"name": "the Lid", "role": "manager", "fields": {"place": "throat"}, "ties": [["protects", "the small one"]]});
    let kept = told.say(&house, "POST", "/parts", &[], Some(lid)).await;
    let place = kept.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let changed =
        json!({"name": "the Lid", "role": "manager", "fields": {"place": "throat", "job": "keeps it in"}});
    told.say(&house, "PUT", &place, &[], Some(changed.clone())).await;
    told.say(&house, "PUT", &place, &[("If-Match", "\"1\"")], Some(changed)).await;
    told.say(&house, "GET", "/parts/map?format=dot", &[], None).await;
    let other = post(&house, "/parts", &json!({"name": "lid", "fields": {"age": "nine"}})).await.json();
    told.say(&house, "POST", &format!("{place}/merge"), &[], Some(json!({"from": other["id"]}))).await;
    told.say(&house, "GET", "/parts", &[], None).await;
    told.say(&house, "POST", "/parts", &[], Some(json!({"name": " "}))).await;
    told.say(&house, "DELETE", &place, &[("If-Match", "\"1\"")], None).await;
    told.say(&house, "DELETE", &place, &[], None).await;
    told.say(&house, "GET", &place, &[], None).await;
    assert_snapshot!(told.0);
    let map = get(&house, "/parts/map").await;
    assert_eq!(map.header("content-type"), "image/svg+xml");
    assert!(map.text.starts_with("<svg"));
    let danger =
        post(&house, "/parts?country=IE", &json!({"name": "it", "quotes": ["I want to kill myself."]})).await;
    assert_eq!(danger.json()["screening"]["escalate"], true);
}

#[tokio::test]
async fn without_a_model_a_turn_is_kept_and_only_danger_is_answered() {
    let (house, _folder) = house();
    let begun = post(&house, "/dialogues", &json!({})).await;
    assert_eq!(begun.status, 201);
    let place = begun.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let turns = format!("{place}/turns");
    let quiet = json!({"text": "a part of me won't let anyone help", "place": 0});
    assert_eq!(post(&house, &turns, &quiet).await.problem(), NO_MODEL);
    let kept = get(&house, &place).await.json();
    assert_eq!(kept["turns"][0]["text"], "a part of me won't let anyone help");

    // It may be said again, and something else can't take its place.
    assert_eq!(post(&house, &turns, &quiet).await.problem(), NO_MODEL);
    let other = json!({"text": "something else", "place": 0});
    assert_eq!(post(&house, &turns, &other).await.status, 412);
    assert_eq!(post(&house, &turns, &json!({"text": "x", "place": 7})).await.status, 412);
    assert_eq!(post(&house, &turns, &json!({"text": "x", "wish": "stop"})).await.status, 422);
    assert_eq!(post(&house, &turns, &json!({})).await.status, 422);

    let danger = json!({"text": "I want to kill myself.", "place": 1, "country": "IE"});
    let answer = post(&house, &turns, &danger).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(
        (&body["source"], &body["mode"], &body["turns"]),
        (&json!("escalation"), &json!("with_help"), &json!(3))
    );
    assert!(!body["escalation"]["helplines"].as_array().unwrap().is_empty());
    // Sent again, it is answered once, with help again.
    let again = post(&house, &turns, &danger).await.json();
    assert_eq!((&again["reply"], &again["turns"]), (&body["reply"], &json!(3)));
    assert_eq!(get(&house, &place).await.json()["turns"].as_array().unwrap().len(), 3);

    let wish = post(&house, &turns, &json!({"wish": "go_on", "place": 3})).await.json();
    assert_eq!(wish["escalation"], json!(null));
    let ended =
        send(&house, "POST", &turns, &[("Accept", "text/event-stream")], Some(&json!({"wish": "stop"})))
            .await;
    assert_eq!(ended.header("content-type"), "text/event-stream");
    assert!(
        ended.text.starts_with("event: done\n") && ended.text.contains("\"mode\":\"closed\""),
        "{}",
        ended.text
    );
    let noted = send(&house, "PATCH", &place, &[], Some(&json!({"note": "It only wants me safe."}))).await;
    assert_eq!(noted.json()["note"], "It only wants me safe.");
    assert_eq!(get(&house, "/dialogues").await.json()["dialogues"].as_array().unwrap().len(), 1);
    assert_eq!(send(&house, "DELETE", &place, &[], None).await.status, 204);
    assert_eq!(get(&house, &place).await.status, 404);
}
