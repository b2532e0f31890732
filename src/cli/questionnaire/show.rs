//! Questionnaires and results on a page.

use crate::assistant::SheetBody;
use crate::cli::error::CliError;
use crate::cli::journal::print_json;
use crate::cli::page::{self, Page};
use crate::questionnaire::{Questionnaire, Questionnaires};

pub(super) fn list(all: &Questionnaires, json: bool) -> Result<(), CliError> {
    if json {
        return print_json(&all.body());
    }
    let mut page = Page::new();
    page.say("Questionnaires. `evenkeel questionnaire take ID` fills one in.");
    for one in all.iter() {
        page.blank();
        page.strong(&format!("{}  {}", one.id, one.name));
        page.inset(&one.about);
        let validated = if one.validated { "" } else { "; not validated" };
        let count = one.scored();
        page.inset(&format!("{count} questions on {}{validated}", one.asks_about));
    }
    page.blank();
    page.aside("None of them is a diagnosis.");
    page.blank();
    page.print()
}

pub(super) fn one(questionnaire: &Questionnaire, json: bool) -> Result<(), CliError> {
    if json {
        return print_json(&questionnaire.body());
    }
    let mut page = Page::new();
    page.strong(&format!("{} ({})", questionnaire.name, questionnaire.short));
    page.say(&questionnaire.about);
    page.blank();
    page.say(&questionnaire.lead);
    page.blank();
    for item in &questionnaire.items {
        let mark = if item.scored { format!("{}.", item.id) } else { "·".to_owned() };
        page.item(&mark, &item.text);
    }
    let mut last: Option<Vec<&str>> = None;
    for item in &questionnaire.items {
        let labels: Vec<&str> = item.choices.iter().map(|choice| choice.label.as_str()).collect();
        if last.as_ref() == Some(&labels) {
            continue;
        }
        page.blank();
        page.aside(&format!("Answers from item {} on", item.id));
        for choice in &item.choices {
            page.item(&choice.value.to_string(), &format!(" {}", choice.label));
        }
        last = Some(labels);
    }
    scoring(&mut page, questionnaire);
    page.blank();
    page.say(&questionnaire.limits);
    page.blank();
    page.say(&questionnaire.licence);
    page.blank();
    page.aside("Where this was read");
    for source in &questionnaire.sources {
        page.item("·", &format!("{} ({})", source.of, source.seen));
        source.address.iter().for_each(|address| page.address(address));
        source.note.iter().for_each(|note| page.inset(note));
    }
    for missing in &questionnaire.not_found {
        page.item("·", &format!("Not found: {missing}"));
    }
    page.blank();
    page.print()
}

fn scoring(page: &mut Page, questionnaire: &Questionnaire) {
    page.blank();
    page.aside("Totals");
    for band in &questionnaire.bands {
        let range =
            if band.from == band.to { band.from.to_string() } else { format!("{}–{}", band.from, band.to) };
        page.item(&range, &format!(" {}", band.name));
    }
    for cutoff in &questionnaire.cutoffs {
        page.item("·", &format!("{}: {}", cutoff.at, cutoff.about));
    }
    for group in &questionnaire.subscales {
        let count = group.items.len();
        page.item("·", &format!("group {}: {}, {count} items", group.id, group.name));
    }
    page.blank();
    page.say(questionnaire.missing.why());
    if let Some(change) = &questionnaire.change {
        page.say(&change.why);
    }
}

/// What a sheet adds up to. Help comes before the number.
pub(super) fn result(page: &mut Page, questionnaire: &Questionnaire, body: &SheetBody) {
    if let Some(escalation) = &body.escalation {
        page::help(page, escalation);
        page.blank();
    }
    page.aside(&format!("{} ({})", questionnaire.name, questionnaire.short));
    page.strong(&body.says);
    if !body.validated {
        page.say("This questionnaire has not been validated.");
    }
    page.blank();
    body.means.iter().for_each(|line| page.say(line));
    if let Some(pattern) = &body.pattern {
        page.blank();
        for (id, group) in &pattern.groups {
            page.item(
                "·",
                &format!(
                    "{} ({}): {} of {}; {} items at “moderately” or more, {} asked for",
                    group.name,
                    id.to_uppercase(),
                    group.total,
                    group.max,
                    group.counted,
                    group.needed
                ),
            );
        }
    }
    if body.cutoffs.len() > 1 {
        page.blank();
        for cutoff in &body.cutoffs {
            let reached = if cutoff.reached { "reached" } else { "not reached" };
            page.item("·", &format!("cut-off {} ({}): {reached}", cutoff.at, cutoff.about));
        }
    }
    if let Some(change) = &body.change {
        page.blank();
        page.say(&change.says);
    }
    if let Some(advice) = &body.advice {
        page::beside(page, advice);
    }
    page.blank();
    page.aside(&body.limits);
}
