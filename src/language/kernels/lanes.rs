//! Sixteen lanes of 32 bits: the one vocabulary that every kernel is written in.
//!
//! A value of a type that implements [`Lanes`] proves that this processor has the instructions
//! the type uses, since only detection hands one out. So kernels are safe code, written once;
//! `unsafe` stays within the few lines that name an instruction.

/// Sixteen lanes on some processor.
pub(super) trait Lanes: Copy + Send + Sync + 'static {
    /// Sixteen `f32`.
    type Floats: Copy;
    /// Sixteen `i32`.
    type Ints: Copy;
    /// Sixty-four bytes, four to a lane.
    type Bytes: Copy;

    /// Whether [`Lanes::dot4_wide`] takes 128, the byte that stands for 0 in formats of 8 bits, off
    /// each weight before it multiplies.
    const WIDE_IS_SIGNED: bool;

    /// Runs a kernel in a function that may use the instructions of these lanes.
    fn run<K: Kernel>(self, kernel: K);

    fn zero(self) -> Self::Floats;
    fn splat(self, x: f32) -> Self::Floats;
    fn load(self, from: &[f32; 16]) -> Self::Floats;
    fn store(self, x: Self::Floats, to: &mut [f32; 16]);
    /// Sixteen half-precision numbers, as their bits, widened.
    fn load_half(self, from: &[u16; 16]) -> Self::Floats;
    /// The same, from little-endian bytes.
    fn load_half_bytes(self, from: &[u8; 32]) -> Self::Floats;
    /// Sixteen signed bytes, widened.
    fn load_signed_bytes(self, from: &[u8; 16]) -> Self::Floats;
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a · b + c`; with one rounding where the processor can.
    fn mul_add(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    fn div(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn max(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn min(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// Sum of the lanes, always in the same order.
    fn sum(self, x: Self::Floats) -> f32;
    fn largest(self, x: Self::Floats) -> f32;

    fn splat_int(self, x: i32) -> Self::Ints;
    fn to_floats(self, x: Self::Ints) -> Self::Floats;
    /// Rounded to the nearest whole number, ties to even.
    fn round(self, x: Self::Floats) -> Self::Ints;
    /// Each lane over 256, rounded to the nearest whole number.
    fn over_256(self, x: Self::Ints) -> Self::Ints;
    /// Each lane times 2 to the power of `BY`, one of 0, 2, 3, 4, 5 and 7: a number that the compiler
    /// knows, since shifts by one that it does not are slow.
    fn left_int<const BY: u32>(self, x: Self::Ints) -> Self::Ints;
    /// `256 · coarse + fine`.
    fn join(self, coarse: Self::Ints, fine: Self::Ints) -> Self::Ints;
    /// Sum of the lanes, wrapping.
    fn sum_int(self, x: Self::Ints) -> i32;
    /// The lowest byte of each lane.
    fn narrow(self, x: Self::Ints) -> [i8; 16];
    /// 2 to the power of each lane, which must lie within −126…127; −127 gives 0.
    fn power_of_two(self, x: Self::Ints) -> Self::Floats;

    fn load_bytes(self, from: &[u8; 64]) -> Self::Bytes;
    fn store_bytes(self, x: Self::Bytes, to: &mut [u8; 64]);
    fn and(self, a: Self::Bytes, mask: u8) -> Self::Bytes;
    fn or(self, a: Self::Bytes, b: Self::Bytes) -> Self::Bytes;
    /// Shifted left within 16-bit units: bits of neighbouring bytes come in and must be masked.
    fn left(self, a: Self::Bytes, by: u32) -> Self::Bytes;
    /// Shifted right within 16-bit units, as [`Lanes::left`].
    fn right(self, a: Self::Bytes, by: u32) -> Self::Bytes;

    /// To each lane of `sum` the product of its four unsigned bytes, each at most 127, with the
    /// four signed bytes of `x`, none of which is −128.
    fn dot4(self, sum: Self::Ints, weights: Self::Bytes, x: i32) -> Self::Ints;
    /// The same for bytes up to 255, each less 128 where [`Lanes::WIDE_IS_SIGNED`].
    fn dot4_wide(self, sum: Self::Ints, weights: Self::Bytes, x: i32) -> Self::Ints;
}

/// Work that can be done with any lanes. `run` must be `#[inline(always)]`, so that it is
/// compiled anew for the instructions of each processor.
pub(super) trait Kernel {
    fn run<L: Lanes>(self, lanes: L);
}

/// A number as it lies in memory, sixteen of which fill the lanes.
pub(super) trait Number: Copy + Default {
    /// The nearest to `x`.
    fn of(x: f32) -> Self;

    fn load<L: Lanes>(l: L, from: &[Self; 16]) -> L::Floats;
}

impl Number for f32 {
    fn of(x: f32) -> Self {
        x
    }

    #[inline(always)]
    fn load<L: Lanes>(l: L, from: &[Self; 16]) -> L::Floats {
        l.load(from)
    }
}

/// The bits of a half-precision number.
impl Number for u16 {
    fn of(x: f32) -> Self {
        half::f16::from_f32(x).to_bits()
    }

