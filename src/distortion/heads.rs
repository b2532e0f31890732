//! Recognition by trained heads.

use super::{Distortion, Found, MOST_SHOWN, Recognition, spans};
use crate::entry::Entry;
use crate::heads::{HeadFileError, Heads, Linear, Reading, WindowReading, sigmoid};
use crate::language::States;

/// Name of the head with one output for each distortion, read on [`features`].
pub const DISTORTION_HEAD: &str = "distortion";
/// Name of the head with one output for each distortion, read on the state of each token.
pub const SPAN_HEAD: &str = "span";
/// Probability above which each distortion counts, from the development split.
pub const THRESHOLDS: &str = "distortion.thresholds";

const COUNT: usize = Distortion::ALL.len();

pub(super) fn recognise(
    entry: &Entry,
    heads: &Heads,
    reading: &Reading,
) -> Result<Recognition, HeadFileError> {
    let head = heads.linear(DISTORTION_HEAD, COUNT)?;
    let span_head = heads.linear(SPAN_HEAD, COUNT)?;
    let thresholds = heads.vector(THRESHOLDS, COUNT)?;
    // A distortion is as likely as in the window where it is likeliest.
    let mut probabilities = [0.0_f32; COUNT];
    let mut best_window = [0; COUNT];
    for (w, window) in reading.windows.iter().enumerate() {
        for (i, logit) in head.apply(&features(window, span_head)).into_iter().enumerate() {
            let probability = sigmoid(logit);
            if probability > probabilities[i] {
                (probabilities[i], best_window[i]) = (probability, w);
            }
        }
    }
    let mut found: Vec<Found> = Distortion::ALL
        .into_iter()
        .filter(|d| probabilities[d.index()] >= thresholds[d.index()])
        .map(|distortion| {
            let i = distortion.index();
            let window = &reading.windows[best_window[i]];
            let ranges: Vec<_> =
                spans::carrying(entry.normalised(), window, span_head, i).into_iter().collect();
            Found {
                distortion,
                probability: probabilities[i],
                spans: ranges.iter().map(|r| entry.span_as_given(r.clone())).collect(),
                ranges,
            }
        })
        .collect();
    found.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    found.truncate(MOST_SHOWN);
    Ok(Recognition { probabilities, found })
}

/// What the distortion head reads of a window: its mean state, then [`span_features`].
fn features(window: &WindowReading, span_head: &Linear) -> Vec<f32> {
    let mut all = window.pooled.clone();
    all.extend(span_features(&window.states, span_head));
    all
}

/// How strongly the span head speaks anywhere in a window: for each output the highest mean
/// logit over 8 tokens (a short clause), over 14 (a long one), and over all. A distortion is a
/// matter of a few words, which the mean state of a long entry drowns.
/// `3 · outputs` values.
#[must_use]
pub fn span_features(states: &States, span_head: &Linear) -> Vec<f32> {
    const CLAUSES: [usize; 2] = [8, 14];
    let outputs = span_head.outputs();
    let rows = states.len();
    // Running sums of the logits, so that each mean is a difference.
    let mut sums = vec![vec![0.0_f64; rows + 1]; outputs];
    for (t, state) in states.rows().enumerate() {
        for (sum, logit) in sums.iter_mut().zip(span_head.apply(state)) {
            sum[t + 1] = sum[t] + f64::from(logit);
        }
    }
    let highest = |sum: &[f64], length: usize| {
        let length = length.min(rows).max(1);
        let means = sum.iter().zip(sum.iter().skip(length)).map(|(a, b)| (b - a) / length as f64);
        means.fold(f64::NEG_INFINITY, f64::max)
    };
    let mut all = Vec::with_capacity(3 * outputs);
    for length in CLAUSES.into_iter().chain([rows]) {
        all.extend(sums.iter().map(|sum| if rows == 0 { 0.0 } else { highest(sum, length) as f32 }));
    }
    all
}
