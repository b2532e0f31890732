//! FHIR has no empty strings, lists or objects, and no control characters but tab and line ends
//! (<https://hl7.org/fhir/R4/datatypes.html#string>). What the journal holds may have them.

use serde_json::Value;

/// Leaves out what is empty, at every depth.
pub(super) fn tidy(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')),
        Value::Array(items) => {
            items.iter_mut().for_each(tidy);
            items.retain(|item| !is_empty(item));
        }
        Value::Object(fields) => {
            fields.values_mut().for_each(tidy);
            fields.retain(|_, field| !is_empty(field));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
