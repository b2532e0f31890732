//! A plain forward pass in f32, with candle's ordinary operations and nothing of the engine but
//! its reader of GGUF files: what every faster way of computing is compared with.
//!
//! Weights are expanded by candle's own dequantisation. There is no cache, no batch and no
//! early exit; a text is read whole, and every position gives its logits.

use std::ops::Range;
use std::path::Path;

use candle_core::quantized::{GgmlDType, ggml_file::qtensor_from_ggml};
use candle_core::{DType, Device, Tensor};
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::{rope, rope_i};
use evenkeel::language::gguf::{Gguf, TensorType};

/// A network of the llama family (llama, qwen2, qwen3).
pub(crate) struct Reference {
    embedding: Tensor,
    layers: Vec<Layer>,
    final_norm: Tensor,
    output: Tensor,
    heads: usize,
    kv_heads: usize,
    head_size: usize,
    epsilon: f32,
    interleaved: bool,
    frequencies: Vec<f32>,
}

struct Layer {
    attention_norm: Tensor,
    query: Linear,
    key: Linear,
    value: Linear,
    query_norm: Option<Tensor>,
    key_norm: Option<Tensor>,
    out: Linear,
    feed_forward_norm: Tensor,
    gate: Linear,
    up: Linear,
    down: Linear,
}

struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    fn apply(&self, x: &Tensor) -> Tensor {
        let y = x.matmul(&self.weight.t().unwrap()).unwrap();
        match &self.bias {
            Some(bias) => y.broadcast_add(bias).unwrap(),
            None => y,
        }
    }
}

struct File<'a> {
    gguf: &'a Gguf<'a>,
    bytes: &'a [u8],
}

impl File<'_> {
    fn optional(&self, name: &str) -> Option<Tensor> {
        let info = self.gguf.tensor(name)?;
        let kind = match info.kind {
            TensorType::F32 => GgmlDType::F32,
            TensorType::F16 => GgmlDType::F16,
            TensorType::Bf16 => GgmlDType::BF16,
            TensorType::Q4_0 => GgmlDType::Q4_0,
            TensorType::Q4_1 => GgmlDType::Q4_1,
            TensorType::Q5_0 => GgmlDType::Q5_0,
            TensorType::Q5_1 => GgmlDType::Q5_1,
            TensorType::Q8_0 => GgmlDType::Q8_0,
            TensorType::Q2K => GgmlDType::Q2K,
            TensorType::Q3K => GgmlDType::Q3K,
            TensorType::Q4K => GgmlDType::Q4K,
            TensorType::Q5K => GgmlDType::Q5K,
            TensorType::Q6K => GgmlDType::Q6K,
        };
        let bytes = &self.bytes[info.bytes.clone()];
        let quantised = qtensor_from_ggml(kind, bytes, info.shape.clone(), &Device::Cpu).unwrap();
        Some(quantised.dequantize(&Device::Cpu).unwrap().to_dtype(DType::F32).unwrap())
    }

    fn tensor(&self, name: &str) -> Tensor {
        self.optional(name).unwrap_or_else(|| panic!("the tensor `{name}` is missing"))
    }

    fn layer(&self, i: usize) -> Layer {
        let tensor = |part: &str| self.tensor(&format!("blk.{i}.{part}.weight"));
        let optional = |part: &str| self.optional(&format!("blk.{i}.{part}"));
        let linear = |part: &str| Linear { weight: tensor(part), bias: optional(&format!("{part}.bias")) };
        Layer {
            attention_norm: tensor("attn_norm"),
            query: linear("attn_q"),
            key: linear("attn_k"),
            value: linear("attn_v"),
            query_norm: optional("attn_q_norm.weight"),
            key_norm: optional("attn_k_norm.weight"),
            out: linear("attn_output"),
            feed_forward_norm: tensor("ffn_norm"),
            gate: linear("ffn_gate"),
            up: linear("ffn_up"),
            down: linear("ffn_down"),
        }
    }
}

impl Reference {
    /// Reads a whole model and expands it: four bytes for every weight.
    pub(crate) fn load(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let gguf = Gguf::parse(&bytes).unwrap();
        let file = File { gguf: &gguf, bytes: &bytes };
        let architecture = gguf.text("general.architecture").unwrap();
        let key = |name: &str| format!("{architecture}.{name}");
        let number = |name: &str| gguf.unsigned(&key(name));
        let width = number("embedding_length").unwrap();
        let heads = number("attention.head_count").unwrap();
        let head_size = number("attention.key_length").unwrap_or(width / heads);
        let base = gguf.float(&key("rope.freq_base")).unwrap_or(10_000.0);
        let scale = match gguf.text(&key("rope.scaling.type")) {
            Ok("linear") => gguf.float(&key("rope.scaling.factor")).unwrap_or(1.0),
            _ => 1.0,
        };
        let factors = file.optional("rope_freqs.weight").map(|t| t.to_vec1::<f32>().unwrap());
        let frequency = |i: usize| {
            let angle = base.powf(-2.0 * i as f64 / head_size as f64) / scale;
            angle as f32 / factors.as_ref().map_or(1.0, |f| f[i])
        };
        let embedding = file.tensor("token_embd.weight");
        Self {
            output: file.optional("output.weight").unwrap_or_else(|| embedding.clone()),
            embedding,
            layers: (0..number("block_count").unwrap()).map(|i| file.layer(i)).collect(),
            final_norm: file.tensor("output_norm.weight"),
            heads,
            kv_heads: number("attention.head_count_kv").unwrap_or(heads),
            head_size,
            epsilon: gguf.float(&key("attention.layer_norm_rms_epsilon")).unwrap_or(1e-5) as f32,
            // llama.cpp's converter permutes the rows of llama models for interleaved pairs.
            interleaved: architecture == "llama",
            frequencies: (0..head_size / 2).map(frequency).collect(),
        }
    }

