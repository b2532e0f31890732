//! The export as a folder: a Markdown file for each entry, or a table for each kind of thing.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use uuid::Uuid;

use super::Item;
use crate::disk;
use crate::journal::model::{Draft, FullEntry, FullRecord, Response};
use crate::journal::values::Line;
use crate::journal::{Balanced, Journal, JournalError, Tag, connect};

/// What the folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A Markdown file for each entry, thought record and draft.
    Markdown,
    /// A CSV file for each table.
    Csv,
}

impl Journal {
    /// Writes everything into a new folder, as plain files that whoever has them can read. JSON
    /// alone can be read back.
    ///
    /// # Errors
    /// [`JournalError::Exists`] if something is there, and others; then there is no new folder.
    pub fn export_folder(&self, form: Form, folder: &Path) -> Result<(), JournalError> {
        if folder.exists() {
            return Err(JournalError::Exists(folder.to_owned()));
        }
        let mut name = folder.file_name().ok_or_else(|| JournalError::Exists(folder.to_owned()))?.to_owned();
        name.push(format!(".{}.part", Uuid::now_v7().simple()));
        let part = folder.with_file_name(name);
        let written = disk::private_folder(&part).map_err(|e| connect::unwritable(&part, e)).and_then(|()| {
            match form {
                Form::Markdown => self.everything(|item| markdown(&part, &item)).map(|_| ()),
                Form::Csv => {
                    let mut tables = Tables::create(&part)?;
                    self.everything(|item| tables.write(&item))?;
                    tables.close()
                }
            }?;
            Ok(fs::rename(&part, folder)?)
        });
        if written.is_err() {
            let _ = fs::remove_dir_all(&part);
        }
        written
    }
}

fn new_file(path: &Path) -> Result<File, JournalError> {
    disk::new_file(path).map_err(|error| connect::unwritable(path, error))
}

fn markdown(folder: &Path, item: &Item) -> Result<(), JournalError> {
    let (name, text) = match item {
        Item::Entry(full) => {
            let entry = &full.entry;
            let tags: Vec<String> = entry.tags.iter().map(quoted).collect();
            let mood = entry.mood.map_or_else(|| "null".to_owned(), |m| m.get().to_string());
            let head = format!(
                "---\nid: {}\nwritten: {}\nsaved: {}\nversion: {}\nmood: {mood}\ntags: [{}]\n---\n\n",
                entry.id,
                entry.written,
                entry.saved,
                entry.version,
                tags.join(", ")
            );
            (
                file_name(&entry.written.to_string(), &entry.id.to_string()),
                format!("{head}{}\n", entry.text.as_str()),
            )
        }
        Item::Record(full) => {
            let record = &full.record;
            let name = file_name(&record.written.to_string(), &record.id.to_string());
            (format!("thought-record-{name}"), of_record(full))
        }
        Item::Response(response) => {
            let name = file_name(&response.saved.to_string(), &response.id.to_string());
            (format!("questionnaire-{name}"), of_response(response))
        }
        Item::Draft(draft) => {
            let slot: String =
                draft.slot.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            (format!("draft-{slot}-{}.md", Uuid::now_v7().simple()), format!("{}\n", draft.body))
        }
        Item::Part(part) => {
            let name = file_name(&part.written.to_string(), &part.id.to_string());
            (format!("part-{name}"), super::parts::of_part(part))
        }
        Item::Dialogue(dialogue) => {
            let name = file_name(&dialogue.begun.to_string(), &dialogue.id.to_string());
            (format!("dialogue-{name}"), super::parts::of_dialogue(dialogue))
        }
        Item::CheckIn(one) => super::practice::checkin(one),
        Item::OwnStep(one) => super::practice::own_step(one),
        Item::Practice(one) => super::practice::practice(one),
        Item::Person(one) => super::practice::person(one),
        Item::Reflected(one) => super::reflection::note(one),
        Item::Cortisol(one) => super::body::cortisol(one),
        Item::Body(days) if !days.is_empty() => super::body::days(days),
        Item::Feedback(one) => super::reframes::feedback(one),
        // What was shown means something to the program alone.
        Item::Body(_) | Item::Choices(_) | Item::Shown(_) => return Ok(()),
    };
    let mut file = new_file(&folder.join(name))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}

