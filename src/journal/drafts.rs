//! What is being written, saved as it is typed.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::error::JournalError;
use super::model::Draft;
use super::{Journal, rows};

impl Journal {
    /// Saves what is written so far in the place of what was saved there before.
    ///
    /// # Errors
    /// [`JournalError`]; then what was saved before is still there.
    pub fn save_draft(&self, slot: &str, body: &str) -> Result<Draft, JournalError> {
        let draft = Draft { slot: slot.to_owned(), body: body.to_owned(), saved: self.clock.now() };
        self.write(|tx| put(tx, &draft))?;
        Ok(draft)
    }

    /// What was saved there, if anything.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn draft(&self, slot: &str) -> Result<Option<Draft>, JournalError> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT slot, body, saved_ms, saved_offset FROM drafts WHERE slot = ?1")?;
            Ok(statement.query_row([slot], of_row).optional()?)
        })
    }

    /// All drafts, by their places.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn drafts(&self) -> Result<Vec<Draft>, JournalError> {
        self.read(all)
    }

    /// Forgets what was saved there. Gives whether there was anything.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn discard_draft(&self, slot: &str) -> Result<bool, JournalError> {
        self.write(|tx| Ok(tx.execute("DELETE FROM drafts WHERE slot = ?1", [slot])? > 0))
    }
}

pub(super) fn all(db: &Connection) -> Result<Vec<Draft>, JournalError> {
    let mut statement = db.prepare("SELECT slot, body, saved_ms, saved_offset FROM drafts ORDER BY slot")?;
    let drafts = statement.query_map([], of_row)?;
    Ok(drafts.collect::<Result<_, _>>()?)
}

pub(super) fn put(db: &Connection, draft: &Draft) -> Result<(), JournalError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO drafts (slot, body, saved_ms, saved_offset) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![draft.slot, draft.body, draft.saved.ms(), draft.saved.offset()])?;
    Ok(())
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft { slot: row.get(0)?, body: row.get(1)?, saved: rows::stamp(row, 2)? })
}
