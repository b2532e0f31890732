//! Entries: added, changed with their history kept, listed, deleted.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::error::JournalError;
use super::model::{Change, Entry, FullEntry, NewEntry, Revision};
use super::rows;
use super::time::Stamp;
use super::values::{Id, Mood, Tag};
use super::{Journal, findings};

/// Columns of an entry, read by [`of_row`].
pub(super) const COLUMNS: &str = "e.seq, e.id, e.version, e.written_ms, e.written_offset, e.saved_ms, \
     e.saved_offset, e.text, e.mood, \
     (SELECT json_group_array(tag ORDER BY tag) FROM tags WHERE entry = e.seq)";

impl Journal {
    /// Keeps an entry. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was kept.
    pub fn add(&self, new: &NewEntry) -> Result<Entry, JournalError> {
        self.add_all(std::slice::from_ref(new))?.pop().ok_or(JournalError::Cursor)
    }

    /// Keeps several entries, all or none of them.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was kept.
    pub fn add_all(&self, new: &[NewEntry]) -> Result<Vec<Entry>, JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            new.iter()
                .map(|new| {
                    let entry = new.at(now);
                    insert(tx, &entry)?;
                    Ok(entry)
                })
                .collect()
        })
    }

    /// Changes an entry and keeps what it was.
    ///
    /// # Errors
    /// [`JournalError::Missing`], [`JournalError::Changed`] if there is another version than the
    /// person saw, and others; then nothing was changed.
    pub fn edit(&self, id: Id, change: &Change) -> Result<Entry, JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let (seq, old) = find(tx, id)?.ok_or(JournalError::Missing { what: "entry", id })?;
            if change.seen.is_some_and(|seen| seen != old.version) {
                return Err(JournalError::Changed { found: old.version });
            }
            let new = Entry {
                version: old.version + 1,
                saved: now,
                text: change.text.clone().unwrap_or_else(|| old.text.clone()),
                mood: change.mood.unwrap_or(old.mood),
                tags: change.tags.as_deref().map_or_else(|| old.tags.clone(), in_order),
                ..old.clone()
            };
            if (&new.text, new.mood, &new.tags) == (&old.text, old.mood, &old.tags) {
                return Ok(old);
            }
            let was = Revision {
                version: old.version,
                saved: old.saved,
                text: old.text,
                mood: old.mood,
                tags: old.tags,
            };
            insert_revision(tx, seq, &was)?;
            tx.prepare_cached(
                "UPDATE entries SET version = ?2, saved_ms = ?3, saved_offset = ?4, mood = ?5 WHERE seq = ?1",
            )?
            .execute(params![
                seq,
                new.version,
                now.ms(),
                now.offset(),
                new.mood.map(Mood::get)
            ])?;
            if new.text != was.text {
                tx.prepare_cached("UPDATE entries SET text = ?2 WHERE seq = ?1")?
                    .execute(params![seq, new.text.as_str()])?;
            }
            tx.prepare_cached("DELETE FROM tags WHERE entry = ?1")?.execute([seq])?;
            insert_tags(tx, seq, &new.tags)?;
            Ok(new)
        })
    }

    /// Deletes an entry with all that belongs to it: its history, what was said of it, and the
    /// thought records that came from it.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn delete(&self, id: Id) -> Result<(), JournalError> {
        self.write(|tx| {
            let gone = tx.execute("DELETE FROM entries WHERE id = ?1", [id.as_bytes()])?;
            if gone == 0 { Err(JournalError::Missing { what: "entry", id }) } else { Ok(()) }
        })
    }

    /// An entry as it is now.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others.
    pub fn entry(&self, id: Id) -> Result<Entry, JournalError> {
        self.read(|db| Ok(find(db, id)?.ok_or(JournalError::Missing { what: "entry", id })?.1))
    }

    /// An entry with all that belongs to it.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others.
    pub fn full_entry(&self, id: Id) -> Result<FullEntry, JournalError> {
        self.read(|db| {
            let (seq, entry) = find(db, id)?.ok_or(JournalError::Missing { what: "entry", id })?;
            full(db, seq, entry)
        })
    }

    /// The entry whose id begins like this.
    ///
    /// # Errors
    /// [`JournalError::Ambiguous`] if none or several do, and others.
    pub fn entry_like(&self, beginning: &str) -> Result<Id, JournalError> {
        self.id_like("entries", beginning)
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn count(&self) -> Result<u64, JournalError> {
        self.read(|db| Ok(db.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))?))
    }
}

