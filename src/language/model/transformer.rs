//! The decoder-only transformer of the llama family (llama, qwen2, qwen3), on expanded weights.

use candle_core::{D, DType, Device, Tensor};
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::{rope, rope_i};

use super::{ModelError, Weights};
use crate::language::gguf::{Gguf, GgufError};
use crate::language::tokenizer::Token;

/// Tokens that go through the network together.
///
/// Every token belongs to a branch. It sees the tokens before it in branch 0, the shared prefix,
/// and in its own branch; so several continuations of one prefix, or several unrelated texts,
/// are computed in one pass without seeing one another.
#[derive(Default)]
pub(in crate::language) struct Batch {
    pub(in crate::language) tokens: Vec<Token>,
    /// Place of each token in its own text, from 0.
    pub(in crate::language) positions: Vec<u32>,
    pub(in crate::language) branches: Vec<u32>,
}

impl Batch {
    /// Adds a run of tokens to `branch`, the first at position `from`.
    pub(in crate::language) fn push(&mut self, branch: u32, from: usize, tokens: &[Token]) {
        for (i, token) in tokens.iter().enumerate() {
            self.tokens.push(*token);
            self.positions.push((from + i) as u32);
            self.branches.push(branch);
        }
    }
}

/// Keys and values of the tokens already read. Cloning is cheap: the tensors are shared.
#[derive(Clone, Default)]
pub(in crate::language) struct KvCache {
    /// Per layer `(kv heads, tokens, head size)` of keys and of values.
    layers: Vec<(Tensor, Tensor)>,
    branches: Vec<u32>,
}

pub(in crate::language) struct Transformer {
    embedding: Tensor,
    layers: Vec<Layer>,
    final_norm: Tensor,
    output: Tensor,
    shape: Shape,
    cos: Tensor,
    sin: Tensor,
}

struct Layer {
    attention_norm: Tensor,
    query: Linear,
    key: Linear,
    value: Linear,
    query_norm: Option<Tensor>,
    key_norm: Option<Tensor>,
    attention_out: Linear,
    feed_forward_norm: Tensor,
    gate: Linear,
    up: Linear,
    down: Linear,
}

struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
}

/// The numbers that fix a network's shape.
struct Shape {
    width: usize,
    heads: usize,
    kv_heads: usize,
    head_size: usize,
    feed_forward: usize,
    vocabulary: usize,
    context: usize,
    norm_epsilon: f32,
    rope_base: f64,
    interleaved_rope: bool,
}

impl Shape {
    fn read(gguf: &Gguf, architecture: &str) -> Result<Self, ModelError> {
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
            context: need("context_length")?.min(32_768),
            norm_epsilon: number("attention.layer_norm_rms_epsilon").unwrap_or(1e-5) as f32,
            rope_base: number("rope.freq_base").unwrap_or(10_000.0),
            // llama.cpp's converter permutes the rows of llama models for interleaved pairs.
            interleaved_rope: architecture == "llama",
        })
    }
}

impl Transformer {
    /// Loads a network and expands its weights.
    pub(in crate::language) fn load(weights: Weights<'_>, architecture: &str) -> Result<Self, ModelError> {
        let gguf = weights.gguf;
        let shape = Shape::read(gguf, architecture)?;
        let layers = (0..)
            .take_while(|i| gguf.tensor(&format!("blk.{i}.attn_norm.weight")).is_some())
            .map(|i| Layer::load(weights, &shape, i))
            .collect::<Result<Vec<_>, _>>()?;
        if layers.is_empty() || Some(layers.len()) != gguf.unsigned(&format!("{architecture}.block_count")) {
            return Err(GgufError::Malformed("its layers are not complete".into()).into());
        }
        let embedding = weights.matrix("token_embd.weight", shape.vocabulary, shape.width)?;
        let output = match gguf.tensor("output.weight") {
            Some(_) => weights.matrix("output.weight", shape.vocabulary, shape.width)?,
            None => embedding.clone(),
        };
        let (cos, sin) = rope_tables(weights, &shape, architecture)?;
        Ok(Self {
            final_norm: weights.vector("output_norm.weight", shape.width)?,
            embedding,
            layers,
            output,
            shape,
            cos,
            sin,
        })
    }

    /// Number of layers.
    pub(in crate::language) fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Size of a hidden state.
    pub(in crate::language) fn width(&self) -> usize {
        self.shape.width
    }

    /// Greatest number of tokens in one text.
    pub(in crate::language) fn context(&self) -> usize {
        self.shape.context
    }

