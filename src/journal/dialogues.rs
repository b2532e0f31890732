//! Dialogues with parts. A turn is kept before it is screened and answered, in a place of its own,
//! so that nothing is lost and nothing doubled however a dialogue ends.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::parts::part_seq;
use super::time::Stamp;
use super::values::{EntryText, Id, Line};
use super::{Journal, rows};
use crate::crisis::Risk;
use crate::parts::{Dialogue, Mode, Speaker, Stage, State};

/// A turn as it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptTurn {
    /// Who speaks.
    pub from: Speaker,
    /// What is said.
    pub text: String,
    /// The step of a reply.
    pub stage: Option<Stage>,
    /// How the person was when it was said.
    pub state: Option<State>,
    /// Where a reply comes from.
    pub source: Option<String>,
    /// What the screen said of a turn of the person.
    pub risk: Option<Risk>,
    /// When it was kept.
    pub at: Stamp,
}

/// Prints what is safe to print.
impl std::fmt::Debug for KeptTurn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeptTurn({:?}, {} bytes)", self.from, self.text.len())
    }
}

/// A dialogue as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptDialogue {
    /// Its id, for good.
    pub id: Id,
    /// The part that it is about, if that is kept.
    pub part: Option<Id>,
    /// When it began.
    pub begun: Stamp,
    /// When a turn was last kept.
    pub saved: Stamp,
    /// Where the protocol stands.
    pub stands: Dialogue,
    /// What the person wanted to keep of it.
    pub note: Option<Line>,
    /// The turns, the first first.
    pub turns: Vec<KeptTurn>,
}

/// What answers a turn.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// What the guide said.
    pub text: &'a str,
    /// The step it belongs to.
    pub stage: Stage,
    /// How the person was.
    pub state: State,
    /// Where it comes from.
    pub source: &'a str,
    /// What the screen said of the turn that it answers.
    pub risk: Option<&'a Risk>,
    /// Where the protocol stands now.
    pub stands: Dialogue,
}

impl Journal {
    /// Begins a dialogue.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was kept.
    pub fn begin_dialogue(&self, part: Option<Id>) -> Result<KeptDialogue, JournalError> {
        let now = self.clock.now();
        let dialogue = KeptDialogue {
            id: Id::new(now),
            part,
            begun: now,
            saved: now,
            stands: Dialogue::new(),
            note: None,
            turns: Vec::new(),
        };
        self.write(|tx| insert(tx, &dialogue))?;
        Ok(dialogue)
    }

