//! `evenkeel journal`, `vault`, and what else keeps, shows or carries what a person wrote.

mod args;
mod body;
mod carry;
mod editor;
mod keep;
mod look;
mod recognise;
mod record;
mod screening;
mod secret;
mod vault;

use std::io::{BufWriter, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

pub(super) use args::{
    BackupArgs, EraseArgs, ExportArgs, ImportArgs, JournalCommand, RestoreArgs, SealArgs, VaultCommand,
};
pub(super) use carry::{backup, erase, export, import, restore};
pub(super) use vault::run as vault;

use super::args::Global;
use super::error::CliError;
use super::setup;
use crate::disk;
use crate::journal::vault::{Vault, VaultState};
use crate::journal::{self, Door, Health, Journal, JournalError, SystemClock};

pub(super) async fn run(global: &Global, command: JournalCommand) -> Result<(), CliError> {
    match command {
        JournalCommand::Add(args) => keep::add(global, args).await,
        JournalCommand::Edit(args) => keep::edit(global, args).await,
        JournalCommand::Delete(args) => keep::delete(global, &args),
        JournalCommand::List(args) => look::list(global, &args),
        JournalCommand::Search(args) => look::search(global, &args),
        JournalCommand::Show(args) => look::show(global, &args),
        JournalCommand::Recognise(args) => recognise::run(global, &args).await,
        JournalCommand::Record { command } => record::run(global, command).await,
    }
}

/// Opens the journal, and asks for the passphrase if it has one. Makes one where there is none.
pub(super) fn open(global: &Global) -> Result<Journal, CliError> {
    let folder = setup::data_dir(global)?;
    let unlock = secret::unlock(global, &folder)?;
    let journal = journal::open(&folder, &unlock, Arc::new(SystemClock))?;
    if let Some(copy) = journal.damaged_log() {
        tell(
            global,
            &format!(
                "The log of the journal was damaged, perhaps when the power went: what was written last may be missing. A copy of it lies in {}.",
                copy.display()
            ),
        )?;
    }
    Ok(journal)
}

/// Opens the journal if there is one.
pub(super) fn open_existing(global: &Global) -> Result<Option<Journal>, CliError> {
    let folder = setup::data_folder(global)?;
    if journal::exists(&folder) { open(global).map(Some) } else { Ok(None) }
}

/// A journal that is opened only if nothing has to be asked for that.
pub(super) enum Unasked {
    /// It is open.
    Open(Box<Journal>),
    /// There is none.
    None,
    /// It has a passphrase, and none was given.
    Locked,
}

/// Opens the journal if there is one that opens without asking. Makes nothing.
pub(super) fn open_unasked(global: &Global) -> Result<Unasked, CliError> {
    let folder = setup::data_folder(global)?;
    if !journal::exists(&folder) {
        return Ok(Unasked::None);
    }
    let state = Vault::of(&folder).state().map_err(JournalError::from)?;
    if state == VaultState::Passphrase && global.passphrase_fd.is_none() {
        return Ok(Unasked::Locked);
    }
    Ok(Unasked::Open(Box::new(open(global)?)))
}

/// What `doctor` says of the journal: `None` if there is none, or none that opens without asking.
pub(super) fn health(global: &Global) -> Result<Option<Health>, CliError> {
    let folder = setup::data_dir(global)?;
    let unlock = secret::unlock(global, &folder)?;
    Ok(journal::check_folder(&folder, &unlock)?)
}

/// Unlocks the journal behind a door, asking for the passphrase.
pub(super) fn unlock(global: &Global, door: &Door) -> Result<(), CliError> {
    Ok(door.unlock(&secret::unlock(global, door.folder())?)?)
}

pub(super) fn print_json<T: Serialize>(value: &T) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Says something of what was done, beside the results.
pub(super) fn tell(global: &Global, text: &str) -> Result<(), CliError> {
    if !global.quiet {
        writeln!(std::io::stderr(), "{text}")?;
    }
    Ok(())
}

/// Asks before something that cannot be taken back.
pub(super) fn confirm(question: &str, yes: bool) -> Result<(), CliError> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(CliError::Usage("This can't be taken back. Say --yes if you mean it.".into()));
    }
    write!(std::io::stderr(), "{question} Type yes to go on: ")?;
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        Ok(())
    } else {
        Err(CliError::Failed("Nothing was changed.".into()))
    }
}

/// Writes a file that a person named, for them alone; if that fails, there is none.
pub(super) fn write_private(
    path: &Path,
    write: impl FnOnce(&mut dyn std::io::Write) -> Result<(), JournalError>,
) -> Result<(), CliError> {
    let file = new_private_file(path)?;
    let mut out = BufWriter::new(&file);
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    drop(out);
    if let Err(error) = written.and_then(|()| Ok(file.sync_all()?)) {
        std::fs::remove_file(path)?;
        return Err(error.into());
    }
    Ok(())
}

/// A file that a person named, made anew for them alone.
pub(super) fn new_private_file(path: &Path) -> Result<std::fs::File, CliError> {
    disk::new_file(path).map_err(|source| CliError::File {
        what: format!("{} could not be made; name a file that is not there yet", path.display()),
        source,
    })
}
