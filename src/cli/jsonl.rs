//! Batches: one JSON object a line in, one a line out, in the same order, as soon as it is ready.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::Serialize;

use super::error::CliError;
use crate::archive::{Fault, ItemId, JsonLines, Line};
use crate::assistant::AssistantError;
use crate::entry::Limit;

/// Opens a file of lines; `-` is standard input.
pub(super) fn open(path: &Path, limit: Limit) -> Result<JsonLines, CliError> {
    let source: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(path).map_err(|source| CliError::File {
            what: format!("{} could not be read", path.display()),
            source,
        })?;
        Box::new(BufReader::new(file))
    };
    Ok(JsonLines::new(source, limit))
}

/// Answers every line in turn. A line that cannot be used gets an error line and the run goes
/// on; at the end it counts as failed.
pub(super) async fn answer<B: Serialize, F: Future<Output = Result<(ItemId, B), AssistantError>>>(
    mut lines: JsonLines,
    out: &mut dyn Write,
    mut each: impl FnMut(Line) -> F,
) -> Result<(), CliError> {
    let mut failed = 0;
    while let Some((number, line)) = lines.next_line()? {
        let answered = match line {
            Err((id, error)) => Err((id, error)),
            Ok(line) => {
                let id = serde_json::to_value(&line.id)?;
                match each(line).await {
                    Ok(answer) => Ok(answer),
                    Err(error) if is_fatal(&error) => return Err(error.into()),
                    Err(error) => Err((Some(id), fault(&error))),
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

/// Whether an error would meet every other text too.
pub(super) fn is_fatal(error: &AssistantError) -> bool {
    matches!(error, AssistantError::ModelFailed(_) | AssistantError::Heads(_) | AssistantError::Country(_))
}

/// What is wrong with a text that gave an error.
pub(super) fn fault(error: &AssistantError) -> Fault {
    let kind = match error {
        AssistantError::Entry(_) => "bad_text",
        _ => "failed",
    };
    Fault { kind, message: error.to_string() }
}
