//! How well lines fit an entry: the model reads each line after the entry, and a trained head reads
//! off its states whether the line holds, fits, or might have been written for it.

use super::BETWEEN;
use crate::heads::{Heads, Linear, following, log_odds, sigmoid};
use crate::language::{LanguageError, Session};

/// Name of the head with one output for each step of [`Fitness`], read on [`features`].
pub const FIT_HEAD: &str = "fit";
/// Its outputs: whether a line holds, fits, is among the best.
pub const FIT_STEPS: usize = 3;

/// How much it weighs, beside that a line fits, that nothing in it is untrue here: a false line does
/// more harm than a fitting one does good.
const TRUTH: f32 = 0.5;
/// And that it might have been written for this entry.
const CLOSENESS: f32 = 0.5;

/// What the model makes of a line after an entry. Probabilities, 0–1; they fall from left to
/// right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitness {
    /// Nothing in it is untrue of this entry.
    pub holds: f32,
    /// It may be shown.
    pub fits: f32,
    /// It might have been written for this entry.
    pub best: f32,
}

impl Fitness {
    /// From the outputs of the head, which are log-odds.
    #[must_use]
    pub fn of(logits: &[f32]) -> Self {
        let at = |i: usize| logits.get(i).map_or(0.0, |l| sigmoid(*l));
        let holds = at(0);
        let fits = at(1).min(holds);
        Self { holds, fits, best: at(2).min(fits) }
    }

    /// What lines are ordered by: a sum of log-odds.
    #[must_use]
    pub fn rank(self) -> f32 {
        log_odds(self.fits) + TRUTH * log_odds(self.holds) + CLOSENESS * log_odds(self.best)
    }
}

/// What the head reads of each line after a text: the mean of the line's states after `depth`
/// layers, and the last one. The text is read once.
///
/// # Errors
/// [`LanguageError`]; `Unsupported` for architectures without hidden states.
pub(crate) async fn features(
    session: &Session,
    depth: usize,
    text: &str,
    lines: &[&str],
) -> Result<Vec<Vec<f32>>, LanguageError> {
    let prefix = session.encode(&format!("{text}{BETWEEN}"))?.tokens;
    following(session, depth, prefix, session.tokens(lines)?).await
}

/// What tells how well lines fit.
#[derive(Clone, Copy)]
pub(crate) struct FitReader<'a> {
    head: &'a Linear,
    depth: usize,
}

impl<'a> FitReader<'a> {
    /// That of these heads; `None` if they have not learnt it.
    pub(crate) fn of(heads: &'a Heads) -> Option<Self> {
        Some(Self { head: heads.linear(FIT_HEAD, FIT_STEPS).ok()?, depth: heads.depth })
    }

    /// How well each line fits a text.
    ///
    /// # Errors
    /// As [`features`].
    pub(crate) async fn read(
        self,
        session: &Session,
        text: &str,
        lines: &[&str],
    ) -> Result<Vec<Fitness>, LanguageError> {
        let features = features(session, self.depth, text, lines).await?;
        Ok(features.iter().map(|x| Fitness::of(&self.head.apply(x))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_does_not_hold_cannot_fit() {
        let fitness = Fitness::of(&[-3.0, 2.0, 4.0]);
        assert!(fitness.holds < 0.1 && fitness.fits <= fitness.holds && fitness.best <= fitness.fits);
    }

    #[test]
    fn of_two_that_fit_the_surer_one_comes_first() {
        let doubtful = Fitness { holds: 0.55, fits: 0.5, best: 0.2 };
        let sure = Fitness { holds: 0.95, fits: 0.5, best: 0.2 };
        assert!(sure.rank() > doubtful.rank());
        assert!(Fitness { holds: 1.0, fits: 1.0, best: 1.0 }.rank().is_finite());
    }
}
