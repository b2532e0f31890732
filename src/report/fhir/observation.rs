//! Observations: body data, check-ins, habits of thought, practice, red flags, associations.

use serde_json::{Value, json};

use super::Bundle;
use super::code;
use crate::report::{CheckInWeek, Checked, Specimen, Try};

const FLAG_NOTE: &str = "A sign that a program noticed in words or answers, by rule and by model. It can be wrong. It is \
                         not an assessment of risk, and no clinician has seen it.";

pub(super) fn body(bundle: &mut Bundle<'_>) {
    let body = &bundle.report.held().body;
    for series in &body.series {
        let measure = series.measure;
        let named = code::measure(measure.slug(), measure.label());
        for day in &series.days {
            let mut observation = bundle.observation("activity", &named, "final");
            observation["effectiveDateTime"] = json!(day.day.to_string());
            observation["valueQuantity"] = code::quantity(day.value.get(), measure.unit(), measure.ucum());
            if let Some(source) = &day.source {
                observation["note"] = json!([{ "text": format!("From: {source}") }]);
            }
            bundle.add("Observation", &format!("body/{}/{}", measure.slug(), day.day), observation);
        }
    }
    for (index, value) in body.cortisol.iter().enumerate() {
        let (slug, label) = match value.specimen {
            Specimen::Saliva => ("cortisol_saliva", "Cortisol in saliva"),
            Specimen::Blood => ("cortisol_blood", "Cortisol in blood"),
        };
        let mut observation = bundle.observation("laboratory", &code::measure(slug, label), "final");
        observation["effectiveDateTime"] = json!(bundle.moment(value.at));
        observation["valueQuantity"] = code::quantity(value.value.get(), "nmol/L", "nmol/L");
        observation["note"] =
            json!([{ "text": "Written down by the person; not from a laboratory's system." }]);
        bundle.add("Observation", &format!("cortisol/{index}"), observation);
    }
}

pub(super) fn check_ins(bundle: &mut Bundle<'_>) {
    let report = bundle.report;
    for week in &report.held().check_ins {
        for mean in week.means.iter().filter(|mean| mean.n > 0) {
            let (unit, ucum) = unit(mean.of);
            let named = code::concept(
                "check-in",
                mean.of.slug(),
                &format!("{}, weekly mean of check-ins", mean.of.label()),
            );
            let mut observation = bundle.observation("survey", &named, "final");
            observation["effectivePeriod"] = period(week);
            observation["valueQuantity"] = code::quantity(mean.mean.get(), unit, ucum);
            observation["component"] =
                json!([{ "code": code::concept("check-in", "n", "Check-ins"), "valueInteger": mean.n }]);
            bundle.add("Observation", &format!("check-in/{}/{}", week.monday, mean.of.slug()), observation);
        }
        let help = week.help;
        let counts = [
            ("offered", help.offered),
            ("needed", help.needed),
            ("asked", help.asked),
            ("accepted", help.accepted),
            ("refused", help.refused),
        ];
        if counts.iter().any(|(_, n)| *n > 0) {
            let named = code::concept("check-in", "help", "Times help came up in a week's check-ins");
            let mut observation = bundle.observation("survey", &named, "final");
            observation["effectivePeriod"] = period(week);
            let components: Vec<Value> = counts
                .iter()
                .map(|(kind, n)| {
                    json!({
                        "code": code::concept("help", kind, &format!("Help {kind}")),
                        "valueInteger": n,
                    })
                })
                .collect();
            observation["component"] = json!(components);
            bundle.add("Observation", &format!("help/{}", week.monday), observation);
        }
    }
}

fn period(week: &CheckInWeek) -> Value {
    let sunday = week.monday.checked_add(jiff::Span::new().days(6)).unwrap_or(week.monday);
    json!({ "start": week.monday.to_string(), "end": sunday.to_string() })
}

