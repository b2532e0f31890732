//! Activations as the products read them: whole numbers with one scale to 32, and their sums.

use super::Isa;
use super::disjoint::Disjoint;
use super::lanes::{Kernel, Lanes};
use super::matrix::BLOCK;

/// How finely activations are rounded before they are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::language) enum Precision {
    /// To 8 bits in blocks of 32, as llama.cpp does. Fast; with all of them in 8 bits, of the default
    /// model's likeliest next tokens about one in thirty comes out otherwise than in `f32`.
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
    /// The sum of the block, and of each half, as rounded: what a weight's minimum is added for.
    pub(super) sum: f32,
    pub(super) halves: [f32; 2],
    /// The same sums of the whole numbers, their signs turned: a format without a minimum takes
    /// its zero off so many times.
    pub(super) minus: i32,
    pub(super) minus_halves: [i32; 2],
}

impl<const PARTS: usize> Block<PARTS> {
    const EMPTY: Self = Self {
        parts: [[0; 8]; PARTS],
        scale: 0.0,
        sum: 0.0,
        halves: [0.0; 2],
        minus: 0,
        minus_halves: [0; 2],
    };
}

/// Rows of activations in blocks of 32, each row in a precision of its own.
#[derive(Debug, Default)]
pub(in crate::language) struct Activations {
    columns: usize,
    /// For each row its precision, and its number among those of the same.
    places: Vec<(Precision, usize)>,
    bytes: Rounded<1>,
    words: Rounded<2>,
    /// The rows as they came, for weights that are not packed.
    floats: Vec<f32>,
}

/// The rows of one precision.
#[derive(Debug, Default)]
pub(super) struct Rounded<const PARTS: usize> {
    /// The number of each among all rows.
    pub(super) rows: Vec<usize>,
    /// The blocks of all of them, one row after another.
    pub(super) blocks: Vec<Block<PARTS>>,
}

impl<const PARTS: usize> Rounded<PARTS> {
    /// Takes in a row and says which of its kind it is.
    fn add(&mut self, row: usize) -> usize {
        self.rows.push(row);
        self.rows.len() - 1
    }
}

impl Activations {
    /// Makes room for a row of `columns` values in each of the precisions. What they hold is not
    /// defined until each has been written.
    pub(in crate::language) fn reset(
        &mut self,
        columns: usize,
        precisions: impl IntoIterator<Item = Precision>,
    ) -> ActivationsMut<'_> {
        let Self { places, bytes, words, floats, .. } = self;
        self.columns = columns;
        places.clear();
        bytes.rows.clear();
        words.rows.clear();
        places.extend(precisions.into_iter().enumerate().map(|(row, precision)| match precision {
            Precision::Bytes => (precision, bytes.add(row)),
            Precision::Words => (precision, words.add(row)),
        }));
        bytes.blocks.resize(bytes.rows.len() * (columns / BLOCK), Block::EMPTY);
        words.blocks.resize(words.rows.len() * (columns / BLOCK), Block::EMPTY);
        floats.resize(places.len() * columns, 0.0);
        ActivationsMut {
            columns,
            places,
            bytes: Disjoint::new(&mut bytes.blocks),
            words: Disjoint::new(&mut words.blocks),
            floats: Disjoint::new(floats),
        }
    }

    /// Number of rows.
    pub(in crate::language) fn tokens(&self) -> usize {
        self.places.len()
    }

    /// Values in a row.
    pub(in crate::language) fn columns(&self) -> usize {
        self.columns
    }

    /// The rows as they came, one after another.
    pub(super) fn floats(&self) -> &[f32] {
        &self.floats[..self.tokens() * self.columns]
    }

    /// The rows of 8 bits.
    pub(super) fn bytes(&self) -> &Rounded<1> {
        &self.bytes
    }

    /// The rows of 16 bits.
    pub(super) fn words(&self) -> &Rounded<2> {
        &self.words
    }
}

/// Rows of [`Activations`] while threads fill them.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct ActivationsMut<'a> {
    columns: usize,
    places: &'a [(Precision, usize)],
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
        let (precision, place) = self.places[token];
        let range = place * blocks..(place + 1) * blocks;
        // SAFETY: a row's ranges overlap no other row's, and the caller keeps it to one thread.
        unsafe {
            let row = self.floats.slice(token * self.columns..(token + 1) * self.columns);
            fill(row);
            match precision {
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
            let sum = sums[0].wrapping_add(sums[1]);
            to.sum = sum as f32 * scale;
            to.halves = sums.map(|sum| sum as f32 * scale);
            to.minus = sum.wrapping_neg();
            to.minus_halves = sums.map(i32::wrapping_neg);
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
