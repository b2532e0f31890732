//! Architectures that candle-transformers runs: as they are, without our heads.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{DType, Device, Tensor};
use candle_transformers::models::{quantized_gemma3, quantized_glm4, quantized_lfm2, quantized_phi3};

use super::ModelError;
use crate::language::gguf::{Gguf, GgufError, shown};
use crate::language::tokenizer::Token;

/// Tokens that candle makes a table for in each of gemma's layers, whatever it is told.
const GEMMA_TABLE: usize = 131_072;

/// A model of another architecture. It keeps its own key/value cache and gives the logits of
/// the last token only, so hidden states and batches are not to be had from it.
pub(in crate::language) enum Foreign {
    Gemma3(quantized_gemma3::ModelWeights),
    Glm4(quantized_glm4::ModelWeights),
    Lfm2(quantized_lfm2::ModelWeights),
    Phi3(quantized_phi3::ModelWeights),
}

impl Foreign {
    /// Greatest number of tokens in view: all of these models hold so many, and candle makes
    /// tables for as many as it is told.
    pub(in crate::language) const CONTEXT: usize = 2_048;

    /// Whether an architecture is one of these.
    pub(in crate::language) fn knows(architecture: &str) -> bool {
        matches!(architecture, "gemma3" | "glm4" | "lfm2" | "phi3")
    }

    /// Loads a model. Candle takes for granted much that a file need not keep to.
    pub(in crate::language) fn load(
        gguf: &Gguf<'_>,
        bytes: &[u8],
        architecture: &str,
    ) -> Result<Self, ModelError> {
        check(gguf, bytes.len(), architecture)?;
        // A check that was forgotten must not end the program.
        catch_unwind(AssertUnwindSafe(|| Self::load_checked(bytes, architecture)))
            .unwrap_or_else(|_| Err(GgufError::Malformed("its numbers contradict one another".into()).into()))
    }

    fn load_checked(bytes: &[u8], architecture: &str) -> Result<Self, ModelError> {
        let mut reader = Cursor::new(bytes);
        let mut content = Content::read(&mut reader)?;
        content.metadata.insert(format!("{architecture}.context_length"), Value::U32(Self::CONTEXT as u32));
        let cpu = Device::Cpu;
        Ok(match architecture {
            "gemma3" => Self::Gemma3(quantized_gemma3::ModelWeights::from_gguf(content, &mut reader, &cpu)?),
            "glm4" => {
                Self::Glm4(quantized_glm4::ModelWeights::from_gguf(content, &mut reader, &cpu, DType::F32)?)
            }
            "lfm2" => Self::Lfm2(quantized_lfm2::ModelWeights::from_gguf(content, &mut reader, &cpu)?),
            "phi3" => Self::Phi3(quantized_phi3::ModelWeights::from_gguf(false, content, &mut reader, &cpu)?),
            other => return Err(ModelError::Architecture(shown(other))),
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

/// Refuses what candle would divide by or allocate for without asking.
fn check(gguf: &Gguf<'_>, file: usize, architecture: &str) -> Result<(), ModelError> {
    let depth = super::depth(gguf, architecture)?;
    let key = |name: &str| format!("{architecture}.{name}");
    let within =
        |name: &str, least: usize, most: usize| match (gguf.get(&key(name)), gguf.unsigned(&key(name))) {
            (None, _) => Ok(None),
            (_, Some(n)) if (least..=most).contains(&n) => Ok(Some(n)),
            // One number for each layer, where not all layers have attention.
            (Some(crate::language::gguf::Value::Array(all)), _) if all.len() == depth => Ok(None),
            _ => Err(GgufError::Malformed(format!("its `{}` cannot be", key(name)))),
        };
    let heads = within("attention.head_count", 1, 1 << 12)?.unwrap_or(1);
    if within("attention.head_count_kv", 1, 1 << 12)?.is_some_and(|kv| heads % kv != 0) {
        return Err(GgufError::Malformed("its attention heads do not divide evenly".into()).into());
    }
    within("embedding_length", heads, 1 << 17)?;
    within("rope.dimension_count", 2, 1 << 10)?;
    within("attention.sliding_window", 1, 1 << 24)?;
    within("attention.sliding_window_type", 1, 1 << 12)?;
    within("shortconv.l_cache", 1, 1 << 10)?;
    let head_size = within("attention.key_length", 2, 1 << 10)?.unwrap_or(2);
    let table = if architecture == "gemma3" { depth * head_size * 4 * GEMMA_TABLE } else { 0 };
    if table / 16 > file + (4 << 20) {
        return Err(GgufError::Unsupported("it has more layers than weights for them".into()).into());
    }
    Ok(())
}
