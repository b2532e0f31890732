//! `questionnaire history`: what was filled in, the latest first.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::journal::{self, print_json};
use crate::cli::page::Page;
use crate::journal::Response;
use crate::questionnaire::{Difference, Questionnaires};

pub(super) fn run(
    global: &Global,
    all: &Questionnaires,
    of: Option<&str>,
    limit: usize,
    json: bool,
) -> Result<(), CliError> {
    let responses = match journal::open_existing(global)? {
        None => Vec::new(),
        Some(journal) => journal.responses(of, usize::MAX)?,
    };
    let differences = differences(all, &responses);
    let shown = responses.iter().zip(&differences).take(limit);
    if json {
        let listed: Vec<Value> =
            shown.map(|(response, difference)| listed(all, response, *difference)).collect();
        return print_json(&json!({ "schema": 1, "responses": listed }));
    }
    let mut page = Page::new();
    if responses.is_empty() {
        page.say("Nothing here yet. `evenkeel questionnaire list` shows what there is.");
    }
    for (response, difference) in shown {
        let content = &response.content;
        let name =
            all.find(&content.questionnaire).map_or(content.questionnaire.as_str(), |one| one.short.as_str());
        let said = match &content.result {
            None => "half-finished".to_owned(),
            Some(result) => format!("{} of {}, {}", result.total, result.max, result.band.replace('_', " ")),
        };
        let help = if content.help.is_some() { "; an answer in it led to help" } else { "" };
        page.item(&response.saved.day(), &format!(" {name}: {said}{}{help}", told(*difference)));
    }
    page.blank();
    page.print()
}

/// How each finished sheet differs from the one before it.
fn differences(all: &Questionnaires, responses: &[Response]) -> Vec<Option<Difference>> {
    let mut before: BTreeMap<(&str, u32), u16> = BTreeMap::new();
    let mut differences: Vec<Option<Difference>> = responses
        .iter()
        .rev()
        .map(|response| {
            let content = &response.content;
            let now = content.result.as_ref()?.total;
            let last = before.insert((&content.questionnaire, content.edition), now)?;
            Some(all.find(&content.questionnaire)?.difference(last, now))
        })
        .collect();
    differences.reverse();
    differences
}

fn told(difference: Option<Difference>) -> String {
    match difference {
        None => String::new(),
        Some(Difference { points: 0, .. }) => ", as the time before".to_owned(),
        Some(Difference { points, reliable }) => {
            let chance = if reliable == Some(false) { " (can be chance)" } else { "" };
            format!(", {points:+} against the time before{chance}")
        }
    }
}

fn listed(all: &Questionnaires, response: &Response, difference: Option<Difference>) -> Value {
    let content = &response.content;
    let result = content.result.as_ref();
    let band = result.map(|result| {
        let questionnaire = all.find(&content.questionnaire);
        let band = questionnaire.and_then(|one| one.bands.iter().find(|band| band.id == result.band));
        json!({ "id": result.band, "name": band.map(|band| band.name.as_str()) })
    });
    let answers: Vec<Value> =
        content.answers.iter().map(|one| json!({ "id": one.item, "answer": one.value })).collect();
    json!({
        "response": response.id,
        "id": content.questionnaire,
        "edition": content.edition,
        "begun": response.begun,
        "saved": response.saved,
        "finished": result.is_some(),
        "total": result.map(|result| result.total),
        "max": result.map(|result| result.max),
        "band": band,
        "subscales": result.map(|result| &result.subscales),
        "missing": result.map(|result| result.missing),
        "items": answers,
        "help": content.help,
        "change": difference.map(|d| json!({ "points": d.points, "reliable": d.reliable })),
    })
}
