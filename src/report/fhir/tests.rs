//! What holds of every bundle.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::report::{Form, Report, sample};

fn bundle(report: &Report) -> Value {
    serde_json::from_slice(&report.make(Form::Fhir).unwrap()).unwrap()
}

fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("reference").and_then(Value::as_str));
            fields.values().for_each(|field| references(field, found));
        }
        _ => {}
    }
}

fn resources<'b>(bundle: &'b Value, kind: &str) -> Vec<&'b Value> {
    let entries = bundle["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]);
    entries.filter(|resource| resource["resourceType"] == kind).collect()
}

#[test]
fn every_reference_leads_into_the_bundle_and_every_name_is_there_once() {
    for report in [sample::full(), sample::nothing(), sample::one_point(), sample::scripts()] {
        let bundle = bundle(&report);
        let entries = bundle["entry"].as_array().unwrap();
        let urls: BTreeSet<&str> = entries.iter().map(|entry| entry["fullUrl"].as_str().unwrap()).collect();
        assert_eq!(urls.len(), entries.len());
        let mut found = Vec::new();
        references(&bundle, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            assert!(urls.contains(reference), "{reference}");
        }
    }
}

#[test]
fn the_patient_has_a_name_only_if_the_person_wants_one_and_never_an_identifier() {
    let named = bundle(&sample::full());
    assert_eq!(resources(&named, "Patient")[0]["name"][0]["text"], "Robin Example");
    let nameless = bundle(&sample::bare());
    let patient = resources(&nameless, "Patient")[0].as_object().unwrap();
    assert_eq!(patient.keys().map(String::as_str).collect::<Vec<_>>(), ["id", "resourceType"]);
}

#[test]
fn known_instruments_have_loinc_codes_and_others_our_own() {
    let bundle = bundle(&sample::full());
    let forms = resources(&bundle, "Questionnaire");
    assert_eq!(forms[0]["code"][0]["code"], "44249-1");
    assert!(forms[1].get("code").is_none());
    let totals: Vec<String> = resources(&bundle, "Observation")
        .into_iter()
        .filter(|observation| observation.get("derivedFrom").is_some())
        .map(|observation| observation["code"]["coding"][0]["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(totals, ["44261-6", "44261-6", "44261-6", "44261-6", "44261-6", "hiq", "hiq"]);
    let answers = &resources(&bundle, "QuestionnaireResponse")[4]["item"];
    assert_eq!(answers[0]["answer"][0]["valueCoding"]["code"], "LA6569-3");
}

#[test]
fn moments_have_the_offset_of_the_persons_clock() {
    let bundle = bundle(&sample::full());
    let responses = resources(&bundle, "QuestionnaireResponse");
    assert_eq!(responses[0]["authored"], "2026-09-02T20:00:00+01:00");
    assert_eq!(responses[4]["authored"], "2026-11-20T21:14:00+00:00");
}

#[test]
fn consent_says_no_more_than_is_true() {
    let bundle = bundle(&sample::full());
    let consent = resources(&bundle, "Consent")[0];
    assert_eq!(consent["status"], "proposed");
    assert_eq!(consent["provision"]["dataPeriod"]["start"], "2026-09-01");
    assert!(consent["provision"].get("actor").is_none());
    assert!(consent.get("organization").is_none());
}

#[test]
fn two_persons_reports_share_no_name() {
    let one = bundle(&sample::full());
    let other = Report::of(
        crate::report::Head { name: None, ..sample::full().head().clone() },
        sample::everything(),
        sample::full().held().clone(),
    );
    let other = bundle(&other);
    assert_ne!(one["entry"][0]["fullUrl"], other["entry"][0]["fullUrl"]);
    assert_ne!(one["entry"][9]["fullUrl"], other["entry"][9]["fullUrl"]);
}
