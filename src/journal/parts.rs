//! Parts of a person, as they know them.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::time::Stamp;
use super::values::{Id, Line};
use super::{Journal, rows};
use crate::parts::{Field, PartNotes, Role, Tie};

/// A part as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptPart {
    /// Its id, for good.
    pub id: Id,
    /// Rises by one with each change, from 1.
    pub version: u32,
    /// When it was first kept.
    pub written: Stamp,
    /// When it was last changed.
    pub saved: Stamp,
    /// What is known of it.
    pub notes: PartNotes,
}

impl Journal {
    /// Keeps a part.
    ///
    /// # Errors
    /// [`JournalError::Value`] if a line cannot be kept, and others; then nothing was kept.
    pub fn add_part(&self, notes: &PartNotes) -> Result<KeptPart, JournalError> {
        let now = self.clock.now();
        let part =
            KeptPart { id: Id::new(now), version: 1, written: now, saved: now, notes: checked(notes)? };
        self.write(|tx| insert_part(tx, &part))?;
        Ok(part)
    }

    /// Puts other notes in the place of a part's.
    ///
    /// # Errors
    /// [`JournalError::Missing`], [`JournalError::Changed`] if there is another version than the
    /// person saw, [`JournalError::Value`] and others; then nothing was changed.
    pub fn edit_part(&self, id: Id, seen: Option<u32>, notes: &PartNotes) -> Result<KeptPart, JournalError> {
        let (now, notes) = (self.clock.now(), checked(notes)?);
        self.write(|tx| {
            let old = find_part(tx, id)?;
            if seen.is_some_and(|seen| seen != old.version) {
                return Err(JournalError::Changed { found: old.version });
            }
            let part = renote(tx, &old, notes, now)?;
            retie(tx, &old.notes.name, &part, now)?;
            Ok(part)
        })
    }

    /// Makes one part of two: what the second has and the first lacks goes over, and so do its
    /// dialogues.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn merge_parts(&self, into: Id, from: Id) -> Result<KeptPart, JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let old = find_part(tx, into)?;
            if into == from {
                return Ok(old);
            }
            let mut notes = old.notes.clone();
            let joined = find_part(tx, from)?.notes;
            notes.merge(&joined);
            // What tied the two says nothing of one.
            let one = [old.notes.name.to_lowercase(), joined.name.to_lowercase()];
            notes.ties.retain(|(_, name)| !one.contains(&name.to_lowercase()));
            let (to, gone) = (part_seq(tx, into)?, part_seq(tx, from)?);
            tx.execute("UPDATE dialogues SET part = ?1 WHERE part = ?2", [to, gone])?;
            tx.execute("DELETE FROM parts WHERE seq = ?1", [gone])?;
            let part = renote(tx, &old, notes, now)?;
            retie(tx, &joined.name, &part, now)?;
            find_part(tx, into)
        })
    }

    /// A part.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others.
    pub fn part(&self, id: Id) -> Result<KeptPart, JournalError> {
        self.read(|db| find_part(db, id))
    }

    /// All parts, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn parts(&self) -> Result<Vec<KeptPart>, JournalError> {
        self.read(all_parts)
    }

    /// Deletes a part. Its dialogues stay.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn delete_part(&self, id: Id) -> Result<(), JournalError> {
        self.write(|tx| {
            tx.execute("DELETE FROM unread WHERE id = ?1", [id.as_bytes()])?;
            match tx.execute("DELETE FROM parts WHERE id = ?1", [id.as_bytes()])? {
                0 => Err(JournalError::Missing { what: "part", id }),
                _ => Ok(()),
            }
        })
    }
}

fn find_part(db: &Connection, id: Id) -> Result<KeptPart, JournalError> {
    let found = select_parts(db, "WHERE p.id = ?1", params![id.as_bytes()])?.pop();
    found.ok_or(JournalError::Missing { what: "part", id })
}

/// Gives a part other notes.
fn renote(db: &Connection, old: &KeptPart, notes: PartNotes, now: Stamp) -> Result<KeptPart, JournalError> {
    let seq = part_seq(db, old.id)?;
    let part = KeptPart { id: old.id, version: old.version + 1, written: old.written, saved: now, notes };
    db.execute(
        "UPDATE parts SET version = ?2, saved_ms = ?3, saved_offset = ?4, name = ?5, role = ?6 WHERE seq = ?1",
        params![seq, part.version, now.ms(), now.offset(), part.notes.name, part.notes.role.map(Role::slug)],
    )?;
    for table in ["part_lines", "part_ties"] {
        db.execute(&format!("DELETE FROM {table} WHERE part = ?1"), [seq])?;
    }
    insert_notes(db, seq, &part.notes)?;
    Ok(part)
}

