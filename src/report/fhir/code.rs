//! Codes: LOINC where a page was found that gives one (`loinc.toml` names the page), otherwise a
//! code of our own under `urn:evenkeel:…`. Units are UCUM.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../loinc.toml")).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
struct Table {
    measure: Vec<Measured>,
    instrument: Vec<Scale>,
}

#[derive(Debug, Deserialize)]
struct Measured {
    id: String,
    code: String,
    display: String,
}

/// The codes of a questionnaire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Scale {
    id: String,
    pub(super) panel: Option<String>,
    pub(super) total: Option<String>,
    pub(super) items: BTreeMap<String, String>,
    pub(super) answers: BTreeMap<String, String>,
}

/// The codes of a questionnaire; nothing where none were found.
pub(super) fn scale(id: &str) -> Option<&'static Scale> {
    TABLE.instrument.iter().find(|scale| scale.id == id)
}

/// What a body measure is called: LOINC's code where there is one, and our own.
pub(super) fn measure(slug: &str, label: &str) -> Value {
    let mut coding = Vec::new();
    if let Some(found) = TABLE.measure.iter().find(|measure| measure.id == slug) {
        coding.push(json!({ "system": LOINC, "code": found.code, "display": found.display }));
    }
    coding.push(own("body", slug, label));
    json!({ "coding": coding, "text": label })
}

/// A code of our own.
pub(super) fn own(system: &str, code: &str, display: &str) -> Value {
    json!({ "system": format!("urn:evenkeel:{system}"), "code": code, "display": display })
}

/// A concept with a code of our own.
pub(super) fn concept(system: &str, code: &str, text: &str) -> Value {
    json!({ "coding": [own(system, code, text)], "text": text })
}

/// A value with its unit.
pub(super) fn quantity(value: f64, unit: &str, ucum: &str) -> Value {
    json!({ "value": number(value), "unit": unit, "system": UCUM, "code": ucum })
}

/// A number without a needless fraction.
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// One of FHIR's categories of observations.
pub(super) fn category(code: &str) -> Value {
    json!([{ "coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
        "code": code,
    }] }])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last digit of a LOINC code, by mod 10.
    fn checks(code: &str) -> bool {
        let Some((digits, check)) = code.split_once('-') else { return false };
        let sum: u32 = digits
            .chars()
            .rev()
            .enumerate()
            .map(|(place, c)| {
                let digit = c.to_digit(10).unwrap();
                if place % 2 == 1 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
            })
            .sum();
        (10 - sum % 10) % 10 == check.parse::<u32>().unwrap()
    }

    #[test]
    fn every_loinc_code_has_the_right_check_digit() {
        let table: Table = toml::from_str(include_str!("../loinc.toml")).unwrap();
        assert!(table.measure.len() >= 7 && table.instrument.len() >= 7);
        let scales = table.instrument.iter();
        let codes =
            scales.flat_map(|scale| scale.panel.iter().chain(&scale.total).chain(scale.items.values()));
        for code in codes.chain(table.measure.iter().map(|measure| &measure.code)) {
            assert!(checks(code), "{code}");
        }
    }

    #[test]
    fn what_has_no_loinc_code_has_our_own() {
        let rmssd = measure("hrv_rmssd", "HRV").to_string();
        assert!(rmssd.contains("urn:evenkeel:body") && !rmssd.contains(LOINC));
        assert!(scale("hiq").is_none());
    }
}
