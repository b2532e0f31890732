//! The journal: what a person wrote, kept on their disk, encrypted, and theirs to take along.
//!
//! [`open`] is the only door to SQLite in the whole program. The database is always encrypted
//! (SQLCipher) with a random data key, so that every page is authenticated and damage is noticed;
//! how that key is kept is the [`vault`]'s business. What returns without an error is on the
//! disk. This room knows nothing of HTTP, of models, or of what the texts mean.

mod backup;
mod body;
mod carry;
mod check;
mod choices;
mod connect;
mod creations;
mod dialogues;
mod door;
mod drafts;
mod entries;
mod erase;
mod error;
mod find;
mod find_records;
mod findings;
mod kept;
mod log;
mod look_back;
mod model;
mod parts;
mod plan;
mod records;
mod reframes;
mod responses;
mod rows;
mod schema;
mod taken_in;
mod time;
mod unread;
mod values;
pub mod vault;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use backup::{Backup, Restored, restore};
pub use body::{BodyDay, BodyTakenIn};
pub use carry::{Form, Imported, Opener, Origin, Reading, Recipient, Seal, Sealed};
pub use check::{Health, check_folder};
pub use choices::Choice;
pub use creations::{Created, CreationKey};
pub use dialogues::{Answer, KeptDialogue, KeptTurn};
pub use door::{Door, Standing};
pub use erase::Erase;
pub use error::JournalError;
pub use find::{Cursor, Filter, Hit, MOST_OF_A_PAGE, Page};
pub use find_records::RecordHit;
pub use findings::Screened;
pub use kept::{Content, Kept};
pub use look_back::{EntrySeen, RecordSeen, leads_to_help};
pub use model::{
    Balanced, Change, Draft, Entry, Feeling, FoundDistortion, FullEntry, FullRecord, ModelIds, NewEntry,
    Recognition, RecordContent, Response, ResponseAnswer, ResponseContent, ResponseResult, Revision,
    Screening, ThoughtRecord, Verdict,
};
pub use parts::KeptPart;
pub use plan::PlanKeeper;
pub use reframes::{ReframeFeedback, ReframeHistory, ShownReframe, TextSum};
pub use taken_in::TakenIn;
pub use time::{Clock, Stamp, StampError, SystemClock};
pub use unread::{KeptWords, Unread};
pub use values::{EntryText, Id, Line, Mood, Percent, Tag, ValueError};

use crate::disk;
use vault::{DataKey, Unlock, Vault, VaultError, VaultState};

/// Readers that are kept open for the next one.
const KEPT_READERS: usize = 4;

/// An open journal. Methods may be called from many threads at once; those that write wait for
/// each other, those that read wait for nobody.
pub struct Journal {
    folder: PathBuf,
    key: DataKey,
    /// The latest form of the database that is known.
    known: u32,
    damaged_log: Option<PathBuf>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    clock: Arc<dyn Clock>,
}

/// Opens the journal of a data folder. Where there is none, one is made, with a key file and
/// without a passphrase.
///
/// # Errors
/// [`JournalError`]: each thing that can be wrong has its own, and none of them leads to a file
/// being deleted or written over.
pub fn open(folder: &Path, unlock: &Unlock, clock: Arc<dyn Clock>) -> Result<Journal, JournalError> {
    open_with(folder, unlock, clock, schema::MIGRATIONS)
}

/// Whether there is a journal in this folder.
#[must_use]
pub fn exists(folder: &Path) -> bool {
    folder.join(connect::DATABASE).exists()
}

fn open_with(
    folder: &Path,
    unlock: &Unlock,
    clock: Arc<dyn Clock>,
    migrations: &[&str],
) -> Result<Journal, JournalError> {
    let path = folder.join(connect::DATABASE);
    disk::private_folder(folder).map_err(|error| connect::unwritable(&path, error))?;
    let vault = Vault::of(folder);
    if vault.state()? == VaultState::Absent {
        if path.exists() {
            return Err(VaultError::KeyFileMissing(folder.to_owned()).into());
        }
        vault.create()?;
    }
    let key = vault.open(unlock)?;
    if !path.exists() {
        // A log without its database is what is left of a journal, not a new one.
        if log::of(&path).metadata().is_ok_and(|log| log.len() > 0) {
            return Err(JournalError::DamagedHeader);
        }
        connect::create(&path, &key, migrations)?;
    }
    let damaged_log = log::set_aside_if_damaged(&path, clock.now())?;
    let known = migrations.len() as u32;
    let mut writer = connect::connect(&path, &key, known)?;
    if schema::version(&writer)? < known {
        backup::before_migration(folder, &writer, &key, clock.now())?;
        schema::migrate(&mut writer, migrations).map_err(|e| connect::diagnose(&writer, &path, e))?;
    }
    Ok(Journal {
        folder: folder.to_owned(),
        key,
        known,
        damaged_log,
        writer: Mutex::new(writer),
        readers: Mutex::default(),
        clock,
    })
}

impl Journal {
    /// The folder that it lies in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A copy of the log, where this opening found it damaged: what was written last before that
    /// may be missing.
    #[must_use]
    pub fn damaged_log(&self) -> Option<&Path> {
        self.damaged_log.as_deref()
    }

    /// What time the journal has it.
    #[must_use]
    pub fn now(&self) -> Stamp {
        self.clock.now()
    }

    fn connect(&self) -> Result<Connection, JournalError> {
        connect::connect(&self.path(), &self.key, self.known)
    }

    fn reader(&self) -> Result<Connection, JournalError> {
        let connection = self.connect()?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(connect::DATABASE)
    }

    /// Runs something that reads, on a connection that may not write.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, JournalError>) -> Result<T, JournalError> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = kept.map_or_else(|| self.reader(), Ok)?;
        // One view of the journal for all that is read together.
        let done = connection.unchecked_transaction().map_err(JournalError::from).and_then(|tx| {
            let done = work(&tx)?;
            tx.commit()?;
            Ok(done)
        });
        let done = done.map_err(|error| connect::diagnose(&connection, &self.path(), error));
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < KEPT_READERS {
            readers.push(connection);
        }
        done
    }

    /// Runs something that writes, wholly or not at all. When it returns, it is on the disk.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transact = |writer: &mut Connection| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        transact(&mut writer).map_err(|error| connect::diagnose(&writer, &self.path(), error))
    }

    /// Moves the log into the database and empties it.
    fn empty_log(&self) -> Result<(), JournalError> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let busy: i64 = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { Err(JournalError::Busy) }
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Journal({})", self.folder.display())
    }
}

#[cfg(test)]
mod frozen;
#[cfg(test)]
mod tests;
