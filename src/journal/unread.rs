//! Texts that wait to be read by the screen.

use rusqlite::Connection;

use super::error::JournalError;
use super::findings::Screened;
use super::model::{Entry, ThoughtRecord};
use super::{Journal, entries, records, rows};

/// The words of a text in the version that is kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptWords {
    /// Whose they are.
    pub text: Screened,
    /// Of which version.
    pub version: u32,
    /// All that the person wrote in it.
    pub words: String,
}

impl From<&Entry> for KeptWords {
    fn from(entry: &Entry) -> Self {
        let (text, version) = (Screened::Entry(entry.id), entry.version);
        Self { text, version, words: entry.text.as_str().to_owned() }
    }
}

impl From<&ThoughtRecord> for KeptWords {
    fn from(record: &ThoughtRecord) -> Self {
        let (text, version) = (Screened::Record(record.id), record.version);
        Self { text, version, words: record.content.words() }
    }
}

/// Who has not read a text yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// Neither the rules nor a model: it came with an import, or the program was stopped between
    /// keeping and screening.
    ByAnybody,
    /// No model: rules alone have read it, if anybody.
    ByModel,
}

impl Unread {
    /// The condition on a row of a table, whose screenings are found by this column.
    fn condition(self, table: &str, column: &str) -> String {
        let by = match self {
            Self::ByAnybody => "",
            Self::ByModel => " AND s.model IS NOT NULL",
        };
        format!(
            "NOT EXISTS (SELECT 1 FROM screenings s
               WHERE s.{column} = {table}.seq AND s.version = {table}.version{by})"
        )
    }
}

impl Journal {
    /// Entries and thought records whose present version was not read, the newest first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn unread(&self, by: Unread, at_most: usize) -> Result<Vec<KeptWords>, JournalError> {
        self.read(|db| {
            let mut found = unread_entries(db, by, at_most)?;
            let condition = format!("{} ORDER BY r.seq DESC LIMIT ?1", by.condition("r", "record"));
            let records = records::select(db, &condition, [rows::number(at_most)])?;
            found.extend(records.iter().map(|record| (record.written.ms(), KeptWords::from(record))));
            found.sort_by_key(|(written, _)| std::cmp::Reverse(*written));
            found.truncate(at_most);
            Ok(found.into_iter().map(|(_, kept)| kept).collect())
        })
    }

    /// How many entries and thought records were not read in their present version.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn count_unread(&self, by: Unread) -> Result<u64, JournalError> {
        self.read(|db| {
            let sql = format!(
                "SELECT (SELECT count(*) FROM entries e WHERE {}) + (SELECT count(*) FROM thought_records r WHERE {})",
                by.condition("e", "entry"),
                by.condition("r", "record"),
            );
            Ok(db.query_row(&sql, [], |row| row.get(0))?)
        })
    }
}

fn unread_entries(
    db: &Connection,
    by: Unread,
    at_most: usize,
) -> Result<Vec<(i64, KeptWords)>, JournalError> {
    let sql = format!(
        "SELECT {} FROM entries e WHERE {} ORDER BY e.seq DESC LIMIT ?1",
        entries::COLUMNS,
        by.condition("e", "entry")
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map([rows::number(at_most)], |row| {
        let entry = entries::of_row(row)?.1;
        Ok((entry.written.ms(), KeptWords::from(&entry)))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
