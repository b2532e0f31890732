//! `backup`, `restore`, `export`, `import` and `erase`.

use std::io::{IsTerminal as _, Read as _, Write};
use std::path::Path;

use serde_json::json;

use super::args::{BackupArgs, EraseArgs, ExportArgs, ExportFormat, ImportArgs, RestoreArgs};
use super::keep::time;
use super::{body, confirm, open, open_existing, print_json, secret, tell, write_private};
use crate::assistant::{Alarms, AssistantError};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::page::{self, Page};
use crate::cli::setup;
use crate::crisis::CountryCode;
use crate::journal::{
    self, Clock as _, Erase, Form, Journal, JournalError, Opener, Reading, Seal, Sealed, SystemClock,
};

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
    let is_file = args.format == ExportFormat::Json;
    if to_stdout && !is_file {
        return Err(CliError::Usage("Only JSON fits on standard output. Name a folder.".into()));
    }
    if args.seal.is_wanted() && !is_file {
        return Err(CliError::Usage(
            "Only the one JSON file is encrypted. Leave --format out, or write plain files into a place that is.".into(),
        ));
    }
    let journal = existing(global)?;
    let sealed = if is_file { seal(args, to_stdout)? } else { None };
    match args.format {
        ExportFormat::Json if to_stdout => write(&journal, sealed.as_ref(), &mut std::io::stdout().lock())?,
        ExportFormat::Json => {
            write_private(&args.to, |out| write(&journal, sealed.as_ref(), out))?;
        }
        ExportFormat::Markdown => journal.export_folder(Form::Markdown, &args.to)?,
        ExportFormat::Csv => journal.export_folder(Form::Csv, &args.to)?,
    }
    tell(
        global,
        match sealed {
            None if is_file => {
                "This is plain text: whoever has it can read it. `evenkeel export --encrypt` writes one that nobody else can."
            }
            None => "This is plain text: whoever has it can read it.",
            Some(Sealed::Passphrase(_)) => {
                "Encrypted with age. `evenkeel import` and `age --decrypt` open it with its passphrase, and nothing else does."
            }
            Some(Sealed::Recipients(_)) => {
                "Encrypted with age. `evenkeel import --identity FILE` and `age --decrypt` open it with the key that belongs to it."
            }
        },
    )
}

fn write(journal: &Journal, sealed: Option<&Sealed>, out: &mut dyn Write) -> Result<(), JournalError> {
    match sealed {
        None => journal.export_json(out),
        Some(sealed) => journal.export_sealed(sealed, out),
    }
}

/// Whom the file is for. Where a person sits there and has not said, encryption is offered first.
fn seal(args: &ExportArgs, to_stdout: bool) -> Result<Option<Sealed>, CliError> {
    if args.seal.is_wanted() {
        return args.seal.chosen();
    }
    if args.plain || to_stdout || !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    secret::new_of_file(true).map(|given| given.map(Sealed::Passphrase))
}

/// What opens an encrypted file: asked for only once it is known to be one.
fn opener(args: &ImportArgs, seal: Seal) -> Result<Opener, CliError> {
    match (seal, &args.identity) {
        (Seal::Keys, Some(path)) => {
            let read = std::fs::read_to_string(path);
            let keys = read.map_err(|source| CliError::File {
                what: format!("{} could not be read; name the file that `age-keygen` made", path.display()),
                source,
            })?;
            Ok(Opener::Keys(keys.into()))
        }
        (Seal::Keys, None) => Err(CliError::Usage(
            "This file is encrypted for a key. Name the file that holds yours with --identity.".into(),
        )),
        (Seal::Passphrase, _) => match args.file_passphrase_fd {
            Some(descriptor) => secret::of_file(descriptor).map(Opener::Passphrase),
            None => secret::ask_of_file().map(Opener::Passphrase),
        },
    }
}

pub(in crate::cli) async fn import(global: &Global, args: &ImportArgs) -> Result<(), CliError> {
    let from_stdin = args.from == Path::new("-");
    if !from_stdin {
        std::fs::metadata(&args.from).map_err(|source| CliError::File {
            what: format!("{} could not be read", args.from.display()),
            source,
        })?;
    }
    let country = CountryCode::named(args.country.as_deref()).map_err(AssistantError::from)?;
    let origin = args.format.and_then(super::args::ImportFormat::origin);
    if !from_stdin && origin.is_none() && body::import(global, args).await? {
        return Ok(());
    }
    let assistant = setup::with_safety_plan(global, setup::rules_only()?);
    let journal = open(global)?;
    let reading = Reading { origin, zone: args.time_zone.as_deref() };
    let imported = if from_stdin {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        journal.import_bytes(&bytes, None, reading, |seal| opener(args, seal))?
    } else {
        journal.import_path(&args.from, reading, |seal| opener(args, seal))?
    };
    let Alarms { texts: alarms, escalation: help } = assistant.screen_unread(&journal, country).await?;
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
    for (count, what) in [
        (imported.checkins, "check-ins"),
        (imported.own_steps, "own steps"),
        (imported.practices, "planned or tried steps"),
        (imported.people, "people"),
        (imported.reflections, "reflections"),
        (imported.cortisol, "values of cortisol"),
        (imported.body, "values of days"),
        (imported.reframe_feedback, "words on reframes"),
    ] {
        if count > 0 {
            page.say(&format!("Taken in: {count} {what}."));
        }
    }
    if imported.already_here > 0 {
        page.say(&format!("{} were here already.", imported.already_here));
    }
    if imported.different_here > 0 {
        page.say(&format!("{} are here in another version; yours were kept.", imported.different_here));
    }
    for (count, what) in [
        (imported.without_text, "had no text and were left out."),
        (
            imported.attachments,
            "pictures, sounds and other files stay where they are; only text is kept here.",
        ),
        (imported.left_out, "thought records and drafts stay where they are; the JSON export brings those."),
    ] {
        if count > 0 {
            page.say(&format!("{count} {what}"));
        }
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
