//! Products that sum over tokens instead of columns: the slope of a thin matrix of weights from
//! the activations on both of its sides.

use super::lanes::{Kernel, Lanes};
use super::matrix::PANEL;

/// Columns whose sums are held in registers.
const TILE: usize = 8;

/// `xᵀ·y`: for each column of `x` (rows of `width`) sixteen sums over the rows, with the sixteen
/// values of a row of `y`.
pub(super) struct Slopes<'a> {
    pub(super) x: &'a [f32],
    pub(super) width: usize,
    pub(super) y: &'a [[f32; PANEL]],
    /// One for each column.
    pub(super) out: &'a mut [[f32; PANEL]],
}

impl Kernel for Slopes<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let Self { x, width, y, out } = self;
        let mut at = 0;
        while at + TILE <= width {
            tile::<L, TILE>(l, x, width, y, &mut out[at..], at);
            at += TILE;
        }
        while at < width {
            tile::<L, 1>(l, x, width, y, &mut out[at..], at);
            at += 1;
        }
    }
}

#[inline(always)]
fn tile<L: Lanes, const N: usize>(
    l: L,
    x: &[f32],
    width: usize,
    y: &[[f32; PANEL]],
    out: &mut [[f32; PANEL]],
    at: usize,
) {
    let mut sums = [l.zero(); N];
    for (row, y) in x.chunks_exact(width).zip(y) {
        let y = l.load(y);
        let row = &row[at..at + N];
        for c in 0..N {
            sums[c] = l.mul_add(y, l.splat(row[c]), sums[c]);
        }
    }
    for (sum, out) in sums.into_iter().zip(out) {
        l.store(sum, out);
    }
}
