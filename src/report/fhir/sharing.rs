//! Who it is from, what was shared and how it was made: Patient, Device, Consent, Provenance.
//! None of them says more than is true.

use serde_json::{Value, json};

use super::Bundle;

pub(super) fn who(bundle: &mut Bundle<'_>) {
    let head = bundle.report.head();
    let mut patient = json!({});
    if let Some(name) = head.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        patient["name"] = json!([{ "text": name }]);
    }
    let device = json!({
        "deviceName": [{ "name": "evenkeel", "type": "model-name" }],
        "version": [{ "value": head.version }],
        "note": [{ "text": "A self-help program on the person's own machine. Not a medical device." }],
    });
    bundle.add("Patient", "", patient);
    bundle.add("Device", "", device);
}

pub(super) fn what(bundle: &mut Bundle<'_>) {
    let targets = std::mem::take(&mut bundle.references);
    let consent = consent(bundle, &targets);
    let consent = bundle.add("Consent", "", consent);
    let provenance = provenance(bundle, targets, &consent);
    bundle.add("Provenance", "", provenance);
}

/// What the person chose to share. Its status is `proposed`: the person made the file; that anybody
/// has agreed to anything is not known. No receiver is named, since none is known.
fn consent(bundle: &Bundle<'_>, shared: &[Value]) -> Value {
    let report = bundle.report;
    let titles: Vec<&str> = report.chosen().iter().map(super::super::section::Section::title).collect();
    let period = report.head().period;
    let sections = if titles.is_empty() { "nothing".to_owned() } else { titles.join("; ") };
    let said = format!(
        "The person chose, on their own machine, to put this into one file: {sections}. It covers {} to {}. They hand \
         the file over themselves. No receiver is named, and nothing is said of passing it on.",
        period.from(),
        period.to()
    );
    let mut provision = json!({
        "type": "permit",
        "dataPeriod": bundle.period(),
    });
    if !shared.is_empty() {
        let data: Vec<Value> =
            shared.iter().map(|reference| json!({ "meaning": "instance", "reference": reference })).collect();
        provision["data"] = json!(data);
    }
    json!({
        "status": "proposed",
        "text": {
            "status": "generated",
            "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{said}</p></div>"),
        },
        "scope": { "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/consentscope",
            "code": "patient-privacy",
        }] },
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "INFA",
        }], "text": "Patient-mediated: the person shares a file that they made" }],
        "patient": bundle.patient(),
        "dateTime": bundle.moment(report.head().made_at),
        "performer": [bundle.patient()],
        "policyRule": { "text": "The person's own choice; no other policy was agreed on." },
        "provision": provision,
    })
}

fn provenance(bundle: &Bundle<'_>, mut targets: Vec<Value>, consent: &str) -> Value {
    targets.push(json!({ "reference": consent }));
    let head = bundle.report.head();
    let agent = |kind: &str, who: Value, display: String| {
        json!({
            "type": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                "code": kind,
            }] },
            "who": { "reference": who["reference"], "display": display },
        })
    };
    json!({
        "target": targets,
        "recorded": bundle.moment(head.made_at),
        "activity": { "text": "Made by software from the person's own journal, at their request." },
        "agent": [
            agent("assembler", bundle.device(), format!("evenkeel {}", head.version)),
            agent("author", bundle.patient(), "The person".to_owned()),
        ],
    })
}
