//! Products of packed weights with activations: one register tile for many tokens, and one that
//! unpacks as it goes for few.

use super::activations::Activations;
use super::disjoint::Disjoint;
use super::lanes::{Kernel, Lanes};
use super::matrix::{BLOCK, Format, Line, PANEL, PackedMatrix};

/// Tokens whose sums are held in registers. Up to so many, weights are unpacked on the way; for
/// more, a panel is unpacked once.
const TILE: usize = 8;

/// One panel with a byte to each weight and its scales in `f32`.
#[derive(Default)]
pub(super) struct Unpacked {
    bytes: Vec<Line>,
    scales: Vec<[f32; PANEL]>,
}

/// The product of one panel of a matrix with every token, written to the panel's columns.
pub(super) struct PanelProduct<'a> {
    pub(super) matrix: &'a PackedMatrix,
    pub(super) panel: usize,
    pub(super) x: &'a Activations,
    /// What each sum of a block starts with, of [`Activations::starts`].
    pub(super) starts: &'a [i32],
    /// `tokens × rows`; this product writes only the columns of its panel.
    pub(super) out: Disjoint<'a, f32>,
    /// Whether to add to what stands in `out`.
    pub(super) add: bool,
    /// Room to unpack the panel in.
    pub(super) unpacked: &'a mut Unpacked,
}

impl Kernel for PanelProduct<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        match self.matrix.format() {
            Format { bits: 4, halves: false, minimum: false, .. } => self.go::<L, 4, false, false>(lanes),
            Format { bits: 4, halves: false, minimum: true, .. } => self.go::<L, 4, false, true>(lanes),
            Format { bits: 4, halves: true, minimum: false, .. } => self.go::<L, 4, true, false>(lanes),
            Format { bits: 4, halves: true, minimum: true, .. } => self.go::<L, 4, true, true>(lanes),
            Format { bits: 5, minimum: false, .. } => self.go::<L, 5, false, false>(lanes),
            Format { bits: 5, minimum: true, .. } => self.go::<L, 5, false, true>(lanes),
            Format { bits: 6, .. } => self.go::<L, 6, true, false>(lanes),
            Format { .. } => self.go::<L, 8, false, false>(lanes),
        }
    }
}

