//! What is exported is what `docs/journal-export.schema.json` says.

use serde_json::{Value, json};

use super::*;

#[path = "../../../tests/support/schema.rs"]
mod schema;

use schema::Check;

#[test]
fn an_export_is_as_its_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/journal-export.schema.json")).unwrap();
    let (_folder, journal) = full_journal();
    let mut out = Vec::new();
    journal.export_json(&mut out).unwrap();
    let export: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(Check::fits(&schema, &export), Vec::<String>::new());
    let mut wrong = export.clone();
    wrong["entries"][0]["entry"]["mood"] = json!(11);
    wrong["thought_records"][0]["record"]["content"]["distortions"]["nothing"] = json!("accepted");
    wrong["drafts"][0]["extra"] = json!(1);
    assert_eq!(Check::fits(&schema, &wrong).len(), 3);
}
