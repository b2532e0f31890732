//! Activations as the products read them: whole numbers with one scale to 32, and their sums.

use super::disjoint::Disjoint;
use super::lanes::{Kernel, Lanes};
use super::matrix::BLOCK;
use super::Isa;

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

/// Rows of activations in blocks of 32: `x ≈ scale · whole number`. A number of 16 bits is kept
/// as two signed bytes, `256 · coarse + fine`.
#[derive(Debug, Default)]
pub(in crate::language) struct Activations {
    precision: Precision,
    tokens: usize,
    columns: usize,
    /// Eight words of four bytes to a block.
    coarse: Vec<[i32; 8]>,
    /// The same; empty where bytes are all.
    fine: Vec<[i32; 8]>,
    scales: Vec<f32>,
    /// Sums of the numbers of a block's halves.
    sums: Vec<[i32; 2]>,
    /// The same, scaled.
    half_offsets: Vec<[f32; 2]>,
    /// Sums of whole blocks, scaled.
    offsets: Vec<f32>,
    /// The rows as they came, for weights that are not packed.
    floats: Vec<f32>,
    starts: Vec<Starts>,
    /// How many of `starts` belong to the present rows.
    prepared: usize,
}

/// What the integer products of one kind of matrix start with.
#[derive(Debug, Default)]
struct Starts {
    factor: i32,
    halves: bool,
    values: Vec<i32>,
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
        self.prepared = 0;
        self.coarse.resize(blocks, [0; 8]);
        self.fine.resize(if precision == Precision::Words { blocks } else { 0 }, [0; 8]);
        self.scales.resize(blocks, 0.0);
        self.sums.resize(blocks, [0; 2]);
        self.half_offsets.resize(blocks, [0.0; 2]);
        self.offsets.resize(blocks, 0.0);
        self.floats.resize(tokens * columns, 0.0);
        ActivationsMut {
            columns,
            precision,
            coarse: Disjoint::new(&mut self.coarse),
            fine: Disjoint::new(&mut self.fine),
            scales: Disjoint::new(&mut self.scales),
            sums: Disjoint::new(&mut self.sums),
            half_offsets: Disjoint::new(&mut self.half_offsets),
            offsets: Disjoint::new(&mut self.offsets),
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

    /// One row as it came.
    pub(super) fn floats(&self, token: usize) -> &[f32] {
        &self.floats[token * self.columns..][..self.columns]
    }

    pub(super) fn precision(&self) -> Precision {
        self.precision
    }

    pub(super) fn coarse(&self, token: usize) -> &[[i32; 8]] {
        let blocks = self.columns / BLOCK;
        &self.coarse[token * blocks..][..blocks]
    }

    /// Empty where bytes are all.
    pub(super) fn fine(&self, token: usize) -> &[[i32; 8]] {
        let blocks = self.columns / BLOCK;
        self.fine.get(token * blocks..(token + 1) * blocks).unwrap_or_default()
    }

    pub(super) fn scales(&self, token: usize) -> &[f32] {
        let blocks = self.columns / BLOCK;
        &self.scales[token * blocks..][..blocks]
    }

    pub(super) fn offsets(&self, token: usize, halves: bool) -> &[f32] {
        let blocks = self.columns / BLOCK;
        if halves {
            self.half_offsets[token * blocks..][..blocks].as_flattened()
        } else {
            &self.offsets[token * blocks..][..blocks]
        }
    }

    /// Computes [`Activations::starts`]; gives the number to ask for them by.
    pub(super) fn prepare(&mut self, factor: i32, halves: bool) -> usize {
        let same = |s: &Starts| (s.factor, s.halves) == (factor, halves);
        if let Some(known) = self.starts.iter().take(self.prepared).position(same) {
            return known;
        }
        let number = self.prepared;
        self.prepared += 1;
        self.starts.resize_with(self.starts.len().max(self.prepared), Starts::default);
        let starts = &mut self.starts[number];
        (starts.factor, starts.halves) = (factor, halves);
        starts.values.clear();
        if halves {
            starts.values.extend(self.sums.as_flattened().iter().map(|sum| factor * sum));
        } else {
            starts.values.extend(self.sums.iter().map(|[a, b]| factor * (a + b)));
        }
        number
    }

    /// For every block, or half block, of every row the sum of its bytes times a factor: what an
    /// integer product starts with, so that weights need no sign.
    pub(super) fn starts(&self, number: usize) -> &[i32] {
        &self.starts[number].values
    }
}

/// Rows of [`Activations`] while threads fill them.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct ActivationsMut<'a> {
    columns: usize,
    precision: Precision,
    coarse: Disjoint<'a, [i32; 8]>,
    fine: Disjoint<'a, [i32; 8]>,
    scales: Disjoint<'a, f32>,
    sums: Disjoint<'a, [i32; 2]>,
    half_offsets: Disjoint<'a, [f32; 2]>,
    offsets: Disjoint<'a, f32>,
    floats: Disjoint<'a, f32>,
}