    /// Keeps what a person said in its place, counted from 0. Said again, it is kept once.
    ///
    /// # Errors
    /// [`JournalError::Changed`] if something else stands there, and others; then nothing was kept.
    pub fn keep_turn(&self, id: Id, place: usize, text: &EntryText) -> Result<(), JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let seq = seq_of(tx, id)?;
            let here: Option<(String, String)> = tx
                .prepare_cached("SELECT speaker, text FROM turns WHERE dialogue = ?1 AND place = ?2")?
                .query_row(params![seq, rows::number(place)], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            match here {
                Some((speaker, said)) if speaker == "person" && said == text.as_str() => Ok(()),
                Some(_) => Err(JournalError::Changed { found: place as u32 + 1 }),
                None => {
                    let turn = KeptTurn {
                        from: Speaker::Person,
                        text: text.as_str().to_owned(),
                        stage: None,
                        state: None,
                        source: None,
                        risk: None,
                        at: now,
                    };
                    insert_turn(tx, seq, place, &turn)?;
                    touch(tx, seq, now)
                }
            }
        })
    }

    /// Keeps the answer to the turn before this place, with where the protocol stands: both or
    /// neither.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was kept.
    pub fn keep_answer(&self, id: Id, place: usize, answer: &Answer<'_>) -> Result<(), JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let seq = seq_of(tx, id)?;
            if let (Some(risk), Some(before)) = (answer.risk, place.checked_sub(1)) {
                tx.execute(
                    "UPDATE turns SET risk = ?3, state = ?4 WHERE dialogue = ?1 AND place = ?2",
                    params![seq, rows::number(before), rows::to_json(risk)?, answer.state.slug()],
                )?;
            }
            let turn = KeptTurn {
                from: Speaker::Guide,
                text: answer.text.to_owned(),
                stage: Some(answer.stage),
                state: None,
                source: Some(answer.source.to_owned()),
                risk: None,
                at: now,
            };
            insert_turn(tx, seq, place, &turn)?;
            stand(tx, seq, answer.stands)?;
            touch(tx, seq, now)
        })
    }

    /// Keeps where the protocol stands, where nothing was said.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn keep_standing(&self, id: Id, stands: Dialogue) -> Result<(), JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let seq = seq_of(tx, id)?;
            stand(tx, seq, stands)?;
            touch(tx, seq, now)
        })
    }

    /// Keeps which part a dialogue is about, and what the person wants to keep of it.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn note_dialogue(&self, id: Id, part: Option<Id>, note: Option<&Line>) -> Result<(), JournalError> {
        self.write(|tx| {
            let seq = seq_of(tx, id)?;
            if let Some(part) = part {
                let found = part_seq(tx, part)?;
                tx.execute("UPDATE dialogues SET part = ?2 WHERE seq = ?1", params![seq, found])?;
            }
            if let Some(note) = note {
                tx.execute("UPDATE dialogues SET note = ?2 WHERE seq = ?1", params![seq, note.as_str()])?;
            }
            Ok(())
        })
    }

    /// A dialogue with its turns.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others.
    pub fn dialogue(&self, id: Id) -> Result<KeptDialogue, JournalError> {
        self.read(|db| {
            let missing = JournalError::Missing { what: "dialogue", id };
            select(db, "WHERE d.id = ?1", params![id.as_bytes()])?.pop().ok_or(missing)
        })
    }

    /// The dialogue that was left without an end most recently.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn open_dialogue(&self) -> Result<Option<KeptDialogue>, JournalError> {
        self.read(|db| {
            let open = "WHERE d.mode <> 'closed' ORDER BY d.saved_ms DESC, d.seq DESC LIMIT 1";
            Ok(select(db, open, params![])?.pop())
        })
    }

    /// All dialogues, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn dialogues(&self) -> Result<Vec<KeptDialogue>, JournalError> {
        self.read(all)
    }

    /// Deletes a dialogue with its turns. What is known of its part stays.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn delete_dialogue(&self, id: Id) -> Result<(), JournalError> {
        self.write(|tx| match tx.execute("DELETE FROM dialogues WHERE id = ?1", [id.as_bytes()])? {
            0 => Err(JournalError::Missing { what: "dialogue", id }),
            _ => Ok(()),
        })
    }
}

fn seq_of(db: &Connection, id: Id) -> Result<i64, JournalError> {
    let found = db.prepare_cached("SELECT seq FROM dialogues WHERE id = ?1")?;
    rows::seq(found, id, "dialogue")
}

fn touch(db: &Connection, seq: i64, now: Stamp) -> Result<(), JournalError> {
    db.execute(
        "UPDATE dialogues SET saved_ms = ?2, saved_offset = ?3 WHERE seq = ?1",
        params![seq, now.ms(), now.offset()],
    )?;
    Ok(())
}

fn stand(db: &Connection, seq: i64, stands: Dialogue) -> Result<(), JournalError> {
    db.execute(
        "UPDATE dialogues SET mode = ?2, stands = ?3 WHERE seq = ?1",
        params![seq, mode(stands.mode()), rows::to_json(&stands)?],
    )?;
    Ok(())
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Going => "going",
        Mode::Grounding => "grounding",
        Mode::Paused => "paused",
        Mode::WithHelp => "with_help",
        Mode::Closed => "closed",
    }
}

/// Whether a dialogue of this id is here.
pub(super) fn has(db: &Connection, id: Id) -> Result<Option<KeptDialogue>, JournalError> {
    Ok(select(db, "WHERE d.id = ?1", params![id.as_bytes()])?.pop())
}

