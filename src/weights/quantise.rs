//! Rounding weights to the block formats of GGUF: 32 weights share a scale, and in two of the
//! formats a minimum, in half precision.
//!
//! The result must be the same on every machine, as its checksum stands in the registry. So all
//! is plain f32 arithmetic in a fixed order: nothing is fused, no sum depends on the processor.

use std::fmt;
use std::str::FromStr;

use half::f16;
use serde::{Deserialize, Serialize};

/// Weights in a block.
pub(super) const BLOCK: usize = 32;

/// The greatest absolute value that all formats hold, that of half precision.
pub(super) const GREATEST: f32 = 65_504.0;

/// The number formats that merged weights can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantisation {
    /// 4 bits, a scale and a minimum: 5 bits a weight.
    Q4_1,
    /// 5 bits, a scale and a minimum: 6 bits a weight.
    Q5_1,
    /// 8 bits and a scale: 8.5 bits a weight.
    Q8_0,
}

impl Quantisation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Q4_1, Self::Q5_1, Self::Q8_0];

    /// The code of tensors of this type in a GGUF file.
    pub(super) const fn tensor_code(self) -> u32 {
        match self {
            Self::Q4_1 => 3,
            Self::Q5_1 => 7,
            Self::Q8_0 => 8,
        }
    }

    /// The value of `general.file_type` for a file that is mostly of this type.
    pub(super) const fn file_type(self) -> u32 {
        match self {
            Self::Q4_1 => 3,
            Self::Q5_1 => 9,
            Self::Q8_0 => 7,
        }
    }

    /// Bytes of a block.
    pub(super) const fn block_bytes(self) -> usize {
        match self {
            Self::Q4_1 => 20,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
        }
    }

    /// Appends `weights`, whole blocks of finite values up to [`GREATEST`].
    pub(super) fn write(self, weights: &[f32], out: &mut Vec<u8>) {
        for block in weights.as_chunks::<BLOCK>().0 {
            match self {
                Self::Q4_1 => {
                    let fit = Fit::best(block, 15.0);
                    fit.write_scale(out);
                    out.extend(fit.nibbles());
                }
                Self::Q5_1 => {
                    let fit = Fit::best(block, 31.0);
                    fit.write_scale(out);
                    out.extend(fit.fifth_bits().to_le_bytes());
                    out.extend(fit.nibbles());
                }
                Self::Q8_0 => write_q8_0(block, out),
            }
        }
    }
}

impl fmt::Display for Quantisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Q4_1 => "q4_1",
            Self::Q5_1 => "q5_1",
            Self::Q8_0 => "q8_0",
        })
    }
}

impl FromStr for Quantisation {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.to_string() == text);
        found.ok_or_else(|| "it can be q4_1, q5_1 or q8_0".to_owned())
    }
}

type Block = [f32; BLOCK];

/// Levels, scale and minimum that stand for a block: `level · scale + minimum`.
#[derive(Clone, Copy)]
struct Fit {
    scale: f16,
    minimum: f16,
    levels: Block,
    /// Sum of the squared errors.
    error: f32,
}

/// Scales tried around the one that spans the block: the range is divided by the greatest level
/// plus or minus one, in tenths.
const STEPS: i8 = 10;

impl Fit {
    /// The best of several scales. Spanning from the least to the greatest value is a good guess
    /// only: a scale a little smaller or larger, with the line then drawn through all values by
    /// least squares, leaves a smaller error.
    fn best(block: &Block, top: f32) -> Self {
        let (least, greatest) = block.iter().fold((f32::MAX, f32::MIN), |(l, g), x| (l.min(*x), g.max(*x)));
        // Which zero is the least of two is the processor's choice; this makes it the positive one.
        let (least, range) = (least + 0.0, greatest - least);
        let mut best = Self::with(block, top, f16::from_f32(range / top), f16::from_f32(least));
        if range <= 0.0 {
            return best;
        }
        for step in -STEPS..=STEPS {
            let steps = top + f32::from(step) / f32::from(STEPS);
            let levels = nearest(block, top, least, steps / range);
            if let Some((scale, minimum)) = line_through(block, &levels) {
                let fit = Self::with(block, top, f16::from_f32(scale), f16::from_f32(minimum));
                if fit.error < best.error {
                    best = fit;
                }
            }
        }
        best
    }

