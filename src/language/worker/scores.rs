//! How likely continuations of a prefix are.

use super::prompt::Prompt;
use super::schedule::Reading;
use super::{Done, LOGIT_ROWS, PASS, fits};
use crate::language::LanguageError;
use crate::language::chat::PromptTokens;
use crate::language::model::{Batch, Purpose, Transformer, log_softmax};
use crate::language::prefixes::Prefixes;
use crate::language::tokenizer::Token;

/// How likely the model finds a continuation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogProbability {
    /// Natural logarithm of the probability of all its tokens.
    pub sum: f64,
    /// Number of its tokens.
    pub tokens: usize,
}

/// The number of tokens that reading a prefix and its continuations holds at once.
pub(super) fn tokens(prefix: usize, continuations: &[Vec<Token>]) -> usize {
    prefix + continuations.iter().map(Vec::len).max().unwrap_or(0)
}

/// Continuations being scored, in as few passes as fit.
pub(super) struct Scoring {
    prefix: Prompt,
    continuations: Vec<Vec<Token>>,
    scores: Vec<LogProbability>,
    /// The first continuation that was not read.
    next: usize,
    batch: Batch,
}

impl Scoring {
    pub(super) fn new(
        network: &Transformer,
        prefix: PromptTokens,
        continuations: Vec<Vec<Token>>,
    ) -> Result<Self, LanguageError> {
        fits(tokens(prefix.tokens.len(), &continuations), network.context())?;
        let prefix = Prompt::new(prefix, network.cache())?;
        let scores = continuations.iter().map(|c| LogProbability { sum: 0.0, tokens: c.len() }).collect();
        Ok(Self { prefix, continuations, scores, next: 0, batch: Batch::default() })
    }

    fn read_prefix(
        &mut self,
        network: &mut Transformer,
        known: &mut Prefixes,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), LanguageError> {
        self.prefix.next(known, (0, 0), PASS, &mut self.batch);
        network.forward(&self.batch, &mut self.prefix.cache, cancelled)?;
        self.prefix.keep(known);
        if self.prefix.is_read() {
            let after = log_softmax(network.logits(&[self.batch.tokens.len() - 1]));
            for (score, continuation) in self.scores.iter_mut().zip(&self.continuations) {
                score.sum = continuation.first().map_or(0.0, |t| f64::from(after(*t as usize)));
            }
        }
        Ok(())
    }

    /// Reads as many continuations as fit into a pass, each in a branch of its own.
    fn read_continuations(
        &mut self,
        network: &mut Transformer,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), LanguageError> {
        let mut rows = Vec::new();
        let mut branch = 0;
        while let Some(continuation) = self.continuations.get(self.next) {
            // Its last token predicts nothing that is asked for.
            let read = &continuation[..continuation.len().saturating_sub(1)];
            if !self.batch.tokens.is_empty() && self.batch.tokens.len() + read.len() > PASS {
                break;
            }
            if !read.is_empty() {
                branch += 1;
                self.batch.push(branch, self.prefix.len(), read, Purpose::Logits);
                rows.extend(continuation[1..].iter().map(|following| (self.next, *following)));
            }
            self.next += 1;
        }
        if rows.is_empty() {
            return Ok(());
        }
        network.forward(&self.batch, &mut self.prefix.cache, cancelled)?;
        self.prefix.cache.truncate(self.prefix.len());
        let vocabulary = network.vocabulary();
        for (chunk, targets) in rows.chunks(LOGIT_ROWS).enumerate() {
            if cancelled() {
                return Err(LanguageError::Cancelled);
            }
            let from = chunk * LOGIT_ROWS;
            let numbers: Vec<usize> = (from..from + targets.len()).collect();
            let logits = network.logits(&numbers);
            for ((i, following), row) in targets.iter().zip(logits.chunks_exact(vocabulary)) {
                self.scores[*i].sum += f64::from(log_softmax(row)(*following as usize));
            }
        }
        Ok(())
    }
}

impl Reading for Scoring {
    fn tokens(&self) -> usize {
        tokens(self.prefix.len(), &self.continuations).max(self.prefix.len() + PASS)
    }

    fn pass(
        &mut self,
        network: &mut Transformer,
        known: &mut Prefixes,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Done>, LanguageError> {
        self.batch.clear();
        if self.prefix.is_read() {
            self.read_continuations(network, cancelled)?;
        } else {
            self.read_prefix(network, known, cancelled)?;
        }
        let done = self.prefix.is_read() && self.continuations[self.next..].iter().all(|c| c.len() < 2);
        Ok(done.then(|| Done::Scores(std::mem::take(&mut self.scores))))
    }
}
