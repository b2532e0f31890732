//! Questionnaire, `QuestionnaireResponse`, and the total as an Observation.

use serde_json::{Value, json};

use super::Bundle;
use super::code::{self, Scale};
use crate::report::{Answered, Instrument, Sheet};

const ORDINAL: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";

/// The item that holds the total.
const TOTAL: &str = "total";

pub(super) fn add(bundle: &mut Bundle<'_>) {
    let report = bundle.report;
    let filled = report.held().questionnaires.iter().filter(|instrument| !instrument.sheets.is_empty());
    for (place, instrument) in filled.enumerate() {
        let scale = code::scale(&instrument.id);
        let form = questionnaire(instrument, scale);
        bundle.add("Questionnaire", &place.to_string(), form);
        for (index, sheet) in instrument.sheets.iter().enumerate() {
            response(bundle, instrument, sheet, &format!("{place}/{index}"));
        }
    }
}

fn canonical(instrument: &Instrument) -> String {
    format!("urn:evenkeel:questionnaire:{}", instrument.id)
}

fn questionnaire(instrument: &Instrument, scale: Option<&Scale>) -> Value {
    let mut items: Vec<Value> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for answer in instrument.sheets.iter().flat_map(|sheet| &sheet.answers) {
        if !seen.contains(&answer.item.as_str()) {
            seen.push(&answer.item);
            let mut item = json!({ "linkId": answer.item, "text": answer.text, "type": "open-choice" });
            if let Some(code) = scale.and_then(|scale| scale.items.get(&answer.item)) {
                item["code"] = json!([{ "system": code::LOINC, "code": code }]);
            }
            items.push(item);
        }
    }
    items.push(json!({
        "linkId": TOTAL,
        "text": format!("Total, {} to {}", instrument.min, instrument.max),
        "type": "integer",
        "code": [total_code(instrument, scale)],
    }));
    let mut questionnaire = json!({
        "url": canonical(instrument),
        "title": instrument.title,
        "status": "active",
        "subjectType": ["Patient"],
        "item": items,
    });
    if !instrument.limits.is_empty() {
        questionnaire["description"] = json!(instrument.limits);
    }
    if !instrument.licence.is_empty() {
        questionnaire["copyright"] = json!(instrument.licence);
    }
    if let Some(panel) = scale.and_then(|scale| scale.panel.as_deref()) {
        questionnaire["code"] = json!([{ "system": code::LOINC, "code": panel }]);
    }
    questionnaire
}

fn total_code(instrument: &Instrument, scale: Option<&Scale>) -> Value {
    scale.and_then(|scale| scale.total.as_deref()).map_or_else(
        || code::own("questionnaire-total", &instrument.id, &format!("{} total", instrument.short)),
        |total| json!({ "system": code::LOINC, "code": total }),
    )
}

fn response(bundle: &mut Bundle<'_>, instrument: &Instrument, sheet: &Sheet, key: &str) {
    let scale = code::scale(&instrument.id);
    let mut items: Vec<Value> =
        sheet.answers.iter().map(|answer| answered(instrument, scale, answer)).collect();
    if let Some(total) = sheet.total {
        items.push(json!({ "linkId": TOTAL, "answer": [{ "valueInteger": total }] }));
    }
    let at = bundle.moment(sheet.at);
    let mut response = json!({
        "questionnaire": canonical(instrument),
        "status": "completed",
        "subject": bundle.patient(),
        "authored": at,
        "author": bundle.patient(),
        "source": bundle.patient(),
    });
    if !items.is_empty() {
        response["item"] = json!(items);
    }
    let response = bundle.add("QuestionnaireResponse", key, response);
    let Some(total) = sheet.total else { return };
    let ranges: Vec<Value> = instrument
        .bands
        .iter()
        .map(|band| json!({ "low": { "value": band.from }, "high": { "value": band.to }, "text": band.name }))
        .collect();
    let mut observation = json!({
        "status": "final",
        "category": code::category("survey"),
        "code": { "coding": [total_code(instrument, scale)], "text": format!("{} total", instrument.short) },
        "subject": bundle.patient(),
        "performer": [bundle.patient()],
        "effectiveDateTime": at,
        "valueQuantity": code::quantity(f64::from(total), "points", "{score}"),
        "derivedFrom": [{ "reference": response }],
    });
    if let Some(band) = &sheet.band {
        observation["interpretation"] = json!([{ "text": band }]);
    }
    if !ranges.is_empty() {
        observation["referenceRange"] = json!(ranges);
    }
    if let Some(change) = &sheet.change {
        observation["note"] = json!([{ "text": change }]);
    }
    bundle.add("Observation", &format!("total/{key}"), observation);
}

fn answered(instrument: &Instrument, scale: Option<&Scale>, answer: &Answered) -> Value {
    let mut item = json!({ "linkId": answer.item, "text": answer.text });
    let Some(said) = &answer.answer else { return item };
    let mut coding = match scale.and_then(|scale| scale.answers.get(said)) {
        Some(code) => json!({ "system": code::LOINC, "code": code, "display": said }),
        None => code::own(
            &format!("answer:{}", instrument.id),
            &answer.value.map_or_else(|| answer.item.clone(), |value| value.to_string()),
            said,
        ),
    };
    if let Some(value) = answer.value {
        coding["extension"] = json!([{ "url": ORDINAL, "valueDecimal": value }]);
    }
    item["answer"] = json!([{ "valueCoding": coding }]);
    item
}
