//! Products of packed weights with activations: one register tile for many tokens, and one that
//! unpacks as it goes for few.

use super::activations::{Block, Rounded};
use super::disjoint::Disjoint;
use super::lanes::{Kernel, Lanes};
use super::matrix::{Format, LINE, PANEL, PackedMatrix, SCALES};
use super::memory::Memory;

/// Tokens whose sums are held in registers. Up to so many, weights are unpacked on the way; for
/// more, a panel is unpacked once.
const TILE: usize = 8;

/// Sixty-four bytes in one line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line([u8; LINE]);

/// One panel with a byte to each weight and its scales in `f32`.
#[derive(Default)]
pub(super) struct Unpacked {
    bytes: Vec<[Line; 8]>,
    /// For each block its two scales and its two offsets.
    factors: Vec<[[f32; PANEL]; 4]>,
}

/// Does something for each of `$tokens` tokens without a loop: in one, the compiler would keep
/// their sums in memory.
macro_rules! each_token {
    ($tokens:expr, $t:ident => $body:block) => {
        each_token!(@ $tokens, $t, $body, 0 1 2 3 4 5 6 7)
    };
    (@ $tokens:expr, $t:ident, $body:block, $($number:literal)*) => {
        $(if $number < $tokens {
            let $t = $number;
            $body
        })*
    };
}

/// The product of one panel of a matrix with every token, written to the panel's columns.
pub(super) struct PanelProduct<'a, const PARTS: usize> {
    pub(super) matrix: &'a PackedMatrix,
    pub(super) memory: &'a Memory,
    pub(super) panel: usize,
    pub(super) x: &'a Rounded<PARTS>,
    /// `tokens × rows`, of all tokens; this product writes only its panel's columns of its own.
    pub(super) out: Disjoint<'a, f32>,
    /// Whether to add to what stands in `out`.
    pub(super) add: bool,
    /// Room to unpack the panel in.
    pub(super) unpacked: &'a mut Unpacked,
}

impl<const PARTS: usize> Kernel for PanelProduct<'_, PARTS> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let Format { bits, halves, minimum, levels, .. } = self.matrix.format();
        // The last number is the power of two that stands for a weight of 0.
        match (bits, halves, minimum, levels) {
            (4, false, false, _) => self.go::<L, 4, false, false, false, 3>(l),
            (4, false, true, false) => self.go::<L, 4, false, true, false, 0>(l),
            (4, false, true, true) => self.go::<L, 4, false, true, true, 0>(l),
            (4, true, false, _) => self.go::<L, 4, true, false, true, 2>(l),
            (4, true, true, _) => self.go::<L, 4, true, true, true, 0>(l),
            (5, _, false, _) => self.go::<L, 5, false, false, false, 4>(l),
            (5, _, true, false) => self.go::<L, 5, false, true, false, 0>(l),
            (5, _, true, true) => self.go::<L, 5, false, true, true, 0>(l),
            (6, ..) => self.go::<L, 6, true, false, true, 5>(l),
            _ => self.go::<L, 8, false, false, false, 7>(l),
        }
    }
}

/// The scales of one block of sixteen rows, and what is added for each unit of activation where
/// there is a minimum. One of each, or one for each half.
#[derive(Clone, Copy)]
struct Factors<F> {
    scales: [F; 2],
    offsets: [F; 2],
}

