//! Thought records.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::error::JournalError;
use super::findings::{self, Subject};
use super::model::{Balanced, Feeling, FullRecord, RecordContent, ThoughtRecord, Verdict};
use super::time::Stamp;
use super::values::{Id, Line, Percent};
use super::{Journal, entries, rows};
use crate::crisis::Date;
use crate::distortion::Distortion;

pub(super) const COLUMNS: &str = "r.seq, r.id, r.version, r.written_ms, r.written_offset, r.saved_ms, r.saved_offset, \
     (SELECT e.id FROM entries e WHERE e.seq = r.entry), r.situation, r.thought, r.belief, \
     r.balanced, r.balanced_from, r.balanced_line, r.belief_after, r.review_on";

impl Journal {
    /// Keeps a new thought record, perhaps of an entry. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was kept.
    pub fn add_record(
        &self,
        entry: Option<Id>,
        content: &RecordContent,
    ) -> Result<ThoughtRecord, JournalError> {
        let record = ThoughtRecord::begun(self.clock.now(), entry, content.clone());
        self.write(|tx| insert(tx, &record).map(|_| ()))?;
        Ok(record)
    }

    /// Puts other content in the place of a record's.
    ///
    /// # Errors
    /// [`JournalError::Missing`], [`JournalError::Changed`] if there is another version than the
    /// person saw, and others; then nothing was changed.
    pub fn edit_record(
        &self,
        id: Id,
        seen: Option<u32>,
        content: &RecordContent,
    ) -> Result<ThoughtRecord, JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let missing = JournalError::Missing { what: "thought record", id };
            let (seq, old) = find(tx, id)?.ok_or(missing)?;
            if seen.is_some_and(|seen| seen != old.version) {
                return Err(JournalError::Changed { found: old.version });
            }
            let new = ThoughtRecord { version: old.version + 1, saved: now, content: content.clone(), ..old };
            update(tx, seq, &new)?;
            for table in ["record_feelings", "record_distortions", "record_evidence"] {
                tx.execute(&format!("DELETE FROM {table} WHERE record = ?1"), [seq])?;
            }
            insert_parts(tx, seq, content)?;
            index(tx, seq)?;
            Ok(new)
        })
    }

    /// A thought record with all that belongs to it.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others.
    pub fn full_record(&self, id: Id) -> Result<FullRecord, JournalError> {
        self.read(|db| {
            let missing = JournalError::Missing { what: "thought record", id };
            let (seq, record) = find(db, id)?.ok_or(missing)?;
            full(db, seq, record)
        })
    }

    /// The thought records of an entry, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn records_of(&self, entry: Id) -> Result<Vec<ThoughtRecord>, JournalError> {
        self.read(|db| {
            let of_entry = "r.entry = (SELECT seq FROM entries WHERE id = ?1) ORDER BY r.seq";
            select(db, of_entry, params![entry.as_bytes()])
        })
    }

    /// The thought records to look at again on this day or earlier, the longest due first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn records_due(&self, today: Date) -> Result<Vec<ThoughtRecord>, JournalError> {
        self.read(|db| {
            let due = "r.review_on IS NOT NULL AND r.review_on <= ?1 ORDER BY r.review_on, r.seq";
            select(db, due, params![today.to_string()])
        })
    }

    /// Deletes a thought record.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn delete_record(&self, id: Id) -> Result<(), JournalError> {
        self.write(|tx| {
            let gone = tx.execute("DELETE FROM thought_records WHERE id = ?1", [id.as_bytes()])?;
            if gone == 0 { Err(JournalError::Missing { what: "thought record", id }) } else { Ok(()) }
        })
    }
}

impl ThoughtRecord {
    /// A record that is begun at this moment.
    pub(super) fn begun(now: Stamp, entry: Option<Id>, content: RecordContent) -> Self {
        Self { id: Id::new(now), version: 1, written: now, saved: now, entry, content }
    }
}

/// The record of a row.
pub(super) fn at(db: &Connection, seq: i64) -> Result<ThoughtRecord, JournalError> {
    let found = select(db, "r.seq = ?1", [seq])?.pop();
    found.ok_or(JournalError::Fault { code: 0, what: "a thought record went missing" })
}

