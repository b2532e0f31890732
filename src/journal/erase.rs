//! Erasing: so that what was written can't be found again, not in free pages, not in the index,
//! not in the log. Copies elsewhere are beyond us; those in `backups/` are deleted when asked.

use std::sync::PoisonError;

use super::error::JournalError;
use super::time::Stamp;
use super::values::Id;
use super::{Journal, body, entries, kept, taken_in};

/// What is to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erase {
    /// One entry with all that belongs to it.
    Entry(Id),
    /// Entries, thought records, sheets of questionnaires, parts, dialogues, check-ins, practice,
    /// people, reflections, what was measured of the body and what was said of reframes in a period,
    /// its end not included, and all drafts.
    Period {
        /// Its beginning.
        from: Stamp,
        /// Its end.
        until: Stamp,
    },
    /// Everything that was written.
    All,
}

impl Journal {
    /// Erases for good. Gives how many entries are gone. The file is written anew without them
    /// and the log emptied; [`Journal::delete_own_backups`] sees to the copies.
    ///
    /// # Errors
    /// [`JournalError::Missing`] if there is no such entry;
    /// [`JournalError::TracesLeft`] if another program reads the journal: then what was asked for
    /// is deleted, and its last traces go when that program closes the journal.
    pub fn erase(&self, what: Erase) -> Result<usize, JournalError> {
        let gone = self.write(|tx| match what {
            Erase::Entry(id) => match tx.execute("DELETE FROM entries WHERE id = ?1", [id.as_bytes()])? {
                0 => Err(JournalError::Missing { what: "entry", id }),
                gone => Ok(gone),
            },
            Erase::Period { from, until } => {
                tx.execute(
                    "DELETE FROM thought_records WHERE written_ms >= ?1 AND written_ms < ?2",
                    [from.ms(), until.ms()],
                )?;
                tx.execute(
                    "DELETE FROM responses WHERE saved_ms >= ?1 AND saved_ms < ?2",
                    [from.ms(), until.ms()],
                )?;
                tx.execute("DELETE FROM drafts", [])?;
                tx.execute(
                    "DELETE FROM dialogues WHERE begun_ms >= ?1 AND begun_ms < ?2",
                    [from.ms(), until.ms()],
                )?;
                tx.execute(
                    "DELETE FROM parts WHERE written_ms >= ?1 AND written_ms < ?2",
                    [from.ms(), until.ms()],
                )?;
                for table in kept::TABLES {
                    let sql = format!("DELETE FROM {table} WHERE written_ms >= ?1 AND written_ms < ?2");
                    tx.execute(&sql, [from.ms(), until.ms()])?;
                }
                body::delete_days(tx, from.local_day(), until.local_day())?;
                taken_in::forget_gone(tx)?;
                entries::delete_period(tx, from, until)
            }
            Erase::All => {
                tx.execute("DELETE FROM thought_records", [])?;
                tx.execute("DELETE FROM responses", [])?;
                tx.execute("DELETE FROM drafts", [])?;
                tx.execute("DELETE FROM dialogues", [])?;
                tx.execute("DELETE FROM parts", [])?;
                for table in kept::TABLES {
                    tx.execute(&format!("DELETE FROM {table}"), [])?;
                }
                tx.execute("DELETE FROM unread", [])?;
                tx.execute("DELETE FROM body_days", [])?;
                tx.execute("DELETE FROM choices", [])?;
                Ok(tx.execute("DELETE FROM entries", [])?)
            }
        })?;
        match self.scrub() {
            Err(JournalError::Busy) => Err(JournalError::TracesLeft { gone }),
            done => done.map(|()| gone),
        }
    }

    /// Leaves nothing of what was deleted in the file or its log.
    fn scrub(&self) -> Result<(), JournalError> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            // Each index is merged into one, so that no old piece of it is left, and the file is
            // written anew.
            writer.execute_batch(
                "INSERT INTO entry_search (entry_search) VALUES ('optimize');
                 INSERT INTO record_search (record_search) VALUES ('optimize');
                 VACUUM;",
            )?;
        }
        self.empty_log()
    }
}
