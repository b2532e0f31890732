//! What persons' turns do in the talk, as a reader told: of the moments of the corpus, and of talks
//! that were played with the program itself.

use std::collections::HashSet;

use serde::Deserialize;

use super::Turn;
use super::parts::check_history;
use crate::parts::{Act, Stage, State};

/// What a reader made of a person's turn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadTurn {
    /// The moment of the corpus whose last turn it is, or the talk and a number.
    pub id: String,
    /// What was said up to it, where it is no moment of the corpus.
    #[serde(default)]
    pub history: Vec<Turn>,
    /// What it mainly does; nothing of this where the person is flooded or in danger.
    pub act: Option<Act>,
    /// What else it does.
    pub also: Option<Act>,
    /// Whether something inside has been named or felt by then.
    pub found: bool,
    /// How the person is, where it is no moment of the corpus.
    pub state: Option<State>,
    /// The step that would follow, likewise.
    pub step: Option<Stage>,
}

impl ReadTurn {
    /// The talk it belongs to, where it is no moment of the corpus.
    #[must_use]
    pub fn talk(&self) -> Option<&str> {
        let talk = self.id.rsplit_once('-').map(|(talk, _)| talk);
        talk.filter(|_| !self.history.is_empty())
    }
}

pub(super) fn check(turn: &ReadTurn, moments: &HashSet<&str>) -> Result<(), String> {
    if moments.contains(turn.id.as_str()) {
        let alone = turn.history.is_empty() && turn.state.is_none() && turn.step.is_none();
        return if alone { Ok(()) } else { Err("the moment has its own history, state and step".to_owned()) };
    }
    if turn.state.is_none() || turn.step.is_none() {
        return Err(format!("there is no moment {}, and no state or step", turn.id));
    }
    check_history(&turn.history)
}
