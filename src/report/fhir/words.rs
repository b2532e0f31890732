//! What the person wrote and chose, as `DocumentReference` with the text inside.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Bundle;
use super::code;
use crate::report::base64;

pub(super) fn add(bundle: &mut Bundle<'_>) {
    let report = bundle.report;
    let held = report.held();
    if let Some(note) = &held.note {
        document(bundle, "note", "A note from the person", None, note);
    }
    for (index, entry) in held.entries.iter().enumerate() {
        document(bundle, &format!("entry/{index}"), "Journal entry", Some(entry.at), &entry.text);
    }
    for (index, record) in held.thought_records.iter().enumerate() {
        let mut lines = Vec::new();
        lines.extend(record.situation.as_ref().map(|words| format!("Situation: {words}")));
        lines.push(format!("Thought: {}", record.thought));
        lines.extend(record.balanced.as_ref().map(|words| format!("Balanced thought: {words}")));
        if !record.habits.is_empty() {
            lines.push(format!("Habits of thought: {}", record.habits.join(", ")));
        }
        let rated = record.belief.map(|belief| ("Belief", belief));
        let feelings = record.feelings.iter().map(|feeling| (feeling.name.as_str(), feeling.rating));
        for (name, rating) in rated.into_iter().chain(feelings) {
            let after = rating.after.map_or_else(String::new, |after| format!(", {after} after"));
            lines.push(format!("{name}, 0 to 100: {} before{after}", rating.before));
        }
        document(bundle, &format!("thought/{index}"), "Thought record", Some(record.at), &lines.join("\n"));
    }
    for (index, part) in held.parts.iter().enumerate() {
        let mut lines = vec![format!("Part: {}", part.name)];
        lines.extend(part.role.map(|role| format!("Role: {}", role.words())));
        for (name, words) in [("Does", &part.job), ("Fears", &part.fear), ("Protects", &part.protects)] {
            lines.extend(words.as_ref().map(|words| format!("{name}: {words}")));
        }
        lines.push(format!("Met in talks: {}", part.talks));
        let (first, last) = (part.first.map(|day| day.to_string()), part.last.map(|day| day.to_string()));
        if let (Some(first), Some(last)) = (first, last) {
            lines.push(format!("First {first}, last {last}"));
        }
        document(
            bundle,
            &format!("part/{index}"),
            "A part, after Internal Family Systems",
            None,
            &lines.join("\n"),
        );
    }
}

fn document(bundle: &mut Bundle<'_>, key: &str, kind: &str, at: Option<Timestamp>, text: &str) {
    let slug = key.split('/').next().unwrap_or(key);
    let mut document: Value = json!({
        "status": "current",
        "type": code::concept("document", slug, kind),
        "subject": bundle.patient(),
        "author": [bundle.patient()],
        "description": format!("{kind}; the person's own words, chosen by them"),
        "content": [{ "attachment": {
            "contentType": "text/plain; charset=utf-8",
            "data": base64::of(text.as_bytes()),
            "title": kind,
        } }],
    });
    if let Some(at) = at {
        document["date"] = json!(bundle.moment(at));
    }
    // An attachment without data is not one: FHIR has no empty strings.
    if text.is_empty() {
        document["content"] = json!([{ "attachment": { "title": format!("{kind}, without words") } }]);
    }
    bundle.add("DocumentReference", key, document);
}
