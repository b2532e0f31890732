//! A model on the caller's own thread, for measuring and for tests of exactness.

use std::path::Path;

use super::LanguageError;
use super::engine::{LoadOptions, TextSide, load, load_bytes};
use super::model::{Batch, KvCache, Purpose, Transformer};
use super::tokenizer::Token;
use super::worker::{LOGIT_ROWS, Network, PASS};

/// A loaded model without its worker thread and queue, for measuring and for tests of exactness.
///
/// It reads tokens the way a session's jobs do, in the same passes. What it computes stays
/// inside, so that a clock around a call measures the network and nothing else.
pub struct Probe {
    network: Box<Transformer>,
    text: TextSide,
    cache: KvCache,
    batch: Batch,
    rows: Vec<usize>,
    /// Tokens of the shared prefix.
    read: usize,
    /// Steps made since.
    steps: usize,
}

impl Probe {
    /// Loads a model.
    ///
    /// # Errors
    /// [`LanguageError`]; `Unsupported` for architectures that have no forward pass of ours.
    pub fn load(path: &Path, options: LoadOptions) -> Result<Self, LanguageError> {
        Self::new(load(path, options)?)
    }

    /// Loads a model from the bytes of its file.
    ///
    /// # Errors
    /// As [`Probe::load`].
    pub fn from_bytes(bytes: &[u8], options: LoadOptions) -> Result<Self, LanguageError> {
        Self::new(load_bytes(bytes, options)?)
    }

    fn new((network, text): (Network, TextSide)) -> Result<Self, LanguageError> {
        let Network::Own(network, _) = network else {
            return Err(LanguageError::Unsupported("a bare forward pass"));
        };
        let cache = network.cache();
        Ok(Self { network, text, cache, batch: Batch::default(), rows: Vec::new(), read: 0, steps: 0 })
    }

    /// The side of the model that needs no weights.
    #[must_use]
    pub fn text(&self) -> &TextSide {
        &self.text
    }

    /// Reads `tokens` into an empty cache; logits are computed for the last token only. Without
    /// tokens the cache is emptied and nothing else is done.
    ///
    /// # Errors
    /// [`LanguageError`]; `TooLong` if the model cannot hold so many.
    pub fn prefill(&mut self, tokens: &[Token]) -> Result<(), LanguageError> {
        self.pass(tokens, (Purpose::Context, Purpose::Logits), |_, _| {})?;
        if let Some(last) = self.batch.tokens.len().checked_sub(1) {
            self.network.logits(&[last]);
        }
        Ok(())
    }

    /// Reads `tokens` into an empty cache through all layers for their hidden states alone, rounded
    /// as the heads' readings are.
    ///
    /// # Errors
    /// [`LanguageError`]; `TooLong` if the model cannot hold so many.
    pub fn read(&mut self, tokens: &[Token]) -> Result<(), LanguageError> {
        self.pass(tokens, (Purpose::States, Purpose::States), |_, _| {})
    }

    /// One step of `batch` continuations side by side after what was read (each with its own
    /// branch), logits for each. `batch` stays the same from one [`Probe::prefill`] to the next.
    /// Which tokens are fed is of no account; they change from step to step.
    ///
    /// # Errors
    /// [`LanguageError`]; `TooLong` if the model cannot hold another token.
    pub fn step(&mut self, batch: usize) -> Result<(), LanguageError> {
        let at = self.read + self.steps;
        self.fits(at + 1)?;
        let vocabulary = self.text.tokenizer.len().max(1);
        self.batch.clear();
        self.rows.clear();
        for branch in 0..batch {
            let token = (at * 7_919 + branch * 104_729) % vocabulary;
            self.batch.push(branch as u32 + 1, at, &[token as Token], Purpose::Logits);
            self.rows.push(branch);
        }
        self.network.forward(&self.batch, &mut self.cache, &|| false)?;
        self.network.logits(&self.rows);
        self.steps += 1;
        Ok(())
    }

    /// Logits after every one of `tokens`, `vocabulary` values each, row by row, all read as
    /// continuations are that are scored. The cache is emptied first and holds `tokens` afterwards.
    ///
    /// # Errors
    /// [`LanguageError`]; `TooLong` if the model cannot hold so many.
    pub fn logits(&mut self, tokens: &[Token]) -> Result<Vec<f32>, LanguageError> {
        let mut values = Vec::new();
        self.pass(tokens, (Purpose::Logits, Purpose::Logits), |network, read| {
            let rows: Vec<usize> = (0..read).collect();
            for rows in rows.chunks(LOGIT_ROWS) {
                values.extend_from_slice(network.logits(rows));
            }
        })?;
        Ok(values)
    }

    /// The same, each of them read as the last token of a prompt: what stands before it is computed
    /// as context. Takes two steps for each.
    ///
    /// # Errors
    /// [`LanguageError`]; `TooLong` if the model cannot hold so many.
    pub fn logits_of_prompts(&mut self, tokens: &[Token]) -> Result<Vec<f32>, LanguageError> {
        self.fits(tokens.len())?;
        let mut values = Vec::new();
        let Self { network, cache, batch, .. } = self;
        (self.read, self.steps) = (tokens.len(), 0);
        for (i, token) in tokens.iter().enumerate() {
            for purpose in [Purpose::Logits, Purpose::Context] {
                cache.truncate(i);
                batch.clear();
                batch.push(0, i, &[*token], purpose);
                network.forward(batch, cache, &|| false)?;
                if purpose == Purpose::Logits {
                    values.extend_from_slice(network.logits(&[0]));
                }
            }
        }
        Ok(values)
    }

    /// Reads `tokens` into an empty cache, all but the last for one purpose and that for another, and
    /// calls `each` after every pass with the network and the number of tokens in that pass.
    fn pass(
        &mut self,
        tokens: &[Token],
        (before, last): (Purpose, Purpose),
        mut each: impl FnMut(&mut Transformer, usize),
    ) -> Result<(), LanguageError> {
        self.fits(tokens.len())?;
        let Self { network, cache, batch, .. } = self;
        cache.truncate(0);
        cache.reserve(tokens.len(), 0, 0);
        batch.clear();
        (self.read, self.steps) = (0, 0);
        let depth = network.depth();
        for (i, part) in tokens.chunks(PASS).enumerate() {
            batch.clear();
            batch.push(0, i * PASS, part, before);
            if (i + 1) * PASS >= tokens.len()
                && let Some(purpose) = batch.purposes.last_mut()
            {
                *purpose = last;
            }
            network.tap(batch, cache, &[depth], &|| false, &mut |_, _| {})?;
            each(network, part.len());
        }
        self.read = tokens.len();
        Ok(())
    }

    fn fits(&self, tokens: usize) -> Result<(), LanguageError> {
        let context = self.text.info.context;
        if tokens > context { Err(LanguageError::TooLong { tokens, context }) } else { Ok(()) }
    }
}
