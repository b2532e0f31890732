//! `POST /recognitions`, as far as no model is needed.

use serde_json::json;

use crate::house::{House, assert_read_by_rules_only};

#[tokio::test]
async fn without_a_model_nothing_is_recognised_and_the_reply_says_why() {
    let answer =
        House::rules_only().post_json("/api/v1/recognitions", json!({"text": "I always ruin it."})).await;
    assert_read_by_rules_only(&answer);
}
