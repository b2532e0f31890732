//! Scoring: sums, bands, groups and the change against the last time.

use super::instrument::{Answer, Band, Criterion, Questionnaire, Subscale};
use super::sheet::{Danger, Sheet, SheetError};

/// What the answers of a sheet add up to. [`Sheet::score`] alone makes one, and an answer that
/// speaks of danger is part of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Score<'q> {
    /// The questionnaire.
    pub questionnaire: &'q Questionnaire,
    /// The total.
    pub total: u16,
    /// The greatest total that there is.
    pub max: u16,
    /// What the scale calls it.
    pub band: &'q Band,
    /// The sums of the groups.
    pub subscales: Vec<SubscaleScore<'q>>,
    /// Whether every group meets its criterion; `None` where there is no such rule.
    pub pattern: Option<bool>,
    /// Answers that count and are missing; the mean of the others stands in for them.
    pub missing: usize,
    /// An answer that speaks of danger, the gravest one.
    pub danger: Option<Danger<'q>>,
}

/// The sum of a group of items.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SubscaleScore<'q> {
    /// The group.
    pub subscale: &'q Subscale,
    /// Its sum.
    pub total: u16,
    /// The greatest sum that there is.
    pub max: u16,
    /// How many of its items count for its criterion.
    pub counted: usize,
}

impl SubscaleScore<'_> {
    /// Whether it meets its criterion, if it has one.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        self.subscale.criterion.map(|criterion| self.counted >= criterion.needed)
    }
}

impl<'q> Sheet<'q> {
    /// Adds it up.
    ///
    /// # Errors
    /// [`SheetError::Missing`] if more answers are missing than the rule lets through.
    pub fn score(&self) -> Result<Score<'q>, SheetError> {
        let questionnaire = self.questionnaire();
        let (_, max) = questionnaire.range();
        // What comes after the answer that ends a sheet is not counted.
        let ended = self.is_ended();
        let missing = if ended { 0 } else { self.check_missing()? };
        let value = |place: usize| {
            let answer = self.slots().get(place).and_then(|slot| slot.answer());
            if ended { 0 } else { answer.map_or(0, |answer: Answer| u16::from(answer.value())) }
        };
        let scored = || (0..questionnaire.items.len()).filter(|place| questionnaire.items[*place].scored);
        let sum: u16 = scored().map(value).sum();
        let total = prorated(sum, scored().count(), missing);
        let band = questionnaire.band(total).ok_or_else(|| SheetError::Missing {
            missing,
            verb: "are",
            why: questionnaire.missing.why().to_owned(),
        })?;
        let subscales: Vec<SubscaleScore<'q>> = questionnaire
            .subscales
            .iter()
            .map(|subscale| {
                let values = || subscale.items.iter().map(|place| value(*place));
                let counts = |value: u16| {
                    subscale.criterion.is_some_and(|Criterion { answer, .. }| value >= u16::from(answer))
                };
                let most = |place: &usize| u16::from(questionnaire.items[*place].range().1);
                SubscaleScore {
                    subscale,
                    total: values().sum(),
                    max: subscale.items.iter().map(most).sum(),
                    counted: values().filter(|value| counts(*value)).count(),
                }
            })
            .collect();
        let pattern = questionnaire
            .pattern
            .as_ref()
            .map(|_| subscales.iter().all(|subscale| subscale.met().unwrap_or(false)));
        Ok(Score { questionnaire, total, max, band, subscales, pattern, missing, danger: self.danger() })
    }
}

/// The sum with the mean of what is there in the place of what is missing, rounded to the nearest
/// whole number, halves up.
fn prorated(sum: u16, scored: usize, missing: usize) -> u16 {
    let answered = scored.saturating_sub(missing);
    if missing == 0 || answered == 0 {
        return sum;
    }
    let (sum, scored, answered) = (usize::from(sum), scored, answered);
    let total = (2 * sum * scored + answered) / (2 * answered);
    u16::try_from(total).unwrap_or(u16::MAX)
}

/// The difference between two totals of the same questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// How many points the later total is higher; negative if it is lower.
    pub points: i32,
    /// Whether that is more than chance; `None` where nothing is published about it.
    pub reliable: Option<bool>,
}

impl Questionnaire {
    /// How a total differs from an earlier one.
    #[must_use]
    pub fn difference(&self, before: u16, now: u16) -> Difference {
        let points = i32::from(now) - i32::from(before);
        let reliable = self.change.as_ref().map(|change| points.unsigned_abs() >= u32::from(change.reliable));
        Difference { points, reliable }
    }
}
