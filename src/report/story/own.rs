//! What the person wrote.

use super::{Block, aside, heading, own_words, say};
use crate::report::{Rating, Report};

pub(super) fn note(report: &Report) -> Vec<Block> {
    report.held().note.as_deref().map(|note| own_words(None, note)).into_iter().collect()
}

pub(super) fn entries(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for entry in &report.held().entries {
        blocks.push(heading(3, &say::moment(report.head(), entry.at)));
        if entry.text.trim().is_empty() {
            blocks.push(aside("No words."));
        }
        blocks.push(own_words(None, &entry.text));
    }
    blocks
}

pub(super) fn thought_records(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for record in &report.held().thought_records {
        blocks.push(heading(3, &say::moment(report.head(), record.at)));
        blocks.extend(record.situation.as_deref().map(|words| own_words(Some("Situation"), words)));
        blocks.push(own_words(Some("Thought"), &record.thought));
        blocks.extend(record.balanced.as_deref().map(|words| own_words(Some("Balanced thought"), words)));
        let mut said = Vec::new();
        if !record.habits.is_empty() {
            said.push(format!("Habits of thought: {}.", record.habits.join(", ")));
        }
        said.extend(record.belief.map(|belief| format!("Belief in the thought: {}.", rating(belief))));
        said.extend(
            record
                .feelings
                .iter()
                .map(|feeling| format!("{}: {}.", say::short(&feeling.name, 60), rating(feeling.rating))),
        );
        if !said.is_empty() {
            blocks.push(aside(said.join(" ")));
        }
    }
    blocks
}

fn rating(rating: Rating) -> String {
    match rating.after {
        Some(after) => format!("{} before, {after} after, of 100", rating.before),
        None => format!("{} of 100", rating.before),
    }
}

pub(super) fn parts(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in &report.held().parts {
        blocks.push(heading(3, &say::short(&part.name, 120)));
        let mut said = Vec::new();
        said.extend(part.role.map(|role| format!("Role: {}.", role.words())));
        said.push(format!("Met in {}.", say::count(usize::from(part.talks), "talk", "talks")));
        if let (Some(first), Some(last)) = (part.first, part.last) {
            said.push(if first == last {
                format!("{}.", say::day(first))
            } else {
                format!("First {}, last {}.", say::day(first), say::day(last))
            });
        }
        blocks.push(aside(said.join(" ")));
        blocks.extend(part.job.as_deref().map(|words| own_words(Some("What it does"), words)));
        blocks.extend(part.fear.as_deref().map(|words| own_words(Some("What it fears"), words)));
        blocks.extend(part.protects.as_deref().map(|words| own_words(Some("Whom it protects"), words)));
    }
    if !blocks.is_empty() {
        blocks.insert(
            0,
            aside("Names and words are the person's own, from dialogues after Internal Family Systems."),
        );
    }
    blocks
}
