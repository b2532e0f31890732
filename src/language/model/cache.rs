//! What goes through the network, and what it remembers.

use crate::language::kernels::{KeyValues, Place};
use crate::language::tokenizer::Token;

/// What a token goes through the network for, which says how finely it has to be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::language) enum Purpose {
    /// Its own hidden states, which heads read: activations in 8 bits.
    States,
    /// Its keys and values, which later tokens see: what attention reads in 16 bits, the rest in 8.
    Context,
    /// The logits after it: 16 bits throughout.
    Logits,
}

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
    pub(in crate::language) purposes: Vec<Purpose>,
}

impl Batch {
    /// Adds a run of tokens to `branch`, the first at position `from`.
    pub(in crate::language) fn push(&mut self, branch: u32, from: usize, tokens: &[Token], purpose: Purpose) {
        for (i, token) in tokens.iter().enumerate() {
            self.tokens.push(*token);
            self.positions.push((from + i) as u32);
            self.branches.push(branch);
            self.purposes.push(purpose);
        }
    }

    /// Makes it empty, keeping its room.
    pub(in crate::language) fn clear(&mut self) {
        self.tokens.clear();
        self.positions.clear();
        self.branches.clear();
        self.purposes.clear();
    }
}

/// What one text brings to a pass: its next tokens, and the cache that they see and extend.
pub(in crate::language) struct Share<'a> {
    pub(in crate::language) batch: &'a Batch,
    pub(in crate::language) cache: &'a mut KvCache,
}

/// Keys and values of the tokens already read: of the shared prefix, and of each branch apart.
#[derive(Debug, Clone)]
pub(in crate::language) struct KvCache {
    layers: Vec<LayerCache>,
    /// Number of tokens in the prefix.
    prefix: usize,
    /// Number of tokens in each branch, from branch 1 on.
    tails: Vec<usize>,
    /// The places of the tokens of the present batch.
    pub(super) places: Vec<Place>,
}

/// One layer's part of a [`KvCache`].
#[derive(Debug, Clone)]
pub(super) struct LayerCache {
    pub(super) prefix: KeyValues,
    pub(super) tails: Vec<KeyValues>,
}

impl LayerCache {
    pub(super) fn push(&mut self, place: Place, key: &[f32], value: &[f32]) {
        match place.branch.checked_sub(1).and_then(|i| self.tails.get_mut(i)) {
            Some(tail) => tail.push(key, value),
            None => self.prefix.push(key, value),
        }
    }
}

impl KvCache {
    /// An empty cache of `layers` layers, each like `layer`.
    pub(super) fn new(layers: usize, layer: &KeyValues) -> Self {
        let layer = LayerCache { prefix: layer.clone(), tails: Vec::new() };
        Self { layers: vec![layer; layers], prefix: 0, tails: Vec::new(), places: Vec::new() }
    }

    /// Number of tokens in the prefix.
    pub(in crate::language) fn len(&self) -> usize {
        self.prefix
    }

    /// Makes room for a prefix of `prefix` tokens and for `branches` of `tail` tokens each, so
    /// that reading them allocates nothing.
    pub(in crate::language) fn reserve(&mut self, prefix: usize, branches: usize, tail: usize) {
        self.branch_out(branches);
        for layer in &mut self.layers {
            layer.prefix.reserve(prefix);
            layer.tails.iter_mut().for_each(|t| t.reserve(tail));
        }
    }

    /// Forgets all branches, and all but the first `tokens` of the prefix.
    pub(in crate::language) fn truncate(&mut self, tokens: usize) {
        self.prefix = self.prefix.min(tokens);
        self.tails.fill(0);
        for layer in &mut self.layers {
            layer.prefix.truncate(tokens);
            layer.tails.iter_mut().for_each(|t| t.truncate(0));
        }
    }

    pub(super) fn layer(&mut self, i: usize) -> Option<(&mut LayerCache, &[Place])> {
        Some((self.layers.get_mut(i)?, &self.places))
    }

    /// Takes note of tokens whose keys and values follow, layer by layer.
    pub(super) fn announce(&mut self, branches: &[u32]) {
        self.branch_out(branches.iter().copied().max().unwrap_or(0) as usize);
        self.places.clear();
        for branch in branches {
            let branch = *branch as usize;
            let count = match branch.checked_sub(1) {
                Some(tail) => &mut self.tails[tail],
                None => &mut self.prefix,
            };
            self.places.push(Place { branch, index: *count });
            *count += 1;
        }
    }

    /// Sees to it that there are so many branches.
    fn branch_out(&mut self, branches: usize) {
        if branches > self.tails.len() {
            self.tails.resize(branches, 0);
            for layer in &mut self.layers {
                let empty = layer.prefix.like();
                layer.tails.resize(branches, empty);
            }
        }
    }
}
