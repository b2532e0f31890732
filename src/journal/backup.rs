//! Copies of the journal. A backup is a folder that holds what a data folder holds, the database
//! and its key file, so that it opens on another machine; it is made while the journal is in use
//! and checked before it is called one.
//!
//! Those in the data folder itself (`backups/`) have no key file of their own: the one beside the
//! journal opens them, and so a passphrase that is set later protects them too.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use uuid::Uuid;

use super::error::JournalError;
use super::time::Stamp;
use super::vault::{DataKey, KEY_FILE, Unlock, Vault};
use super::{Journal, check, connect, log, schema};
use crate::disk;

/// Where backups in the data folder lie.
const FOLDER: &str = "backups";
/// How the folders begin that hold what was there before a backup was put back.
const BEFORE: &str = "before-restore-";
/// The note that tells when the last backup was made.
const LAST: &str = "last_backup";
const NOTE_LAST: &str = "INSERT OR REPLACE INTO notes (name, value) VALUES (?1, ?2)";
/// Pages copied before others get a turn.
const PAGES: i32 = 2_000;

/// A backup that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Backup {
    /// Its file or folder.
    #[schema(value_type = String)]
    pub path: PathBuf,
    /// Bytes of its database.
    pub bytes: u64,
    /// When it was made, as its name tells.
    pub name: String,
}

/// What a backup was put in the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Entries there are now.
    pub entries: u64,
    /// Where what was there before lies now; none if there was nothing.
    pub before: Option<PathBuf>,
}

impl Journal {
    /// Makes a backup in a new folder, with a copy of the key file, and checks it.
    ///
    /// # Errors
    /// [`JournalError::Exists`] if something is there, and others; then there is no backup.
    pub fn backup_to(&self, folder: &Path) -> Result<Backup, JournalError> {
        if folder.exists() {
            return Err(JournalError::Exists(folder.to_owned()));
        }
        let name = folder.file_name().ok_or_else(|| JournalError::Exists(folder.to_owned()))?;
        let mut part_name = name.to_owned();
        part_name.push(format!(".{}.part", Uuid::now_v7().simple()));
        let part = folder.with_file_name(part_name);
        let made = || -> Result<u64, JournalError> {
            disk::private_folder(&part).map_err(|error| connect::unwritable(&part, error))?;
            let database = part.join(connect::DATABASE);
            self.read(|from| copy(from, &database, &self.key))?;
            let key_file = part.join(KEY_FILE);
            fs::copy(self.folder.join(KEY_FILE), &key_file)?;
            disk::narrow(&key_file)?;
            File::open(&key_file)?.sync_all()?;
            disk::sync_folder_of(&key_file)?;
            fs::rename(&part, folder)?;
            disk::sync_folder_of(folder)?;
            Ok(fs::metadata(folder.join(connect::DATABASE))?.len())
        };
        match made() {
            Ok(bytes) => {
                let now = self.clock.now().to_string();
                self.write(|tx| Ok(tx.execute(NOTE_LAST, [LAST, &now])?))?;
                Ok(Backup { path: folder.to_owned(), bytes, name: name.to_string_lossy().into_owned() })
            }
            Err(error) => {
                let _ = fs::remove_dir_all(&part);
                Err(error)
            }
        }
    }

    /// Makes a backup in the data folder, with a copy of the key file, and checks it.
    ///
    /// # Errors
    /// As [`Journal::backup_to`].
    pub fn back_up(&self) -> Result<Backup, JournalError> {
        let backups = self.folder.join(FOLDER);
        disk::private_folder(&backups).map_err(|error| connect::unwritable(&backups, error))?;
        self.backup_to(&backups.join(self.clock.now().to_string().replace(':', "")))
    }

    /// The copies in the data folder: those made by hand or before an upgrade, the oldest first,
    /// then what was there before a backup was put back.
    ///
    /// # Errors
    /// [`JournalError`] if the folder cannot be read.
    pub fn own_backups(&self) -> Result<Vec<Backup>, JournalError> {
        let mut backups = own(&self.folder)?;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(BEFORE) {
                let bytes = fs::metadata(entry.path().join(connect::DATABASE)).map_or(0, |meta| meta.len());
                backups.push(Backup { path: entry.path(), bytes, name });
            }
        }
        Ok(backups)
    }

    /// Deletes the copies in the data folder, and logs that were set aside. Gives how many copies.
    ///
    /// # Errors
    /// [`JournalError`] if one cannot be deleted.
    pub fn delete_own_backups(&self) -> Result<usize, JournalError> {
        let backups = self.own_backups()?;
        for backup in &backups {
            if backup.path.is_dir() {
                fs::remove_dir_all(&backup.path)?;
            } else {
                fs::remove_file(&backup.path)?;
            }
        }
        for log in log::aside(&self.folder)? {
            fs::remove_file(log)?;
        }
        if let Some(last) = backups.last() {
            disk::sync_folder_of(&last.path)?;
        }
        Ok(backups.len())
    }
}

/// When the last backup was made.
pub(super) fn last(db: &Connection) -> Result<Option<Stamp>, JournalError> {
    let told = db.query_row("SELECT value FROM notes WHERE name = ?1", [LAST], |row| row.get::<_, String>(0));
    Ok(told.optional()?.and_then(|time| time.parse().ok()))
}

