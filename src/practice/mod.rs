//! Practice: a ladder of small steps towards letting people in, what was planned and what came of
//! it, the step that could come next, and people who feel safe. This room knows nothing of SQL,
//! the terminal or models; it is told whether a person's words were urgent.

mod ladder;
mod next;
mod people;

pub use ladder::{Ladder, LadderBody, LadderError, Level, LevelNumber, Step};
pub use next::{Next, NextKind, Tried, next};
pub use people::{Checklist, ChecklistBody, ChecklistError, Person, Quality, Seen, Unknown};

use serde::{Deserialize, Serialize};

use crate::checkin::{Distress, Words};

/// A step that a person has written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnStep {
    /// How much is at stake.
    pub level: LevelNumber,
    /// What is to be done.
    pub text: Words,
}

/// A step that was planned, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// The step: its name in the ladder, or the id of an own one.
    pub step: Words,
    /// Its level when it was planned.
    pub level: LevelNumber,
    /// Its text when it was planned.
    pub text: Words,
    /// When it is to be tried.
    pub when: Option<Words>,
    /// With whom.
    pub who: Option<Words>,
    /// What the person thinks will happen.
    pub predicted: Option<Words>,
    /// What came of it; `None` until it was tried.
    pub outcome: Option<Outcome>,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What happened.
    pub happened: Words,
    /// How it went beside what was predicted.
    pub against: Option<Against>,
    /// How much distress there was.
    pub distress: Distress,
    /// What was a surprise.
    pub surprise: Option<Words>,
}

/// How it went beside what was predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Better.
    Better,
    /// As predicted.
    Same,
    /// Worse.
    Worse,
}

impl Against {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Better, Self::Same, Self::Worse];

    /// Its word.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Same => "same",
            Self::Worse => "worse",
        }
    }
}

impl Practice {
    /// All free words, a line each: what is screened.
    #[must_use]
    pub fn words(&self) -> String {
        let plan = [&self.when, &self.who, &self.predicted].into_iter().flatten();
        let outcome = self.outcome.iter().flat_map(|one| std::iter::once(&one.happened).chain(&one.surprise));
        plan.chain(outcome).map(Words::as_str).collect::<Vec<_>>().join("\n")
    }
}
