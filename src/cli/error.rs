//! What can go wrong on the command line, in one sentence each, with its exit code.

use std::io::Write;
use std::process::ExitCode;

use crate::assistant::{AssistantError, ContentError, DiaryError, GatherError};
use crate::bench::BenchError;
use crate::body::BodyError;
use crate::checkin::QuickError;
use crate::corpus::CorpusError;
use crate::crisis::safety_plan::{PlanError, PlanStoreError};
use crate::entry::EntryError;
use crate::eval::EvalError;
use crate::exercise::ExerciseError;
use crate::heads::HeadFileError;
use crate::journal::{JournalError, ValueError};
use crate::language::LanguageError;
use crate::learn::LearnError;
use crate::practice::{ChecklistError, LadderError};
use crate::questionnaire::SheetError;
use crate::train::{TrainError, TuneError};
use crate::weights::WeightsError;

#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Assistant(#[from] AssistantError),
    #[error(transparent)]
    Content(#[from] ContentError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Heads(#[from] HeadFileError),
    #[error(transparent)]
    Language(#[from] LanguageError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Tune(#[from] TuneError),
    #[error(transparent)]
    Eval(#[from] EvalError),
    #[error(transparent)]
    Bench(#[from] BenchError),
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    PlanStore(#[from] PlanStoreError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Report(#[from] GatherError),
    #[error(transparent)]
    Exercise(#[from] ExerciseError),
    #[error(transparent)]
    Learn(#[from] LearnError),
    #[error(transparent)]
    CheckIn(#[from] QuickError),
    #[error(transparent)]
    Ladder(#[from] LadderError),
    #[error(transparent)]
    Checklist(#[from] ChecklistError),
    #[error("{0}")]
    Usage(String),
    #[error("{what}: {source}.")]
    File { what: String, source: std::io::Error },
    #[error("Reading or writing failed ({0}). Nothing that was there before has changed.")]
    Io(#[from] std::io::Error),
    #[error("The result could not be written as JSON ({0}).")]
    Json(#[from] serde_json::Error),
    /// Some lines of a batch were answered with an error; each has said so already.
    #[error("{0} of the lines could not be used; each says why in its place.")]
    SomeLines(usize),
    #[error("{0}")]
    Failed(String),
    /// `--fail-at` was reached: an answer, not a fault.
    #[error("A text reached the level given with --fail-at.")]
    FailAt,
    #[error("Stopped. It can be begun again at any time.")]
    Stopped,
    #[error("Interrupted. Nothing was left half-written.")]
    Interrupted,
}

impl From<DiaryError> for CliError {
    fn from(error: DiaryError) -> Self {
        match error {
            DiaryError::Assistant(error) => error.into(),
            DiaryError::Journal(error) => error.into(),
        }
    }
}

impl CliError {
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::Plan(_)
            | Self::Sheet(_)
            | Self::CheckIn(_)
            | Self::Assistant(
                AssistantError::Entry(_)
                | AssistantError::Country(_)
                | AssistantError::Candidates(_)
                | AssistantError::Id,
            )
            | Self::Weights(
                WeightsError::UnknownModel { .. }
                | WeightsError::BadName { .. }
                | WeightsError::NameTaken { .. },
            )
            | Self::Journal(
                JournalError::Value(_)
                | JournalError::Ambiguous { .. }
                | JournalError::Cursor
                | JournalError::NoWords
                | JournalError::Exists(_),
            )
            | Self::Bench(BenchError::RivalMissing { .. } | BenchError::RivalModel(_)) => 2,
            Self::FailAt => 10,
            Self::Interrupted | Self::Stopped => 130,
            _ => 1,
        }
    }

    /// Prints the sentence on standard error and gives the exit code.
    pub(super) fn report(&self) -> ExitCode {
        // A reader that went away (`| head`) is no fault and gets no message.
        let closed = matches!(self, Self::Io(e) if e.kind() == std::io::ErrorKind::BrokenPipe);
        if !closed {
            let _ = writeln!(std::io::stderr(), "{self}");
        }
        ExitCode::from(if closed { 0 } else { self.code() })
    }
}

impl From<ValueError> for CliError {
    fn from(error: ValueError) -> Self {
        Self::Journal(error.into())
    }
}

impl From<EntryError> for CliError {
    fn from(error: EntryError) -> Self {
        Self::Assistant(error.into())
    }
}
