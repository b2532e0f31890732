//! Activations as the products read them: bytes with one scale to 32, and their sums.

use super::disjoint::Disjoint;
use super::lanes::{Kernel, Lanes};
use super::matrix::BLOCK;
use super::Isa;

/// Rows of activations, each quantised in blocks of 32: `x ≈ scale · byte`, bytes −127…127.
#[derive(Debug, Default)]
pub(in crate::language) struct Activations {
    tokens: usize,
    columns: usize,
    /// Eight words of four bytes to a block.
    words: Vec<[i32; 8]>,
    scales: Vec<f32>,
    /// Sums of the bytes of a block's halves.
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
    pub(in crate::language) fn reset(&mut self, tokens: usize, columns: usize) -> ActivationsMut<'_> {
        let blocks = tokens * (columns / BLOCK);
        (self.tokens, self.columns) = (tokens, columns);
        self.prepared = 0;
        self.words.resize(blocks, [0; 8]);
        self.scales.resize(blocks, 0.0);
        self.sums.resize(blocks, [0; 2]);
        self.half_offsets.resize(blocks, [0.0; 2]);
        self.offsets.resize(blocks, 0.0);
        self.floats.resize(tokens * columns, 0.0);
        ActivationsMut {
            columns,
            words: Disjoint::new(&mut self.words),
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

    pub(super) fn words(&self, token: usize) -> &[[i32; 8]] {
        let blocks = self.columns / BLOCK;
        &self.words[token * blocks..][..blocks]
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
    words: Disjoint<'a, [i32; 8]>,
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
                words: self.words.slice(range.clone()),
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
    words: &'a mut [[i32; 8]],
    scales: &'a mut [f32],
    sums: &'a mut [[i32; 2]],
    half_offsets: &'a mut [[f32; 2]],
    offsets: &'a mut [f32],
}

impl Kernel for Quantise<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        for (b, block) in self.row.as_chunks::<BLOCK>().0.iter().enumerate() {
            let ([low, high], _) = block.as_chunks::<16>() else { continue };
            let (low, high) = (l.load(low), l.load(high));
            let minus = l.splat(-1.0);
            let (most, least) = (l.max(low, high), l.min(low, high));
            let largest = l.largest(l.max(most, l.mul(least, minus)));
            let scale = largest / 127.0;
            // A block of zeros stays zero; one with an infinity becomes zero, not a wrong number.
            let usable = scale > f32::MIN_POSITIVE && scale.is_finite();
            let (scale, inverse) = if usable { (scale, 1.0 / scale) } else { (0.0, 0.0) };
            let inverse = l.splat(inverse);
            let bytes = [l.narrow(l.round(l.mul(low, inverse))), l.narrow(l.round(l.mul(high, inverse)))];
            let sums = bytes.map(|half| half.iter().map(|b| i32::from(*b)).sum::<i32>());
            for (w, word) in self.words[b].iter_mut().enumerate() {
                let half = &bytes[w / 4];
                let at = w % 4 * 4;
                *word = i32::from_le_bytes([half[at], half[at + 1], half[at + 2], half[at + 3]].map(i8::cast_unsigned));
            }
            self.scales[b] = scale;
            self.sums[b] = sums;
            self.half_offsets[b] = sums.map(|s| s as f32 * scale);
            self.offsets[b] = (sums[0] + sums[1]) as f32 * scale;
        }
    }
}
