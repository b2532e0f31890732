//! Batches: one JSON object a line in, one a line out, in the same order, as soon as it is ready.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

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
    lines: JsonLines,
    out: &mut dyn Write,
    mut each: impl FnMut(Line) -> F,
) -> Result<(), CliError> {
    let read = |value| Line::of(value).map(|line| (line.id.clone(), line));
    let each = |line| {
        let answered = each(line);
        async move { answered.await.map(|(_, body)| body) }
    };
    answer_each(lines, out, read, each).await
}

/// The same for lines of another shape, which `read` gives with their ids.
pub(super) async fn answer_each<L, B: Serialize, F: Future<Output = Result<B, AssistantError>>>(
    mut lines: JsonLines,
    out: &mut dyn Write,
    read: impl Fn(Value) -> Result<(ItemId, L), (Option<Value>, Fault)>,
    mut each: impl FnMut(L) -> F,
) -> Result<(), CliError> {
    let mut failed = 0;
    while let Some((number, json)) = lines.next_json()? {
        let answered = match json.and_then(&read) {
            Err((id, error)) => Err((id, error)),
            Ok((id, line)) => {
                let id = serde_json::to_value(&id)?;
                match each(line).await {
                    Ok(body) => Ok((id, body)),
                    Err(error) if is_fatal(&error) => return Err(error.into()),
                    Err(error) => Err((Some(id), fault(&error))),
                }
            }
        };
        match answered {
            Ok((id, body)) => {
                let mut value = serde_json::to_value(&body)?;
                if let Some(object) = value.as_object_mut() {
                    object.insert("id".into(), id);
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
    matches!(
        error,
        AssistantError::ModelFailed(_)
            | AssistantError::Heads(_)
            | AssistantError::Country(_)
            | AssistantError::PartsUnlearnt
    )
}

/// What is wrong with a text that gave an error.
pub(super) fn fault(error: &AssistantError) -> Fault {
    let kind = match error {
        AssistantError::Entry(_) => "bad_text",
        AssistantError::History => "bad_history",
        _ => "failed",
    };
    Fault { kind, message: error.to_string() }
}
