//! A model on the caller's own thread, for measuring and for tests of exactness.

use std::path::Path;

use super::LanguageError;
use super::engine::{LoadOptions, TextSide, load};
use super::model::{Batch, KvCache, ModelError, Transformer};
use super::tokenizer::Token;
use super::worker::{LOGIT_ROWS, Network, PASS};

/// A loaded model without its worker thread and queue, for measuring and for tests of exactness.
///
/// It reads tokens the way a session's jobs do, in the same passes. What it computes stays
/// inside, so that a clock around a call measures the network and nothing else.
pub struct Probe {
    network: Transformer,
    text: TextSide,
    pool: rayon::ThreadPool,
    cache: KvCache,
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
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads.unwrap_or(0))
            .build()
            .map_err(|_| LanguageError::Failed)?;
        let (network, text) = pool.install(|| load(path))?;
        let Network::Own(network) = network else {
            return Err(LanguageError::Unsupported("a bare forward pass"));
        };
        Ok(Self { network, text, pool, cache: KvCache::default(), read: 0, steps: 0 })
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
        self.start(tokens.len())?;
        let Self { network, pool, cache, .. } = self;
        pool.install(|| {
            let mut last = None;
            for (i, part) in tokens.chunks(PASS).enumerate() {
                let mut batch = Batch::default();
                batch.push(0, i * PASS, part);
                last = Some((network.forward(&batch, cache, &|| false)?, part.len() as u32 - 1));
            }
            if let Some((states, row)) = last {
                network.logits(&states, &[row])?;
            }
            Ok::<_, ModelError>(())
        })?;
        self.read = tokens.len();
        Ok(())
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
        let mut tokens = Batch::default();
        for branch in 0..batch {
            let token = (at * 7_919 + branch * 104_729) % vocabulary;
            tokens.push(branch as u32 + 1, at, &[token as Token]);
        }
        let rows: Vec<u32> = (0..batch as u32).collect();
        let Self { network, pool, cache, .. } = self;
        pool.install(|| {
            let states = network.forward(&tokens, cache, &|| false)?;
            network.logits(&states, &rows)
        })?;
        self.steps += 1;
        Ok(())
    }

    /// Logits after every one of `tokens`, `vocabulary` values each, row by row. The cache is
    /// emptied first and holds `tokens` afterwards.
    ///
    /// # Errors
    /// [`LanguageError`]; `TooLong` if the model cannot hold so many.
    pub fn logits(&mut self, tokens: &[Token]) -> Result<Vec<f32>, LanguageError> {
        self.start(tokens.len())?;
        let Self { network, pool, cache, .. } = self;
        let values = pool.install(|| {
            let mut values = Vec::new();
            for (i, part) in tokens.chunks(PASS).enumerate() {
                let mut batch = Batch::default();
                batch.push(0, i * PASS, part);
                let states = network.forward(&batch, cache, &|| false)?;
                let rows: Vec<u32> = (0..part.len() as u32).collect();
                for rows in rows.chunks(LOGIT_ROWS) {
                    let logits = network.logits(&states, rows)?;
                    values.extend(logits.flatten_all()?.to_vec1::<f32>()?);
                }
            }
            Ok::<_, ModelError>(values)
        })?;
        self.read = tokens.len();
        Ok(values)
    }

    /// Empties the cache for a text of so many tokens.
    fn start(&mut self, tokens: usize) -> Result<(), LanguageError> {
        self.fits(tokens)?;
        self.cache = KvCache::default();
        (self.read, self.steps) = (0, 0);
        Ok(())
    }

    fn fits(&self, tokens: usize) -> Result<(), LanguageError> {
        let context = self.text.info.context;
        if tokens > context { Err(LanguageError::TooLong { tokens, context }) } else { Ok(()) }
    }
}
