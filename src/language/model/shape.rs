//! The numbers that fix a network's shape, from a GGUF's metadata.

use super::{ModelError, Weights};
use crate::language::gguf::{Gguf, GgufError, Value};
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
    /// By how much positions lie closer than they were counted.
    scaling: f64,
    /// llama.cpp's converter puts the two dimensions that turn together side by side in llama
    /// models; the others keep them half a head apart, as the kernels want them.
    neighbours_turn: bool,
}

impl Shape {
    pub(super) fn read(gguf: &Gguf<'_>, architecture: &str) -> Result<Self, ModelError> {
        let key = |name: &str| format!("{architecture}.{name}");
        let optional = |name: &str| match (gguf.get(&key(name)), gguf.unsigned(&key(name))) {
            (None, _) => Ok(None),
            (_, Some(n)) if (1..=1 << 24).contains(&n) => Ok(Some(n)),
            (Some(value), _) => Err(refused(&key(name), value)),
        };
        let need = |name: &str| optional(name)?.ok_or_else(|| GgufError::Missing(key(name)));
        let number = |name: &str, otherwise: f64, usable: fn(f64) -> bool| match gguf.get(&key(name)) {
            None => Ok(otherwise),
            Some(Value::Float(x)) if x.is_finite() && usable(x) => Ok(x),
            Some(value) => Err(refused(&key(name), value)),
        };
        let width = need("embedding_length")?;
        let heads = need("attention.head_count")?;
        let kv_heads = optional("attention.head_count_kv")?.unwrap_or(heads);
        let head_size = optional("attention.key_length")?.unwrap_or(width / heads);
        if heads % kv_heads != 0 || head_size == 0 || head_size % 2 != 0 {
            return Err(GgufError::Malformed("its attention heads do not divide evenly".into()).into());
        }
        if head_size > LARGEST_HEAD {
            return Err(GgufError::Unsupported(format!("its heads are larger than {LARGEST_HEAD}")).into());
        }
        for same in ["attention.value_length", "rope.dimension_count"] {
            if optional(same)?.is_some_and(|n| n != head_size) {
                let key = key(same);
                return Err(GgufError::Unsupported(format!("`{key}` is not the size of a head")).into());
            }
        }
        let feed_forward = need("feed_forward_length")?;
        // Sixteen rows of a matrix go together; of fewer, most of the memory would be empty.
        if [width, heads * head_size, kv_heads * head_size, feed_forward].into_iter().any(|n| n < 16) {
            return Err(GgufError::Unsupported("its layers are too narrow".into()).into());
        }
        let scaling = match gguf.text(&key("rope.scaling.type")) {
            Ok(kind @ ("yarn" | "longrope")) => {
                return Err(GgufError::Unsupported(format!("it scales positions by `{kind}`")).into());
            }
            Ok("linear") => number("rope.scaling.factor", 1.0, |x| x > 0.0)?,
            _ => 1.0,
        };
        let vocabulary = gguf
            .tensor("token_embd.weight")
            .and_then(|t| t.shape.first().copied())
            .ok_or_else(|| GgufError::Missing("token_embd.weight".into()))?;
        Ok(Self {
            width,
            heads,
            kv_heads,
            head_size,
            feed_forward,
            vocabulary,
            context: need("context_length")?.min(LONGEST),
            norm_epsilon: number("attention.layer_norm_rms_epsilon", 1e-5, |x| x >= 0.0)? as f32,
            rope_base: number("rope.freq_base", 10_000.0, |x| x > 0.0)?,
            scaling,
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
    pub(super) fn frequencies(&self, weights: &Weights<'_>) -> Result<Vec<f64>, ModelError> {
        const FACTORS: &str = "rope_freqs.weight";
        let half = self.head_size / 2;
        // Llama 3 stretches low frequencies by factors that its file holds.
        let factors = weights.optional_vector(FACTORS, half)?.unwrap_or_else(|| vec![1.0; half]);
        if !factors.iter().all(|f| f.is_normal()) {
            return Err(GgufError::Malformed(format!("`{FACTORS}` holds what is no factor")).into());
        }
        Ok(factors
            .iter()
            .enumerate()
            .map(|(i, factor)| {
                let angle = self.rope_base.powf(-2.0 * i as f64 / self.head_size as f64);
                angle / self.scaling / f64::from(*factor)
            })
            .collect())
    }
}

fn refused(key: &str, value: Value<'_>) -> GgufError {
    let value = match value {
        Value::Text(_) => "a text".to_owned(),
        other => format!("{other:?}"),
    };
    GgufError::Malformed(format!("`{key}` cannot be {value}"))
}
