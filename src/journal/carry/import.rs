//! Reading our own JSON back: all of it or nothing, and as often as one likes.

use std::collections::BTreeSet;
use std::io::Read;

use rusqlite::Connection;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::VERSION;
use crate::body::Cortisol;
use crate::checkin::CheckIn;
use crate::journal::body::{self, BodyDay};
use crate::journal::choices::{self, Chosen};
use crate::journal::dialogues::KeptDialogue;
use crate::journal::findings::{self, Subject};
use crate::journal::kept::{self, Content, Kept};
use crate::journal::model::{Draft, FullEntry, FullRecord, Response};
use crate::journal::parts::KeptPart;
use crate::journal::{
    Id, Journal, JournalError, ReframeFeedback, ShownReframe, Stamp, dialogues, drafts, entries, parts,
    records, responses, taken_in,
};
use crate::practice::{OwnStep, Person, Practice};
use crate::reflection::Reflected;

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Imported {
    /// Entries that are new here.
    pub entries: usize,
    /// Thought records that are new here.
    pub thought_records: usize,
    /// Drafts that are new here.
    pub drafts: usize,
    /// Sheets of questionnaires that are new here.
    pub questionnaire_responses: usize,
    /// Parts that are new here.
    pub parts: usize,
    /// Dialogues that are new here.
    pub dialogues: usize,
    /// Check-ins taken in.
    pub checkins: usize,
    /// Own steps taken in.
    pub own_steps: usize,
    /// What was practised, taken in.
    pub practices: usize,
    /// People taken in.
    pub people: usize,
    /// Reflections taken in.
    pub reflections: usize,
    /// Values of cortisol taken in.
    pub cortisol: usize,
    /// Values of days taken in.
    pub body: usize,
    /// Reframes that were shown, taken in.
    pub shown_reframes: usize,
    /// What was said of reframes, taken in.
    pub reframe_feedback: usize,
    /// Entries, thought records, sheets, parts and dialogues that were here already, just so.
    pub already_here: usize,
    /// Entries, thought records and sheets that were here in another version; those here were kept.
    pub different_here: usize,
    /// Entries of another program that have no text.
    pub without_text: usize,
    /// Pictures, sounds and other files of another program, which are not kept here.
    pub attachments: usize,
    /// Thought records and drafts in a Markdown export of ours, which come back through JSON alone.
    pub left_out: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    evenkeel_export: Version,
    #[allow(dead_code, reason = "it has to be a time")]
    exported: Stamp,
    entries: Vec<FullEntry>,
    thought_records: Vec<FullRecord>,
    drafts: Vec<Draft>,
    // Files of before there were questionnaires have none.
    #[serde(default)]
    questionnaire_responses: Vec<Response>,
    /// Absent where there are none.
    #[serde(default)]
    parts: Vec<KeptPart>,
    /// The same.
    #[serde(default)]
    dialogues: Vec<KeptDialogue>,
    #[serde(default)]
    checkins: Vec<Kept<CheckIn>>,
    #[serde(default)]
    own_steps: Vec<Kept<OwnStep>>,
    #[serde(default)]
    practices: Vec<Kept<Practice>>,
    #[serde(default)]
    people: Vec<Kept<Person>>,
    #[serde(default)]
    reflections: Vec<Kept<Reflected>>,
    #[serde(default)]
    cortisol: Vec<Kept<Cortisol>>,
    #[serde(default)]
    body: Vec<BodyDay>,
    #[serde(default)]
    choices: Vec<Chosen>,
    #[serde(default)]
    shown_reframes: Vec<Kept<ShownReframe>>,
    #[serde(default)]
    reframe_feedback: Vec<Kept<ReframeFeedback>>,
}

/// The version of a file, which is one that is known.
struct Version;

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            1..=VERSION => Ok(Self),
            _ => Err(D::Error::custom("This file was written by a newer Evenkeel.")),
        }
    }
}

/// Whether the parts of an entry agree with each other.
fn agrees(full: &FullEntry) -> Result<(), &'static str> {
    let version = full.entry.version;
    let was: Vec<u32> = full.revisions.iter().map(|r| r.version).collect();
    let rises = was.is_sorted_by(|a, b| a < b) && was.iter().all(|v| (1..version).contains(v));
    if version == 0 || !rises {
        return Err("The versions of this entry don't follow each other.");
    }
    let mut said =
        full.screenings.iter().map(|s| s.version).chain(full.recognitions.iter().map(|r| r.version));
    if !said.all(|v| (1..=version).contains(&v)) {
        return Err("Something was said of a version that this entry never had.");
    }
    for recognition in &full.recognitions {
        let found = recognition.found.iter().map(|f| f.probability);
        if !found.chain(recognition.probabilities.values().copied()).all(|p| (0.0..=1.0).contains(&p)) {
            return Err("A probability is not between 0 and 1.");
        }
        let slugs: BTreeSet<_> = recognition.found.iter().map(|f| f.slug).collect();
        if slugs.len() != recognition.found.len() {
            return Err("A distortion was found twice in one reading.");
        }
    }
    Ok(())
}