/// Lets the ties of other parts that name one by an earlier name follow it.
fn retie(db: &Connection, earlier: &str, part: &KeptPart, now: Stamp) -> Result<(), JournalError> {
    if earlier == part.notes.name {
        return Ok(());
    }
    let earlier = earlier.to_lowercase();
    for other in all_parts(db)? {
        let named = |tie: &(Tie, String)| tie.1.to_lowercase() == earlier;
        if other.id == part.id || !other.notes.ties.iter().any(named) {
            continue;
        }
        let mut notes = other.notes.clone();
        for tie in notes.ties.iter_mut().filter(|tie| named(tie)) {
            tie.1.clone_from(&part.notes.name);
        }
        renote(db, &other, notes, now)?;
    }
    Ok(())
}

/// Notes whose lines can all be kept.
fn checked(notes: &PartNotes) -> Result<PartNotes, JournalError> {
    Line::new(notes.name.as_str())?;
    let ties = notes.ties.iter().map(|(_, other)| other);
    let lines = notes.fields.values().chain(&notes.agreements).chain(&notes.quotes).chain(ties);
    lines.into_iter().try_for_each(|line| Line::new(line.as_str()).map(|_| ()))?;
    Ok(notes.clone())
}

pub(super) fn part_seq(db: &Connection, id: Id) -> Result<i64, JournalError> {
    rows::seq(db.prepare_cached("SELECT seq FROM parts WHERE id = ?1")?, id, "part")
}

/// Whether a part of this id is here.
pub(super) fn has_part(db: &Connection, id: Id) -> Result<Option<KeptPart>, JournalError> {
    Ok(select_parts(db, "WHERE p.id = ?1", params![id.as_bytes()])?.pop())
}

pub(super) fn insert_part(db: &Connection, part: &KeptPart) -> Result<(), JournalError> {
    db.execute(
        "INSERT INTO parts (id, version, written_ms, written_offset, saved_ms, saved_offset, name, role)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            part.id.as_bytes(),
            part.version,
            part.written.ms(),
            part.written.offset(),
            part.saved.ms(),
            part.saved.offset(),
            part.notes.name,
            part.notes.role.map(Role::slug),
        ],
    )?;
    insert_notes(db, db.last_insert_rowid(), &part.notes)
}

fn insert_notes(db: &Connection, seq: i64, notes: &PartNotes) -> Result<(), JournalError> {
    let mut line =
        db.prepare_cached("INSERT INTO part_lines (part, kind, place, text) VALUES (?1, ?2, ?3, ?4)")?;
    for (field, text) in &notes.fields {
        line.execute(params![seq, field.slug(), 0, text])?;
    }
    for (kind, texts) in [("agreement", &notes.agreements), ("quote", &notes.quotes)] {
        for (place, text) in texts.iter().enumerate() {
            line.execute(params![seq, kind, rows::number(place), text])?;
        }
    }
    let mut tie =
        db.prepare_cached("INSERT INTO part_ties (part, place, tie, other) VALUES (?1, ?2, ?3, ?4)")?;
    for (place, (kind, other)) in notes.ties.iter().enumerate() {
        tie.execute(params![seq, rows::number(place), kind.slug(), other])?;
    }
    Ok(())
}

pub(super) fn all_parts(db: &Connection) -> Result<Vec<KeptPart>, JournalError> {
    select_parts(db, "ORDER BY p.seq", params![])
}

fn select_parts(
    db: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<KeptPart>, JournalError> {
    let sql = format!(
        "SELECT p.seq, p.id, p.version, p.written_ms, p.written_offset, p.saved_ms, p.saved_offset, p.name, p.role
         FROM parts p {condition}"
    );
    let of_row = |row: &Row<'_>| {
        let role = rows::optional_name(row, 8, &Role::ALL, Role::slug)?;
        let part = KeptPart {
            id: rows::id(row, 1)?,
            version: row.get(2)?,
            written: rows::stamp(row, 3)?,
            saved: rows::stamp(row, 5)?,
            notes: PartNotes { role, ..PartNotes::named(row.get::<_, String>(7)?) },
        };
        Ok((row.get::<_, i64>(0)?, part))
    };
    let mut statement = db.prepare_cached(&sql)?;
    let found: Vec<(i64, KeptPart)> = statement.query_map(parameters, of_row)?.collect::<Result<_, _>>()?;
    let mut lines =
        db.prepare_cached("SELECT kind, text FROM part_lines WHERE part = ?1 ORDER BY kind, place")?;
    let mut ties = db.prepare_cached("SELECT tie, other FROM part_ties WHERE part = ?1 ORDER BY place")?;
    let with_notes = |(seq, mut part): (i64, KeptPart)| {
        let rows_of =
            lines.query_map([seq], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        for line in rows_of {
            let (kind, text) = line?;
            match Field::ALL.into_iter().find(|field| field.slug() == kind) {
                Some(field) => {
                    part.notes.fields.insert(field, text);
                }
                None if kind == "agreement" => part.notes.agreements.push(text),
                None => part.notes.quotes.push(text),
            }
        }
        let rows_of = ties.query_map([seq], |row| {
            Ok((rows::name(row, 0, &Tie::ALL, Tie::slug)?, row.get::<_, String>(1)?))
        })?;
        part.notes.ties = rows_of.collect::<Result<_, _>>()?;
        Ok(part)
    };
    found.into_iter().map(with_notes).collect()
}
