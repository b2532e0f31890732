//! Looking back over a period: entries and thought records with what was said of them as they are
//! now, and without the texts of entries.

use rusqlite::{Connection, params};

use super::error::JournalError;
use super::model::ThoughtRecord;
use super::time::Stamp;
use super::values::{Id, Mood, Tag};
use super::{Journal, records, rows};
use crate::crisis::{Risk, Tier};
use crate::distortion::Distortion;

/// An entry as looking back sees it.
#[derive(Debug, Clone)]
pub struct EntrySeen {
    /// Its id.
    pub id: Id,
    /// What time it speaks of.
    pub written: Stamp,
    /// How the day was.
    pub mood: Option<Mood>,
    /// Words to find it by.
    pub tags: Vec<Tag>,
    /// The distortions that were found in it as it is now.
    pub found: Vec<Distortion>,
    /// What was noticed in it as it is now, where anything was; of several readings each.
    pub risks: Vec<Risk>,
}

/// A thought record as looking back sees it.
#[derive(Debug, Clone)]
pub struct RecordSeen {
    /// The record.
    pub record: ThoughtRecord,
    /// What was noticed in it as it is now, where anything was; of several readings each.
    pub risks: Vec<Risk>,
}

/// Whether one of these leads to help.
#[must_use]
pub fn leads_to_help(risks: &[Risk]) -> bool {
    risks.iter().any(|risk| risk.tier.escalates())
}

impl Journal {
    /// The entries of a period, its end not included, the earliest first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn entries_seen(&self, from: Stamp, until: Stamp) -> Result<Vec<EntrySeen>, JournalError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT seq, version, id, written_ms, written_offset, mood FROM entries
                 WHERE written_ms >= ?1 AND written_ms < ?2 ORDER BY written_ms, id",
            )?;
            let entries = statement.query_map([from.ms(), until.ms()], |row| {
                let seen = EntrySeen {
                    id: rows::id(row, 2)?,
                    written: rows::stamp(row, 3)?,
                    mood: rows::optional::<u8, Mood>(row, 5)?,
                    tags: Vec::new(),
                    found: Vec::new(),
                    risks: Vec::new(),
                };
                Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?, seen))
            })?;
            let mut all = Vec::new();
            for entry in entries {
                let (seq, version, mut seen) = entry?;
                seen.tags = tags(db, seq)?;
                seen.found = found(db, seq, version)?;
                seen.risks = risks(db, "entry", seq, version)?;
                all.push(seen);
            }
            Ok(all)
        })
    }

    /// The thought records of a period, its end not included, the earliest first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn records_seen(&self, from: Stamp, until: Stamp) -> Result<Vec<RecordSeen>, JournalError> {
        self.read(|db| {
            let records = records::of_period(db, from, until)?;
            let seen = records.into_iter().map(|(seq, record)| {
                let risks = risks(db, "record", seq, record.version)?;
                Ok(RecordSeen { record, risks })
            });
            seen.collect()
        })
    }
}

fn tags(db: &Connection, entry: i64) -> Result<Vec<Tag>, JournalError> {
    let mut statement = db.prepare_cached("SELECT tag FROM tags WHERE entry = ?1 ORDER BY tag")?;
    let tags = statement.query_map([entry], |row| rows::parsed::<Tag>(row, 0))?;
    Ok(tags.collect::<Result<_, _>>()?)
}

/// What the latest reading of this version found.
fn found(db: &Connection, entry: i64, version: u32) -> Result<Vec<Distortion>, JournalError> {
    let mut statement = db.prepare_cached(
        "SELECT slug FROM recognised WHERE recognition =
           (SELECT max(seq) FROM recognitions WHERE entry = ?1 AND version = ?2) ORDER BY place",
    )?;
    let found = statement
        .query_map(params![entry, version], |row| rows::name(row, 0, &Distortion::ALL, Distortion::slug))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn risks(db: &Connection, of: &str, seq: i64, version: u32) -> Result<Vec<Risk>, JournalError> {
    let sql =
        format!("SELECT risk FROM screenings WHERE {of} = ?1 AND version = ?2 AND tier <> ?3 ORDER BY seq");
    let mut statement = db.prepare_cached(&sql)?;
    let risks = statement.query_map(params![seq, version, Tier::None.slug()], |row| rows::json(row, 0))?;
    Ok(risks.collect::<Result<_, _>>()?)
}
