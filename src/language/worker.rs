//! What the worker thread does: jobs, one at a time, on the model it owns.

use std::ops::Range;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::LanguageError;
use super::chat::PromptTokens;
use super::kernels::Precision;
use super::model::{Batch, Foreign, KvCache, Transformer, log_softmax};
use super::prefixes::Prefixes;
use super::sampling::{Sampler, Sampling};
use super::tokenizer::{Token, Tokenizer};

/// Tokens that go through the network in one pass: enough to keep the matrix products busy,
/// few enough for attention scores to stay small and cancelling to be quick.
pub(super) const PASS: usize = 256;
/// Rows of logits computed at once; with 150,000 pieces of vocabulary 64 rows take 40 MB.
pub(super) const LOGIT_ROWS: usize = 64;

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

/// How likely the model finds a continuation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogProbability {
    /// Natural logarithm of the probability of all its tokens.
    pub sum: f64,
    /// Number of its tokens.
    pub tokens: usize,
}

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

/// What a session can ask for.
pub(super) enum Job {
    States { texts: Vec<Vec<Token>>, depths: Vec<usize> },
    Score { prefix: PromptTokens, continuations: Vec<Vec<Token>> },
    Generate { prompt: PromptTokens, sampling: Sampling, to: mpsc::Sender<Generated> },
}

/// What a job gives back.
pub(super) enum Done {
    States(Vec<Vec<States>>),
    Scores(Vec<LogProbability>),
    Generated,
}

/// The network that a worker owns.
pub(super) enum Network {
    Own(Box<Transformer>, Prefixes),
    Foreign(Foreign),
}

impl Network {
    pub(super) fn context(&self) -> usize {
        match self {
            Self::Own(network, _) => network.context(),
            Self::Foreign(_) => Foreign::CONTEXT,
        }
    }

    pub(super) fn run(
        &mut self,
        job: Job,
        tokenizer: &Tokenizer,
        cancel: &CancellationToken,
    ) -> Result<Done, LanguageError> {
        let context = self.context();
        let fits = |tokens: usize| {
            if tokens > context { Err(LanguageError::TooLong { tokens, context }) } else { Ok(()) }
        };
        match job {
            Job::States { texts, depths } => {
                texts.iter().try_for_each(|t| fits(t.len()))?;
                match self {
                    Self::Own(network, _) => states(network, &texts, &depths, cancel).map(Done::States),
                    Self::Foreign(_) => Err(LanguageError::Unsupported("hidden states")),
                }
            }
            Job::Score { prefix, continuations } => {
                let longest = continuations.iter().map(Vec::len).max().unwrap_or(0);
                fits(prefix.tokens.len() + longest)?;
                match self {
                    Self::Own(network, known) => score(network, known, &prefix, &continuations, cancel),
                    Self::Foreign(network) => score_foreign(network, &prefix.tokens, &continuations, cancel),
                }
                .map(Done::Scores)
            }
            Job::Generate { prompt, sampling, to } => {
                fits(prompt.tokens.len() + sampling.max_tokens)?;
                let writer = Writer { tokenizer, cancel, to };
                match self {
                    Self::Own(network, known) => writer.generate(network, known, &prompt, &sampling)?,
                    Self::Foreign(network) => writer.generate_foreign(network, &prompt.tokens, &sampling)?,
                }
                Ok(Done::Generated)
            }
        }
    }
}

/// Hidden states after each of the `depths`, for each text; several short texts share a pass.
fn states(
    network: &mut Transformer,
    texts: &[Vec<Token>],
    depths: &[usize],
    cancel: &CancellationToken,
) -> Result<Vec<Vec<States>>, LanguageError> {
    let width = network.width();
    if !depths.is_sorted_by(|a, b| a < b) || depths.iter().any(|d| !(1..=network.depth()).contains(d)) {
        return Err(LanguageError::Unsupported("states of those layers"));
    }
    let cancelled = || cancel.is_cancelled();
    let mut all = Vec::with_capacity(texts.len());
    let mut at = 0;
    while at < texts.len() {
        let mut end = at + 1;
        let mut tokens = texts[at].len();
        while end < texts.len() && tokens + texts[end].len() <= PASS {
            tokens += texts[end].len();
            end += 1;
        }
        let mut values = vec![Vec::with_capacity(tokens * width); depths.len()];
        let mut keep = |depth: usize, states: &[f32]| values[depth].extend_from_slice(states);
        let mut cache = network.cache();

        let mut batch = Batch::default();
        // A text alone may take several passes; several texts share one, each its own branch.
        if end == at + 1 {
            cache.reserve(tokens, 0, 0);
            for (i, part) in texts[at].chunks(PASS).enumerate() {
                batch.clear();
                batch.push(0, i * PASS, part);
                network.tap(&batch, &mut cache, (depths, Precision::Bytes), &cancelled, &mut keep)?;
            }
        } else {
            for (i, text) in texts[at..end].iter().enumerate() {
                batch.push(i as u32 + 1, 0, text);
            }
            network.tap(&batch, &mut cache, (depths, Precision::Bytes), &cancelled, &mut keep)?;
        }
        let mut first = 0;
        for text in &texts[at..end] {
            let part = first..first + text.len() * width;
            all.push(values.iter().map(|v| States { width, values: v[part.clone()].to_vec() }).collect());
            first = part.end;
        }
        at = end;
    }
    Ok(all)
}

