//! What can be typed after `journal record`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::journal::args::{DeleteArgs, FilterArgs, OneArgs, ScreeningArgs};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RecordCommand {
    /// Work through a thought, one question at a time; each answer is kept as it is given
    Add(AddArgs),
    /// List thought records, the newest first
    List(ListArgs),
    /// Find thought records by their words
    Search(SearchArgs),
    /// Show a thought record
    Show(OneArgs),
    /// Go through a thought record again
    Edit(EditArgs),
    /// Delete a thought record
    Delete(DeleteArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AddArgs {
    /// The entry that it comes from: its id, or enough of its beginning
    #[arg(long, value_name = "ID")]
    pub(super) entry: Option<String>,
    /// Take a whole record from JSON (`-` for standard input) and print JSON; `show --json`
    /// gives the form, under `content`
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    #[command(flatten)]
    pub(super) screening: ScreeningArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EditArgs {
    /// The record's id, or enough of its beginning
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Put a whole record from JSON (`-` for standard input) in its place and print JSON
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Change nothing if the record is at another version than this
    #[arg(long, value_name = "N")]
    pub(super) seen: Option<u32>,
    #[command(flatten)]
    pub(super) screening: ScreeningArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// Those to look at again today, the longest due first
    #[arg(long)]
    pub(super) due: bool,
    #[command(flatten)]
    pub(super) filter: FilterArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SearchArgs {
    /// Words that all occur, as in `journal search`. Read from standard input if absent or `-`
    #[arg(value_name = "WORD")]
    pub(super) words: Vec<String>,
    #[command(flatten)]
    pub(super) filter: FilterArgs,
}