    /// Hidden states `(tokens, width)` after all layers, before the final norm.
    /// `cache` holds what was read before and is extended by this batch.
    pub(in crate::language) fn forward(
        &self,
        batch: &Batch,
        cache: &mut KvCache,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Tensor, ModelError> {
        let mut tapped = self.tap(batch, cache, &[self.depth()], cancelled)?;
        Ok(tapped.swap_remove(0))
    }

    /// Hidden states `(tokens, width)` after each of the `depths`, which must rise; the layers
    /// above the last are not run (early exit).
    pub(in crate::language) fn tap(
        &self,
        batch: &Batch,
        cache: &mut KvCache,
        depths: &[usize],
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<Tensor>, ModelError> {
        let n = batch.tokens.len();
        let tokens = Tensor::from_slice(&batch.tokens, n, &Device::Cpu)?;
        let positions = Tensor::from_slice(&batch.positions, n, &Device::Cpu)?;
        let angles = (self.cos.index_select(&positions, 0)?, self.sin.index_select(&positions, 0)?);
        cache.branches.extend_from_slice(&batch.branches);
        let mask = mask(&batch.branches, &cache.branches)?;

        let mut x = self.embedding.index_select(&tokens, 0)?.to_dtype(DType::F32)?;
        let deepest = depths.last().copied().unwrap_or(0);
        let mut tapped = Vec::with_capacity(depths.len());
        for (i, layer) in self.layers.iter().take(deepest).enumerate() {
            if cancelled() {
                return Err(ModelError::Cancelled);
            }
            let past = cache.layers.get(i).cloned();
            let (attended, present) = layer.attend(&self.shape, &x, past, &angles, mask.as_ref())?;
            match cache.layers.get_mut(i) {
                Some(slot) => *slot = present,
                None => cache.layers.push(present),
            }
            x = (x + attended)?;
            x = (&x + layer.feed_forward(&self.shape, &x)?)?;
            if depths.contains(&(i + 1)) {
                tapped.push(x.clone());
            }
        }
        Ok(tapped)
    }

    /// Logits `(rows, vocabulary)` of the given rows of final hidden states.
    pub(in crate::language) fn logits(&self, states: &Tensor, rows: &[u32]) -> Result<Tensor, ModelError> {
        let rows = Tensor::from_slice(rows, rows.len(), &Device::Cpu)?;
        let chosen = states.index_select(&rows, 0)?.contiguous()?;
        let normed = rms_norm(&chosen, &self.final_norm, self.shape.norm_epsilon)?;
        multiply(&normed, &self.output)
    }
}

impl Layer {
    fn load(weights: Weights<'_>, shape: &Shape, i: usize) -> Result<Self, ModelError> {
        let name = |part: &str| format!("blk.{i}.{part}.weight");
        let linear = |part: &str, rows: usize, columns: usize| -> Result<Linear, ModelError> {
            Ok(Linear {
                weight: weights.matrix(&name(part), rows, columns)?,
                bias: weights.optional_vector(&format!("blk.{i}.{part}.bias"), rows)?,
            })
        };
        let (width, inner) = (shape.width, shape.feed_forward);
        let (all, kv) = (shape.heads * shape.head_size, shape.kv_heads * shape.head_size);
        Ok(Self {
            attention_norm: weights.vector(&name("attn_norm"), width)?,
            query: linear("attn_q", all, width)?,
            key: linear("attn_k", kv, width)?,
            value: linear("attn_v", kv, width)?,
            query_norm: weights.optional_vector(&name("attn_q_norm"), shape.head_size)?,
            key_norm: weights.optional_vector(&name("attn_k_norm"), shape.head_size)?,
            attention_out: linear("attn_output", width, all)?,
            feed_forward_norm: weights.vector(&name("ffn_norm"), width)?,
            gate: linear("ffn_gate", inner, width)?,
            up: linear("ffn_up", inner, width)?,
            down: linear("ffn_down", width, inner)?,
        })
    }

    /// Attention over the past and the batch; also the keys and values of both together.
    fn attend(
        &self,
        shape: &Shape,
        x: &Tensor,
        past: Option<(Tensor, Tensor)>,
        (cos, sin): &(Tensor, Tensor),
        mask: Option<&Tensor>,
    ) -> Result<(Tensor, (Tensor, Tensor)), ModelError> {
        let n = x.dim(0)?;
        let Shape { heads, kv_heads, head_size, .. } = *shape;
        let normed = rms_norm(x, &self.attention_norm, shape.norm_epsilon)?;
        // (tokens, heads · size) → (heads, tokens, size)
        let split = |y: Tensor, heads: usize, norm: Option<&Tensor>| -> Result<Tensor, ModelError> {
            let y = y.reshape((n, heads, head_size))?;
            let y = match norm {
                Some(norm) => rms_norm(&y.contiguous()?, norm, shape.norm_epsilon)?,
                None => y,
            };
            Ok(y.transpose(0, 1)?.contiguous()?)
        };
        let turn = |y: &Tensor| -> Result<Tensor, ModelError> {
            let y = y.unsqueeze(0)?;
            let turned = if shape.interleaved_rope { rope_i(&y, cos, sin) } else { rope(&y, cos, sin) };
            Ok(turned?.squeeze(0)?)
        };
        let q = turn(&split(self.query.apply(&normed)?, heads, self.query_norm.as_ref())?)?;
        let k = turn(&split(self.key.apply(&normed)?, kv_heads, self.key_norm.as_ref())?)?;
        let v = split(self.value.apply(&normed)?, kv_heads, None)?;
        let (k, v) = match past {
            Some((past_k, past_v)) => (Tensor::cat(&[&past_k, &k], 1)?, Tensor::cat(&[&past_v, &v], 1)?),
            None => (k, v),
        };

        // Query heads that share a key head are stacked, so nothing is repeated.
        let group = heads / kv_heads;
        let total = k.dim(1)?;
        let scale = 1.0 / (head_size as f64).sqrt();
        let q = (q.reshape((kv_heads, group * n, head_size))? * scale)?;
        let mut scores = q.matmul(&k.transpose(1, 2)?)?.reshape((heads, n, total))?;
        if let Some(mask) = mask {
            scores = scores.broadcast_add(mask)?;
        }
        let weights = softmax_last_dim(&scores)?.reshape((kv_heads, group * n, total))?;
        let mixed = weights.matmul(&v)?.reshape((heads, n, head_size))?;
        let joined = mixed.transpose(0, 1)?.contiguous()?.reshape((n, heads * head_size))?;
        Ok((self.attention_out.apply(&joined)?, (k, v)))
    }

    fn feed_forward(&self, shape: &Shape, x: &Tensor) -> Result<Tensor, ModelError> {
        let normed = rms_norm(x, &self.feed_forward_norm, shape.norm_epsilon)?;
        let opened = (silu(&self.gate.apply(&normed)?)? * self.up.apply(&normed)?)?;
        self.down.apply(&opened)
    }
}

impl Linear {
    fn apply(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let y = multiply(x, &self.weight)?;
        Ok(match &self.bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        })
    }
}

/// `x · weightᵀ` in the precision of the weights, returned in f32.
fn multiply(x: &Tensor, weight: &Tensor) -> Result<Tensor, ModelError> {
    Ok(x.to_dtype(weight.dtype())?.matmul(&weight.t()?)?.to_dtype(DType::F32)?)
}

/// 0 where a row may look, −∞ where not, `(rows, all)`; none is needed for a single token.
fn mask(rows: &[u32], all: &[u32]) -> Result<Option<Tensor>, ModelError> {
    let past = all.len() - rows.len();
    if rows.len() == 1 && all.iter().all(|b| *b == 0 || *b == rows[0]) {
        return Ok(None);
    }
    let mut values = Vec::with_capacity(rows.len() * all.len());
    for (i, row) in rows.iter().enumerate() {
        values.extend(all.iter().enumerate().map(|(j, branch)| {
            let seen = j <= past + i && (*branch == 0 || branch == row);
            if seen { 0.0_f32 } else { f32::NEG_INFINITY }
        }));
    }
    Ok(Some(Tensor::from_vec(values, (rows.len(), all.len()), &Device::Cpu)?))
}

/// Cosines and sines `(context, head size / 2)` of the rotary position embedding.
fn rope_tables(
    weights: Weights<'_>,
    shape: &Shape,
    architecture: &str,
) -> Result<(Tensor, Tensor), ModelError> {
    let half = shape.head_size / 2;
    // Llama 3 stretches low frequencies by factors that its file holds.
    let factors = match weights.optional_vector("rope_freqs.weight", half)? {
        Some(factors) => factors.to_vec1::<f32>()?,
        None => vec![1.0; half],
    };
    let linear = match weights.gguf.text(&format!("{architecture}.rope.scaling.type")) {
        Ok("linear") => weights.gguf.float(&format!("{architecture}.rope.scaling.factor")).unwrap_or(1.0),
        _ => 1.0,
    };
    let frequencies: Vec<f32> = factors
        .iter()
        .enumerate()
        .map(|(i, factor)| {
            let angle = shape.rope_base.powf(-2.0 * i as f64 / shape.head_size as f64);
            (angle / linear) as f32 / factor
        })
        .collect();
    let frequencies = Tensor::from_vec(frequencies, (1, half), &Device::Cpu)?;
    let positions = Tensor::arange(0u32, shape.context as u32, &Device::Cpu)?
        .to_dtype(DType::F32)?
        .reshape((shape.context, 1))?;
    let angles = positions.matmul(&frequencies)?;
    Ok((angles.cos()?, angles.sin()?))
}

/// Log-probabilities of one row of logits.
pub(in crate::language) fn log_softmax(logits: &Tensor) -> Result<Tensor, ModelError> {
    Ok(candle_nn::ops::log_softmax(logits, D::Minus1)?)
}
