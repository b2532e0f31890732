//! Weights as the kernels read them: sixteen rows interleaved, four columns of a row to a lane.
//!
//! A panel holds sixteen rows. Along the columns it goes in blocks of 32; a block is
//! `bits` lines of 64 bytes. The first four lines hold the low four bits: byte `4r + j` of line
//! `g` has column `4g + j` of row `r` in its low and column `16 + 4g + j` in its high half. A
//! fifth bit of each weight lies in one more line, where bit `g` of a byte belongs to line or
//! half line `g`; fifth and sixth bits in two. Eight-bit weights take eight plain lines.
//! Scales follow behind all blocks of a panel, sixteen half-precision numbers at a time.
//!
//! So each number that a GGUF can hold keeps its exact value but for the scale's rounding to half
//! precision (2⁻¹¹): `weight = scale · (byte − zero)`, or `scale · byte + minimum`.

use super::decode::{Chunk, chunk, format_of, scales};
use super::disjoint::Disjoint;
use super::memory::{Memory, MemoryPart};
use super::pool::Pool;
use crate::language::gguf::TensorType;

/// Rows in a panel.
pub(in crate::language) const PANEL: usize = 16;
/// Columns in a block.
pub(super) const BLOCK: usize = 32;

/// Bytes in a line, and of sixteen scales.
pub(super) const LINE: usize = 64;
pub(super) const SCALES: usize = 32;

/// How the numbers of a matrix are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    /// Bits to a weight: 4, 5, 6 or 8.
    pub(super) bits: usize,
    /// Whether each half of a block has its own scale.
    pub(super) halves: bool,
    /// Whether there is a minimum beside the scale; if not, `zero` is taken off each byte.
    pub(super) minimum: bool,
    /// The byte that stands for 0.
    pub(super) zero: i32,
}

impl Format {
    /// Rows of sixteen scales to a block.
    pub(super) const fn scales(self) -> usize {
        Self::scales_of(self.halves, self.minimum)
    }

    /// The same for a format with these properties.
    pub(super) const fn scales_of(halves: bool, minimum: bool) -> usize {
        (1 + halves as usize) * (1 + minimum as usize)
    }
}

/// A matrix of quantised weights.
#[derive(Debug)]
pub(in crate::language) struct PackedMatrix {
    rows: usize,
    columns: usize,
    format: Format,
    /// What all scales are to be multiplied by, so that they fit half precision.
    unit: f32,
    weights: MemoryPart,
    scales: MemoryPart,
}

