//! What is kept whole: check-ins, own steps of the ladder, what was practised, people, reflections,
//! cortisol, and reframes with what was said of them. Each has a table of the same form, with its content as it is exported.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::creations::{Created, CreationKey};
use super::error::JournalError;
use super::find::{Cursor, MOST_OF_A_PAGE, Page, page};
use super::time::Stamp;
use super::values::Id;
use super::{Journal, rows};
use crate::body::Cortisol;
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

impl Content for Cortisol {
    const TABLE: &'static str = "cortisol";
    const WHAT: &'static str = "cortisol value";

    /// None: numbers only.
    fn free_words(&self) -> String {
        String::new()
    }
}

/// The tables of this file.
pub(super) const TABLES: [&str; 8] = [
    "checkins",
    "own_steps",
    "practices",
    "people",
    "reflections",
    "cortisol",
    "shown_reframes",
    "reframe_feedback",
];

/// Something as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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

    /// Keeps something new, unless an earlier request with this key did: its id is made of the key.
    ///
    /// # Errors
    /// [`JournalError::KeyReused`] if the key came with something else, and others; then nothing
    /// was kept.
    pub fn keep_once<C: Content>(
        &self,
        content: &C,
        key: &CreationKey,
    ) -> Result<Created<Kept<C>>, JournalError> {
        let now = self.clock.now();
        let kept = Kept { id: key.id(C::TABLE), written: now, saved: now, content: content.clone() };
        self.write(|tx| match find::<C>(tx, kept.id)? {
            None => {
                insert(tx, &kept)?;
                Ok(Created::New(kept))
            }
            // What was changed since need not be what was sent.
            Some(earlier) if earlier.content == *content || earlier.saved != earlier.written => {
                Ok(Created::Earlier(earlier))
            }
            Some(_) => Err(JournalError::KeyReused),
        })
    }

    /// Puts other content in the place of what is kept.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn replace<C: Content>(&self, id: Id, content: &C) -> Result<Kept<C>, JournalError> {
        let changed = self.change_kept(id, |_: &Kept<C>| Some(content.clone()))?;
        changed.flatten().ok_or(JournalError::Missing { what: C::WHAT, id })
    }

    /// Makes something else of what is kept. Gives `None` if there is nothing of this id, and
    /// `Some(None)` if `change` wants it left as it is.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn change_kept<C: Content>(
        &self,
        id: Id,
        change: impl FnOnce(&Kept<C>) -> Option<C>,
    ) -> Result<Option<Option<Kept<C>>>, JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let Some(old) = find::<C>(tx, id)? else { return Ok(None) };
            let Some(content) = change(&old) else { return Ok(Some(None)) };
            let kept = Kept { saved: now, content, ..old };
            let sql = format!(
                "UPDATE {} SET saved_ms = ?2, saved_offset = ?3, content = ?4 WHERE id = ?1",
                C::TABLE
            );
            let content = rows::to_json(&kept.content)?;
            tx.execute(&sql, params![id.as_bytes(), now.ms(), now.offset(), content])?;
            Ok(Some(Some(kept)))
        })
    }

    /// What is kept of a kind, the latest written first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn all_kept<C: Content>(&self, at_most: usize) -> Result<Vec<Kept<C>>, JournalError> {
        self.read(|db| select(db, "ORDER BY written_ms DESC, id DESC LIMIT ?1", [rows::number(at_most)]))
    }

    /// A page of what is kept of a kind, the latest written first.
    ///
    /// # Errors
    /// [`JournalError`] if the cursor is not one of a list, or the journal cannot be read.
    pub fn list_kept<C: Content>(
        &self,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<Kept<C>>, JournalError> {
        let limit = limit.clamp(1, MOST_OF_A_PAGE);
        let order = format!("ORDER BY written_ms DESC, id DESC LIMIT {}", limit + 1);
        let found: Vec<Kept<C>> = self.read(|db| match &after {
            None => select(db, &order, []),
            Some(Cursor::Time { ms, id }) => {
                select(db, &format!("WHERE (written_ms, id) < (?1, ?2) {order}"), params![ms, id.as_bytes()])
            }
            Some(Cursor::Search { .. }) => Err(JournalError::Cursor),
        })?;
        Ok(page(found, limit, |last| Cursor::Time { ms: last.written.ms(), id: last.id }))
    }

    /// The one of this id, if there is one.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn kept<C: Content>(&self, id: Id) -> Result<Option<Kept<C>>, JournalError> {
        self.read(|db| find(db, id))
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
        match self.delete_kept_if(id, |_: &Kept<C>| true)? {
            Some(_) => Ok(()),
            None => Err(JournalError::Missing { what: C::WHAT, id }),
        }
    }

    /// Deletes one of a kind if it is as it may be. Gives whether it did; `None` if there is
    /// nothing of this id.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn delete_kept_if<C: Content>(
        &self,
        id: Id,
        may: impl FnOnce(&Kept<C>) -> bool,
    ) -> Result<Option<bool>, JournalError> {
        self.write(|tx| {
            let Some(now) = find::<C>(tx, id)? else { return Ok(None) };
            if !may(&now) {
                return Ok(Some(false));
            }
            tx.execute(&format!("DELETE FROM {} WHERE id = ?1", C::TABLE), [id.as_bytes()])?;
            tx.execute("DELETE FROM unread WHERE id = ?1", [id.as_bytes()])?;
            Ok(Some(true))
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

pub(super) fn select<C: Content>(
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