/// Reads a prompt into a cache with room for `branches` of `more` tokens each, its constant part from memory if it
/// has been read before; leaves the logits after its last token in `last`.
fn prefill(
    network: &mut Transformer,
    known: &mut Prefixes,
    prompt: &PromptTokens,
    (branches, more): (usize, usize),
    last: &mut Vec<f32>,
    cancel: &CancellationToken,
) -> Result<KvCache, LanguageError> {
    let tokens = &prompt.tokens;
    let mut batch = Batch::default();
    let mut read = |from: usize, until: usize, cache: &mut KvCache, batch: &mut Batch| {
        for at in (from..until).step_by(PASS) {
            batch.clear();
            batch.push(0, at, &tokens[at..until.min(at + PASS)]);
            network.forward(batch, cache, &|| cancel.is_cancelled())?;
        }
        Ok::<(), LanguageError>(())
    };
    // The last token is always read, since the logits after it are wanted.
    let constant = prompt.constant.min(tokens.len().saturating_sub(1));
    let mut cache = known.recall(&tokens[..constant]);
    if cache.len() < constant {
        read(0, constant, &mut cache, &mut batch)?;
        known.keep(&tokens[..constant], &cache);
    }
    cache.reserve(tokens.len(), branches, more);
    read(constant, tokens.len(), &mut cache, &mut batch)?;
    let row = batch.tokens.len().checked_sub(1).ok_or(LanguageError::Failed)?;
    last.clear();
    last.extend_from_slice(network.logits(&[row]));
    Ok(cache)
}

/// Log-probabilities of continuations of one prefix, in as few passes as fit.
fn score(
    network: &mut Transformer,
    known: &mut Prefixes,
    prefix: &PromptTokens,
    continuations: &[Vec<Token>],
    cancel: &CancellationToken,
) -> Result<Vec<LogProbability>, LanguageError> {
    let mut first = Vec::new();
    let mut cache = prefill(network, known, prefix, (0, 0), &mut first, cancel)?;
    let prefix = &prefix.tokens;
    let first = log_softmax(&first);
    let mut scores: Vec<LogProbability> = continuations
        .iter()
        .map(|c| LogProbability {
            sum: c.first().map_or(0.0, |t| f64::from(first(*t as usize))),
            tokens: c.len(),
        })
        .collect();

    // The last token of a continuation predicts nothing that is asked for.
    let pending: Vec<usize> = (0..continuations.len()).filter(|i| continuations[*i].len() > 1).collect();
    let mut at = 0;
    while at < pending.len() {
        let mut batch = Batch::default();
        let mut rows = Vec::new();
        let mut branch = 0;
        while let Some(&i) = pending.get(at) {
            let continuation = &continuations[i];
            let length = continuation.len() - 1;
            if !batch.tokens.is_empty() && batch.tokens.len() + length > PASS {
                break;
            }
            branch += 1;
            batch.push(branch, prefix.len(), &continuation[..length]);
            rows.extend(continuation[1..].iter().map(|next| (i, *next)));
            at += 1;
        }
        network.forward(&batch, &mut cache, &|| cancel.is_cancelled())?;
        cache.truncate(prefix.len());
        for (chunk, targets) in rows.chunks(LOGIT_ROWS).enumerate() {
            if cancel.is_cancelled() {
                return Err(LanguageError::Cancelled);
            }
            let from = chunk * LOGIT_ROWS;
            let numbers: Vec<usize> = (from..from + targets.len()).collect();
            let vocabulary = network.vocabulary();
            let logits = network.logits(&numbers);
            for ((i, next), row) in targets.iter().zip(logits.chunks_exact(vocabulary)) {
                scores[*i].sum += f64::from(log_softmax(row)(*next as usize));
            }
        }
    }
    Ok(scores)
}

