//! Parts and dialogues in the export's folder.

use std::fmt::Write as _;

use super::folder::{Table, cell, put};
use crate::journal::dialogues::KeptDialogue;
use crate::journal::parts::KeptPart;
use crate::journal::{JournalError, Line};
use crate::parts::{Role, Speaker, Stage, State};

pub(super) fn of_part(part: &KeptPart) -> String {
    let notes = &part.notes;
    let mut text = format!("---\nid: {}\nwritten: {}\nversion: {}\n", part.id, part.written, part.version);
    if let Some(role) = notes.role {
        let _ = writeln!(text, "role: {}", role.slug());
    }
    let _ = write!(text, "---\n\n# {}\n", notes.name);
    for (field, words) in &notes.fields {
        let _ = write!(text, "\n## {}\n\n{words}\n", field.label());
    }
    let ties: Vec<String> =
        notes.ties.iter().map(|(tie, other)| format!("{}: {other}", tie.slug())).collect();
    for (title, lines) in [("Ties", &ties), ("Agreements", &notes.agreements), ("Its words", &notes.quotes)] {
        if !lines.is_empty() {
            let _ = write!(text, "\n## {title}\n\n");
            for line in lines {
                let _ = writeln!(text, "- {line}");
            }
        }
    }
    text
}

pub(super) fn of_dialogue(dialogue: &KeptDialogue) -> String {
    let mut text =
        format!("---\nid: {}\nbegun: {}\nsaved: {}\n", dialogue.id, dialogue.begun, dialogue.saved);
    if let Some(part) = dialogue.part {
        let _ = writeln!(text, "part: {part}");
    }
    text += "---\n";
    for turn in &dialogue.turns {
        let who = speaker(turn.from);
        let _ = write!(text, "\n**{who}:** {}\n", turn.text);
    }
    if let Some(note) = &dialogue.note {
        let _ = write!(text, "\n## Note\n\n{}\n", note.as_str());
    }
    text
}

fn speaker(from: Speaker) -> &'static str {
    match from {
        Speaker::Guide => "guide",
        Speaker::Person => "person",
    }
}

/// The tables of parts and dialogues.
pub(super) struct Tables {
    parts: Table,
    lines: Table,
    dialogues: Table,
    turns: Table,
}

impl Tables {
    pub(super) fn create(
        table: &impl Fn(&str, &[&str]) -> Result<Table, JournalError>,
    ) -> Result<Self, JournalError> {
        Ok(Self {
            parts: table("parts.csv", &["id", "version", "written", "saved", "name", "role"])?,
            lines: table("part_lines.csv", &["part", "kind", "text"])?,
            dialogues: table("dialogues.csv", &["id", "part", "begun", "saved", "note"])?,
            turns: table(
                "turns.csv",
                &["dialogue", "place", "from", "stage", "state", "source", "tier", "at", "text"],
            )?,
        })
    }

    pub(super) fn part(&mut self, part: &KeptPart) -> Result<(), JournalError> {
        let (id, notes) = (|| part.id.to_string(), &part.notes);
        let row = [
            id(),
            part.version.to_string(),
            part.written.to_string(),
            part.saved.to_string(),
            cell(&notes.name),
            notes.role.map(Role::slug).unwrap_or_default().to_owned(),
        ];
        put(&mut self.parts, &row)?;
        let fields = notes.fields.iter().map(|(field, text)| (field.slug(), text));
        let agreements = notes.agreements.iter().map(|text| ("agreement", text));
        let quotes = notes.quotes.iter().map(|text| ("quote", text));
        let ties = notes.ties.iter().map(|(tie, other)| (tie.slug(), other));
        for (kind, text) in fields.chain(agreements).chain(quotes).chain(ties) {
            put(&mut self.lines, &[id(), kind.to_owned(), cell(text)])?;
        }
        Ok(())
    }

    pub(super) fn dialogue(&mut self, dialogue: &KeptDialogue) -> Result<(), JournalError> {
        let row = [
            dialogue.id.to_string(),
            dialogue.part.map(|id| id.to_string()).unwrap_or_default(),
            dialogue.begun.to_string(),
            dialogue.saved.to_string(),
            cell(dialogue.note.as_ref().map(Line::as_str).unwrap_or_default()),
        ];
        put(&mut self.dialogues, &row)?;
        for (place, turn) in dialogue.turns.iter().enumerate() {
            let row = [
                dialogue.id.to_string(),
                place.to_string(),
                speaker(turn.from).to_owned(),
                turn.stage.map(Stage::slug).unwrap_or_default().to_owned(),
                turn.state.map(State::slug).unwrap_or_default().to_owned(),
                turn.source.clone().unwrap_or_default(),
                turn.risk.as_ref().map(|risk| risk.tier.slug().to_owned()).unwrap_or_default(),
                turn.at.to_string(),
                cell(&turn.text),
            ];
            put(&mut self.turns, &row)?;
        }
        Ok(())
    }

    pub(super) fn all(self) -> [Table; 4] {
        [self.parts, self.lines, self.dialogues, self.turns]
    }
}
