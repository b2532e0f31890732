//! Activations as the products read them: whole numbers with one scale to 32, and their sums.

use super::Isa;
use super::disjoint::Disjoint;
use super::lanes::{Kernel, Lanes};
use super::matrix::BLOCK;

/// How finely activations are rounded before they are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::language) enum Precision {
    /// To 8 bits in blocks of 32, as llama.cpp does. Fast; of the default model's likeliest next
    /// tokens about one in twenty comes out otherwise than in `f32`. What the heads read.
    #[default]
    Bytes,
    /// To 16 bits in blocks of 32: as good as `f32`, at little less than twice the products.
    Words,
}

/// One block of one row: `x ≈ scale · whole number`. Numbers of 8 bits take one part, numbers of
/// 16 bits two: `256 · parts[0] + parts[1]`, both signed bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<const PARTS: usize> {
    /// Eight words of four bytes each.
    pub(super) parts: [[i32; 8]; PARTS],
    pub(super) scale: f32,
    /// The sum of the block, and of each half, as rounded.
    pub(super) sum: f32,
    pub(super) halves: [f32; 2],
}

impl<const PARTS: usize> Block<PARTS> {
    const EMPTY: Self = Self { parts: [[0; 8]; PARTS], scale: 0.0, sum: 0.0, halves: [0.0; 2] };
}

/// Rows of activations in blocks of 32.
#[derive(Debug, Default)]
pub(in crate::language) struct Activations {
    precision: Precision,
    tokens: usize,
    columns: usize,
    /// The blocks of all rows, in whichever precision is in use.
    bytes: Vec<Block<1>>,
    words: Vec<Block<2>>,
    /// The rows as they came, for weights that are not packed.
    floats: Vec<f32>,
}

impl Activations {
    /// Makes room for `tokens` rows of `columns` values. What they hold is not defined until
    /// each has been written.
    pub(in crate::language) fn reset(
        &mut self,
        tokens: usize,
        columns: usize,
        precision: Precision,
    ) -> ActivationsMut<'_> {
        let blocks = tokens * (columns / BLOCK);
        (self.tokens, self.columns, self.precision) = (tokens, columns, precision);
        match precision {
            Precision::Bytes => self.bytes.resize(blocks, Block::EMPTY),
            Precision::Words => self.words.resize(blocks, Block::EMPTY),
        }
        self.floats.resize(tokens * columns, 0.0);
        ActivationsMut {
            columns,
            precision,
            bytes: Disjoint::new(&mut self.bytes),
            words: Disjoint::new(&mut self.words),
            floats: Disjoint::new(&mut self.floats),
        }
    }

    /// Number of rows.
    pub(in crate::language) fn tokens(&self) -> usize {
        self.tokens
    }

    /// Values in a row.
    pub(in crate::language) fn columns(&self) -> usize {
        self.columns
    }

    /// The rows as they came, one after another.
    pub(super) fn floats(&self) -> &[f32] {
        &self.floats[..self.tokens * self.columns]
    }

    pub(super) fn blocks(&self) -> Blocks<'_> {
        match self.precision {
            Precision::Bytes => Blocks::Bytes(&self.bytes),
            Precision::Words => Blocks::Words(&self.words),
        }
    }
}

/// The blocks of all rows, one row after another.
#[derive(Clone, Copy)]
pub(super) enum Blocks<'a> {
    Bytes(&'a [Block<1>]),
    Words(&'a [Block<2>]),
}

/// Rows of [`Activations`] while threads fill them.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct ActivationsMut<'a> {
    columns: usize,
    precision: Precision,
    bytes: Disjoint<'a, Block<1>>,
    words: Disjoint<'a, Block<2>>,
    floats: Disjoint<'a, f32>,
}

impl ActivationsMut<'_> {
    /// Has `fill` write one row, then rounds it.
    ///
    /// # Safety
    /// Each token is written by one thread at a time.
    pub(in crate::language) unsafe fn write(&self, isa: Isa, token: usize, fill: impl FnOnce(&mut [f32])) {
        let blocks = self.columns / BLOCK;
        let range = token * blocks..(token + 1) * blocks;
        // SAFETY: a row's ranges overlap no other row's, and the caller keeps it to one thread.
        unsafe {
            let row = self.floats.slice(token * self.columns..(token + 1) * self.columns);
            fill(row);
            match self.precision {
                Precision::Bytes => isa.run(Round { row, to: self.bytes.slice(range) }),
                Precision::Words => isa.run(Round { row, to: self.words.slice(range) }),
            }
        }
    }
}

struct Round<'a, const PARTS: usize> {
    row: &'a [f32],
    to: &'a mut [Block<PARTS>],
}

impl<const PARTS: usize> Kernel for Round<'_, PARTS> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let greatest = if PARTS == 1 { 127.0 } else { 256.0 * 127.0 + 127.0 };
        for (block, to) in self.row.as_chunks::<BLOCK>().0.iter().zip(self.to) {
            let ([low, high], _) = block.as_chunks::<16>() else { continue };
            let (low, high) = (l.load(low), l.load(high));
            let (most, least) = (l.max(low, high), l.min(low, high));
            let largest = l.largest(l.max(most, l.mul(least, l.splat(-1.0))));
            let scale = largest / greatest;
            // A block of zeros stays zero; one with an infinity becomes zero, not a wrong number.
            let usable = scale > f32::MIN_POSITIVE && scale.is_finite();
            let (scale, inverse) = if usable { (scale, 1.0 / scale) } else { (0.0, 0.0) };
            let inverse = l.splat(inverse);
            let (low, high) = (l.round(l.mul(low, inverse)), l.round(l.mul(high, inverse)));
            let sums = [l.sum_int(low), l.sum_int(high)];
            if PARTS == 2 {
                // A number over 256 is rounded to the nearest, so that what is left has a sign.
                to.parts[0] = words(l.narrow(l.over_256(low)), l.narrow(l.over_256(high)));
            }
            to.parts[PARTS - 1] = words(l.narrow(low), l.narrow(high));
            to.scale = scale;
            // What is not a number rounds to anything, so the sums may wrap.
            to.sum = sums[0].wrapping_add(sums[1]) as f32 * scale;
            to.halves = [sums[0] as f32 * scale, sums[1] as f32 * scale];
        }
    }
}

#[inline(always)]
fn words(low: [i8; 16], high: [i8; 16]) -> [i32; 8] {
    let mut words = [0; 8];
    for (w, word) in words.iter_mut().enumerate() {
        let half = if w < 4 { &low } else { &high };
        let at = w % 4 * 4;
        *word = i32::from_le_bytes([
            half[at].cast_unsigned(),
            half[at + 1].cast_unsigned(),
            half[at + 2].cast_unsigned(),
            half[at + 3].cast_unsigned(),
        ]);
    }
    words
}
