//! Body data: daily values of wearables, and cortisol by hand.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Number;

/// Body data of the period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Body {
    /// Daily values by measure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<BodySeries>,
    /// Cortisol values, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cortisol: Vec<Cortisol>,
}

impl Body {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.days.is_empty()) && self.cortisol.is_empty()
    }
}

/// Daily values of one measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BodySeries {
    /// Of what.
    pub measure: Measure,
    /// The values, oldest first, one a day at most.
    pub days: Vec<BodyDay>,
}

/// The value of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BodyDay {
    /// The day; a night belongs to its morning.
    #[schema(value_type = String)]
    pub day: Date,
    /// In the measure's unit.
    pub value: Number,
    /// The device or app.
    pub source: Option<String>,
}

/// What is measured. The two kinds of heart-rate variability are never mixed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Standard deviation of heartbeat intervals, ms.
    HrvSdnn,
    /// Root mean square of successive differences of heartbeat intervals, ms.
    HrvRmssd,
    /// Beats a minute.
    RestingHeartRate,
    /// Minutes asleep.
    Sleep,
    /// Minutes.
    SleepDeep,
    /// Minutes.
    SleepRem,
    /// Minutes.
    SleepLight,
    /// Minutes awake between falling asleep and getting up.
    SleepAwake,
    /// Steps a day.
    Steps,
    /// Minutes.
    ActiveMinutes,
}

impl Measure {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 10] = [
        Self::HrvSdnn,
        Self::HrvRmssd,
        Self::RestingHeartRate,
        Self::Sleep,
        Self::SleepDeep,
        Self::SleepRem,
        Self::SleepLight,
        Self::SleepAwake,
        Self::Steps,
        Self::ActiveMinutes,
    ];

    /// Its name in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::HrvSdnn => "hrv_sdnn",
            Self::HrvRmssd => "hrv_rmssd",
            Self::RestingHeartRate => "resting_heart_rate",
            Self::Sleep => "sleep",
            Self::SleepDeep => "sleep_deep",
            Self::SleepRem => "sleep_rem",
            Self::SleepLight => "sleep_light",
            Self::SleepAwake => "sleep_awake",
            Self::Steps => "steps",
            Self::ActiveMinutes => "active_minutes",
        }
    }

    /// Its name in a table.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::HrvSdnn => "Heart-rate variability (SDNN)",
            Self::HrvRmssd => "Heart-rate variability (RMSSD)",
            Self::RestingHeartRate => "Resting heart rate",
            Self::Sleep => "Sleep",
            Self::SleepDeep => "Deep sleep",
            Self::SleepRem => "REM sleep",
            Self::SleepLight => "Light sleep",
            Self::SleepAwake => "Awake in the night",
            Self::Steps => "Steps",
            Self::ActiveMinutes => "Active minutes",
        }
    }

    /// Its unit in words.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::HrvSdnn | Self::HrvRmssd => "ms",
            Self::RestingHeartRate => "beats/min",
            Self::Steps => "steps",
            Self::Sleep
            | Self::SleepDeep
            | Self::SleepRem
            | Self::SleepLight
            | Self::SleepAwake
            | Self::ActiveMinutes => "min",
        }
    }

    /// Its unit in UCUM.
    #[must_use]
    pub const fn ucum(self) -> &'static str {
        match self {
            Self::HrvSdnn | Self::HrvRmssd => "ms",
            Self::RestingHeartRate => "/min",
            Self::Steps => "{steps}",
            Self::Sleep
            | Self::SleepDeep
            | Self::SleepRem
            | Self::SleepLight
            | Self::SleepAwake
            | Self::ActiveMinutes => "min",
        }
    }
}

/// A cortisol value that the person wrote down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cortisol {
    /// When it was taken.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// nmol/L.
    pub value: Number,
    /// Of what.
    pub specimen: Specimen,
}

/// What was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is named as what it is")]
pub enum Specimen {
    Saliva,
    Blood,
}

impl Specimen {
    /// Its name in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Saliva => "saliva",
            Self::Blood => "blood",
        }
    }
}