/// The backups in a data folder, the oldest first.
fn own(folder: &Path) -> Result<Vec<Backup>, JournalError> {
    let mut backups = Vec::new();
    let listed = match fs::read_dir(folder.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(backups),
        other => other?,
    };
    for entry in listed {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let whole = path.join(connect::DATABASE);
        if let Ok(database) = whole.metadata() {
            backups.push(Backup { path, bytes: database.len(), name });
        } else if path.extension().is_some_and(|extension| extension == "db") {
            backups.push(Backup { path, bytes: entry.metadata()?.len(), name });
        }
    }
    backups.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(backups)
}

/// A copy beside the journal before its form is changed.
pub(super) fn before_migration(
    folder: &Path,
    from: &Connection,
    key: &DataKey,
    now: Stamp,
) -> Result<(), JournalError> {
    let backups = folder.join(FOLDER);
    disk::private_folder(&backups).map_err(|error| connect::unwritable(&backups, error))?;
    let version = schema::version(from)?;
    let name = format!("{}-form-{version}.db", now.to_string().replace(':', ""));
    let part = backups.join(format!("{name}.{}.part", Uuid::now_v7().simple()));
    let made = copy(from, &part, key).and_then(|()| Ok(fs::rename(&part, backups.join(&name))?));
    if made.is_err() {
        let _ = fs::remove_file(&part);
    }
    disk::sync_folder_of(&backups.join(&name))?;
    made
}

/// Copies a database into a new file, checks the copy and flushes it to the disk.
fn copy(from: &Connection, to: &Path, key: &DataKey) -> Result<(), JournalError> {
    connect::create_private(to)?;
    let mut copy = connect::keyed(to, key)?;
    let backup = rusqlite::backup::Backup::new(from, &mut copy)?;
    backup.run_to_completion(PAGES, Duration::from_millis(1), None)?;
    drop(backup);
    // One file, without a log beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    verify(&copy, to)?;
    copy.close().map_err(|(_, error)| JournalError::from(error))?;
    Ok(File::open(to)?.sync_all()?)
}

fn verify(copy: &Connection, path: &Path) -> Result<(), JournalError> {
    let bad = |why: &str| JournalError::Backup { path: path.to_owned(), why: why.to_owned() };
    if !connect::bad_pages(copy)?.is_empty() {
        return Err(bad("some of its pages are damaged."));
    }
    if !check::structure(copy)?.is_empty() {
        return Err(bad("it does not hold together."));
    }
    Ok(())
}

/// Puts a backup in the place of the journal of a folder. The backup is checked first and stays
/// as it is; what was there before is moved aside, not deleted. No other program may have the
/// journal open.
///
/// `backup` is a folder that [`Journal::backup_to`] made, or a file of `backups/`, which the key
/// file of `folder` opens.
///
/// # Errors
/// [`JournalError`]; then nothing was changed.
pub fn restore(backup: &Path, folder: &Path, unlock: &Unlock, now: Stamp) -> Result<Restored, JournalError> {
    let (database, key_folder) =
        if backup.is_dir() { (backup.join(connect::DATABASE), backup) } else { (backup.to_owned(), folder) };
    let key = Vault::of(key_folder).open(unlock)?;
    let part = Uuid::now_v7().simple().to_string();
    disk::private_folder(folder).map_err(|error| connect::unwritable(folder, error))?;
    let new = folder.join(format!("{}.{part}.part", connect::DATABASE));
    let entries = {
        let from = connect::connect(&database, &key, schema::MIGRATIONS.len() as u32)?;
        copy(&from, &new, &key)
            .and_then(|()| Ok(from.query_row("SELECT count(*) FROM entries", [], |r| r.get(0))?))
    };
    let entries: u64 = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let _ = fs::remove_file(&new);
            return Err(error);
        }
    };
    let placed = place(backup, folder, &new, now);
    if placed.is_err() {
        let _ = fs::remove_file(&new);
    }
    placed.map(|before| Restored { entries, before })
}

/// Puts a checked copy and its key file in the place of what is there. At no moment is there
/// nothing: whoever opened the folder then would begin an empty journal.
fn place(backup: &Path, folder: &Path, new: &Path, now: Stamp) -> Result<Option<PathBuf>, JournalError> {
    let (database, key_file) = (folder.join(connect::DATABASE), folder.join(KEY_FILE));
    let before = keep(folder, now)?;
    // The log belongs to the old database and would be read into the new one.
    for old in [log::of(&database), shared_of(&database)] {
        match fs::remove_file(&old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    if backup.is_dir() {
        let part = new.with_extension("key.part");
        fs::copy(backup.join(KEY_FILE), &part)?;
        disk::narrow(&part)?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, &key_file)?;
    }
    fs::rename(new, &database)?;
    disk::sync_folder_of(&database)?;
    Ok(before)
}

fn shared_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-shm");
    name.into()
}

/// Gives the journal's files a second name in a folder of their own.
fn keep(folder: &Path, now: Stamp) -> Result<Option<PathBuf>, JournalError> {
    let database = folder.join(connect::DATABASE);
    let files = [folder.join(KEY_FILE), log::of(&database), database];
    let files: Vec<&PathBuf> = files.iter().filter(|path| path.exists()).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let to = folder.join(format!("{BEFORE}{}", now.to_string().replace(':', "")));
    if to.exists() {
        return Err(JournalError::Exists(to));
    }
    disk::private_folder(&to)?;
    for file in files {
        let Some(name) = file.file_name() else { continue };
        let second = to.join(name);
        // Where a file can't have two names, it is copied.
        if fs::hard_link(file, &second).is_err() {
            fs::copy(file, &second)?;
            File::open(&second)?.sync_all()?;
        }
    }
    disk::sync_folder_of(&to.join(KEY_FILE))?;
    disk::sync_folder_of(&to)?;
    Ok(Some(to))
}
