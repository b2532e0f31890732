//! `backup`, `restore`, `export`, `import` and `erase`.

use std::io::{BufWriter, Read};
use std::path::Path;

use serde_json::json;

use super::args::{BackupArgs, EraseArgs, ExportArgs, ExportFormat, ImportArgs, RestoreArgs, ScreeningArgs};
use super::keep::time;
use super::screening::Screener;
use super::{confirm, new_private_file, open, open_existing, print_json, secret, tell};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::page::{self, Page};
use crate::cli::setup;
use crate::journal::{self, Clock as _, Erase, Form, Journal, JournalError, SystemClock};

/// Entries screened together after an import.
const TOGETHER: usize = 200;

fn existing(global: &Global) -> Result<Journal, CliError> {
    let missing = || CliError::Failed("There is no journal yet. `evenkeel journal add` begins one.".into());
    open_existing(global)?.ok_or_else(missing)
}

pub(in crate::cli) fn backup(global: &Global, args: &BackupArgs) -> Result<(), CliError> {
    let backup = existing(global)?.backup_to(&args.to)?;
    if args.json {
        return print_json(&backup);
    }
    tell(
        global,
        &format!(
            "The backup lies in {}. It opens with what opens your journal now; keep it as safe as that.",
            backup.path.display()
        ),
    )
}

pub(in crate::cli) fn restore(global: &Global, args: &RestoreArgs) -> Result<(), CliError> {
    let folder = setup::data_dir(global)?;
    confirm(
        "The backup takes the place of your journal. What is there now is moved aside, not deleted.",
        args.yes,
    )?;
    let unlock = secret::unlock(global, if args.from.is_dir() { &args.from } else { &folder })?;
    let restored = journal::restore(&args.from, &folder, &unlock, SystemClock.now())?;
    if args.json {
        return print_json(&restored);
    }
    tell(global, &format!("Put back, with {} entries.", restored.entries))?;
    match restored.before {
        None => Ok(()),
        Some(before) => tell(global, &format!("What was there before lies in {}.", before.display())),
    }
}

pub(in crate::cli) fn export(global: &Global, args: &ExportArgs) -> Result<(), CliError> {
    let to_stdout = args.to == Path::new("-");
    if to_stdout && args.format != ExportFormat::Json {
        return Err(CliError::Usage("Only JSON fits on standard output. Name a folder.".into()));
    }
    let journal = existing(global)?;
    match args.format {
        ExportFormat::Json if to_stdout => journal.export_json(&mut std::io::stdout().lock())?,
        ExportFormat::Json => {
            let file = new_private_file(&args.to)?;
            let mut out = BufWriter::new(&file);
            let written = journal.export_json(&mut out);
            drop(out);
            if let Err(error) = written.and_then(|()| Ok(file.sync_all()?)) {
                std::fs::remove_file(&args.to)?;
                return Err(error.into());
            }
        }
        ExportFormat::Markdown => journal.export_folder(Form::Markdown, &args.to)?,
        ExportFormat::Csv => journal.export_folder(Form::Csv, &args.to)?,
    }
    tell(global, "This is plain text: whoever has it can read it.")
}

pub(in crate::cli) async fn import(global: &Global, args: &ImportArgs) -> Result<(), CliError> {
    let mut from: Box<dyn Read> = if args.from == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let file = std::fs::File::open(&args.from);
        Box::new(file.map_err(|source| CliError::File {
            what: format!("{} could not be read", args.from.display()),
            source,
        })?)
    };
    let screening = ScreeningArgs { rules_only: true, country: args.country.clone() };
    let screener = Screener::new(global, &screening)?;
    let journal = open(global)?;
    let imported = journal.import_json(&mut from)?;
    let (mut alarms, mut help) = (0_usize, None);
    loop {
        let waiting = journal.unscreened(TOGETHER)?;
        let mut read = 0;
        for entry in waiting {
            let Some(said) = screener.by_rules(&journal, &entry).await? else { continue };
            read += 1;
            alarms += usize::from(said.escalate);
            help = said.escalation.or(help);
        }
        if read == 0 {
            break;
        }
    }
    for id in journal.unscreened_records()? {
        let Some(said) = screener.record(&journal, id).await? else { continue };
        alarms += usize::from(said.escalate);
        help = said.escalation.or(help);
    }
    if args.json {
        let mut value = serde_json::to_value(&imported)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("alarms".into(), json!(alarms));
            object.insert("escalation".into(), serde_json::to_value(&help)?);
        }
        return print_json(&value);
    }
    let mut page = Page::new();
    page.say(&format!(
        "Taken in: {} entries, {} thought records.",
        imported.entries, imported.thought_records
    ));
    if imported.already_here > 0 {
        page.say(&format!("{} were here already.", imported.already_here));
    }
    if imported.different_here > 0 {
        page.say(&format!("{} are here in another version; yours were kept.", imported.different_here));
    }
    if let Some(help) = help {
        page.blank();
        page.say(&format!("{alarms} of these texts speak of danger."));
        page.blank();
        page::help(&mut page, &help);
    }
    page.blank();
    page.print()
}

pub(in crate::cli) fn erase(global: &Global, args: &EraseArgs) -> Result<(), CliError> {
    let journal = existing(global)?;
    let (what, of) = match (&args.entry, &args.from, &args.until) {
        (Some(id), _, _) => (Erase::Entry(journal.entry_like(id)?), "This entry goes".to_owned()),
        (None, Some(from), Some(until)) => {
            let (from, until) = (time(from)?, time(until)?);
            (Erase::Period { from, until }, format!("Everything from {from} to {until} goes, and all drafts"))
        }
        _ if args.all => (Erase::All, "Everything that you wrote here goes".to_owned()),
        _ => {
            return Err(CliError::Usage(
                "Say what to erase: --entry ID, --from and --until, or --all.".into(),
            ));
        }
    };
    let backups = if args.keep_backups { Vec::new() } else { journal.own_backups()? };
    let with = match backups.len() {
        0 => String::new(),
        n => format!(", and so do the {n} backups in the data folder, which may hold it"),
    };
    confirm(&format!("{of} for good{with}."), args.yes)?;
    let (gone, traces) = match journal.erase(what) {
        Err(JournalError::TracesLeft { gone }) => (gone, Some(JournalError::TracesLeft { gone })),
        done => (done?, None),
    };
    let copies = if args.keep_backups { 0 } else { journal.delete_own_backups()? };
    if let Some(traces) = traces {
        return Err(traces.into());
    }
    if args.json.json {
        return print_json(&json!({ "entries": gone, "backups": copies }));
    }
    tell(
        global,
        &format!(
            "Erased: {gone} entries, {copies} backups. Exports and backups that you made elsewhere are yours to delete."
        ),
    )
}
