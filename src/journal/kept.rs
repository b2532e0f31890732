//! What is kept whole: check-ins, own steps of the ladder, what was practised, people, and
//! reflections. Each has a table of the same form, with its content as it is exported.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::time::Stamp;
use super::values::Id;
use super::{Journal, rows};
use crate::checkin::CheckIn;
use crate::practice::{OwnStep, Person, Practice};
use crate::reflection::Reflected;

/// Something that is kept whole.
pub trait Content: Serialize + DeserializeOwned + Clone + PartialEq {
    /// Its table.
    const TABLE: &'static str;
    /// What it is called.
    const WHAT: &'static str;

    /// Its free words, a line each: what is screened.
    fn free_words(&self) -> String;
}

impl Content for CheckIn {
    const TABLE: &'static str = "checkins";
    const WHAT: &'static str = "check-in";

    fn free_words(&self) -> String {
        self.words()
    }
}

impl Content for OwnStep {
    const TABLE: &'static str = "own_steps";
    const WHAT: &'static str = "own step";

    fn free_words(&self) -> String {
        self.text.as_str().to_owned()
    }
}

impl Content for Practice {
    const TABLE: &'static str = "practices";
    const WHAT: &'static str = "practice";

    fn free_words(&self) -> String {
        self.words()
    }
}

impl Content for Person {
    const TABLE: &'static str = "people";
    const WHAT: &'static str = "person";

    fn free_words(&self) -> String {
        self.words()
    }
}

impl Content for Reflected {
    const TABLE: &'static str = "reflections";
    const WHAT: &'static str = "reflection";

    fn free_words(&self) -> String {
        self.words()
    }
}

/// The tables of this file.
pub(super) const TABLES: [&str; 5] = ["checkins", "own_steps", "practices", "people", "reflections"];

/// Something as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept<C> {
    /// Its name, for good.
    pub id: Id,
    /// When it was first kept.
    pub written: Stamp,
    /// When it was last changed.
    pub saved: Stamp,
    /// What it says.
    pub content: C,
}

const COLUMNS: &str = "seq, id, written_ms, written_offset, saved_ms, saved_offset, content";

impl Journal {
    /// Keeps something new. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn keep<C: Content>(&self, content: &C) -> Result<Kept<C>, JournalError> {
        let now = self.clock.now();
        let kept = Kept { id: Id::new(now), written: now, saved: now, content: content.clone() };
        self.write(|tx| insert(tx, &kept))?;
        Ok(kept)
    }

    /// Puts other content in the place of what is kept.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn replace<C: Content>(&self, id: Id, content: &C) -> Result<Kept<C>, JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let old: Kept<C> = find(tx, id)?.ok_or(JournalError::Missing { what: C::WHAT, id })?;
            let kept = Kept { saved: now, content: content.clone(), ..old };
            let sql = format!(
                "UPDATE {} SET saved_ms = ?2, saved_offset = ?3, content = ?4 WHERE id = ?1",
                C::TABLE
            );
            let content = rows::to_json(&kept.content)?;
            tx.execute(&sql, params![id.as_bytes(), now.ms(), now.offset(), content])?;
            Ok(kept)
        })
    }

    /// What is kept of a kind, the latest written first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn all_kept<C: Content>(&self, at_most: usize) -> Result<Vec<Kept<C>>, JournalError> {
        self.read(|db| select(db, "ORDER BY written_ms DESC, id DESC LIMIT ?1", [rows::number(at_most)]))
    }

    /// The one whose id begins so.
    ///
    /// # Errors
    /// [`JournalError::Ambiguous`] if the beginning fits none or several.
    pub fn kept_like<C: Content>(&self, beginning: &str) -> Result<Kept<C>, JournalError> {
        let wanted: String = beginning.trim().to_lowercase().chars().filter(|c| *c != '-').collect();
        let fits = wanted.len() >= 4 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut found: Vec<Kept<C>> = if fits {
            self.read(|db| select(db, "WHERE lower(hex(id)) LIKE ?1 || '%' LIMIT 2", [wanted]))?
        } else {
            Vec::new()
        };
        match (found.pop(), found.len()) {
            (Some(one), 0) => Ok(one),
            (None, _) => Err(JournalError::Ambiguous { found: 0 }),
            (Some(_), more) => Err(JournalError::Ambiguous { found: more + 1 }),
        }
    }

    /// Deletes one of a kind.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn delete_kept<C: Content>(&self, id: Id) -> Result<(), JournalError> {
        self.write(|tx| {
            let gone = tx.execute(&format!("DELETE FROM {} WHERE id = ?1", C::TABLE), [id.as_bytes()])?;
            tx.execute("DELETE FROM unread WHERE id = ?1", [id.as_bytes()])?;
            if gone == 0 { Err(JournalError::Missing { what: C::WHAT, id }) } else { Ok(()) }
        })
    }
}

/// Everything of a kind in the order in which it came.
pub(super) fn each<C: Content>(
    db: &Connection,
    take: impl FnMut(Kept<C>) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    select(db, "ORDER BY seq", [])?.into_iter().try_for_each(take)
}

pub(super) fn find<C: Content>(db: &Connection, id: Id) -> Result<Option<Kept<C>>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM {} WHERE id = ?1", C::TABLE);
    Ok(db.prepare_cached(&sql)?.query_row([id.as_bytes()], of_row).optional()?)
}

pub(super) fn insert<C: Content>(db: &Connection, kept: &Kept<C>) -> Result<(), JournalError> {
    let sql = format!(
        "INSERT INTO {} (id, written_ms, written_offset, saved_ms, saved_offset, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        C::TABLE
    );
    db.prepare_cached(&sql)?.execute(params![
        kept.id.as_bytes(),
        kept.written.ms(),
        kept.written.offset(),
        kept.saved.ms(),
        kept.saved.offset(),
        rows::to_json(&kept.content)?,
    ])?;
    Ok(())
}

fn select<C: Content>(
    db: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Kept<C>>, JournalError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM {} {condition}", C::TABLE))?;
    Ok(statement.query_map(parameters, of_row)?.collect::<Result<_, _>>()?)
}

fn of_row<C: Content>(row: &Row<'_>) -> rusqlite::Result<Kept<C>> {
    Ok(Kept {
        id: rows::id(row, 1)?,
        written: rows::stamp(row, 2)?,
        saved: rows::stamp(row, 4)?,
        content: rows::json(row, 6)?,
    })
}
