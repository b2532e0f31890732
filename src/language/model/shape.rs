//! The numbers that fix a network's shape, from a GGUF's metadata.

use super::{ModelError, Weights};
use crate::language::gguf::{Gguf, GgufError};
use crate::language::kernels::LARGEST_HEAD;

/// Longest text that is read, whatever the model says it holds.
const LONGEST: usize = 32_768;

pub(super) struct Shape {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    pub(super) head_size: usize,
    pub(super) feed_forward: usize,
    pub(super) vocabulary: usize,
    pub(super) context: usize,
    pub(super) norm_epsilon: f32,
    rope_base: f64,
    /// llama.cpp's converter puts the two dimensions that turn together side by side in llama
    /// models; the others keep them half a head apart, as the kernels want them.
    neighbours_turn: bool,
}

impl Shape {
    pub(super) fn read(gguf: &Gguf, architecture: &str) -> Result<Self, ModelError> {
        let need = |key: &str| {
            let key = format!("{architecture}.{key}");
            gguf.unsigned(&key).filter(|n| (1..=1 << 24).contains(n)).ok_or(GgufError::Missing(key))
        };
        let width = need("embedding_length")?;
        let heads = need("attention.head_count")?;
        let kv_heads = need("attention.head_count_kv").unwrap_or(heads);
        let head_size = need("attention.key_length").unwrap_or(width / heads);
        if heads % kv_heads != 0 || head_size == 0 || head_size % 2 != 0 {
            return Err(GgufError::Malformed("its attention heads do not divide evenly".into()).into());
        }
        if head_size > LARGEST_HEAD {
            return Err(GgufError::Malformed(format!("its heads are larger than {LARGEST_HEAD}")).into());
        }
        let number = |key: &str| gguf.float(&format!("{architecture}.{key}"));
        if let Ok(kind @ ("yarn" | "longrope")) = gguf.text(&format!("{architecture}.rope.scaling.type")) {
            return Err(
                GgufError::Malformed(format!("its position scaling `{kind}` is not supported")).into()
            );
        }
        let vocabulary = gguf
            .tensor("token_embd.weight")
            .and_then(|t| t.shape.first().copied())
            .ok_or_else(|| GgufError::Missing("token_embd.weight".into()))?;
        Ok(Self {
            width,
            heads,
            kv_heads,
            head_size,
            feed_forward: need("feed_forward_length")?,
            vocabulary,
            context: need("context_length")?.min(LONGEST),
            norm_epsilon: number("attention.layer_norm_rms_epsilon").unwrap_or(1e-5) as f32,
            rope_base: number("rope.freq_base").unwrap_or(10_000.0),
            neighbours_turn: architecture == "llama",
        })
    }

    /// The row of the file that becomes row `r` of a query or key matrix, so that the dimensions
    /// that turn together lie half a head apart. Products of queries and keys do not change by it.
    pub(super) fn row_before_turning(&self, r: usize) -> usize {
        if !self.neighbours_turn {
            return r;
        }
        let (head, i, half) = (r / self.head_size, r % self.head_size, self.head_size / 2);
        head * self.head_size + if i < half { 2 * i } else { 2 * (i - half) + 1 }
    }

    /// Angle, in radians, by which each pair of dimensions turns per position.
    pub(super) fn frequencies(
        &self,
        weights: Weights<'_>,
        architecture: &str,
    ) -> Result<Vec<f64>, ModelError> {
        let half = self.head_size / 2;
        // Llama 3 stretches low frequencies by factors that its file holds.
        let factors = weights.optional_vector("rope_freqs.weight", half)?.unwrap_or_else(|| vec![1.0; half]);
        let linear = match weights.gguf.text(&format!("{architecture}.rope.scaling.type")) {
            Ok("linear") => weights.gguf.float(&format!("{architecture}.rope.scaling.factor")).unwrap_or(1.0),
            _ => 1.0,
        };
        Ok(factors
            .iter()
            .enumerate()
            .map(|(i, factor)| {
                let angle = self.rope_base.powf(-2.0 * i as f64 / self.head_size as f64);
                angle / linear / f64::from(*factor)
            })
            .collect())
    }
}
