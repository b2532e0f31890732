//! Logistic regression with many outputs: minibatch Adam on standardised inputs, seeded, so that
//! the same data gives the same map. An example may have several rows; for each output the row
//! that speaks for it most counts (multiple-instance learning with the maximum).

use std::ops::Range;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::heads::{Linear, sigmoid};

/// Rows of inputs, and for every example a 0 or 1 for every output.
pub(super) struct Examples<'a> {
    /// Values in a row.
    pub(super) inputs: usize,
    /// All rows one after another.
    pub(super) x: &'a [f32],
    /// The rows of each example, at least one; `None` if each example is the row of its number.
    pub(super) bags: Option<&'a [Range<usize>]>,
    /// Outputs of an example.
    pub(super) outputs: usize,
    /// All labels, example by example.
    pub(super) y: &'a [f32],
    /// Which examples to learn from.
    pub(super) rows: &'a [usize],
}

impl Examples<'_> {
    fn rows_of(&self, example: usize) -> Range<usize> {
        self.bags.and_then(|bags| bags.get(example)).cloned().unwrap_or(example..example + 1)
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.x[row * self.inputs..(row + 1) * self.inputs]
    }
}

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe {
    /// Weight of the squared norm of the weights beside the mean loss.
    pub(super) l2: f32,
    /// Times every row is seen.
    pub(super) epochs: usize,
    /// Rows in a step.
    pub(super) batch: usize,
    /// Step size at the start; it falls to 0 linearly.
    pub(super) rate: f32,
    /// Order of the rows.
    pub(super) seed: u64,
}

/// Learns a map whose outputs are log-odds.
pub(super) fn fit(examples: &Examples<'_>, recipe: Recipe) -> Linear {
    let Examples { inputs, outputs, .. } = *examples;
    let (mean, scale) = moments(examples);
    let mut weight = vec![0.0_f32; inputs * outputs];
    let mut bias: Vec<f32> = (0..outputs).map(|o| prior(examples, o)).collect();
    let mut adam_weight = Adam::new(weight.len());
    let mut adam_bias = Adam::new(bias.len());
    let mut rng = ChaCha8Rng::seed_from_u64(recipe.seed);
    let mut order = examples.rows.to_vec();
    let steps = (recipe.epochs * order.len().div_ceil(recipe.batch)).max(1);
    let mut step = 0;
    let mut bag = Vec::new();
    for _ in 0..recipe.epochs {
        order.shuffle(&mut rng);
        for batch in order.chunks(recipe.batch) {
            let mut weight_slope: Vec<f32> = weight.iter().map(|w| recipe.l2 * w).collect();
            let mut bias_slope = vec![0.0_f32; outputs];
            for &r in batch {
                bag.clear();
                for row in examples.rows_of(r) {
                    let moments = mean.iter().zip(&scale);
                    bag.extend(examples.row(row).iter().zip(moments).map(|(x, (m, s))| (x - m) * s));
                }
                for o in 0..outputs {
                    let w = &weight[o * inputs..(o + 1) * inputs];
                    let mut speaks: (&[f32], f32) = (&[], f32::NEG_INFINITY);
                    for row in bag.chunks_exact(inputs) {
                        let logit = dot(w, row) + bias[o];
                        if logit > speaks.1 {
                            speaks = (row, logit);
                        }
                    }
                    let (row, logit) = speaks;
                    let error = (sigmoid(logit) - examples.y[r * outputs + o]) / batch.len() as f32;
                    bias_slope[o] += error;
                    for (slope, z) in weight_slope[o * inputs..(o + 1) * inputs].iter_mut().zip(row) {
                        *slope += error * z;
                    }
                }
            }
            let rate = recipe.rate * (1.0 - step as f32 / steps as f32);
            step += 1;
            adam_weight.step(&mut weight, &weight_slope, rate);
            adam_bias.step(&mut bias, &bias_slope, rate);
        }
    }
    // Standardisation goes into the map, so that it reads states as they are.
    for o in 0..outputs {
        let w = &mut weight[o * inputs..(o + 1) * inputs];
        for (w, (m, s)) in w.iter_mut().zip(mean.iter().zip(&scale)) {
            *w *= s;
            bias[o] -= *w * m;
        }
    }
    Linear::from_parts(inputs, weight, bias)
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums side by side, so that the compiler can use wide registers.
    let mut sums = [0.0_f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (x, y) in a8.iter().zip(b8) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum::<f32>()
}

/// Mean of each input and one over its standard deviation.
fn moments(examples: &Examples<'_>) -> (Vec<f32>, Vec<f32>) {
    let rows = || examples.rows.iter().flat_map(|example| examples.rows_of(*example));
    let n = rows().count().max(1) as f64;
    let mut sum = vec![0.0_f64; examples.inputs];
    let mut squares = vec![0.0_f64; examples.inputs];
    for row in rows() {
        for ((s, q), x) in sum.iter_mut().zip(&mut squares).zip(examples.row(row)) {
            *s += f64::from(*x);
            *q += f64::from(*x) * f64::from(*x);
        }
    }
    sum.iter()
        .zip(&squares)
        .map(|(s, q)| {
            let mean = s / n;
            let deviation = (q / n - mean * mean).max(0.0).sqrt();
            (mean as f32, (1.0 / (deviation + 1e-6)) as f32)
        })
        .unzip()
}

/// Log-odds of an output over all examples: where learning starts.
fn prior(examples: &Examples<'_>, output: usize) -> f32 {
    let ones: f32 = examples.rows.iter().map(|r| examples.y[r * examples.outputs + output]).sum();
    let p = (ones + 0.5) / (examples.rows.len() as f32 + 1.0);
    (p / (1.0 - p)).ln()
}

pub(super) struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    steps: i32,
}

