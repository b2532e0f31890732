//! `evenkeel vault`: the lock on the journal.

use serde_json::json;

use super::args::VaultCommand;
use super::{print_json, secret, tell};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::page::Page;
use crate::cli::setup;
use crate::crisis::safety_plan::PlanStore as _;
use crate::journal::vault::{RecoveryCode, Unlock, Vault, VaultError, VaultState};
use crate::journal::{self, Door, JournalError, PlanKeeper, SystemClock};

pub(in crate::cli) fn run(global: &Global, command: VaultCommand) -> Result<(), CliError> {
    let folder = setup::data_dir(global)?;
    let vault = Vault::of(&folder);
    match command {
        VaultCommand::Status(args) => status(&vault, journal::exists(&folder), args.json),
        VaultCommand::Lock(args) => {
            let state = vault.state().map_err(JournalError::from)?;
            if args.json {
                return print_json(&json!({ "state": state, "locked": state == VaultState::Passphrase }));
            }
            say(match state {
                VaultState::Passphrase => {
                    "The journal is locked: every command asks for the passphrase and forgets it when it ends."
                }
                _ => {
                    "This journal has no passphrase, so it can't be locked. `evenkeel vault passphrase` sets one."
                }
            })
        }
        VaultCommand::Unlock(args) => {
            // The whole way, so that it is sure that the journal itself opens.
            let unlock = secret::unlock(global, &folder)?;
            if journal::exists(&folder) {
                journal::open(&folder, &unlock, std::sync::Arc::new(SystemClock))?;
            } else {
                vault.open(&unlock).map_err(JournalError::from)?;
            }
            if args.json {
                return print_json(&json!({ "opens": true }));
            }
            say("That opens the journal.")
        }
        VaultCommand::Passphrase { new_passphrase_fd, remove, json } => {
            // There may be no journal yet; one that has a passphrase from its first line is best.
            let unlock = secret::unlock(global, &folder)?;
            let door = std::sync::Arc::new(Door::new(folder, std::sync::Arc::new(SystemClock), None));
            door.unlock(&unlock)?;
            if remove {
                vault.remove_passphrase(&unlock).map_err(JournalError::from)?;
                if json {
                    return print_json(&json!({ "state": VaultState::KeyFile }));
                }
                return say("The journal has no passphrase now. Whoever can read vault.json can read it.");
            }
            let new = secret::new_passphrase(global, new_passphrase_fd)?;
            let code = vault.set_passphrase(&unlock, &new).map_err(JournalError::from)?;
            // A safety plan that is not to be read without it goes behind it.
            PlanKeeper::behind(door).settle()?;
            tell(
                global,
                "Copies of the old vault.json, in backups made elsewhere, still open with what opened them.",
            )?;
            show_code(&code, json)
        }
        VaultCommand::Recovery { code_fd, new_passphrase_fd, new, json } => {
            if vault.state().map_err(JournalError::from)? != VaultState::Passphrase {
                return Err(JournalError::from(VaultError::NotSealedNow).into());
            }
            let code = if new {
                vault.renew_code(&secret::unlock(global, &folder)?)
            } else {
                let unlock = Unlock::Code(secret::code(code_fd)?);
                // Before a new passphrase is asked for.
                vault.open(&unlock).map_err(JournalError::from)?;
                vault.set_passphrase(&unlock, &secret::new_passphrase(global, new_passphrase_fd)?)
            };
            show_code(&code.map_err(JournalError::from)?, json)
        }
    }
}

fn status(vault: &Vault, journal: bool, json: bool) -> Result<(), CliError> {
    let state = vault.state().map_err(JournalError::from)?;
    if json {
        return print_json(&json!({ "state": state, "journal": journal }));
    }
    say(match state {
        VaultState::Absent => "There is no journal yet.",
        VaultState::KeyFile => {
            "The journal is encrypted, and its key lies beside it in vault.json: whoever can read that file can read the journal. `evenkeel vault passphrase` sets a passphrase."
        }
        VaultState::Passphrase => "The journal is locked with a passphrase.",
    })
}

fn say(text: &str) -> Result<(), CliError> {
    let mut page = Page::new();
    page.say(text);
    page.blank();
    page.print()
}

fn show_code(code: &RecoveryCode, json: bool) -> Result<(), CliError> {
    let shown = code.reveal();
    if json {
        return print_json(&json!({ "state": VaultState::Passphrase, "recovery_code": shown.as_str() }));
    }
    let mut page = Page::new();
    page.say("Your recovery code. It opens the journal if you forget the passphrase:");
    page.blank();
    page.inset(&shown);
    page.blank();
    page.say("Write it on paper and keep it where only you find it. It is shown this once and kept nowhere. Without passphrase and code nobody can open the journal, and neither can we.");
    page.blank();
    page.print()
}
