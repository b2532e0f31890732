//! From columns to values and back. A column that holds what its table should not is damage, not
//! a reason to stop.

use rusqlite::types::{FromSql, Type};
use rusqlite::{Error, OptionalExtension as _, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::JournalError;
use super::time::Stamp;
use super::values::Id;

/// What stands in for an error, which might hold what a person wrote.
#[derive(Debug, thiserror::Error)]
#[error("not what this column holds")]
struct Strange;

fn strange(column: usize) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, Box::new(Strange))
}

/// A count or a place as SQLite has numbers.
pub(super) fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Id> {
    Ok(Id::from_bytes(row.get(column)?))
}

/// Milliseconds in this column, the offset in the next.
pub(super) fn stamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Stamp> {
    Stamp::new(row.get(column)?, row.get(column + 1)?).map_err(|_| strange(column))
}

pub(super) fn value<S: FromSql, T: TryFrom<S>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    T::try_from(row.get(column)?).map_err(|_| strange(column))
}

/// A value as it is written.
pub(super) fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    row.get_ref(column)?.as_str()?.parse().map_err(|_| strange(column))
}

pub(super) fn optional<S: FromSql, T: TryFrom<S>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let given: Option<S> = row.get(column)?;
    given.map(|value| T::try_from(value).map_err(|_| strange(column))).transpose()
}

pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|_| strange(column))
}

pub(super) fn optional_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)?.as_str_or_null()? {
        None => Ok(None),
        Some(text) => serde_json::from_str(text).map(Some).map_err(|_| strange(column)),
    }
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|_| JournalError::Fault { code: 0, what: "a value was not written" })
}

/// One of a fixed set of names.
pub(super) fn name<T: Copy>(
    row: &Row<'_>,
    column: usize,
    all: &[T],
    slug: impl Fn(T) -> &'static str,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    all.iter().copied().find(|one| slug(*one) == text).ok_or_else(|| strange(column))
}

/// The number of the row of this id.
pub(super) fn seq(
    mut statement: rusqlite::CachedStatement<'_>,
    id: Id,
    what: &'static str,
) -> Result<i64, JournalError> {
    let found = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
    found.ok_or(JournalError::Missing { what, id })
}

/// One of a fixed set of names, or nothing.
pub(super) fn optional_name<T: Copy>(
    row: &Row<'_>,
    column: usize,
    all: &[T],
    slug: impl Fn(T) -> &'static str,
) -> rusqlite::Result<Option<T>> {
    let there = row.get_ref(column)? != rusqlite::types::ValueRef::Null;
    there.then(|| name(row, column, all, slug)).transpose()
}
