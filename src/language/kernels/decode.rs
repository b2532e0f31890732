//! The number formats of GGUF, 32 weights at a time: bytes with scales and minima.
//!
//! Layouts after ggml's `ggml-common.h` and `ggml-quants.c`.

use super::matrix::Format;
use crate::language::gguf::TensorType;

/// 32 weights: `scale · (byte − zero)`, or `scale · byte + minimum`; one scale to each 16. Scales
/// and minima are multiples of the two units, which are in half precision, as bytes.
pub(super) struct Chunk {
    pub(super) bytes: [u8; 32],
    pub(super) units: [[u8; 2]; 2],
    pub(super) scales: [i8; 2],
    pub(super) minima: [i8; 2],
}

impl Chunk {
    /// With one scale and one minimum.
    const fn plain(bytes: [u8; 32], units: [[u8; 2]; 2]) -> Self {
        Self { bytes, units, scales: [1; 2], minima: [1; 2] }
    }
}

/// How a tensor type is packed; `None` for plain floats.
pub(super) const fn format_of(kind: TensorType) -> Option<Format> {
    let (bits, halves, minimum, levels, zero) = match kind {
        TensorType::F32 | TensorType::F16 | TensorType::Bf16 => return None,
        TensorType::Q4_0 => (4, false, false, false, 8),
        TensorType::Q4_1 => (4, false, true, false, 0),
        TensorType::Q5_0 => (5, false, false, false, 16),
        TensorType::Q5_1 => (5, false, true, false, 0),
        TensorType::Q8_0 => (8, false, false, false, 128),
        TensorType::Q2K => (4, true, true, true, 0),
        TensorType::Q3K => (4, true, false, true, 4),
        TensorType::Q4K => (4, false, true, true, 0),
        TensorType::Q5K => (5, false, true, true, 0),
        TensorType::Q6K => (6, true, false, true, 32),
    };
    Some(Format { bits, halves, minimum, levels, zero })
}

/// Chunk `n` of a row that is as long as its type says.
pub(super) fn chunk(kind: TensorType, row: &[u8], n: usize) -> Chunk {
    let (elements, bytes) = kind.block();
    let per_block = elements / 32;
    let block = &row[n / per_block * bytes..][..bytes];
    let n = n % per_block;
    match kind {
        TensorType::Q4_0 => Chunk::plain(nibbles(&block[2..18]), [half(block, 0), NONE]),
        TensorType::Q4_1 => Chunk::plain(nibbles(&block[4..20]), [half(block, 0), half(block, 2)]),
        TensorType::Q5_0 => {
            Chunk::plain(fifth_bits(&block[2..6], nibbles(&block[6..22])), [half(block, 0), NONE])
        }
        TensorType::Q5_1 => {
            Chunk::plain(fifth_bits(&block[4..8], nibbles(&block[8..24])), [half(block, 0), half(block, 2)])
        }
        TensorType::Q8_0 => {
            // −128, which no quantiser of this format writes, would not survive a change of sign.
            let bytes = std::array::from_fn(|i| (block[2 + i] ^ 0x80).max(1));
            Chunk::plain(bytes, [half(block, 0), NONE])
        }
        TensorType::Q2K => q2_k(block, n),
        TensorType::Q3K => q3_k(block, n),
        TensorType::Q4K => q4_k(block, n),
        TensorType::Q5K => q5_k(block, n),
        TensorType::Q6K => q6_k(block, n),
        TensorType::F32 | TensorType::F16 | TensorType::Bf16 => Chunk::plain([0; 32], [NONE; 2]),
    }
}

/// The unit of what a format does not have.
const NONE: [u8; 2] = [0; 2];

/// A number in half precision.
fn half(bytes: &[u8], at: usize) -> [u8; 2] {
    [bytes[at], bytes[at + 1]]
}

/// A number in half precision, its sign turned.
fn minus(bytes: &[u8], at: usize) -> [u8; 2] {
    [bytes[at], bytes[at + 1] ^ 0x80]
}

/// Sixteen bytes: the low halves first, then the high ones.
fn nibbles(bytes: &[u8]) -> [u8; 32] {
    std::array::from_fn(|i| if i < 16 { bytes[i] & 15 } else { bytes[i - 16] >> 4 })
}

fn fifth_bits(bits: &[u8], low: [u8; 32]) -> [u8; 32] {
    std::array::from_fn(|i| low[i] | (bits[i / 8] >> (i % 8) & 1) << 4)
}

/// The 6-bit scale and minimum of sub-block `n` in the 12 bytes that `Q4_K` and `Q5_K` keep them in.
fn scale_and_minimum(packed: &[u8], n: usize) -> (i8, i8) {
    let (scale, minimum) = if n < 4 {
        (packed[n] & 63, packed[n + 4] & 63)
    } else {
        (packed[n + 4] & 15 | packed[n - 4] >> 6 << 4, packed[n + 4] >> 4 | packed[n] >> 6 << 4)
    };
    (scale.cast_signed(), minimum.cast_signed())
}

/// A chunk of `Q4_K` or `Q5_K`, whose scales stand alike.
fn four_or_five_k(block: &[u8], n: usize, bytes: [u8; 32]) -> Chunk {
    let (scale, minimum) = scale_and_minimum(&block[4..16], n);
    Chunk { bytes, units: [half(block, 0), minus(block, 2)], scales: [scale; 2], minima: [minimum; 2] }
}

fn q4_k(block: &[u8], n: usize) -> Chunk {
    let quants = &block[16 + n / 2 * 32..][..32];
    let bytes = std::array::from_fn(|i| quants[i] >> (4 * (n % 2)) & 15);
    four_or_five_k(block, n, bytes)
}

