//! The numeric work of the forward pass, for whatever processor this is.
//!
//! Kernels are written once, over [`lanes::Lanes`]; [`Isa::detect`] finds at run time which
//! instructions there are. Everything that is `unsafe` in this program's arithmetic lies here.
//!
//! Integer products are exact and floating sums are taken in one fixed order, so a result does
//! not depend on the number of threads or on which rows are computed together.

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
#[cfg(target_arch = "aarch64")]
mod neon;
mod pool;
mod product;

pub(super) use activations::Activations;
pub(super) use attention::{Attention, KeyValues, LARGEST_HEAD};
use dense::DenseMatrix;
pub(super) use disjoint::Disjoint;
pub(super) use elementwise::{gated_silu, rms_norm, rotate};
use matrix::PackedMatrix;
pub(super) use pool::Pool;

use std::cell::RefCell;

use lanes::{Kernel, Lanes, Portable};

use super::gguf::TensorType;

thread_local! {
    /// Each thread's room for one unpacked panel.
    static UNPACKED: RefCell<product::Unpacked> = RefCell::default();
}

/// Which instructions the kernels use.
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
    /// The best that this processor has. `EVENKEEL_ISA=avx2` or `portable` holds it back, for
    /// measuring and for trying what an older machine would do.
    pub(super) fn detect() -> Self {
        let at_most = std::env::var("EVENKEEL_ISA").unwrap_or_default();
        Self::all()
            .into_iter()
            .rev()
            .find(|isa| at_most.is_empty() || isa.name() == at_most)
            .unwrap_or(Self::Portable(Portable))
    }

    /// All that this processor has, the best last.
    pub(super) fn all() -> Vec<Self> {
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

    /// Its name, as `EVENKEEL_ISA` takes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "neon",
            Self::Portable(_) => "portable",
        }
    }

    /// What the sum of a block's activations is multiplied by to start an integer product with:
    /// what the instructions take off each weight, less the byte that stands for 0.
    fn start_factor(self, matrix: &PackedMatrix) -> i32 {
        let bias = match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => avx512::Avx512::WIDE_BIAS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => avx2::Avx2::WIDE_BIAS,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => neon::Neon::WIDE_BIAS,
            Self::Portable(_) => Portable::WIDE_BIAS,
        };
        let format = matrix.format();
        if format.bits == 8 { bias - format.zero } else { -format.zero }
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
    pub(super) fn pack(
        pool: &Pool,
        kind: TensorType,
        rows: usize,
        columns: usize,
        bytes: &[u8],
        order: &(dyn Fn(usize) -> usize + Sync),
    ) -> Option<Self> {
        match PackedMatrix::pack(pool, kind, rows, columns, bytes, order) {
            Some(packed) => Some(Self::Packed(packed)),
            None => DenseMatrix::pack(kind, rows, columns, bytes, order).map(Self::Dense),
        }
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
    pub(super) fn row(&self, r: usize, to: &mut [f32]) {
        match self {
            Self::Packed(m) => m.row(r, to),
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
    pool: &Pool,
    isa: Isa,
    x: &mut Activations,
    products: [Product<'_>; N],
) {
    let mut panels = 0;
    let parts = products.map(|Product { matrix, out, add }| {
        let fits = matrix.columns() == x.columns() && out.len() == x.tokens() * matrix.rows();
        debug_assert!(fits, "a product whose shapes do not fit");
        let starts = match matrix {
            Matrix::Packed(m) => x.prepare(isa.start_factor(m), m.halves()),
            Matrix::Dense(_) => 0,
        };
        let first = panels;
        panels += if fits { matrix.rows().div_ceil(matrix::PANEL) } else { 0 };
        Part { matrix, starts, out: Disjoint::new(out), add, first }
    });
    let x = &*x;
    let grain = (panels / (pool.threads() * 8)).max(1);
    pool.split(panels, grain, &|panel| {
        let Some(part) = parts.iter().rev().find(|p| p.first <= panel) else { return };
        let (panel, out, add) = (panel - part.first, part.out, part.add);
        match part.matrix {
            Matrix::Packed(matrix) => UNPACKED.with_borrow_mut(|unpacked| {
                let starts = x.starts(part.starts);
                isa.run(product::PanelProduct { matrix, panel, x, starts, out, add, unpacked });
            }),
            Matrix::Dense(matrix) => isa.run(dense::PanelProduct { matrix, panel, x, out, add }),
        }
    });
}

/// A product, its panels counted behind those of the products before it.
struct Part<'a> {
    matrix: &'a Matrix,
    starts: usize,
    out: Disjoint<'a, f32>,
    add: bool,
    first: usize,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests;
