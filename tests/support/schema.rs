//! As much of JSON Schema as the schemas in `docs/` use. Tests alone use it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use serde_json::{Value, json};

/// As much of JSON Schema as the file uses. Gives the places that do not fit.
pub(crate) struct Check<'a> {
    root: &'a Value,
    faults: Vec<String>,
}

/// Keywords that are looked at here, or that say nothing about what fits.
const KNOWN: [&str; 21] = [
    "$schema",
    "$id",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "required",
    "properties",
    "additionalProperties",
    "propertyNames",
    "items",
    "enum",
    "const",
    "anyOf",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
];

impl Check<'_> {
    /// The faults of a value against a whole schema.
    pub(crate) fn fits(root: &Value, value: &Value) -> Vec<String> {
        Check::fits_part(root, root, value)
    }

    /// The faults of a value against a part of a schema.
    pub(crate) fn fits_part(root: &Value, part: &Value, value: &Value) -> Vec<String> {
        let mut check = Check { root, faults: Vec::new() };
        check.value(part, value, "");
        check.faults
    }

    fn fault(&mut self, at: &str, what: &str) {
        self.faults.push(format!("{at}: {what}"));
    }

    fn value(&mut self, schema: &Value, value: &Value, at: &str) {
        let Some(rules) = schema.as_object() else { return };
        for (rule, says) in rules {
            match rule.as_str() {
                "$ref" => {
                    let name = says.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    let root = self.root;
                    self.value(&root["$defs"][name], value, at);
                }
                "type" if !is_of(says, value) => self.fault(at, "type"),
                "enum" if !says.as_array().unwrap().contains(value) => self.fault(at, "enum"),
                "const" if says != value => self.fault(at, "const"),
                "minimum" if value.as_f64().is_some_and(|v| v < says.as_f64().unwrap()) => {
                    self.fault(at, rule);
                }
                "maximum" if value.as_f64().is_some_and(|v| v > says.as_f64().unwrap()) => {
                    self.fault(at, rule);
                }
                "anyOf" => {
                    let root = self.root;
                    let fits = |option: &Value| {
                        let mut check = Check { root, faults: Vec::new() };
                        check.value(option, value, at);
                        check.faults.is_empty()
                    };
                    if !says.as_array().unwrap().iter().any(fits) {
                        self.fault(at, "anyOf");
                    }
                }
                "items" => {
                    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.value(says, item, &format!("{at}/{n}"));
                    }
                }
                "required" => {
                    for name in says.as_array().unwrap() {
                        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                            self.fault(at, &format!("no {name}"));
                        }
                    }
                }
                other => assert!(KNOWN.contains(&other), "{other} is not looked at"),
            }
        }
        let Some(fields) = value.as_object() else { return };
        for (name, field) in fields {
            let at = format!("{at}/{name}");
            if let Some(names) = rules.get("propertyNames") {
                self.value(names, &json!(name), &at);
            }
            match (rules.get("properties").and_then(|p| p.get(name)), rules.get("additionalProperties")) {
                (Some(of_it), _) => self.value(of_it, field, &at),
                (None, Some(Value::Bool(false))) => self.fault(&at, "not named"),
                (None, Some(of_all)) => self.value(of_all, field, &at),
                (None, None) => {}
            }
        }
    }
}

fn is_of(says: &Value, value: &Value) -> bool {
    match says {
        Value::Array(any) => any.iter().any(|one| is_of(one, value)),
        says => match says.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "null" => value.is_null(),
            other => panic!("{other}"),
        },
    }
}