    /// Hidden states `(tokens, width)` of a text after the final norm.
    pub(crate) fn states(&self, tokens: &[u32]) -> Tensor {
        let n = tokens.len();
        let tokens = Tensor::from_slice(tokens, n, &Device::Cpu).unwrap();
        let angles = self.angles(n);
        let ahead: Vec<f32> =
            (0..n * n).map(|at| if at % n > at / n { f32::NEG_INFINITY } else { 0.0 }).collect();
        let mask = Tensor::from_vec(ahead, (n, n), &Device::Cpu).unwrap();
        let mut x = self.embedding.index_select(&tokens, 0).unwrap();
        for layer in &self.layers {
            x = (&x + self.attend(layer, &x, &angles, &mask)).unwrap();
            let normed = rms_norm(&x, &layer.feed_forward_norm, self.epsilon).unwrap();
            let opened = (silu(&layer.gate.apply(&normed)).unwrap() * layer.up.apply(&normed)).unwrap();
            x = (&x + layer.down.apply(&opened)).unwrap();
        }
        rms_norm(&x, &self.final_norm, self.epsilon).unwrap()
    }

    /// Logits of some rows of what [`Reference::states`] gave, one row after another.
    pub(crate) fn logits(&self, states: &Tensor, rows: Range<usize>) -> Vec<f32> {
        let chosen = states.narrow(0, rows.start, rows.len()).unwrap().contiguous().unwrap();
        let logits = chosen.matmul(&self.output.t().unwrap()).unwrap();
        logits.flatten_all().unwrap().to_vec1().unwrap()
    }

    /// Number of values in a row of logits.
    pub(crate) fn vocabulary(&self) -> usize {
        self.output.dim(0).unwrap()
    }

    /// Cosines and sines of the rotary position embedding, `(tokens, head size / 2)`.
    fn angles(&self, n: usize) -> (Tensor, Tensor) {
        let half = self.frequencies.len();
        let angles: Vec<f32> =
            (0..n).flat_map(|at| self.frequencies.iter().map(move |f| at as f32 * f)).collect();
        let angles = Tensor::from_vec(angles, (n, half), &Device::Cpu).unwrap();
        (angles.cos().unwrap(), angles.sin().unwrap())
    }

    fn attend(&self, layer: &Layer, x: &Tensor, (cos, sin): &(Tensor, Tensor), mask: &Tensor) -> Tensor {
        let n = x.dim(0).unwrap();
        let normed = rms_norm(x, &layer.attention_norm, self.epsilon).unwrap();
        // (tokens, heads · size) → (heads, tokens, size)
        let split = |y: Tensor, heads: usize, norm: Option<&Tensor>| {
            let y = y.reshape((n, heads, self.head_size)).unwrap();
            let y = norm.map_or(y.clone(), |norm| rms_norm(&y, norm, self.epsilon).unwrap());
            y.transpose(0, 1).unwrap().contiguous().unwrap()
        };
        let turn = |y: Tensor| {
            let y = y.unsqueeze(0).unwrap();
            let turned = if self.interleaved { rope_i(&y, cos, sin) } else { rope(&y, cos, sin) };
            turned.unwrap().squeeze(0).unwrap()
        };
        let q = turn(split(layer.query.apply(&normed), self.heads, layer.query_norm.as_ref()));
        let k = turn(split(layer.key.apply(&normed), self.kv_heads, layer.key_norm.as_ref()));
        let v = split(layer.value.apply(&normed), self.kv_heads, None);
        let group = self.heads / self.kv_heads;
        let scale = 1.0 / (self.head_size as f64).sqrt();
        let mixed: Vec<Tensor> = (0..self.heads)
            .map(|head| {
                let q = q.get(head).unwrap();
                let k = k.get(head / group).unwrap();
                let v = v.get(head / group).unwrap();
                let scores = (q.matmul(&k.t().unwrap()).unwrap() * scale).unwrap();
                let weights = softmax_last_dim(&(scores + mask).unwrap()).unwrap();
                weights.matmul(&v).unwrap()
            })
            .collect();
        layer.out.apply(&Tensor::cat(&mixed, 1).unwrap())
    }
}
