//! Reflections in the export's folder.

use std::fmt::Write as _;

use super::folder::{Table, put};
use super::practice::{self, Create, Note, words};
use crate::journal::JournalError;
use crate::journal::kept::Kept;
use crate::reflection::Reflected;

pub(super) fn note(kept: &Kept<Reflected>) -> Note {
    let (name, mut text) = practice::note("reflection", kept);
    let one = &kept.content;
    let _ = write!(text, "\n# {}\n", one.reflection);
    if !one.finished {
        text += "\nNot finished.\n";
    }
    for answer in &one.answers {
        let _ = write!(text, "\n## {}\n\n", answer.asks.as_str());
        for ticked in &answer.ticked {
            let style = ticked.style.as_ref().map(|style| format!(" ({style})")).unwrap_or_default();
            let _ = writeln!(text, "- {}{style}", ticked.text.as_str());
        }
        if let Some(words) = &answer.words {
            let _ = writeln!(text, "{}{}", if answer.ticked.is_empty() { "" } else { "\n" }, words.as_str());
        }
    }
    practice::part(&mut text, "In my own words", one.summary.as_ref());
    (name, text)
}

/// The tables of reflections.
pub(super) struct Tables {
    reflections: Table,
    lines: Table,
}

impl Tables {
    pub(super) fn create(table: &Create<'_>) -> Result<Self, JournalError> {
        Ok(Self {
            reflections: table(
                "reflections.csv",
                &["id", "written", "saved", "reflection", "edition", "finished", "summary"],
            )?,
            lines: table(
                "reflection_lines.csv",
                &["reflection", "question", "asks", "kind", "style", "text"],
            )?,
        })
    }

    pub(super) fn reflected(&mut self, kept: &Kept<Reflected>) -> Result<(), JournalError> {
        let one = &kept.content;
        let row = [
            kept.id.to_string(),
            kept.written.to_string(),
            kept.saved.to_string(),
            one.reflection.clone(),
            one.edition.to_string(),
            one.finished.to_string(),
            words(one.summary.as_ref()),
        ];
        put(&mut self.reflections, &row)?;
        for answer in &one.answers {
            let begin = [kept.id.to_string(), answer.question.clone(), words(Some(&answer.asks))];
            let ticked = answer
                .ticked
                .iter()
                .map(|one| ("ticked", one.style.clone().unwrap_or_default(), Some(&one.text)));
            let own = answer.words.iter().map(|own| ("words", String::new(), Some(own)));
            for (kind, style, text) in ticked.chain(own) {
                let row = [&begin[..], &[kind.to_owned(), style, words(text)]].concat();
                put(&mut self.lines, &row)?;
            }
        }
        Ok(())
    }

    pub(super) fn all(self) -> [Table; 2] {
        [self.reflections, self.lines]
    }
}
