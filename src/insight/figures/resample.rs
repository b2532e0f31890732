//! Chance, drawn again and again: a permutation test over lags, and the stationary bootstrap.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::order::pearson;

/// Draws at least as extreme as what was seen, after which a test stops.
const ENOUGH: usize = 20;

/// The length of blocks for series with the memories `x` and `y` (what lasts from a day to the next):
/// Carlstein's rule for a first-order autoregression (1986, "The use of subseries values"),
/// (√6·φ/(1−φ²))^⅔·n^⅓ with φ² = x·y, and never less than n^⅓ (Hall, Horowitz & Jing 1995).
pub(in crate::insight) fn block_length(n: usize, x: f64, y: f64) -> f64 {
    let lasts = (x * y).max(0.0).sqrt().min(0.97);
    let root = (n as f64).cbrt();
    let carlstein = (6.0_f64.sqrt() * lasts / (1.0 - lasts * lasts)).powf(2.0 / 3.0) * root;
    carlstein.max(root).clamp(1.0, (n as f64 / 4.0).max(1.0))
}

/// The chance that the largest of the correlations over lags is as large if `y` has nothing to do
/// with `x`: `y` is dealt anew to the days that have one, up to `draws` times. It stops when the
/// answer is clear enough (Besag & Clifford 1991, "Sequential Monte Carlo p-values").
///
/// `x` and `y` are standardised and by day, 0 where missing; `weights` scales each lag, from
/// `-lags` to `+lags`, 0 to leave it out. A lag of k sets x of one day beside y k days later. What is
/// seen is made smaller by `kept`.
pub(in crate::insight) fn permuted_p(
    (x, y): (&[f64], &[f64]),
    held: &[usize],
    weights: &[f64],
    kept: f64,
    draws: usize,
    seed: u64,
) -> f64 {
    let seen = kept * largest(x, y, weights) - 1e-9;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut values: Vec<f64> = held.iter().map(|&day| y[day]).collect();
    let mut dealt = y.to_vec();
    let mut extreme = 0;
    for draw in 1..=draws {
        for last in (1..values.len()).rev() {
            values.swap(last, below(&mut rng, last + 1));
        }
        for (&day, &value) in held.iter().zip(&values) {
            dealt[day] = value;
        }
        if largest(x, &dealt, weights) >= seen {
            extreme += 1;
            if extreme == ENOUGH {
                return extreme as f64 / draw as f64;
            }
        }
    }
    (extreme + 1) as f64 / (draws + 1) as f64
}

/// The largest weighted product over the lags.
fn largest(x: &[f64], y: &[f64], weights: &[f64]) -> f64 {
    let lags = weights.len() / 2;
    let n = x.len();
    weights
        .iter()
        .enumerate()
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(place, weight)| {
            let (from_x, from_y) = (lags.saturating_sub(place), place.saturating_sub(lags));
            let shift = from_x.max(from_y);
            if shift >= n {
                0.0
            } else {
                (weight * dot(&x[from_x..n - from_y], &y[from_y..n - from_x])).abs()
            }
        })
        .fold(0.0, f64::max)
}

/// The sum of products, in four lanes so that it vectorises.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (mut lanes, four) = ([0.0; 4], x.len().min(y.len()) / 4 * 4);
    for (a, b) in x[..four].chunks_exact(4).zip(y[..four].chunks_exact(4)) {
        for lane in 0..4 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = x[four..].iter().zip(&y[four..]).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}

/// Numbers from 0 to 1, always the same.
pub(in crate::insight) fn even(n: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(n as u64);
    (0..n).map(|_| rng.random::<f64>()).collect()
}

/// A whole number below `end` (Lemire's multiplication; its bias at these sizes is below 1e-15).
fn below(rng: &mut ChaCha8Rng, end: usize) -> usize {
    ((u128::from(rng.random::<u64>()) * end as u128) >> 64) as usize
}

/// The standard error of Fisher's z of a rank correlation by the stationary bootstrap (Politis &
/// Romano 1994): blocks of days of mean length `block` are drawn, missing ones with them. `pairs`
/// are by day. `None` if too few draws gave a correlation.
pub(in crate::insight) fn stationary_bootstrap(
    pairs: &[Option<(u32, u32)>],
    block: f64,
    draws: usize,
    seed: u64,
) -> Option<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let n = pairs.len();
    let mut drawn = Vec::with_capacity(n);
    let mut found = Vec::with_capacity(draws);
    for _ in 0..draws {
        drawn.clear();
        let mut day = 0;
        for step in 0..n {
            let anew = step == 0 || rng.random::<f64>() * block < 1.0;
            day = if anew { below(&mut rng, n) } else { (day + 1) % n };
            drawn.extend(pairs[day]);
        }
        if let Some(r) = ranked(&drawn) {
            found.push(r.clamp(-0.999, 0.999).atanh());
        }
    }
    if found.len() < draws / 2 || found.len() < 2 {
        return None;
    }
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    let squares: f64 = found.iter().map(|z| (z - mean).powi(2)).sum();
    Some((squares / (found.len() - 1) as f64).sqrt())
}

/// Spearman's correlation of small whole numbers, by counting.
fn ranked(drawn: &[(u32, u32)]) -> Option<f64> {
    let x: Vec<u32> = drawn.iter().map(|pair| pair.0).collect();
    let y: Vec<u32> = drawn.iter().map(|pair| pair.1).collect();
    pearson(&counted(&x), &counted(&y))
}

/// Mean ranks of small whole numbers.
fn counted(values: &[u32]) -> Vec<f64> {
    let most = values.iter().copied().max().unwrap_or_default() as usize;
    let mut counts = vec![0_u32; most + 1];
    for &value in values {
        counts[value as usize] += 1;
    }
    let mut before = 0;
    let shared: Vec<f64> = counts
        .iter()
        .map(|&count| {
            let rank = f64::from(before) + f64::from(count + 1) / 2.0;
            before += count;
            rank
        })
        .collect();
    values.iter().map(|&value| shared[value as usize]).collect()
}
