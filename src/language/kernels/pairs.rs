//! Products of weights in `bf16`: sixteen rows interleaved, two columns of a row to a lane. Where
//! the processor multiplies such pairs itself it takes half the time of `f32`; only tuning uses
//! them, where the slopes of a few texts are coarser by far than a weight of eight bits.

use std::arch::x86_64::*;

use super::matrix::PANEL;

/// Tokens whose sums are held in registers.
const TILE: usize = 16;

/// Proof that this processor has AVX-512 F and BF16.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct Bf16(());

impl Bf16 {
    pub(in crate::language) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16");
        has.then_some(Self(()))
    }
}

/// A matrix of `bf16` weights. An odd number of columns is filled up with a column of 0.
#[derive(Debug)]
pub(in crate::language) struct PairMatrix {
    rows: usize,
    columns: usize,
    proof: Bf16,
    /// Panel by panel, pair of columns by pair of columns.
    weights: Vec<[u32; PANEL]>,
}

impl PairMatrix {
    /// Rounds weights that lie row by row; `None` if their number is not `rows · columns`.
    pub(in crate::language) fn new(
        proof: Bf16,
        weights: &[f32],
        rows: usize,
        columns: usize,
    ) -> Option<Self> {
        if weights.len() != rows * columns || columns == 0 {
            return None;
        }
        let pairs = columns.div_ceil(2);
        let mut all = vec![[0; PANEL]; rows.div_ceil(PANEL) * pairs];
        for (r, row) in weights.chunks_exact(columns).enumerate() {
            for (p, pair) in row.chunks(2).enumerate() {
                all[r / PANEL * pairs + p][r % PANEL] = packed(pair);
            }
        }
        Some(Self { rows, columns, proof, weights: all })
    }

    pub(in crate::language) fn rows(&self) -> usize {
        self.rows
    }

    pub(in crate::language) fn columns(&self) -> usize {
        self.columns
    }

    /// `x·matrixᵀ`, written to `out` or added to it; `out` has as many rows as `x`.
    pub(in crate::language) fn multiply(&self, x: &[f32], out: &mut [f32], add: bool) {
        let tokens = x.len() / self.columns;
        if x.len() != tokens * self.columns || out.len() != tokens * self.rows {
            debug_assert!(false, "a product whose shapes do not fit");
            return;
        }
        let x: Vec<u32> = if self.columns.is_multiple_of(2) {
            // SAFETY: `self.proof` exists only where the processor has these instructions.
            unsafe { all_packed(self.proof, x) }
        } else {
            x.chunks_exact(self.columns).flat_map(|row| row.chunks(2).map(packed)).collect()
        };
        let pairs = self.columns.div_ceil(2);
        for (panel, weights) in self.weights.chunks_exact(pairs).enumerate() {
            let first = panel * PANEL;
            let width = PANEL.min(self.rows - first);
            let mut write = |token: usize, sums: [f32; PANEL]| {
                let out = &mut out[token * self.rows + first..][..width];
                for (out, sum) in out.iter_mut().zip(sums) {
                    *out = if add { *out + sum } else { sum };
                }
            };
            let mut at = 0;
            while at + TILE <= tokens {
                self.tile::<TILE>(weights, &x[at * pairs..], at, &mut write);
                at += TILE;
            }
            while at + 4 <= tokens {
                self.tile::<4>(weights, &x[at * pairs..], at, &mut write);
                at += 4;
            }
            while at < tokens {
                self.tile::<1>(weights, &x[at * pairs..], at, &mut write);
                at += 1;
            }
        }
    }

    #[inline]
    fn tile<const N: usize>(
        &self,
        weights: &[[u32; PANEL]],
        x: &[u32],
        at: usize,
        write: &mut impl FnMut(usize, [f32; PANEL]),
    ) {
        let rows: [&[u32]; N] = std::array::from_fn(|t| &x[t * weights.len()..][..weights.len()]);
        // SAFETY: `self.proof` exists only where the processor has these instructions.
        let sums = unsafe { sums(self.proof, weights, rows) };
        for (t, sums) in sums.into_iter().enumerate() {
            write(at + t, sums);
        }
    }
}

