//! Reading a prompt, part by part.

use crate::language::LanguageError;
use crate::language::chat::PromptTokens;
use crate::language::model::{Batch, KvCache, Purpose};
use crate::language::prefixes::Prefixes;
use crate::language::tokenizer::Token;

/// A prompt and what has been read of it. Its constant part comes from memory if it has been
/// read before.
pub(super) struct Prompt {
    tokens: Vec<Token>,
    constant: usize,
    pub(super) cache: KvCache,
}

impl Prompt {
    pub(super) fn new(prompt: PromptTokens, empty: KvCache) -> Result<Self, LanguageError> {
        let PromptTokens { tokens, constant } = prompt;
        // The last token is always read, since the logits after it are wanted.
        let most = tokens.len().checked_sub(1).ok_or(LanguageError::Failed)?;
        Ok(Self { tokens, constant: constant.min(most), cache: empty })
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn is_read(&self) -> bool {
        self.cache.len() == self.tokens.len()
    }

    /// Adds the tokens to read next, `most` at most, to a batch, and says how many they are. The
    /// cache gets room for the whole prompt and for `branches` of `more` tokens each.
    pub(super) fn next(
        &mut self,
        known: &mut Prefixes,
        (branches, more): (usize, usize),
        most: usize,
        batch: &mut Batch,
    ) -> usize {
        if self.cache.len() == 0 {
            self.cache = known.recall(&self.tokens[..self.constant]);
            self.cache.reserve(self.tokens.len(), branches, more);
        }
        let from = self.cache.len();
        let end = if from < self.constant { self.constant } else { self.tokens.len() };
        let end = end.min(from + most);
        let last = self.tokens.len() - 1;
        batch.push(0, from, &self.tokens[from..end.min(last)], Purpose::Context);
        if end > last {
            batch.push(0, last, &self.tokens[last..], Purpose::Logits);
        }
        end - from
    }

    /// Remembers the constant part if it has just been read.
    pub(super) fn keep(&self, known: &mut Prefixes) {
        if self.cache.len() == self.constant {
            known.keep(&self.tokens[..self.constant], &self.cache);
        }
    }
}
