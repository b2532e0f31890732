//! A network of the llama family with its weights expanded, and an adapter beside them
//! that learns.

use std::ops::Range;
use std::sync::Arc;

use candle_core::Tensor;

use super::TuneError;
use super::adapter::{Adapter, MAPS, Map};
use super::steps::{Attention, Frozen, gated, linear, matrix, rms_norm};
use crate::language::gguf::{Gguf, GgufError};
use crate::language::{PlainMap, expand};

/// Tokens in the longest text that is learnt from.
pub(super) const LONGEST: usize = 1024;

pub(super) struct Network {
    pub(super) width: usize,
    embedding: Vec<f32>,
    layers: Vec<Layer>,
    attention: Arc<Attention>,
    final_norm: Arc<[f32]>,
    output: Frozen,
    epsilon: f32,
}

struct Layer {
    attention_norm: Arc<[f32]>,
    feed_forward_norm: Arc<[f32]>,
    maps: [Arc<Frozen>; MAPS],
}

impl Network {
    /// Expands a GGUF file of the llama or qwen2 architecture.
    pub(super) fn expand(bytes: &[u8]) -> Result<Self, TuneError> {
        let gguf = Gguf::parse(bytes)?;
        let architecture = gguf.text("general.architecture")?;
        if !matches!(architecture, "llama" | "qwen2") {
            return Err(TuneError::Architecture(architecture.to_owned()));
        }
        let file = File { gguf: &gguf, bytes };
        let number = |name: &str| {
            let key = format!("{architecture}.{name}");
            gguf.unsigned(&key).ok_or(GgufError::Missing(key))
        };
        let width = number("embedding_length")?;
        let heads = number("attention.head_count")?;
        let head_size = number("attention.key_length").unwrap_or(width / heads);
        let base = gguf.float(&format!("{architecture}.rope.freq_base")).unwrap_or(10_000.0);
        let epsilon = gguf.float(&format!("{architecture}.attention.layer_norm_rms_epsilon")).unwrap_or(1e-5);
        let half = head_size / 2;
        let turns = (0..LONGEST * half)
            .map(|i| {
                let angle = (i / half) as f64 * base.powf(-2.0 * (i % half) as f64 / head_size as f64);
                (angle.sin() as f32, angle.cos() as f32)
            })
            .collect();
        Ok(Self {
            width,
            output: file.map(if gguf.tensor("output.weight").is_some() { "output" } else { "token_embd" })?,
            embedding: file.tensor("token_embd.weight")?.weights,
            layers: (0..number("block_count")?).map(|i| file.layer(i)).collect::<Result<_, _>>()?,
            attention: Arc::new(Attention {
                heads,
                kv_heads: number("attention.head_count_kv").unwrap_or(heads),
                head_size,
                turns,
                neighbours: architecture == "llama",
            }),
            final_norm: file.vector("output_norm.weight")?,
            epsilon: epsilon as f32,
        })
    }

    /// Whether another network has the same layers, maps and vocabulary.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.layers.len() == other.layers.len()
            && self.embedding.len() == other.embedding.len()
            && Map::ALL.iter().all(|map| self.shape(*map) == other.shape(*map))
    }

    pub(super) fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Outputs and inputs of a map of any layer.
    pub(super) fn shape(&self, map: Map) -> (usize, usize) {
        let map = &self.layers[0].maps[map as usize];
        (map.outputs(), map.inputs())
    }

    /// Embeddings of tokens.
    pub(super) fn embed(&self, tokens: &[u32]) -> Result<Tensor, TuneError> {
        let width = self.width;
        let rows = tokens.iter().flat_map(|t| &self.embedding[*t as usize * width..][..width]);
        Ok(matrix(rows.copied().collect(), tokens.len(), width)?)
    }

    /// Runs states through some of the layers; `texts` are the rows of each text.
    pub(super) fn run(
        &self,
        mut x: Tensor,
        texts: &[Range<usize>],
        layers: Range<usize>,
        adapter: &Adapter,
    ) -> Result<Tensor, TuneError> {
        for i in layers {
            let layer = &self.layers[i];
            let through =
                |x: &Tensor, map: Map| linear(x, &layer.maps[map as usize], adapter.of(i, map).as_ref());
            let h = rms_norm(&x, &layer.attention_norm, self.epsilon)?;
            let (q, k, v) = (through(&h, Map::Query)?, through(&h, Map::Key)?, through(&h, Map::Value)?);
            let mixed = self.attention.apply([&q, &k, &v], texts)?;
            x = (x + through(&mixed, Map::Out)?)?;
            let h = rms_norm(&x, &layer.feed_forward_norm, self.epsilon)?;
            let inner = gated(&through(&h, Map::Gate)?, &through(&h, Map::Up)?)?;
            x = (x + through(&inner, Map::Down)?)?;
        }
        Ok(x)
    }

    /// States after the last layer, normed as the output map reads them.
    pub(super) fn finish(&self, x: &Tensor) -> Result<Tensor, TuneError> {
        Ok(rms_norm(x, &self.final_norm, self.epsilon)?)
    }

    /// The map from states to logits.
    pub(super) fn output(&self) -> &Frozen {
        &self.output
    }
}

/// A tensor of the file as f32, row by row.
struct Expanded<'a> {
    shape: &'a [usize],
    weights: Vec<f32>,
}

struct File<'a> {
    gguf: &'a Gguf<'a>,
    bytes: &'a [u8],
}

impl File<'_> {
    fn optional(&self, name: &str) -> Result<Option<Expanded<'_>>, TuneError> {
        let Some(info) = self.gguf.tensor(name) else { return Ok(None) };
        let weights = expand(info.kind, &self.bytes[info.bytes.clone()], info.shape.iter().product());
        let weights = weights.ok_or_else(|| GgufError::Malformed(format!("`{name}` can't be read")))?;
        Ok(Some(Expanded { shape: &info.shape, weights }))
    }

    fn tensor(&self, name: &str) -> Result<Expanded<'_>, TuneError> {
        Ok(self.optional(name)?.ok_or_else(|| GgufError::Missing(name.to_owned()))?)
    }

    fn vector(&self, name: &str) -> Result<Arc<[f32]>, TuneError> {
        Ok(self.tensor(name)?.weights.into())
    }

    fn map(&self, name: &str) -> Result<Frozen, TuneError> {
        let Expanded { shape, weights } = self.tensor(&format!("{name}.weight"))?;
        let &[outputs, inputs] = shape else {
            return Err(GgufError::Malformed(format!("`{name}.weight` is no matrix")).into());
        };
        let bias = self.optional(&format!("{name}.bias"))?.map(|bias| bias.weights);
        Ok(Frozen::new(PlainMap::coarse, &weights, (outputs, inputs), bias)?)
    }

    fn layer(&self, i: usize) -> Result<Layer, TuneError> {
        let mut maps = Vec::with_capacity(MAPS);
        for map in Map::ALL {
            maps.push(Arc::new(self.map(&format!("blk.{i}.{}", map.name()))?));
        }
        Ok(Layer {
            attention_norm: self.vector(&format!("blk.{i}.attn_norm.weight"))?,
            feed_forward_norm: self.vector(&format!("blk.{i}.ffn_norm.weight"))?,
            maps: maps.try_into().map_err(|_| GgufError::Missing(format!("blk.{i}")))?,
        })
    }
}