pub(super) fn select(
    db: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<ThoughtRecord>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM thought_records r WHERE {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let found: Vec<(i64, ThoughtRecord)> =
        statement.query_map(parameters, of_row)?.collect::<Result<_, _>>()?;
    found.into_iter().map(|(seq, record)| with_parts(db, seq, record)).collect()
}

/// The records of a period, its end not included, by their rows' numbers, the earliest first.
pub(super) fn of_period(
    db: &Connection,
    from: Stamp,
    until: Stamp,
) -> Result<Vec<(i64, ThoughtRecord)>, JournalError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM thought_records r WHERE r.written_ms >= ?1 AND r.written_ms < ?2
         ORDER BY r.written_ms, r.id"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map([from.ms(), until.ms()], of_row)?;
    let found: Vec<(i64, ThoughtRecord)> = found.collect::<Result<_, _>>()?;
    found.into_iter().map(|(seq, record)| Ok((seq, with_parts(db, seq, record)?))).collect()
}

pub(super) fn find(db: &Connection, id: Id) -> Result<Option<(i64, ThoughtRecord)>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM thought_records r WHERE r.id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id.as_bytes()], of_row).optional()?;
    found.map(|(seq, record)| Ok((seq, with_parts(db, seq, record)?))).transpose()
}

fn full(db: &Connection, seq: i64, record: ThoughtRecord) -> Result<FullRecord, JournalError> {
    Ok(FullRecord { record, screenings: findings::screenings(db, Subject::Record(seq))? })
}

/// Every thought record in the order in which it came.
pub(super) fn each(
    db: &Connection,
    mut take: impl FnMut(FullRecord) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM thought_records r ORDER BY r.seq");
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, record) = of_row(row)?;
        take(full(db, seq, with_parts(db, seq, record)?)?)?;
    }
    Ok(())
}

pub(super) fn insert(db: &Connection, record: &ThoughtRecord) -> Result<i64, JournalError> {
    let entry = match record.entry {
        None => None,
        Some(id) => Some(entries::find(db, id)?.ok_or(JournalError::Missing { what: "entry", id })?.0),
    };
    db.prepare_cached(
        "INSERT INTO thought_records (id, entry, version, written_ms, written_offset, saved_ms, saved_offset, thought)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        record.id.as_bytes(),
        entry,
        record.version,
        record.written.ms(),
        record.written.offset(),
        record.saved.ms(),
        record.saved.offset(),
        record.content.thought.as_str(),
    ])?;
    let seq = db.last_insert_rowid();
    update(db, seq, record)?;
    insert_parts(db, seq, &record.content)?;
    index(db, seq)?;
    Ok(seq)
}

/// Puts the words of a record into the index in the place of what was there.
fn index(db: &Connection, seq: i64) -> Result<(), JournalError> {
    db.prepare_cached("DELETE FROM record_search WHERE rowid = ?1")?.execute([seq])?;
    db.prepare_cached(
        "INSERT INTO record_search (rowid, text) SELECT seq, text FROM record_words WHERE seq = ?1",
    )?
    .execute([seq])?;
    Ok(())
}

fn update(db: &Connection, seq: i64, record: &ThoughtRecord) -> Result<(), JournalError> {
    let content = &record.content;
    let (balanced_from, balanced_line) = match &content.balanced {
        None => (None, None),
        Some(Balanced::Own { .. }) => (Some("own"), None),
        Some(Balanced::Chosen { line, .. }) => (Some("chosen"), line.as_deref()),
    };
    db.prepare_cached(
        "UPDATE thought_records SET version = :version, saved_ms = :saved_ms, saved_offset = :saved_offset,
           situation = :situation, thought = :thought, belief = :belief, balanced = :balanced,
           balanced_from = :balanced_from, balanced_line = :balanced_line, belief_after = :belief_after,
           review_on = :review_on WHERE seq = :seq",
    )?
    .execute(named_params! {
        ":seq": seq,
        ":version": record.version,
        ":saved_ms": record.saved.ms(),
        ":saved_offset": record.saved.offset(),
        ":situation": content.situation.as_ref().map(Line::as_str),
        ":thought": content.thought.as_str(),
        ":belief": content.belief.map(Percent::get),
        ":balanced": content.balanced.as_ref().map(|b| b.text().as_str()),
        ":balanced_from": balanced_from,
        ":balanced_line": balanced_line,
        ":belief_after": content.belief_after.map(Percent::get),
        ":review_on": content.review_on.map(|day| day.to_string()),
    })?;
    Ok(())
}

