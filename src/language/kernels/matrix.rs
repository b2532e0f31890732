//! Weights as the kernels read them: sixteen rows interleaved, four columns of a row to a lane.
//!
//! A panel holds sixteen rows. Along the columns it goes in blocks of 32; a block is
//! `bits` lines of 64 bytes. The first four lines hold the low four bits: byte `4r + j` of line
//! `g` has column `4g + j` of row `r` in its low and column `16 + 4g + j` in its high half. A
//! fifth bit of each weight lies in one more line, where bit `g` of a byte belongs to line or
//! half line `g`; fifth and sixth bits in two. Eight-bit weights take eight plain lines.
//!
//! Scales stand before the lines of a group of blocks, so that a panel is read from its first byte
//! to its last, sixteen numbers (one of each row) at a time: for each block its scale or two, then
//! its minimum or two, all in half precision. K-quants have theirs in two levels, and keep them:
//! first the units of scales and of minima in half precision, then for each block how many units
//! each is, in signed bytes.
//!
//! So every number of a GGUF keeps its exact value, `scale · (byte − zero)` or
//! `scale · byte + minimum`, and takes no more than an eighth of a bit more than in the file.

use super::decode::{Chunk, chunk, format_of};
use super::disjoint::Disjoint;
use super::memory::{Memory, MemoryPart};
use super::pool::Pool;
use crate::language::gguf::TensorType;

/// Rows in a panel.
pub(in crate::language) const PANEL: usize = 16;
/// Columns in a block.
pub(super) const BLOCK: usize = 32;

/// Bytes in a line, and of sixteen numbers in half precision.
pub(super) const LINE: usize = 64;
pub(super) const SCALES: usize = 2 * PANEL;

/// How the numbers of a matrix are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    /// Bits to a weight: 4, 5, 6 or 8.
    pub(super) bits: usize,
    /// Whether each half of a block has its own scale.
    pub(super) halves: bool,
    /// Whether there is a minimum beside the scale; if not, `zero` is taken off each byte.
    pub(super) minimum: bool,
    /// Whether eight blocks share units of which their scales and minima are multiples.
    pub(super) levels: bool,
    /// The byte that stands for 0.
    pub(super) zero: i32,
}

impl Format {
    /// A format with these properties, its zero left open.
    pub(super) const fn of(bits: usize, halves: bool, minimum: bool, levels: bool) -> Self {
        Self { bits, halves, minimum, levels, zero: 0 }
    }

    /// Scales and minima of one row of a block.
    pub(super) const fn scales(self) -> usize {
        (1 + self.halves as usize) * (1 + self.minimum as usize)
    }

    /// Blocks in a group: as many as share units, or as fill a line with scales.
    pub(super) const fn group(self) -> usize {
        if self.levels {
            8
        } else if self.minimum {
            1
        } else {
            2
        }
    }

    /// Bytes of the units of a group.
    pub(super) const fn units(self) -> usize {
        if self.levels { (1 + self.minimum as usize) * SCALES } else { 0 }
    }

    /// Bytes of all scales of a group, in whole lines.
    pub(super) const fn group_scales(self) -> usize {
        let number = if self.levels { PANEL } else { SCALES };
        (self.units() + self.group() * self.scales() * number).next_multiple_of(LINE)
    }

    /// Bytes of a group.
    pub(super) const fn group_bytes(self) -> usize {
        self.group_scales() + self.group() * self.bits * LINE
    }
}

/// A matrix of quantised weights.
#[derive(Debug)]
pub(in crate::language) struct PackedMatrix {
    rows: usize,
    columns: usize,
    format: Format,
    /// All panels, one behind the other.
    panels: MemoryPart,
}

impl PackedMatrix {
    /// Packs a tensor's bytes. Row `r` of the matrix is row `order(r)` of the tensor. `columns`
    /// must be a multiple of 32, and `bytes` as long as the type says.
    pub(in crate::language) fn pack(
        (pool, memory): (&Pool, &mut Memory),
        kind: TensorType,
        rows: usize,
        columns: usize,
        bytes: &[u8],
        order: &(dyn Fn(usize) -> usize + Sync),
    ) -> std::io::Result<Option<Self>> {
        let Some(format) = format_of(kind) else { return Ok(None) };
        let (block, block_bytes) = kind.block();
        let row_bytes = columns / block * block_bytes;
        if !columns.is_multiple_of(block.max(BLOCK)) || bytes.len() != rows * row_bytes {
            return Ok(None);
        }
        let panels = rows.div_ceil(PANEL);
        let size = (columns / BLOCK).div_ceil(format.group()) * format.group_bytes();
        let part = memory.take(panels * size)?;
        let all = Disjoint::new(memory.get_mut(&part));
        pool.split(panels, 1, &|p| {
            // SAFETY: each panel is written by its own part alone.
            let panel = unsafe { all.slice(p * size..(p + 1) * size) };
            for r in p * PANEL..rows.min((p + 1) * PANEL) {
                let from = order(r).saturating_mul(row_bytes);
                let row = bytes.get(from..from.saturating_add(row_bytes)).unwrap_or(&bytes[..row_bytes]);
                for b in 0..columns / BLOCK {
                    let group =
                        &mut panel[b / format.group() * format.group_bytes()..][..format.group_bytes()];
                    let (scales, lines) = group.split_at_mut(format.group_scales());
                    let lines =
                        &mut lines.as_chunks_mut().0[b % format.group() * format.bits..][..format.bits];
                    let chunk = chunk(kind, row, b);
                    place(format.bits, &chunk.bytes, r % PANEL, lines);
                    place_scales(format, &chunk, (b % format.group(), r % PANEL), scales);
                }
            }
        });
        Ok(Some(Self { rows, columns, format, panels: part }))
    }

