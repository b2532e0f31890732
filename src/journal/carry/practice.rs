//! Check-ins, own steps, practice and people in the export's folder.

use std::fmt::Write as _;

use super::folder::{Table, cell, file_name, put};
use crate::checkin::{CheckIn, Field, Sleep, Words};
use crate::journal::JournalError;
use crate::journal::kept::Kept;
use crate::practice::{OwnStep, Person, Practice};

/// The name of a file and its text.
pub(super) type Note = (String, String);

pub(super) fn note<C>(what: &str, kept: &Kept<C>) -> Note {
    let name = file_name(&kept.written.to_string(), &kept.id.to_string());
    let head = format!("---\nid: {}\nwritten: {}\nsaved: {}\n---\n", kept.id, kept.written, kept.saved);
    (format!("{what}-{name}"), head)
}

pub(super) fn part(text: &mut String, title: &str, words: Option<&Words>) {
    if let Some(words) = words {
        let _ = write!(text, "\n## {title}\n\n{}\n", words.as_str());
    }
}

pub(super) fn checkin(kept: &Kept<CheckIn>) -> Note {
    let (name, mut text) = note("checkin", kept);
    text.push('\n');
    for field in Field::ALL {
        if let Some(shown) = field.shown(&kept.content) {
            let _ = writeln!(text, "- {}: {shown}", field.word());
        }
    }
    (name, text)
}

pub(super) fn own_step(kept: &Kept<OwnStep>) -> Note {
    let (name, mut text) = note("own-step", kept);
    let _ = write!(text, "\nLevel {}: {}\n", kept.content.level.get(), kept.content.text.as_str());
    (name, text)
}

pub(super) fn practice(kept: &Kept<Practice>) -> Note {
    let (name, mut text) = note("practice", kept);
    let one = &kept.content;
    let _ = write!(text, "\n{}\n", one.text.as_str());
    part(&mut text, "When", one.when.as_ref());
    part(&mut text, "With whom", one.who.as_ref());
    part(&mut text, "What I predicted", one.predicted.as_ref());
    if let Some(outcome) = &one.outcome {
        part(&mut text, "What happened", Some(&outcome.happened));
        if let Some(against) = outcome.against {
            let _ = write!(text, "\nBeside what I predicted: {}\n", against.slug());
        }
        let _ = write!(text, "\nDistress: {} of 100\n", outcome.distress);
        part(&mut text, "What surprised me", outcome.surprise.as_ref());
    }
    (name, text)
}

pub(super) fn person(kept: &Kept<Person>) -> Note {
    let (name, mut text) = note("person", kept);
    let one = &kept.content;
    let _ = write!(text, "\n# {}\n\n", one.name.as_str());
    for (quality, seen) in &one.checklist {
        let _ = writeln!(text, "- {}: {}", quality.slug().replace('_', " "), seen.slug());
    }
    if !one.shared.is_empty() {
        text += "\n## Shared\n\n";
        for words in &one.shared {
            let _ = writeln!(text, "- {}", words.as_str());
        }
    }
    part(&mut text, "Note", one.note.as_ref());
    (name, text)
}

/// Makes a table of this name with these columns.
pub(super) type Create<'a> = dyn Fn(&str, &[&str]) -> Result<Table, JournalError> + 'a;