impl Adam {
    pub(super) fn new(n: usize) -> Self {
        Self { first: vec![0.0; n], second: vec![0.0; n], steps: 0 }
    }

    pub(super) fn step(&mut self, values: &mut [f32], slope: &[f32], rate: f32) {
        const DECAY: (f32, f32) = (0.9, 0.999);
        self.steps += 1;
        let (c1, c2) = (1.0 - DECAY.0.powi(self.steps), 1.0 - DECAY.1.powi(self.steps));
        for ((value, g), (m, v)) in
            values.iter_mut().zip(slope).zip(self.first.iter_mut().zip(&mut self.second))
        {
            *m = DECAY.0 * *m + (1.0 - DECAY.0) * g;
            *v = DECAY.1 * *v + (1.0 - DECAY.1) * g * g;
            *value -= rate * (*m / c1) / ((*v / c2).sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_a_line_that_parts_two_clouds_and_ignores_noise() {
        // Output 0 is whether x0 > 3 (in raw units far from 0), output 1 its opposite.
        let mut x = Vec::new();
        let mut y = Vec::new();
        for i in 0..400_u32 {
            let value = 3.0 + ((i * 37 % 400) as f32 - 200.0) / 100.0;
            x.extend([value, (i * 101 % 97) as f32]);
            y.extend(if value > 3.0 { [1.0, 0.0] } else { [0.0, 1.0] });
        }
        let rows: Vec<usize> = (0..400).collect();
        let examples = Examples { inputs: 2, x: &x, bags: None, outputs: 2, y: &y, rows: &rows };
        let recipe = Recipe { l2: 1e-3, epochs: 60, batch: 32, rate: 0.05, seed: 1 };
        let map = fit(&examples, recipe);
        let right = rows
            .iter()
            .filter(|r| (map.output(0, &x[**r * 2..**r * 2 + 2]) > 0.0) == (y[**r * 2] > 0.5))
            .count();
        assert!(right >= 392, "{right} of 400");
        assert_eq!(fit(&examples, recipe), map, "the same seed gives the same map");
    }

    #[test]
    fn one_telling_row_among_many_is_found() {
        // Five rows an example; in every other example one of them, at a changing place, is high.
        let mut x = Vec::new();
        let mut y = Vec::new();
        for i in 0..300_u32 {
            let telling = i % 2 == 0;
            for row in 0..5 {
                let high = telling && row == i / 2 % 5;
                x.extend([(i * 7 + row * 3) as f32 % 5.0 / 5.0 + if high { 3.0 } else { 0.0 }, 1.0]);
            }
            y.push(f32::from(u8::from(telling)));
        }
        let bags: Vec<Range<usize>> = (0..300).map(|i| i * 5..i * 5 + 5).collect();
        let rows: Vec<usize> = (0..300).collect();
        let examples = Examples { inputs: 2, x: &x, bags: Some(&bags), outputs: 1, y: &y, rows: &rows };
        let map = fit(&examples, Recipe { l2: 1e-3, epochs: 60, batch: 32, rate: 0.05, seed: 1 });
        let highest = |bag: &Range<usize>| {
            bag.clone().map(|r| map.output(0, &x[r * 2..r * 2 + 2])).fold(f32::NEG_INFINITY, f32::max)
        };
        assert!(rows.iter().all(|i| (highest(&bags[*i]) > 0.0) == (y[*i] > 0.5)));
    }
}