impl ActivationsMut<'_> {
    /// Has `fill` write one row, then quantises it.
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
            isa.run(Quantise {
                row,
                precision: self.precision,
                coarse: self.coarse.slice(range.clone()),
                fine: self.fine.slice(range.clone()),
                scales: self.scales.slice(range.clone()),
                sums: self.sums.slice(range.clone()),
                half_offsets: self.half_offsets.slice(range.clone()),
                offsets: self.offsets.slice(range),
            });
        }
    }
}

struct Quantise<'a> {
    row: &'a [f32],
    precision: Precision,
    coarse: &'a mut [[i32; 8]],
    fine: &'a mut [[i32; 8]],
    scales: &'a mut [f32],
    sums: &'a mut [[i32; 2]],
    half_offsets: &'a mut [[f32; 2]],
    offsets: &'a mut [f32],
}

impl Kernel for Quantise<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let greatest = match self.precision {
            Precision::Bytes => 127.0,
            Precision::Words => 256.0 * 127.0 + 127.0,
        };
        for (b, block) in self.row.as_chunks::<BLOCK>().0.iter().enumerate() {
            let ([low, high], _) = block.as_chunks::<16>() else { continue };
            let (low, high) = (l.load(low), l.load(high));
            let (most, least) = (l.max(low, high), l.min(low, high));
            let largest = l.largest(l.max(most, l.mul(least, l.splat(-1.0))));
            let scale = largest / greatest;
            // A block of zeros stays zero; one with an infinity becomes zero, not a wrong number.
            let usable = scale > f32::MIN_POSITIVE && scale.is_finite();
            let (scale, inverse) = if usable { (scale, 1.0 / scale) } else { (0.0, 0.0) };
            let inverse = l.splat(inverse);
            let numbers = [l.round(l.mul(low, inverse)), l.round(l.mul(high, inverse))];
            let sums = [l.sum_int(numbers[0]), l.sum_int(numbers[1])];
            match self.precision {
                Precision::Bytes => {
                    self.coarse[b] = words([l.narrow(numbers[0]), l.narrow(numbers[1])]);
                }
                Precision::Words => {
                    // The coarse byte is the number over 256, rounded, so that the fine one has a sign.
                    let (low, high) = (l.over_256(numbers[0]), l.over_256(numbers[1]));
                    self.coarse[b] = words([l.narrow(low), l.narrow(high)]);
                    self.fine[b] = words([l.narrow(numbers[0]), l.narrow(numbers[1])]);
                }
            }
            self.scales[b] = scale;
            self.sums[b] = sums;
            self.half_offsets[b] = [sums[0] as f32 * scale, sums[1] as f32 * scale];
            self.offsets[b] = (sums[0] + sums[1]) as f32 * scale;
        }
    }
}

#[inline(always)]
fn words(bytes: [[i8; 16]; 2]) -> [i32; 8] {
    let mut words = [0; 8];
    for (word, four) in words.iter_mut().zip(bytes.as_flattened().as_chunks::<4>().0) {
        *word = i32::from_le_bytes([
            four[0].cast_unsigned(),
            four[1].cast_unsigned(),
            four[2].cast_unsigned(),
            four[3].cast_unsigned(),
        ]);
    }
    words
}
