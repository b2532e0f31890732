//! `/export`, `/import`, `/backups` and `/erase`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Transcript, get, house, post};

async fn export(house: &crate::house::House) -> Value {
    let mut value = get(house, "/export").await.json();
    value["exported"] = Value::Null;
    value
}

#[tokio::test]
async fn everything_can_be_taken_out_erased_and_put_back() {
    let (house, _folder) = house();
    for n in 0..300 {
        let body = json!({"text": format!("Entry {n}. The day was long."), "mood": n % 11, "tags": ["t"]});
        assert_eq!(post(&house, "/entries", &body).await.status, 201);
    }
    let entry = get(&house, "/entries?limit=1").await.json()["entries"][0]["id"].clone();
    let record = json!({"entry": entry, "content": {"thought": "Nobody cares.", "belief": 70}});
    post(&house, "/thought-records", &record).await;
    let before = export(&house).await;
    assert_eq!(before["entries"].as_array().unwrap().len(), 300);

    let file = get(&house, "/export").await.text;
    let mut told = Transcript::default();
    told.say(&house, "POST", "/backups", &[], None).await;
    told.say(&house, "GET", "/backups", &[], None).await;
    told.say(&house, "POST", "/erase", &[], Some(json!({"all": true}))).await;
    told.say(&house, "GET", "/entries", &[], None).await;
    told.say(&house, "GET", "/backups", &[], None).await;
    told.say(&house, "POST", "/erase", &[], Some(json!({}))).await;
    told.say(&house, "POST", "/erase", &[], Some(json!({"all": true, "from": "2026-11-01"}))).await;
    told.say(&house, "POST", "/import", &[], Some(json!({"evenkeel_export": 1, "entries": 7}))).await;
    assert_snapshot!(told.0);

    let taken = house.post("/api/v1/import?country=IE", file.clone()).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(
        (taken.json()["entries"].as_u64(), taken.json()["thought_records"].as_u64()),
        (Some(300), Some(1))
    );
    assert_eq!(export(&house).await, before);
    let again = house.post("/api/v1/import", file).await.json();
    assert_eq!((again["entries"].as_u64(), again["already_here"].as_u64()), (Some(0), Some(301)));
    assert_eq!(export(&house).await, before);
}

#[tokio::test]
async fn what_is_taken_in_is_screened() {
    let (from, _folder) = house();
    post(&from, "/entries", &json!({"text": "A long day."})).await;
    post(&from, "/entries", &json!({"text": "I want to kill myself."})).await;
    let mut file = get(&from, "/export").await.json();
    for entry in file["entries"].as_array_mut().unwrap() {
        entry["screenings"] = json!([]);
    }
    let (to, _folder) = house();
    let taken = post(&to, "/import?country=IE", &file).await.json();
    assert_eq!(taken["alarms"], 1);
    assert_eq!(post(&to, "/import?country=IE", &file).await.json()["alarms"], 0, "once each");
    assert!(!taken["escalation"]["helplines"].as_array().unwrap().is_empty());
    for entry in get(&to, "/entries").await.json()["entries"].as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        let shown = get(&to, &format!("/entries/{id}")).await.json();
        assert_eq!(shown["screenings"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn words_of_all_that_is_taken_in_are_screened() {
    const DANGER: &str = "I want to kill myself.";
    let kept = |content: Value| {
        json!([{ "id": "0197a1b2-0000-7000-8000-000000000001", "written": "2026-11-26T20:00:00Z",
                 "saved": "2026-11-26T20:00:00Z", "content": content }])
    };
    let part = json!([{ "id": "0197a1b2-0000-7000-8000-000000000001", "version": 1,
        "written": "2026-11-26T20:00:00Z", "saved": "2026-11-26T20:00:00Z",
        "notes": { "name": "the Lid", "quotes": [DANGER] } }]);
    for (list, content) in [
        ("checkins", kept(json!({ "note": DANGER }))),
        ("own_steps", kept(json!({ "level": 1, "text": DANGER }))),
        ("practices", kept(json!({ "step": "door", "level": 1, "text": "A door.", "predicted": DANGER }))),
        ("people", kept(json!({ "name": "Ana", "checklist": {}, "shared": [DANGER] }))),
        (
            "reflections",
            kept(
                json!({ "reflection": "levels", "edition": 1, "finished": false, "answers": [], "summary": DANGER }),
            ),
        ),
        (
            "reframe_feedback",
            kept(json!({ "of": { "reframing": "r1", "text": "0".repeat(64), "strategy": "validation",
                         "kind": "statement" }, "verdict": "edited", "edited": DANGER })),
        ),
        ("parts", part),
    ] {
        let (house, _folder) = house();
        let mut file = get(&house, "/export").await.json();
        file[list] = content;
        let taken = post(&house, "/import?country=IE", &file).await;
        assert_eq!(taken.status, 200, "{list}: {}", taken.text);
        let taken = taken.json();
        assert_eq!((&taken[list], &taken["alarms"]), (&json!(1), &json!(1)), "{list}");
        assert_eq!(taken["escalation"]["tier"], "urgent", "{list}");
    }
}

#[tokio::test]
async fn one_entry_or_a_period_is_erased() {
    let (house, _folder) = house();
    let mut ids = Vec::new();
    for day in 1..=4 {
        let body = json!({"text": "A long day.", "written": format!("2026-11-0{day}T12:00:00Z")});
        ids.push(post(&house, "/entries", &body).await.json()["id"].clone());
    }
    let one = post(&house, "/erase", &json!({"entry": ids[0]})).await.json();
    assert_eq!(one["entries"], 1);
    assert_eq!(post(&house, "/erase", &json!({"entry": ids[0]})).await.status, 404);
    let period = json!({"from": "2026-11-02T00:00:00Z", "until": "2026-11-04T00:00:00Z"});
    assert_eq!(post(&house, "/erase", &period).await.json()["entries"], 2);
    assert_eq!(get(&house, "/entries").await.json()["entries"].as_array().unwrap().len(), 1);
}
