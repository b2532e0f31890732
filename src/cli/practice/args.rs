//! What can be typed after `practice`.

use clap::{Args, Subcommand, ValueEnum};

use crate::checkin::{Distress, Words};
use crate::cli::asking::AskArgs;
use crate::practice::{Against, LevelNumber};

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(in crate::cli) struct PracticeArgs {
    #[command(subcommand)]
    pub(super) command: Option<PracticeCommand>,
    #[command(flatten)]
    pub(super) ask: AskArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum PracticeCommand {
    /// Show the ladder, and what was tried of it
    List,
    /// Plan a step: when, with whom, what you think will happen
    Plan(PlanStepArgs),
    /// Keep how a planned step went
    Record(RecordArgs),
    /// Suggest a step that could come next
    Next,
    /// List what was planned and tried, the latest first
    History {
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
    },
    /// Delete a plan with what came of it
    Delete {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Add a step of your own
    Add {
        /// How much is at stake, 1 to 3
        #[arg(value_name = "LEVEL")]
        level: LevelNumber,
        /// What is to be done
        #[arg(value_name = "TEXT", required = true)]
        text: Vec<String>,
    },
    /// Take a step of your own away
    Remove {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct PlanStepArgs {
    /// A step of the ladder, such as small-favour, or the id of an own one
    #[arg(value_name = "STEP")]
    pub(super) step: String,
    /// When
    #[arg(long, value_name = "TEXT")]
    pub(super) when: Option<Words>,
    /// With whom
    #[arg(long, value_name = "TEXT")]
    pub(super) who: Option<Words>,
    /// What you think will happen
    #[arg(long, value_name = "TEXT")]
    pub(super) predict: Option<Words>,
}

#[derive(Debug, Args)]
pub(super) struct RecordArgs {
    /// The plan's id, or the beginning of it; the latest open plan without it
    #[arg(value_name = "ID")]
    pub(super) id: Option<String>,
    /// What happened
    #[arg(long, value_name = "TEXT", requires = "distress")]
    pub(super) happened: Option<Words>,
    /// How much distress there was, 0 to 100
    #[arg(long, value_name = "N", requires = "happened")]
    pub(super) distress: Option<Distress>,
    /// How it went beside what you predicted
    #[arg(long, value_name = "HOW", requires = "happened")]
    pub(super) against: Option<AgainstArg>,
    /// What surprised you
    #[arg(long, value_name = "TEXT", requires = "happened")]
    pub(super) surprise: Option<Words>,
}

/// Beside what was predicted, as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum AgainstArg {
    Better,
    Same,
    Worse,
}

impl From<AgainstArg> for Against {
    fn from(typed: AgainstArg) -> Self {
        match typed {
            AgainstArg::Better => Self::Better,
            AgainstArg::Same => Self::Same,
            AgainstArg::Worse => Self::Worse,
        }
    }
}