fn quoted(tag: &Tag) -> String {
    serde_json::Value::from(tag.as_str()).to_string()
}

/// The day first, so that files lie in order; then the whole id, so that none has another's name.
pub(super) fn file_name(written: &str, id: &str) -> String {
    format!("{}-{id}.md", written.get(..10).unwrap_or_default())
}

fn of_record(full: &FullRecord) -> String {
    let record = &full.record;
    let content = &record.content;
    let mut text =
        format!("---\nid: {}\nwritten: {}\nversion: {}\n", record.id, record.written, record.version);
    if let Some(entry) = record.entry {
        let _ = writeln!(text, "entry: {entry}");
    }
    text += "---\n";
    let mut part = |title: &str, body: String| {
        if !body.is_empty() {
            let _ = write!(text, "\n## {title}\n\n{body}\n");
        }
    };
    let list =
        |lines: &[Line]| lines.iter().map(|l| format!("- {}", l.as_str())).collect::<Vec<_>>().join("\n");
    let of_100 = |value: Option<crate::journal::Percent>| {
        value.map(|v| format!("{} of 100", v.get())).unwrap_or_default()
    };
    part("Situation", content.situation.as_ref().map(|l| l.as_str().to_owned()).unwrap_or_default());
    part("Thought", content.thought.as_str().to_owned());
    part("Belief", of_100(content.belief));
    let feelings = content.feelings.iter().map(|f| {
        let number =
            |value: Option<crate::journal::Percent>| value.map_or("?".to_owned(), |v| v.get().to_string());
        format!("- {}: {}, after {}", f.name.as_str(), number(f.before), number(f.after))
    });
    part("Feelings", feelings.collect::<Vec<_>>().join("\n"));
    let distortions = content.distortions.iter().map(|(d, v)| format!("- {}: {}", d.slug(), v.slug()));
    part("Distortions", distortions.collect::<Vec<_>>().join("\n"));
    part("What speaks for it", list(&content.evidence_for));
    part("What speaks against it", list(&content.evidence_against));
    part(
        "Balanced thought",
        content.balanced.as_ref().map(|b| b.text().as_str().to_owned()).unwrap_or_default(),
    );
    part("Belief after", of_100(content.belief_after));
    part("To be looked at again", content.review_on.map(|d| d.to_string()).unwrap_or_default());
    text
}

fn of_response(response: &Response) -> String {
    let content = &response.content;
    let mut text = format!(
        "---\nid: {}\nquestionnaire: {}\nedition: {}\nbegun: {}\nsaved: {}\n---\n",
        response.id, content.questionnaire, content.edition, response.begun, response.saved
    );
    match &content.result {
        None => text += "\nNot finished.\n",
        Some(result) => {
            let _ = write!(text, "\n{} of {} ({})\n", result.total, result.max, result.band);
            for (name, sum) in &result.subscales {
                let _ = writeln!(text, "- {name}: {sum}");
            }
        }
    }
    text.push('\n');
    for answer in &content.answers {
        let value = answer.value.map_or_else(|| "left out".to_owned(), |value| value.to_string());
        let _ = writeln!(text, "- item {}: {value}", answer.item);
    }
    text
}

pub(super) type Table = csv::Writer<BufWriter<File>>;

struct Tables {
    entries: Table,
    revisions: Table,
    screenings: Table,
    recognised: Table,
    records: Table,
    feelings: Table,
    distortions: Table,
    evidence: Table,
    drafts: Table,
    responses: Table,
    answers: Table,
    parts: super::parts::Tables,
    practice: super::practice::Tables,
    reflections: super::reflection::Tables,
    body: super::body::Tables,
    reframes: super::reframes::Tables,
}