    /// The levels nearest to the block for a scale and a minimum as the file will hold them.
    fn with(block: &Block, top: f32, scale: f16, minimum: f16) -> Self {
        let (s, m) = (scale.to_f32(), minimum.to_f32());
        let levels = nearest(block, top, m, if s > 0.0 { 1.0 / s } else { 0.0 });
        let mut errors = [0.0; BLOCK];
        for ((error, level), x) in errors.iter_mut().zip(&levels).zip(block) {
            let off = level * s + m - x;
            *error = off * off;
        }
        Self { scale, minimum, levels, error: sum(&errors) }
    }

    fn write_scale(&self, out: &mut Vec<u8>) {
        out.extend(self.scale.to_le_bytes());
        out.extend(self.minimum.to_le_bytes());
    }

    /// The low four bits: weights `i` and `i + 16` share byte `i`.
    fn nibbles(&self) -> [u8; BLOCK / 2] {
        std::array::from_fn(|i| {
            let (low, high) = (self.levels[i] as u8 & 15, self.levels[i + BLOCK / 2] as u8 & 15);
            low | high << 4
        })
    }

    /// The fifth bits: that of weight `i` is bit `i`.
    fn fifth_bits(&self) -> u32 {
        self.levels.iter().enumerate().fold(0, |bits, (i, level)| bits | (*level as u32 >> 4 & 1) << i)
    }
}

/// The levels, 0 to `top`, nearest to `(x - minimum) · inverse`.
fn nearest(block: &Block, top: f32, minimum: f32, inverse: f32) -> Block {
    let mut levels = [0.0; BLOCK];
    for (level, x) in levels.iter_mut().zip(block) {
        *level = rounded(((x - minimum) * inverse).max(0.0).min(top));
    }
    levels
}

/// Scale and minimum that take the levels nearest to the block, by least squares; none where all
/// levels are the same.
fn line_through(block: &Block, levels: &Block) -> Option<(f32, f32)> {
    let (mut squares, mut products) = ([0.0; BLOCK], [0.0; BLOCK]);
    for i in 0..BLOCK {
        squares[i] = levels[i] * levels[i];
        products[i] = levels[i] * block[i];
    }
    let n = BLOCK as f32;
    let (l, ll, x, lx) = (sum(levels), sum(&squares), sum(block), sum(&products));
    let determinant = n * ll - l * l;
    let scale = (n * lx - l * x) / determinant;
    let minimum = (ll * x - l * lx) / determinant;
    (determinant > 0.0 && scale > 0.0 && minimum.abs() <= GREATEST && scale <= GREATEST)
        .then_some((scale, minimum))
}

/// 8 bits: the greatest absolute value is 127 or -127.
fn write_q8_0(block: &Block, out: &mut Vec<u8>) {
    let greatest = block.iter().fold(0.0_f32, |greatest, x| greatest.max(x.abs()));
    let scale = f16::from_f32(greatest / 127.0);
    let s = scale.to_f32();
    // The scale as the file holds it, which may be a little smaller than the exact one.
    let inverse = if s > 0.0 { 1.0 / s } else { 0.0 };
    out.extend(scale.to_le_bytes());
    out.extend(block.iter().map(|x| rounded((x * inverse).clamp(-127.0, 127.0)) as i8 as u8));
}

/// Rounds a value up to a few thousand to the nearest whole number, halves to even ones: beyond
/// 2²³, floats have no fractions. Unlike a call of `round`, this is the same few instructions on
/// every processor, and many at once.
fn rounded(x: f32) -> f32 {
    const BEYOND: f32 = 12_582_912.0;
    (x + BEYOND) - BEYOND
}

