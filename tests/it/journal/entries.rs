//! `/entries`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Transcript, get, house, post, send};
use crate::house::House;

async fn added(house: &House, body: Value) -> String {
    let answer = post(house, "/entries", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_entry_is_kept_read_changed_and_deleted() {
    let (house, _folder) = house();
    let mut told = Transcript::default();
    told.say(&house, "GET", "/entries", &[], None).await;
    let new = json!({"text": "A long day. The walk helped.", "mood": 5, "tags": ["Work", "#walk"], "written": "2026-11-20T21:00:00+01:00"});
    let kept = told.say(&house, "POST", "/entries", &[], Some(new)).await;
    let place = kept.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    told.say(&house, "GET", &place, &[], None).await;
    told.say(&house, "PATCH", &place, &[], Some(json!({"mood": 6}))).await;
    told.say(&house, "PATCH", &place, &[("If-Match", "\"7\"")], Some(json!({"mood": 6}))).await;
    told.say(
        &house,
        "PATCH",
        &place,
        &[("If-Match", "\"1\"")],
        Some(json!({"mood": null, "text": "A long day."})),
    )
    .await;
    told.say(&house, "PATCH", &place, &[("If-Match", "*")], Some(json!({"tags": []}))).await;
    told.say(&house, "GET", &place, &[], None).await;
    told.say(&house, "DELETE", &place, &[("If-Match", "\"1\"")], None).await;
    told.say(&house, "DELETE", &place, &[("If-Match", "\"3\"")], None).await;
    told.say(&house, "DELETE", &place, &[], None).await;
    told.say(&house, "GET", &place, &[], None).await;
    assert_snapshot!(told.0);
}

#[tokio::test]
async fn entries_are_paged_filtered_and_found_by_their_words() {
    let (house, _folder) = house();
    for day in 1..=5 {
        let text = format!("Day {day}: the meeting {}", if day % 2 == 0 { "went well" } else { "ran late" });
        let written = format!("2026-11-0{day}T12:00:00Z");
        added(
            &house,
            json!({"text": text, "mood": day, "tags": [format!("d{}", day % 2)], "written": written}),
        )
        .await;
    }
    let texts = |body: &Value| -> Vec<String> {
        let entries = body["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry["text"].as_str().unwrap()[..5].to_owned()).collect()
    };
    let first = get(&house, "/entries?limit=2").await.json();
    assert_eq!(texts(&first), ["Day 5", "Day 4"]);
    let next = first["next"].as_str().unwrap();
    let second = get(&house, &format!("/entries?limit=3&after={next}")).await.json();
    assert_eq!(texts(&second), ["Day 3", "Day 2", "Day 1"]);
    assert_eq!(second["next"], Value::Null);

    let asked = [
        ("/entries?tag=d1", vec!["Day 5", "Day 3", "Day 1"]),
        ("/entries?mood_from=3&mood_to=4", vec!["Day 4", "Day 3"]),
        ("/entries?from=2026-11-02T00:00:00Z&until=2026-11-03T12:00:00Z", vec!["Day 2"]),
        ("/entries?q=late", vec!["Day 5", "Day 3", "Day 1"]),
        ("/entries?q=meet*&tag=d0", vec!["Day 4", "Day 2"]),
        ("/entries?distortion=labeling", vec![]),
    ];
    for (path, expected) in asked {
        let answer = get(&house, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(texts(&answer.json()), expected, "{path}");
    }
    let found = get(&house, "/entries?q=late").await.json();
    assert_eq!(found["entries"][0]["marks"], json!([{"start": 23, "end": 27}]));

    for wrong in [
        "/entries?limit=x",
        "/entries?after=nowhere",
        "/entries?q=!!",
        "/entries?mood_from=11",
        "/entries?tag=a,,b",
        "/entries?from=yesterday",
        "/entries?colour=red",
        "/entries?distortion=sadness",
    ] {
        let answer = get(&house, wrong).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_request_that_is_sent_again_keeps_nothing_twice() {
    let (house, _folder) = house();
    let body = json!({"text": "Once."});
    let key = [("Idempotency-Key", "a-1")];
    let first = send(&house, "POST", "/entries", &key, Some(&body)).await;
    let again = send(&house, "POST", "/entries", &key, Some(&body)).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!(first.header("location"), again.header("location"));
    let other = send(&house, "POST", "/entries", &key, Some(&json!({"text": "Twice."}))).await;
    assert_snapshot!(other.problem(), @"422 /problems/key-reused: This Idempotency-Key came before with other content. Nothing was kept. Send new content with a new key.");
    let long = "x".repeat(129);
    for wrong in ["", "two words", long.as_str()] {
        let answer = send(&house, "POST", "/entries", &[("Idempotency-Key", wrong)], Some(&body)).await;
        assert_eq!(answer.status, 422, "{wrong}");
    }
    assert_eq!(get(&house, "/entries").await.json()["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_text_that_speaks_of_danger_is_kept_and_leads_to_help() {
    let (house, _folder) = house();
    let body = json!({"text": "I want to kill myself.", "country": "IE"});
    let kept = post(&house, "/entries", &body).await;
    assert_eq!(kept.status, 201);
    let screening = &kept.json()["screening"];
    assert_eq!(screening["escalate"], true);
    assert!(!screening["escalation"]["helplines"].as_array().unwrap().is_empty());
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    let shown = get(&house, &format!("/entries/{id}")).await.json();
    assert_eq!(shown["screenings"][0]["risk"]["level"], screening["risk"]["level"]);
    assert_eq!(shown["text"], "I want to kill myself.");
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_and_nothing_of_it_is_repeated() {
    let (house, _folder) = house();
    let refused = [
        (json!({"text": " \n"}), 422),
        (json!({"text": "my secret", "mood": 11}), 422),
        (json!({"text": "my secret", "mood": -1}), 422),
        (json!({"text": "my secret", "tags": ["my, secret"]}), 422),
        (json!({"text": "my secret", "written": "my secret"}), 422),
        (json!({"text": "my secret", "country": "my secret"}), 422),
        (json!({"text": "my secret", "colour": "red"}), 422),
        (json!({"text": 7}), 422),
        (json!({"text": "x".repeat(10_000_001)}), 413),
    ];
    for (body, status) in refused {
        let answer = post(&house, "/entries", &body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains("my secret"), "{}", answer.text);
    }
    // Lone surrogates are no text.
    let lone = house.post("/api/v1/entries", r#"{"text":"a \ud800 b"}"#).await;
    assert_eq!(lone.status, 400);
    assert_eq!(get(&house, "/entries").await.json()["entries"], json!([]));
}

#[tokio::test]
async fn strange_texts_come_back_exactly_as_they_were() {
    let (house, _folder) = house();
    let long = "word ".repeat(1_000_000);
    for text in ["a\0b", "\u{202e}שלום\u{1f9d1}\u{200d}\u{1f680}\r\n", "…", long.as_str()] {
        let id = added(&house, json!({"text": text, "written": "9999-12-31T23:59:59Z"})).await;
        let shown = get(&house, &format!("/entries/{id}")).await.json();
        assert!(shown["text"] == text);
    }
}

#[tokio::test]
async fn where_no_journal_can_be_made_it_is_said() {
    let house = House::rules_only();
    let answer = get(&house, "/entries").await;
    assert_eq!(answer.status, 500);
    assert!(answer.problem().contains("/problems/journal-not-kept"), "{}", answer.text);
    assert_eq!(get(&house, "/entries/no-id").await.status, 404);
}
