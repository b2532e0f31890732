//! The model's part of the screen: trained heads for the level and the flags.

use super::level::{Flag, Level};
use crate::heads::{HeadFileError, Heads, Reading, sigmoid};

/// Name of the head with one output for each level above `none`: the probability of that level
/// or a graver one.
pub const LEVEL_HEAD: &str = "level";
/// Probability above which each of those is noticed.
pub const LEVEL_THRESHOLDS: &str = "level.thresholds";
/// Probability above which the model by itself names [`Level::ActiveIdeation`] and each graver
/// level; stricter than the thresholds above.
pub const LEVEL_SURE: &str = "level.sure";
/// Name of the head with one output for each flag.
pub const FLAG_HEAD: &str = "flag";
/// Probability above which each flag is noticed.
pub const FLAG_THRESHOLDS: &str = "flag.thresholds";

/// Levels above `none`.
const STEPS: usize = Level::ALL.len() - 1;
/// Passive ideation as a step above `none`: the gravest that needs no more than to be noticed.
const NOTICED_STEP: usize = 2;
/// Steps above that one: for each there is a threshold of being sure.
pub(crate) const SURE_STEPS: usize = STEPS - NOTICED_STEP;

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

    /// Reads the heads on a text. Levels are read passage by passage and the gravest passage
    /// speaks for the text, so that ordinary or instructing words around it cannot thin it out;
    /// flags are read window by window.
    ///
    /// # Errors
    /// [`HeadFileError`] if the heads are not those of this version.
    pub fn read(heads: &Heads, reading: &Reading) -> Result<Self, HeadFileError> {
        let level = heads.linear(LEVEL_HEAD, STEPS)?;
        let noticed = heads.vector(LEVEL_THRESHOLDS, STEPS)?;
        let sure = heads.vector(LEVEL_SURE, SURE_STEPS)?;
        let flag = heads.linear(FLAG_HEAD, Flag::ALL.len())?;
        let flag_thresholds = heads.vector(FLAG_THRESHOLDS, Flag::ALL.len())?;
        let mut opinion = Self::none();
        for window in &reading.windows {
            for passage in &window.passages {
                let here = cumulative(&level.apply(passage));
                opinion.at_least.iter_mut().zip(here).for_each(|(highest, p)| *highest = highest.max(p));
            }
            for ((highest, _), logit) in opinion.flags.iter_mut().zip(flag.apply(&window.pooled)) {
                *highest = highest.max(sigmoid(logit));
            }
        }
        opinion.level = decide(&opinion.at_least, noticed, sure);
        for ((probability, counts), threshold) in opinion.flags.iter_mut().zip(flag_thresholds) {
            *counts = *probability >= *threshold;
        }
        Ok(opinion)
    }
}

/// The level of a text. Whatever is noticed at [`Level::PassiveIdeation`] or graver puts help first
/// and counts as that level; a graver one is named only where it is sure. Which of the graver it
/// is turns on few words, and from [`Level::PlanOrIntent`] on the person can no longer say that
/// it was not meant: a model alone, which may be wrong, must not decide that on a hunch.
fn decide(at_least: &[f32], noticed: &[f32], sure: &[f32]) -> Level {
    let passes = |thresholds: &[f32], from: usize| {
        let passed = at_least.iter().skip(from).zip(thresholds).rposition(|(p, threshold)| p >= threshold);
        passed.map_or(0, |step| from + step + 1)
    };
    Level::ALL[passes(sure, NOTICED_STEP).max(passes(noticed, 0).min(NOTICED_STEP))]
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICED: [f32; STEPS] = [0.7, 0.5, 0.4, 0.25, 0.1];
    const SURE: [f32; SURE_STEPS] = [0.7, 0.6, 0.3];

    #[test]
    fn the_gravest_noticed_level_counts() {
        assert_eq!(decide(&[0.6, 0.2, 0.1, 0.0, 0.0], &NOTICED, &SURE), Level::None);
        assert_eq!(decide(&[0.8, 0.2, 0.1, 0.0, 0.0], &NOTICED, &SURE), Level::Distress);
        assert_eq!(decide(&[0.8, 0.6, 0.1, 0.0, 0.0], &NOTICED, &SURE), Level::PassiveIdeation);
    }

    #[test]
    fn a_plan_that_is_noticed_but_not_sure_still_leads_to_help() {
        // Whatever the lighter levels say: a plan often shows no wish to die.
        assert_eq!(decide(&[0.3, 0.3, 0.3, 0.3, 0.0], &NOTICED, &SURE), Level::PassiveIdeation);
        assert_eq!(decide(&[0.2, 0.2, 0.2, 0.2, 0.2], &NOTICED, &SURE), Level::PassiveIdeation);
    }

    #[test]
    fn a_graver_level_counts_where_it_is_sure() {
        assert_eq!(decide(&[0.8, 0.8, 0.7, 0.1, 0.0], &NOTICED, &SURE), Level::ActiveIdeation);
        assert_eq!(decide(&[0.9, 0.9, 0.9, 0.7, 0.1], &NOTICED, &SURE), Level::PlanOrIntent);
        assert_eq!(decide(&[0.9, 0.9, 0.9, 0.4, 0.3], &NOTICED, &SURE), Level::Imminent);
    }
}
