//! The journal from outside: the program is killed while it writes, its files are searched for
//! what was written, bits of them are flipped, and everything is taken out and put back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a surprise is a failed test")]
#![cfg(unix)]

mod carry;
mod commands;
mod damage;
mod hostile;
mod http;
mod kill;
mod records;
mod scale;
mod talk;
mod traces;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use evenkeel::journal::vault::Unlock;
use evenkeel::journal::{self, Journal, SystemClock, Unread};
use serde_json::Value;

/// The program on a data folder, without a model.
fn evenkeel(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command
        .env_remove("EVENKEEL_COUNTRY")
        .env_remove("EDITOR")
        .env_remove("VISUAL")
        .env("EVENKEEL_MODELS", folder.join("no-models"))
        .env("NO_COLOR", "1")
        .args(["--offline", "--data-dir"])
        .arg(folder);
    command
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let piped = || Stdio::piped();
    let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    // A program that does not read its input closes it early; that is no fault.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// What a command that should succeed prints as JSON.
fn json(command: &mut Command, input: &[u8]) -> Value {
    let output = run(command, input);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&output)))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn open(folder: &Path) -> Journal {
    journal::open(folder, &Unlock::KeyFile, Arc::new(SystemClock)).unwrap()
}

/// The program with a passphrase on file descriptor 3, and perhaps another on 4.
fn with_passphrases(folder: &Path, passphrase: &str, new: &str, arguments: &str) -> Command {
    let secrets = tempfile::tempdir().unwrap().keep();
    std::fs::write(secrets.join("3"), format!("{passphrase}\n")).unwrap();
    std::fs::write(secrets.join("4"), format!("{new}\n")).unwrap();
    let plain = evenkeel(folder);
    let mut command = Command::new("sh");
    let line = format!("exec \"$0\" \"$@\" {arguments} 3<{0}/3 4<{0}/4", secrets.display());
    command.arg("-c").arg(line).arg(plain.get_program()).args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// So many entries, one JSON object a line.
fn lines(count: usize) -> String {
    let of = |n| serde_json::json!({ "id": n, "text": format!("entry {n}") }).to_string();
    (0..count).map(of).collect::<Vec<_>>().join("\n")
}
