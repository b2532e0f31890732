//! What can be typed after `reflect`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::asking::AskArgs;

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(in crate::cli) struct ReflectArgs {
    #[command(subcommand)]
    pub(super) command: Option<ReflectCommand>,
    #[command(flatten)]
    pub(super) ask: AskArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum ReflectCommand {
    /// List the reflections
    List,
    /// Take one, a question at a time; each can be left out
    Take(TakeArgs),
    /// Show what was kept, the latest first; or one reflection to read, or one that was kept
    Show {
        /// A reflection, such as levels, or the id of one that was kept
        #[arg(value_name = "ID")]
        id: Option<String>,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
    },
    /// Delete one that was kept
    Delete {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct TakeArgs {
    /// Which one, such as attachment
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// All answers as JSON, from a file or `-`; `reflect show ID --json` shows what can be answered
    #[arg(long, value_name = "FILE")]
    pub(super) answers: Option<PathBuf>,
    /// Keep nothing
    #[arg(long)]
    pub(super) no_keep: bool,
}
