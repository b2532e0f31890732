//! `POST /recognitions`, as far as no model is needed.

use insta::assert_snapshot;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn without_a_model_nothing_is_recognised_and_the_reply_says_why() {
    let answer =
        House::rules_only().post_json("/api/v1/recognitions", json!({"text": "I always ruin it."})).await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    distortions: []
    id: string
    model: null
    notice: string
    outcome: string
    probabilities: {}
    reframes: []
    risk: {about: string, coverage: string, flags: [], level: string, matches: [], medical: string, probabilities: {active_ideation: number, distress: number, imminent: number, none: number, passive_ideation: number, plan_or_intent: number}, tier: string, unmoored: bool}
    schema: number
    support: null
    timing_ms: {recognise: number, reframe: number, screen: number}
    "#);
    assert_eq!(answer.json()["risk"]["coverage"], "rules_only");
}
