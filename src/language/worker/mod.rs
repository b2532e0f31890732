//! What the worker thread does: jobs on the model it owns, side by side.
//!
//! Our own networks take jobs in turns (`schedule`): texts of all requests are written together,
//! one pass over the weights giving each its next token, and between two such steps one pass
//! goes to what is only to be read. A text's result does not depend on what else is done.

mod foreign;
mod prompt;
mod schedule;
mod scores;
mod states;
mod writing;

pub use scores::LogProbability;
pub use states::States;
pub use writing::Generated;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::LanguageError;
use super::chat::PromptTokens;
use super::model::{Foreign, ModelError, Transformer};
use super::prefixes::Prefixes;
use super::sampling::Sampling;
use super::tokenizer::{Token, Tokenizer};

/// Tokens that go through the network in one pass: enough to keep the matrix products busy,
/// few enough for attention scores to stay small and cancelling to be quick.
pub(super) const PASS: usize = 256;
/// Rows of logits computed at once; with 150,000 pieces of vocabulary 64 rows take 40 MB.
pub(super) const LOGIT_ROWS: usize = 64;

/// What a session can ask for.
pub(super) enum Job {
    States {
        prefix: Vec<Token>,
        texts: Vec<Vec<Token>>,
        depths: Vec<usize>,
    },
    Score {
        prefix: PromptTokens,
        continuations: Vec<Vec<Token>>,
    },
    /// The channel needs no bound: the sampling has one, and a slow reader must not hold up
    /// those beside it.
    Generate {
        prompt: PromptTokens,
        sampling: Sampling,
        to: mpsc::UnboundedSender<Generated>,
    },
}

/// What a job gives back.
pub(super) enum Done {
    States(Vec<Vec<States>>),
    Scores(Vec<LogProbability>),
    Generated,
}

type Outcome = Result<Done, LanguageError>;

/// A job and who waits for it.
pub(super) struct Command {
    pub(super) job: Job,
    pub(super) ticket: Ticket,
}

/// Who waits for a job.
pub(super) struct Ticket {
    cancel: CancellationToken,
    reply: oneshot::Sender<Outcome>,
}

impl Ticket {
    pub(super) fn new(cancel: CancellationToken) -> (Self, oneshot::Receiver<Outcome>) {
        let (reply, answer) = oneshot::channel();
        (Self { cancel, reply }, answer)
    }

    /// Whether nobody waits any more.
    fn is_void(&self) -> bool {
        self.cancel.is_cancelled() || self.reply.is_closed()
    }

    fn answer(self, outcome: Outcome) {
        let _ = self.reply.send(outcome);
    }
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

    /// Works until nobody can send jobs any more.
    pub(super) fn work(self, tokenizer: &Tokenizer, jobs: mpsc::Receiver<Command>) {
        match self {
            Self::Own(network, known) => schedule::Schedule::new(*network, known, tokenizer).run(jobs),
            Self::Foreign(network) => foreign::work(network, tokenizer, jobs),
        }
    }
}

/// Does a part of a job. If it panics that ends the job, not the service; the panic's message is
/// not printed by us, since it could hold what a person wrote.
fn guarded<T>(work: impl FnOnce() -> Result<T, LanguageError>) -> Result<T, LanguageError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Err(LanguageError::Model(ModelError::Cancelled))) => Err(LanguageError::Cancelled),
        Ok(done) => done,
        Err(_) => Err(LanguageError::Failed),
    }
}

fn fits(tokens: usize, context: usize) -> Result<(), LanguageError> {
    if tokens > context { Err(LanguageError::TooLong { tokens, context }) } else { Ok(()) }
}
