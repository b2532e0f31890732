//! The decoder-only transformer of the llama family (llama, qwen2, qwen3), on packed weights.

use super::shape::Shape;
use super::{Batch, KvCache, ModelError, Purpose, Share, Weights};
use crate::language::gguf::Gguf;
use crate::language::kernels::{
    Activations, Attention, Disjoint, Instructions, Isa, KeyValues, Matrix, Memory, Pool, Precision, Product,
    gated_silu, multiply, rms_norm, rotate,
};

pub(in crate::language) struct Transformer {
    shape: Shape,
    embedding: Matrix,
    layers: Vec<Layer>,
    final_norm: Vec<f32>,
    /// The output matrix; the embedding serves where there is none.
    output: Option<Matrix>,
    /// Angle by which each pair of a head's dimensions turns from one position to the next.
    frequencies: Vec<f64>,
    /// What the matrices lie in.
    memory: Memory,
    isa: Isa,
    pool: Pool,
    room: Room,
}

struct Layer {
    attention_norm: Vec<f32>,
    query: Linear,
    key: Linear,
    value: Linear,
    query_norm: Option<Vec<f32>>,
    key_norm: Option<Vec<f32>>,
    attention_out: Linear,
    feed_forward_norm: Vec<f32>,
    gate: Linear,
    up: Linear,
    down: Linear,
}

struct Linear {
    weight: Matrix,
    bias: Option<Vec<f32>>,
}

/// What a pass works in; kept, so that a token allocates next to nothing.
#[derive(Default)]
struct Room {
    /// Hidden states, `tokens × width`.
    x: Vec<f32>,
    /// What each token is computed for.
    purposes: Vec<Purpose>,
    activations: Activations,
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    mixed: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    cos: Vec<f32>,
    sin: Vec<f32>,
    logits: Vec<f32>,
}

