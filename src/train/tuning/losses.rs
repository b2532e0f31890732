//! What is asked of the states: pooling, and losses with their slopes.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{Result, Tensor};

use super::backward::of1;
use super::steps::{matrix, values};

/// Each column less its mean, over its deviation.
pub(super) fn standardise(x: &Tensor, moments: &Arc<Moments>) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let mut out = values(x)?;
    for row in out.chunks_exact_mut(width) {
        for ((v, m), s) in row.iter_mut().zip(&moments.mean).zip(&moments.scale) {
            *v = (*v - m) * s;
        }
    }
    let moments = Arc::clone(moments);
    of1(x, out, (rows, width), move |slope| {
        let mut back = values(slope)?;
        for row in back.chunks_exact_mut(width) {
            row.iter_mut().zip(&moments.scale).for_each(|(v, s)| *v *= s);
        }
        Ok([Some(matrix(back, rows, width)?)])
    })
}

/// Mean and one over the deviation of every column of the states, before anything was learnt.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    pub(super) mean: Vec<f32>,
    pub(super) scale: Vec<f32>,
}

/// Mean of the rows of each range.
pub(super) fn means(x: &Tensor, ranges: &[Range<usize>]) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let given = values(x)?;
    let mut out = vec![0.0_f32; ranges.len() * width];
    for (range, out) in ranges.iter().zip(out.chunks_exact_mut(width)) {
        for row in given[range.start * width..range.end * width].chunks_exact(width) {
            out.iter_mut().zip(row).for_each(|(o, v)| *o += v / range.len() as f32);
        }
    }
    let ranges = ranges.to_vec();
    of1(x, out, (ranges.len(), width), move |slope| {
        let slope = values(slope)?;
        let mut back = vec![0.0_f32; rows * width];
        for (range, slope) in ranges.iter().zip(slope.chunks_exact(width)) {
            for row in back[range.start * width..range.end * width].chunks_exact_mut(width) {
                row.iter_mut().zip(slope).for_each(|(b, s)| *b += s / range.len() as f32);
            }
        }
        Ok([Some(matrix(back, rows, width)?)])
    })
}

/// For each range and each column the highest mean over `length` rows that follow one another.
pub(super) fn highest_means(x: &Tensor, ranges: &[Range<usize>], length: usize) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let given = values(x)?;
    let mut out = vec![0.0_f32; ranges.len() * width];
    // Where each of them begins, and over how many rows it goes.
    let mut chosen = vec![(0, 1); ranges.len() * width];
    for (r, range) in ranges.iter().enumerate() {
        let length = length.min(range.len()).max(1);
        for column in 0..width {
            let at = |row: usize| given[row * width + column];
            let mut sum: f32 = (range.start..range.start + length).map(at).sum();
            let mut best = (sum, range.start);
            for first in range.start + 1..=range.end - length {
                sum += at(first + length - 1) - at(first - 1);
                if sum > best.0 {
                    best = (sum, first);
                }
            }
            out[r * width + column] = best.0 / length as f32;
            chosen[r * width + column] = (best.1, length);
        }
    }
    of1(x, out, (ranges.len(), width), move |slope| {
        let mut back = vec![0.0_f32; rows * width];
        for (i, (slope, (first, length))) in values(slope)?.iter().zip(&chosen).enumerate() {
            for row in *first..first + length {
                back[row * width + i % width] += slope / *length as f32;
            }
        }
        Ok([Some(matrix(back, rows, width)?)])
    })
}

/// Sum over all values of the cross-entropy between a logit and its label, 0 or 1, row by row
/// times a weight.
pub(super) fn yes_or_no(logits: &Tensor, labels: &[f32], weights: &[f32]) -> Result<Tensor> {
    let (rows, width) = logits.dims2()?;
    let given = values(logits)?;
    let mut loss = 0.0_f32;
    let mut back = vec![0.0_f32; given.len()];
    for (i, (logit, label)) in given.iter().zip(labels).enumerate() {
        let weight = weights[i / width];
        loss += weight * (logit.max(0.0) - logit * label + (-logit.abs()).exp().ln_1p());
        back[i] = weight * (1.0 / (1.0 + (-logit).exp()) - label);
    }
    summed(logits, loss, matrix(back, rows, width)?)
}

/// Sum over the rows of `−ln p(choice)`.
pub(super) fn one_of(logits: &Tensor, choices: &[usize]) -> Result<Tensor> {
    let (rows, width) = logits.dims2()?;
    let mut back = values(logits)?;
    let mut loss = 0.0_f32;
    for (row, choice) in back.chunks_exact_mut(width).zip(choices) {
        let highest = row.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
        let own = row[*choice] - highest;
        for value in &mut *row {
            *value = (*value - highest).exp();
        }
        let sum: f32 = row.iter().sum();
        loss += sum.ln() - own;
        for value in &mut *row {
            *value /= sum;
        }
        row[*choice] -= 1.0;
    }
    summed(logits, loss, matrix(back, rows, width)?)
}

fn summed(x: &Tensor, loss: f32, back: Tensor) -> Result<Tensor> {
    of1(x, vec![loss], (), move |slope| Ok([Some(back.broadcast_mul(slope)?)]))
}
