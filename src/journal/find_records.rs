//! Finding thought records again: pages of a list, and full-text search.

use rusqlite::params_from_iter;
use rusqlite::types::Value;
use serde::Serialize;

use super::error::JournalError;
use super::find::{Query, Wanted, page};
use super::model::ThoughtRecord;
use super::values::Id;
use super::{Cursor, Filter, Journal, MOST_OF_A_PAGE, Page, records, rows};
use crate::entry::Span;

/// A thought record that a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordHit {
    /// The record.
    pub record: ThoughtRecord,
    /// Its words, a line for each thing that was written in it.
    pub words: String,
    /// The words that were searched for, in Unicode scalar values of these: the first 200.
    pub marks: Vec<Span>,
    /// A stretch of them around the first of those.
    pub excerpt: Span,
}

impl Journal {
    /// A page of the thought records, the newest first.
    ///
    /// # Errors
    /// [`JournalError`] if the cursor is not one of a list, or the journal cannot be read.
    pub fn list_records(
        &self,
        filter: &Filter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<ThoughtRecord>, JournalError> {
        let limit = limit.clamp(1, MOST_OF_A_PAGE);
        let mut wanted = Wanted::of_records(filter);
        match after {
            None => {}
            Some(Cursor::Time { ms, id }) => {
                wanted.and("(r.written_ms, r.id) < (?, ?)", [ms.into(), Value::Blob(id.as_bytes().to_vec())]);
            }
            Some(Cursor::Search { .. }) => return Err(JournalError::Cursor),
        }
        let sql = format!(
            "SELECT {} FROM thought_records r LEFT JOIN entries e ON e.seq = r.entry {}
             ORDER BY r.written_ms DESC, r.id DESC LIMIT {}",
            records::COLUMNS,
            wanted.clause(),
            limit + 1
        );
        let items: Vec<ThoughtRecord> = self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let found = statement.query_map(params_from_iter(&wanted.values), records::of_row)?;
            let found: Vec<(i64, ThoughtRecord)> = found.collect::<Result<_, _>>()?;
            found.into_iter().map(|(seq, record)| records::with_parts(db, seq, record)).collect()
        })?;
        Ok(page(items, limit, |last| Cursor::Time { ms: last.written.ms(), id: last.id }))
    }

    /// A page of the thought records that have all of these words, those that came last first;
    /// words as in [`Journal::search`].
    ///
    /// # Errors
    /// [`JournalError::NoWords`] if there is no word, and others.
    pub fn search_records(
        &self,
        query: &str,
        filter: &Filter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<RecordHit>, JournalError> {
        let query = Query::parse(query)?;
        let limit = limit.clamp(1, MOST_OF_A_PAGE);
        let mut wanted = Wanted::of_records(filter);
        wanted.and("record_search MATCH ?", [Value::Text(query.fts.clone())]);
        match after {
            None => {}
            Some(Cursor::Search { seq }) => wanted.and("record_search.rowid < ?", [seq.into()]),
            Some(Cursor::Time { .. }) => return Err(JournalError::Cursor),
        }
        let sql = format!(
            "SELECT {}, record_search.text FROM record_search
             CROSS JOIN thought_records r ON r.seq = record_search.rowid
             LEFT JOIN entries e ON e.seq = r.entry {}
             ORDER BY record_search.rowid DESC LIMIT {}",
            records::COLUMNS,
            wanted.clause(),
            limit + 1
        );
        let found: Vec<(i64, ThoughtRecord, String)> = self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let found = statement.query_map(params_from_iter(&wanted.values), |row| {
                let (seq, record) = records::of_row(row)?;
                Ok((seq, record, row.get::<_, String>(16)?))
            })?;
            let found: Vec<(i64, ThoughtRecord, String)> = found.collect::<Result<_, _>>()?;
            let whole = |(seq, record, words)| Ok((seq, records::with_parts(db, seq, record)?, words));
            found.into_iter().map(whole).collect()
        })?;
        let found = page(found, limit, |(seq, ..)| Cursor::Search { seq: *seq });
        let hit = |(_, record, words): (i64, ThoughtRecord, String)| {
            let (marks, excerpt) = query.mark(&words);
            RecordHit { record, words, marks, excerpt }
        };
        Ok(Page { items: found.items.into_iter().map(hit).collect(), next: found.next })
    }

    /// The thought record whose id begins like this.
    ///
    /// # Errors
    /// [`JournalError::Ambiguous`] if none or several do, and others.
    pub fn record_like(&self, beginning: &str) -> Result<Id, JournalError> {
        self.id_like("thought_records", beginning)
    }

    /// The id in a table that begins like this.
    pub(super) fn id_like(&self, table: &'static str, beginning: &str) -> Result<Id, JournalError> {
        if let Ok(id) = beginning.parse() {
            return Ok(id);
        }
        let digits: String = beginning.chars().filter(|c| *c != '-').collect();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(super::values::ValueError::Id.into());
        }
        self.read(|db| {
            let sql = format!("SELECT id FROM {table} WHERE hex(id) LIKE ?1 || '%' LIMIT 2");
            let mut statement = db.prepare_cached(&sql)?;
            let ids = statement.query_map([&digits], |row| rows::id(row, 0))?;
            let ids: Vec<Id> = ids.collect::<Result<_, _>>()?;
            match ids.as_slice() {
                [only] => Ok(*only),
                others => Err(JournalError::Ambiguous { found: others.len() }),
            }
        })
    }
}
