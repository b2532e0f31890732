//! What was taken in from a file and was not screened yet. Entries, thought records and turns of a
//! dialogue know by themselves what was said of them; what is kept whole and parts have no such
//! place.

use rusqlite::{Connection, params};

use super::error::JournalError;
use super::kept::{self, Content, TABLES};
use super::values::Id;
use super::{Journal, ReframeFeedback, parts, rows};
use crate::checkin::CheckIn;
use crate::practice::{OwnStep, Person, Practice};
use crate::reflection::Reflected;

/// The table of parts.
pub(super) const PARTS: &str = "parts";

/// Words that nobody has screened yet.
#[derive(Clone, PartialEq, Eq)]
pub struct TakenIn {
    /// What they belong to.
    pub id: Id,
    /// The words, a line each.
    pub words: String,
}

impl std::fmt::Debug for TakenIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TakenIn({}, {} bytes)", self.id, self.words.len())
    }
}

impl Journal {
    /// What was taken in and not screened yet, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn taken_in_unread(&self, at_most: usize) -> Result<Vec<TakenIn>, JournalError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT id, kept_in FROM unread ORDER BY id LIMIT ?1")?;
            let waiting = statement.query_map([rows::number(at_most)], |row| {
                Ok((rows::id(row, 0)?, row.get::<_, String>(1)?))
            })?;
            let mut all = Vec::new();
            for one in waiting {
                let (id, table) = one?;
                let words = match table.as_str() {
                    CheckIn::TABLE => words_of::<CheckIn>(db, id)?,
                    OwnStep::TABLE => words_of::<OwnStep>(db, id)?,
                    Practice::TABLE => words_of::<Practice>(db, id)?,
                    Person::TABLE => words_of::<Person>(db, id)?,
                    ReframeFeedback::TABLE => words_of::<ReframeFeedback>(db, id)?,
                    PARTS => parts::has_part(db, id)?.map(|part| part.notes.words()).unwrap_or_default(),
                    _ => words_of::<Reflected>(db, id)?,
                };
                all.push(TakenIn { id, words });
            }
            Ok(all)
        })
    }

    /// Notes that these were screened.
    ///
    /// # Errors
    /// [`JournalError`]; then they will be read again.
    pub fn have_read(&self, ids: &[Id]) -> Result<(), JournalError> {
        self.write(|tx| {
            for id in ids {
                tx.prepare_cached("DELETE FROM unread WHERE id = ?1")?.execute([id.as_bytes()])?;
            }
            Ok(())
        })
    }
}

fn words_of<C: Content>(db: &Connection, id: Id) -> Result<String, JournalError> {
    Ok(kept::find::<C>(db, id)?.map(|kept| kept.content.free_words()).unwrap_or_default())
}

/// Notes that something waits to be screened.
pub(super) fn waits(db: &Connection, table: &str, id: Id) -> Result<(), JournalError> {
    db.prepare_cached("INSERT OR IGNORE INTO unread (id, kept_in) VALUES (?1, ?2)")?
        .execute(params![id.as_bytes(), table])?;
    Ok(())
}

/// Forgets what is no longer there.
pub(super) fn forget_gone(db: &Connection) -> Result<(), JournalError> {
    for table in TABLES.into_iter().chain([PARTS]) {
        let sql = format!("DELETE FROM unread WHERE kept_in = ?1 AND id NOT IN (SELECT id FROM {table})");
        db.execute(&sql, [table])?;
    }
    Ok(())
}
