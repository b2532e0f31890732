//! Whether all pages and rows are as they should be.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::JournalError;
use super::time::Stamp;
use super::unread::Unread;
use super::vault::{Unlock, Vault, VaultState};
use super::{Journal, backup, connect, log, schema};
use crate::disk;

/// What a check of the journal found.
#[derive(Debug, Clone, Serialize)]
pub struct Health {
    /// Pages that fail their check.
    pub bad_pages: Vec<u32>,
    /// What SQLite says of the structure: lines without what a person wrote; none if all is well.
    pub structure: Vec<String>,
    /// Rows that point to what is not there.
    pub dangling: u64,
    /// Whether the indexes for searching agree with the texts.
    pub search_agrees: bool,
    /// Version of its form.
    pub schema: u32,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of the log beside it.
    pub log_bytes: u64,
    /// Entries.
    pub entries: u64,
    /// Entries that no model has screened yet.
    pub screened_by_rules_only: u64,
    /// Whether others than its owner can read the folder or a file in it.
    pub private: bool,
    /// How the key is kept.
    pub vault: VaultState,
    /// Copies of logs that were found damaged: what was written last before that may be missing.
    pub damaged_logs: Vec<PathBuf>,
    /// When the last backup was made.
    pub last_backup: Option<Stamp>,
}

impl Health {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.bad_pages.is_empty() && self.structure.is_empty() && self.dangling == 0 && self.search_agrees
    }
}

impl Journal {
    /// Checks every page and every row.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read at all.
    pub fn check(&self) -> Result<Health, JournalError> {
        // Pages are checked in the file itself, so what is in the log has to be there. A reader
        // elsewhere may keep some of it back; it is checked when it comes.
        match self.empty_log() {
            Ok(()) | Err(JournalError::Busy) => {}
            Err(error) => return Err(error),
        }
        let path = self.path();
        let connection = self.connect()?;
        let bad_pages = connect::bad_pages(&connection)?;
        let structure = structure(&connection).or_else(|error| match error {
            JournalError::Damaged { .. } => Ok(vec!["the file can't be read through".to_owned()]),
            other => Err(other),
        })?;
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u64>(0)).unwrap_or(0);
        let agrees = "INSERT INTO entry_search (entry_search, rank) VALUES ('integrity-check', 1);
                      INSERT INTO record_search (record_search, rank) VALUES ('integrity-check', 1);";
        let strayed = "SELECT (SELECT count(*) FROM record_words w LEFT JOIN record_search s ON s.rowid = w.seq
                                WHERE s.text IS NOT w.text)
                            + (SELECT count(*) FROM record_search WHERE rowid NOT IN (SELECT seq FROM thought_records))";
        let length = |path: &Path| path.metadata().map_or(0, |meta| meta.len());
        let files = [path.clone(), self.folder.join(super::vault::KEY_FILE), self.folder.clone()];
        Ok(Health {
            search_agrees: connection.execute_batch(agrees).is_ok() && count(strayed) == 0,
            dangling: count("SELECT count(*) FROM pragma_foreign_key_check"),
            entries: count("SELECT count(*) FROM entries"),
            screened_by_rules_only: self.count_unread(Unread::ByModel).unwrap_or(0),
            bad_pages,
            structure,
            schema: schema::version(&connection)?,
            bytes: length(&path),
            log_bytes: length(&log::of(&path)),
            private: files.iter().all(|path| disk::is_private(path)),
            vault: Vault::of(&self.folder).state()?,
            damaged_logs: log::aside(&self.folder)?,
            last_backup: backup::last(&connection).unwrap_or(None),
        })
    }
}

/// What `integrity_check` says beyond "ok", with anything but its own words left out.
pub(super) fn structure(connection: &rusqlite::Connection) -> Result<Vec<String>, JournalError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let told = statement.query_map([], |row| row.get::<_, String>(0))?;
    let told: Vec<String> = told.collect::<Result<_, _>>()?;
    Ok(told.into_iter().filter(|line| line != "ok").collect())
}

/// Opens the journal of a folder only to check it. Makes none where there is none.
///
/// # Errors
/// [`JournalError`] if there is a journal and it cannot be opened.
pub fn check_folder(folder: &Path, unlock: &Unlock) -> Result<Option<Health>, JournalError> {
    if !super::exists(folder) {
        return Ok(None);
    }
    super::open(folder, unlock, std::sync::Arc::new(super::SystemClock))?.check().map(Some)
}
