//! The door to SQLite: every connection of the program is opened here, keyed, and set the same.

use std::ffi::c_int;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, ffi};
use uuid::Uuid;

use super::error::JournalError;
use super::schema::{self, APPLICATION_ID};
use super::vault::DataKey;
use crate::disk;

/// The name of the database in the data folder.
pub(super) const DATABASE: &str = "journal.db";

/// How long a writer waits for another process to finish.
const PATIENCE: Duration = Duration::from_secs(15);

/// Bytes of a page. SQLCipher authenticates each.
const PAGE: u64 = 4096;

/// An open, keyed database, checked to be one of ours, of a version up to `known`.
pub(super) fn connect(path: &Path, key: &DataKey, known: u32) -> Result<Connection, JournalError> {
    look(path)?;
    let connection = keyed(path, key)?;
    // The first page is read and checked only now.
    let first: Result<i64, _> =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    if let Err(error) = first {
        return Err(diagnose(&connection, path, error.into()));
    }
    let settings = || -> Result<(i32, u32), JournalError> {
        let id = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        Ok((id, schema::version(&connection)?))
    };
    let (id, found) = settings().map_err(|e| diagnose(&connection, path, e))?;
    if id != APPLICATION_ID {
        return Err(JournalError::NotADatabase(path.to_owned()));
    }
    if found > known {
        return Err(JournalError::Newer { found, known });
    }
    set(&connection).map_err(|e| diagnose(&connection, path, e))?;
    Ok(connection)
}

/// Makes a new database of the latest version where there is none. It gets its name only when it
/// is whole; if another process made one meanwhile, that one stays.
pub(super) fn create(path: &Path, key: &DataKey, migrations: &[&str]) -> Result<(), JournalError> {
    let part = path.with_file_name(format!("{DATABASE}.{}.part", Uuid::now_v7().simple()));
    let made = fill(&part, key, migrations).and_then(|()| match fs::hard_link(&part, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(unwritable(path, error)),
        _ => Ok(disk::sync_folder_of(path)?),
    });
    let _ = fs::remove_file(&part);
    made
}

fn fill(part: &Path, key: &DataKey, migrations: &[&str]) -> Result<(), JournalError> {
    create_private(part)?;
    let mut connection = keyed(part, key)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    schema::migrate(&mut connection, migrations)?;
    // Here, where nobody else can be in the way of it. Closing empties the log and removes it.
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| JournalError::from(error))?;
    Ok(File::open(part)?.sync_all()?)
}

/// An empty file that only its owner may read.
pub(super) fn create_private(path: &Path) -> Result<(), JournalError> {
    disk::new_file(path).map(|_| ()).map_err(|error| unwritable(path, error))
}

/// A connection that has its key and nothing else. Nothing was read yet.
pub(super) fn keyed(path: &Path, key: &DataKey) -> Result<Connection, JournalError> {
    silence()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| with_path(e.into(), path))?;
    connection.busy_timeout(PATIENCE)?;
    let text = key.for_cipher();
    let length = c_int::try_from(text.len()).unwrap_or(0);
    // Not through a PRAGMA, whose text SQLite would keep a copy of.
    // SAFETY: the handle is that of an open connection, and the key outlives the call, which
    // copies what it needs.
    #[allow(unsafe_code, reason = "SQLite takes a key as bytes through this call alone")]
    let code =
        unsafe { ffi::sqlite3_key_v2(connection.handle(), c"main".as_ptr(), text.as_ptr().cast(), length) };
    if code != ffi::SQLITE_OK {
        return Err(JournalError::Fault { code, what: "the key was not taken" });
    }
    Ok(connection)
}

fn set(connection: &Connection) -> Result<(), JournalError> {
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA journal_size_limit = 16777216;",
    )?;
    Ok(())
}

/// SQLCipher writes to standard error of its own accord. It is told not to, once.
fn silence() -> Result<(), JournalError> {
    static SILENT: OnceLock<Result<(), ()>> = OnceLock::new();
    let done = SILENT.get_or_init(|| {
        let quiet = || -> rusqlite::Result<()> {
            let connection = Connection::open_in_memory()?;
            let told = connection.pragma_update_and_check(None, "cipher_log_level", "NONE", |_| Ok(()));
            told.or_else(|e| if e == rusqlite::Error::QueryReturnedNoRows { Ok(()) } else { Err(e) })
        };
        quiet().map_err(|_| ())
    });
    done.map_err(|()| JournalError::Fault { code: 0, what: "the cipher's own log could not be silenced" })
}

/// Looks at a file before SQLite does: what is no database of ours is not touched.
fn look(path: &Path) -> Result<(), JournalError> {
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let length = file.metadata()?.len();
    let mut begin = [0; 16];
    let read = file.read(&mut begin)?;
    // An ordinary SQLite file begins like this; ours begin with random bytes.
    if begin[..read].starts_with(b"SQLite format 3\0") {
        return Err(JournalError::NotADatabase(path.to_owned()));
    }
    if length < PAGE {
        return Err(JournalError::DamagedHeader);
    }
    if !disk::is_private(path) {
        disk::narrow(path).map_err(|error| unwritable(path, error))?;
    }
    Ok(())
}

/// Finds out which pages are damaged, if any are: a wrong key looks to SQLite like a damaged
/// file, but with it no page at all passes its check.
pub(super) fn diagnose(connection: &Connection, path: &Path, error: JournalError) -> JournalError {
    match error {
        JournalError::Damaged { .. } => {}
        other => return with_path(other, path),
    }
    let Ok(pages) = bad_pages(connection) else { return error };
    let count = fs::metadata(path).map_or(0, |meta| meta.len() / PAGE);
    if !pages.is_empty() && pages.len() as u64 >= count {
        return JournalError::NotThisJournal(path.to_owned());
    }
    if pages.first() == Some(&1) { JournalError::DamagedHeader } else { JournalError::Damaged { pages } }
}

/// Numbers of the pages that fail their check.
pub(super) fn bad_pages(connection: &Connection) -> Result<Vec<u32>, JournalError> {
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    let told = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut pages = Vec::new();
    for line in told {
        // "HMAC verification failed for page 7", "page 9 has an invalid size of …".
        let number: Option<u32> = line?.split_whitespace().find_map(|word| word.parse().ok());
        pages.extend(number);
    }
    Ok(pages)
}

fn with_path(error: JournalError, path: &Path) -> JournalError {
    match error {
        JournalError::ReadOnly(_) => JournalError::ReadOnly(folder(path)),
        other => other,
    }
}

fn unreadable(path: &Path, error: io::Error) -> JournalError {
    match error.kind() {
        io::ErrorKind::PermissionDenied => JournalError::ReadOnly(folder(path)),
        _ => error.into(),
    }
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> JournalError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            JournalError::ReadOnly(folder(path))
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => JournalError::Full,
        _ => error.into(),
    }
}

fn folder(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_owned()
}
