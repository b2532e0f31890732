//! `POST /reframings`, as far as no model is needed.

use axum::body::Body;
use axum::http::header;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::house::{Answer, House, assert_read_by_rules_only};

const DANGER: &str = "I want to kill myself.";
const EMERGENCY: &str = "I took all my pills ten minutes ago and I want to die.";

/// The events of a stream, as name and data.
pub(crate) fn events(text: &str) -> Vec<(String, Value)> {
    text.split("\n\n")
        .filter(|block| block.starts_with("event:"))
        .map(|block| {
            let (name, data) = block.split_once('\n').unwrap();
            let name = name.strip_prefix("event: ").unwrap();
            let data = data.strip_prefix("data: ").unwrap();
            (name.to_owned(), serde_json::from_str(data).unwrap())
        })
        .collect()
}

pub(crate) async fn stream(house: &House, body: Value) -> Answer {
    let request = house
        .request("POST", "/api/v1/reframings")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream");
    house.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn names(answer: &Answer) -> Vec<String> {
    events(&answer.text).into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn without_a_model_the_reply_says_that_only_rules_have_read() {
    let answer =
        House::rules_only().post_json("/api/v1/reframings", json!({"text": "I always ruin it."})).await;
    assert_read_by_rules_only(&answer);
    assert_eq!(answer.json()["outcome"], "no_distortion");
}

#[tokio::test]
async fn danger_leads_to_help_and_to_no_reframe() {
    let body = json!({"id": "one", "text": DANGER, "country": "IE"});
    let answer = House::rules_only().post_json("/api/v1/reframings", body).await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    distortions: []
    escalation: {case: string, emergency_numbers: [string], helplines: [{cost: string, hours: string, languages: [string], name: string, phone: string, serves: [string], source: string, source_dated: number, source_kind: string, source_seen: string, stale: bool, verified_on: string}], message: string, note: string, plan: {coping: [], people: [], state: string, text: string}, steps: [string], tier: string}
    id: string
    model: null
    outcome: string
    probabilities: {}
    reframes: []
    risk: {about: string, coverage: string, flags: [], level: string, matches: [{about: string, end: number, flags: [], in: string, level: string, rule: string, start: number, time: string}], medical: string, probabilities: {active_ideation: number, distress: number, imminent: number, none: number, passive_ideation: number, plan_or_intent: number}, tier: string, unmoored: bool}
    schema: number
    support: null
    timing_ms: {recognise: number, reframe: number, screen: number}
    "#);
    let body = answer.json();
    assert_eq!((&body["id"], &body["outcome"]), (&json!("one"), &json!("escalated")));
}

#[tokio::test]
async fn the_stream_of_an_escalation_ends_with_the_whole_reply() {
    let answer = stream(&House::rules_only(), json!({"text": DANGER})).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(names(&answer), ["progress", "risk", "done"]);
    assert_eq!(events(&answer.text)[2].1["outcome"], "escalated");
}

#[tokio::test]
async fn what_is_wrong_before_the_first_event_is_an_ordinary_problem() {
    let answer = stream(&House::rules_only(), json!({"text": " "})).await;
    assert_eq!(answer.problem().split(':').next(), Some("422 /problems/unusable-text"));
}

#[tokio::test]
async fn an_alarm_can_be_set_aside_once_it_is_known() {
    let house = House::rules_only();
    let unknown = json!({"text": DANGER, "acknowledges": "one"});
    let answer = house.post_json("/api/v1/reframings", unknown.clone()).await;
    assert_snapshot!(answer.problem(), @"409 /problems/unknown-screening: There is no recent screening of this text with that id. Send the text without `acknowledges` first.");
    house.post_json("/api/v1/screenings", json!({"id": "one", "text": DANGER, "rules_only": true})).await;
    let answer = house.post_json("/api/v1/reframings", unknown).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["outcome"]), (200, &json!("no_distortion")));
    assert!(answer.json()["support"].is_object(), "help stays in the reply");
}

#[tokio::test]
async fn an_emergency_is_never_set_aside() {
    let house = House::rules_only();
    let first = house.post_json("/api/v1/reframings", json!({"id": "two", "text": EMERGENCY})).await;
    assert_eq!(first.json()["risk"]["tier"], "emergency");
    let body = json!({"text": EMERGENCY, "acknowledges": "two"});
    assert_snapshot!(house.post_json("/api/v1/reframings", body).await.problem(), @"403 /problems/emergency: This one can't be set aside here. Please talk to a person now; the help is in the first reply.");
}
