//! How the person is and what would follow, as the model's states tell: linear heads on the last
//! turns, read in one pass to a middle layer. Where it is unsure, the gentler answer counts.

use super::stage::{Role, Speaker, Stage, State, Turn};
use crate::entry::{Entry, Limit};
use crate::heads::{HeadFileError, Heads, Linear, sigmoid};
use crate::language::{LanguageError, Session};

/// Name of the head with one output for each state, read on [`features`].
pub const STATE_HEAD: &str = "parts.state";
/// Name of the head with one output for each step.
pub const STAGE_HEAD: &str = "parts.stage";
/// Name of the head with one output for each role.
pub const ROLE_HEAD: &str = "parts.role";
/// Probability above which a person is taken to be in danger, and to be flooded, whatever else
/// seems likelier.
pub const STATE_THRESHOLDS: &str = "parts.state.thresholds";

/// Tokens of a turn that are read together; of a longer one its beginning and its end.
const MOST: usize = 256;
/// What is nearly as likely as the likeliest, as a part of it.
const NEARLY: f32 = 0.85;
/// A role that is likelier than this may guide the choice of words.
const ROLE_SURE: f32 = 0.6;
/// Caution is due from here on.
const EXILE_LIKELY: f32 = 0.5;
/// States from the gentlest answer on, after danger and flooding.
const GENTLER: [State; 4] = [State::Refusing, State::Blended, State::Sceptical, State::Open];

/// What the heads read of the last turns of a dialogue: the mean state of both, and of the
/// person's own.
///
/// # Errors
/// [`LanguageError`]; `Unsupported` for architectures without hidden states.
pub(crate) async fn features(
    session: &Session,
    depth: usize,
    before: &str,
    last: &str,
) -> Result<Vec<f32>, LanguageError> {
    let mut tokens = session.encode(&format!("{}\n\n", normalised(before)))?.tokens;
    let excess = tokens.len().saturating_sub(MOST);
    tokens.drain(..excess);
    let at = tokens.len();
    let own = session.encode(&normalised(last))?.tokens;
    if own.len() > MOST {
        tokens.extend(&own[..MOST / 2]);
        tokens.extend(&own[own.len() - MOST / 2..]);
    } else {
        tokens.extend(own);
    }
    let all = tokens.len();
    let states = session.states(vec![tokens], vec![depth]).await?.pop().and_then(|mut s| s.pop());
    let states = states.ok_or(LanguageError::Failed)?;
    // The first token's state is a hundred times as long as any other.
    let first = 1.min(all.saturating_sub(1));
    Ok([states.mean(first..all), states.mean(at.clamp(first, all.saturating_sub(1))..all)].concat())
}

fn normalised(text: &str) -> String {
    Entry::new(text, Limit::Screening).map(|entry| entry.normalised().to_owned()).unwrap_or_default()
}

/// The guide's turn before the last, as far as there is one, and the last.
#[must_use]
pub fn last_turns(history: &[Turn]) -> (&str, &str) {
    let last = history.last().map_or("", |turn| turn.text.as_str());
    let before = history.iter().rev().nth(1).filter(|turn| turn.from == Speaker::Guide);
    (before.map_or("", |turn| turn.text.as_str()), last)
}

/// The heads of the parts dialogue.
#[derive(Clone, Copy)]
pub(crate) struct Noticing<'a> {
    depth: usize,
    state: &'a Linear,
    stage: &'a Linear,
    role: &'a Linear,
    thresholds: [f32; 2],
}

impl<'a> Noticing<'a> {
    /// Those of these heads.
    ///
    /// # Errors
    /// [`HeadFileError`] if they have not learnt it.
    pub(crate) fn of(heads: &'a Heads) -> Result<Self, HeadFileError> {
        let thresholds = heads.vector(STATE_THRESHOLDS, 2)?;
        Ok(Self {
            depth: heads.depth,
            state: heads.linear(STATE_HEAD, State::ALL.len())?,
            stage: heads.linear(STAGE_HEAD, Stage::ALL.len())?,
            role: heads.linear(ROLE_HEAD, Role::ALL.len())?,
            thresholds: [thresholds[0], thresholds[1]],
        })
    }