    #[inline(always)]
    fn load<L: Lanes>(l: L, from: &[Self; 16]) -> L::Floats {
        l.load_half(from)
    }
}

/// Plain Rust, for every processor; also what the others are tested against.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct Portable;

impl Lanes for Portable {
    type Floats = [f32; 16];
    type Ints = [i32; 16];
    type Bytes = [u8; 64];
    const WIDE_IS_SIGNED: bool = false;

    fn run<K: Kernel>(self, kernel: K) {
        kernel.run(self);
    }

    #[inline(always)]
    fn zero(self) -> [f32; 16] {
        [0.0; 16]
    }
    #[inline(always)]
    fn splat(self, x: f32) -> [f32; 16] {
        [x; 16]
    }
    #[inline(always)]
    fn load(self, from: &[f32; 16]) -> [f32; 16] {
        *from
    }
    #[inline(always)]
    fn store(self, x: [f32; 16], to: &mut [f32; 16]) {
        *to = x;
    }
    #[inline(always)]
    fn load_half(self, from: &[u16; 16]) -> [f32; 16] {
        from.map(|bits| half::f16::from_bits(bits).to_f32())
    }
    #[inline(always)]
    fn load_half_bytes(self, from: &[u8; 32]) -> [f32; 16] {
        std::array::from_fn(|i| half::f16::from_le_bytes([from[2 * i], from[2 * i + 1]]).to_f32())
    }
    #[inline(always)]
    fn load_signed_bytes(self, from: &[u8; 16]) -> [f32; 16] {
        from.map(|byte| f32::from(byte.cast_signed()))
    }
    #[inline(always)]
    fn add(self, a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    fn mul(self, a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    fn mul_add(self, a: [f32; 16], b: [f32; 16], c: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    fn div(self, a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| a[i] / b[i])
    }
    #[inline(always)]
    fn max(self, a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    fn min(self, a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    fn sum(self, x: [f32; 16]) -> f32 {
        let mut x = x;
        for step in [8, 4, 2, 1] {
            for i in 0..step {
                x[i] += x[i + step];
            }
        }
        x[0]
    }
    #[inline(always)]
    fn largest(self, x: [f32; 16]) -> f32 {
        x.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }
    #[inline(always)]
    fn splat_int(self, x: i32) -> [i32; 16] {
        [x; 16]
    }
    #[inline(always)]
    fn to_floats(self, x: [i32; 16]) -> [f32; 16] {
        x.map(|x| x as f32)
    }
    #[inline(always)]
    fn round(self, x: [f32; 16]) -> [i32; 16] {
        x.map(|x| x.round_ties_even() as i32)
    }
    #[inline(always)]
    fn over_256(self, x: [i32; 16]) -> [i32; 16] {
        x.map(|x| x.wrapping_add(128) >> 8)
    }
    #[inline(always)]
    fn left_int<const BY: u32>(self, x: [i32; 16]) -> [i32; 16] {
        x.map(|x| x << BY)
    }
    #[inline(always)]
    fn join(self, coarse: [i32; 16], fine: [i32; 16]) -> [i32; 16] {
        std::array::from_fn(|i| (coarse[i] << 8) + fine[i])
    }
    #[inline(always)]
    fn sum_int(self, x: [i32; 16]) -> i32 {
        x.into_iter().fold(0, i32::wrapping_add)
    }
    #[inline(always)]
    fn narrow(self, x: [i32; 16]) -> [i8; 16] {
        x.map(|x| x as i8)
    }
    #[inline(always)]
    fn power_of_two(self, x: [i32; 16]) -> [f32; 16] {
        x.map(|x| f32::from_bits(((x + 127) as u32) << 23))
    }
    #[inline(always)]
    fn load_bytes(self, from: &[u8; 64]) -> [u8; 64] {
        *from
    }
    #[inline(always)]
    fn store_bytes(self, x: [u8; 64], to: &mut [u8; 64]) {
        *to = x;
    }
    #[inline(always)]
    fn and(self, a: [u8; 64], mask: u8) -> [u8; 64] {
        a.map(|a| a & mask)
    }
    #[inline(always)]
    fn or(self, a: [u8; 64], b: [u8; 64]) -> [u8; 64] {
        std::array::from_fn(|i| a[i] | b[i])
    }
    #[inline(always)]
    fn left(self, a: [u8; 64], by: u32) -> [u8; 64] {
        // Bytes from a neighbour are masked by every user, so bytewise will do.
        a.map(|a| a << by)
    }
    #[inline(always)]
    fn right(self, a: [u8; 64], by: u32) -> [u8; 64] {
        a.map(|a| a >> by)
    }
    #[inline(always)]
    fn dot4(self, sum: [i32; 16], weights: [u8; 64], x: i32) -> [i32; 16] {
        let x = x.to_le_bytes().map(|b| i32::from(b.cast_signed()));
        std::array::from_fn(|i| sum[i] + (0..4).map(|j| i32::from(weights[4 * i + j]) * x[j]).sum::<i32>())
    }
    #[inline(always)]
    fn dot4_wide(self, sum: [i32; 16], weights: [u8; 64], x: i32) -> [i32; 16] {
        self.dot4(sum, weights, x)
    }
}
