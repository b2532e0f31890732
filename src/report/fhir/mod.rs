//! The report as a FHIR R4 Bundle.
//!
//! Its type is `collection`: "a set of resources collected into a single package for ease of
//! distribution" that imposes no behaviour beyond persistence
//! (<https://hl7.org/fhir/R4/codesystem-bundle-type.html>). A `document` would need a Composition
//! with attested narrative (<https://hl7.org/fhir/R4/documents.html>); nobody attests this, so it
//! is not one. The patient has no identifiers, and a name only if the person wants one.

mod code;
mod id;
mod observation;
mod questionnaire;
mod sharing;
mod tidy;
mod words;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Report, ReportError};
use id::Names;

const FAILED: ReportError = ReportError::Made { form: "fhir" };

/// A bundle that is being filled.
struct Bundle<'r> {
    report: &'r Report,
    names: Names,
    entries: Vec<Value>,
    references: Vec<Value>,
    patient: String,
    device: String,
}

/// The bytes of a report.
pub(super) fn make(report: &Report) -> Result<Vec<u8>, ReportError> {
    let names = Names::of(&serde_json::to_vec(report).map_err(|_| FAILED)?);
    let mut bundle = Bundle {
        report,
        patient: format!("urn:uuid:{}", names.uuid("Patient", "")),
        device: format!("urn:uuid:{}", names.uuid("Device", "")),
        names,
        entries: Vec::new(),
        references: Vec::new(),
    };
    sharing::who(&mut bundle);
    bundle.references.clear();
    questionnaire::add(&mut bundle);
    observation::red_flags(&mut bundle);
    observation::check_ins(&mut bundle);
    observation::body(&mut bundle);
    observation::habits(&mut bundle);
    observation::practice(&mut bundle);
    observation::associations(&mut bundle);
    words::add(&mut bundle);
    sharing::what(&mut bundle);
    let made = json!({
        "resourceType": "Bundle",
        "id": bundle.names.uuid("Bundle", ""),
        "type": "collection",
        "timestamp": bundle.moment(report.head().made_at),
        "entry": bundle.entries,
    });
    serde_json::to_vec(&made).map_err(|_| FAILED)
}

impl Bundle<'_> {
    /// Adds a resource and gives its reference.
    fn add(&mut self, kind: &str, key: &str, mut resource: Value) -> String {
        let uuid = self.names.uuid(kind, key);
        tidy::tidy(&mut resource);
        resource["resourceType"] = json!(kind);
        resource["id"] = json!(uuid);
        let url = format!("urn:uuid:{uuid}");
        self.references.push(json!({ "reference": url }));
        self.entries.push(json!({ "fullUrl": url, "resource": resource }));
        url
    }

    fn patient(&self) -> Value {
        json!({ "reference": self.patient })
    }

    fn device(&self) -> Value {
        json!({ "reference": self.device })
    }

    /// A moment with the person's offset from UTC.
    fn moment(&self, at: Timestamp) -> String {
        self.report.head().zone.clock(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    fn period(&self) -> Value {
        let period = self.report.head().period;
        json!({ "start": period.from().to_string(), "end": period.to().to_string() })
    }

    /// An observation about the person, by the person.
    fn observation(&self, category: &str, named: &Value, status: &str) -> Value {
        json!({
            "status": status,
            "category": code::category(category),
            "code": named,
            "subject": self.patient(),
            "performer": [self.patient()],
        })
    }
}
