//! `GET /health`.

use insta::assert_snapshot;

use crate::house::House;

#[tokio::test]
async fn without_a_model_the_service_is_ready_and_says_so() {
    let answer = House::rules_only().get("/api/v1/health").await;
    assert_snapshot!(answer.text, @r#"{"live":true,"ready":true,"model":"absent"}"#);
}
