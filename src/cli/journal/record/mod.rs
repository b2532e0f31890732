//! `journal record`: thought records.

mod args;
mod flow;
mod look;
mod steps;
mod texts;

use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

pub(in crate::cli) use args::RecordCommand;
use args::{AddArgs, EditArgs};
pub(super) use look::hits;

use super::args::DeleteArgs;
use super::screening::Screener;
use super::{confirm, open, print_json, tell};
use crate::assistant::SaidBody;
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::journal::{RecordContent, ThoughtRecord};

/// Bytes of a record that is read from a file.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

pub(super) async fn run(global: &Global, command: RecordCommand) -> Result<(), CliError> {
    match command {
        RecordCommand::Add(args) => add(global, &args).await,
        RecordCommand::Edit(args) => edit(global, &args).await,
        RecordCommand::List(args) => look::list(global, &args),
        RecordCommand::Search(args) => look::search(global, &args),
        RecordCommand::Show(args) => look::show(global, &args),
        RecordCommand::Delete(args) => delete(global, &args),
    }
}

async fn add(global: &Global, args: &AddArgs) -> Result<(), CliError> {
    let mut screener = Screener::new(global, &args.screening)?;
    let content = args.json.as_deref().map(read).transpose()?;
    let journal = open(global)?;
    let entry = args.entry.as_deref().map(|id| journal.entry_like(id)).transpose()?;
    let entry = entry.map(|id| journal.entry(id)).transpose()?.map(|entry| entry.id);
    let Some(content) = content else {
        return flow::run(global, &journal, &mut screener, flow::Of::New(entry)).await;
    };
    let record = journal.add_record(entry, &content)?;
    let said = screener.thought_record(&journal, &record).await;
    told(&record, said)
}

async fn edit(global: &Global, args: &EditArgs) -> Result<(), CliError> {
    let mut screener = Screener::new(global, &args.screening)?;
    let content = args.json.as_deref().map(read).transpose()?;
    let journal = open(global)?;
    let id = journal.record_like(&args.id)?;
    let Some(content) = content else {
        let before = journal.full_record(id)?.record;
        if args.seen.is_some_and(|seen| seen != before.version) {
            return Err(crate::journal::JournalError::Changed { found: before.version }.into());
        }
        return flow::run(global, &journal, &mut screener, flow::Of::Again(Box::new(before))).await;
    };
    let record = journal.edit_record(id, args.seen, &content)?;
    let said = screener.thought_record(&journal, &record).await;
    told(&record, said)
}

fn delete(global: &Global, args: &DeleteArgs) -> Result<(), CliError> {
    let journal = open(global)?;
    let record = journal.full_record(journal.record_like(&args.id)?)?.record;
    confirm(&format!("The thought record of {} goes.", record.written.as_written()), args.yes)?;
    journal.delete_record(record.id)?;
    if args.json {
        return print_json(&json!({ "id": record.id, "deleted": true }));
    }
    tell(global, "Deleted. Backups may still hold it; `evenkeel erase` sees to those too.")
}

/// A record of a file; what is wrong with it is told by its place, never quoted.
fn read(source: &Path) -> Result<RecordContent, CliError> {
    let mut bytes = Vec::new();
    if source == Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(source).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
        file.map_err(|error| CliError::File {
            what: format!("{} could not be read", source.display()),
            source: error,
        })?;
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        CliError::Usage(format!(
            "This is not a thought record as JSON (line {}, column {}). `evenkeel journal record show ID --json` gives the form, under `content`; `thought` alone is enough.",
            error.line(),
            error.column()
        ))
    })
}

/// A record as JSON, with what was said of it just now.
fn answer(record: &ThoughtRecord, said: Option<SaidBody>) -> Result<Value, CliError> {
    let mut value = serde_json::to_value(record)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("screening".into(), serde_json::to_value(said)?);
    }
    Ok(value)
}

/// A record that was kept is told as kept, even if it could not be screened.
fn told(record: &ThoughtRecord, said: Result<Option<SaidBody>, CliError>) -> Result<(), CliError> {
    let (said, failed) = match said {
        Ok(said) => (said, Ok(())),
        Err(error) => (None, Err(error)),
    };
    print_json(&answer(record, said)?)?;
    failed
}
