//! What `evenkeel parts` can be told.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(in crate::cli) struct PartsArgs {
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Begin a new dialogue, even if one was left open
    #[arg(long, group = "what")]
    pub(super) new: bool,
    /// Keep nothing of this dialogue
    #[arg(long, conflicts_with_all = ["jsonl", "map", "list"])]
    pub(super) private: bool,
    /// List the parts in your journal
    #[arg(long, group = "what")]
    pub(super) list: bool,
    /// Draw the parts in your journal into a new file, .svg or .dot
    #[arg(long, value_name = "FILE", group = "what")]
    pub(super) map: Option<PathBuf>,
    /// Read one dialogue a line from a file (`-` for standard input), answer its last turn, one a line
    #[arg(long, value_name = "FILE", group = "what")]
    pub(super) jsonl: Option<PathBuf>,
    /// Print the list as JSON
    #[arg(long, requires = "list")]
    pub(super) json: bool,
}
