//! The numeric work of the forward pass, for whatever processor this is.
//!
//! Kernels are written once, over [`lanes::Lanes`] (all but `pairs`, which only training uses); [`Isa::detect`] finds at run time which
//! instructions there are. Everything that is `unsafe` in this program's arithmetic lies here.
//!
//! Integer products are exact and floating sums are taken in one fixed order, so a result does
//! not depend on the number of threads or on which rows are computed together.

#![allow(
    clippy::inline_always,
    clippy::needless_range_loop,
    clippy::wildcard_imports,
    reason = "kernels must be inlined into the function that names their instructions; their loops \
              index several arrays of registers; a module of instructions names dozens of them"
)]

mod activations;
mod attention;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod decode;
mod dense;
mod disjoint;
mod elementwise;
mod lanes;
mod matrix;
mod memory;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod pairs;
mod pool;
mod product;
mod slopes;

pub(super) use activations::{Activations, Precision};
pub(super) use attention::{Attention, KeyValues, LARGEST_HEAD, Place};
pub(super) use dense::DenseMatrix;
pub(super) use disjoint::Disjoint;
pub(super) use elementwise::{gated_silu, rms_norm, rotate};
pub(super) use matrix::PANEL;
use matrix::PackedMatrix;
pub(super) use memory::Memory;
#[cfg(target_arch = "x86_64")]
pub(super) use pairs::{Bf16, PairMatrix};
pub(super) use pool::Pool;

use std::cell::RefCell;

use lanes::{Kernel, Lanes, Portable};
use product::PanelProduct;

use super::gguf::TensorType;

thread_local! {
    /// Each thread's room for one unpacked panel.
    static UNPACKED: RefCell<product::Unpacked> = RefCell::default();
}

/// Sets of instructions that the kernels are written for, from the slowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// Those that every processor has.
    Portable,
    /// `aarch64`'s NEON with dot products.
    Neon,
    /// AVX2 with FMA and F16C.
    Avx2,
    /// AVX-512 F, BW, DQ and VL with VNNI.
    Avx512,
}

impl Instructions {
    const ALL: [Self; 4] = [Self::Portable, Self::Neon, Self::Avx2, Self::Avx512];

    /// Its name: `portable`, `neon`, `avx2` or `avx512`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

impl std::str::FromStr for Instructions {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|i| i.name() == name);
        known.ok_or_else(|| format!("the sets are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// A set of instructions that this processor has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Isa {
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
    Portable(Portable),
}

impl Isa {
    /// The best that this processor has, or the best up to `at_most`.
    pub(super) fn detect(at_most: Option<Instructions>) -> Self {
        let allowed = |isa: &Self| at_most.is_none_or(|most| isa.instructions() <= most);
        Self::all().into_iter().rfind(allowed).unwrap_or(Self::Portable(Portable))
    }

    /// All that this processor has, the best last.
    pub(super) fn all() -> Vec<Self> {
        #[cfg_attr(
            not(any(target_arch = "x86_64", target_arch = "aarch64")),
            allow(unused_mut, reason = "other processors have nothing to add")
        )]
        let mut all = vec![Self::Portable(Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx2::Avx2::detect().map(Self::Avx2));
            all.extend(avx512::Avx512::detect().map(Self::Avx512));
        }
        #[cfg(target_arch = "aarch64")]
        all.extend(neon::Neon::detect().map(Self::Neon));
        all
    }

    pub(super) const fn instructions(self) -> Instructions {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => Instructions::Avx512,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Instructions::Avx2,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => Instructions::Neon,
            Self::Portable(_) => Instructions::Portable,
        }
    }

    fn run(self, kernel: impl Kernel) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => lanes.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(lanes) => lanes.run(kernel),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(lanes) => lanes.run(kernel),
            Self::Portable(lanes) => lanes.run(kernel),
        }
    }
}

/// A matrix of weights, packed or plain.
#[derive(Debug)]
pub(super) enum Matrix {
    Packed(PackedMatrix),
    Dense(DenseMatrix),
}

