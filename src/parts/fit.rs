//! How well replies follow what was said. The model is shown the last turns as a conversation and
//! reads each reply as its own: a trained head reads off its states whether the reply would do and
//! whether it is good, and its likelihood there, against that at the beginning of a conversation, tells
//! how much what was said speaks for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::noticing::normalised;
use super::stage::{Speaker, Turn};
use crate::heads::{HeadFileError, Heads, Linear, following, log_odds, sigmoid};
use crate::language::{LanguageError, Message, PromptTokens, Role, Session};
use crate::prompt::{PartsSystem, Prompt};

/// Name of the head with one output for each step of [`ReplyFitness`], read on [`ReplySeen::features`].
pub const REPLY_HEAD: &str = "parts.reply";
/// Its outputs: whether a reply is acceptable, and whether it is good.
pub const REPLY_STEPS: usize = 2;

/// Turns before a reply, where the adapter learns to write it and where it is read.
pub(crate) const TURNS: usize = 4;
/// Characters of a turn that are read; of a longer one the last count.
const MOST: usize = 600;
/// How much it weighs, beside that a reply would do, that it is good, and how much what was said speaks
/// for it, in nats.
const GOODNESS: f32 = 0.5;
const GAIN: f32 = 0.1;

/// What the model makes of a reply after what was said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplyFitness {
    /// Probability that it would do.
    pub acceptable: f32,
    /// Probability that a thoughtful guide could well say it now; never higher than the other.
    pub good: f32,
    /// By how much what was said makes it likelier, in nats.
    pub gain: f32,
}

impl ReplyFitness {
    /// From the outputs of the head, which are log-odds, and the gain.
    #[must_use]
    pub fn of(logits: &[f32], gain: f32) -> Self {
        let at = |i: usize| logits.get(i).map_or(0.0, |l| sigmoid(*l));
        Self { acceptable: at(0), good: at(1).min(at(0)), gain }
    }

    /// What replies to the same turn are ordered by.
    #[must_use]
    pub fn rank(self) -> f32 {
        log_odds(self.acceptable) + GOODNESS * log_odds(self.good) + GAIN * self.gain
    }
}

/// How likely replies are at the beginning of a conversation, as natural logarithms. It is the same
/// whatever was said, so it is worked out once for each.
#[derive(Default)]
pub(crate) struct Alone(Mutex<HashMap<String, f64>>);

impl Alone {
    async fn of(&self, session: &Session, replies: &[&str]) -> Result<Vec<f64>, LanguageError> {
        let known = |reply: &str| self.0.lock().unwrap_or_else(PoisonError::into_inner).get(reply).copied();
        let fresh: Vec<&str> = replies.iter().copied().filter(|reply| known(reply).is_none()).collect();
        if !fresh.is_empty() {
            let scores = session.score(prompt(session, &[])?, session.tokens(&fresh)?).await?;
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.extend(fresh.iter().zip(scores).map(|(reply, score)| ((*reply).to_owned(), score.sum)));
        }
        Ok(replies.iter().map(|reply| known(reply).unwrap_or_default()).collect())
    }
}

/// A reply after what was said, as the model sees it.
pub(crate) struct ReplySeen {
    /// What the head reads.
    pub(crate) features: Vec<f32>,
    /// By how much what was said makes it likelier, in nats.
    pub(crate) gain: f32,
}

/// Reads replies after the last turns.
///
/// # Errors
/// [`LanguageError`]; `Unsupported` for architectures without hidden states.
pub(crate) async fn see_replies(
    session: &Session,
    depth: usize,
    history: &[Turn],
    replies: &[&str],
    alone: &Alone,
) -> Result<Vec<ReplySeen>, LanguageError> {
    let from = history.len().saturating_sub(TURNS);
    let talk = prompt(session, &history[from..])?;
    let tokens = session.tokens(replies)?;
    let features = following(session, depth, talk.tokens.clone(), tokens.clone()).await?;
    let scores = session.score(talk, tokens).await?;
    let before = alone.of(session, replies).await?;
    let gains = scores.iter().zip(before).map(|(score, before)| (score.sum - before) as f32);
    Ok(features.into_iter().zip(gains).map(|(features, gain)| ReplySeen { features, gain }).collect())
}

/// The conversation after which a reply would stand.
fn prompt(session: &Session, turns: &[Turn]) -> Result<PromptTokens, LanguageError> {
    let messages = conversation(turns, MOST).map_err(|e| LanguageError::Chat(e.into()))?;
    session.encode_chat(&messages)
}

/// Turns as the model is shown them, when it learns to write replies and when it reads them; of each
/// turn the last `most` characters.
///
/// # Errors
/// [`minijinja::Error`] if the prompt was edited and asks for something it is not given.
pub(crate) fn conversation(turns: &[Turn], most: usize) -> Result<Vec<Message>, minijinja::Error> {
    let mut messages = vec![Message::new(Role::System, PartsSystem {}.render()?)];
    messages.extend(turns.iter().map(|turn| {
        let role = if turn.from == Speaker::Guide { Role::Assistant } else { Role::User };
        let text = normalised(&turn.text);
        let excess = text.chars().count().saturating_sub(most);
        Message::new(role, text.chars().skip(excess).collect::<String>())
    }));
    Ok(messages)
}

/// What tells how well replies follow.
#[derive(Clone, Copy)]
pub(crate) struct ReplyReader<'a> {
    head: &'a Linear,
    depth: usize,
}

impl<'a> ReplyReader<'a> {
    /// That of these heads.
    ///
    /// # Errors
    /// [`HeadFileError`] if they have not learnt it.
    pub(crate) fn of(heads: &'a Heads) -> Result<Self, HeadFileError> {
        Ok(Self { head: heads.linear(REPLY_HEAD, REPLY_STEPS)?, depth: heads.depth })
    }

    /// How well each reply follows.
    ///
    /// # Errors
    /// As [`see_replies`].
    pub(crate) async fn read(
        self,
        session: &Session,
        history: &[Turn],
        replies: &[&str],
        alone: &Alone,
    ) -> Result<Vec<ReplyFitness>, LanguageError> {
        let seen = see_replies(session, self.depth, history, replies, alone).await?;
        Ok(seen.iter().map(|s| ReplyFitness::of(&self.head.apply(&s.features), s.gain)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_would_not_do_is_not_good() {
        let fitness = ReplyFitness::of(&[-3.0, 2.0], 0.0);
        assert!(fitness.acceptable < 0.1 && fitness.good <= fitness.acceptable);
    }

    #[test]
    fn of_two_alike_the_one_that_what_was_said_speaks_for_comes_first() {
        let with = |gain| ReplyFitness { acceptable: 0.6, good: 0.3, gain };
        assert!(with(4.0).rank() > with(-1.0).rank());
        assert!(ReplyFitness { acceptable: 1.0, good: 1.0, gain: 0.0 }.rank().is_finite());
    }
}
