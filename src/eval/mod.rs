//! Measuring the assistant on our own texts: suites, figures, reports, and gates that a change
//! must not break. It calls the same functions that people's requests go through.
//!
//! A suite is a TOML file under `evals/`; [`run`] measures it, [`Report`] says what was found.

mod baseline;
mod metrics;
mod parts;
mod path;
mod recognition;
mod reframing;
mod report;
mod screening;
mod suite;

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::assistant::{Assistant, AssistantError, ContentError};
use crate::corpus::{Corpus, CorpusError, SplitError, Splits};

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
    /// The suite needs the model.
    #[error("The suite {0} measures the model. Run it without --rules-only, after `evenkeel models pull`.")]
    NeedsModel(String),
    /// A sheet for readers could not be written.
    #[error("{} can't be written ({source}). Name another folder with --blind.", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl EvalError {
    fn item(id: &str) -> impl FnOnce(AssistantError) -> Self {
        let id = id.to_owned();
        move |source| Self::Item { id, source: Box::new(source) }
    }
}

/// How a suite is measured.
#[derive(Clone, Copy, Default)]
pub struct How<'a> {
    /// Leaves the model out even if the assistant has one; without a model it is left out anyway.
    pub rules_only: bool,
    /// Measured on the same thoughts, for comparison, where the suite is about recognition.
    pub beside: Option<&'a Assistant>,
    /// Where the suite is about reframing: the folder for sheets that blind readers judge.
    pub blind: Option<&'a Path>,
}

/// Measures a suite; `progress` hears how many of how many steps are done.
///
/// # Errors
/// [`EvalError`] if the suite's files cannot be read or the assistant fails.
pub async fn run(
    suite: &Suite,
    assistant: &Assistant,
    how: How<'_>,
    progress: &dyn Fn(usize, usize),
) -> Result<Report, EvalError> {
    let begun = Instant::now();
    let without_model = Assistant::rules_only(assistant.today())?;
    let assistant = if how.rules_only { &without_model } else { assistant };
    let How { beside, blind, .. } = how;
    let bench = Bench { suite, assistant, beside, blind, without_model: &without_model, progress };
    let found = match suite.kind {
        Kind::Recognition => recognition::measure(&bench).await?,
        Kind::Calibration => recognition::calibration::measure(&bench).await?,
        Kind::Screening => screening::measure(&bench).await?,
        Kind::Reframing => reframing::measure(&bench).await?,
        Kind::Path => path::measure(&bench).await?,
        Kind::Parts => parts::measure(&bench).await?,
    };
    Report::new(suite, found, assistant.model().cloned(), begun.elapsed().as_secs_f64())
}

/// What measuring a suite needs.
struct Bench<'a> {
    suite: &'a Suite,
    /// Who is measured.
    assistant: &'a Assistant,
    /// Another one to compare it with.
    beside: Option<&'a Assistant>,
    /// Where sheets for blind readers go.
    blind: Option<&'a Path>,
    /// The same without its model, to tell what the model adds.
    without_model: &'a Assistant,
    progress: &'a dyn Fn(usize, usize),
}

impl Bench<'_> {
    fn has_model(&self) -> bool {
        self.assistant.model().is_some()
    }

    /// The corpus and the ids of the part to measure.
    fn corpus(&self) -> Result<(Corpus, impl Fn(&str) -> bool + use<>), EvalError> {
        let wanted = self.suite.split.ok_or(EvalError::NoSplit)?;
        let corpus = Corpus::read(&self.suite.items_path())?;
        let splits = Splits::read(&self.suite.split_path())?;
        Ok((corpus, move |id: &str| splits.of(id) == wanted))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use std::cell::Cell;

    use super::*;

    async fn by_rules(name: &str) -> Report {
        let assistant = Assistant::rules_only("2026-01-01".parse().unwrap()).unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("evals").join(name);
        let last = Cell::new((0, 0));
        let suite = Suite::read(&file).unwrap();
        let how = How { rules_only: true, ..How::default() };
        let report = run(&suite, &assistant, how, &|done, all| last.set((done, all))).await.unwrap();
        assert_eq!(last.get().0, last.get().1, "{name} tells when it is done");
        assert!(report.table().lines().all(|l| l.chars().count() <= 72), "{}", report.table());
        report
    }

    #[tokio::test]
    async fn the_phrase_rules_hold_what_they_have_reached() {
        for name in ["screening.toml", "path.toml", "calibration.toml"] {
            let report = by_rules(name).await;
            assert!(report.failed_gates().is_empty(), "{}", report.table());
        }
    }

    #[tokio::test]
    async fn without_a_model_recognition_measures_its_baselines() {
        let report = by_rules("recognition.toml").await;
        assert!(report.metrics["baseline.ngram.map"] > 3.0 * report.metrics["baseline.none.map"]);
        assert!(!report.metrics.contains_key("macro_f1"));
    }
}
