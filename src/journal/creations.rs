//! Creations under a key: a caller that does not know whether its request arrived sends it again
//! with the same key, and nothing is made twice.

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::error::JournalError;
use super::model::{Entry, NewEntry, RecordContent, ThoughtRecord};
use super::time::Stamp;
use super::values::{Id, ValueError};
use super::{Journal, entries, records};

/// How long a key is remembered, in milliseconds: a day.
const REMEMBERED_MS: i64 = 24 * 60 * 60 * 1_000;
/// Bytes of a key at most.
const MOST: usize = 128;

/// A caller's name for one creation, with the fingerprint of what is to be created.
#[derive(Clone, PartialEq, Eq)]
pub struct CreationKey {
    key: String,
    fingerprint: [u8; 32],
}

impl CreationKey {
    /// A key for what a caller sent.
    ///
    /// # Errors
    /// [`ValueError::Key`] if it is not 1 to 128 visible ASCII characters.
    pub fn new(key: &str, sent: &[u8]) -> Result<Self, ValueError> {
        if !(1..=MOST).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ValueError::Key);
        }
        Ok(Self { key: key.to_owned(), fingerprint: Sha256::digest(sent).into() })
    }

    /// The id of what this key makes in a table.
    pub(super) fn id(&self, table: &str) -> Id {
        let digest = Sha256::new().chain_update(table).chain_update([0]).chain_update(&self.key).finalize();
        let mut id = [0; 16];
        id.iter_mut().zip(digest).for_each(|(byte, of)| *byte = of);
        Id::of_content(id)
    }
}

impl std::fmt::Debug for CreationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CreationKey")
    }
}

/// What came of a creation.
#[derive(Debug, Clone, PartialEq)]
pub enum Created<T> {
    /// It was made now.
    New(T),
    /// It was made by an earlier request with the same key, and is as given now.
    Earlier(T),
}

impl<T> Created<T> {
    /// What there is now.
    pub fn into_inner(self) -> T {
        match self {
            Self::New(made) | Self::Earlier(made) => made,
        }
    }
}

/// What a key made.
enum Made {
    Entry(i64),
    Record(i64),
}

impl Journal {
    /// Keeps an entry, unless an earlier request with this key did.
    ///
    /// # Errors
    /// [`JournalError::KeyReused`] if the key came with something else, and others; then nothing
    /// was kept.
    pub fn add_once(&self, new: &NewEntry, key: &CreationKey) -> Result<Created<Entry>, JournalError> {
        let now = self.now();
        self.write(|tx| {
            match earlier(tx, key, now)? {
                Some(Made::Entry(seq)) => return Ok(Created::Earlier(entries::at(tx, seq)?)),
                Some(Made::Record(_)) => return Err(JournalError::KeyReused),
                None => {}
            }
            let entry = new.at(now);
            let seq = entries::insert(tx, &entry)?;
            remember(tx, key, &Made::Entry(seq), now)?;
            Ok(Created::New(entry))
        })
    }

    /// Keeps a thought record, unless an earlier request with this key did.
    ///
    /// # Errors
    /// [`JournalError::KeyReused`] if the key came with something else, and others; then nothing
    /// was kept.
    pub fn add_record_once(
        &self,
        entry: Option<Id>,
        content: &RecordContent,
        key: &CreationKey,
    ) -> Result<Created<ThoughtRecord>, JournalError> {
        let now = self.now();
        self.write(|tx| {
            match earlier(tx, key, now)? {
                Some(Made::Record(seq)) => return Ok(Created::Earlier(records::at(tx, seq)?)),
                Some(Made::Entry(_)) => return Err(JournalError::KeyReused),
                None => {}
            }
            let record = ThoughtRecord::begun(now, entry, content.clone());
            let seq = records::insert(tx, &record)?;
            remember(tx, key, &Made::Record(seq), now)?;
            Ok(Created::New(record))
        })
    }
}

fn earlier(db: &Connection, key: &CreationKey, now: Stamp) -> Result<Option<Made>, JournalError> {
    // A clock that went back must not make a key last for ever.
    db.prepare_cached("DELETE FROM creations WHERE abs(at_ms - ?1) > ?2")?
        .execute(params![now.ms(), REMEMBERED_MS])?;
    let found = db
        .prepare_cached("SELECT fingerprint, entry, record FROM creations WHERE key = ?1")?
        .query_row([&key.key], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?))
        })
        .optional()?;
    let Some((fingerprint, entry, record)) = found else { return Ok(None) };
    if fingerprint != key.fingerprint {
        return Err(JournalError::KeyReused);
    }
    Ok(entry.map(Made::Entry).or(record.map(Made::Record)))
}

fn remember(db: &Connection, key: &CreationKey, made: &Made, now: Stamp) -> Result<(), JournalError> {
    let (entry, record) = match made {
        Made::Entry(seq) => (Some(seq), None),
        Made::Record(seq) => (None, Some(seq)),
    };
    db.prepare_cached(
        "INSERT INTO creations (key, fingerprint, entry, record, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![key.key, key.fingerprint, entry, record, now.ms()])?;
    Ok(())
}