impl Transformer {
    /// Loads a network and packs its weights on the threads of `pool`, which it then computes with.
    pub(in crate::language) fn load(
        gguf: &Gguf<'_>,
        bytes: &[u8],
        architecture: &str,
        (pool, isa): (Pool, Isa),
    ) -> Result<Self, ModelError> {
        let mut weights = Weights { gguf, bytes, pool: &pool, memory: Memory::default() };
        let shape = Shape::read(gguf, architecture)?;
        let depth = super::depth(gguf, architecture)?;
        let layers =
            (0..depth).map(|i| Layer::load(&mut weights, &shape, i)).collect::<Result<Vec<_>, _>>()?;
        let mut whole = |name| weights.matrix(name, shape.vocabulary, shape.width, &|r| r);
        let embedding = whole("token_embd.weight")?;
        let output = gguf.tensor("output.weight").map(|_| whole("output.weight")).transpose()?;
        let final_norm = weights.vector("output_norm.weight", shape.width)?;
        let frequencies = shape.frequencies(&weights)?;
        Ok(Self {
            shape,
            embedding,
            layers,
            final_norm,
            output,
            frequencies,
            memory: weights.memory,
            isa,
            pool,
            room: Room::default(),
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

    /// The instructions it computes with.
    pub(in crate::language) fn instructions(&self) -> Instructions {
        self.isa.instructions()
    }

    /// Number of pieces in the vocabulary.
    pub(in crate::language) fn vocabulary(&self) -> usize {
        self.shape.vocabulary
    }

    /// An empty cache of this network's shape.
    pub(in crate::language) fn cache(&self) -> KvCache {
        // Where keys have biases, these are large beside what tells the keys apart: rounding to half
        // precision would lose it.
        let single = self.layers.iter().any(|layer| layer.key.bias.is_some());
        let layer = KeyValues::new(self.shape.kv_heads, self.shape.head_size, single);
        KvCache::new(self.layers.len(), &layer)
    }

    /// Runs a batch through all layers; [`Transformer::logits`] then reads its states. `cache`
    /// holds what was read before and is extended by this batch; after an error it is of no use.
    pub(in crate::language) fn forward(
        &mut self,
        batch: &Batch,
        cache: &mut KvCache,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), ModelError> {
        self.tap(batch, cache, &[self.depth()], cancelled, &mut |_, _| {})
    }

    /// The same for several texts in one pass over the weights. Their tokens are numbered one
    /// share after another.
    pub(in crate::language) fn forward_together(
        &mut self,
        shares: &mut [Share<'_>],
    ) -> Result<(), ModelError> {
        self.run(shares, &[self.depth()], &|| false, &mut |_, _| {})
    }

    /// Hands the hidden states `(tokens, width)` after each of the `depths`, which must rise, to
    /// `take`, with the number of the depth; the layers above the last are not run (early exit).
    pub(in crate::language) fn tap(
        &mut self,
        batch: &Batch,
        cache: &mut KvCache,
        depths: &[usize],
        cancelled: &dyn Fn() -> bool,
        take: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), ModelError> {
        self.run(&mut [Share { batch, cache }], depths, cancelled, take)
    }

    fn run(
        &mut self,
        shares: &mut [Share<'_>],
        depths: &[usize],
        cancelled: &dyn Fn() -> bool,
        take: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), ModelError> {
        let width = self.shape.width;
        self.room.turn(shares.iter().flat_map(|s| &s.batch.positions), &self.frequencies);
        self.room.purposes.clear();
        self.room.purposes.extend(shares.iter().flat_map(|s| &s.batch.purposes));
        self.room.x.resize(shares.iter().map(|s| s.batch.tokens.len()).sum::<usize>() * width, 0.0);
        let tokens = shares.iter().flat_map(|s| &s.batch.tokens);
        for (token, x) in tokens.zip(self.room.x.chunks_exact_mut(width)) {
            self.embedding.row(&self.memory, (*token as usize).min(self.shape.vocabulary - 1), x);
        }
        for Share { batch, cache } in &mut *shares {
            cache.announce(&batch.branches);
        }
        let deepest = depths.last().copied().unwrap_or(0);
        for (i, layer) in self.layers.iter().take(deepest).enumerate() {
            if cancelled() {
                return Err(ModelError::Cancelled);
            }
            let pass = Pass { shape: &self.shape, isa: self.isa, pool: &self.pool, memory: &self.memory };
            pass.attend(layer, &mut self.room, shares, i);
            pass.feed_forward(layer, &mut self.room);
            if let Some(number) = depths.iter().position(|d| *d == i + 1) {
                take(number, &self.room.x);
            }
        }
        Ok(())
    }

    /// Logits `(rows, vocabulary)` after the given tokens of the last batch.
    pub(in crate::language) fn logits(&mut self, rows: &[usize]) -> &[f32] {
        let Self { shape, room, isa, pool, memory, .. } = self;
        let to = room.activations.reset(shape.width, rows.iter().map(|_| Precision::Words));
        for (t, row) in rows.iter().enumerate() {
            let x = &room.x[row * shape.width..][..shape.width];
            // SAFETY: only this thread writes.
            unsafe {
                to.write(*isa, t, |out| rms_norm(*isa, x, &self.final_norm, shape.norm_epsilon, out));
            }
        }
        room.logits.resize(rows.len() * shape.vocabulary, 0.0);
        let matrix = self.output.as_ref().unwrap_or(&self.embedding);
        let product = Product { matrix, out: &mut room.logits, add: false };
        multiply((pool, *isa, memory), &room.activations, [product]);
        &self.room.logits
    }
}

impl Layer {
    fn load(weights: &mut Weights<'_>, shape: &Shape, i: usize) -> Result<Self, ModelError> {
        let name = |part: &str| format!("blk.{i}.{part}.weight");
        let as_it_is = |r| r;
        let by_halves = |r| shape.row_before_turning(r);
        let mut linear =
            |part: &str, rows: usize, columns: usize, turned: bool| -> Result<Linear, ModelError> {
                let order: &(dyn Fn(usize) -> usize + Sync) = if turned { &by_halves } else { &as_it_is };
                let bias = weights.optional_vector(&format!("blk.{i}.{part}.bias"), rows)?;
                Ok(Linear {
                    weight: weights.matrix(&name(part), rows, columns, order)?,
                    bias: bias.map(|b| (0..rows).map(|r| b[order(r)]).collect()),
                })
            };
        let (width, inner) = (shape.width, shape.feed_forward);
        let (all, kv) = (shape.heads * shape.head_size, shape.kv_heads * shape.head_size);
        let query = linear("attn_q", all, width, true)?;
        let key = linear("attn_k", kv, width, true)?;
        let value = linear("attn_v", kv, width, false)?;
        let attention_out = linear("attn_output", width, all, false)?;
        let gate = linear("ffn_gate", inner, width, false)?;
        let up = linear("ffn_up", inner, width, false)?;
        let down = linear("ffn_down", width, inner, false)?;
        Ok(Self {
            attention_norm: weights.vector(&name("attn_norm"), width)?,
            query,
            key,
            value,
            query_norm: weights.optional_vector(&name("attn_q_norm"), shape.head_size)?,
            key_norm: weights.optional_vector(&name("attn_k_norm"), shape.head_size)?,
            attention_out,
            feed_forward_norm: weights.vector(&name("ffn_norm"), width)?,
            gate,
            up,
            down,
        })
    }
}

impl Linear {
    /// The product with activations, written to `out` or added to it.
    fn product<'a>(&'a self, tokens: usize, out: &'a mut Vec<f32>, add: bool) -> Product<'a> {
        if !add {
            out.resize(tokens * self.weight.rows(), 0.0);
        }
        Product { matrix: &self.weight, out, add }
    }

    fn add_bias(&self, rows: &mut [f32]) {
        if let Some(bias) = &self.bias {
            for row in rows.chunks_exact_mut(bias.len()) {
                row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
            }
        }
    }
}

/// What every step of a pass needs.
#[derive(Clone, Copy)]
struct Pass<'a> {
    shape: &'a Shape,
    isa: Isa,
    pool: &'a Pool,
    memory: &'a Memory,
}

/// What the activations of a product come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Site {
    /// The hidden states that attention reads: an error here turns what is looked at.
    Attention,
    /// Anything else.
    Other,
}

impl Site {
    /// How finely the activations of a token are rounded here. Of the measured ways to read a prompt,
    /// this is the cheapest by which the likeliest next token stays that of `f32` in 99 of 100
    /// places.
    fn precision(self, purpose: Purpose) -> Precision {
        match (purpose, self) {
            (Purpose::Logits, _) | (Purpose::Context, Self::Attention) => Precision::Words,
            (Purpose::Context, Self::Other) | (Purpose::States, _) => Precision::Bytes,
        }
    }
}

impl Pass<'_> {
    fn tokens(self, room: &Room) -> usize {
        room.x.len() / self.shape.width
    }

    /// Quantises rows that `fill` writes, one for each purpose.
    fn quantise(
        self,
        to: &mut Activations,
        (purposes, site): (&[Purpose], Site),
        columns: usize,
        fill: &(dyn Fn(usize, &mut [f32]) + Sync),
    ) {
        let tokens = purposes.len();
        let rows = to.reset(columns, purposes.iter().map(|purpose| site.precision(*purpose)));
        self.pool.split(tokens, tokens.div_ceil(self.pool.threads() * 4), &|t| {
            // SAFETY: each token is one part, done by one thread.
            unsafe { rows.write(self.isa, t, |row| fill(t, row)) };
        });
    }

    fn normalise(self, room: &mut Room, site: Site, weight: &[f32]) {
        let width = self.shape.width;
        let Room { x, activations, purposes, .. } = room;
        self.quantise(activations, (purposes, site), width, &|t, out| {
            rms_norm(self.isa, &x[t * width..][..width], weight, self.shape.norm_epsilon, out);
        });
    }

    /// Adds attention of each share over its past and its batch to the hidden states, and the
    /// batch's keys and values to the past: those of layer `i`, which `layer` is.
    fn attend(self, layer: &Layer, room: &mut Room, shares: &mut [Share<'_>], i: usize) {
        let Self { shape, isa, pool, memory, .. } = self;
        let n = self.tokens(room);
        self.normalise(room, Site::Attention, &layer.attention_norm);
        let Room { x, activations, purposes, query, key, value, mixed, cos, sin, .. } = room;
        multiply(
            (pool, isa, memory),
            activations,
            [
                layer.query.product(n, query, false),
                layer.key.product(n, key, false),
                layer.value.product(n, value, false),
            ],
        );
        layer.query.add_bias(query);
        layer.key.add_bias(key);
        layer.value.add_bias(value);
        let scale = 1.0 / (shape.head_size as f32).sqrt();
        self.turn(query, layer.query_norm.as_deref(), (cos, sin), shape.heads, scale);
        self.turn(key, layer.key_norm.as_deref(), (cos, sin), shape.kv_heads, 1.0);
        let kv = shape.kv_heads * shape.head_size;
        let columns = shape.heads * shape.head_size;
        mixed.resize(n * columns, 0.0);
        let mut new = key.chunks_exact(kv).zip(value.chunks_exact(kv));
        let (mut queries, mut out) = (&query[..], &mut mixed[..]);
        let mut attentions = Vec::with_capacity(shares.len());
        for (past, places) in shares.iter_mut().filter_map(|share| share.cache.layer(i)) {
            for (place, (key, value)) in places.iter().zip(&mut new) {
                past.push(*place, key, value);
            }
            let (prefix, tails) = (&past.prefix, &past.tails[..]);
            let (of_share, rest) = queries.split_at(places.len() * columns);
            queries = rest;
            let (to, rest) = out.split_at_mut(places.len() * columns);
            out = rest;
            let (queries, out) = (of_share, Disjoint::new(to));
            attentions.push(Attention { prefix, tails, queries, heads: shape.heads, places, out });
        }
        pool.split(attentions.iter().map(Attention::parts).sum(), 1, &|mut part| {
            for attention in &attentions {
                if part < attention.parts() {
                    return attention.run(isa, part);
                }
                part -= attention.parts();
            }
        });
        self.quantise(activations, (purposes, Site::Other), columns, &|t, out| {
            out.copy_from_slice(&mixed[t * columns..][..columns]);
        });
        multiply((pool, isa, memory), activations, [layer.attention_out.product(n, x, true)]);
        layer.attention_out.add_bias(x);
    }

    /// Norms each head where the model does so, and turns it to its token's position.
    fn turn(
        self,
        rows: &mut [f32],
        norm: Option<&[f32]>,
        angles: (&[f32], &[f32]),
        heads: usize,
        scale: f32,
    ) {
        let (size, half) = (self.shape.head_size, self.shape.head_size / 2);
        let tokens = rows.len() / (heads * size);
        let rows = Disjoint::new(rows);
        self.pool.split(tokens, tokens.div_ceil(self.pool.threads() * 4), &|t| {
            let (cos, sin) = (&angles.0[t * half..][..half], &angles.1[t * half..][..half]);
            for head in t * heads..(t + 1) * heads {
                // SAFETY: each head of each token is touched by its token's part alone.
                let x = unsafe { rows.slice(head * size..(head + 1) * size) };
                if let Some(norm) = norm {
                    let mut normed = [0.0; crate::language::kernels::LARGEST_HEAD];
                    let normed = &mut normed[..size];
                    rms_norm(self.isa, x, norm, self.shape.norm_epsilon, normed);
                    x.copy_from_slice(normed);
                }
                rotate(self.isa, x, cos, sin, scale);
            }
        });
    }

    /// Adds the gated feed-forward network to the hidden states.
    fn feed_forward(self, layer: &Layer, room: &mut Room) {
        let Self { shape, isa, pool, memory, .. } = self;
        let n = self.tokens(room);
        self.normalise(room, Site::Other, &layer.feed_forward_norm);
        let Room { x, activations, purposes, gate, up, .. } = room;
        let products = [layer.gate.product(n, gate, false), layer.up.product(n, up, false)];
        multiply((pool, isa, memory), activations, products);
        layer.gate.add_bias(gate);
        layer.up.add_bias(up);
        let inner = shape.feed_forward;
        self.quantise(activations, (purposes, Site::Other), inner, &|t, out| {
            gated_silu(isa, &gate[t * inner..][..inner], &up[t * inner..][..inner], out);
        });
        multiply((pool, isa, memory), activations, [layer.down.product(n, x, true)]);
        layer.down.add_bias(x);
    }
}

impl Room {
    /// Cosines and sines of every pair's angle at each position.
    fn turn<'a>(&mut self, positions: impl Iterator<Item = &'a u32>, frequencies: &[f64]) {
        let (cos, sin) = (&mut self.cos, &mut self.sin);
        cos.clear();
        sin.clear();
        for position in positions {
            for frequency in frequencies {
                let (s, c) = (f64::from(*position) * frequency).sin_cos();
                cos.push(c as f32);
                sin.push(s as f32);
            }
        }
    }
}

/// Log-probabilities of one row of logits.
pub(in crate::language) fn log_softmax(logits: &[f32]) -> impl Fn(usize) -> f32 + '_ {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f64 = logits.iter().map(|x| f64::from((x - highest).exp())).sum();
    let shift = highest + total.ln() as f32;
    move |i| logits.get(i).map_or(f32::NEG_INFINITY, |x| x - shift)
}
