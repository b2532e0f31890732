//! Passphrases and codes: read from a terminal that does not show them, or from a file
//! descriptor; never from an argument, which others on the machine could see.

use std::fs::File;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::journal::JournalError;
use crate::journal::vault::{Passphrase, Unlock, Vault, VaultError, VaultState};

/// No passphrase is longer, in bytes.
const MOST: usize = 4_096;

/// What opens the journal of a folder: nothing, or a passphrase that is asked for.
pub(super) fn unlock(global: &Global, folder: &Path) -> Result<Unlock, CliError> {
    match Vault::of(folder).state().map_err(JournalError::from)? {
        VaultState::Absent | VaultState::KeyFile => Ok(Unlock::KeyFile),
        VaultState::Passphrase => match global.passphrase_fd {
            Some(descriptor) => Ok(Unlock::Passphrase(passphrase(&line_of(descriptor)?)?)),
            None if can_ask() => Ok(Unlock::Passphrase(passphrase(&ask("Passphrase: ")?)?)),
            None => Err(JournalError::from(VaultError::Locked).into()),
        },
    }
}

/// A new passphrase, asked for twice in a terminal.
pub(super) fn new_passphrase(global: &Global, descriptor: Option<u32>) -> Result<Passphrase, CliError> {
    let given = match descriptor {
        Some(descriptor) => line_of(descriptor)?,
        None if can_ask() => {
            let first = ask("New passphrase: ")?;
            if *ask("Once more: ")? != *first {
                return Err(CliError::Failed("The two are not the same. Nothing was changed.".into()));
            }
            first
        }
        None => {
            return Err(CliError::Usage(
                "Run this in a terminal, or give the new passphrase with --new-passphrase-fd.".into(),
            ));
        }
    };
    let given = passphrase(&given)?;
    if given.is_short() && !global.quiet {
        writeln!(
            std::io::stderr(),
            "That is short. Four or five words that don't belong together are harder to find."
        )?;
    }
    Ok(given)
}

/// A recovery code.
pub(super) fn code(descriptor: Option<u32>) -> Result<crate::journal::vault::RecoveryCode, CliError> {
    let given = match descriptor {
        Some(descriptor) => line_of(descriptor)?,
        None if can_ask() => ask("Recovery code: ")?,
        None => {
            return Err(CliError::Usage("Run this in a terminal, or give the code with --code-fd.".into()));
        }
    };
    Ok(given.parse().map_err(JournalError::from)?)
}

/// The passphrase of an encrypted file, given by a script.
pub(super) fn of_file(descriptor: u32) -> Result<Zeroizing<String>, CliError> {
    not_empty(line_of(descriptor)?)
}

/// The passphrase of an encrypted file, asked for.
pub(super) fn ask_of_file() -> Result<Zeroizing<String>, CliError> {
    if can_ask() {
        return not_empty(ask("This file is encrypted. Its passphrase: ")?);
    }
    Err(CliError::Usage(
        "This file is encrypted. Run this in a terminal, or give its passphrase with --file-passphrase-fd."
            .into(),
    ))
}

/// A passphrase for a file that is to be encrypted, asked for twice. Where it is only `offered`,
/// none is an answer too.
pub(super) fn new_of_file(offered: bool) -> Result<Option<Zeroizing<String>>, CliError> {
    if !can_ask() {
        return if offered {
            Ok(None)
        } else {
            Err(CliError::Usage(
                "Run this in a terminal, or give the file's passphrase with --file-passphrase-fd.".into(),
            ))
        };
    }
    let first = ask(if offered {
        "A passphrase that encrypts this file (Enter alone writes plain text): "
    } else {
        "A passphrase for this file: "
    })?;
    if offered && first.is_empty() {
        return Ok(None);
    }
    if *ask("Once more: ")? != *first {
        return Err(CliError::Failed("The two are not the same. Nothing was written.".into()));
    }
    not_empty(first).map(Some)
}

fn not_empty(given: Zeroizing<String>) -> Result<Zeroizing<String>, CliError> {
    if given.is_empty() { Err(CliError::Usage("There is no passphrase in that.".into())) } else { Ok(given) }
}

fn passphrase(text: &str) -> Result<Passphrase, CliError> {
    Ok(Passphrase::new(text).map_err(JournalError::from)?)
}

/// Whether there is a terminal to ask in. Standard input may be the text itself.
fn can_ask() -> bool {
    let terminal = if cfg!(unix) { File::open("/dev/tty").is_ok() } else { std::io::stdin().is_terminal() };
    terminal && std::io::stderr().is_terminal()
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, CliError> {
    write!(std::io::stderr(), "{prompt}")?;
    std::io::stderr().flush()?;
    Ok(Zeroizing::new(rpassword::read_password()?))
}

/// The first line of an open file descriptor, read no further than its end.
fn line_of(descriptor: u32) -> Result<Zeroizing<String>, CliError> {
    if descriptor < 3 {
        return Err(CliError::Usage(
            "A passphrase is read from a file descriptor of its own: 3 or above, as in 3< FILE.".into(),
        ));
    }
    let failed =
        |source| CliError::File { what: format!("File descriptor {descriptor} could not be read"), source };
    let mut file = File::open(format!("/dev/fd/{descriptor}")).map_err(failed)?;
    let mut line = Zeroizing::new(Vec::with_capacity(MOST));
    let mut byte = Zeroizing::new([0_u8; 1]);
    while file.read(byte.as_mut_slice()).map_err(failed)? == 1 && byte[0] != b'\n' {
        if line.len() == MOST {
            return Err(CliError::Usage(format!("A passphrase has {MOST} bytes at most.")));
        }
        line.push(byte[0]);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    let text =
        std::str::from_utf8(&line).map_err(|_| CliError::Usage("A passphrase is UTF-8 text.".into()))?;
    Ok(Zeroizing::new(text.to_owned()))
}