impl PanelProduct<'_> {
    #[inline(always)]
    fn go<L: Lanes, const BITS: usize, const HALVES: bool, const MINIMUM: bool>(mut self, l: L) {
        match self.x.tokens() {
            0 => {}
            1 => self.few::<L, BITS, HALVES, MINIMUM, 1>(l),
            2 => self.few::<L, BITS, HALVES, MINIMUM, 2>(l),
            3 | 4 => self.few::<L, BITS, HALVES, MINIMUM, 4>(l),
            5..=TILE => self.few::<L, BITS, HALVES, MINIMUM, TILE>(l),
            tokens => {
                self.unpack::<L, BITS>(l);
                for at in (0..tokens).step_by(TILE) {
                    if BITS == 8 {
                        self.tile::<L, true, HALVES, MINIMUM>(l, at);
                    } else {
                        self.tile::<L, false, HALVES, MINIMUM>(l, at);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn unpack<L: Lanes, const BITS: usize>(&mut self, l: L) {
        let panel = self.matrix.panel(self.panel);
        let to = &mut *self.unpacked;
        to.bytes.resize(panel.blocks * 8, Line::default());
        to.scales.resize(panel.scales.len(), [0.0; PANEL]);
        for (block, bytes) in panel.weights.chunks_exact(BITS).zip(to.bytes.as_chunks_mut::<8>().0) {
            for g in 0..4 {
                let (low, high) = groups::<L, BITS>(l, block, g);
                l.store_bytes(low, &mut bytes[g].0);
                l.store_bytes(high, &mut bytes[g + 4].0);
            }
        }
        for (halves, scales) in panel.scales.iter().zip(&mut to.scales) {
            l.store(l.load_half(halves), scales);
        }
    }

    #[inline(always)]
    fn tile<L: Lanes, const WIDE: bool, const HALVES: bool, const MINIMUM: bool>(&self, l: L, at: usize) {
        let panel = &*self.unpacked;
        let rows: [Row<'_>; TILE] = self.rows(at, HALVES);
        let per_block = scales_per_block(HALVES, MINIMUM);
        let mut sums = [l.zero(); TILE];
        let blocks = panel.bytes.as_chunks::<8>().0.iter().zip(panel.scales.chunks_exact(per_block));
        for (b, (bytes, scales)) in blocks.enumerate() {
            let mut weights = [l.load_bytes(&bytes[0].0); 8];
            for g in 1..8 {
                weights[g] = l.load_bytes(&bytes[g].0);
            }
            let mut factors = [l.zero(); 4];
            for (factor, scale) in factors.iter_mut().zip(scales) {
                *factor = l.load(scale);
            }
            for t in 0..TILE {
                sums[t] = block_sum::<L, WIDE, HALVES, MINIMUM>(l, sums[t], &weights, &factors, &rows[t], b);
            }
        }
        self.write(l, at, &sums);
    }

    #[inline(always)]
    fn few<L: Lanes, const BITS: usize, const HALVES: bool, const MINIMUM: bool, const T: usize>(
        &self,
        l: L,
    ) {
        let rows: [Row<'_>; T] = self.rows(0, HALVES);
        let panel = self.matrix.panel(self.panel);
        let per_block = scales_per_block(HALVES, MINIMUM);
        let mut sums = [l.zero(); T];
        let blocks = panel.weights.chunks_exact(BITS).zip(panel.scales.chunks_exact(per_block));
        for (b, (block, scales)) in blocks.enumerate() {
            let mut weights = [l.load_bytes(&block[0].0); 8];
            for g in 0..4 {
                (weights[g], weights[g + 4]) = groups::<L, BITS>(l, block, g);
            }
            let mut factors = [l.zero(); 4];
            for (factor, scale) in factors.iter_mut().zip(scales) {
                *factor = l.load_half(scale);
            }
            for t in 0..T {
                sums[t] = if BITS == 8 {
                    block_sum::<L, true, HALVES, MINIMUM>(l, sums[t], &weights, &factors, &rows[t], b)
                } else {
                    block_sum::<L, false, HALVES, MINIMUM>(l, sums[t], &weights, &factors, &rows[t], b)
                };
            }
        }
        self.write(l, 0, &sums);
    }

    /// Rows from token `at` on; those beyond the last token repeat it and are not written.
    #[inline(always)]
    fn rows<const T: usize>(&self, at: usize, halves: bool) -> [Row<'_>; T] {
        let blocks = self.x.columns() / BLOCK;
        let parts = if halves { 2 * blocks } else { blocks };
        std::array::from_fn(|t| {
            let token = (at + t).min(self.x.tokens() - 1);
            Row {
                words: self.x.words(token),
                scales: self.x.scales(token),
                offsets: self.x.offsets(token, halves),
                starts: &self.starts[token * parts..][..parts],
            }
        })
    }

    #[inline(always)]
    fn write<L: Lanes>(&self, l: L, at: usize, sums: &[L::Floats]) {
        let rows = self.matrix.rows();
        let first = self.panel * PANEL;
        let unit = l.splat(self.matrix.unit());
        for (t, sum) in sums.iter().enumerate().take(self.x.tokens() - at) {
            let sum = l.mul(*sum, unit);
            let start = (at + t) * rows + first;
            // SAFETY: the columns of this panel belong to this call alone.
            let out = unsafe { self.out.slice(start..start + PANEL.min(rows - first)) };
            match out.as_chunks_mut::<PANEL>() {
                ([out], []) if self.add => l.store(l.add(l.load(out), sum), out),
                ([out], []) => l.store(sum, out),
                (_, out) => {
                    let mut values = [0.0; PANEL];
                    l.store(sum, &mut values);
                    for (out, value) in out.iter_mut().zip(values) {
                        *out = if self.add { *out + value } else { value };
                    }
                }
            }
        }
    }
}

const fn scales_per_block(halves: bool, minimum: bool) -> usize {
    (1 + halves as usize) * (1 + minimum as usize)
}

/// One token's activations.
#[derive(Clone, Copy)]
struct Row<'a> {
    /// Eight words of four bytes to a block.
    words: &'a [[i32; 8]],
    scales: &'a [f32],
    /// Sums of a block's (or half a block's) activations, scaled.
    offsets: &'a [f32],
    starts: &'a [i32],
}

/// `sum` and the product of one block of sixteen rows with one token. The order of every
/// operation is the same wherever this is called, so that results do not depend on how many
/// tokens go together.
#[inline(always)]
fn block_sum<L: Lanes, const WIDE: bool, const HALVES: bool, const MINIMUM: bool>(
    l: L,
    sum: L::Floats,
    weights: &[L::Bytes; 8],
    factors: &[L::Floats; 4],
    row: &Row<'_>,
    b: usize,
) -> L::Floats {
    let words = &row.words[b];
    let scale = l.splat(row.scales[b]);
    let mut sum = sum;
    if HALVES {
        for half in 0..2 {
            let mut acc = l.splat_int(row.starts[2 * b + half]);
            for g in 4 * half..4 * half + 4 {
                acc = dot::<L, WIDE>(l, acc, weights[g], words[g]);
            }
            sum = l.mul_add(l.to_floats(acc), l.mul(factors[half], scale), sum);
            if MINIMUM {
                sum = l.mul_add(factors[2 + half], l.splat(row.offsets[2 * b + half]), sum);
            }
        }
    } else {
        let mut acc = l.splat_int(row.starts[b]);
        for g in 0..8 {
            acc = dot::<L, WIDE>(l, acc, weights[g], words[g]);
        }
        sum = l.mul_add(l.to_floats(acc), l.mul(factors[0], scale), sum);
        if MINIMUM {
            sum = l.mul_add(factors[1], l.splat(row.offsets[b]), sum);
        }
    }
    sum
}

#[inline(always)]
fn dot<L: Lanes, const WIDE: bool>(l: L, sum: L::Ints, weights: L::Bytes, x: i32) -> L::Ints {
    if WIDE { l.dot4_wide(sum, weights, x) } else { l.dot4(sum, weights, x) }
}

/// The weights of columns `4g…4g + 3` and of `16 + 4g…` of a block, four bytes to a row.
#[inline(always)]
fn groups<L: Lanes, const BITS: usize>(l: L, block: &[Line], g: usize) -> (L::Bytes, L::Bytes) {
    if BITS == 8 {
        return (l.load_bytes(&block[g].0), l.load_bytes(&block[g + 4].0));
    }
    let both = l.load_bytes(&block[g].0);
    let (mut low, mut high) = (l.and(both, 0x0f), l.and(l.right(both, 4), 0x0f));
    let g = g as u32;
    if BITS == 5 {
        let plane = l.load_bytes(&block[4].0);
        low = l.or(low, l.and(l.left(plane, 4 - g), 0x10));
        high = l.or(high, l.and(l.right(plane, g), 0x10));
    }
    if BITS == 6 {
        let (first, second) = (l.load_bytes(&block[4].0), l.load_bytes(&block[5].0));
        let (first, second) = if g <= 2 {
            (l.left(first, 4 - 2 * g), l.left(second, 4 - 2 * g))
        } else {
            (l.right(first, 2 * g - 4), l.right(second, 2 * g - 4))
        };
        low = l.or(low, l.and(first, 0x30));
        high = l.or(high, l.and(second, 0x30));
    }
    (low, high)
}
