//! From scores to decisions: thresholds chosen on predictions for texts that a head had not
//! seen (cross-validation within the training part), so that the development part stays a test.

/// The threshold in `low..=high` with the best F1; `fallback` where none of them takes a hit.
pub(super) fn best_f1(scored: &[(f32, bool)], low: f32, high: f32, fallback: f32) -> f32 {
    let positives = scored.iter().filter(|s| s.1).count();
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut hits, mut best) = (0_usize, (0.0_f32, fallback));
    for (i, (score, positive)) in sorted.iter().enumerate() {
        hits += usize::from(*positive);
        let f = 2.0 * hits as f32 / (positives + i + 1) as f32;
        if f > best.0 && (low..=high).contains(score) {
            best = (f, *score);
        }
    }
    best.1
}

/// The lowest threshold at which at most a share `rate` of the negatives pass.
pub(super) fn at_false_alarms(scored: &[(f32, bool)], rate: f32) -> f32 {
    let mut negatives: Vec<f32> = scored.iter().filter(|s| !s.1).map(|s| s.0).collect();
    negatives.sort_by(|a, b| b.total_cmp(a));
    let allowed = (rate * negatives.len() as f32).floor() as usize;
    // Just above the first negative that must not pass.
    negatives.get(allowed).map_or(0.0, |score| score + 1e-6)
}

/// The lowest threshold from which on at least a share `precision` of what passes is right, with
/// at least five right ones; 1.1, which nothing passes, where there is none.
pub(super) fn at_precision(scored: &[(f32, bool)], precision: f32) -> f32 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut hits, mut threshold) = (0_usize, 1.1);
    for (i, (score, positive)) in sorted.iter().enumerate() {
        hits += usize::from(*positive);
        if hits >= 5 && hits as f32 >= precision * (i + 1) as f32 {
            threshold = *score;
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORED: [(f32, bool); 8] = [
        (0.9, true),
        (0.8, true),
        (0.7, true),
        (0.6, false),
        (0.5, true),
        (0.4, true),
        (0.2, false),
        (0.1, false),
    ];

    #[test]
    fn the_best_f1_is_found_by_hand() {
        // At 0.4: 5 hits of 6 taken, 5 positives: F1 = 10/11, the highest.
        assert!((best_f1(&SCORED, 0.0, 1.0, 0.5) - 0.4).abs() < 1e-6);
        assert!((best_f1(&SCORED, 0.65, 1.0, 0.5) - 0.7).abs() < 1e-6);
    }

    #[test]
    fn false_alarms_stay_within_their_rate() {
        let threshold = at_false_alarms(&SCORED, 0.34);
        assert_eq!(SCORED.iter().filter(|s| !s.1 && s.0 >= threshold).count(), 1);
        let none = at_false_alarms(&SCORED, 0.0);
        assert_eq!(SCORED.iter().filter(|s| !s.1 && s.0 >= none).count(), 0);
    }

    #[test]
    fn precision_is_reached_or_nothing_passes() {
        assert!((at_precision(&SCORED, 0.8) - 0.4).abs() < 1e-6);
        assert!(at_precision(&SCORED, 0.95) > 1.0);
    }
}
