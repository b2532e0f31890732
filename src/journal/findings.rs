//! What the screen and the recogniser said of texts.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Journal;
use super::error::JournalError;
use super::model::{FoundDistortion, ModelIds, Recognition, Screening};
use super::values::Id;
use super::{entries, rows};
use crate::crisis::{Coverage, Risk};
use crate::distortion::Distortion;

/// Whose screening it is, by its row's number.
#[derive(Clone, Copy)]
pub(super) enum Subject {
    Entry(i64),
    Record(i64),
}

/// A text that was screened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screened {
    /// An entry.
    Entry(Id),
    /// A thought record.
    Record(Id),
}

impl Journal {
    /// Keeps what the screen said of a version of a text.
    ///
    /// # Errors
    /// [`JournalError::Missing`] if the text is gone, and others.
    pub fn keep_screening(
        &self,
        text: Screened,
        version: u32,
        risk: &Risk,
        model: Option<&ModelIds>,
    ) -> Result<(), JournalError> {
        self.keep_screenings([(text, version, risk, model)])
    }

    /// Keeps what the screen said of several texts, all of it or nothing.
    ///
    /// # Errors
    /// [`JournalError::Missing`] if one of the texts is gone, and others.
    pub fn keep_screenings<'a>(
        &self,
        said: impl IntoIterator<Item = (Screened, u32, &'a Risk, Option<&'a ModelIds>)>,
    ) -> Result<(), JournalError> {
        let at = self.clock.now();
        self.write(|tx| {
            said.into_iter().try_for_each(|(text, version, risk, model)| {
                let screening = Screening { version, at, risk: risk.clone(), model: model.cloned() };
                insert_screening(tx, subject(tx, text)?, &screening)
            })
        })
    }

    /// Keeps what the recogniser said of a version of an entry.
    ///
    /// # Errors
    /// [`JournalError::Missing`] if the entry is gone, and others.
    pub fn keep_recognition(&self, id: Id, recognition: &Recognition) -> Result<(), JournalError> {
        self.write(|tx| {
            let found = entries::find(tx, id)?.ok_or(JournalError::Missing { what: "entry", id })?;
            insert_recognition(tx, found.0, recognition)
        })
    }
}

fn subject(db: &Connection, text: Screened) -> Result<Subject, JournalError> {
    let (table, what, id) = match text {
        Screened::Entry(id) => ("entries", "entry", id),
        Screened::Record(id) => ("thought_records", "thought record", id),
    };
    let sql = format!("SELECT seq FROM {table} WHERE id = ?1");
    let seq = db.prepare_cached(&sql)?.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
    let seq = seq.ok_or(JournalError::Missing { what, id })?;
    Ok(match text {
        Screened::Entry(_) => Subject::Entry(seq),
        Screened::Record(_) => Subject::Record(seq),
    })
}

pub(super) fn insert_screening(
    db: &Connection,
    subject: Subject,
    screening: &Screening,
) -> Result<(), JournalError> {
    let (entry, record) = match subject {
        Subject::Entry(seq) => (Some(seq), None),
        Subject::Record(seq) => (None, Some(seq)),
    };
    let risk = &screening.risk;
    db.prepare_cached(
        "INSERT INTO screenings (entry, record, version, at_ms, at_offset, level, tier, coverage, risk, model)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        entry,
        record,
        screening.version,
        screening.at.ms(),
        screening.at.offset(),
        risk.level.slug(),
        risk.tier.slug(),
        Coverage::slug(risk.coverage),
        rows::to_json(risk)?,
        screening.model.as_ref().map(rows::to_json).transpose()?,
    ])?;
    Ok(())
}

pub(super) fn screenings(db: &Connection, subject: Subject) -> Result<Vec<Screening>, JournalError> {
    let (sql, seq) = match subject {
        Subject::Entry(seq) => (
            "SELECT version, at_ms, at_offset, risk, model FROM screenings WHERE entry = ?1 ORDER BY seq",
            seq,
        ),
        Subject::Record(seq) => (
            "SELECT version, at_ms, at_offset, risk, model FROM screenings WHERE record = ?1 ORDER BY seq",
            seq,
        ),
    };
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map([seq], |row| {
        Ok(Screening {
            version: row.get(0)?,
            at: rows::stamp(row, 1)?,
            risk: rows::json(row, 3)?,
            model: rows::optional_json(row, 4)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn insert_recognition(
    db: &Connection,
    entry: i64,
    said: &Recognition,
) -> Result<(), JournalError> {
    db.prepare_cached(
        "INSERT INTO recognitions (entry, version, at_ms, at_offset, probabilities, model)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        entry,
        said.version,
        said.at.ms(),
        said.at.offset(),
        rows::to_json(&said.probabilities)?,
        rows::to_json(&said.model)?,
    ])?;
    let recognition = db.last_insert_rowid();
    let mut statement = db.prepare_cached(
        "INSERT INTO recognised (recognition, slug, place, probability, spans) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (place, found) in said.found.iter().enumerate() {
        let probability = f64::from(found.probability);
        let spans = rows::to_json(&found.spans)?;
        statement.execute(params![
            recognition,
            found.slug.slug(),
            rows::number(place),
            probability,
            spans
        ])?;
    }
    Ok(())
}

pub(super) fn recognitions(db: &Connection, entry: i64) -> Result<Vec<Recognition>, JournalError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, version, at_ms, at_offset, probabilities, model FROM recognitions WHERE entry = ?1 ORDER BY seq",
    )?;
    let said = statement.query_map([entry], |row| {
        let model: ModelIds = rows::json(row, 5)?;
        let said = Recognition {
            version: row.get(1)?,
            at: rows::stamp(row, 2)?,
            probabilities: rows::json(row, 4)?,
            found: Vec::new(),
            model,
        };
        Ok((row.get::<_, i64>(0)?, said))
    })?;
    let mut all = Vec::new();
    for said in said {
        let (seq, mut said) = said?;
        let mut statement = db.prepare_cached(
            "SELECT slug, probability, spans FROM recognised WHERE recognition = ?1 ORDER BY place",
        )?;
        let found = statement.query_map([seq], |row| {
            Ok(FoundDistortion {
                slug: rows::name(row, 0, &Distortion::ALL, Distortion::slug)?,
                probability: row.get::<_, f64>(1)? as f32,
                spans: rows::json(row, 2)?,
            })
        })?;
        said.found = found.collect::<Result<_, _>>()?;
        all.push(said);
    }
    Ok(all)
}
