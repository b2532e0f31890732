//! Products with weights in plain floats: sixteen rows interleaved, column by column.

use super::disjoint::Disjoint;
use super::lanes::{Kernel, Lanes, Number};
use super::matrix::PANEL;
use super::product::write;
use crate::language::gguf::TensorType;

/// Tokens whose sums are held in registers.
const TILE: usize = 8;

/// A matrix of `f32` or half-precision weights; `bf16` is widened to `f32`.
#[derive(Debug)]
pub(in crate::language) struct DenseMatrix {
    rows: usize,
    columns: usize,
    weights: Weights,
}

#[derive(Debug)]
enum Weights {
    Single(Vec<[f32; PANEL]>),
    Half(Vec<[u16; PANEL]>),
}

impl DenseMatrix {
    /// Packs a tensor's bytes; `None` if its type is not a plain one or its length is wrong.
    /// Row `r` of the matrix is row `order(r)` of the tensor.
    pub(in crate::language) fn pack(
        kind: TensorType,
        rows: usize,
        columns: usize,
        bytes: &[u8],
        order: &dyn Fn(usize) -> usize,
    ) -> Option<Self> {
        let panels = rows.div_ceil(PANEL);
        let single = |width: usize, read: &dyn Fn(&[u8]) -> f32| {
            (bytes.len() == rows * columns * width).then(|| {
                interleave(rows, columns, panels, |r, c| read(&bytes[(order(r) * columns + c) * width..]))
            })
        };
        let weights = match kind {
            TensorType::F32 => Weights::Single(single(4, &|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))?),
            TensorType::Bf16 => {
                Weights::Single(single(2, &|b| half::bf16::from_le_bytes([b[0], b[1]]).to_f32())?)
            }
            TensorType::F16 if bytes.len() == rows * columns * 2 => {
                Weights::Half(interleave(rows, columns, panels, |r, c| {
                    let at = (order(r) * columns + c) * 2;
                    u16::from_le_bytes([bytes[at], bytes[at + 1]])
                }))
            }
            _ => return None,
        };
        Some(Self { rows, columns, weights })
    }

    /// Takes weights as they are, row by row; `None` if their number is not `rows · columns`.
    pub(in crate::language) fn plain(weights: &[f32], rows: usize, columns: usize) -> Option<Self> {
        (weights.len() == rows * columns).then(|| {
            let panels = rows.div_ceil(PANEL);
            let weights = Weights::Single(interleave(rows, columns, panels, |r, c| weights[r * columns + c]));
            Self { rows, columns, weights }
        })
    }

    pub(in crate::language) fn rows(&self) -> usize {
        self.rows
    }

    pub(in crate::language) fn columns(&self) -> usize {
        self.columns
    }

    /// Writes one row, as far as there is room.
    pub(in crate::language) fn row(&self, r: usize, to: &mut [f32]) {
        let (panel, lane) = (r / PANEL * self.columns, r % PANEL);
        for (c, to) in to.iter_mut().take(self.columns).enumerate() {
            *to = match &self.weights {
                Weights::Single(w) => w[panel + c][lane],
                Weights::Half(w) => half::f16::from_bits(w[panel + c][lane]).to_f32(),
            };
        }
    }
}

fn interleave<T: Copy + Default>(
    rows: usize,
    columns: usize,
    panels: usize,
    at: impl Fn(usize, usize) -> T,
) -> Vec<[T; PANEL]> {
    let mut all = vec![[T::default(); PANEL]; panels * columns];
    for r in 0..rows {
        for c in 0..columns {
            all[r / PANEL * columns + c][r % PANEL] = at(r, c);
        }
    }
    all
}

/// The product of one panel with every token, written to the panel's columns.
pub(super) struct PanelProduct<'a> {
    pub(super) matrix: &'a DenseMatrix,
    pub(super) panel: usize,
    /// Rows of as many values as the matrix has columns.
    pub(super) x: &'a [f32],
    pub(super) out: Disjoint<'a, f32>,
    pub(super) add: bool,
}

impl Kernel for PanelProduct<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let columns = self.matrix.columns;
        let range = self.panel * columns..(self.panel + 1) * columns;
        match &self.matrix.weights {
            Weights::Single(w) => self.all(l, &w[range]),
            Weights::Half(w) => self.all(l, &w[range]),
        }
    }
}

impl PanelProduct<'_> {
    #[inline(always)]
    fn all<L: Lanes, T: Number>(&self, l: L, weights: &[[T; PANEL]]) {
        let tokens = self.x.len() / self.matrix.columns.max(1);
        let mut at = 0;
        while at + TILE <= tokens {
            self.tile::<L, T, TILE>(l, weights, at);
            at += TILE;
        }
        while at < tokens {
            self.tile::<L, T, 1>(l, weights, at);
            at += 1;
        }
    }

    #[inline(always)]
    fn tile<L: Lanes, T: Number, const N: usize>(&self, l: L, weights: &[[T; PANEL]], at: usize) {
        let rows: [&[f32]; N] = std::array::from_fn(|t| &self.x[(at + t) * weights.len()..][..weights.len()]);
        let mut sums = [l.zero(); N];
        for (c, w) in weights.iter().enumerate() {
            let w = T::load(l, w);
            for t in 0..N {
                sums[t] = l.mul_add(w, l.splat(rows[t][c]), sums[t]);
            }
        }
        let rows = self.matrix.rows;
        for (t, sum) in sums.into_iter().enumerate() {
            // SAFETY: the columns of this panel belong to this call alone.
            unsafe { write(l, sum, self.out, ((at + t) * rows, rows), self.panel, self.add) };
        }
    }
}