fn q5_k(block: &[u8], n: usize) -> Chunk {
    let (high, quants) = (&block[16..48], &block[48 + n / 2 * 32..][..32]);
    let bytes = std::array::from_fn(|i| quants[i] >> (4 * (n % 2)) & 15 | (high[i] >> n & 1) << 4);
    four_or_five_k(block, n, bytes)
}

fn q6_k(block: &[u8], n: usize) -> Chunk {
    let (part, quarter) = (n / 4, n % 4);
    let low = &block[64 * part + 32 * (quarter % 2)..][..32];
    let high = &block[128 + 32 * part..][..32];
    let bytes =
        std::array::from_fn(|i| low[i] >> (4 * (quarter / 2)) & 15 | (high[i] >> (2 * quarter) & 3) << 4);
    let scale = |i: usize| block[192 + 8 * part + 2 * quarter + i].cast_signed();
    Chunk { bytes, units: [half(block, 208), NONE], scales: [scale(0), scale(1)], minima: [0; 2] }
}

fn q2_k(block: &[u8], n: usize) -> Chunk {
    let quants = &block[16 + 32 * (n / 4)..][..32];
    let packed = [block[2 * n], block[2 * n + 1]];
    Chunk {
        bytes: std::array::from_fn(|i| quants[i] >> (2 * (n % 4)) & 3),
        units: [half(block, 80), minus(block, 82)],
        scales: packed.map(|p| (p & 15).cast_signed()),
        minima: packed.map(|p| (p >> 4).cast_signed()),
    }
}

fn q3_k(block: &[u8], n: usize) -> Chunk {
    let (mask, quants, packed) = (&block[..32], &block[32 + 32 * (n / 4)..][..32], &block[96..108]);
    let bytes = std::array::from_fn(|i| quants[i] >> (2 * (n % 4)) & 3 | (mask[i] >> n & 1) << 2);
    let scale = |i: usize| {
        let low = packed[i % 8] >> (4 * (i / 8)) & 15;
        let high = packed[8 + i % 4] >> (2 * (i / 4)) & 3;
        (low | high << 4).cast_signed() - 32
    };
    let scales = [scale(2 * n), scale(2 * n + 1)];
    Chunk { bytes, units: [half(block, 108), NONE], scales, minima: [0; 2] }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
pub(super) mod tests {
    use candle_core::Device;
    use candle_core::quantized::{GgmlDType, ggml_file::qtensor_from_ggml};
    use half::f16;
    use rand::{RngExt as _, SeedableRng as _};

    use super::super::matrix::PackedMatrix;
    use super::super::memory::Memory;
    use super::super::pool::Pool;
    use super::*;

    /// Random blocks, their half-precision scales kept small and finite.
    pub(in super::super) fn random(kind: TensorType, blocks: usize, seed: u64) -> Vec<u8> {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let (_, size) = kind.block();
        let halves: &[usize] = match kind {
            TensorType::Q4_0 | TensorType::Q5_0 | TensorType::Q8_0 => &[0],
            TensorType::Q4_1 | TensorType::Q5_1 | TensorType::Q4K | TensorType::Q5K => &[0, 2],
            TensorType::Q2K => &[80, 82],
            TensorType::Q3K => &[108],
            TensorType::Q6K => &[208],
            _ => &[],
        };
        let mut bytes: Vec<u8> = (0..blocks * size).map(|_| rng.random()).collect();
        for block in bytes.chunks_exact_mut(size) {
            for at in halves {
                let scale = f16::from_f32(rng.random_range(-0.02..0.02));
                block[*at..*at + 2].copy_from_slice(&scale.to_le_bytes());
            }
            if kind == TensorType::Q8_0 {
                block[2..].iter_mut().filter(|b| **b == 0x80).for_each(|b| *b = 0x81);
            }
        }
        bytes
    }

    #[test]
    fn every_format_reads_as_candle_reads_it() {
        let kinds = [
            (TensorType::Q4_0, GgmlDType::Q4_0),
            (TensorType::Q4_1, GgmlDType::Q4_1),
            (TensorType::Q5_0, GgmlDType::Q5_0),
            (TensorType::Q5_1, GgmlDType::Q5_1),
            (TensorType::Q8_0, GgmlDType::Q8_0),
            (TensorType::Q2K, GgmlDType::Q2K),
            (TensorType::Q3K, GgmlDType::Q3K),
            (TensorType::Q4K, GgmlDType::Q4K),
            (TensorType::Q5K, GgmlDType::Q5K),
            (TensorType::Q6K, GgmlDType::Q6K),
        ];
        let (rows, columns) = (19, 512);
        for (kind, theirs) in kinds {
            let bytes = random(kind, rows * columns / kind.block().0, 7);
            let expected = qtensor_from_ggml(theirs, &bytes, vec![rows, columns], &Device::Cpu)
                .unwrap()
                .dequantize(&Device::Cpu)
                .unwrap()
                .to_vec2::<f32>()
                .unwrap();
            let mut memory = Memory::default();
            let place = (&Pool::new(2), &mut memory);
            let packed = PackedMatrix::pack(place, kind, rows, columns, &bytes, &|r| r).unwrap().unwrap();
            for (r, expected) in expected.iter().enumerate() {
                let mut row = vec![0.0; columns];
                packed.row(&memory, r, &mut row);
                // Only the sum of a product and a minimum is rounded.
                let bound = 1e-6 * expected.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
                for (a, b) in row.iter().zip(expected) {
                    assert!((a - b).abs() <= bound, "{kind:?} row {r}: {a} and {b}");
                }
            }
        }
    }
}