impl Matrix {
    /// Packs a tensor's bytes on all threads; `None` if they are not as long as type and shape
    /// say. Row `r` of the matrix is row `order(r)` of the tensor.
    ///
    /// # Errors
    /// What the system says if there is no memory for it.
    pub(super) fn pack(
        (pool, memory): (&Pool, &mut Memory),
        kind: TensorType,
        rows: usize,
        columns: usize,
        bytes: &[u8],
        order: &(dyn Fn(usize) -> usize + Sync),
    ) -> std::io::Result<Option<Self>> {
        Ok(match PackedMatrix::pack((pool, memory), kind, rows, columns, bytes, order)? {
            Some(packed) => Some(Self::Packed(packed)),
            None => DenseMatrix::pack(kind, rows, columns, bytes, order).map(Self::Dense),
        })
    }

    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Packed(m) => m.rows(),
            Self::Dense(m) => m.rows(),
        }
    }

    pub(super) fn columns(&self) -> usize {
        match self {
            Self::Packed(m) => m.columns(),
            Self::Dense(m) => m.columns(),
        }
    }

    /// Writes one row in full precision, as far as there is room.
    pub(super) fn row(&self, memory: &Memory, r: usize, to: &mut [f32]) {
        match self {
            Self::Packed(m) => m.row(memory, r, to),
            Self::Dense(m) => m.row(r, to),
        }
    }
}

/// One product among several that share their activations: `out` (`tokens × rows`) becomes
/// `x · matrixᵀ`, or grows by it.
pub(super) struct Product<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) out: &'a mut [f32],
    pub(super) add: bool,
}

/// Computes products on all threads. Matrices whose columns are not those of `x`, or an `out`
/// of another size, leave `out` as it is; loading has seen to it that there are none.
pub(super) fn multiply<const N: usize>(
    (pool, isa, memory): (&Pool, Isa, &Memory),
    x: &Activations,
    products: [Product<'_>; N],
) {
    let mut panels = 0;
    let parts = products.map(|Product { matrix, out, add }| {
        let fits = matrix.columns() == x.columns() && out.len() == x.tokens() * matrix.rows();
        debug_assert!(fits, "a product whose shapes do not fit");
        let first = panels;
        panels += if fits { matrix.rows().div_ceil(matrix::PANEL) } else { 0 };
        Part { matrix, out: Disjoint::new(out), add, first }
    });
    let grain = (panels / (pool.threads() * 8)).max(1);
    pool.split(panels, grain, &|panel| {
        let Some(part) = parts.iter().rev().find(|p| p.first <= panel) else { return };
        let (panel, out, add) = (panel - part.first, part.out, part.add);
        match part.matrix {
            Matrix::Packed(matrix) => UNPACKED.with_borrow_mut(|unpacked| {
                isa.run(PanelProduct { matrix, memory, panel, x: x.bytes(), out, add, unpacked });
                isa.run(PanelProduct { matrix, memory, panel, x: x.words(), out, add, unpacked });
            }),
            Matrix::Dense(matrix) => {
                isa.run(dense::PanelProduct { matrix, panel, x: x.floats(), out, add });
            }
        }
    });
}

/// `x·matrixᵀ` on the thread that calls, written to `out` or added to it; `out` has as many rows as
/// `x`.
pub(super) fn multiply_plain(isa: Isa, matrix: &DenseMatrix, x: &[f32], out: &mut [f32], add: bool) {
    let fits = x.len() * matrix.rows() == out.len() * matrix.columns();
    debug_assert!(fits, "a product whose shapes do not fit");
    let out = Disjoint::new(out);
    for panel in 0..if fits { matrix.rows().div_ceil(matrix::PANEL) } else { 0 } {
        isa.run(dense::PanelProduct { matrix, panel, x, out, add });
    }
}

/// `xᵀ·y` on the thread that calls: for each column of `x` (rows of `width`) sixteen sums over the
/// rows.
pub(super) fn slopes(isa: Isa, x: &[f32], width: usize, y: &[[f32; PANEL]]) -> Vec<[f32; PANEL]> {
    let mut out = vec![[0.0; PANEL]; width];
    isa.run(slopes::Slopes { x, width, y, out: &mut out });
    out
}

/// A product, its panels counted behind those of the products before it.
struct Part<'a> {
    matrix: &'a Matrix,
    out: Disjoint<'a, f32>,
    add: bool,
    first: usize,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests;
