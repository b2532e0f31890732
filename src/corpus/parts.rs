//! Moments of a parts dialogue: what was said, in which state the person is, and what a guide
//! would answer.

use std::collections::HashSet;

use serde::Deserialize;

use super::ReplyFit;
use crate::parts::{Role, Stage, State};

pub use crate::parts::{Speaker, Turn};

/// The part that the dialogue is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// As the person calls it.
    pub name: String,
    /// What it does.
    pub role: Role,
}

/// One moment, up to a message of the person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// Unique in the corpus.
    pub id: String,
    /// What the dialogue is about.
    pub theme: String,
    /// The step that the reply belongs to.
    stage: Stage,
    /// The part.
    pub part: Part,
    /// What was said; the last turn is the person's.
    pub history: Vec<Turn>,
    /// How the person is.
    pub state: State,
    /// What a guide would answer.
    pub reply: String,
}

impl Moment {
    /// The step that the reply belongs to. In a crisis the work with parts stops, whatever the
    /// stage reached; older files have the stage reached.
    #[must_use]
    pub fn stage(&self) -> Stage {
        if self.state == State::Crisis { Stage::Ground } else { self.stage }
    }

    /// The person's last message.
    #[must_use]
    pub fn last(&self) -> &str {
        self.history.last().map_or("", |turn| &turn.text)
    }
}

pub(super) fn check(moment: &Moment) -> Result<(), String> {
    check_history(&moment.history)
}

pub(super) fn check_history(history: &[Turn]) -> Result<(), String> {
    if history.last().is_none_or(|turn| turn.from != Speaker::Person || turn.text.trim().is_empty()) {
        return Err("the last turn is not a message of the person".to_owned());
    }
    Ok(())
}

pub(super) fn check_reply_fit(fit: &ReplyFit, known: &HashSet<&str>) -> Result<(), String> {
    match (known.contains(fit.moment_id.as_str()), fit.history.is_empty()) {
        (true, true) => {}
        (false, false) => check_history(&fit.history)?,
        (true, false) => return Err(format!("{} has its history in the corpus", fit.moment_id)),
        (false, true) => return Err(format!("there is no moment {}", fit.moment_id)),
    }
    match fit.good.iter().chain(&fit.ok).find(|line| !fit.shown.contains(line)) {
        Some(line) => Err(format!("{line} was judged but not shown")),
        None => Ok(()),
    }
}
