//! What can go wrong with the journal, each told apart from the others, said so that a person
//! knows what to do. Nothing here holds what a person wrote, and none of it leads to a file being
//! deleted or written over.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::values::{Id, ValueError};
use super::vault::VaultError;

/// Why the journal could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A value cannot be kept.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// Pages of the file are not as they were written.
    #[error("The journal file is damaged at {}. Nothing was changed. `evenkeel restore` puts a backup in its place.", told(.pages))]
    Damaged {
        /// Pages that fail their check, the first few; none where it is not known which.
        pages: Vec<u32>,
    },
    /// The first page, which tells how to read the others, is damaged.
    #[error(
        "The journal file is damaged at its beginning. Nothing was changed. `evenkeel restore` puts a backup in its place."
    )]
    DamagedHeader,
    /// Not one page of the file is of this journal.
    #[error(
        "{0} is not a journal, or not one that this vault.json opens. Nothing was changed. Put back the pair of files that belong together, or move them away."
    )]
    NotThisJournal(PathBuf),
    /// Something else lies where the journal should.
    #[error(
        "{0} is not a journal of Evenkeel. Nothing was changed. Move it away, or name another folder with --data-dir."
    )]
    NotADatabase(PathBuf),
    /// The file was written by a later version.
    #[error(
        "This journal was written by a newer Evenkeel (form {found}; this one knows {known}). Nothing was changed. Use the newer version."
    )]
    Newer {
        /// Version of the file.
        found: u32,
        /// The latest that is known here.
        known: u32,
    },
    /// Another process has been writing for too long.
    #[error(
        "Another Evenkeel is writing to the journal and did not finish in time. Nothing was changed. Try again."
    )]
    Busy,
    /// Erased, but for what another process keeps in sight.
    #[error(
        "It is deleted ({gone} entries). Another Evenkeel has the journal open; the last traces in the log go when that is closed."
    )]
    TracesLeft {
        /// How many entries are gone.
        gone: usize,
    },
    /// The disk is full.
    #[error(
        "The disk is full. Nothing was changed; what you wrote was not kept. Free some space and try again."
    )]
    Full,
    /// The folder or file may not be written to.
    #[error(
        "The journal can't be written to in {0}. Nothing was changed. See who owns the folder, or name another with --data-dir."
    )]
    ReadOnly(PathBuf),
    /// The disk failed.
    #[error("Reading or writing the journal failed ({source}). What was kept before is still there.")]
    Io {
        /// Why.
        #[from]
        source: io::Error,
    },
    /// Nothing of this id.
    #[error("There is no {what} {id} in this journal. `evenkeel journal list` shows what there is.")]
    Missing {
        /// `entry` or `thought record`.
        what: &'static str,
        /// The id.
        id: Id,
    },
    /// The beginning of an id fits none or several.
    #[error("{}", ambiguous(*.found))]
    Ambiguous {
        /// How many.
        found: usize,
    },
    /// What was to be changed was changed by someone else meanwhile.
    #[error(
        "This was changed meanwhile: it is at version {found} now. Look at it again before you change it."
    )]
    Changed {
        /// The version it is at.
        found: u32,
    },
    /// A key came before, with something else.
    #[error("This key came before with other content. Nothing was kept. Send new content with a new key.")]
    KeyReused,
    /// A cursor that this journal did not give.
    #[error("That place in the list is not known. Begin again without it.")]
    Cursor,
    /// A search without a word in it.
    #[error("There is no word to search for. Give one or two.")]
    NoWords,
    /// A backup does not hold together.
    #[error("The backup at {path} can't be used: {why} Nothing was changed.")]
    Backup {
        /// Where it lies.
        path: PathBuf,
        /// A sentence.
        why: String,
    },
    /// A file to be read in is not what it should be.
    #[error("Line {line}, column {column}: {why} Nothing was taken in.")]
    Import {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// A sentence without the file's words.
        why: String,
    },
    /// A file among several to be read in is not what it should be.
    #[error("{place}: {why} Nothing was taken in.")]
    ImportFrom {
        /// Which file, and perhaps which line of it.
        place: String,
        /// A sentence without the file's words.
        why: String,
    },
    /// A file that is encrypted with age does not open.
    #[error("{0} Nothing was taken in.")]
    SealedFile(&'static str),
    /// A file could not be encrypted.
    #[error("{0} Nothing was written.")]
    NotSealed(&'static str),
    /// Something is already where a file or folder should be written.
    #[error("{0} is there already. Name another place.")]
    Exists(PathBuf),
    /// A fault of ours.
    #[error(
        "The journal could not do this (SQLite {code}, {what}). Nothing was changed. This is a fault of Evenkeel; please report it without your texts."
    )]
    Fault {
        /// SQLite's extended code.
        code: i32,
        /// What was being done.
        what: &'static str,
    },
}

fn ambiguous(found: usize) -> &'static str {
    match found {
        0 => {
            "Nothing here has an id that begins like that. `evenkeel journal list` and `evenkeel journal record list` show what there is."
        }
        _ => "Several ids begin like that. Give more of it.",
    }
}

fn told(pages: &[u32]) -> String {
    match pages {
        [] => "some page".to_owned(),
        [one] => format!("page {one}"),
        many => {
            let shown: Vec<String> = many.iter().take(3).map(u32::to_string).collect();
            let more = if many.len() > 3 { " and others" } else { "" };
            format!("pages {}{more}", shown.join(", "))
        }
    }
}

/// What SQLite said, without the words that it may have said it in.
impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        let fault = |code, what| Self::Fault { code, what };
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => Self::Damaged { pages: Vec::new() },
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                ErrorCode::DiskFull => Self::Full,
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
                    Self::ReadOnly(PathBuf::from("the data folder"))
                }
                ErrorCode::SystemIoFailure => {
                    Self::Io { source: io::Error::other(format!("SQLite {}", failure.extended_code)) }
                }
                ErrorCode::ConstraintViolation => {
                    fault(failure.extended_code, "a rule of the journal was broken")
                }
                _ => fault(failure.extended_code, "it was refused"),
            },
            // A row that does not hold what its table promises was not written by us.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::Damaged { pages: Vec::new() },
            rusqlite::Error::SqlInputError { error, .. } => {
                fault(error.extended_code, "it was not understood")
            }
            _ => fault(0, "it was used wrongly"),
        }
    }
}
