//! What was tracked: check-ins by week, habits of thought, tries on the ladder, associations.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Number;

/// Check-ins of a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CheckInWeek {
    /// Its Monday.
    #[schema(value_type = String)]
    pub monday: Date,
    /// How many check-ins it has.
    pub check_ins: u16,
    /// Means over the check-ins that have a value.
    pub means: Vec<Mean>,
    /// How often help came up.
    #[serde(default)]
    pub help: HelpCounts,
}

/// A mean over check-ins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mean {
    /// Of what.
    pub of: Checked,
    /// The mean, in its unit.
    pub mean: Number,
    /// Over how many check-ins.
    pub n: u16,
}

/// What a check-in asks for in numbers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// 0 (the worst) to 10 (the best).
    Mood,
    /// 0 (none) to 10 (the most).
    Stress,
    /// 0 to 10.
    Tension,
    /// 0 to 10.
    Fatigue,
    /// 0 to 10.
    Anxiety,
    /// Hours.
    Sleep,
    /// Cups.
    Caffeine,
    /// Glasses.
    Alcohol,
    /// Minutes.
    Movement,
}

impl Checked {
    /// All of them, in the order of a check-in.
    pub const ALL: [Self; 9] = [
        Self::Mood,
        Self::Stress,
        Self::Tension,
        Self::Fatigue,
        Self::Anxiety,
        Self::Sleep,
        Self::Caffeine,
        Self::Alcohol,
        Self::Movement,
    ];

    /// Its name in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Mood => "mood",
            Self::Stress => "stress",
            Self::Tension => "tension",
            Self::Fatigue => "fatigue",
            Self::Anxiety => "anxiety",
            Self::Sleep => "sleep",
            Self::Caffeine => "caffeine",
            Self::Alcohol => "alcohol",
            Self::Movement => "movement",
        }
    }

    /// Its name in a table.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mood => "Mood",
            Self::Stress => "Stress",
            Self::Tension => "Tension",
            Self::Fatigue => "Fatigue",
            Self::Anxiety => "Anxiety",
            Self::Sleep => "Sleep",
            Self::Caffeine => "Caffeine",
            Self::Alcohol => "Alcohol",
            Self::Movement => "Movement",
        }
    }

    /// Its unit in words.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Mood | Self::Stress | Self::Tension | Self::Fatigue | Self::Anxiety => "0\u{2013}10",
            Self::Sleep => "hours",
            Self::Caffeine => "cups",
            Self::Alcohol => "glasses",
            Self::Movement => "min",
        }
    }

    /// Whether it is a rating from 0 to 10.
    #[must_use]
    pub const fn is_rating(self) -> bool {
        matches!(self, Self::Mood | Self::Stress | Self::Tension | Self::Fatigue | Self::Anxiety)
    }
}

/// How often help came up in a week's check-ins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
#[allow(missing_docs, reason = "each is named as the kind it counts")]
pub struct HelpCounts {
    pub offered: u16,
    pub needed: u16,
    pub asked: u16,
    pub accepted: u16,
    pub refused: u16,
}

/// Habits of thought that were named in entries and confirmed or not corrected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Habits {
    /// How many entries were looked at.
    pub entries: u32,
    /// In how many of them each was found, the most frequent first.
    pub counts: Vec<HabitCount>,
}

impl Habits {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries == 0 && self.counts.is_empty()
    }
}

/// In how many entries a habit of thought was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HabitCount {
    /// Its name in JSON.
    pub id: String,
    /// Its name in a sentence.
    pub name: String,
    /// In how many entries.
    pub entries: u32,
}

/// A try on the ladder.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Try {
    /// When it was done.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The rung, 1 to 3.
    pub level: u8,
    /// The step of the ladder, in the ladder's words.
    pub step: Option<String>,
    /// What was predicted, in the person's words, where chosen.
    pub predicted: Option<String>,
    /// What happened, in the person's words, where chosen.
    pub happened: Option<String>,
    /// The outcome against the prediction.
    pub against: Option<Against>,
    /// Distress, 0 to 100.
    pub distress: Option<u8>,
}

/// An outcome against its prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Better than predicted.
    Better,
    /// As predicted.
    Same,
    /// Worse than predicted.
    Worse,
}

impl Against {
    /// Its name in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Same => "same",
            Self::Worse => "worse",
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Better => "better than predicted",
            Self::Same => "as predicted",
            Self::Worse => "worse than predicted",
        }
    }
}

/// What went together, in the words of the room that found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Association {
    /// A sentence or two, with the uncertainty in it; never a cause.
    pub says: String,
    /// Over how many days.
    pub days: u32,
}

// It may hold what a person wrote, which never reaches a log.
impl std::fmt::Debug for Try {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Try").field("at", &self.at).field("level", &self.level).finish_non_exhaustive()
    }
}
