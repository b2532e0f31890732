//! Hidden states of texts.

use std::ops::Range;

use super::schedule::Reading;
use super::{Done, PASS, fits};
use crate::language::LanguageError;
use crate::language::model::{Batch, KvCache, Purpose, Transformer};
use crate::language::prefixes::Prefixes;
use crate::language::tokenizer::Token;

/// Hidden states of one text.
#[derive(Clone, Default)]
pub struct States {
    width: usize,
    values: Vec<f32>,
}

impl States {
    /// Size of one state.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The states one after another.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width.max(1))
    }

    /// The mean state of some tokens; zeros if the range is empty.
    #[must_use]
    pub fn mean(&self, tokens: Range<usize>) -> Vec<f32> {
        let mut mean = vec![0.0; self.width];
        let count = tokens.len().max(1) as f32;
        for row in self.rows().skip(tokens.start).take(tokens.len()) {
            for (sum, value) in mean.iter_mut().zip(row) {
                *sum += value / count;
            }
        }
        mean
    }
}

/// Texts being read for their states after some layers, each after the same prefix.
pub(super) struct StatesOf {
    prefix: Vec<Token>,
    texts: Vec<Vec<Token>>,
    depths: Vec<usize>,
    /// Of the texts read to their end, for each its states after each of the depths.
    read: Vec<Vec<States>>,
    cache: KvCache,
    batch: Batch,
    /// What was read since, for each depth.
    values: Vec<Vec<f32>>,
}

impl StatesOf {
    pub(super) fn new(
        network: &Transformer,
        prefix: Vec<Token>,
        texts: Vec<Vec<Token>>,
        depths: Vec<usize>,
    ) -> Result<Self, LanguageError> {
        texts.iter().try_for_each(|text| fits(prefix.len() + text.len(), network.context()))?;
        if !depths.is_sorted_by(|a, b| a < b) || depths.iter().any(|d| !(1..=network.depth()).contains(d)) {
            return Err(LanguageError::Unsupported("states of those layers"));
        }
        let read = Vec::with_capacity(texts.len());
        let values = vec![Vec::new(); depths.len()];
        let mut cache = network.cache();
        cache.reserve(prefix.len(), 0, 0);
        Ok(Self { prefix, texts, depths, read, cache, batch: Batch::default(), values })
    }

    /// Puts a part of the prefix or of a long text into the batch, or as many short texts as fit,
    /// each in a branch of its own; says how many texts then are read to their end.
    fn fill(&mut self) -> usize {
        self.batch.clear();
        let texts = &self.texts[self.read.len()..];
        let (before, from) = (self.prefix.len(), self.cache.len());
        if from < before {
            self.batch.push(0, from, &self.prefix[from..before.min(from + PASS)], Purpose::States);
            return 0;
        }
        match texts.first() {
            Some(text) if text.len() > PASS => {
                self.cache.reserve(before + text.len(), 0, 0);
                let part = &text[from - before..text.len().min(from - before + PASS)];
                self.batch.push(0, from, part, Purpose::States);
                usize::from(from - before + part.len() == text.len())
            }
            _ => {
                let mut branches = 0;
                for text in texts.iter().take_while(|text| text.len() <= PASS) {
                    if self.batch.tokens.len() + text.len() > PASS {
                        break;
                    }
                    branches += 1;
                    self.batch.push(branches, before, text, Purpose::States);
                }
                branches as usize
            }
        }
    }
}

impl Reading for StatesOf {
    fn tokens(&self) -> usize {
        self.prefix.len() + self.texts.iter().map(Vec::len).max().unwrap_or(0).max(PASS)
    }

    fn pass(
        &mut self,
        network: &mut Transformer,
        _: &mut Prefixes,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Done>, LanguageError> {
        let of_prefix = self.cache.len() < self.prefix.len();
        let ended = self.fill();
        let Self { prefix, texts, depths, read, cache, batch, values } = self;
        if !batch.tokens.is_empty() {
            let keep = &mut |depth: usize, states: &[f32]| {
                if !of_prefix {
                    values[depth].extend_from_slice(states);
                }
            };
            network.tap(batch, cache, depths, cancelled, keep)?;
        }
        if ended > 0 {
            let width = network.width();
            let mut first = 0;
            for text in &texts[read.len()..][..ended] {
                let part = first..first + text.len() * width;
                read.push(
                    values.iter().map(|v| States { width, values: v[part.clone()].to_vec() }).collect(),
                );
                first = part.end;
            }
            values.iter_mut().for_each(Vec::clear);
            cache.truncate(prefix.len());
        }
        Ok((read.len() == texts.len()).then(|| Done::States(std::mem::take(read))))
    }
}
