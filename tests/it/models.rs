//! `GET /models`.

use std::sync::Arc;

use evenkeel::http::{AccessToken, Service, router};
use evenkeel::weights::WeightsError;
use insta::assert_snapshot;

use crate::house::{House, assistant};

#[tokio::test]
async fn the_models_are_listed_with_one_default() {
    let answer = House::rules_only().get("/api/v1/models").await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    models: [{bytes: number, default: bool, licence: string, name: string, path: null, sha256: string, status: string, summary: string}]
    "#);
    let body = answer.json();
    let models = body["models"].as_array().unwrap();
    assert_eq!(models.iter().filter(|model| model["default"] == true).count(), 1);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_a_problem() {
    use tower::ServiceExt as _;
    let token = AccessToken::generate().unwrap();
    let bearer = format!("Bearer {}", token.reveal());
    let models = Arc::new(|| Err(WeightsError::NoCacheFolder));
    let service = Service {
        assistant: assistant(),
        models,
        token,
        safety_plan: crate::house::no_plan(),
        journal: crate::house::no_journal(),
    };
    let request = crate::house::bare("GET", "/api/v1/models").header("authorization", bearer);
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = router(service, crate::house::PORT).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 500);
}