fn record_agrees(full: &FullRecord) -> Result<(), &'static str> {
    let version = full.record.version;
    let said = full.screenings.iter().all(|s| (1..=version).contains(&s.version));
    if version > 0 && said { Ok(()) } else { Err("The versions of this thought record don't agree.") }
}

/// Whether a sheet holds together, as far as can be told without its questionnaire.
fn response_agrees(response: &Response) -> Result<(), &'static str> {
    let content = &response.content;
    let is_name = |name: &str| (1..=64).contains(&name.len());
    if content.edition == 0 || !is_name(&content.questionnaire) {
        return Err("This sheet does not say what it is of.");
    }
    let items: BTreeSet<&str> = content.answers.iter().map(|answer| answer.item.as_str()).collect();
    if items.len() != content.answers.len() || !items.iter().all(|item| is_name(item)) {
        return Err("An item of this sheet is answered twice, or has no name.");
    }
    if !content.help.is_none_or(crate::crisis::Tier::escalates) {
        return Err("Help of a sheet is urgent or emergency.");
    }
    match &content.result {
        Some(result) if result.total > result.max || result.max > 10_000 || !is_name(&result.band) => {
            Err("The total of this sheet is not on its scale.")
        }
        Some(result) if usize::from(result.missing) > 1_000 => {
            Err("The total of this sheet is not on its scale.")
        }
        _ => Ok(()),
    }
}

/// A fault in what stands under an id: told where the id first stands.
fn fault_at(text: &[u8], id: Id, why: &str) -> JournalError {
    let id = id.to_string();
    let at = text.windows(id.len()).position(|w| w.eq_ignore_ascii_case(id.as_bytes())).unwrap_or(0);
    let before = &text[..at];
    let line_begins = before.iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
    JournalError::Import {
        line: before.split(|b| *b == b'\n').count(),
        column: at - line_begins + 1,
        why: why.to_owned(),
    }
}

impl Journal {
    /// Takes in what [`Journal::export_json`] wrote. What is here already stays as it is, so that
    /// the same file may be taken in twice.
    ///
    /// # Errors
    /// [`JournalError::Import`] with the line of the first fault; then nothing was taken in.
    pub fn import_json(&self, from: &mut dyn Read) -> Result<Imported, JournalError> {
        let mut text = Vec::new();
        from.read_to_end(&mut text)?;
        let file: File = serde_json::from_slice(&text).map_err(|error| explain(&error))?;
        let Version = file.evenkeel_export;
        for full in &file.entries {
            agrees(full).map_err(|why| fault_at(&text, full.entry.id, why))?;
        }
        for full in &file.thought_records {
            record_agrees(full).map_err(|why| fault_at(&text, full.record.id, why))?;
        }
        for response in &file.questionnaire_responses {
            response_agrees(response).map_err(|why| fault_at(&text, response.id, why))?;
        }
        self.write(|tx| {
            let mut imported = Imported::default();
            for full in &file.entries {
                add_entry(tx, full, &mut imported)?;
            }
            for full in &file.thought_records {
                add_record(tx, full, &mut imported).map_err(|error| match error {
                    JournalError::Missing { .. } => fault_at(
                        &text,
                        full.record.id,
                        "The entry that this thought record came from is not there.",
                    ),
                    other => other,
                })?;
            }
            for draft in &file.drafts {
                let here = drafts::all(tx)?.iter().any(|d| d.slot == draft.slot);
                if !here {
                    drafts::put(tx, draft)?;
                    imported.drafts += 1;
                }
            }
            for response in &file.questionnaire_responses {
                if let Some((_, here)) = responses::find(tx, response.id)? {
                    note(here == *response, &mut imported);
                } else {
                    responses::insert(tx, response)?;
                    imported.questionnaire_responses += 1;
                }
            }
            for part in &file.parts {
                if let Some(here) = parts::has_part(tx, part.id)? {
                    note(here == *part, &mut imported);
                } else {
                    parts::insert_part(tx, part)?;
                    taken_in::waits(tx, taken_in::PARTS, part.id)?;
                    imported.parts += 1;
                }
            }
            for dialogue in &file.dialogues {
                if let Some(here) = dialogues::has(tx, dialogue.id)? {
                    note(here == *dialogue, &mut imported);
                } else {
                    dialogues::insert(tx, dialogue).map_err(|error| match error {
                        JournalError::Missing { .. } => {
                            fault_at(&text, dialogue.id, "The part that this dialogue is about is not there.")
                        }
                        other => other,
                    })?;
                    imported.dialogues += 1;
                }
            }
            imported.checkins = add_kept(tx, &file.checkins, &mut imported)?;
            imported.own_steps = add_kept(tx, &file.own_steps, &mut imported)?;
            imported.practices = add_kept(tx, &file.practices, &mut imported)?;
            imported.people = add_kept(tx, &file.people, &mut imported)?;
            imported.reflections = add_kept(tx, &file.reflections, &mut imported)?;
            imported.cortisol = add_kept(tx, &file.cortisol, &mut imported)?;
            for day in &file.body {
                if let Some(here) = body::find(tx, day)? {
                    note(here == *day, &mut imported);
                } else {
                    body::put(tx, day)?;
                    imported.body += 1;
                }
            }
            imported.shown_reframes = add_kept(tx, &file.shown_reframes, &mut imported)?;
            imported.reframe_feedback = add_kept(tx, &file.reframe_feedback, &mut imported)?;
            let chosen = choices::all(tx)?;
            for one in file.choices.iter().filter(|one| !chosen.iter().any(|here| here.name == one.name)) {
                choices::put(tx, one)?;
            }
            Ok(imported)
        })
    }
}

