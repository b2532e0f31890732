//! Trained linear read-outs of the model's hidden states: their file, and reading an entry
//! once for all of them.
//!
//! One prefill up to a middle layer serves every head: which distortions an entry carries and in
//! which words, how grave it is, what it is about. What a head's outputs mean is known by the
//! rooms that use it; this room knows numbers only.

mod file;
mod following;
mod reading;
mod shipped;

pub use file::{HeadFileError, HeadTensors, Heads};
pub(crate) use following::following;
pub use reading::{Reading, WindowReading, read, read_all, windows};

/// A linear map with bias, `outputs × inputs`, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    inputs: usize,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// A map from its weights (`outputs · inputs` values, row-major) and biases (`outputs`).
    /// `None` if the counts do not fit.
    #[must_use]
    pub fn new(inputs: usize, weight: Vec<f32>, bias: Vec<f32>) -> Option<Self> {
        (inputs > 0 && weight.len() == inputs * bias.len()).then_some(Self { inputs, weight, bias })
    }

    /// A map from parts whose counts are known to fit.
    pub(crate) fn from_parts(inputs: usize, weight: Vec<f32>, bias: Vec<f32>) -> Self {
        debug_assert_eq!(weight.len(), inputs * bias.len(), "weights and biases belong together");
        Self { inputs, weight, bias }
    }

    /// Number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Number of inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The weights, row-major.
    #[must_use]
    pub fn weight(&self) -> &[f32] {
        &self.weight
    }

    /// The biases.
    #[must_use]
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    /// All outputs for one input vector.
    #[must_use]
    pub fn apply(&self, x: &[f32]) -> Vec<f32> {
        (0..self.outputs()).map(|i| self.output(i, x)).collect()
    }

    /// Output `i` for one input vector; 0 if there is no such output.
    #[must_use]
    pub fn output(&self, i: usize, x: &[f32]) -> f32 {
        match (self.weight.chunks_exact(self.inputs).nth(i), self.bias.get(i)) {
            (Some(row), Some(bias)) => row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>() + bias,
            _ => 0.0,
        }
    }
}

/// The logistic function.
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The log-odds of a probability, finite also at 0 and 1.
#[must_use]
pub fn log_odds(p: f32) -> f32 {
    const HAIR: f32 = 1e-4;
    let p = p.clamp(HAIR, 1.0 - HAIR);
    (p / (1.0 - p)).ln()
}
