//! Archives of entries: a file or a folder of them, whatever they are written in, one entry at a
//! time. Memory stays flat however large an archive is; what cannot be read is told in its place
//! and the rest is read all the same. This room knows nothing of models or risk.

mod compressed;
mod files;
mod json_lines;
mod table;
mod text;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::files::{ArchiveFile, Kind};
use self::table::Table;
use crate::entry::Limit;

pub use self::json_lines::{ItemId, JsonLine, JsonLines, Line, ParsedLine, typed};

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its own id, or where it stands.
    pub id: ItemId,
    /// Where it stands.
    pub place: Place,
    /// Its text.
    pub text: String,
    /// What happened, if it is told apart from the text; of a Markdown file the title.
    pub situation: Option<String>,
}

/// Where an entry stands in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path of its file from the archive's folder on; of a single file its name.
    pub file: String,
    /// Line on which it begins, from 1.
    pub line: u64,
}

/// What is wrong with an entry or a file. Never holds what a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// A word for programs: `not_utf8`, `not_json`, `wrong_shape`, `too_long`, `no_column`,
    /// `unreadable`.
    pub kind: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl Fault {
    fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    fn unreadable(error: &std::io::Error) -> Self {
        Self::new("unreadable", format!("It can't be read ({error})."))
    }
}

/// The next thing in an archive.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// An entry.
    Item(Item),
    /// An entry, or the rest of a file, that cannot be used.
    Faulty {
        /// Its id as far as it has one.
        id: Option<Value>,
        /// Where it stands.
        place: Place,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// Why an archive could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The path cannot be read.
    #[error("{} can't be read ({source}). Check the path.", path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of a kind that is not read.
    #[error("{} is of no kind that is read here. Name a txt, md, csv, tsv or jsonl file, plain or as .gz or .zst, or a folder of them.", .0.display())]
    Kind(PathBuf),
    /// A folder that holds nothing to read.
    #[error("There is no txt, md, csv, tsv or jsonl file in {}. Check the path.", .0.display())]
    Empty(PathBuf),
}

/// The entries of a file or folder, file by file in the order of their names.
pub struct Archive {
    files: VecDeque<ArchiveFile>,
    column: String,
    open: Option<(String, Reader)>,
    /// Files in the folder that are of no kind that is read.
    passed_over: usize,
    total: u64,
    read: Arc<AtomicU64>,
}

enum Reader {
    Lines(JsonLines),
    Table(Table),
}

impl Archive {
    /// Opens a file, or a folder with all folders in it. `column` names the column of CSV files that
    /// holds the text. Hidden files are left alone and links are not followed.
    ///
    /// # Errors
    /// [`ArchiveError`] if there is nothing to read.
    pub fn open(path: &Path, column: &str) -> Result<Self, ArchiveError> {
        let (files, passed_over) = files::list(path)?;
        let total = files.iter().map(|f| f.size).sum();
        Ok(Self {
            files: files.into(),
            column: column.to_owned(),
            open: None,
            passed_over,
            total,
            read: Arc::default(),
        })
    }

    /// Files of other kinds that were left alone.
    #[must_use]
    pub fn passed_over(&self) -> usize {
        self.passed_over
    }

    /// Bytes of the files as they lie on the disk, in all.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.total
    }

    /// Counts those that have been read; shared, so that it can be watched.
    #[must_use]
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// Opens the next file; a file that is one entry is given at once.
    fn begin(&mut self, file: ArchiveFile) -> Option<Found> {
        let place = || Place { file: file.name.clone(), line: 1 };
        let faulty = |fault| Some(Found::Faulty { id: None, place: place(), fault });
        let source = match compressed::open(&file, Arc::clone(&self.read)) {
            Ok(source) => source,
            Err(error) => return faulty(Fault::unreadable(&error)),
        };
        let reader = match file.kind {
            Kind::Text | Kind::Markdown => {
                return Some(match text::whole(source, file.kind == Kind::Markdown) {
                    Ok((text, situation)) => Found::Item(Item {
                        id: ItemId::Text(file.name.clone()),
                        place: place(),
                        text,
                        situation,
                    }),
                    Err(fault) => return faulty(fault),
                });
            }
            Kind::JsonLines => Reader::Lines(JsonLines::new(source, Limit::Screening)),
            Kind::Table { delimiter } => match Table::new(source, delimiter, &self.column) {
                Ok(table) => Reader::Table(table),
                Err(fault) => return faulty(fault),
            },
        };
        self.open = Some((file.name, reader));
        None
    }
}

impl Iterator for Archive {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let Some((file, reader)) = &mut self.open else {
                let file = self.files.pop_front()?;
                match self.begin(file) {
                    Some(found) => return Some(found),
                    None => continue,
                }
            };
            let place = |line| Place { file: file.clone(), line };
            let found = match reader {
                Reader::Lines(lines) => match lines.next_line() {
                    Ok(None) => None,
                    Ok(Some((line, Ok(Line { id, text, situation })))) => {
                        Some(Found::Item(Item { id, place: place(line), text, situation }))
                    }
                    Ok(Some((line, Err((id, fault))))) => {
                        Some(Found::Faulty { id, place: place(line), fault })
                    }
                    Err(error) => {
                        let fault = Fault::unreadable(&error);
                        let found = Found::Faulty { id: None, place: place(lines.number()), fault };
                        self.open = None;
                        return Some(found);
                    }
                },
                Reader::Table(table) => match table.next_row() {
                    None => None,
                    Some((line, Ok((id, text)))) => {
                        let id = id.unwrap_or_else(|| format!("{file}:{line}"));
                        Some(Found::Item(Item {
                            id: ItemId::Text(id),
                            place: place(line),
                            text,
                            situation: None,
                        }))
                    }
                    Some((line, Err(fault))) => Some(Found::Faulty { id: None, place: place(line), fault }),
                },
            };
            match found {
                Some(found) => return Some(found),
                None => self.open = None,
            }
        }
    }
}

/// Counts what is read of a file as it lies on the disk.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: std::io::Read> std::io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// A source of bytes, read piece by piece.
type Source = Box<dyn std::io::BufRead>;
