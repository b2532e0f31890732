//! The language model: GGUF weights, tokenizer, forward pass, sampling, scoring, and the one
//! worker thread that owns them. This room knows nothing of distortions, crises or journals.
//!
//! Async code holds an [`Engine`], a cheap clone. A unit of work opens a [`Session`], which takes
//! one place in a bounded queue until it is dropped; dropping it also cancels what it asked for.

mod chat;
mod engine;
mod expand;
pub mod gguf;
mod kernels;
mod model;
mod plain;
mod prefixes;
mod probe;
mod sampling;
mod tokenizer;
mod trial;
mod worker;

pub use chat::{ChatError, ChatTemplate, Message, PromptTokens, Role};
pub use engine::{Engine, EngineState, LoadOptions, ModelInfo, Session, TextSide};
pub(crate) use expand::expand;
pub use kernels::Instructions;
pub use model::ModelError;
pub use plain::{PlainMap, plain_slopes};
pub use probe::Probe;
pub use sampling::Sampling;
pub use tokenizer::{Encoded, Token, Tokenizer, TokenizerError};
pub use trial::ProductTrial;
pub use worker::{Generated, LogProbability, States};

/// What can go wrong between a request and the model's answer.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// The file could not be opened.
    #[error("The model file {path} could not be read ({source}). Fetch it with `evenkeel models pull`.")]
    Open {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The weights could not be loaded or computed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The tokenizer could not be built or could not encode a text.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The chat template does not work.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// Every place in the queue is taken.
    #[error("The model is busy with other texts. Try again in {retry_after_s} seconds.")]
    Busy {
        /// When to try again, in seconds.
        retry_after_s: u64,
    },
    /// More tokens than the model can hold in view.
    #[error(
        "The text takes {tokens} tokens; this model sees {context} at once. Shorten it or use another model."
    )]
    TooLong {
        /// Tokens of the text.
        tokens: usize,
        /// Tokens that fit.
        context: usize,
    },
    /// Something that this model's architecture cannot give.
    #[error("This model cannot give {0}. Use a llama, qwen2 or qwen3 model.")]
    Unsupported(&'static str),
    /// The work was cancelled.
    #[error("The work was cancelled.")]
    Cancelled,
    /// The worker thread failed.
    #[error("The model stopped working on this text. Try again; if it happens twice, run `evenkeel doctor`.")]
    Failed,
}

impl From<crate::language::gguf::GgufError> for LanguageError {
    fn from(error: crate::language::gguf::GgufError) -> Self {
        Self::Model(ModelError::Gguf(error))
    }
}
