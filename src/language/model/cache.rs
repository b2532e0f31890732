//! What goes through the network, and what it remembers.

use crate::language::kernels::KeyValues;
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

    /// Makes it empty, keeping its room.
    pub(in crate::language) fn clear(&mut self) {
        self.tokens.clear();
        self.positions.clear();
        self.branches.clear();
    }
}

/// Keys and values of the tokens already read.
#[derive(Debug, Clone, Default)]
pub(in crate::language) struct KvCache {
    pub(super) layers: Vec<KeyValues>,
    /// The branch of each token.
    pub(super) branches: Vec<u32>,
    /// How many tokens of branch 0 stand before the first of another.
    pub(super) shared: usize,
}

impl KvCache {
    /// Number of tokens.
    pub(in crate::language) fn len(&self) -> usize {
        self.branches.len()
    }

    /// Makes room for so many tokens in all, so that reading them allocates nothing.
    pub(in crate::language) fn reserve(&mut self, tokens: usize) {
        self.branches.reserve_exact(tokens.saturating_sub(self.branches.len()));
        self.layers.iter_mut().for_each(|layer| layer.reserve(tokens));
    }

    /// Forgets all but the first `tokens`.
    pub(in crate::language) fn truncate(&mut self, tokens: usize) {
        self.branches.truncate(tokens);
        self.shared = self.shared.min(tokens);
        self.layers.iter_mut().for_each(|layer| layer.truncate(tokens));
    }

    /// Takes note of tokens whose keys and values follow, layer by layer.
    pub(super) fn announce(&mut self, branches: &[u32]) {
        if self.shared == self.branches.len() {
            self.shared += branches.iter().take_while(|b| **b == 0).count();
        }
        self.branches.extend_from_slice(branches);
    }
}
