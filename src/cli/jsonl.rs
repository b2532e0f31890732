//! Batches: one JSON object a line in, one a line out, in the same order, as soon as it is ready.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::CliError;
use crate::assistant::AssistantError;
use crate::entry::Limit;

/// The id of a line: it comes back as it was given.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum LineId {
    Text(String),
    Number(serde_json::Number),
}

impl LineId {
    /// As the id of a request.
    pub(super) fn request(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// A line that could be read.
#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) id: LineId,
    pub(super) text: String,
    #[serde(default)]
    pub(super) situation: Option<String>,
}

/// What is wrong with a line. Never holds what stands in it.
#[derive(Debug, Serialize)]
struct LineError {
    kind: &'static str,
    message: String,
}

/// A line, or its id as far as it has one and what is wrong with it.
type ParsedLine = Result<Line, (Option<Value>, LineError)>;

/// The lines of a source, one at a time; a line that is too long is skipped, not held.
pub(super) struct Lines {
    source: Box<dyn BufRead>,
    number: u64,
    most: u64,
}

impl Lines {
    pub(super) fn open(path: &Path, limit: Limit) -> Result<Self, CliError> {
        let source: Box<dyn BufRead> = if path == Path::new("-") {
            Box::new(BufReader::new(std::io::stdin()))
        } else {
            let file = File::open(path).map_err(|source| CliError::File {
                what: format!("{} could not be read", path.display()),
                source,
            })?;
            Box::new(BufReader::new(file))
        };
        // Room for text and situation with every character escaped as two \uXXXX.
        Ok(Self { source, number: 0, most: limit.characters() as u64 * 24 + 4_096 })
    }

    /// The next line that is not blank, and its number.
    fn next(&mut self) -> Result<Option<(u64, ParsedLine)>, CliError> {
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
                return Ok(Some((self.number, Err((None, LineError { kind: "too_long", message })))));
            }
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return Ok(Some((self.number, parse(&bytes))));
        }
    }

    fn skip_rest(&mut self) -> Result<(), CliError> {
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

fn parse(bytes: &[u8]) -> ParsedLine {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let error = |kind, message: String| LineError { kind, message };
    let text = std::str::from_utf8(bytes).map_err(|e| {
        (None, error("not_utf8", format!("The line is not valid UTF-8 (from byte {}).", e.valid_up_to())))
    })?;
    // serde's own messages can quote the input, so only the place is passed on.
    let value: Value = serde_json::from_str(text).map_err(|e| {
        (None, error("not_json", format!("The line is not JSON (at column {}).", e.column())))
    })?;
    let id = value.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
    serde_json::from_value(value).map_err(|_| {
        let message =
            "The line needs \"id\" (text or number) and \"text\" (text); \"situation\" may be there.";
        (id, error("wrong_shape", message.into()))
    })
}

/// Answers every line in turn. A line that cannot be used gets an error line and the run goes
/// on; at the end it counts as failed.
pub(super) async fn answer<B: Serialize, F: Future<Output = Result<(LineId, B), AssistantError>>>(
    mut lines: Lines,
    out: &mut dyn Write,
    mut each: impl FnMut(Line) -> F,
) -> Result<(), CliError> {
    let mut failed = 0;
    while let Some((number, line)) = lines.next()? {
        let answered = match line {
            Err((id, error)) => Err((id, error)),
            Ok(line) => {
                let id = serde_json::to_value(&line.id)?;
                match each(line).await {
                    Ok(answer) => Ok(answer),
                    Err(error) if is_fatal(&error) => return Err(error.into()),
                    Err(error) => {
                        Err((Some(id), LineError { kind: kind(&error), message: error.to_string() }))
                    }
                }
            }
        };
        match answered {
            Ok((id, body)) => {
                let mut value = serde_json::to_value(&body)?;
                if let Some(object) = value.as_object_mut() {
                    object.insert("id".into(), serde_json::to_value(id)?);
                }
                serde_json::to_writer(&mut *out, &value)?;
            }
            Err((id, error)) => {
                failed += 1;
                serde_json::to_writer(
                    &mut *out,
                    &serde_json::json!({ "id": id, "line": number, "error": error }),
                )?;
            }
        }
        out.write_all(b"\n")?;
        out.flush()?;
    }
    if failed == 0 { Ok(()) } else { Err(CliError::SomeLines(failed)) }
}

/// Whether an error would meet every other line too.
fn is_fatal(error: &AssistantError) -> bool {
    matches!(error, AssistantError::ModelFailed(_) | AssistantError::Heads(_) | AssistantError::Country(_))
}

const fn kind(error: &AssistantError) -> &'static str {
    match error {
        AssistantError::Entry(_) => "bad_text",
        _ => "failed",
    }
}
