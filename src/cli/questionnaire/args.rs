//! What can be typed after `questionnaire`.

use clap::{Args, Subcommand};

use crate::cli::args::JsonArgs;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum QuestionnaireCommand {
    /// List the questionnaires
    List(JsonArgs),
    /// Show one: its items, scoring, licence and sources
    Show {
        /// Which one, such as phq-9
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        form: JsonArgs,
    },
    /// Fill one in, one question at a time; what is half-finished can be resumed
    Take(TakeArgs),
    /// List what was filled in, the latest first
    History {
        /// Of this questionnaire only
        #[arg(value_name = "ID")]
        id: Option<String>,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
        #[command(flatten)]
        form: JsonArgs,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TakeArgs {
    /// Which one, such as phq-9
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// All answers in order, such as 1,0,2; `-` leaves one out where its rule allows that
    #[arg(long, value_name = "A,B,…", allow_hyphen_values = true)]
    pub(super) answers: Option<String>,
    /// Keep it in your journal, which is begun or unlocked for it; without this it is kept where
    /// there is a journal that opens without asking
    #[arg(long, conflicts_with = "no_keep")]
    pub(super) keep: bool,
    /// Keep nothing
    #[arg(long)]
    pub(super) no_keep: bool,
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Plain lines, one after the other: no clearing of the screen, no emphasis
    #[arg(long)]
    pub(super) plain: bool,
    #[command(flatten)]
    pub(super) form: JsonArgs,
}
