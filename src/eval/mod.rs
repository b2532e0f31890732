//! Measuring the assistant on our own texts: suites, figures, reports, and gates that a change
//! must not break. It calls the same functions that people's requests go through.
//!
//! A suite is a TOML file under `evals/`; [`run`] measures it, [`Report`] says what was found.

mod baseline;
mod metrics;
mod path;
mod recognition;
mod report;
mod screening;
mod suite;

use std::path::PathBuf;
use std::time::Instant;

use crate::assistant::{Assistant, AssistantError, ContentError};
use crate::corpus::{CorpusError, SplitError, Splits};

pub use report::{GateResult, Miss, Report, Row, Table};
pub use suite::{Gate, Kind, Suite};

/// Why a suite could not be run.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The suite file cannot be opened.
    #[error("{} can't be read ({source}). Name a suite file such as evals/screening.toml.", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The suite file is not as this version reads it.
    #[error("{} is not a suite that this version reads: {source}", path.display())]
    Suite {
        /// Which.
        path: PathBuf,
        /// Why.
        source: Box<toml::de::Error>,
    },
    /// The texts.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The split of the texts.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A gate names a figure that the suite does not measure.
    #[error("The suite has a gate on `{0}`, which it does not measure. Correct the name in the suite file.")]
    UnknownMetric(String),
    /// The suite names no part of the corpus.
    #[error("The suite does not say which `split` of the corpus it measures. Add `split = \"dev\"`.")]
    NoSplit,
    /// The rules could not be loaded.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The assistant failed on an item.
    #[error("The item {id} could not be answered: {source}")]
    Item {
        /// Its id.
        id: String,
        /// Why.
        source: Box<AssistantError>,
    },
    /// The assistant could not begin.
    #[error(transparent)]
    Assistant(#[from] AssistantError),
}

impl EvalError {
    fn item(id: &str) -> impl FnOnce(AssistantError) -> Self {
        let id = id.to_owned();
        move |source| Self::Item { id, source: Box::new(source) }
    }
}

/// Measures a suite. `rules_only` leaves the model out even if the assistant has one; without a
/// model it is left out anyway. `progress` hears how many of how many steps are done.
///
/// # Errors
/// [`EvalError`] if the suite's files cannot be read or the assistant fails.
pub async fn run(
    suite: &Suite,
    assistant: &Assistant,
    rules_only: bool,
    progress: &dyn Fn(usize, usize),
) -> Result<Report, EvalError> {
    let begun = Instant::now();
    let without_model = Assistant::rules_only(assistant.today())?;
    let assistant = if rules_only { &without_model } else { assistant };
    let bench = Bench { suite, assistant, without_model: &without_model, progress };
    let found = match suite.kind {
        Kind::Recognition => recognition::measure(&bench).await?,
        Kind::Screening => screening::measure(&bench).await?,
        Kind::Path => path::measure(&bench).await?,
    };
    Report::new(suite, found, assistant.model().cloned(), begun.elapsed().as_secs_f64())
}

/// What measuring a suite needs.
struct Bench<'a> {
    suite: &'a Suite,
    /// Who is measured.
    assistant: &'a Assistant,
    /// The same without its model, to tell what the model adds.
    without_model: &'a Assistant,
    progress: &'a dyn Fn(usize, usize),
}

impl Bench<'_> {
    fn has_model(&self) -> bool {
        self.assistant.model().is_some()
    }

    /// The corpus and the ids of the part to measure.
    fn corpus(&self) -> Result<(crate::corpus::Corpus, impl Fn(&str) -> bool + use<>), EvalError> {
        let wanted = self.suite.split.ok_or(EvalError::NoSplit)?;
        let corpus = crate::corpus::Corpus::read(&self.suite.items_path())?;
        let splits = Splits::read(&self.suite.split_path())?;
        Ok((corpus, move |id: &str| splits.of(id) == wanted))
    }
}
