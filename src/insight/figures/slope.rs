//! Robust slopes: Theil (1950) and Sen (1968), and the test of Mann (1945) and Kendall (1975).

use super::{normal_quantile, order};

/// The Mann–Kendall statistic of values in the order of their times.
#[derive(Debug, Clone, Copy)]
pub(in crate::insight) struct MannKendall {
    /// Pairs that rise less pairs that fall.
    pub(in crate::insight) s: f64,
    /// Its variance for independent values, corrected for ties.
    pub(in crate::insight) variance: f64,
}

/// Counts rising and falling pairs.
pub(in crate::insight) fn mann_kendall(values: &[f64]) -> MannKendall {
    let mut s = 0_i64;
    for (place, earlier) in values.iter().enumerate() {
        for later in &values[place + 1..] {
            s += i64::from(later > earlier) - i64::from(later < earlier);
        }
    }
    let n = values.len() as f64;
    let mut variance = n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    for equal in sorted.chunk_by(|a, b| order::equal(*a, *b)) {
        let k = equal.len() as f64;
        variance -= k * (k - 1.0) * (2.0 * k + 5.0);
    }
    MannKendall { s: s as f64, variance: variance / 18.0 }
}

/// The median of the slopes of all pairs, and its interval at `level` (such as 0.95) where the
/// Mann–Kendall statistic has the variance `variance`. `None` below two distinct times.
pub(in crate::insight) fn theil_sen(
    times: &[f64],
    values: &[f64],
    variance: f64,
    level: f64,
) -> Option<(f64, [f64; 2])> {
    let mut slopes = Vec::with_capacity(times.len() * times.len().saturating_sub(1) / 2);
    for (place, (t, v)) in times.iter().zip(values).enumerate() {
        for (u, w) in times.iter().zip(values).skip(place + 1) {
            if u > t {
                slopes.push((w - v) / (u - t));
            }
        }
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let median = order::quantile(&slopes, 0.5)?;
    let count = slopes.len() as f64;
    let reach = normal_quantile(f64::midpoint(1.0, level)) * variance.max(0.0).sqrt();
    let last = slopes.len() - 1;
    let high = (f64::midpoint(count, reach).round_ties_even() as usize).min(last);
    let low = (f64::midpoint(count, -reach).round_ties_even() - 1.0).max(0.0) as usize;
    Some((median, [slopes[low.min(last)], slopes[high]]))
}
