//! Neural networks that read and continue tokens.
//!
//! [`Transformer`] is our own forward pass (llama, qwen2, qwen3): it gives hidden states of any
//! layer, many continuations of one prefix in a single pass, and log-probabilities.
//! [`Foreign`] runs other architectures with candle's own models: slower, last logits only.

mod cache;
mod foreign;
mod load;
mod shape;
mod transformer;

use load::Weights;

pub(super) use cache::{Batch, KvCache, Purpose, Share};
pub(super) use foreign::Foreign;
pub(super) use transformer::{Transformer, log_softmax};

use super::gguf::{Gguf, GgufError};

/// Why a model could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file is not what its architecture needs.
    #[error(transparent)]
    Gguf(#[from] GgufError),
    /// An architecture that nothing here can run.
    #[error(
        "The model's architecture `{0}` is not supported. Use a llama, qwen2, qwen3, gemma3, phi3, lfm2 or glm4 model."
    )]
    Architecture(String),
    /// The numeric library refused.
    #[error("The model could not be computed ({0}). Check the file with `evenkeel models verify`.")]
    Compute(#[from] candle_core::Error),
    /// There is no memory for the weights.
    #[error("There is not enough memory for the model ({0}). Close other programs or use a smaller model.")]
    Memory(std::io::Error),
    /// The job was cancelled between two layers.
    #[error("The work was cancelled.")]
    Cancelled,
}

/// Number of layers, all of which are there.
fn depth(gguf: &Gguf<'_>, architecture: &str) -> Result<usize, GgufError> {
    let is_there = |i: usize| gguf.tensor(&format!("blk.{i}.attn_norm.weight")).is_some();
    match gguf.unsigned(&format!("{architecture}.block_count")) {
        // A count beyond what the file holds ends at the first layer that is not there.
        Some(count) if count > 0 && (0..count).all(is_there) && !is_there(count) => Ok(count),
        _ => Err(GgufError::Malformed("its layers are not complete".into())),
    }
}