fn insert_parts(db: &Connection, seq: i64, content: &RecordContent) -> Result<(), JournalError> {
    let mut statement = db.prepare_cached(
        "INSERT INTO record_feelings (record, place, name, before, after) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (place, feeling) in content.feelings.iter().enumerate() {
        let (before, after) = (feeling.before.map(Percent::get), feeling.after.map(Percent::get));
        statement.execute(params![seq, rows::number(place), feeling.name.as_str(), before, after])?;
    }
    let mut statement =
        db.prepare_cached("INSERT INTO record_distortions (record, slug, verdict) VALUES (?1, ?2, ?3)")?;
    for (distortion, verdict) in &content.distortions {
        statement.execute(params![seq, distortion.slug(), verdict.slug()])?;
    }
    let mut statement =
        db.prepare_cached("INSERT INTO record_evidence (record, side, place, text) VALUES (?1, ?2, ?3, ?4)")?;
    for (side, lines) in [("for", &content.evidence_for), ("against", &content.evidence_against)] {
        for (place, line) in lines.iter().enumerate() {
            statement.execute(params![seq, side, rows::number(place), line.as_str()])?;
        }
    }
    Ok(())
}

pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<(i64, ThoughtRecord)> {
    let balanced_from: Option<String> = row.get(12)?;
    let balanced = rows::optional::<String, Line>(row, 11)?;
    let balanced = match (balanced, balanced_from.as_deref()) {
        (Some(text), Some("chosen")) => Some(Balanced::Chosen { text, line: row.get(13)? }),
        (Some(text), _) => Some(Balanced::Own { text }),
        (None, _) => None,
    };
    let entry: Option<[u8; 16]> = row.get(7)?;
    let record = ThoughtRecord {
        id: rows::id(row, 1)?,
        version: row.get(2)?,
        written: rows::stamp(row, 3)?,
        saved: rows::stamp(row, 5)?,
        entry: entry.map(Id::from_bytes),
        content: RecordContent {
            situation: rows::optional::<String, _>(row, 8)?,
            belief: rows::optional::<u8, _>(row, 10)?,
            balanced,
            belief_after: rows::optional::<u8, _>(row, 14)?,
            review_on: rows::optional::<String, _>(row, 15)?,
            ..RecordContent::of(rows::value::<String, _>(row, 9)?)
        },
    };
    Ok((row.get(0)?, record))
}

pub(super) fn with_parts(
    db: &Connection,
    seq: i64,
    mut record: ThoughtRecord,
) -> Result<ThoughtRecord, JournalError> {
    let content = &mut record.content;
    let mut statement = db
        .prepare_cached("SELECT name, before, after FROM record_feelings WHERE record = ?1 ORDER BY place")?;
    let feelings = statement.query_map([seq], |row| {
        Ok(Feeling {
            name: rows::value::<String, _>(row, 0)?,
            before: rows::optional::<u8, _>(row, 1)?,
            after: rows::optional::<u8, _>(row, 2)?,
        })
    })?;
    content.feelings = feelings.collect::<Result<_, _>>()?;
    let mut statement =
        db.prepare_cached("SELECT slug, verdict FROM record_distortions WHERE record = ?1")?;
    let distortions = statement.query_map([seq], |row| {
        let distortion = rows::name(row, 0, &Distortion::ALL, Distortion::slug)?;
        Ok((distortion, rows::name(row, 1, &Verdict::ALL, Verdict::slug)?))
    })?;
    content.distortions = distortions.collect::<Result<_, _>>()?;
    let mut statement =
        db.prepare_cached("SELECT text FROM record_evidence WHERE record = ?1 AND side = ?2 ORDER BY place")?;
    for (side, lines) in [("for", &mut content.evidence_for), ("against", &mut content.evidence_against)] {
        let found = statement.query_map(params![seq, side], |row| rows::value::<String, _>(row, 0))?;
        *lines = found.collect::<Result<_, _>>()?;
    }
    Ok(record)
}