/// One panel of a matrix.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a> {
    pub(super) blocks: usize,
    pub(super) weights: &'a [[u8; LINE]],
    pub(super) scales: &'a [[u8; SCALES]],
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
        let row = |r: usize| {
            let from = order(r).saturating_mul(row_bytes);
            bytes.get(from..from.saturating_add(row_bytes)).unwrap_or(&bytes[..row_bytes])
        };
        let unit = unit(kind, columns / BLOCK, (0..rows).map(row));
        let (panels, blocks) = (rows.div_ceil(PANEL), columns / BLOCK);
        let (lines, scale_rows) = (blocks * format.bits * LINE, blocks * format.scales() * SCALES);
        let (weights, scales) = (memory.take(panels * lines)?, memory.take(panels * scale_rows)?);
        let mut scale_bytes = vec![0; panels * scale_rows];
        let all = (Disjoint::new(memory.get_mut(&weights)), Disjoint::new(&mut scale_bytes));
        pool.split(panels, 1, &|p| {
            // SAFETY: the lines of each panel are written by its own part alone.
            let (weights, scales) = unsafe {
                (all.0.slice(p * lines..(p + 1) * lines), all.1.slice(p * scale_rows..(p + 1) * scale_rows))
            };
            let (weights, scales) = (weights.as_chunks_mut().0, scales.as_chunks_mut().0);
            for r in p * PANEL..rows.min((p + 1) * PANEL) {
                let row = row(r);
                let lines = weights.chunks_exact_mut(format.bits);
                for (b, (lines, scales)) in lines.zip(scales.chunks_exact_mut(format.scales())).enumerate() {
                    place(format, &chunk(kind, row, b), unit, r % PANEL, lines, scales);
                }
            }
        });
        memory.get_mut(&scales).copy_from_slice(&scale_bytes);
        Ok(Some(Self { rows, columns, format, unit, weights, scales }))
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

    pub(super) fn unit(&self) -> f32 {
        self.unit
    }

    pub(super) fn panel<'a>(&self, memory: &'a Memory, p: usize) -> Panel<'a> {
        let blocks = self.columns / BLOCK;
        let (lines, scales) = (blocks * self.format.bits, blocks * self.format.scales());
        Panel {
            blocks,
            weights: &memory.get(&self.weights).as_chunks().0[p * lines..][..lines],
            scales: &memory.get(&self.scales).as_chunks().0[p * scales..][..scales],
        }
    }

    /// Writes one row in full precision, as far as there is room.
    pub(in crate::language) fn row(&self, memory: &Memory, r: usize, to: &mut [f32]) {
        let panel = self.panel(memory, r / PANEL);
        let lane = r % PANEL;
        let Format { bits, halves, minimum, zero } = self.format;
        let blocks = panel.weights.chunks_exact(bits).zip(panel.scales.chunks_exact(self.format.scales()));
        for ((lines, scales), to) in blocks.zip(to.chunks_mut(BLOCK)) {
            let scale = |i: usize| {
                half::f16::from_le_bytes([scales[i][2 * lane], scales[i][2 * lane + 1]]).to_f32() * self.unit
            };
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

/// The power of two that brings the greatest scale below 2¹⁵.
fn unit<'a>(kind: TensorType, blocks: usize, rows: impl Iterator<Item = &'a [u8]>) -> f32 {
    // The scales of these are themselves in half precision; others are products of two numbers.
    if matches!(
        kind,
        TensorType::Q4_0 | TensorType::Q4_1 | TensorType::Q5_0 | TensorType::Q5_1 | TensorType::Q8_0
    ) {
        return 1.0;
    }
    let mut largest = 0.0_f32;
    for row in rows {
        for b in 0..blocks {
            let (scales, minima) = scales(kind, row, b);
            for value in scales.into_iter().chain(minima).filter(|v| v.is_finite()) {
                largest = largest.max(value.abs());
            }
        }
    }
    if largest > 0.0 { (largest.log2().ceil() - 14.0).exp2().max(f32::MIN_POSITIVE) } else { 1.0 }
}

/// Puts 32 weights of one row into their lines.
fn place(
    format: Format,
    chunk: &Chunk,
    unit: f32,
    lane: usize,
    lines: &mut [[u8; LINE]],
    scales: &mut [[u8; SCALES]],
) {
    for (column, byte) in chunk.bytes.iter().enumerate() {
        let (g, j) = (column / 4, column % 4);
        let at = 4 * lane + j;
        if format.bits == 8 {
            lines[g][at] = *byte;
            continue;
        }
        let high = column >= 16;
        lines[g % 4][at] |= (byte & 15) << if high { 4 } else { 0 };
        match format.bits {
            5 => lines[4][at] |= (byte >> 4) << g,
            6 => lines[4 + usize::from(high)][at] |= (byte >> 4) << (2 * (g % 4)),
            _ => {}
        }
    }
    let write = |to: &mut [u8; SCALES], x: f32| {
        to[2 * lane..2 * lane + 2].copy_from_slice(&half::f16::from_f32(x / unit).to_le_bytes());
    };
    let parts = 1 + usize::from(format.halves);
    for part in 0..parts {
        write(&mut scales[part], chunk.scales[part]);
        if format.minimum {
            write(&mut scales[parts + part], chunk.minima[part]);
        }
    }
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
