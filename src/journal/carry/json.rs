//! The export as JSON: one object, with one entry a line, so that a fault can be told by its line.

use std::io::Write;

use serde::Serialize;

use super::{Item, VERSION};
use crate::journal::{Journal, JournalError};

/// The lists of an export, in their order.
pub(in crate::journal) const LISTS: [&str; 16] = [
    "entries",
    "thought_records",
    "drafts",
    "questionnaire_responses",
    "parts",
    "dialogues",
    "checkins",
    "own_steps",
    "practices",
    "people",
    "reflections",
    "cortisol",
    "body",
    "choices",
    "shown_reframes",
    "reframe_feedback",
];

impl Journal {
    /// Writes everything as JSON (`docs/journal-export.schema.json`). It is plain text: whoever
    /// has it can read it.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read or `out` not written to.
    pub fn export_json(&self, out: &mut dyn Write) -> Result<(), JournalError> {
        write!(out, "{{\n\"evenkeel_export\":{VERSION},\n\"exported\":\"{}\",\n\"entries\":[", self.now())?;
        let mut list = 0;
        let mut first = true;
        self.everything(|item| {
            let (of, lines) = match &item {
                Item::Entry(entry) => (0, vec![line(entry)?]),
                Item::Record(record) => (1, vec![line(record)?]),
                Item::Draft(draft) => (2, vec![line(draft)?]),
                Item::Response(response) => (3, vec![line(response)?]),
                Item::Part(part) => (4, vec![line(part)?]),
                Item::Dialogue(dialogue) => (5, vec![line(dialogue)?]),
                Item::CheckIn(one) => (6, vec![line(one)?]),
                Item::OwnStep(one) => (7, vec![line(one)?]),
                Item::Practice(one) => (8, vec![line(one)?]),
                Item::Person(one) => (9, vec![line(one)?]),
                Item::Reflected(one) => (10, vec![line(one)?]),
                Item::Cortisol(one) => (11, vec![line(one)?]),
                Item::Body(days) => (12, days.iter().map(line).collect::<Result<_, _>>()?),
                Item::Choices(all) => (13, all.iter().map(line).collect::<Result<_, _>>()?),
                Item::Shown(one) => (14, vec![line(one)?]),
                Item::Feedback(one) => (15, vec![line(one)?]),
            };
            for line in lines {
                while list < of {
                    next(out, &mut list)?;
                    first = true;
                }
                out.write_all(if first { b"\n" } else { b",\n" })?;
                first = false;
                out.write_all(&line)?;
            }
            Ok(())
        })?;
        while list + 1 < LISTS.len() {
            next(out, &mut list)?;
        }
        out.write_all(b"\n]\n}\n")?;
        Ok(out.flush()?)
    }
}

fn next(out: &mut dyn Write, list: &mut usize) -> std::io::Result<()> {
    *list += 1;
    let name = LISTS.get(*list).copied().unwrap_or_default();
    write!(out, "\n],\n\"{name}\":[")
}

fn line<T: Serialize>(value: &T) -> Result<Vec<u8>, JournalError> {
    serde_json::to_vec(value).map_err(|_| JournalError::Fault { code: 0, what: "a value was not written" })
}