impl Tables {
    fn create(folder: &Path) -> Result<Self, JournalError> {
        let table = |name: &str, columns: &[&str]| -> Result<Table, JournalError> {
            let mut table = csv::Writer::from_writer(BufWriter::new(new_file(&folder.join(name))?));
            table.write_record(columns).map_err(failed)?;
            Ok(table)
        };
        Ok(Self {
            entries: table("entries.csv", &["id", "version", "written", "saved", "mood", "tags", "text"])?,
            revisions: table("revisions.csv", &["entry", "version", "saved", "mood", "tags", "text"])?,
            screenings: table(
                "screenings.csv",
                &["entry", "thought_record", "version", "at", "level", "tier", "coverage", "model"],
            )?,
            recognised: table(
                "recognitions.csv",
                &["entry", "version", "at", "distortion", "probability", "model"],
            )?,
            records: table(
                "thought_records.csv",
                &[
                    "id",
                    "entry",
                    "version",
                    "written",
                    "saved",
                    "situation",
                    "thought",
                    "belief",
                    "balanced",
                    "balanced_from",
                    "belief_after",
                    "review_on",
                ],
            )?,
            feelings: table("feelings.csv", &["thought_record", "name", "before", "after"])?,
            distortions: table("distortions.csv", &["thought_record", "distortion", "verdict"])?,
            evidence: table("evidence.csv", &["thought_record", "side", "text"])?,
            drafts: table("drafts.csv", &["slot", "saved", "text"])?,
            responses: table(
                "questionnaires.csv",
                &[
                    "id",
                    "questionnaire",
                    "edition",
                    "begun",
                    "saved",
                    "total",
                    "max",
                    "band",
                    "missing",
                    "help",
                ],
            )?,
            answers: table("questionnaire_answers.csv", &["response", "item", "value"])?,
            parts: super::parts::Tables::create(&table)?,
            practice: super::practice::Tables::create(&table)?,
            reflections: super::reflection::Tables::create(&table)?,
            body: super::body::Tables::create(&table)?,
            reframes: super::reframes::Tables::create(&table)?,
        })
    }

    fn write(&mut self, item: &Item) -> Result<(), JournalError> {
        match item {
            Item::Entry(full) => self.entry(full),
            Item::Record(full) => self.record(full),
            Item::Response(response) => self.response(response),
            Item::Draft(Draft { slot, body, saved }) => {
                put(&mut self.drafts, &[cell(slot), saved.to_string(), cell(body)])
            }
            Item::Part(part) => self.parts.part(part),
            Item::Dialogue(dialogue) => self.parts.dialogue(dialogue),
            Item::CheckIn(one) => self.practice.checkin(one),
            Item::OwnStep(one) => self.practice.own_step(one),
            Item::Practice(one) => self.practice.practice(one),
            Item::Person(one) => self.practice.person(one),
            Item::Reflected(one) => self.reflections.reflected(one),
            Item::Cortisol(one) => self.body.cortisol(one),
            Item::Body(days) => self.body.days(days),
            Item::Choices(_) => Ok(()),
            Item::Shown(one) => self.reframes.shown(one),
            Item::Feedback(one) => self.reframes.feedback(one),
        }
    }

    fn entry(&mut self, full: &FullEntry) -> Result<(), JournalError> {
        let entry = &full.entry;
        let id = || entry.id.to_string();
        let mood = |mood: Option<crate::journal::Mood>| mood.map(|m| m.get().to_string()).unwrap_or_default();
        let tags = |tags: &[Tag]| cell(&tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(","));
        let (version, written, saved) =
            (entry.version.to_string(), entry.written.to_string(), entry.saved.to_string());
        let row =
            [id(), version, written, saved, mood(entry.mood), tags(&entry.tags), cell(entry.text.as_str())];
        put(&mut self.entries, &row)?;
        for was in &full.revisions {
            let (version, saved) = (was.version.to_string(), was.saved.to_string());
            let row = [id(), version, saved, mood(was.mood), tags(&was.tags), cell(was.text.as_str())];
            put(&mut self.revisions, &row)?;
        }
        self.screened(&id(), "", &full.screenings)?;
        for said in &full.recognitions {
            for found in &said.found {
                let (version, at) = (said.version.to_string(), said.at.to_string());
                let (slug, probability) = (found.slug.slug().to_owned(), found.probability.to_string());
                put(&mut self.recognised, &[id(), version, at, slug, probability, cell(&said.model.name)])?;
            }
        }
        Ok(())
    }