/// The tables of check-ins, own steps, practice and people.
pub(super) struct Tables {
    checkins: Table,
    checkin_lines: Table,
    own_steps: Table,
    practices: Table,
    people: Table,
    person_lines: Table,
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub(super) fn words(value: Option<&Words>) -> String {
    value.map(|words| cell(words.as_str())).unwrap_or_default()
}

impl Tables {
    pub(super) fn create(table: &Create<'_>) -> Result<Self, JournalError> {
        Ok(Self {
            checkins: table(
                "checkins.csv",
                &[
                    "id",
                    "written",
                    "mood",
                    "stress",
                    "sleep_minutes",
                    "caffeine",
                    "alcohol",
                    "movement_minutes",
                    "tension",
                    "fatigue",
                    "anxiety",
                    "felt",
                    "note",
                ],
            )?,
            checkin_lines: table("checkin_lines.csv", &["checkin", "kind", "text", "of_10"])?,
            own_steps: table("own_steps.csv", &["id", "written", "level", "text"])?,
            practices: table(
                "practices.csv",
                &[
                    "id",
                    "written",
                    "saved",
                    "step",
                    "level",
                    "text",
                    "when",
                    "who",
                    "predicted",
                    "happened",
                    "against",
                    "distress",
                    "surprise",
                ],
            )?,
            people: table("people.csv", &["id", "written", "saved", "name", "note"])?,
            person_lines: table("person_lines.csv", &["person", "kind", "text"])?,
        })
    }

    pub(super) fn checkin(&mut self, kept: &Kept<CheckIn>) -> Result<(), JournalError> {
        let (id, one) = (|| kept.id.to_string(), &kept.content);
        let row = [
            id(),
            kept.written.to_string(),
            number(one.mood),
            number(one.stress),
            number(one.sleep_minutes.map(Sleep::minutes)),
            number(one.caffeine),
            number(one.alcohol),
            number(one.movement_minutes),
            number(one.tension),
            number(one.fatigue),
            number(one.anxiety),
            words(one.felt.as_ref()),
            words(one.note.as_ref()),
        ];
        put(&mut self.checkins, &row)?;
        let help = one.help.iter().map(|help| (help.kind.slug(), help.situation.as_ref(), None));
        let moment = one.moment.iter().map(|moment| ("with", Some(&moment.what), moment.went));
        let coping = one.coping.iter().map(|coping| ("coped", Some(&coping.what), coping.helped));
        for (kind, text, rate) in help.chain(moment).chain(coping) {
            put(&mut self.checkin_lines, &[id(), kind.to_owned(), words(text), number(rate)])?;
        }
        Ok(())
    }

    pub(super) fn own_step(&mut self, kept: &Kept<OwnStep>) -> Result<(), JournalError> {
        let one = &kept.content;
        let level = one.level.get().to_string();
        let row = [kept.id.to_string(), kept.written.to_string(), level, words(Some(&one.text))];
        put(&mut self.own_steps, &row)
    }

    pub(super) fn practice(&mut self, kept: &Kept<Practice>) -> Result<(), JournalError> {
        let (one, outcome) = (&kept.content, kept.content.outcome.as_ref());
        let row = [
            kept.id.to_string(),
            kept.written.to_string(),
            kept.saved.to_string(),
            words(Some(&one.step)),
            one.level.get().to_string(),
            words(Some(&one.text)),
            words(one.when.as_ref()),
            words(one.who.as_ref()),
            words(one.predicted.as_ref()),
            words(outcome.map(|outcome| &outcome.happened)),
            outcome.and_then(|outcome| outcome.against).map_or("", |against| against.slug()).to_owned(),
            number(outcome.map(|outcome| outcome.distress)),
            words(outcome.and_then(|outcome| outcome.surprise.as_ref())),
        ];
        put(&mut self.practices, &row)
    }

    pub(super) fn person(&mut self, kept: &Kept<Person>) -> Result<(), JournalError> {
        let (id, one) = (|| kept.id.to_string(), &kept.content);
        let (written, saved) = (kept.written.to_string(), kept.saved.to_string());
        put(&mut self.people, &[id(), written, saved, words(Some(&one.name)), words(one.note.as_ref())])?;
        for (quality, seen) in &one.checklist {
            put(&mut self.person_lines, &[id(), quality.slug().to_owned(), seen.slug().to_owned()])?;
        }
        for shared in &one.shared {
            put(&mut self.person_lines, &[id(), "shared".to_owned(), words(Some(shared))])?;
        }
        Ok(())
    }

    pub(super) fn all(self) -> [Table; 6] {
        [self.checkins, self.checkin_lines, self.own_steps, self.practices, self.people, self.person_lines]
    }
}
