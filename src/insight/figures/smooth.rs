//! A smooth line through days that vary, with a band that most of them lie in.

use super::order::median;

/// The smooth line at one time.
#[derive(Debug, Clone, Copy)]
pub(in crate::insight) struct Smooth {
    /// The line.
    pub(in crate::insight) at: f64,
    /// Half the height of the band: 1.4826 times the local median absolute deviation, which for
    /// normal residuals is one standard deviation, so that about two days of three lie within.
    pub(in crate::insight) half: f64,
}

/// Rounds of robust weighting.
const ROUNDS: usize = 3;

/// LOWESS: local lines with tricube weights over the `near` nearest points, reweighted by bisquare
/// (Cleveland 1979, "Robust locally weighted regression and smoothing scatterplots"). Times rise.
pub(in crate::insight) fn lowess(times: &[f64], values: &[f64], near: usize) -> Vec<Smooth> {
    let n = times.len();
    if n == 0 {
        return Vec::new();
    }
    let near = near.clamp(1, n);
    let windows: Vec<usize> = windows(times, near);
    let mut robust = vec![1.0; n];
    let mut line = vec![0.0; n];
    for _ in 0..=ROUNDS {
        for place in 0..n {
            let window = windows[place]..windows[place] + near;
            line[place] =
                local(times[place], &times[window.clone()], &values[window.clone()], &robust[window]);
        }
        let residuals: Vec<f64> = line.iter().zip(values).map(|(l, v)| (v - l).abs()).collect();
        let scale = 6.0 * median(&residuals).unwrap_or_default();
        for (weight, residual) in robust.iter_mut().zip(&residuals) {
            let u = if scale > 0.0 { residual / scale } else { f64::from(*residual > 1e-12) };
            *weight = if u < 1.0 { (1.0 - u * u).powi(2) } else { 0.0 };
        }
    }
    line.iter()
        .enumerate()
        .map(|(place, &at)| {
            let window = windows[place]..windows[place] + near;
            let away: Vec<f64> = window.map(|other| (values[other] - line[other]).abs()).collect();
            Smooth { at, half: 1.4826 * median(&away).unwrap_or_default() }
        })
        .collect()
}

/// For each point where the window of its nearest points begins.
fn windows(times: &[f64], near: usize) -> Vec<usize> {
    let mut start = 0;
    times
        .iter()
        .map(|&t| {
            while start + near < times.len() && times[start + near] - t < t - times[start] {
                start += 1;
            }
            start
        })
        .collect()
}

/// The weighted local line at `t`.
fn local(t: f64, times: &[f64], values: &[f64], robust: &[f64]) -> f64 {
    // A little more than the farthest, so that it keeps some weight.
    let far = times.iter().map(|u| (u - t).abs()).fold(0.0, f64::max) * 1.001 + 1e-9;
    let (mut w, mut wu, mut wv, mut wuu, mut wuv) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((u, v), r) in times.iter().zip(values).zip(robust) {
        let u = u - t;
        let d = (u / far).abs();
        let weight = r * (1.0 - d * d * d).powi(3);
        w += weight;
        wu += weight * u;
        wv += weight * v;
        wuu += weight * u * u;
        wuv += weight * u * v;
    }
    if w <= 0.0 {
        return median(values).unwrap_or_default();
    }
    let spread = w * wuu - wu * wu;
    if spread > 1e-9 * w * w * far * far { (wuu * wv - wu * wuv) / spread } else { wv / w }
}