    pub(in crate::language) fn rows(&self) -> usize {
        self.rows
    }

    pub(in crate::language) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Blocks in a row.
    pub(super) fn blocks(&self) -> usize {
        self.columns / BLOCK
    }

    /// One panel, as many whole groups as hold its blocks.
    pub(super) fn panel<'a>(&self, memory: &'a Memory, p: usize) -> &'a [u8] {
        let size = self.blocks().div_ceil(self.format.group()) * self.format.group_bytes();
        &memory.get(&self.panels)[p * size..][..size]
    }

    /// Writes one row in full precision, as far as there is room.
    pub(in crate::language) fn row(&self, memory: &Memory, r: usize, to: &mut [f32]) {
        let panel = self.panel(memory, r / PANEL);
        let lane = r % PANEL;
        let format @ Format { bits, halves, minimum, zero, .. } = self.format;
        for (b, to) in to.chunks_mut(BLOCK).enumerate().take(self.blocks()) {
            let group = &panel[b / format.group() * format.group_bytes()..][..format.group_bytes()];
            let (scales, lines) = group.split_at(format.group_scales());
            let b = b % format.group();
            let lines = &lines.as_chunks().0[b * bits..][..bits];
            let scale = |n: usize| scale(format, scales, b, n, lane);
            for (column, to) in to.iter_mut().enumerate() {
                let half = usize::from(halves) * (column / 16);
                let byte = f32::from(byte(bits, lines, lane, column));
                *to = if minimum {
                    scale(half) * byte + scale(1 + usize::from(halves) + half)
                } else {
                    scale(half) * (byte - zero as f32)
                };
            }
        }
    }
}

/// Puts 32 weights of one row into their lines, which are zero there.
fn place(bits: usize, bytes: &[u8; BLOCK], lane: usize, lines: &mut [[u8; LINE]]) {
    let words: [u32; 8] = std::array::from_fn(|g| {
        u32::from_le_bytes([bytes[4 * g], bytes[4 * g + 1], bytes[4 * g + 2], bytes[4 * g + 3]])
    });
    let mut put = |line: usize, word: u32| {
        lines[line].as_chunks_mut::<4>().0[lane] = word.to_le_bytes();
    };
    if bits == 8 {
        words.iter().enumerate().for_each(|(g, word)| put(g, *word));
        return;
    }
    for g in 0..4 {
        put(g, words[g] & 0x0f0f_0f0f | (words[g + 4] & 0x0f0f_0f0f) << 4);
    }
    // What is above the low four bits, `by` bits of a byte to each word.
    let above = |words: &[u32], by: usize| {
        words.iter().enumerate().fold(0, |all, (g, word)| all | (word >> 4 & 0x0303_0303) << (by * g))
    };
    match bits {
        5 => put(4, above(&words, 1)),
        6 => {
            put(4, above(&words[..4], 2));
            put(5, above(&words[4..], 2));
        }
        _ => {}
    }
}

/// Puts scales and minima of 32 weights of one row into their places: those of block `b` of a group.
fn place_scales(format: Format, chunk: &Chunk, (b, lane): (usize, usize), scales: &mut [u8]) {
    let (units, numbers) = scales.split_at_mut(format.units());
    let halves = |rows: &mut [u8]| {
        for (row, unit) in rows.as_chunks_mut::<SCALES>().0.iter_mut().zip(chunk.units) {
            row.as_chunks_mut::<2>().0[lane] = unit;
        }
    };
    if !format.levels {
        let size = format.scales() * SCALES;
        return halves(&mut numbers[b * size..][..size]);
    }
    halves(units);
    let parts = 1 + usize::from(format.halves);
    let rows = &mut numbers.as_chunks_mut::<PANEL>().0[b * format.scales()..][..format.scales()];
    for (row, multiple) in rows.iter_mut().zip(chunk.scales[..parts].iter().chain(&chunk.minima[..parts])) {
        row[lane] = multiple.cast_unsigned();
    }
}

/// Scale or minimum number `n` of one row of block `b` of a group.
fn scale(format: Format, scales: &[u8], b: usize, n: usize, lane: usize) -> f32 {
    let (units, numbers) = scales.split_at(format.units());
    let half = |rows: &[u8], n: usize| {
        half::f16::from_le_bytes(rows.as_chunks::<SCALES>().0[n].as_chunks().0[lane]).to_f32()
    };
    let at = b * format.scales() + n;
    if !format.levels {
        return half(numbers, at);
    }
    let multiple = numbers.as_chunks::<PANEL>().0[at][lane];
    half(units, n / (1 + usize::from(format.halves))) * f32::from(multiple.cast_signed())
}

fn byte(bits: usize, lines: &[[u8; LINE]], lane: usize, column: usize) -> u8 {
    let (g, j) = (column / 4, column % 4);
    let at = 4 * lane + j;
    if bits == 8 {
        return lines[g][at];
    }
    let high = column >= 16;
    let low = (lines[g % 4][at] >> if high { 4 } else { 0 }) & 15;
    low | match bits {
        5 => (lines[4][at] >> g & 1) << 4,
        6 => (lines[4 + usize::from(high)][at] >> (2 * (g % 4)) & 3) << 4,
        _ => 0,
    }
}
