//! Where a text comes from.

use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use super::error::CliError;
use crate::entry::{EntryError, Limit};

/// The text of the arguments, or of standard input if there are none or `-` stands for it.
pub(super) fn text(arguments: &[String], limit: Limit) -> Result<String, CliError> {
    match arguments {
        [] => standard_input(limit),
        [only] if only == "-" => standard_input(limit),
        words => Ok(words.join(" ")),
    }
}

fn standard_input(limit: Limit) -> Result<String, CliError> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        writeln!(std::io::stderr(), "Write what is on your mind. Ctrl-D on an empty line ends it.")?;
    }
    // A scalar value takes four bytes at most; one more tells that there is too much.
    let most = limit.characters() * 4;
    let mut bytes = Vec::new();
    stdin.lock().take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(EntryError::TooLong { length: bytes.len(), limit: limit.characters() }.into());
    }
    String::from_utf8(bytes).map_err(|e| EntryError::NotUtf8 { at: e.utf8_error().valid_up_to() }.into())
}

/// The text of a file, or of standard input if `-` stands for it.
pub(super) fn file_or_stdin(path: &Path) -> Result<String, CliError> {
    let read = if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin().lock())
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|source| CliError::File { what: format!("{} could not be read", path.display()), source })
}
