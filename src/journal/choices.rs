//! What the person chose for good. Each choice is off until it is made.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::time::Stamp;
use super::{Journal, rows};

/// Something that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// A look back at the last week, shown at the first start of a new one.
    WeeklyDigest,
}

impl Choice {
    const ALL: [Self; 1] = [Self::WeeklyDigest];

    const fn slug(self) -> &'static str {
        match self {
            Self::WeeklyDigest => "weekly_digest",
        }
    }
}

/// A choice that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    /// Which.
    pub(super) name: Choice,
    /// When it was made, or acted on last.
    pub(super) saved: Stamp,
}

impl Journal {
    /// When this was chosen or acted on last; `None` while it is off.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn chosen(&self, choice: Choice) -> Result<Option<Stamp>, JournalError> {
        let all = self.read(all)?;
        Ok(all.into_iter().find(|one| one.name == choice).map(|one| one.saved))
    }

    /// Turns this on, or notes that it was acted on now.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn choose(&self, choice: Choice) -> Result<(), JournalError> {
        let chosen = Chosen { name: choice, saved: self.clock.now() };
        self.write(|tx| put(tx, &chosen))
    }

    /// Turns this off.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn unchoose(&self, choice: Choice) -> Result<(), JournalError> {
        self.write(|tx| {
            tx.execute("DELETE FROM choices WHERE name = ?1", [choice.slug()])?;
            Ok(())
        })
    }
}

pub(super) fn all(db: &Connection) -> Result<Vec<Chosen>, JournalError> {
    let mut statement =
        db.prepare_cached("SELECT name, saved_ms, saved_offset FROM choices ORDER BY name")?;
    let found = statement.query_map([], |row| {
        Ok(Chosen { name: rows::name(row, 0, &Choice::ALL, Choice::slug)?, saved: rows::stamp(row, 1)? })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn put(db: &Connection, chosen: &Chosen) -> Result<(), JournalError> {
    let row = params![chosen.name.slug(), chosen.saved.ms(), chosen.saved.offset()];
    db.execute("INSERT OR REPLACE INTO choices (name, saved_ms, saved_offset) VALUES (?1, ?2, ?3)", row)?;
    Ok(())
}
