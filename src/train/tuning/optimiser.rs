//! Adam with decoupled decay of the weights (Loshchilov and Hutter 2019).

use candle_core::{Device, Tensor, Var};

use super::TuneError;

/// How a kind of parameter learns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// Step size.
    pub(super) step: f64,
    /// Share of a weight that a step of size 1 takes away.
    pub(super) decay: f64,
}

/// The running means of slopes and of their squares, for every parameter.
pub(super) struct Adam {
    pub(super) first: Vec<Vec<f32>>,
    pub(super) second: Vec<Vec<f32>>,
    pub(super) steps: i32,
}

const KEEP_FIRST: f32 = 0.9;
const KEEP_SECOND: f32 = 0.99;
const EPSILON: f32 = 1e-8;

impl Adam {
    pub(super) fn new(sizes: impl Iterator<Item = usize>) -> Self {
        let first: Vec<Vec<f32>> = sizes.map(|n| vec![0.0; n]).collect();
        Self { second: first.clone(), first, steps: 0 }
    }

    /// Moves every parameter against its slope; slopes longer than `clip` together are shortened
    /// to it. Returns how long they were.
    pub(super) fn step(
        &mut self,
        parameters: &[(&Var, Rate)],
        slopes: &[Vec<f32>],
        clip: f64,
    ) -> Result<f64, TuneError> {
        let length = slopes.iter().flatten().map(|s| f64::from(*s) * f64::from(*s)).sum::<f64>().sqrt();
        let shorten = if length > clip { (clip / length) as f32 } else { 1.0 };
        self.steps += 1;
        let (one, two) = (1.0 - KEEP_FIRST.powi(self.steps), 1.0 - KEEP_SECOND.powi(self.steps));
        for (i, (var, rate)) in parameters.iter().enumerate() {
            let mut values = super::steps::values(var.as_tensor())?;
            let (first, second) = (&mut self.first[i], &mut self.second[i]);
            let (size, decay) = (rate.step as f32, (rate.step * rate.decay) as f32);
            for (((value, slope), m), v) in values.iter_mut().zip(&slopes[i]).zip(first).zip(second) {
                let slope = slope * shorten;
                *m = KEEP_FIRST * *m + (1.0 - KEEP_FIRST) * slope;
                *v = KEEP_SECOND * *v + (1.0 - KEEP_SECOND) * slope * slope;
                *value -= size * (*m / one) / ((*v / two).sqrt() + EPSILON) + decay * *value;
            }
            var.set(&Tensor::from_vec(values, var.shape(), &Device::Cpu)?)?;
        }
        Ok(length)
    }
}