fn score_foreign(
    network: &mut Foreign,
    prefix: &[Token],
    continuations: &[Vec<Token>],
    cancel: &CancellationToken,
) -> Result<Vec<LogProbability>, LanguageError> {
    let mut scores = Vec::with_capacity(continuations.len());
    for continuation in continuations {
        let mut logits = network.last_logits(prefix, 0)?;
        let mut sum = 0.0;
        for (i, token) in continuation.iter().enumerate() {
            if cancel.is_cancelled() {
                return Err(LanguageError::Cancelled);
            }
            sum += f64::from(log_softmax(&logits)(*token as usize));
            if i + 1 < continuation.len() {
                logits = network.last_logits(&[*token], prefix.len() + i)?;
            }
        }
        scores.push(LogProbability { sum, tokens: continuation.len() });
    }
    Ok(scores)
}

struct Writer<'a> {
    tokenizer: &'a Tokenizer,
    cancel: &'a CancellationToken,
    to: mpsc::Sender<Generated>,
}

/// A text being written.
struct Candidate {
    number: usize,
    sampler: Sampler,
    tokens: Vec<Token>,
    /// Bytes of the decoded text that were already sent.
    sent: usize,
}

impl Candidate {
    fn new(sampling: &Sampling, number: usize) -> Self {
        Self { number, sampler: Sampler::new(sampling, number), tokens: Vec::new(), sent: 0 }
    }
}

impl Writer<'_> {
    /// Writes all candidates side by side: one pass over the weights gives each its next token.
    fn generate(
        &self,
        network: &mut Transformer,
        known: &mut Prefixes,
        prompt: &PromptTokens,
        sampling: &Sampling,
    ) -> Result<(), LanguageError> {
        let vocabulary = network.vocabulary();
        let mut first = Vec::new();
        let room = (sampling.candidates, sampling.max_tokens);
        let mut cache = prefill(network, known, prompt, room, &mut first, self.cancel)?;
        let prompt = &prompt.tokens;
        let mut batch = Batch::default();
        let mut rows: Vec<usize> = Vec::with_capacity(sampling.candidates);
        // Until a first token is drawn, all candidates share the logits after the prompt.
        let mut logits = &first[..];
        let mut writing: Vec<Candidate> =
            (0..sampling.candidates).map(|i| Candidate::new(sampling, i)).collect();
        loop {
            batch.clear();
            let mut after = logits.chunks_exact(vocabulary).cycle();
            let mut failed = Ok(());
            writing.retain_mut(|candidate| {
                let Some(logits) = after.next() else { return false };
                match self.step(candidate, logits, sampling.max_tokens) {
                    Ok(true) => {
                        let at = prompt.len() + candidate.tokens.len() - 1;
                        let last = candidate.tokens.last().copied().unwrap_or_default();
                        batch.push(candidate.number as u32 + 1, at, &[last]);
                        true
                    }
                    Ok(false) => false,
                    Err(error) => {
                        failed = Err(error);
                        false
                    }
                }
            });
            failed?;
            if writing.is_empty() {
                return Ok(());
            }
            network.forward(&batch, &mut cache, &|| self.cancel.is_cancelled())?;
            rows.clear();
            rows.extend(0..writing.len());
            logits = network.logits(&rows);
        }
    }

    fn generate_foreign(
        &self,
        network: &mut Foreign,
        prompt: &[Token],
        sampling: &Sampling,
    ) -> Result<(), LanguageError> {
        for number in 0..sampling.candidates {
            let mut candidate = Candidate::new(sampling, number);
            let mut logits = network.last_logits(prompt, 0)?;
            loop {
                if !self.step(&mut candidate, &logits, sampling.max_tokens)? {
                    break;
                }
                let last = candidate.tokens.last().copied().unwrap_or_default();
                logits = network.last_logits(&[last], prompt.len() + candidate.tokens.len() - 1)?;
            }
        }
        Ok(())
    }

    /// Draws one token and sends the text it completes; says whether the candidate goes on.
    fn step(&self, candidate: &mut Candidate, logits: &[f32], limit: usize) -> Result<bool, LanguageError> {
        if self.cancel.is_cancelled() {
            return Err(LanguageError::Cancelled);
        }
        let token = candidate.sampler.next(logits);
        let complete = self.tokenizer.is_end(token);
        if !complete {
            candidate.tokens.push(token);
        }
        let ended = complete || candidate.tokens.len() >= limit;
        let text = self.tokenizer.decode(&candidate.tokens);
        // A character of several bytes may still lack some: it is sent when whole.
        let whole = if ended { text.len() } else { text.trim_end_matches('\u{fffd}').len() };
        if let Some(new) = text.get(candidate.sent..whole).filter(|new| !new.is_empty()) {
            self.send(Generated::Text { candidate: candidate.number, text: new.to_owned() })?;
            candidate.sent = whole;
        }
        if ended {
            self.send(Generated::End { candidate: candidate.number, complete })?;
        }
        Ok(!ended)
    }

    fn send(&self, what: Generated) -> Result<(), LanguageError> {
        self.to.blocking_send(what).map_err(|_| LanguageError::Cancelled)
    }
}