pub(super) fn insert(db: &Connection, dialogue: &KeptDialogue) -> Result<(), JournalError> {
    let part = dialogue.part.map(|id| part_seq(db, id)).transpose()?;
    db.execute(
        "INSERT INTO dialogues (id, part, begun_ms, begun_offset, saved_ms, saved_offset, mode, stands, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            dialogue.id.as_bytes(),
            part,
            dialogue.begun.ms(),
            dialogue.begun.offset(),
            dialogue.saved.ms(),
            dialogue.saved.offset(),
            mode(dialogue.stands.mode()),
            rows::to_json(&dialogue.stands)?,
            dialogue.note.as_ref().map(Line::as_str),
        ],
    )?;
    let seq = db.last_insert_rowid();
    dialogue.turns.iter().enumerate().try_for_each(|(place, turn)| insert_turn(db, seq, place, turn))
}

fn insert_turn(db: &Connection, seq: i64, place: usize, turn: &KeptTurn) -> Result<(), JournalError> {
    let speaker = match turn.from {
        Speaker::Guide => "guide",
        Speaker::Person => "person",
    };
    db.prepare_cached(
        "INSERT INTO turns (dialogue, place, speaker, text, stage, state, source, risk, at_ms, at_offset)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        seq,
        rows::number(place),
        speaker,
        turn.text,
        turn.stage.map(Stage::slug),
        turn.state.map(State::slug),
        turn.source,
        turn.risk.as_ref().map(rows::to_json).transpose()?,
        turn.at.ms(),
        turn.at.offset(),
    ])?;
    Ok(())
}

pub(super) fn all(db: &Connection) -> Result<Vec<KeptDialogue>, JournalError> {
    select(db, "ORDER BY d.seq", params![])
}

fn select(
    db: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<KeptDialogue>, JournalError> {
    let sql = format!(
        "SELECT d.seq, d.id, (SELECT p.id FROM parts p WHERE p.seq = d.part), d.begun_ms, d.begun_offset,
                d.saved_ms, d.saved_offset, d.stands, d.note FROM dialogues d {condition}"
    );
    let of_row = |row: &Row<'_>| {
        let part: Option<[u8; 16]> = row.get(2)?;
        let dialogue = KeptDialogue {
            id: rows::id(row, 1)?,
            part: part.map(Id::from_bytes),
            begun: rows::stamp(row, 3)?,
            saved: rows::stamp(row, 5)?,
            stands: rows::json(row, 7)?,
            note: rows::optional::<String, Line>(row, 8)?,
            turns: Vec::new(),
        };
        Ok((row.get::<_, i64>(0)?, dialogue))
    };
    let mut statement = db.prepare_cached(&sql)?;
    let found: Vec<(i64, KeptDialogue)> =
        statement.query_map(parameters, of_row)?.collect::<Result<_, _>>()?;
    let mut turns = db.prepare_cached(
        "SELECT speaker, text, stage, state, source, risk, at_ms, at_offset FROM turns
         WHERE dialogue = ?1 ORDER BY place",
    )?;
    let with_turns = |(seq, mut dialogue): (i64, KeptDialogue)| {
        let of = turns.query_map([seq], turn_of)?;
        dialogue.turns = of.collect::<Result<_, _>>()?;
        Ok(dialogue)
    };
    found.into_iter().map(with_turns).collect()
}

fn turn_of(row: &Row<'_>) -> rusqlite::Result<KeptTurn> {
    Ok(KeptTurn {
        from: rows::name(row, 0, &[Speaker::Guide, Speaker::Person], |speaker| match speaker {
            Speaker::Guide => "guide",
            Speaker::Person => "person",
        })?,
        text: row.get(1)?,
        stage: rows::optional_name(row, 2, &Stage::ALL, Stage::slug)?,
        state: rows::optional_name(row, 3, &State::ALL, State::slug)?,
        source: row.get(4)?,
        risk: rows::optional_json(row, 5)?,
        at: rows::stamp(row, 6)?,
    })
}
