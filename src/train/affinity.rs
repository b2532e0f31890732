//! Learns the first look at the bank: a network with one hidden layer on the mean states of an entry
//! and of a line, each read alone.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::logistic::{Adam, dot};
use crate::heads::{Linear, sigmoid};
use crate::reframe::affinity_log_odds;

/// Units of the hidden layer.
const HIDDEN: usize = 64;
const EPOCHS: usize = 12;
const BATCH: usize = 64;
/// Step size at the start; it falls to 0 linearly.
const RATE: f32 = 1e-3;
/// Weight of the squared norm of the two maps beside the mean loss.
const L2: f32 = 4e-3;

/// An entry and a line, by their numbers, and whether the line fits.
pub(super) struct Example {
    pub(super) entry: usize,
    pub(super) line: usize,
    pub(super) fits: bool,
}

/// What is stored.
pub(super) struct Maps {
    /// From an entry's state to its share of the hidden layer, its bias added.
    pub(super) entry: Linear,
    /// Each line's share of the hidden layer.
    pub(super) lines: Linear,
    /// From the hidden layer to the log-odds.
    pub(super) out: Linear,
}

impl Maps {
    pub(super) fn log_odds(&self, entry: &[f32], line: usize) -> f32 {
        let share = &self.lines.weight()[line * HIDDEN..(line + 1) * HIDDEN];
        affinity_log_odds(&self.entry.apply(entry), share, &self.out)
    }
}

/// Learns from examples; the same for the same seed.
pub(super) fn learn(entries: &[Vec<f32>], lines: &[Vec<f32>], examples: &[Example], seed: u64) -> Maps {
    let width = lines.first().map_or(0, Vec::len);
    let (entry_scale, line_scale) = (Standard::of(entries), Standard::of(lines));
    let entries: Vec<Vec<f32>> = entries.iter().map(|x| entry_scale.apply(x)).collect();
    let lines: Vec<Vec<f32>> = lines.iter().map(|x| line_scale.apply(x)).collect();

    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let spread = (3.0 / width.max(1) as f32).sqrt();
    let mut draw = |count: usize, spread: f32| -> Vec<f32> {
        (0..count).map(|_| rng.random_range(-spread..spread)).collect()
    };
    let mut weights = [
        draw(HIDDEN * width, spread),
        draw(HIDDEN * width, spread),
        vec![0.0; HIDDEN],
        draw(HIDDEN, (3.0 / HIDDEN as f32).sqrt()),
        vec![0.0],
    ];
    let mut adams: Vec<Adam> = weights.iter().map(|w| Adam::new(w.len())).collect();
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let steps = (EPOCHS * order.len().div_ceil(BATCH)).max(1);
    let mut step = 0;
    for _ in 0..EPOCHS {
        order.shuffle(&mut rng);
        for batch in order.chunks(BATCH) {
            let mut slopes: Vec<Vec<f32>> = weights.iter().map(|w| vec![0.0; w.len()]).collect();
            for (slope, weight) in slopes.iter_mut().zip(&weights).take(2) {
                slope.iter_mut().zip(weight).for_each(|(s, w)| *s = L2 * w);
            }
            for i in batch {
                let Example { entry, line, fits } = examples[*i];
                add_slopes(&mut slopes, &weights, (&entries[entry], &lines[line]), fits, batch.len());
            }
            let rate = RATE * (1.0 - step as f32 / steps as f32);
            step += 1;
            for ((weight, slope), adam) in weights.iter_mut().zip(&slopes).zip(&mut adams) {
                adam.step(weight, slope, rate);
            }
        }
    }
    let [of_entry, of_line, bias, out, level] = weights;
    let shares = lines.iter().flat_map(|x| of_line.chunks_exact(width).map(move |w| dot(w, x)));
    let shares: Vec<f32> = shares.collect();
    let count = lines.len();
    Maps {
        entry: entry_scale.fold(&of_entry, &bias),
        lines: Linear::from_parts(HIDDEN, shares, vec![0.0; count]),
        out: Linear::from_parts(HIDDEN, out, level),
    }
}

/// Adds the slopes of the loss of one example, a `1 / count` of the batch's.
fn add_slopes(
    slopes: &mut [Vec<f32>],
    weights: &[Vec<f32>; 5],
    (entry, line): (&[f32], &[f32]),
    fits: bool,
    count: usize,
) {
    let [_, _, _, out, level] = weights;
    let width = line.len();
    let hidden = hidden(weights, entry, line);
    let error = (sigmoid(dot(out, &hidden) + level[0]) - f32::from(u8::from(fits))) / count as f32;
    slopes[4][0] += error;
    for h in 0..HIDDEN {
        slopes[3][h] += error * hidden[h];
        if hidden[h] > 0.0 {
            let back = error * out[h];
            slopes[2][h] += back;
            let rows = h * width..(h + 1) * width;
            slopes[0][rows.clone()].iter_mut().zip(entry).for_each(|(s, x)| *s += back * x);
            slopes[1][rows].iter_mut().zip(line).for_each(|(s, x)| *s += back * x);
        }
    }
}