impl NewEntry {
    /// The entry that is made of it at this moment.
    pub(super) fn at(&self, now: Stamp) -> Entry {
        Entry {
            id: Id::new(now),
            version: 1,
            written: self.written.unwrap_or(now),
            saved: now,
            text: self.text.clone(),
            mood: self.mood,
            tags: in_order(&self.tags),
        }
    }
}

fn in_order(tags: &[Tag]) -> Vec<Tag> {
    let tags: std::collections::BTreeSet<Tag> = tags.iter().cloned().collect();
    tags.into_iter().collect()
}

pub(super) fn insert(db: &Connection, entry: &Entry) -> Result<i64, JournalError> {
    db.prepare_cached(
        "INSERT INTO entries (id, version, written_ms, written_offset, saved_ms, saved_offset, text, mood)
         VALUES (:id, :version, :written_ms, :written_offset, :saved_ms, :saved_offset, :text, :mood)",
    )?
    .execute(named_params! {
        ":id": entry.id.as_bytes(),
        ":version": entry.version,
        ":written_ms": entry.written.ms(),
        ":written_offset": entry.written.offset(),
        ":saved_ms": entry.saved.ms(),
        ":saved_offset": entry.saved.offset(),
        ":text": entry.text.as_str(),
        ":mood": entry.mood.map(Mood::get),
    })?;
    let seq = db.last_insert_rowid();
    insert_tags(db, seq, &entry.tags)?;
    Ok(seq)
}

fn insert_tags(db: &Connection, seq: i64, tags: &[Tag]) -> Result<(), JournalError> {
    let mut statement = db.prepare_cached("INSERT OR IGNORE INTO tags (entry, tag) VALUES (?1, ?2)")?;
    for tag in tags {
        statement.execute(params![seq, tag.as_str()])?;
    }
    Ok(())
}

pub(super) fn insert_revision(db: &Connection, seq: i64, was: &Revision) -> Result<(), JournalError> {
    db.prepare_cached(
        "INSERT INTO revisions (entry, version, saved_ms, saved_offset, text, mood, tags)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        seq,
        was.version,
        was.saved.ms(),
        was.saved.offset(),
        was.text.as_str(),
        was.mood.map(Mood::get),
        rows::to_json(&was.tags)?,
    ])?;
    Ok(())
}

pub(super) fn find(db: &Connection, id: Id) -> Result<Option<(i64, Entry)>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM entries e WHERE e.id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id.as_bytes()], of_row).optional()?)
}

/// The entry of a row.
pub(super) fn at(db: &Connection, seq: i64) -> Result<Entry, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM entries e WHERE e.seq = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([seq], of_row)?.1)
}

/// An entry with its row's number.
pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<(i64, Entry)> {
    let entry = Entry {
        id: rows::id(row, 1)?,
        version: row.get(2)?,
        written: rows::stamp(row, 3)?,
        saved: rows::stamp(row, 5)?,
        text: rows::value::<String, _>(row, 7)?,
        mood: rows::optional::<u8, _>(row, 8)?,
        tags: rows::json(row, 9)?,
    };
    Ok((row.get(0)?, entry))
}

pub(super) fn full(db: &Connection, seq: i64, entry: Entry) -> Result<FullEntry, JournalError> {
    let mut statement = db.prepare_cached(
        "SELECT version, saved_ms, saved_offset, text, mood, tags FROM revisions WHERE entry = ?1 ORDER BY version",
    )?;
    let revisions = statement.query_map([seq], |row| {
        Ok(Revision {
            version: row.get(0)?,
            saved: rows::stamp(row, 1)?,
            text: rows::value::<String, _>(row, 3)?,
            mood: rows::optional::<u8, _>(row, 4)?,
            tags: rows::json(row, 5)?,
        })
    })?;
    Ok(FullEntry {
        entry,
        revisions: revisions.collect::<Result<_, _>>()?,
        screenings: findings::screenings(db, findings::Subject::Entry(seq))?,
        recognitions: findings::recognitions(db, seq)?,
    })
}

/// Every entry in the order in which it came, one at a time.
pub(super) fn each(
    db: &Connection,
    mut take: impl FnMut(FullEntry) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM entries e ORDER BY e.seq");
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, entry) = of_row(row)?;
        take(full(db, seq, entry)?)?;
    }
    Ok(())
}

/// Deletes the entries that speak of a time in a period, its end not included. Gives how many.
pub(super) fn delete_period(db: &Connection, from: Stamp, until: Stamp) -> Result<usize, JournalError> {
    let bounds = [Value::from(from.ms()), Value::from(until.ms())];
    Ok(db.execute("DELETE FROM entries WHERE written_ms >= ?1 AND written_ms < ?2", bounds)?)
}