const fn unit(of: Checked) -> (&'static str, &'static str) {
    match of {
        Checked::Mood | Checked::Stress | Checked::Tension | Checked::Fatigue | Checked::Anxiety => {
            ("of 10", "{score}")
        }
        Checked::Sleep => ("h", "h"),
        Checked::Caffeine => ("cups", "{cup}"),
        Checked::Alcohol => ("glasses", "{glass}"),
        Checked::Movement => ("min", "min"),
    }
}

pub(super) fn habits(bundle: &mut Bundle<'_>) {
    let report = bundle.report;
    let habits = &report.held().habits_of_thought;
    for habit in &habits.counts {
        let named = code::concept(
            "habit-of-thought",
            &habit.id,
            &format!("Entries in which a program named {}", habit.name),
        );
        let mut observation = bundle.observation("survey", &named, "preliminary");
        observation["effectivePeriod"] = bundle.period();
        observation["valueInteger"] = json!(habit.entries);
        observation["component"] = json!([{
            "code": code::concept("habit-of-thought", "entries", "Entries looked at"),
            "valueInteger": habits.entries,
        }]);
        observation["device"] = bundle.device();
        bundle.add("Observation", &format!("habit/{}", habit.id), observation);
    }
}

pub(super) fn practice(bundle: &mut Bundle<'_>) {
    let report = bundle.report;
    for (index, done) in report.held().practice.iter().enumerate() {
        let observation = one_try(bundle, done);
        bundle.add("Observation", &format!("practice/{index}"), observation);
    }
}

fn one_try(bundle: &Bundle<'_>, done: &Try) -> Value {
    let named = code::concept("practice", "try", "A try on a ladder of letting people in");
    let mut observation = bundle.observation("survey", &named, "final");
    observation["effectiveDateTime"] = json!(bundle.moment(done.at));
    let mut components = vec![json!({
        "code": code::concept("practice", "level", "Rung, 1 to 3"),
        "valueInteger": done.level,
    })];
    components.extend(done.against.map(|against| {
        json!({
            "code": code::concept("practice", "against", "Outcome against prediction"),
            "valueCodeableConcept": code::concept("practice-outcome", against.slug(), against.words()),
        })
    }));
    components.extend(done.distress.map(|distress| {
        json!({
            "code": code::concept("practice", "distress", "Distress, 0 to 100"),
            "valueInteger": distress,
        })
    }));
    observation["component"] = json!(components);
    if let Some(step) = &done.step {
        observation["valueString"] = json!(step);
    }
    let notes: Vec<Value> = [("Predicted", &done.predicted), ("Happened", &done.happened)]
        .into_iter()
        .filter_map(|(name, words)| Some(json!({ "text": format!("{name}: {}", words.as_ref()?) })))
        .collect();
    if !notes.is_empty() {
        observation["note"] = json!(notes);
    }
    observation
}

pub(super) fn red_flags(bundle: &mut Bundle<'_>) {
    let report = bundle.report;
    for (index, flag) in report.held().red_flags.iter().enumerate() {
        let named = code::concept("red-flag", "noticed", "A sign that a program noticed");
        let mut observation = bundle.observation("survey", &named, "preliminary");
        observation["effectiveDateTime"] = json!(flag.on.to_string());
        observation["valueCodeableConcept"] =
            code::concept("noticed", flag.noticed.slug(), flag.noticed.words());
        observation["component"] = json!([{
            "code": code::concept("red-flag", "tier", "What the program did"),
            "valueCodeableConcept": code::concept("tier", flag.tier.slug(), flag.tier.did()),
        }]);
        observation["note"] = json!([{ "text": FLAG_NOTE }]);
        observation["device"] = bundle.device();
        bundle.add("Observation", &format!("flag/{index}"), observation);
    }
}

pub(super) fn associations(bundle: &mut Bundle<'_>) {
    let report = bundle.report;
    for (index, found) in report.held().associations.iter().enumerate() {
        let named = code::concept("association", "sentence", "What went together; never a cause");
        let mut observation = bundle.observation("survey", &named, "preliminary");
        observation["effectivePeriod"] = bundle.period();
        observation["valueString"] = json!(found.says);
        observation["device"] = bundle.device();
        bundle.add("Observation", &format!("association/{index}"), observation);
    }
}