/// The hidden layer, while it is learnt: of standardised states.
fn hidden([of_entry, of_line, bias, ..]: &[Vec<f32>; 5], entry: &[f32], line: &[f32]) -> Vec<f32> {
    let width = line.len();
    (0..HIDDEN)
        .map(|h| {
            let rows = h * width..(h + 1) * width;
            (dot(&of_entry[rows.clone()], entry) + dot(&of_line[rows], line) + bias[h]).max(0.0)
        })
        .collect()
}

/// Mean and deviation of every column.
struct Standard {
    mean: Vec<f32>,
    scale: Vec<f32>,
}

impl Standard {
    fn of(rows: &[Vec<f32>]) -> Self {
        let width = rows.first().map_or(0, Vec::len);
        let count = rows.len().max(1) as f32;
        let mut mean = vec![0.0_f32; width];
        for row in rows {
            mean.iter_mut().zip(row).for_each(|(m, v)| *m += v / count);
        }
        let mut spread = vec![0.0_f32; width];
        for row in rows {
            spread
                .iter_mut()
                .zip(row.iter().zip(&mean))
                .for_each(|(s, (v, m))| *s += (v - m).powi(2) / count);
        }
        Self { mean, scale: spread.iter().map(|s| 1.0 / (s.sqrt() + 1e-6)).collect() }
    }

    fn apply(&self, row: &[f32]) -> Vec<f32> {
        row.iter().zip(self.mean.iter().zip(&self.scale)).map(|(v, (m, s))| (v - m) * s).collect()
    }

    /// The map on rows as they are that gives what `weight` and `bias` give on standardised ones.
    fn fold(&self, weight: &[f32], bias: &[f32]) -> Linear {
        let width = self.mean.len();
        let scaled: Vec<f32> = weight
            .chunks_exact(width)
            .flat_map(|row| row.iter().zip(&self.scale).map(|(w, s)| w * s))
            .collect();
        let bias = scaled.chunks_exact(width).zip(bias).map(|(row, b)| b - dot(row, &self.mean)).collect();
        Linear::from_parts(width, scaled, bias)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_differences() {
        let draw =
            |count: usize, by: f32| -> Vec<f32> { (0..count).map(|i| (i as f32 * by).sin() * 0.4).collect() };
        let (entry, line) = (draw(3, 0.9), draw(3, 1.7));
        let weights =
            [draw(HIDDEN * 3, 0.3), draw(HIDDEN * 3, 0.7), draw(HIDDEN, 1.1), draw(HIDDEN, 1.3), vec![0.1]];
        let loss = |weights: &[Vec<f32>; 5]| {
            let [_, _, _, out, level] = weights;
            -sigmoid(dot(out, &hidden(weights, &entry, &line)) + level[0]).ln()
        };
        let mut slopes: Vec<Vec<f32>> = weights.iter().map(|w| vec![0.0; w.len()]).collect();
        add_slopes(&mut slopes, &weights, (&entry, &line), true, 1);
        for (part, at) in [(0, 5), (0, 100), (1, 17), (1, 150), (2, 9), (3, 30), (4, 0)] {
            let moved = |by: f32| {
                let mut weights = weights.clone();
                weights[part][at] += by;
                loss(&weights)
            };
            let difference = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            let slope = slopes[part][at];
            assert!((slope - difference).abs() < 2e-3, "{part}, {at}: {slope}, {difference}");
        }
    }

    #[test]
    fn it_learns_which_kind_of_line_goes_with_which_kind_of_entry() {
        // Entries and lines of two kinds; alike fit. No map of either alone can tell.
        let of_kind = |kind: usize, i: usize| {
            let noise = (i as f32 * 0.7).sin() * 0.3;
            vec![if kind == 0 { 1.0 } else { -1.0 } + noise, noise * 2.0, (i as f32).cos()]
        };
        let entries: Vec<Vec<f32>> = (0..40).map(|i| of_kind(i % 2, i)).collect();
        let lines: Vec<Vec<f32>> = (0..40).map(|i| of_kind(i % 2, i + 77)).collect();
        let examples: Vec<Example> = (0..40)
            .flat_map(|e| (0..40).map(move |l| Example { entry: e, line: l, fits: e % 2 == l % 2 }))
            .collect();
        let maps = learn(&entries, &lines, &examples, 0);
        let right =
            examples.iter().filter(|x| (maps.log_odds(&entries[x.entry], x.line) > 0.0) == x.fits).count();
        assert!(right > 1_500, "{right} of 1600");
        let again = learn(&entries, &lines, &examples, 0);
        assert_eq!(maps.entry, again.entry);
    }
}
