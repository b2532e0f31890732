//! What there is to look at: plain values that the caller has read from wherever they are kept.
//! Nothing here can be NaN; numbers beyond their scale are left out when they are read.

use std::fmt;

use jiff::civil::{Date, DateTime};

use super::Text;

/// All that is looked at. The order of the lists does not matter.
#[derive(Clone, Default)]
pub struct Held {
    /// Check-ins.
    pub check_ins: Vec<CheckIn>,
    /// Values of the body by day, one list a measure.
    pub body: Vec<Measure>,
    /// Questionnaires that were filled in.
    pub sheets: Vec<Sheet>,
    /// Entries and thought records.
    pub written: Vec<Written>,
    /// Steps of practice.
    pub practice: Vec<Try>,
    /// Days on which a dialogue with a part took place.
    pub dialogues: Vec<Date>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("check_ins", &self.check_ins.len())
            .field("body", &self.body.len())
            .field("sheets", &self.sheets.len())
            .field("written", &self.written.len())
            .field("practice", &self.practice.len())
            .field("dialogues", &self.dialogues.len())
            .finish()
    }
}

/// A check-in.
#[derive(Debug, Clone, Default)]
pub struct CheckIn {
    /// Its id in the journal.
    pub id: String,
    /// When, in the person's local time.
    pub moment: DateTime,
    /// Mood, 0 the worst, 10 the best.
    pub mood: Option<u16>,
    /// Stress, 0 to 10.
    pub stress: Option<u16>,
    /// Tension in the body, 0 to 10.
    pub tension: Option<u16>,
    /// Fatigue, 0 to 10.
    pub fatigue: Option<u16>,
    /// Anxiety as the body feels it, 0 to 10.
    pub anxiety: Option<u16>,
    /// Minutes of sleep in the night before, 0 to 1440.
    pub sleep_minutes: Option<u16>,
    /// Cups with caffeine that day.
    pub caffeine: Option<u16>,
    /// Glasses with alcohol that day.
    pub alcohol: Option<u16>,
    /// Minutes of movement that day.
    pub movement_minutes: Option<u16>,
    /// How often help came up, and how.
    pub help: HelpCounts,
    /// What was done to cope.
    pub coping: Vec<Coped>,
    /// How a moment with somebody went, 0 to 10.
    pub moment_went: Option<u16>,
}

/// Moments in which help came up, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct HelpCounts {
    /// Help was offered.
    pub offered: u32,
    /// Help was needed.
    pub needed: u32,
    /// Help was asked for.
    pub asked: u32,
    /// Help was accepted.
    pub accepted: u32,
    /// Help was refused.
    pub refused: u32,
}

/// A way of coping that was used.
#[derive(Debug, Clone)]
pub struct Coped {
    /// What was done. Two are the same if they differ in capitals and outer spaces only.
    pub what: Text,
    /// How much it helped, 0 to 10.
    pub helped: Option<u16>,
}

/// A measure of the body.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its word in the journal, such as `hrv_rmssd`.
    pub slug: String,
    /// Its name within a sentence, such as `heart-rate variability` or `steps`.
    pub label: String,
    /// Its unit, such as `ms`.
    pub unit: String,
    /// When it is taken.
    pub taken: Taken,
    /// How a larger value is spoken of.
    pub larger: Larger,
    /// Its values. Of several on one day the mean is taken.
    pub days: Vec<(Date, Finite)>,
}

/// When a measure of the body is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// On its day.
    ByDay,
    /// In the night that ends on its day.
    ByNight,
}

/// How a larger value is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Larger {
    /// As more of it: more steps, more deep sleep.
    More,
    /// As higher: higher heart-rate variability.
    Higher,
}

/// A number that is neither NaN nor infinite.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Finite(f64);

/// Why a number was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not a number. Give one, such as 42.5.")]
pub struct NotFinite;

impl Finite {
    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Finite {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Self, NotFinite> {
        // Beyond this, squares overflow.
        if value.is_finite() && value.abs() < 1e100 { Ok(Self(value)) } else { Err(NotFinite) }
    }
}

/// A questionnaire that was filled in.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Its id in the journal.
    pub id: String,
    /// The questionnaire, such as `phq-9`.
    pub questionnaire: String,
    /// Its short name, such as `PHQ-9`.
    pub name: String,
    /// When it was filled in.
    pub date: Date,
    /// What the answers add up to.
    pub total: u16,
    /// The most they can add up to.
    pub most: u16,
    /// What the questionnaire calls this total, such as `mild`.
    pub band: Option<String>,
    /// Points of change that are more than the noise of measuring, where published.
    pub reliable_change: Option<u16>,
    /// Whether a lower total is the better one.
    pub lower_is_better: bool,
}

/// An entry or a thought record.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its id in the journal.
    pub id: String,
    /// When, in the person's local time.
    pub moment: DateTime,
    /// Labels of the situation: tags, areas of life, people.
    pub situations: Vec<Text>,
    /// Feelings.
    pub feelings: Vec<Feeling>,
    /// Distortions that were found in it.
    pub distortions: Vec<Distortion>,
    /// Belief in the thought before, 0 to 100.
    pub belief_before: Option<u16>,
    /// Belief in the thought after, 0 to 100.
    pub belief_after: Option<u16>,
    /// Whether it led to help. Such a text is never brought up unasked.
    pub escalated: bool,
}

/// A feeling of a thought record.
#[derive(Debug, Clone)]
pub struct Feeling {
    /// Its name.
    pub name: Text,
    /// How strong before, 0 to 100.
    pub before: Option<u16>,
    /// How strong after, 0 to 100.
    pub after: Option<u16>,
}

/// A distortion, as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
pub struct Distortion {
    /// Its word, such as `mind_reading`.
    pub slug: String,
    /// Its name, such as `mind reading`.
    pub name: String,
}

/// A step of practice.
#[derive(Debug, Clone)]
pub struct Try {
    /// When it was done, or is planned.
    pub moment: DateTime,
    /// Level of the ladder, from 1.
    pub level: u8,
    /// Whether something was predicted.
    pub predicted: bool,
    /// Whether it was done.
    pub done: bool,
    /// How it went against what was predicted.
    pub against: Option<Against>,
    /// Distress, 0 to 100.
    pub distress: Option<u16>,
}

/// How something went against what was predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Better than predicted.
    Better,
    /// As predicted.
    Same,
    /// Worse than predicted.
    Worse,
}