/// The sum in a fixed order that processors can still take eight at a time.
fn sum(values: &Block) -> f32 {
    let mut lanes = [0.0; 8];
    for eight in values.as_chunks::<8>().0 {
        for (lane, value) in lanes.iter_mut().zip(eight) {
            *lane += value;
        }
    }
    lanes.iter().sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use candle_core::quantized::ggml_file::qtensor_from_ggml;
    use candle_core::quantized::{GgmlDType, QTensor};
    use candle_core::{Device, Tensor};
    use proptest::prelude::*;

    use super::*;

    const fn of_candle(kind: Quantisation) -> GgmlDType {
        match kind {
            Quantisation::Q4_1 => GgmlDType::Q4_1,
            Quantisation::Q5_1 => GgmlDType::Q5_1,
            Quantisation::Q8_0 => GgmlDType::Q8_0,
        }
    }

    fn written(kind: Quantisation, weights: &[f32]) -> Vec<u8> {
        let mut out = Vec::new();
        kind.write(weights, &mut out);
        out
    }

    fn read(kind: Quantisation, bytes: &[u8], n: usize) -> Vec<f32> {
        let tensor = qtensor_from_ggml(of_candle(kind), bytes, vec![n], &Device::Cpu).unwrap();
        tensor.dequantize(&Device::Cpu).unwrap().to_vec1().unwrap()
    }

    /// Candle's own rounding, from the least to the greatest value.
    fn plain(kind: Quantisation, weights: &[f32]) -> Vec<f32> {
        let tensor = Tensor::from_slice(weights, weights.len(), &Device::Cpu).unwrap();
        let tensor = QTensor::quantize(&tensor, of_candle(kind)).unwrap();
        tensor.dequantize(&Device::Cpu).unwrap().to_vec1().unwrap()
    }

    fn error(left: &[f32], right: &[f32]) -> f64 {
        left.iter().zip(right).map(|(a, b)| f64::from(a - b).powi(2)).sum()
    }

    /// Values that lie as weights do, more of them near zero.
    fn bells(n: usize) -> Vec<f32> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from((state >> 16) as u16) / 65_536.0 - 0.5
        };
        (0..n).map(|_| (0..6).map(|_| next()).sum::<f32>() * 0.1).collect()
    }

    #[test]
    fn the_error_is_smaller_than_that_of_plain_rounding() {
        let weights = bells(32 * 4096);
        for (kind, at_most) in
            [(Quantisation::Q4_1, 0.85), (Quantisation::Q5_1, 0.85), (Quantisation::Q8_0, 1.0)]
        {
            let ours = error(&read(kind, &written(kind, &weights), weights.len()), &weights);
            let theirs = error(&plain(kind, &weights), &weights);
            assert!(ours <= theirs * at_most, "{kind}: {ours} against {theirs}");
        }
    }

    #[test]
    fn a_block_of_one_value_keeps_it() {
        for kind in Quantisation::ALL {
            for value in [0.0, 0.25, -3.0] {
                let weights = [value; 32];
                for got in read(kind, &written(kind, &weights), 32) {
                    assert!((got - value).abs() <= value.abs() / 1000.0, "{kind}: {got} for {value}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_block_is_further_off_than_a_step(
            weights in prop::collection::vec(-1.0_f32..1.0, 32), exponent in -12_i32..15
        ) {
            let weights: Vec<f32> = weights.iter().map(|w| w * 2_f32.powi(exponent)).collect();
            let range = weights.iter().fold(0.0_f32, |g, w| g.max(w.abs())) * 2.0;
            for (kind, steps) in [(Quantisation::Q4_1, 15.0), (Quantisation::Q5_1, 31.0), (Quantisation::Q8_0, 254.0)] {
                for (got, weight) in read(kind, &written(kind, &weights), 32).iter().zip(&weights) {
                    // Scale and minimum are halves: they have eleven bits.
                    prop_assert!((got - weight).abs() <= range / steps * 1.5 + range / 1024.0 + 1e-6, "{kind}: {got} for {weight}");
                }
            }
        }
    }
}
