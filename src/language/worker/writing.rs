//! Texts being written.

use std::ops::Range;

use tokio::sync::mpsc;

use super::fits;
use super::prompt::Prompt;
use crate::language::LanguageError;
use crate::language::chat::PromptTokens;
use crate::language::model::{Batch, Purpose, Share, Transformer};
use crate::language::prefixes::Prefixes;
use crate::language::sampling::{Sampler, Sampling};
use crate::language::tokenizer::{Token, Tokenizer};

/// A piece of generated text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Generated {
    /// More of a candidate.
    Text {
        /// Which candidate, from 0.
        candidate: usize,
        /// Whole characters.
        text: String,
    },
    /// A candidate is complete.
    End {
        /// Which candidate, from 0.
        candidate: usize,
        /// Whether it ended by itself; if not, the limit cut it.
        complete: bool,
    },
}

/// One text being written.
pub(super) struct Candidate {
    number: usize,
    sampler: Sampler,
    tokens: Vec<Token>,
    /// Bytes of the decoded text that were already sent.
    sent: usize,
}

impl Candidate {
    pub(super) fn new(sampling: &Sampling, number: usize) -> Self {
        Self { number, sampler: Sampler::new(sampling, number), tokens: Vec::new(), sent: 0 }
    }

    /// The last token and its place in the text.
    pub(super) fn last(&self) -> Option<(usize, Token)> {
        self.tokens.last().map(|token| (self.tokens.len() - 1, *token))
    }

    /// Draws one token and sends the text it completes; says whether the candidate goes on.
    pub(super) fn draw(
        &mut self,
        logits: &[f32],
        limit: usize,
        tokenizer: &Tokenizer,
        to: &mpsc::UnboundedSender<Generated>,
    ) -> Result<bool, LanguageError> {
        let token = self.sampler.next(logits);
        let complete = tokenizer.is_end(token);
        if !complete {
            self.tokens.push(token);
        }
        let ended = complete || self.tokens.len() >= limit;
        let text = tokenizer.decode(&self.tokens);
        // A character of several bytes may still lack some: it is sent when whole.
        let whole = if ended { text.len() } else { text.trim_end_matches('\u{fffd}').len() };
        let send = |piece| to.send(piece).map_err(|_| LanguageError::Cancelled);
        if let Some(new) = text.get(self.sent..whole).filter(|new| !new.is_empty()) {
            send(Generated::Text { candidate: self.number, text: new.to_owned() })?;
            self.sent = whole;
        }
        if ended {
            send(Generated::End { candidate: self.number, complete })?;
        }
        Ok(!ended)
    }
}

/// The candidates of one request, written side by side after a prompt.
pub(super) struct Writing {
    prompt: Prompt,
    sampling: Sampling,
    /// Those that are not complete.
    candidates: Vec<Candidate>,
    to: mpsc::UnboundedSender<Generated>,
    /// What it brings to the present pass.
    batch: Batch,
}

impl Writing {
    pub(super) fn new(
        network: &Transformer,
        prompt: PromptTokens,
        sampling: Sampling,
        to: mpsc::UnboundedSender<Generated>,
    ) -> Result<Self, LanguageError> {
        fits(prompt.tokens.len() + sampling.max_tokens, network.context())?;
        let prompt = Prompt::new(prompt, network.cache())?;
        let candidates = (0..sampling.candidates).map(|i| Candidate::new(&sampling, i)).collect();
        Ok(Self { prompt, sampling, candidates, to, batch: Batch::default() })
    }

    /// Tokens whose keys and values it holds in the end.
    pub(super) fn tokens(&self) -> usize {
        self.prompt.len() + self.sampling.candidates * self.sampling.max_tokens
    }

    /// Number of texts that it writes.
    pub(super) fn texts(&self) -> usize {
        self.sampling.candidates
    }

    /// Whether its prompt is read, so that each pass gives it a token.
    pub(super) fn has_begun(&self) -> bool {
        self.prompt.is_read()
    }

    /// Puts together what goes through the next pass: a part of the prompt, for which `room`
    /// tokens are left, or the last token of each candidate.
    pub(super) fn prepare(&mut self, known: &mut Prefixes, room: &mut usize) {
        self.batch.clear();
        if self.prompt.is_read() {
            for candidate in &self.candidates {
                let Some((at, token)) = candidate.last() else { continue };
                self.batch.push(
                    candidate.number as u32 + 1,
                    self.prompt.len() + at,
                    &[token],
                    Purpose::Logits,
                );
            }
        } else if *room > 0 {
            let branches = (self.sampling.candidates, self.sampling.max_tokens);
            *room -= self.prompt.next(known, branches, *room, &mut self.batch);
        }
    }

    /// What it brings to the pass, if anything.
    pub(super) fn share(&mut self) -> Option<Share<'_>> {
        let Self { batch, prompt, .. } = self;
        (!batch.tokens.is_empty()).then_some(Share { batch, cache: &mut prompt.cache })
    }

    /// After the pass: remembers what of the prompt may be remembered.
    pub(super) fn keep(&self, known: &mut Prefixes) {
        self.prompt.keep(known);
    }

    /// After the pass: how many tokens it brought, and after which of these it wants logits: each
    /// candidate's last, or the prompt's.
    pub(super) fn wanted(&self) -> (usize, Range<usize>) {
        let brought = self.batch.tokens.len();
        let of_the_prompt = self.batch.branches.first() == Some(&0);
        let first = match (self.prompt.is_read(), of_the_prompt) {
            (false, _) => brought,
            (true, true) => brought - 1,
            (true, false) => 0,
        };
        (brought, first..brought)
    }

    /// Draws each candidate's next token from the wanted logits, the first from one row for all;
    /// says whether there is more to do.
    pub(super) fn draw(
        &mut self,
        logits: &[f32],
        vocabulary: usize,
        tokenizer: &Tokenizer,
    ) -> Result<bool, LanguageError> {
        if logits.is_empty() {
            return Ok(true);
        }
        let mut rows = logits.chunks_exact(vocabulary).cycle();
        let mut failed = Ok(());
        self.candidates.retain_mut(|candidate| {
            let Some(row) = rows.next() else { return false };
            match candidate.draw(row, self.sampling.max_tokens, tokenizer, &self.to) {
                Ok(goes_on) => goes_on,
                Err(error) => {
                    failed = Err(error);
                    false
                }
            }
        });
        failed.map(|()| !self.candidates.is_empty())
    }
}
