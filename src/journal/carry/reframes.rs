//! Reframes that were shown, and what was said of them, in the export's folder.

use std::fmt::Write as _;

use super::folder::{Table, cell, put};
use super::practice::{self, Create, Note};
use crate::journal::kept::Kept;
use crate::journal::{JournalError, ReframeFeedback, ShownReframe};

pub(super) fn feedback(kept: &Kept<ReframeFeedback>) -> Note {
    let (name, mut text) = practice::note("reframe-feedback", kept);
    let one = &kept.content;
    let line = one.of.line.as_deref().unwrap_or("written by a model");
    let _ = write!(text, "\n{}: {line} ({})\n", one.verdict.slug(), one.of.strategy.slug());
    if let Some(edited) = &one.edited {
        let _ = write!(text, "\n## In my own words\n\n{}\n", edited.as_str());
    }
    (name, text)
}

/// The tables of reframes.
pub(super) struct Tables {
    shown: Table,
    feedback: Table,
}

const OF: [&str; 6] = ["id", "written", "reframing", "line", "strategy", "kind"];

fn of(id: &impl ToString, written: &impl ToString, one: &ShownReframe) -> Vec<String> {
    vec![
        id.to_string(),
        written.to_string(),
        cell(&one.reframing),
        one.line.as_deref().map(cell).unwrap_or_default(),
        one.strategy.slug().to_owned(),
        one.kind.slug().to_owned(),
    ]
}

impl Tables {
    pub(super) fn create(table: &Create<'_>) -> Result<Self, JournalError> {
        let feedback = [&OF[..], &["verdict", "edited"]].concat();
        Ok(Self {
            shown: table("shown_reframes.csv", &OF)?,
            feedback: table("reframe_feedback.csv", &feedback)?,
        })
    }

    pub(super) fn shown(&mut self, kept: &Kept<ShownReframe>) -> Result<(), JournalError> {
        put(&mut self.shown, &of(&kept.id, &kept.written, &kept.content))
    }

    pub(super) fn feedback(&mut self, kept: &Kept<ReframeFeedback>) -> Result<(), JournalError> {
        let one = &kept.content;
        let mut row = of(&kept.id, &kept.written, &one.of);
        row.push(one.verdict.slug().to_owned());
        row.push(one.edited.as_ref().map(|edited| cell(edited.as_str())).unwrap_or_default());
        put(&mut self.feedback, &row)
    }

    pub(super) fn all(self) -> [Table; 2] {
        [self.shown, self.feedback]
    }
}
