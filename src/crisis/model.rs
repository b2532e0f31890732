//! The model's part of the screen: trained heads for the level and the flags.

use super::level::{Flag, Level};
use crate::heads::{HeadFileError, Heads, Reading, sigmoid};

/// Name of the head with one output for each level above `none`: the probability of that level
/// or a graver one.
pub const LEVEL_HEAD: &str = "level";
/// Probability above which each of those counts, from the development split.
pub const LEVEL_THRESHOLDS: &str = "level.thresholds";
/// Name of the head with one output for each flag.
pub const FLAG_HEAD: &str = "flag";
/// Probability above which each flag is noticed, from the development split.
pub const FLAG_THRESHOLDS: &str = "flag.thresholds";

/// Levels above `none`.
const STEPS: usize = Level::ALL.len() - 1;

/// What the model makes of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelOpinion {
    /// Probability of each level above `none` or a graver one; falls from left to right.
    pub at_least: [f32; STEPS],
    /// The gravest level whose probability passes its threshold.
    pub level: Level,
    /// Probability of each flag, in the order of [`Flag::ALL`], and whether it counts.
    pub flags: [(f32, bool); Flag::ALL.len()],
}

impl ModelOpinion {
    /// An opinion that sees nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { at_least: [0.0; STEPS], level: Level::None, flags: [(0.0, false); Flag::ALL.len()] }
    }

    /// Takes in that a level or a graver one holds with some probability; above `threshold` it
    /// counts.
    pub fn believe(&mut self, level: Level, probability: f32, threshold: f32) {
        let step = Level::ALL.iter().position(|l| *l == level).unwrap_or(0);
        for value in self.at_least.iter_mut().take(step) {
            *value = value.max(probability);
        }
        if probability >= threshold {
            self.level = self.level.max(level);
        }
    }

    /// Reads the heads on every window of a text; the gravest window speaks for it.
    ///
    /// # Errors
    /// [`HeadFileError`] if the heads are not those of this version.
    pub fn read(heads: &Heads, reading: &Reading) -> Result<Self, HeadFileError> {
        let level = heads.linear(LEVEL_HEAD, STEPS)?;
        let level_thresholds = heads.vector(LEVEL_THRESHOLDS, STEPS)?;
        let flag = heads.linear(FLAG_HEAD, Flag::ALL.len())?;
        let flag_thresholds = heads.vector(FLAG_THRESHOLDS, Flag::ALL.len())?;
        let mut opinion = Self::none();
        for window in &reading.windows {
            for (highest, value) in opinion.at_least.iter_mut().zip(cumulative(&level.apply(&window.pooled)))
            {
                *highest = highest.max(value);
            }
            for ((highest, _), logit) in opinion.flags.iter_mut().zip(flag.apply(&window.pooled)) {
                *highest = highest.max(sigmoid(logit));
            }
        }
        for (i, (probability, threshold)) in opinion.at_least.iter().zip(level_thresholds).enumerate() {
            if probability >= threshold {
                opinion.level = Level::ALL[i + 1];
            }
        }
        for ((probability, counts), threshold) in opinion.flags.iter_mut().zip(flag_thresholds) {
            *counts = *probability >= *threshold;
        }
        Ok(opinion)
    }
}

/// Probabilities of "this level or graver" from the head's logits, made to fall.
#[must_use]
pub fn cumulative(logits: &[f32]) -> Vec<f32> {
    let mut least = 1.0_f32;
    logits
        .iter()
        .map(|logit| {
            least = least.min(sigmoid(*logit));
            least
        })
        .collect()
}
