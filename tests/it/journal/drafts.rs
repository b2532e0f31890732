//! `/drafts`.

use insta::assert_snapshot;
use serde_json::json;

use super::{Transcript, house, send};

#[tokio::test]
async fn a_draft_is_saved_as_it_is_typed_and_forgotten() {
    let (house, _folder) = house();
    let mut told = Transcript::default();
    told.say(&house, "GET", "/drafts/write", &[], None).await;
    told.say(&house, "PUT", "/drafts/write", &[], Some(json!({"body": "A lo"}))).await;
    told.say(&house, "PUT", "/drafts/write", &[], Some(json!({"body": "A long day."}))).await;
    told.say(&house, "GET", "/drafts/write", &[], None).await;
    told.say(&house, "GET", "/drafts", &[], None).await;
    told.say(&house, "DELETE", "/drafts/write", &[], None).await;
    told.say(&house, "DELETE", "/drafts/write", &[], None).await;
    assert_snapshot!(told.0);
    let long = format!("/drafts/{}", "x".repeat(129));
    assert_eq!(send(&house, "PUT", &long, &[], Some(&json!({"body": ""}))).await.status, 422);
}
