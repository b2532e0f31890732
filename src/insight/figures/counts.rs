//! Exact tests of counts, and the correction for many tests.

use statrs::function::factorial::ln_factorial;

/// The natural logarithm of `n` over `k`.
fn ln_choose(n: u64, k: u64) -> f64 {
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// The chance that at least `both` of the `a` things of one kind are also among the `b` of another,
/// where `all` things are dealt at random (the upper tail of the hypergeometric distribution).
pub(in crate::insight) fn hypergeometric_tail(all: u64, a: u64, b: u64, both: u64) -> f64 {
    if a > all || b > all {
        return 1.0;
    }
    let most = a.min(b);
    let least = (a + b).saturating_sub(all);
    if both <= least {
        return 1.0;
    }
    let whole = ln_choose(all, b);
    let tail: f64 = (both..=most).map(|k| (ln_choose(a, k) + ln_choose(all - a, b - k) - whole).exp()).sum();
    tail.min(1.0)
}

/// The two-sided sign test: the chance of a split at least as uneven as `up` against `down`.
pub(in crate::insight) fn sign_test(up: u64, down: u64) -> f64 {
    let n = up + down;
    let half = n as f64 * std::f64::consts::LN_2;
    let tail: f64 = (up.max(down)..=n).map(|k| (ln_choose(n, k) - half).exp()).sum();
    (2.0 * tail).min(1.0)
}

/// The p-values corrected for their number after Benjamini & Hochberg (1995): what stays at or below
/// q keeps the expected share of false findings at or below q.
pub(in crate::insight) fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut corrected = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (rank, &place) in order.iter().enumerate().rev() {
        least = least.min(p[place] * p.len() as f64 / (rank + 1) as f64);
        corrected[place] = least;
    }
    corrected
}
