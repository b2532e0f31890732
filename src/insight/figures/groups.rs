//! Differences between groups.

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::order;

/// The test of Kruskal & Wallis (1952), corrected for ties: the statistic H and its p by the
/// chi-squared distribution. `None` with fewer than two groups or where nothing varies.
pub(in crate::insight) fn kruskal_wallis(groups: &[Vec<f64>]) -> Option<(f64, f64)> {
    let groups: Vec<&Vec<f64>> = groups.iter().filter(|group| !group.is_empty()).collect();
    if groups.len() < 2 {
        return None;
    }
    let all: Vec<f64> = groups.iter().flat_map(|group| group.iter().copied()).collect();
    let ranks = order::ranks(&all);
    let n = all.len() as f64;
    let mut start = 0;
    let mut sum = 0.0;
    for group in &groups {
        let total: f64 = ranks[start..start + group.len()].iter().sum();
        sum += total * total / group.len() as f64;
        start += group.len();
    }
    let mut sorted = all;
    sorted.sort_unstable_by(f64::total_cmp);
    let ties: f64 = sorted
        .chunk_by(|a, b| order::equal(*a, *b))
        .map(|equal| equal.len() as f64)
        .map(|k| k * k * k - k)
        .sum();
    let correction = 1.0 - ties / (n * n * n - n);
    if correction <= 0.0 {
        return None;
    }
    let h = ((12.0 / (n * (n + 1.0)) * sum - 3.0 * (n + 1.0)) / correction).max(0.0);
    let chi = ChiSquared::new((groups.len() - 1) as f64).ok()?;
    Some((h, chi.sf(h)))
}
