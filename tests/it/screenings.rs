//! `POST /screenings`, as far as no model is needed.

use insta::assert_snapshot;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn danger_escalates() {
    let body = json!({"id": "mine", "text": "I want to kill myself."});
    let answer = House::rules_only().post_json("/api/v1/screenings", body).await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    escalate: bool
    id: string
    risk: {about: string, coverage: string, flags: [], level: string, matches: [{about: string, end: number, flags: [], in: string, level: string, rule: string, start: number, time: string}], medical: string, probabilities: {active_ideation: number, distress: number, imminent: number, none: number, passive_ideation: number, plan_or_intent: number}, tier: string, unmoored: bool}
    schema: number
    "#);
    let body = answer.json();
    assert_eq!((&body["id"], &body["escalate"]), (&json!("mine"), &json!(true)));
}

#[tokio::test]
async fn an_ordinary_worry_does_not() {
    let answer =
        House::rules_only().post_json("/api/v1/screenings", json!({"text": "My boss was cold today."})).await;
    assert_eq!(answer.json()["escalate"], false);
    assert_eq!(answer.json()["risk"]["coverage"], "rules_only");
}

#[tokio::test]
async fn the_situation_is_screened_too() {
    let body = json!({"text": "It was a day.", "situation": "I want to kill myself.", "rules_only": true});
    let answer = House::rules_only().post_json("/api/v1/screenings", body).await;
    assert_eq!(answer.json()["escalate"], true);
    assert_eq!(answer.json()["risk"]["matches"][0]["in"], "situation");
}

#[tokio::test]
async fn danger_deep_in_a_long_text_is_found() {
    let text = format!("{}I want to kill myself.", "The day was long and grey. ".repeat(40_000));
    assert!(text.len() > 1_000_000);
    let answer = House::rules_only().post_json("/api/v1/screenings", json!({"text": text})).await;
    assert_eq!(answer.json()["escalate"], true);
}
