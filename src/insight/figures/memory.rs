//! How much of one day lasts into the next: a series is held to be a first-order autoregression
//! that is seen with noise, as rounding and moods of the hour make. With gaps of any length the
//! Kalman filter gives the exact surprises of such a series (Harvey 1989, "Forecasting, structural
//! time series models and the Kalman filter", 3.4 and 3.5), so that missing days cost nothing.

/// The memory of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::insight) struct Memory {
    /// What lasts from a day to the next, 0 to 1.
    pub(in crate::insight) lasts: f64,
    /// The share of the variance that has memory, 0 to 1; the rest is noise of the moment.
    pub(in crate::insight) share: f64,
}

const LASTS: [f64; 10] = [0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.88, 0.94, 0.97, 0.99];
const SHARES: [f64; 5] = [1.0, 0.8, 0.6, 0.4, 0.2];
/// How much of 0 to 1 each of `LASTS` stands for: all of it is held to be as likely beforehand.
const WIDTHS: [f64; 10] = [0.15, 0.15, 0.15, 0.125, 0.1, 0.09, 0.07, 0.045, 0.025, 0.02];
/// The longest memory that a direction is set against: half of it is gone after five days. A swing
/// that is slower than this is a direction of the time in which it is seen.
const SWING: f64 = 0.88;
/// What no memory stands for.
const WIDTH_OF_NONE: f64 = 0.075;

impl Memory {
    /// No memory at all.
    pub(in crate::insight) const NONE: Self = Self { lasts: 0.0, share: 0.0 };

    /// The memories that are weighed against each other.
    fn all() -> impl Iterator<Item = Self> {
        let some = LASTS.iter().flat_map(|&lasts| SHARES.iter().map(move |&share| Self { lasts, share }));
        std::iter::once(Self::NONE).chain(some)
    }

    /// How likely it is before anything is known, up to a factor.
    fn beforehand(self) -> f64 {
        let place = LASTS.iter().position(|lasts| *lasts >= self.lasts).unwrap_or_default();
        if self.share == 0.0 { WIDTH_OF_NONE } else { WIDTHS[place] / SHARES.len() as f64 }
    }

    /// The correlation of two days `apart` days from each other.
    pub(in crate::insight) fn correlation(self, apart: f64) -> f64 {
        if self.share == 0.0 { 0.0 } else { self.share * self.lasts.powf(apart) }
    }

    /// The most likely memory of values around 0 at rising times in days.
    pub(in crate::insight) fn fit(times: &[f64], values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mut best = (f64::INFINITY, Self::NONE);
        let mut surprises = Vec::with_capacity(values.len());
        for memory in Self::all() {
            let spread = memory.filter(times, values, &mut surprises);
            let squares: f64 = surprises.iter().map(|s| s * s).sum();
            let cost = n * squares.max(f64::MIN_POSITIVE).ln() + spread;
            if cost < best.0 - 1e-9 {
                best = (cost, memory);
            }
        }
        best.1
    }

    /// The surprises of a series: what each value adds to what those before it let expect, all on
    /// one scale. For a series with this memory they are independent.
    pub(in crate::insight) fn surprises(self, times: &[f64], values: &[f64]) -> Vec<f64> {
        let mut surprises = Vec::with_capacity(values.len());
        self.filter(times, values, &mut surprises);
        surprises
    }

    /// Memories with their weights (which add up to 1), for a series around a straight line: by
    /// restricted likelihood, which is not fooled by the line that has been taken out (Harville 1974).
    pub(in crate::insight) fn weighed(times: &[f64], values: &[f64]) -> Vec<(Self, f64)> {
        let n = values.len() as f64;
        let Some(first) = times.first() else { return vec![(Self::NONE, 1.0)] };
        let ones = vec![1.0; times.len()];
        let days: Vec<f64> = times.iter().map(|t| t - first).collect();
        let [mut a, mut b, mut y] = [const { Vec::new() }; 3];
        let mut costs = Vec::new();
        for memory in Self::all().filter(|memory| memory.lasts <= SWING) {
            memory.filter(times, &ones, &mut a);
            memory.filter(times, &days, &mut b);
            let spread = memory.filter(times, values, &mut y);
            let dot = |x: &[f64], z: &[f64]| -> f64 { x.iter().zip(z).map(|(x, z)| x * z).sum() };
            let (aa, ab, bb) = (dot(&a, &a), dot(&a, &b), dot(&b, &b));
            let (ay, by, yy) = (dot(&a, &y), dot(&b, &y), dot(&y, &y));
            let determinant = aa * bb - ab * ab;
            if determinant <= 0.0 {
                continue;
            }
            let explained = (bb * ay * ay - 2.0 * ab * ay * by + aa * by * by) / determinant;
            let left = (yy - explained).max(1e-12 * yy).max(f64::MIN_POSITIVE);
            costs.push((memory, (n - 2.0) * left.ln() + spread + determinant.ln()));
        }
        let least = costs.iter().map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
        let mut weights: Vec<(Self, f64)> = costs
            .into_iter()
            .map(|(memory, cost)| (memory, memory.beforehand() * (-0.5 * (cost - least)).exp()))
            .collect();
        let whole: f64 = weights.iter().map(|(_, weight)| weight).sum();
        for (_, weight) in &mut weights {
            *weight /= whole;
        }
        if weights.is_empty() { vec![(Self::NONE, 1.0)] } else { weights }
    }

    /// Filters values at rising times; gives the sum of the logarithms of the surprises' variances.
    fn filter(self, times: &[f64], values: &[f64], surprises: &mut Vec<f64>) -> f64 {
        surprises.clear();
        if self.share == 0.0 {
            surprises.extend_from_slice(values);
            return 0.0;
        }
        let noise = 1.0 - self.share;
        let (mut level, mut doubt, mut spread) = (0.0, self.share, 0.0);
        let mut before = times.first().copied().unwrap_or_default();
        let (mut last_gap, mut last_kept) = (1.0_f64, self.lasts);
        for (&time, &value) in times.iter().zip(values) {
            let gap = time - before;
            before = time;
            if (gap - last_gap).abs() > 1e-12 {
                (last_gap, last_kept) = (gap, self.lasts.powf(gap));
            }
            level *= last_kept;
            doubt = doubt * last_kept * last_kept + self.share * (1.0 - last_kept * last_kept);
            let variance = doubt + noise;
            if variance < 1e-12 {
                surprises.push(0.0);
                continue;
            }
            let surprise = value - level;
            let gain = doubt / variance;
            level += gain * surprise;
            doubt *= 1.0 - gain;
            spread += variance.ln();
            surprises.push(surprise / variance.sqrt());
        }
        spread
    }
}
