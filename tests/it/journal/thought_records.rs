//! `/thought-records`.

use insta::assert_snapshot;
use serde_json::json;

use super::{Transcript, get, house, post, send};

#[tokio::test]
async fn a_thought_record_is_kept_worked_on_and_deleted() {
    let (house, _folder) = house();
    let entry = post(&house, "/entries", &json!({"text": "She didn't answer."})).await.json();
    let mut told = Transcript::default();
    let begun =
        json!({"entry": entry["id"], "content": {"thought": "She must think I'm useless.", "belief": 80}});
    let kept = told.say(&house, "POST", "/thought-records", &[], Some(begun)).await;
    let place = kept.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    let whole = json!({
        "situation": "I wrote to a colleague.",
        "thought": "She must think I'm useless.",
        "belief": 80,
        "feelings": [{"name": "shame", "before": 70, "after": 40}],
        "distortions": {"mind_reading": "accepted", "labeling": "rejected"},
        "evidence_for": ["She didn't answer."],
        "evidence_against": ["She thanked me last week."],
        "balanced": {"from": "chosen", "text": "I don't know what she thinks.", "line": "ba-001"},
        "belief_after": 40,
        "review_on": "2026-12-01"
    });
    told.say(&house, "PUT", &place, &[], Some(whole.clone())).await;
    told.say(&house, "PUT", &place, &[("If-Match", "\"1\"")], Some(whole)).await;
    told.say(&house, "GET", &place, &[], None).await;
    told.say(&house, "GET", "/thought-records?due=2026-12-01", &[], None).await;
    told.say(&house, "GET", "/thought-records?due=2026-11-30", &[], None).await;
    told.say(&house, "DELETE", &place, &[("If-Match", "\"1\"")], None).await;
    told.say(&house, "DELETE", &place, &[], None).await;
    told.say(&house, "GET", &place, &[], None).await;
    assert_snapshot!(told.0);
}

#[tokio::test]
async fn records_are_paged_and_belong_to_their_entry() {
    let (house, _folder) = house();
    let entry = post(&house, "/entries", &json!({"text": "She didn't answer."})).await.json();
    for n in 0..5 {
        let of = if n % 2 == 0 { entry["id"].clone() } else { json!(null) };
        let body = json!({"entry": of, "content": {"thought": format!("Thought {n}")}});
        let key = format!("k{n}");
        for status in [201, 200] {
            let answer =
                send(&house, "POST", "/thought-records", &[("Idempotency-Key", &key)], Some(&body)).await;
            assert_eq!(answer.status, status);
        }
    }
    let id = entry["id"].as_str().unwrap();
    let of_entry = get(&house, &format!("/thought-records?entry={id}")).await.json();
    assert_eq!(of_entry["thought_records"].as_array().unwrap().len(), 3);
    let mut seen = 0;
    let mut after = String::new();
    loop {
        let page = get(&house, &format!("/thought-records?limit=2{after}")).await.json();
        seen += page["thought_records"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, 5);
    let shown = get(&house, &format!("/entries/{id}")).await.json();
    assert_eq!(shown["thought_records"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn every_word_of_a_record_is_screened_and_wrong_ones_are_refused() {
    let (house, _folder) = house();
    let body = json!({"content": {"thought": "Nobody cares.", "evidence_for": ["I want to kill myself."]}});
    let kept = post(&house, "/thought-records?country=IE", &body).await;
    assert_eq!(kept.json()["screening"]["escalate"], true);
    let refused = [
        json!({"content": {"thought": " "}}),
        json!({"content": {"thought": "x", "belief": 101}}),
        json!({"content": {"thought": "x", "distortions": {"sadness": "own"}}}),
        json!({"content": {"thought": "x", "review_on": "2026-02-30"}}),
        json!({"thought": "x"}),
    ];
    for body in refused {
        assert_eq!(post(&house, "/thought-records", &body).await.status, 422, "{body}");
    }
    let nowhere = json!({"entry": "01a2b3c4-0000-7000-8000-000000000000", "content": {"thought": "x"}});
    assert_eq!(post(&house, "/thought-records", &nowhere).await.status, 404);
    for path in ["/thought-records?due=soon", "/thought-records?after=s1", "/thought-records?limit=a"] {
        assert_eq!(get(&house, path).await.status, 422, "{path}");
    }
}
