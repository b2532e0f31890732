//! Plain values that a report is made of. The caller fills them in.

mod body;
mod instrument;
mod prune;
mod red_flag;
mod tracked;
mod words;

pub use body::{Body, BodyDay, BodySeries, Cortisol, Measure, Specimen};
pub use instrument::{Answered, Band, Direction, Instrument, ReliableChange, Sheet, Source};
pub use red_flag::{Noticed, RedFlag, Tier};
pub use tracked::{Against, Association, CheckInWeek, Checked, HabitCount, Habits, HelpCounts, Mean, Try};
pub use words::{Entry, Feeling, Part, Rating, Role, ThoughtRecord};

use serde::{Deserialize, Serialize};

/// A number that can be written down: neither infinite nor "not a number". Kept to six decimals,
/// so that it is the same after it was written and read.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schema(value_type = f64)]
pub struct Number(f64);

/// Why a number was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A value is not a number that can be written down.")]
pub struct NotANumber;

impl Number {
    /// The value.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Number {
    type Error = NotANumber;

    fn try_from(value: f64) -> Result<Self, NotANumber> {
        if !value.is_finite() {
            return Err(NotANumber);
        }
        let rounded = (value * 1e6).round() / 1e6;
        Ok(Self(if rounded.is_finite() { rounded } else { value }))
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl From<u16> for Number {
    fn from(value: u16) -> Self {
        Self(f64::from(value))
    }
}

impl From<u8> for Number {
    fn from(value: u8) -> Self {
        Self(f64::from(value))
    }
}

/// What there is to share within a period. Sections that were not chosen are emptied before a
/// report is made of it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Held {
    /// A free note to the therapist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Questionnaires with their sheets, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questionnaires: Vec<Instrument>,
    /// What the program noticed, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub red_flags: Vec<RedFlag>,
    /// Check-ins by week, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub check_ins: Vec<CheckInWeek>,
    /// Body data.
    #[serde(skip_serializing_if = "Body::is_empty")]
    pub body: Body,
    /// Habits of thought.
    #[serde(skip_serializing_if = "Habits::is_empty")]
    pub habits_of_thought: Habits,
    /// Tries on the ladder, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub practice: Vec<Try>,
    /// What went together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<Association>,
    /// Thought records, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thought_records: Vec<ThoughtRecord>,
    /// Parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The entries that were chosen one by one, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

// It holds what a person wrote, which never reaches a log.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}
