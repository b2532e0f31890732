//! What can be typed after `plan`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::JsonArgs;
use crate::crisis::safety_plan::PlanStep;

#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArgs {
    #[command(subcommand)]
    pub(super) command: Option<PlanCommand>,
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY", global = true)]
    pub(super) country: Option<String>,
    #[command(flatten)]
    pub(super) form: JsonArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum PlanCommand {
    /// Write it or change it, step by step; Ctrl-C keeps what was there before
    Edit(JsonArgs),
    /// Add a line to a step
    Add {
        /// 1 to 6, or its name
        step: PlanStep,
        /// The line; read from standard input if absent or `-`
        #[arg(value_name = "TEXT")]
        text: Vec<String>,
        /// Phone number, in steps 3, 4 and 5
        #[arg(long, value_name = "NUMBER")]
        phone: Option<String>,
        #[command(flatten)]
        form: JsonArgs,
    },
    /// Take a line away
    Remove {
        /// 1 to 6, or its name
        step: PlanStep,
        /// Which line, counted from 1
        #[arg(value_name = "N")]
        number: usize,
        #[command(flatten)]
        form: JsonArgs,
    },
    /// Put a whole plan in place of the one that is there
    Set {
        /// The plan as JSON (`-` for standard input); `plan export --json` gives the form
        #[arg(long, value_name = "FILE", required = true)]
        json: PathBuf,
    },
    /// Print the plan to keep it elsewhere
    Export {
        /// As Markdown, which is what it does unless told otherwise
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
        #[command(flatten)]
        form: JsonArgs,
    },
    /// Remove the plan
    Erase {
        /// Don't ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        form: JsonArgs,
    },
}