    fn screened(
        &mut self,
        entry: &str,
        record: &str,
        screenings: &[crate::journal::Screening],
    ) -> Result<(), JournalError> {
        for said in screenings {
            let risk = &said.risk;
            let model = said.model.as_ref().map(|m| cell(&m.name)).unwrap_or_default();
            let row = [
                entry.to_owned(),
                record.to_owned(),
                said.version.to_string(),
                said.at.to_string(),
                risk.level.slug().to_owned(),
                risk.tier.slug().to_owned(),
                risk.coverage.slug().to_owned(),
                model,
            ];
            put(&mut self.screenings, &row)?;
        }
        Ok(())
    }

    fn record(&mut self, full: &FullRecord) -> Result<(), JournalError> {
        let record = &full.record;
        let content = &record.content;
        let id = || record.id.to_string();
        let of_100 =
            |value: Option<crate::journal::Percent>| value.map(|v| v.get().to_string()).unwrap_or_default();
        let from = match content.balanced {
            None => "",
            Some(Balanced::Chosen { .. }) => "chosen",
            Some(Balanced::Own { .. }) => "own",
        };
        let row = [
            id(),
            record.entry.map(|e| e.to_string()).unwrap_or_default(),
            record.version.to_string(),
            record.written.to_string(),
            record.saved.to_string(),
            content.situation.as_ref().map(|l| cell(l.as_str())).unwrap_or_default(),
            cell(content.thought.as_str()),
            of_100(content.belief),
            content.balanced.as_ref().map(|b| cell(b.text().as_str())).unwrap_or_default(),
            from.to_owned(),
            of_100(content.belief_after),
            content.review_on.map(|d| d.to_string()).unwrap_or_default(),
        ];
        put(&mut self.records, &row)?;
        for feeling in &content.feelings {
            let row = [id(), cell(feeling.name.as_str()), of_100(feeling.before), of_100(feeling.after)];
            put(&mut self.feelings, &row)?;
        }
        for (distortion, verdict) in &content.distortions {
            put(&mut self.distortions, &[id(), distortion.slug().to_owned(), verdict.slug().to_owned()])?;
        }
        for (side, lines) in [("for", &content.evidence_for), ("against", &content.evidence_against)] {
            for line in lines {
                put(&mut self.evidence, &[id(), side.to_owned(), cell(line.as_str())])?;
            }
        }
        self.screened("", &id(), &full.screenings)
    }

    fn response(&mut self, response: &Response) -> Result<(), JournalError> {
        let content = &response.content;
        let result = content.result.as_ref();
        let number = |of: fn(&crate::journal::ResponseResult) -> u16| {
            result.map(|result| of(result).to_string()).unwrap_or_default()
        };
        let row = [
            response.id.to_string(),
            cell(&content.questionnaire),
            content.edition.to_string(),
            response.begun.to_string(),
            response.saved.to_string(),
            number(|result| result.total),
            number(|result| result.max),
            result.map(|result| cell(&result.band)).unwrap_or_default(),
            number(|result| result.missing),
            content.help.map(|tier| tier.slug().to_owned()).unwrap_or_default(),
        ];
        put(&mut self.responses, &row)?;
        for answer in &content.answers {
            let value = answer.value.map(|value| value.to_string()).unwrap_or_default();
            put(&mut self.answers, &[response.id.to_string(), cell(&answer.item), value])?;
        }
        Ok(())
    }

    fn close(self) -> Result<(), JournalError> {
        let tables = [
            self.entries,
            self.revisions,
            self.screenings,
            self.recognised,
            self.records,
            self.feelings,
            self.distortions,
            self.evidence,
            self.drafts,
            self.responses,
            self.answers,
        ];
        let more = self
            .parts
            .all()
            .into_iter()
            .chain(self.practice.all())
            .chain(self.reflections.all())
            .chain(self.body.all())
            .chain(self.reframes.all());
        for mut table in tables.into_iter().chain(more) {
            table.flush()?;
        }
        Ok(())
    }
}

pub(super) fn put(table: &mut Table, row: &[String]) -> Result<(), JournalError> {
    table.write_record(row).map_err(failed)
}

fn failed(error: csv::Error) -> JournalError {
    std::io::Error::other(error).into()
}

/// Text that no spreadsheet takes for a formula. Line breaks stay.
pub(super) fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
