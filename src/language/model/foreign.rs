//! Architectures that candle-transformers runs: as they are, without our heads.

use std::io::Cursor;

use candle_core::quantized::gguf_file::Content;
use candle_core::{DType, Device, Tensor};
use candle_transformers::models::{quantized_gemma3, quantized_glm4, quantized_lfm2, quantized_phi3};

use super::ModelError;
use crate::language::tokenizer::Token;

/// A model of another architecture. It keeps its own key/value cache and gives the logits of
/// the last token only, so hidden states and batches are not to be had from it.
pub(in crate::language) enum Foreign {
    Gemma3(quantized_gemma3::ModelWeights),
    Glm4(quantized_glm4::ModelWeights),
    Lfm2(quantized_lfm2::ModelWeights),
    Phi3(quantized_phi3::ModelWeights),
}

impl Foreign {
    /// Whether an architecture is one of these.
    pub(in crate::language) fn knows(architecture: &str) -> bool {
        matches!(architecture, "gemma3" | "glm4" | "lfm2" | "phi3")
    }

    /// Loads a model. The bytes have passed [`crate::language::gguf::Gguf::parse`] before.
    pub(in crate::language) fn load(bytes: &[u8], architecture: &str) -> Result<Self, ModelError> {
        let mut reader = Cursor::new(bytes);
        let content = Content::read(&mut reader)?;
        let cpu = Device::Cpu;
        Ok(match architecture {
            "gemma3" => Self::Gemma3(quantized_gemma3::ModelWeights::from_gguf(content, &mut reader, &cpu)?),
            "glm4" => {
                Self::Glm4(quantized_glm4::ModelWeights::from_gguf(content, &mut reader, &cpu, DType::F32)?)
            }
            "lfm2" => Self::Lfm2(quantized_lfm2::ModelWeights::from_gguf(content, &mut reader, &cpu)?),
            "phi3" => Self::Phi3(quantized_phi3::ModelWeights::from_gguf(false, content, &mut reader, &cpu)?),
            other => return Err(ModelError::Architecture(other.to_owned())),
        })
    }

    /// Logits `(vocabulary)` after the last of `tokens`, the first of which stands at `from`.
    /// A call with `from` 0 starts a new text.
    pub(in crate::language) fn last_logits(
        &mut self,
        tokens: &[Token],
        from: usize,
    ) -> Result<Vec<f32>, ModelError> {
        let input = Tensor::from_slice(tokens, (1, tokens.len()), &Device::Cpu)?;
        let logits = match self {
            Self::Gemma3(model) => model.forward(&input, from)?,
            Self::Glm4(model) => model.forward(&input, from)?,
            Self::Lfm2(model) => model.forward(&input, from)?,
            Self::Phi3(model) => model.forward(&input, from)?,
        };
        Ok(logits.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?)
    }
}