/// Two numbers, or one and 0, as `bf16`, the first in the low half.
fn packed(pair: &[f32]) -> u32 {
    let bits = |i: usize| pair.get(i).map_or(0, |v| u32::from(half::bf16::from_f32(*v).to_bits()));
    bits(0) | bits(1) << 16
}

/// Numbers two by two as [`packed`] has them.
#[target_feature(enable = "avx512f,avx512bf16")]
fn all_packed(_: Bf16, x: &[f32]) -> Vec<u32> {
    let mut out = vec![0; x.len().div_ceil(2)];
    let (many, rest) = x.as_chunks::<32>();
    for (x, out) in many.iter().zip(out.as_chunks_mut::<PANEL>().0) {
        // SAFETY: loads and the store stay within arrays of their width; registers of 512 bits
        // have the same layout whatever they hold.
        unsafe {
            let (low, high) = (_mm512_loadu_ps(x.as_ptr()), _mm512_loadu_ps(x[16..].as_ptr()));
            let both: __m512i = std::mem::transmute(_mm512_cvtne2ps_pbh(high, low));
            _mm512_storeu_si512(out.as_mut_ptr().cast(), both);
        }
    }
    for (pair, out) in rest.chunks(2).zip(&mut out[many.len() * PANEL..]) {
        *out = packed(pair);
    }
    out
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn sums<const N: usize>(_: Bf16, weights: &[[u32; PANEL]], rows: [&[u32]; N]) -> [[f32; PANEL]; N] {
    let mut sums = [_mm512_setzero_ps(); N];
    for (p, weights) in weights.iter().enumerate() {
        // SAFETY: the load goes through a reference to an array of its width; registers of 512
        // bits have the same layout whatever they hold.
        let weights: __m512bh = unsafe { std::mem::transmute(_mm512_loadu_si512(weights.as_ptr().cast())) };
        for t in 0..N {
            // SAFETY: as above.
            let x: __m512bh = unsafe { std::mem::transmute(_mm512_set1_epi32(rows[t][p].cast_signed())) };
            sums[t] = _mm512_dpbf16_ps(sums[t], weights, x);
        }
    }
    sums.map(|sums| {
        let mut out = [0.0; PANEL];
        // SAFETY: the store goes through a reference to an array of its width.
        unsafe { _mm512_storeu_ps(out.as_mut_ptr(), sums) };
        out
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn products_are_those_of_the_rounded_numbers(
            tokens in 1usize..40, columns in 1usize..80, rows in 1usize..40, seed in any::<u32>(),
        ) {
            let Some(proof) = Bf16::detect() else { return Ok(()) };
            let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 20) as f32 / 4096.0 - 0.5;
            let x: Vec<f32> = (0..tokens * columns).map(value).collect();
            let w: Vec<f32> = (0..rows * columns).map(|i| value(i + 7919)).collect();
            let matrix = PairMatrix::new(proof, &w, rows, columns).unwrap();
            prop_assert!(PairMatrix::new(proof, &w[1..], rows, columns).is_none());
            let mut got = vec![f32::NAN; tokens * rows];
            matrix.multiply(&x, &mut got, false);
            for v in &mut got {
                *v += 1.0;
            }
            let mut twice = got.clone();
            matrix.multiply(&x, &mut twice, true);
            let rounded = |v: f32| half::bf16::from_f32(v).to_f32();
            for t in 0..tokens {
                for r in 0..rows {
                    let sum: f32 =
                        (0..columns).map(|c| rounded(x[t * columns + c]) * rounded(w[r * columns + c])).sum();
                    prop_assert!((got[t * rows + r] - 1.0 - sum).abs() < 1e-4);
                    prop_assert!((twice[t * rows + r] - 1.0 - 2.0 * sum).abs() < 2e-4);
                }
            }
        }
    }
}
