//! One JSON object a line.

use std::io::{self, BufRead, Read};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Fault, Source};
use crate::entry::Limit;

/// The id of an entry: it comes back as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum ItemId {
    /// A text.
    Text(String),
    /// A number.
    Number(serde_json::Number),
}

impl std::fmt::Display for ItemId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// A line that could be read.
#[derive(Debug, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: ItemId,
    /// Its text.
    pub text: String,
    /// What happened, if it is told apart.
    #[serde(default)]
    pub situation: Option<String>,
}

/// A line, or its id as far as it has one and what is wrong with it.
pub type ParsedLine = Result<Line, (Option<Value>, Fault)>;

impl Line {
    /// A line of the usual shape, out of its JSON.
    ///
    /// # Errors
    /// Its id as far as it has one, and what is wrong with it.
    pub fn of(value: Value) -> ParsedLine {
        typed(
            value,
            "The line needs \"id\" (text or number) and \"text\" (text); \"situation\" may be there.",
        )
    }
}

/// A line of some shape, out of its JSON; `needs` says what it needs.
///
/// # Errors
/// Its id as far as it has one, and what is wrong with it.
pub fn typed<T: DeserializeOwned>(value: Value, needs: &'static str) -> Result<T, (Option<Value>, Fault)> {
    let id = value.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
    // serde's own messages can quote the input.
    serde_json::from_value(value).map_err(|_| (id, Fault::new("wrong_shape", needs)))
}

/// The JSON of a line, or what is wrong with it.
pub type JsonLine = Result<Value, (Option<Value>, Fault)>;

/// The lines of a source, one at a time; a line that is too long is skipped, not held.
pub struct JsonLines {
    source: Source,
    number: u64,
    most: u64,
}

impl JsonLines {
    /// Reads lines whose texts have up to `limit` characters.
    #[must_use]
    pub fn new(source: Source, limit: Limit) -> Self {
        // Room for text and situation with every character escaped as two \uXXXX.
        Self { source, number: 0, most: limit.characters() as u64 * 24 + 4_096 }
    }

    /// Number of the line that was read last, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is not blank, and its number.
    ///
    /// # Errors
    /// What the source says.
    pub fn next_line(&mut self) -> io::Result<Option<(u64, ParsedLine)>> {
        Ok(self.next_json()?.map(|(number, json)| (number, json.and_then(Line::of))))
    }

    /// The next line that is not blank, of whatever shape, and its number.
    ///
    /// # Errors
    /// What the source says.
    pub fn next_json(&mut self) -> io::Result<Option<(u64, JsonLine)>> {
        loop {
            self.number += 1;
            let mut bytes = Vec::new();
            let read = self.source.by_ref().take(self.most).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == self.most && bytes.last() != Some(&b'\n') {
                self.skip_rest()?;
                let message = format!("The line is longer than {} bytes. Send it in parts.", self.most);
                return Ok(Some((self.number, Err((None, Fault::new("too_long", message))))));
            }
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return Ok(Some((self.number, parse(&bytes))));
        }
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let (used, ended) = match buffer.iter().position(|b| *b == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), false),
            };
            self.source.consume(used);
            if ended {
                return Ok(());
            }
        }
    }
}

fn parse(bytes: &[u8]) -> JsonLine {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let message = format!("The line is not valid UTF-8 (from byte {}).", e.valid_up_to());
        (None, Fault::new("not_utf8", message))
    })?;
    // serde's own messages can quote the input, so only the place is passed on.
    serde_json::from_str(text).map_err(|e| {
        (None, Fault::new("not_json", format!("The line is not JSON (at column {}).", e.column())))
    })
}
