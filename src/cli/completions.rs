//! `evenkeel completions`.

use clap::CommandFactory;

use super::args::Cli;
use super::error::CliError;

pub(super) fn run(shell: clap_complete::Shell) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "evenkeel", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script)?;
    Ok(())
}
