//! The JSON schema of a report in JSON, made from the types. A test holds `docs/report.schema.json`
//! against it.

use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa::ToSchema;

use super::Report;

/// The schema, draft 2020-12.
pub(super) fn schema() -> Value {
    let mut found = Vec::new();
    Report::schemas(&mut found);
    found.push((Report::name().into_owned(), Report::schema()));
    let mut definitions = Map::new();
    for (name, schema) in found {
        definitions.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of evenkeel",
        "type": "object",
        "required": ["format", "version", "report"],
        "properties": {
            "format": { "const": "evenkeel-report" },
            "version": { "const": 1 },
            "report": { "$ref": "#/$defs/Report" },
        },
        "$defs": definitions,
    });
    lead_home(&mut schema);
    schema
}

/// References of OpenAPI lead to the schema's own definitions.
fn lead_home(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix("#/components/schemas/") {
                *text = format!("#/$defs/{name}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(lead_home),
        Value::Object(fields) => fields.values_mut().for_each(lead_home),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set `EVENKEEL_WRITE_SCHEMA` to write the file anew.
    #[test]
    fn the_file_is_the_schema_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
        let made = format!("{:#}\n", schema());
        if option_env!("EVENKEEL_WRITE_SCHEMA").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), made);
    }
}
