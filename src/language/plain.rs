//! Products in floats on the kernels, for training: maps whose weights lie there as they are or
//! rounded, and the slopes of thin ones. Everything runs on the thread that calls.

#[cfg(target_arch = "x86_64")]
use super::kernels::{Bf16, PairMatrix};
use super::kernels::{DenseMatrix, Isa, PANEL, multiply_plain, slopes};

/// A map, `outputs × inputs`, packed for the kernels.
pub struct PlainMap(Weights);

enum Weights {
    Single(DenseMatrix, Isa),
    #[cfg(target_arch = "x86_64")]
    Pairs(PairMatrix),
}

impl PlainMap {
    /// Packs weights, row by row, as they are. `None` if their number is not `outputs · inputs`.
    #[must_use]
    pub fn new(weights: &[f32], outputs: usize, inputs: usize) -> Option<Self> {
        let matrix = DenseMatrix::plain(weights, outputs, inputs)?;
        Some(Self(Weights::Single(matrix, Isa::detect(None))))
    }

    /// The same, weights and inputs rounded to `bf16` where the processor multiplies those faster.
    #[must_use]
    pub fn coarse(weights: &[f32], outputs: usize, inputs: usize) -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = Bf16::detect() {
            return Some(Self(Weights::Pairs(PairMatrix::new(proof, weights, outputs, inputs)?)));
        }
        Self::new(weights, outputs, inputs)
    }

    /// Number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        match &self.0 {
            Weights::Single(matrix, _) => matrix.rows(),
            #[cfg(target_arch = "x86_64")]
            Weights::Pairs(matrix) => matrix.rows(),
        }
    }

    /// Number of inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        match &self.0 {
            Weights::Single(matrix, _) => matrix.columns(),
            #[cfg(target_arch = "x86_64")]
            Weights::Pairs(matrix) => matrix.columns(),
        }
    }

    /// `x·Wᵀ` for rows of inputs that lie one after another.
    #[must_use]
    pub fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; x.len() / self.inputs().max(1) * self.outputs()];
        self.multiply(x, &mut out, false);
        out
    }

    /// Adds `x·Wᵀ` to `out`, whose length must be that of what [`Self::apply`] gives.
    pub fn add(&self, x: &[f32], out: &mut [f32]) {
        self.multiply(x, out, true);
    }

    fn multiply(&self, x: &[f32], out: &mut [f32], add: bool) {
        match &self.0 {
            Weights::Single(matrix, isa) => multiply_plain(*isa, matrix, x, out, add),
            #[cfg(target_arch = "x86_64")]
            Weights::Pairs(matrix) => matrix.multiply(x, out, add),
        }
    }
}

/// `xᵀ·y`, where `x` has rows of `width` and `y` as many rows of `rank` values, a multiple of 16:
/// `width × rank` values, column of `x` by column. Rows that only one of them has are left out.
#[must_use]
pub fn plain_slopes(x: &[f32], width: usize, y: &[f32], rank: usize) -> Vec<f32> {
    let isa = Isa::detect(None);
    let mut out = vec![0.0; width * rank];
    for first in (0..rank / PANEL * PANEL).step_by(PANEL) {
        let part: Vec<[f32; PANEL]> = y
            .chunks_exact(rank)
            .map(|row| {
                let mut part = [0.0; PANEL];
                part.copy_from_slice(&row[first..first + PANEL]);
                part
            })
            .collect();
        for (row, sums) in out.chunks_exact_mut(rank).zip(slopes(isa, x, width, &part)) {
            row[first..first + PANEL].copy_from_slice(&sums);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn products_are_those_of_the_definition(
            rows in 1usize..20, inputs in 1usize..40, outputs in 1usize..40, seed in any::<u32>(),
        ) {
            let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 20) as f32 / 4096.0 - 0.5;
            let x: Vec<f32> = (0..rows * inputs).map(value).collect();
            let w: Vec<f32> = (0..outputs * inputs).map(|i| value(i + 7919)).collect();
            let map = PlainMap::new(&w, outputs, inputs).unwrap();
            prop_assert!(PlainMap::new(&w[1..], outputs, inputs).is_none());
            let got = map.apply(&x);
            let mut twice = got.clone();
            map.add(&x, &mut twice);
            for r in 0..rows {
                for o in 0..outputs {
                    let sum: f32 = (0..inputs).map(|i| x[r * inputs + i] * w[o * inputs + i]).sum();
                    prop_assert!((got[r * outputs + o] - sum).abs() < 1e-4);
                    prop_assert!((twice[r * outputs + o] - 2.0 * sum).abs() < 2e-4);
                }
            }
            let coarse = PlainMap::coarse(&w, outputs, inputs).unwrap();
            prop_assert_eq!((coarse.outputs(), coarse.inputs()), (outputs, inputs));
            for (coarse, exact) in coarse.apply(&x).iter().zip(&got) {
                // Eight bits of each number, and at most 40 products of at most a quarter.
                prop_assert!((coarse - exact).abs() < 0.1);
            }
            let y: Vec<f32> = (0..rows * 32).map(|i| value(i + 31)).collect();
            let slopes = plain_slopes(&x, inputs, &y, 32);
            for c in 0..inputs {
                for k in 0..32 {
                    let sum: f32 = (0..rows).map(|r| x[r * inputs + c] * y[r * 32 + k]).sum();
                    prop_assert!((slopes[c * 32 + k] - sum).abs() < 1e-4);
                }
            }
        }
    }
}
