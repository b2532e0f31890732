//! Whose turn it is on our own networks.
//!
//! A turn is at most two passes: one of a job that only reads, which is how texts are screened,
//! then one in which every text that is being written gets its next token. So neither holds the
//! other up for longer than a pass.

use tokio::sync::mpsc;

use super::scores::Scoring;
use super::states::StatesOf;
use super::writing::Writing;
use super::{Command, Done, Job, PASS, Ticket, guarded};
use crate::language::LanguageError;
use crate::language::model::{Share, Transformer};
use crate::language::prefixes::Prefixes;
use crate::language::tokenizer::Tokenizer;

/// Texts of different requests that are written together at most: as many as the products take
/// in one go. Sixteen were measured to write no faster than eight and eight.
const TEXTS: usize = 8;
/// Tokens of prompts that are read in one pass with texts being written, which wait for them.
const PROMPT_BESIDE: usize = 64;

/// A job that reads and writes nothing, pass by pass.
pub(super) trait Reading {
    /// Tokens whose keys and values it holds at most.
    fn tokens(&self) -> usize;

    /// Does one pass; gives the result with the last.
    fn pass(
        &mut self,
        network: &mut Transformer,
        known: &mut Prefixes,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Done>, LanguageError>;
}

/// All jobs in hand, in the order they came. Of each kind the first are at work, as many as may
/// hold keys and values of one longest text together; the others hold none yet.
pub(super) struct Schedule<'a> {
    network: Transformer,
    known: Prefixes,
    tokenizer: &'a Tokenizer,
    reading: Vec<(Box<dyn Reading>, Ticket)>,
    writing: Vec<(Writing, Ticket)>,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(network: Transformer, known: Prefixes, tokenizer: &'a Tokenizer) -> Self {
        Self { network, known, tokenizer, reading: Vec::new(), writing: Vec::new() }
    }

    /// Works until nobody can send jobs any more.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Command>) {
        loop {
            if self.in_hand() == 0 {
                let Some(command) = jobs.blocking_recv() else { return };
                self.take(command);
            }
            while self.in_hand() < jobs.max_capacity()
                && let Ok(command) = jobs.try_recv()
            {
                self.take(command);
            }
            self.let_go();
            self.read();
            self.write();
        }
    }

    fn in_hand(&self) -> usize {
        self.reading.len() + self.writing.len()
    }

    fn take(&mut self, Command { job, ticket }: Command) {
        let network = &self.network;
        let taken: Result<Box<dyn Reading>, LanguageError> = match job {
            Job::States { prefix, texts, depths } => match StatesOf::new(network, prefix, texts, depths) {
                Ok(states) => Ok(Box::new(states)),
                Err(error) => Err(error),
            },
            Job::Score { prefix, continuations } => match Scoring::new(network, prefix, continuations) {
                Ok(scores) => Ok(Box::new(scores)),
                Err(error) => Err(error),
            },
            Job::Generate { prompt, sampling, to } => {
                return match Writing::new(network, prompt, sampling, to) {
                    Ok(writing) => self.writing.push((writing, ticket)),
                    Err(error) => ticket.answer(Err(error)),
                };
            }
        };
        match taken {
            Ok(reading) => self.reading.push((reading, ticket)),
            Err(error) => ticket.answer(Err(error)),
        }
    }

    /// Lets go of what nobody waits for.
    fn let_go(&mut self) {
        let reading = self.reading.extract_if(.., |(_, ticket)| ticket.is_void()).map(|(_, ticket)| ticket);
        let writing = self.writing.extract_if(.., |(_, ticket)| ticket.is_void()).map(|(_, ticket)| ticket);
        reading.chain(writing).for_each(|ticket| ticket.answer(Err(LanguageError::Cancelled)));
    }

    /// One pass of a job that reads; those at work take turns.
    fn read(&mut self) {
        let costs = self.reading.iter().map(|(reading, _)| (reading.tokens(), 1));
        let at_work = at_work(self.network.context(), costs);
        let Some((reading, ticket)) = self.reading.first_mut() else { return };
        let done = guarded(|| reading.pass(&mut self.network, &mut self.known, &|| ticket.is_void()));
        match done.transpose() {
            None => self.reading[..at_work].rotate_left(1),
            Some(outcome) => self.reading.remove(0).1.answer(outcome),
        }
    }

    /// One pass for all texts that are being written, with a part of a prompt beside them.
    fn write(&mut self) {
        let Self { network, known, tokenizer, writing, .. } = self;
        let costs = writing.iter().map(|(writing, _)| (writing.tokens(), writing.texts()));
        let at_work = at_work(network.context(), costs);
        let mut room = if writing.iter().any(|(w, _)| w.has_begun()) { PROMPT_BESIDE } else { PASS };
        for (writing, _) in writing.iter_mut().take(at_work) {
            writing.prepare(known, &mut room);
        }
        let vocabulary = network.vocabulary();
        let (mut logits, failed) = match guarded(|| pass(network, writing)) {
            Ok(logits) => (logits, false),
            Err(_) => (&[][..], true),
        };
        for (mut text, ticket) in std::mem::take(writing) {
            let (brought, wanted) = text.wanted();
            let goes_on = if brought > 0 && failed {
                Err(LanguageError::Failed)
            } else {
                let (own, rest) = logits.split_at(wanted.len() * vocabulary);
                logits = rest;
                guarded(|| {
                    text.keep(known);
                    text.draw(own, vocabulary, tokenizer)
                })
            };
            match goes_on {
                Ok(true) => writing.push((text, ticket)),
                Ok(false) => ticket.answer(Ok(Done::Generated)),
                Err(error) => ticket.answer(Err(error)),
            }
        }
    }
}

/// Sends what was prepared through the network; gives the wanted logits, one text after another.
fn pass<'a>(
    network: &'a mut Transformer,
    writing: &mut [(Writing, Ticket)],
) -> Result<&'a [f32], LanguageError> {
    let mut shares: Vec<Share<'_>> = writing.iter_mut().filter_map(|(text, _)| text.share()).collect();
    if shares.is_empty() {
        return Ok(&[]);
    }
    network.forward_together(&mut shares)?;
    let mut rows = Vec::new();
    let mut first = 0;
    for (brought, wanted) in writing.iter().map(|(text, _)| text.wanted()) {
        rows.extend(first + wanted.start..first + wanted.end);
        first += brought;
    }
    Ok(if rows.is_empty() { &[] } else { network.logits(&rows) })
}

/// How many of the first jobs are at work, given for each its tokens and its texts: at least one,
/// and as many as keep within the bounds together.
fn at_work(most_tokens: usize, costs: impl Iterator<Item = (usize, usize)>) -> usize {
    let (mut tokens, mut texts) = (0, 0);
    let within = costs.take_while(|cost| {
        tokens += cost.0;
        texts += cost.1;
        tokens <= most_tokens && texts <= TEXTS
    });
    within.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_at_work_as_keep_within_both_bounds() {
        let at_work = |costs: &[(usize, usize)]| at_work(1_000, costs.iter().copied());
        assert_eq!(
            at_work(&[(400, 1), (400, 1), (400, 1), (100, 1)]),
            2,
            "the third waits, and who is behind it"
        );
        assert_eq!(at_work(&[(10, 4); 9]), TEXTS / 4);
    }

    #[test]
    fn one_is_always_at_work() {
        assert_eq!(at_work(1_000, [(5_000, 99), (1, 1)].into_iter()), 1);
    }
}
