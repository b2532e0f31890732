//! `journal add`, `edit` and `delete`.

use std::io::{BufRead, BufReader, IsTerminal as _};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{AddArgs, DeleteArgs, EditArgs, ScreeningArgs};
use super::screening::Screener;
use super::{confirm, editor, open, print_json, tell};
use crate::assistant::SaidBody;
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::input;
use crate::cli::page::{self, Page};
use crate::entry::Limit;
use crate::journal::{Change, Entry, EntryText, Journal, Mood, NewEntry, Stamp, SystemClock, Tag};

/// A line of many entries is no longer, in bytes: the longest text, every character of it escaped.
const MOST_OF_A_LINE: usize = 12 * EntryText::MOST;

pub(super) async fn add(global: &Global, args: AddArgs) -> Result<(), CliError> {
    if let Some(source) = &args.jsonl {
        return add_lines(global, source, &args.screening).await;
    }
    let mut screener = Screener::new(global, &args.screening)?;
    let journal = open(global)?;
    let text = match args.text.as_slice() {
        [] if std::io::stdin().is_terminal() => match editor::chosen() {
            Some(editor) => editor::edit(&editor, "", journal.folder())?,
            None => input::text(&[], Limit::Screening)?,
        },
        typed => {
            if !typed.is_empty() && typed != ["-"] {
                tell(
                    global,
                    "Your shell may remember what you typed. Without a text here, it is read from standard input or your editor.",
                )?;
            }
            input::text(typed, Limit::Screening)?
        }
    };
    let new =
        NewEntry { text: EntryText::new(text)?, mood: args.mood, tags: args.tags, written: args.written };
    let entry = journal.add(&new)?;
    let said = screener.entry(&journal, &entry).await;
    told("Kept", &entry, said, args.json)
}

/// A line of many.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: Option<Value>,
    text: EntryText,
    mood: Option<Mood>,
    #[serde(default)]
    tags: Vec<Tag>,
    written: Option<Stamp>,
}

/// Keeps an entry a line, and says so line by line as soon as each is on the disk.
async fn add_lines(global: &Global, source: &Path, args: &ScreeningArgs) -> Result<(), CliError> {
    let mut lines: Box<dyn BufRead> = if source == Path::new("-") {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = std::fs::File::open(source);
        Box::new(BufReader::new(file.map_err(|error| CliError::File {
            what: format!("{} could not be read", source.display()),
            source: error,
        })?))
    };
    let mut screener = Screener::new(global, args)?;
    let journal = open(global)?;
    let (mut number, mut failed) = (0, 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let most = MOST_OF_A_LINE as u64;
        if std::io::Read::take(&mut lines, most).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        number += 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // What serde says might quote the line, so only its place is told.
        let Ok(line) = serde_json::from_slice::<Line>(&bytes) else {
            failed += 1;
            let message = "This line is not an entry as it should be: an object with `text`, and perhaps `mood` (0 to 10), `tags`, `written`.";
            print_json(
                &json!({ "id": null, "line": number, "error": { "kind": "bad_line", "message": message } }),
            )?;
            continue;
        };
        let new = NewEntry { text: line.text, mood: line.mood, tags: line.tags, written: line.written };
        let entry = journal.add(&new)?;
        let (said, failed_now) = apart(screener.entry(&journal, &entry).await);
        let mut answer = answer(&entry, said)?;
        if let (Some(given), Some(answer)) = (line.id, answer.as_object_mut()) {
            answer.insert("given".into(), given);
        }
        print_json(&answer)?;
        failed_now?;
    }
    if failed == 0 { Ok(()) } else { Err(CliError::SomeLines(failed)) }
}

pub(super) async fn edit(global: &Global, args: EditArgs) -> Result<(), CliError> {
    let mut screener = Screener::new(global, &args.screening)?;
    let journal = open(global)?;
    let id = journal.entry_like(&args.id)?;
    let tags = (args.no_tags || !args.tags.is_empty()).then_some(args.tags);
    let mood = if args.no_mood { Some(None) } else { args.mood.map(Some) };
    let (text, seen) = if args.input.is_some() {
        (Some(input::text(&[], Limit::Screening)?), args.seen)
    } else if tags.is_some() || mood.is_some() {
        (None, args.seen)
    } else {
        let editor = editor::chosen().ok_or_else(|| {
            CliError::Usage(
                "Name your editor in EDITOR, or give the new text with `-` on standard input.".into(),
            )
        })?;
        let now = journal.entry(id)?;
        (
            Some(editor::edit(&editor, now.text.as_str(), journal.folder())?),
            Some(args.seen.unwrap_or(now.version)),
        )
    };
    let text = text.map(EntryText::new).transpose()?;
    let entry = journal.edit(id, &Change { text, mood, tags, seen })?;
    let said = screener.entry(&journal, &entry).await;
    told("Changed", &entry, said, args.json)
}

pub(super) fn delete(global: &Global, args: &DeleteArgs) -> Result<(), CliError> {
    let journal = open(global)?;
    let entry = found(&journal, &args.id)?;
    confirm(&format!("The entry of {} goes, with its history.", entry.written), args.yes)?;
    journal.delete(entry.id)?;
    if args.json {
        return print_json(&json!({ "id": entry.id, "deleted": true }));
    }
    tell(global, "Deleted. Backups may still hold it; `evenkeel erase` sees to those too.")
}

fn found(journal: &Journal, id: &str) -> Result<Entry, CliError> {
    Ok(journal.entry(journal.entry_like(id)?)?)
}

fn answer(entry: &Entry, said: Option<SaidBody>) -> Result<Value, CliError> {
    Ok(json!({
        "id": entry.id,
        "version": entry.version,
        "written": entry.written,
        "saved": entry.saved,
        "mood": entry.mood,
        "tags": entry.tags,
        "screening": said.map(serde_json::to_value).transpose()?,
    }))
}

/// An entry that was kept is told as kept, even if it could not be screened.
fn apart(said: Result<Option<SaidBody>, CliError>) -> (Option<SaidBody>, Result<(), CliError>) {
    match said {
        Ok(said) => (said, Ok(())),
        Err(error) => (None, Err(error)),
    }
}

/// Says that an entry is on the disk; then what it may call for.
fn told(
    what: &str,
    entry: &Entry,
    said: Result<Option<SaidBody>, CliError>,
    json: bool,
) -> Result<(), CliError> {
    let (said, failed) = apart(said);
    if json {
        print_json(&answer(entry, said)?)?;
        return failed;
    }
    let mut page = Page::new();
    page.say(&format!("{what}. {}", entry.id));
    if let Some(escalation) = said.and_then(|said| said.escalation) {
        page.blank();
        page::help(&mut page, &escalation);
    }
    page.blank();
    page.print()?;
    failed
}

/// The bounds of a period: a day begins at midnight of this place.
pub(super) fn time(text: &str) -> Result<Stamp, CliError> {
    SystemClock.bound(text).map_err(|_| {
        CliError::Usage(format!(
            "\"{text}\" is no day or time. Write 2026-11-26 or 2026-11-26T22:00:00+01:00."
        ))
    })
}
