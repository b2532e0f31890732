//! What is measured, in which unit, and what can be true of it.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A daily measure of the body. SDNN and RMSSD are two different figures of heart rate variability and are
/// never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Heart rate variability as the standard deviation of beat intervals, in ms: mean of the day's samples.
    HrvSdnn,
    /// Heart rate variability as the root mean square of successive differences, in ms, measured asleep.
    HrvRmssd,
    /// Resting heart rate, in beats a minute.
    RestingHeartRate,
    /// Minutes asleep in the night that ended on the morning of the day.
    Sleep,
    /// Minutes of it in deep sleep.
    SleepDeep,
    /// Minutes of it in REM sleep.
    SleepRem,
    /// Minutes of it in light sleep (Apple's core).
    SleepLight,
    /// Minutes awake between falling asleep and getting up.
    SleepAwake,
    /// Steps of the local day.
    Steps,
    /// Minutes of brisk or stronger activity of the local day.
    ActiveMinutes,
    /// Cortisol, in nmol/L; typed in by hand.
    Cortisol,
}

impl Measure {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 11] = [
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
        Self::Cortisol,
    ];

    /// The word for programs, as in JSON.
    #[must_use]
    pub fn slug(self) -> &'static str {
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
            Self::Cortisol => "cortisol",
        }
    }

    /// The measure of that slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.slug() == slug)
    }

    /// Its name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::HrvSdnn => "heart rate variability (SDNN)",
            Self::HrvRmssd => "heart rate variability (RMSSD)",
            Self::RestingHeartRate => "resting heart rate",
            Self::Sleep => "sleep",
            Self::SleepDeep => "deep sleep",
            Self::SleepRem => "REM sleep",
            Self::SleepLight => "light sleep",
            Self::SleepAwake => "time awake at night",
            Self::Steps => "steps",
            Self::ActiveMinutes => "active minutes",
            Self::Cortisol => "cortisol",
        }
    }

    /// The unit of its values, as it is written beside a number.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::HrvSdnn | Self::HrvRmssd => "ms",
            Self::RestingHeartRate => "bpm",
            Self::Sleep
            | Self::SleepDeep
            | Self::SleepRem
            | Self::SleepLight
            | Self::SleepAwake
            | Self::ActiveMinutes => "min",
            Self::Steps => "steps",
            Self::Cortisol => "nmol/L",
        }
    }

    /// What a day's value can be. A value outside is a fault of the device or of the file and is left out.
    /// These are wide bounds of what can be true of a living person, not of what is healthy.
    #[must_use]
    pub fn plausible(self) -> RangeInclusive<f64> {
        match self {
            Self::HrvSdnn | Self::HrvRmssd => 1.0..=400.0,
            Self::RestingHeartRate => 25.0..=160.0,
            Self::Sleep => 1.0..=1320.0,
            Self::SleepDeep | Self::SleepRem | Self::SleepAwake => 0.0..=900.0,
            Self::SleepLight => 0.0..=1320.0,
            Self::Steps => 0.0..=120_000.0,
            Self::ActiveMinutes => 0.0..=1440.0,
            Self::Cortisol => 0.1..=3000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_leads_back_to_its_measure_and_is_the_word_in_json() {
        for measure in Measure::ALL {
            assert_eq!(Measure::from_slug(measure.slug()), Some(measure));
            assert_eq!(serde_json::to_value(measure).unwrap(), measure.slug());
        }
    }
}
