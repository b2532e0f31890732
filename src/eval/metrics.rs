//! The figures of a suite, each a pure function of labels and scores.

use std::collections::HashSet;
use std::ops::AddAssign;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Right and wrong answers to a yes/no question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Yes, and rightly.
    pub hits: usize,
    /// Yes, wrongly.
    pub false_alarms: usize,
    /// No, wrongly.
    pub misses: usize,
    /// No, and rightly.
    pub rejections: usize,
}

impl Counts {
    /// Counts pairs of (is so, was said so).
    pub(super) fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut counts = Self::default();
        for (gold, said) in pairs {
            counts.add(gold, said);
        }
        counts
    }

    /// Counts one answer.
    pub(super) fn add(&mut self, gold: bool, said: bool) {
        match (gold, said) {
            (true, true) => self.hits += 1,
            (false, true) => self.false_alarms += 1,
            (true, false) => self.misses += 1,
            (false, false) => self.rejections += 1,
        }
    }

    /// How many are so.
    pub(super) fn positives(&self) -> usize {
        self.hits + self.misses
    }

    /// How many are not so.
    pub(super) fn negatives(&self) -> usize {
        self.rejections + self.false_alarms
    }

    /// Part of the yeses that are right, 0–1.
    pub(super) fn precision(&self) -> Option<f64> {
        share(self.hits, self.hits + self.false_alarms)
    }

    /// Part of what is so that was found (sensitivity), 0–1.
    pub(super) fn recall(&self) -> Option<f64> {
        share(self.hits, self.positives())
    }

    /// Part of what is not so that was left alone, 0–1.
    pub(super) fn specificity(&self) -> Option<f64> {
        share(self.rejections, self.negatives())
    }

    /// Harmonic mean of precision and recall, 0–1; `None` where there is nothing to find and
    /// nothing was said.
    pub(super) fn f1(&self) -> Option<f64> {
        share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.hits += other.hits;
        self.false_alarms += other.false_alarms;
        self.misses += other.misses;
        self.rejections += other.rejections;
    }
}

/// A part of a whole; `None` of nothing.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Mean of the values that are there; `None` if none is.
pub(super) fn mean(values: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_usize);
    for value in values.into_iter().flatten() {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / count as f64)
}

/// Average precision: the precision at each recall step, weighted by the step. Equal scores are
/// one step. `None` without positives.
pub(super) fn average_precision(scored: &[(f32, bool)]) -> Option<f64> {
    let total = scored.iter().filter(|(_, gold)| *gold).count();
    let (mut seen, mut hits, mut sum) = (0, 0, 0.0);
    for step in steps(scored) {
        let new = step.iter().filter(|(_, gold)| *gold).count();
        seen += step.len();
        hits += new;
        sum += new as f64 * hits as f64 / seen as f64;
    }
    (total > 0).then(|| sum / total as f64)
}

/// Area under the ROC curve: how often a positive scores above a negative, ties counting half.
/// `None` if either is missing.
pub(super) fn auc(scored: &[(f32, bool)]) -> Option<f64> {
    let total = scored.iter().filter(|(_, gold)| *gold).count();
    let negatives = scored.len() - total;
    let (mut above, mut wins) = (0, 0.0);
    for step in steps(scored) {
        let positive = step.iter().filter(|(_, gold)| *gold).count();
        let negative = step.len() - positive;
        wins += negative as f64 * (above as f64 + positive as f64 / 2.0);
        above += positive;
    }
    (total > 0 && negatives > 0).then(|| wins / (total as f64 * negatives as f64))
}

/// Specificity at the highest threshold that still finds `recall` of the positives.
pub(super) fn specificity_at_recall(scored: &[(f32, bool)], recall: f64) -> Option<f64> {
    let total = scored.iter().filter(|(_, gold)| *gold).count();
    let negatives = scored.len() - total;
    let (mut hits, mut alarms) = (0, 0);
    if total == 0 {
        return None;
    }
    for step in steps(scored) {
        let new = step.iter().filter(|(_, gold)| *gold).count();
        hits += new;
        alarms += step.len() - new;
        if hits as f64 >= recall * total as f64 {
            break;
        }
    }
    share(negatives - alarms, negatives)
}

/// Runs of equal scores, the highest first.
fn steps(scored: &[(f32, bool)]) -> impl Iterator<Item = Vec<(f32, bool)>> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let runs: Vec<_> = sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).map(<[_]>::to_vec).collect();
    runs.into_iter()
}

/// Expected calibration error over bins of equal width: how far stated probabilities and
/// observed shares lie apart, weighted by how often each bin is used. `None` without scores.
pub(super) fn calibration_error(scored: &[(f32, bool)], bins: usize) -> Option<f64> {
    let mut sums = vec![(0.0_f64, 0_usize, 0_usize); bins];
    for (probability, gold) in scored {
        let bin = ((f64::from(*probability) * bins as f64) as usize).min(bins.saturating_sub(1));
        if let Some((stated, so, count)) = sums.get_mut(bin) {
            *stated += f64::from(*probability);
            *so += usize::from(*gold);
            *count += 1;
        }
    }
    let apart: f64 = sums.iter().map(|(stated, so, _)| (stated - *so as f64).abs()).sum();
    (!scored.is_empty()).then(|| apart / scored.len() as f64)
}

