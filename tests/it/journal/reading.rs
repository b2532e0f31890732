//! `/entries/{id}/recognitions` and `/reframings`. With a model where `EVENKEEL_TEST_MODEL` names one.

use serde_json::json;

use super::{get, house, post, send};

#[tokio::test]
async fn without_a_model_the_rules_read_it_and_nothing_is_recognised() {
    let (house, _folder) = house();
    let id =
        post(&house, "/entries", &json!({"text": "I always ruin everything."})).await.json()["id"].clone();
    let path = format!("/entries/{}", id.as_str().unwrap());
    for what in ["recognitions", "reframings"] {
        let reply = send(&house, "POST", &format!("{path}/{what}?country=IE"), &[], None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.json()["risk"]["coverage"], "rules_only");
    }
    let shown = get(&house, &path).await.json();
    assert_eq!(shown["recognitions"], json!([]));
    assert_eq!(send(&house, "POST", &format!("{path}/reframings?country=XXX"), &[], None).await.status, 422);
    let nowhere = "/entries/01a2b3c4-0000-7000-8000-000000000000/recognitions";
    assert_eq!(send(&house, "POST", nowhere, &[], None).await.status, 404);
}