    /// Reads the last turns.
    ///
    /// # Errors
    /// As [`features`].
    pub(crate) async fn read(self, session: &Session, history: &[Turn]) -> Result<Noticed, LanguageError> {
        let (before, last) = last_turns(history);
        let x = features(session, self.depth, before, last).await?;
        Ok(self.apply(&x))
    }

    /// What the heads say of features.
    pub(crate) fn apply(self, x: &[f32]) -> Noticed {
        Noticed {
            state: each(self.state, x),
            stage: each(self.stage, x),
            role: each(self.role, x),
            thresholds: self.thresholds,
        }
    }
}

fn each<const N: usize>(map: &Linear, x: &[f32]) -> [f32; N] {
    std::array::from_fn(|i| sigmoid(map.output(i, x)))
}

/// What the model noticed in a turn: probabilities, each for itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noticed {
    /// Of each state.
    pub state: [f32; State::ALL.len()],
    /// Of each step.
    pub stage: [f32; Stage::ALL.len()],
    /// Of each role.
    pub role: [f32; Role::ALL.len()],
    /// Above which danger and flooding count.
    pub thresholds: [f32; 2],
}

impl Noticed {
    /// How the person is. Danger and flooding come first; of others that are nearly as likely, the
    /// one with the gentler answer counts.
    #[must_use]
    pub fn state(&self) -> State {
        let of = |state: State| self.state[state.index()];
        if of(State::Crisis) >= self.thresholds[0] {
            return State::Crisis;
        }
        if of(State::Overwhelmed) >= self.thresholds[1] {
            return State::Overwhelmed;
        }
        let most = GENTLER.into_iter().map(of).fold(0.0, f32::max);
        GENTLER.into_iter().find(|state| of(*state) >= NEARLY * most).unwrap_or(State::Open)
    }

    /// The step that would follow for a person in this state.
    #[must_use]
    pub fn toward(&self, state: State) -> Stage {
        match state {
            State::Overwhelmed | State::Crisis => Stage::Ground,
            State::Blended => Stage::Unblend,
            _ => {
                let open = Stage::ALL.into_iter().filter(|stage| *stage != Stage::Ground);
                let likeliest = open.max_by(|a, b| self.stage[a.index()].total_cmp(&self.stage[b.index()]));
                likeliest.unwrap_or(Stage::Find)
            }
        }
    }

    /// What the part seems to be, for the choice of words.
    #[must_use]
    pub fn seems(&self) -> Option<Role> {
        let exile = self.role[Role::Exile.index()];
        if exile >= EXILE_LIKELY {
            return Some(Role::Exile);
        }
        let likeliest =
            Role::ALL.into_iter().max_by(|a, b| self.role[a.index()].total_cmp(&self.role[b.index()]));
        likeliest.filter(|role| self.role[role.index()] >= ROLE_SURE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noticed(state: [f32; 6]) -> Noticed {
        Noticed { state, stage: [0.1; 9], role: [0.1; 4], thresholds: [0.4, 0.3] }
    }

    #[test]
    fn danger_and_flooding_come_first_and_the_gentler_of_two_counts() {
        assert_eq!(noticed([0.9, 0.1, 0.1, 0.1, 0.1, 0.45]).state(), State::Crisis);
        assert_eq!(noticed([0.9, 0.1, 0.1, 0.35, 0.1, 0.1]).state(), State::Overwhelmed);
        assert_eq!(noticed([0.5, 0.1, 0.48, 0.1, 0.1, 0.1]).state(), State::Refusing);
        assert_eq!(noticed([0.9, 0.1, 0.3, 0.1, 0.1, 0.1]).state(), State::Open);
    }

    #[test]
    fn the_step_follows_the_state() {
        let noticed = noticed([0.1; 6]);
        assert_eq!(noticed.toward(State::Overwhelmed), Stage::Ground);
        assert_eq!(noticed.toward(State::Blended), Stage::Unblend);
        assert_ne!(noticed.toward(State::Open), Stage::Ground);
    }

    #[test]
    fn the_last_turns_are_the_guides_and_the_persons() {
        let history = [Turn::person("a"), Turn::guide("b"), Turn::person("c")];
        assert_eq!(last_turns(&history), ("b", "c"));
        assert_eq!(last_turns(&history[..1]), ("", "a"));
        assert_eq!(last_turns(&[Turn::person("a"), Turn::person("c")]), ("", "c"));
    }
}
