//! Questionnaires from outside: each published rule, a second scoring by table, all or many
//! random sheets, and the commands.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::many_single_char_names,
    reason = "a surprise is a failed test"
)]

mod commands;
mod edges;
mod sheets;
mod tables;

use evenkeel::questionnaire::{Questionnaire, Questionnaires, Sheet};

fn questionnaire(id: &str) -> Questionnaire {
    Questionnaires::embedded().unwrap().find(id).unwrap().clone()
}

/// Total and band of a sheet as it is typed.
fn scored(id: &str, typed: &str) -> (u16, String) {
    let questionnaire = questionnaire(id);
    let score = Sheet::parse(&questionnaire, typed).unwrap().score().unwrap();
    (score.total, score.band.id.clone())
}

/// What is said of a wrong sheet.
fn refused(id: &str, typed: &str) -> String {
    let questionnaire = questionnaire(id);
    match Sheet::parse(&questionnaire, typed).and_then(|sheet| sheet.score().map(|score| score.total)) {
        Err(error) => error.to_string(),
        Ok(total) => panic!("{id} {typed}: {total}"),
    }
}