/// F1 of two sets of words (or whatever stands for them). `None` if both are empty.
pub(super) fn overlap_f1(gold: &HashSet<usize>, found: &HashSet<usize>) -> Option<f64> {
    share(2 * gold.intersection(found).count(), gold.len() + found.len())
}

/// Percentile bootstrap: the 2.5th and 97.5th percentile of a figure over resamples of `count`
/// items with replacement. The same seed gives the same interval.
pub(super) fn bootstrap(
    count: usize,
    resamples: usize,
    seed: u64,
    figure: impl Fn(&[usize]) -> Option<f64>,
) -> Option<(f64, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = vec![0; count];
    let mut figures = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        if count == 0 {
            return None;
        }
        drawn.fill_with(|| rng.random_range(0..count));
        figures.extend(figure(&drawn));
    }
    figures.sort_by(f64::total_cmp);
    let at =
        |part: f64| figures.get(((figures.len().checked_sub(1)?) as f64 * part).round() as usize).copied();
    Some((at(0.025)?, at(0.975)?))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "tests may stop at the first surprise; the cases are exact"
)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: Option<f64>, b: f64) {
        assert!((a.unwrap() - b).abs() < 1e-9, "{a:?} is not {b}");
    }

    #[test]
    fn counts_give_precision_recall_specificity_and_f1() {
        let mut counts = Counts::of([(true, true), (true, true), (true, false), (false, true)]);
        counts += Counts::of([(false, false); 4]);
        near(counts.precision(), 2.0 / 3.0);
        near(counts.recall(), 2.0 / 3.0);
        near(counts.specificity(), 0.8);
        near(counts.f1(), 2.0 / 3.0);
        assert_eq!(Counts::of([(false, false)]).f1(), None);
    }

    #[test]
    fn average_precision_is_the_hand_computed_one() {
        // Ranks of the positives: 1, 3, 4 of 5.
        let scored = [(0.9, true), (0.8, false), (0.7, true), (0.6, true), (0.1, false)];
        near(average_precision(&scored), (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0);
        // One score for all: the share of positives.
        near(average_precision(&[(0.5, true), (0.5, false), (0.5, false), (0.5, false)]), 0.25);
        assert_eq!(average_precision(&[(0.5, false)]), None);
    }

    #[test]
    fn auc_counts_ties_half() {
        near(auc(&[(0.9, true), (0.8, false), (0.7, true), (0.1, false)]), 0.75);
        near(auc(&[(0.5, true), (0.5, false)]), 0.5);
        near(auc(&[(0.1, true), (0.9, false)]), 0.0);
        assert_eq!(auc(&[(0.1, true)]), None);
    }

    #[test]
    fn specificity_is_read_where_enough_is_found() {
        let scored = [(0.9, true), (0.8, false), (0.7, true), (0.6, false), (0.5, false), (0.4, true)];
        near(specificity_at_recall(&scored, 0.3), 1.0);
        near(specificity_at_recall(&scored, 0.6), 2.0 / 3.0);
        near(specificity_at_recall(&scored, 1.0), 0.0);
    }

    #[test]
    fn calibration_error_is_the_weighted_gap() {
        // Bin 0.2: stated 0.2 twice, none so: gap 0.2. Bin 0.9: stated 0.9 twice, one so: gap 0.4.
        let scored = [(0.2, false), (0.2, false), (0.9, true), (0.9, false)];
        let error = calibration_error(&scored, 15).unwrap();
        assert!((error - 0.3).abs() < 1e-6, "{error}");
        near(calibration_error(&[(1.0, true), (0.0, false)], 15), 0.0);
        assert_eq!(calibration_error(&[], 15), None);
    }

    #[test]
    fn overlap_counts_words_in_both() {
        near(overlap_f1(&HashSet::from([1, 2, 3]), &HashSet::from([2, 3, 4, 5])), 4.0 / 7.0);
        near(overlap_f1(&HashSet::from([1]), &HashSet::new()), 0.0);
    }

    #[test]
    fn the_bootstrap_is_seeded_and_holds_the_mean() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let figure = |drawn: &[usize]| mean(drawn.iter().map(|i| Some(values[*i])));
        let interval = bootstrap(100, 1000, 7, figure).unwrap();
        assert_eq!(Some(interval), bootstrap(100, 1000, 7, figure));
        // The standard error of this mean is 2.89; the interval spans 49.5 ± 1.96 of them.
        assert!((interval.0 - 43.8).abs() < 0.8 && (interval.1 - 55.2).abs() < 0.8, "{interval:?}");
        assert_eq!(bootstrap(0, 10, 7, figure), None);
    }

    proptest! {
        #[test]
        fn figures_stay_between_0_and_1(scored in prop::collection::vec((0.0f32..=1.0, any::<bool>()), 0..40)) {
            for figure in [average_precision(&scored), auc(&scored), specificity_at_recall(&scored, 0.9), calibration_error(&scored, 15)] {
                prop_assert!(figure.is_none_or(|f| (0.0..=1.0).contains(&f)));
            }
        }
    }
}
