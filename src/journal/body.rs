//! What wearables measured, a value for each measure and day. The same export may be taken in as
//! often as one likes; a later one of the same maker takes the place of what it tells anew.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::{Journal, rows};
use crate::body::{DayValue, Finite, Format, Measure, SourceName, Taken};

/// A value of a day as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BodyDay {
    /// What was measured.
    pub measure: Measure,
    /// The local day; of sleep the day of waking.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Whose export it came from.
    pub origin: Format,
    /// The value, in the unit of the measure.
    pub value: Finite,
    /// How many records of the export went into it.
    pub samples: u32,
    /// The device or app.
    pub source: SourceName,
}

/// What became of values that were taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BodyTakenIn {
    /// New here.
    pub added: usize,
    /// Here with another value; the new one took its place.
    pub changed: usize,
    /// Here already, just so.
    pub already_here: usize,
}

impl BodyDay {
    /// The values of an export.
    #[must_use]
    pub fn all_of(taken: &Taken) -> Vec<Self> {
        let of = |value: &DayValue| {
            let DayValue { measure, day, value, samples, source } = value.clone();
            Self { measure, day, origin: taken.format, value, samples, source }
        };
        taken.values.iter().map(of).collect()
    }
}

const COLUMNS: &str = "measure, day, origin, value, samples, source";

impl Journal {
    /// Takes in the values of an export, all or none.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn keep_body(&self, values: &[BodyDay]) -> Result<BodyTakenIn, JournalError> {
        self.write(|tx| {
            let mut taken = BodyTakenIn::default();
            for one in values {
                match find(tx, one)? {
                    Some(here) if here == *one => taken.already_here += 1,
                    Some(_) => taken.changed += 1,
                    None => taken.added += 1,
                }
                put(tx, one)?;
            }
            Ok(taken)
        })
    }

    /// The values of these days, by measure, day and origin.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn body(&self, days: &RangeInclusive<Date>) -> Result<Vec<BodyDay>, JournalError> {
        let (from, to) = (days.start().to_string(), days.end().to_string());
        self.read(|db| select(db, "WHERE day BETWEEN ?1 AND ?2", params![from, to]))
    }

    /// Deletes what came from one maker's exports. Gives how many values are gone.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn delete_body(&self, origin: Format) -> Result<usize, JournalError> {
        self.write(|tx| Ok(tx.execute("DELETE FROM body_days WHERE origin = ?1", [origin.slug()])?))
    }
}

/// All values.
pub(super) fn all(db: &Connection) -> Result<Vec<BodyDay>, JournalError> {
    select(db, "", [])
}

pub(super) fn find(db: &Connection, one: &BodyDay) -> Result<Option<BodyDay>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM body_days WHERE measure = ?1 AND day = ?2 AND origin = ?3");
    let key = params![one.measure.slug(), one.day.to_string(), one.origin.slug()];
    Ok(db.prepare_cached(&sql)?.query_row(key, of_row).optional()?)
}

pub(super) fn put(db: &Connection, one: &BodyDay) -> Result<(), JournalError> {
    let sql = format!("INSERT OR REPLACE INTO body_days ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    db.prepare_cached(&sql)?.execute(params![
        one.measure.slug(),
        one.day.to_string(),
        one.origin.slug(),
        one.value.get(),
        one.samples,
        one.source.as_str(),
    ])?;
    Ok(())
}

/// Deletes the values of days from one to another, the last one not included.
pub(super) fn delete_days(db: &Connection, from: Date, until: Date) -> Result<(), JournalError> {
    let days = [from.to_string(), until.to_string()];
    db.execute("DELETE FROM body_days WHERE day >= ?1 AND day < ?2", days)?;
    Ok(())
}

fn select(
    db: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<BodyDay>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM body_days {condition} ORDER BY measure, day, origin");
    Ok(db.prepare_cached(&sql)?.query_map(parameters, of_row)?.collect::<Result<_, _>>()?)
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<BodyDay> {
    let source: String = row.get(5)?;
    Ok(BodyDay {
        measure: rows::name(row, 0, &Measure::ALL, Measure::slug)?,
        day: rows::parsed(row, 1)?,
        origin: rows::name(row, 2, &Format::ALL, Format::slug)?,
        value: rows::value::<f64, Finite>(row, 3)?,
        samples: row.get(4)?,
        source: SourceName::new(&source),
    })
}
