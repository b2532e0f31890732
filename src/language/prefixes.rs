//! The constant parts of prompts, read once and remembered.

use super::model::{KvCache, Transformer};
use super::tokenizer::Token;

/// Prefixes that are remembered: more than the program has prompts.
const MOST: usize = 8;
/// Tokens below which a prefix is not worth a place.
const LEAST: usize = 8;

/// Keys and values of the prefixes read so far, the latest used last. They hold nothing that a
/// person wrote: see [`super::PromptTokens::constant`].
pub(super) struct Prefixes {
    empty: KvCache,
    known: Vec<(Vec<Token>, KvCache)>,
}

impl Prefixes {
    pub(super) fn new(network: &Transformer) -> Self {
        Self { empty: network.cache(), known: Vec::new() }
    }

    /// The cache of a prefix, or an empty one if it is not known.
    pub(super) fn recall(&mut self, prefix: &[Token]) -> KvCache {
        let Some(at) = self.known.iter().position(|(tokens, _)| tokens == prefix) else {
            return self.empty.clone();
        };
        self.known[at..].rotate_left(1);
        self.known.last().map_or_else(|| self.empty.clone(), |(_, cache)| cache.clone())
    }

    /// Remembers a prefix just read.
    pub(super) fn keep(&mut self, prefix: &[Token], cache: &KvCache) {
        let is_known = self.known.iter().any(|(tokens, _)| tokens == prefix);
        if is_known || prefix.len() < LEAST || cache.len() != prefix.len() {
            return;
        }
        if self.known.len() == MOST {
            self.known.remove(0);
        }
        self.known.push((prefix.to_vec(), cache.clone()));
    }
}