impl<const PARTS: usize> PanelProduct<'_, PARTS> {
    #[inline(always)]
    fn go<
        L: Lanes,
        const BITS: usize,
        const HALVES: bool,
        const MINIMUM: bool,
        const LEVELS: bool,
        const ZERO: u32,
    >(
        mut self,
        l: L,
    ) {
        debug_assert!(MINIMUM || self.matrix.format().zero == 1 << ZERO, "another zero");
        match self.tokens() {
            0 => {}
            1 => self.few::<L, BITS, HALVES, MINIMUM, LEVELS, ZERO, 1>(l),
            2 => self.few::<L, BITS, HALVES, MINIMUM, LEVELS, ZERO, 2>(l),
            3 | 4 => self.few::<L, BITS, HALVES, MINIMUM, LEVELS, ZERO, 4>(l),
            5..=TILE => self.few::<L, BITS, HALVES, MINIMUM, LEVELS, ZERO, TILE>(l),
            tokens => {
                self.unpack::<L, BITS, HALVES, MINIMUM, LEVELS>(l);
                for at in (0..tokens).step_by(TILE) {
                    if BITS == 8 {
                        self.tile::<L, true, HALVES, MINIMUM, ZERO>(l, at);
                    } else {
                        self.tile::<L, false, HALVES, MINIMUM, ZERO>(l, at);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn unpack<L: Lanes, const BITS: usize, const HALVES: bool, const MINIMUM: bool, const LEVELS: bool>(
        &mut self,
        l: L,
    ) {
        let panel = self.matrix.panel(self.memory, self.panel);
        let format = const { Format::of(BITS, HALVES, MINIMUM, LEVELS) };
        let to = &mut *self.unpacked;
        let blocks = panel.len() / format.group_bytes() * format.group();
        to.bytes.resize(blocks, [Line([0; LINE]); 8]);
        to.factors.resize(blocks, [[0.0; PANEL]; 4]);
        let to = to.bytes.chunks_exact_mut(format.group()).zip(to.factors.chunks_exact_mut(format.group()));
        for (group, (bytes, factors)) in panel.chunks_exact(format.group_bytes()).zip(to) {
            let (scales, lines) = group.split_at(format.group_scales());
            for (block, bytes) in lines.as_chunks().0.chunks_exact(BITS).zip(bytes) {
                for g in 0..4 {
                    let (low, high) = groups::<L, BITS>(l, block, g);
                    l.store_bytes(low, &mut bytes[g].0);
                    l.store_bytes(high, &mut bytes[g + 4].0);
                }
            }
            let scales = Scales::<L, HALVES, MINIMUM, LEVELS>::of(l, scales);
            for (b, to) in factors.iter_mut().enumerate() {
                let factors = scales.factors(l, b);
                l.store(factors.scales[0], &mut to[0]);
                l.store(factors.scales[1], &mut to[1]);
                l.store(factors.offsets[0], &mut to[2]);
                l.store(factors.offsets[1], &mut to[3]);
            }
        }
    }

    #[inline(always)]
    fn tile<L: Lanes, const WIDE: bool, const HALVES: bool, const MINIMUM: bool, const ZERO: u32>(
        &self,
        l: L,
        at: usize,
    ) {
        let panel = &*self.unpacked;
        let blocks = self.matrix.blocks().min(panel.bytes.len()).min(panel.factors.len());
        let rows: [&[Block<PARTS>]; TILE] = self.rows(at, blocks);
        let mut sums = [l.zero(); TILE];
        for b in 0..blocks {
            let (bytes, factors) = (&panel.bytes[b], &panel.factors[b]);
            let mut weights = [l.load_bytes(&bytes[0].0); 8];
            for g in 1..8 {
                weights[g] = l.load_bytes(&bytes[g].0);
            }
            let first = [l.load(&factors[0]), l.load(&factors[2])];
            let second = if HALVES { [l.load(&factors[1]), l.load(&factors[3])] } else { first };
            let factors = Factors { scales: [first[0], second[0]], offsets: [first[1], second[1]] };
            each_token!(TILE, t => {
                let x = &rows[t][b];
                sums[t] = block_sum::<L, PARTS, WIDE, HALVES, MINIMUM, ZERO>(l, sums[t], &weights, &factors, x);
            });
        }
        self.write(l, at, &sums);
    }

    #[inline(always)]
    fn few<
        L: Lanes,
        const BITS: usize,
        const HALVES: bool,
        const MINIMUM: bool,
        const LEVELS: bool,
        const ZERO: u32,
        const T: usize,
    >(
        &self,
        l: L,
    ) {
        let panel = self.matrix.panel(self.memory, self.panel);
        let format = const { Format::of(BITS, HALVES, MINIMUM, LEVELS) };
        let blocks = self.matrix.blocks();
        let rows: [&[Block<PARTS>]; T] = self.rows(0, blocks);
        let mut sums = [l.zero(); T];
        let mut at = 0;
        for group in panel.chunks_exact(format.group_bytes()) {
            let (scales, lines) = group.split_at(format.group_scales());
            let scales = Scales::<L, HALVES, MINIMUM, LEVELS>::of(l, scales);
            let lines = lines.as_chunks().0.chunks_exact(BITS);
            for (b, block) in lines.enumerate().take(blocks - at) {
                let mut weights = [l.load_bytes(&block[0]); 8];
                for g in 0..4 {
                    (weights[g], weights[g + 4]) = groups::<L, BITS>(l, block, g);
                }
                let factors = scales.factors(l, b);
                each_token!(T, t => {
                    let x = &rows[t][at];
                    sums[t] = if BITS == 8 {
                        block_sum::<L, PARTS, true, HALVES, MINIMUM, ZERO>(l, sums[t], &weights, &factors, x)
                    } else {
                        block_sum::<L, PARTS, false, HALVES, MINIMUM, ZERO>(l, sums[t], &weights, &factors, x)
                    };
                });
                at += 1;
            }
        }
        self.write(l, 0, &sums);
    }

    fn tokens(&self) -> usize {
        self.x.rows.len()
    }

    /// Rows from token `at` on; those beyond the last token repeat it and are not written.
    #[inline(always)]
    fn rows<const T: usize>(&self, at: usize, blocks: usize) -> [&[Block<PARTS>]; T] {
        let mut rows: [&[Block<PARTS>]; T] = [&[]; T];
        for (t, row) in rows.iter_mut().enumerate() {
            *row = &self.x.blocks[(at + t).min(self.tokens() - 1) * blocks..][..blocks];
        }
        rows
    }

    #[inline(always)]
    fn write<L: Lanes>(&self, l: L, at: usize, sums: &[L::Floats]) {
        let rows = self.matrix.rows();
        for (sum, token) in sums.iter().zip(&self.x.rows[at..]) {
            // SAFETY: the columns of this panel belong to this call alone.
            unsafe { write(l, *sum, self.out, (token * rows, rows), self.panel, self.add) };
        }
    }
}

/// Writes the sums of one panel to its columns of a token's row of `out`, or adds them. The row is
/// given by its start and its length.
///
/// # Safety
/// No other thread may touch these columns meanwhile.
#[inline(always)]
pub(super) unsafe fn write<L: Lanes>(
    l: L,
    sum: L::Floats,
    out: Disjoint<'_, f32>,
    (row, length): (usize, usize),
    panel: usize,
    add: bool,
) {
    let first = panel * PANEL;
    let start = row + first;
    // SAFETY: the caller's promise.
    let out = unsafe { out.slice(start..start + PANEL.min(length - first)) };
    match out.as_chunks_mut::<PANEL>() {
        ([out], []) if add => l.store(l.add(l.load(out), sum), out),
        ([out], []) => l.store(sum, out),
        (_, out) => {
            let mut values = [0.0; PANEL];
            l.store(sum, &mut values);
            for (out, value) in out.iter_mut().zip(values) {
                *out = if add { *out + value } else { value };
            }
        }
    }
}

/// The scales and minima of a group of blocks.
struct Scales<'a, L: Lanes, const HALVES: bool, const MINIMUM: bool, const LEVELS: bool> {
    numbers: &'a [u8],
    /// What scales and minima are multiples of, in a format of two levels.
    units: [L::Floats; 2],
}

impl<'a, L: Lanes, const HALVES: bool, const MINIMUM: bool, const LEVELS: bool>
    Scales<'a, L, HALVES, MINIMUM, LEVELS>
{
    #[inline(always)]
    fn of(l: L, group: &'a [u8]) -> Self {
        let format = const { Format::of(0, HALVES, MINIMUM, LEVELS) };
        let (halves, numbers) = group.split_at(format.units());
        let mut units = [l.zero(); 2];
        for (unit, half) in units.iter_mut().zip(halves.as_chunks::<SCALES>().0) {
            *unit = l.load_half_bytes(half);
        }
        Self { numbers, units }
    }

    /// Row `n` of the numbers: scales, or (`MINIMA`) minima.
    #[inline(always)]
    fn row<const MINIMA: usize>(&self, l: L, n: usize) -> L::Floats {
        if LEVELS {
            l.mul(l.load_signed_bytes(&self.numbers.as_chunks::<PANEL>().0[n]), self.units[MINIMA])
        } else {
            l.load_half_bytes(&self.numbers.as_chunks::<SCALES>().0[n])
        }
    }

    /// Those of block `b` of the group.
    #[inline(always)]
    fn factors(&self, l: L, b: usize) -> Factors<L::Floats> {
        let at = b * const { Format::of(0, HALVES, MINIMUM, LEVELS).scales() };
        let first = self.row::<0>(l, at);
        let scales = if HALVES { [first, self.row::<0>(l, at + 1)] } else { [first; 2] };
        let offsets = match (MINIMUM, HALVES) {
            (true, true) => [self.row::<1>(l, at + 2), self.row::<1>(l, at + 3)],
            (true, false) => [self.row::<1>(l, at + 1); 2],
            (false, _) => [l.zero(); 2],
        };
        Factors { scales, offsets }
    }
}

/// `sum` and the product of one block of sixteen rows with one token. The order of every
/// operation is the same wherever this is called, so that results do not depend on how many
/// tokens go together.
#[inline(always)]
fn block_sum<
    L: Lanes,
    const PARTS: usize,
    const WIDE: bool,
    const HALVES: bool,
    const MINIMUM: bool,
    const ZERO: u32,
>(
    l: L,
    sum: L::Floats,
    weights: &[L::Bytes; 8],
    factors: &Factors<L::Floats>,
    x: &Block<PARTS>,
) -> L::Floats {
    let scale = l.splat(x.scale);
    let mut sum = sum;
    for half in 0..if HALVES { 2 } else { 1 } {
        let groups = 4 * half..if HALVES { 4 * half + 4 } else { 8 };
        let mut parts = [l.splat_int(0); PARTS];
        // Weights are whole numbers above the one that stands for 0: to begin with that, taken off
        // for every activation, costs no multiplication.
        let takes_zero_off_itself = WIDE && L::WIDE_IS_SIGNED;
        if !(MINIMUM || takes_zero_off_itself) {
            let minus = if HALVES { x.minus_halves[half] } else { x.minus };
            parts[PARTS - 1] = l.left_int::<ZERO>(l.splat_int(minus));
        }
        for g in groups {
            for p in 0..PARTS {
                parts[p] = dot::<L, WIDE>(l, parts[p], weights[g], x.parts[p][g]);
            }
        }
        let whole = if PARTS == 1 { parts[0] } else { l.join(parts[0], parts[PARTS - 1]) };
        sum = l.mul_add(l.to_floats(whole), l.mul(factors.scales[half], scale), sum);
        if MINIMUM {
            let units = if HALVES { x.halves[half] } else { x.sum };
            sum = l.mul_add(factors.offsets[half], l.splat(units), sum);
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
fn groups<L: Lanes, const BITS: usize>(l: L, block: &[[u8; LINE]], g: usize) -> (L::Bytes, L::Bytes) {
    if BITS == 8 {
        return (l.load_bytes(&block[g]), l.load_bytes(&block[g + 4]));
    }
    let both = l.load_bytes(&block[g]);
    let (mut low, mut high) = (l.and(both, 0x0f), l.and(l.right(both, 4), 0x0f));
    let g = g as u32;
    if BITS == 5 {
        let plane = l.load_bytes(&block[4]);
        low = l.or(low, l.and(l.left(plane, 4 - g), 0x10));
        high = l.or(high, l.and(l.right(plane, g), 0x10));
    }
    if BITS == 6 {
        let (first, second) = (l.load_bytes(&block[4]), l.load_bytes(&block[5]));
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
