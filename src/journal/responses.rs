//! Sheets of questionnaires: kept answer by answer while they are filled in, and with what they
//! add up to once they are done.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::creations::{Created, CreationKey};
use super::error::JournalError;
use super::model::{Response, ResponseAnswer, ResponseContent, ResponseResult};
use super::values::Id;
use super::{Journal, rows};
use crate::crisis::Tier;

const COLUMNS: &str = "r.seq, r.id, r.questionnaire, r.edition, r.begun_ms, r.begun_offset, r.saved_ms, \
     r.saved_offset, r.help, r.total, r.max, r.band, r.subscales, r.missing";
const HELP: [Tier; 2] = [Tier::Urgent, Tier::Emergency];

impl Journal {
    /// Keeps a sheet: a new one, or in the place of the half-finished one of this id. When this
    /// returns, it is on the disk.
    ///
    /// # Errors
    /// [`JournalError::Missing`] if there is no half-finished sheet of this id, and others; then
    /// nothing was changed.
    pub fn keep_response(
        &self,
        unfinished: Option<Id>,
        content: &ResponseContent,
    ) -> Result<Response, JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            let Some(id) = unfinished else {
                let response =
                    Response { id: Id::new(now), begun: now, saved: now, content: content.clone() };
                insert(tx, &response)?;
                return Ok(response);
            };
            let missing = JournalError::Missing { what: "half-finished sheet", id };
            let (seq, old) = find(tx, id)?.ok_or(missing)?;
            if old.content.result.is_some() {
                return Err(JournalError::Missing { what: "half-finished sheet", id });
            }
            let response = Response { saved: now, content: content.clone(), ..old };
            update(tx, seq, &response)?;
            tx.execute("DELETE FROM response_answers WHERE response = ?1", [seq])?;
            insert_answers(tx, seq, content)?;
            Ok(response)
        })
    }

    /// Keeps a finished sheet, unless an earlier request with this key did: its id is made of the
    /// key.
    ///
    /// # Errors
    /// [`JournalError::KeyReused`] if the key came with other answers, and others; then nothing
    /// was kept.
    pub fn keep_response_once(
        &self,
        content: &ResponseContent,
        key: &CreationKey,
    ) -> Result<Created<Response>, JournalError> {
        let now = self.clock.now();
        let response = Response { id: key.id("responses"), begun: now, saved: now, content: content.clone() };
        self.write(|tx| match find(tx, response.id)? {
            None => {
                insert(tx, &response)?;
                Ok(Created::New(response))
            }
            Some((_, earlier)) if earlier.content == *content => Ok(Created::Earlier(earlier)),
            Some(_) => Err(JournalError::KeyReused),
        })
    }

    /// Sheets, the latest first, those of one questionnaire or of all.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn responses(
        &self,
        questionnaire: Option<&str>,
        at_most: usize,
    ) -> Result<Vec<Response>, JournalError> {
        self.read(|db| {
            let latest = "(?1 IS NULL OR r.questionnaire = ?1) ORDER BY r.saved_ms DESC, r.id DESC LIMIT ?2";
            select(db, latest, params![questionnaire, rows::number(at_most)])
        })
    }

    /// The latest sheet of a questionnaire that was left half-way.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn unfinished_response(&self, questionnaire: &str) -> Result<Option<Response>, JournalError> {
        self.latest("r.total IS NULL", questionnaire)
    }

    /// The latest finished sheet of a questionnaire.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn last_response(&self, questionnaire: &str) -> Result<Option<Response>, JournalError> {
        self.latest("r.total IS NOT NULL", questionnaire)
    }

    fn latest(&self, state: &str, questionnaire: &str) -> Result<Option<Response>, JournalError> {
        let of_it = format!("r.questionnaire = ?1 AND {state} ORDER BY r.saved_ms DESC, r.id DESC LIMIT 1");
        self.read(|db| Ok(select(db, &of_it, params![questionnaire])?.pop()))
    }

    /// Deletes a sheet.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and others; then nothing was changed.
    pub fn delete_response(&self, id: Id) -> Result<(), JournalError> {
        self.write(|tx| {
            let gone = tx.execute("DELETE FROM responses WHERE id = ?1", [id.as_bytes()])?;
            if gone == 0 { Err(JournalError::Missing { what: "sheet", id }) } else { Ok(()) }
        })
    }
}

