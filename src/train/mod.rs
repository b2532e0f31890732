//! Training the heads that read the frozen hidden states of a model: distortions and their
//! words, crisis level and flags, what an entry is about, and which lines of the bank fit it.
//! This room knows nothing of HTTP.

mod affinity;
mod data;
mod heads;
mod levels;
mod logistic;
mod matching;
mod parts;
mod replies;
mod scaling;
mod thresholds;
mod tuning;
mod wrapping;

use std::path::PathBuf;

use crate::corpus::{CorpusError, SplitError};
use crate::heads::HeadFileError;
use crate::language::{LanguageError, Session};
use crate::reframe::BankError;

use heads::token_labels;

pub use tuning::{
    Disguise, LossWeights, Measured, Step, TuneError, TuneOptions, TuneRecipe, Tuned, compare, read_recipe,
    tune,
};

/// Which texts choose the scale of the probabilities and the thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedOn {
    /// The training part, by cross-validation: for a model that has not seen it.
    Folds,
    /// The development part: for a model that was itself tuned on the training part.
    Development,
}

/// What to train on.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// The folder that holds the corpus and its split, `evals/` in the repository.
    pub folder: PathBuf,
    /// Order of the training texts.
    pub seed: u64,
    /// Name of the model.
    pub name: String,
    /// Checksum of the model's file.
    pub model_sha256: String,
    /// Which texts choose the thresholds.
    pub judged_on: JudgedOn,
}

/// What came of it.
pub struct Trained {
    /// The file of heads, safetensors.
    pub file: Vec<u8>,
    /// Its card: data, recipe, scores, limits.
    pub card: String,
}

/// Why training failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The corpus.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Its split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The model.
    #[error(transparent)]
    Language(#[from] LanguageError),
    /// The bank of reframes.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The replies of the parts dialogue.
    #[error(transparent)]
    Replies(#[from] crate::parts::RepliesError),
    /// Nothing to learn which lines fit from, or to judge it on.
    #[error(
        "No line of the bank was judged for a thought of the {0} part. `fit_*.jsonl` in the corpus says which fit."
    )]
    NoJudgedLines(&'static str),
    /// Nothing to learn which replies follow from, or to judge it on.
    #[error(
        "No reply of the guide was judged in a talk of the {0} part. `replies_*.jsonl` in the corpus says which would do."
    )]
    NoJudgedReplies(&'static str),
    /// The file to be added to is of another model.
    #[error("The file of heads belongs to another model. Train them all, without --only.")]
    OtherModel,
    /// The file could not be put together.
    #[error(transparent)]
    Heads(#[from] HeadFileError),
}

/// Learns the heads of the parts dialogue alone and sets them into a file of the same model, which
/// otherwise stays as it is. `card` is the one beside that file.
///
/// # Errors
/// [`TrainError`] if the corpus cannot be read, the model cannot give hidden states, or the file is
/// of another model.
pub async fn train_parts(
    session: &Session,
    options: &TrainOptions,
    (file, card): (&[u8], &str),
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<Trained, TrainError> {
    heads::train_parts(session, options, (file, card), say).await
}

/// Trains all heads; `say` is told how far it is.
///
/// # Errors
/// [`TrainError`] if the corpus cannot be read or the model cannot give hidden states.
pub async fn train_heads(
    session: &Session,
    options: &TrainOptions,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<Trained, TrainError> {
    heads::train(session, options, say).await
}