/// Adds what is not here yet, to be screened. Gives how many those are.
fn add_kept<C: Content>(
    db: &Connection,
    all: &[Kept<C>],
    imported: &mut Imported,
) -> Result<usize, JournalError> {
    let mut added = 0;
    for one in all {
        if let Some(here) = kept::find::<C>(db, one.id)? {
            note(here == *one, imported);
        } else {
            kept::insert(db, one)?;
            if !one.content.free_words().is_empty() {
                taken_in::waits(db, C::TABLE, one.id)?;
            }
            added += 1;
        }
    }
    Ok(added)
}

fn add_entry(db: &Connection, full: &FullEntry, imported: &mut Imported) -> Result<(), JournalError> {
    if let Some((_, here)) = entries::find(db, full.entry.id)? {
        note(here == full.entry, imported);
        return Ok(());
    }
    let seq = entries::insert(db, &full.entry)?;
    for revision in &full.revisions {
        entries::insert_revision(db, seq, revision)?;
    }
    for screening in &full.screenings {
        findings::insert_screening(db, Subject::Entry(seq), screening)?;
    }
    for recognition in &full.recognitions {
        findings::insert_recognition(db, seq, recognition)?;
    }
    imported.entries += 1;
    Ok(())
}

fn add_record(db: &Connection, full: &FullRecord, imported: &mut Imported) -> Result<(), JournalError> {
    if let Some((_, here)) = records::find(db, full.record.id)? {
        note(here == full.record, imported);
        return Ok(());
    }
    let seq = records::insert(db, &full.record)?;
    for screening in &full.screenings {
        findings::insert_screening(db, Subject::Record(seq), screening)?;
    }
    imported.thought_records += 1;
    Ok(())
}

pub(super) fn note(same: bool, imported: &mut Imported) {
    if same {
        imported.already_here += 1;
    } else {
        imported.different_here += 1;
    }
}

/// What is wrong and where, without any of the file's words, which serde would quote.
pub(super) fn explain(error: &serde_json::Error) -> JournalError {
    use serde_json::error::Category;
    let told = error.to_string();
    let told = told.rsplit_once(" at line ").map_or(told.as_str(), |(front, _)| front);
    let why = match error.classify() {
        Category::Eof => "The file ends too early.".to_owned(),
        Category::Io => "The file could not be read.".to_owned(),
        Category::Syntax if told.contains("hex escape") => {
            "Half of a character stands here (a lone surrogate). Mend that text in the program it comes from."
                .to_owned()
        }
        Category::Syntax => "This is not JSON.".to_owned(),
        Category::Data => match told.split(':').next().unwrap_or_default() {
            field if field.starts_with("missing field") => {
                format!("{}.", field.replace("missing field", "There is no"))
            }
            field if field.starts_with("unknown field") => {
                "There is a field that is not known here.".to_owned()
            }
            begin if begin.starts_with("invalid") || begin.starts_with("unknown variant") => {
                match told.rsplit_once(", expected ") {
                    Some((_, expected)) => format!("Something else belongs here: {expected}."),
                    None => "Something else belongs here.".to_owned(),
                }
            }
            begin if begin.starts_with("duplicate field") => "A field is there twice.".to_owned(),
            _ => told.to_owned(),
        },
    };
    JournalError::Import { line: error.line(), column: error.column(), why }
}