/// Every sheet in the order in which it came.
pub(super) fn each(
    db: &Connection,
    mut take: impl FnMut(Response) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    select(db, "TRUE ORDER BY r.seq", [])?.into_iter().try_for_each(&mut take)
}

pub(super) fn find(db: &Connection, id: Id) -> Result<Option<(i64, Response)>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM responses r WHERE r.id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id.as_bytes()], of_row).optional()?;
    found.map(|(seq, response)| Ok((seq, with_answers(db, seq, response)?))).transpose()
}

pub(super) fn insert(db: &Connection, response: &Response) -> Result<(), JournalError> {
    db.prepare_cached(
        "INSERT INTO responses (id, questionnaire, edition, begun_ms, begun_offset, saved_ms, saved_offset)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        response.id.as_bytes(),
        response.content.questionnaire,
        response.content.edition,
        response.begun.ms(),
        response.begun.offset(),
        response.saved.ms(),
        response.saved.offset(),
    ])?;
    let seq = db.last_insert_rowid();
    update(db, seq, response)?;
    insert_answers(db, seq, &response.content)
}

fn update(db: &Connection, seq: i64, response: &Response) -> Result<(), JournalError> {
    let content = &response.content;
    let result = content.result.as_ref();
    db.prepare_cached(
        "UPDATE responses SET edition = :edition, saved_ms = :saved_ms, saved_offset = :saved_offset,
           help = :help, total = :total, max = :max, band = :band, subscales = :subscales,
           missing = :missing WHERE seq = :seq",
    )?
    .execute(named_params! {
        ":seq": seq,
        ":edition": content.edition,
        ":saved_ms": response.saved.ms(),
        ":saved_offset": response.saved.offset(),
        ":help": content.help.map(Tier::slug),
        ":total": result.map(|r| r.total),
        ":max": result.map(|r| r.max),
        ":band": result.map(|r| r.band.as_str()),
        ":subscales": result.map(|r| rows::to_json(&r.subscales)).transpose()?,
        ":missing": result.map(|r| r.missing),
    })?;
    Ok(())
}

fn insert_answers(db: &Connection, seq: i64, content: &ResponseContent) -> Result<(), JournalError> {
    let mut statement = db.prepare_cached(
        "INSERT INTO response_answers (response, place, item, value) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (place, answer) in content.answers.iter().enumerate() {
        statement.execute(params![seq, rows::number(place), answer.item, answer.value])?;
    }
    Ok(())
}

fn select(
    db: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Response>, JournalError> {
    let sql = format!("SELECT {COLUMNS} FROM responses r WHERE {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let found: Vec<(i64, Response)> = statement.query_map(parameters, of_row)?.collect::<Result<_, _>>()?;
    found.into_iter().map(|(seq, response)| with_answers(db, seq, response)).collect()
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<(i64, Response)> {
    let help: Option<String> = row.get(8)?;
    let help = help.map(|_| rows::name(row, 8, &HELP, Tier::slug)).transpose()?;
    let total: Option<u16> = row.get(9)?;
    let result = match total {
        None => None,
        Some(total) => Some(ResponseResult {
            total,
            max: row.get(10)?,
            band: row.get(11)?,
            subscales: rows::json(row, 12)?,
            missing: row.get(13)?,
        }),
    };
    let content = ResponseContent {
        questionnaire: row.get(2)?,
        edition: row.get(3)?,
        answers: Vec::new(),
        result,
        help,
    };
    let response =
        Response { id: rows::id(row, 1)?, begun: rows::stamp(row, 4)?, saved: rows::stamp(row, 6)?, content };
    Ok((row.get(0)?, response))
}

fn with_answers(db: &Connection, seq: i64, mut response: Response) -> Result<Response, JournalError> {
    let mut statement =
        db.prepare_cached("SELECT item, value FROM response_answers WHERE response = ?1 ORDER BY place")?;
    let answers =
        statement.query_map([seq], |row| Ok(ResponseAnswer { item: row.get(0)?, value: row.get(1)? }))?;
    response.content.answers = answers.collect::<Result<_, _>>()?;
    Ok(response)
}
