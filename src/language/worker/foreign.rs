//! Jobs on a network of another architecture: one at a time, since it holds one text.

use tokio::sync::mpsc;

use super::writing::Candidate;
use super::{Command, Done, Generated, Job, LogProbability, Ticket, fits, guarded, scores};
use crate::language::LanguageError;
use crate::language::model::{Foreign, log_softmax};
use crate::language::sampling::Sampling;
use crate::language::tokenizer::{Token, Tokenizer};

pub(super) fn work(mut network: Foreign, tokenizer: &Tokenizer, mut jobs: mpsc::Receiver<Command>) {
    while let Some(Command { job, ticket }) = jobs.blocking_recv() {
        let outcome = guarded(|| match job {
            Job::States { .. } => Err(LanguageError::Unsupported("hidden states")),
            Job::Score { prefix, continuations } => {
                score(&mut network, &prefix.tokens, &continuations, &ticket).map(Done::Scores)
            }
            Job::Generate { prompt, sampling, to } => {
                let to = (&to, tokenizer);
                generate(&mut network, &prompt.tokens, &sampling, to, &ticket).map(|()| Done::Generated)
            }
        });
        ticket.answer(outcome);
    }
}

/// The logits after some tokens, unless nobody waits for them.
fn logits(
    network: &mut Foreign,
    tokens: &[Token],
    from: usize,
    ticket: &Ticket,
) -> Result<Vec<f32>, LanguageError> {
    if ticket.is_void() {
        return Err(LanguageError::Cancelled);
    }
    Ok(network.last_logits(tokens, from)?)
}

fn score(
    network: &mut Foreign,
    prefix: &[Token],
    continuations: &[Vec<Token>],
    ticket: &Ticket,
) -> Result<Vec<LogProbability>, LanguageError> {
    fits(scores::tokens(prefix.len(), continuations), Foreign::CONTEXT)?;
    let mut scores = Vec::with_capacity(continuations.len());
    for continuation in continuations {
        let mut after = logits(network, prefix, 0, ticket)?;
        let mut sum = 0.0;
        for (i, token) in continuation.iter().enumerate() {
            sum += f64::from(log_softmax(&after)(*token as usize));
            if i + 1 < continuation.len() {
                after = logits(network, &[*token], prefix.len() + i, ticket)?;
            }
        }
        scores.push(LogProbability { sum, tokens: continuation.len() });
    }
    Ok(scores)
}

fn generate(
    network: &mut Foreign,
    prompt: &[Token],
    sampling: &Sampling,
    (to, tokenizer): (&mpsc::UnboundedSender<Generated>, &Tokenizer),
    ticket: &Ticket,
) -> Result<(), LanguageError> {
    fits(prompt.len() + sampling.max_tokens, Foreign::CONTEXT)?;
    for number in 0..sampling.candidates {
        let mut candidate = Candidate::new(sampling, number);
        let mut after = logits(network, prompt, 0, ticket)?;
        while candidate.draw(&after, sampling.max_tokens, tokenizer, to)?
            && let Some((at, token)) = candidate.last()
        {
            after = logits(network, &[token], prompt.len() + at, ticket)?;
        }
    }
    Ok(())
}
