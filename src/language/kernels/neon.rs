//! Lanes of NEON with dot products: four registers hold sixteen.

use std::arch::aarch64::*;
use std::arch::{asm, is_aarch64_feature_detected};

use super::lanes::{Kernel, Lanes};

/// Proof that this processor has NEON and its dot products.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct Neon(());

impl Neon {
    pub(super) fn detect() -> Option<Self> {
        let has = is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("dotprod");
        has.then_some(Self(()))
    }
}

#[target_feature(enable = "neon,dotprod")]
fn with_features<K: Kernel>(lanes: Neon, kernel: K) {
    kernel.run(lanes);
}

/// Names instructions whose presence the value of type [`Neon`] proves.
macro_rules! instruction {
    ($($code:tt)*) => {
        // SAFETY: a `Neon` is made only by `detect`, which has seen every feature that the
        // intrinsics here need. Loads and stores go through references to arrays of their width.
        unsafe { $($code)* }
    };
}

/// The same instruction for each of four registers, as `$q` counts them. A closure would not be
/// compiled for the processor's instructions.
macro_rules! quarters {
    ($q:ident => $code:expr) => {
        [quarters!(@ $q 0 $code), quarters!(@ $q 1 $code), quarters!(@ $q 2 $code), quarters!(@ $q 3 $code)]
    };
    (@ $q:ident $number:literal $code:expr) => {{
        let $q = $number;
        instruction!($code)
    }};
}

type Quarters<T> = [T; 4];

/// To each lane of `sum` the products of four signed bytes with four others. There is an intrinsic
/// for it, not yet a stable one.
#[inline(always)]
fn dot4_quarter(_: Neon, sum: int32x4_t, weights: uint8x16_t, x: int32x4_t) -> int32x4_t {
    let mut sum = sum;
    // SAFETY: as above, the instruction is there; it touches nothing but its registers.
    unsafe {
        asm!(
            "sdot {sum:v}.4s, {weights:v}.16b, {x:v}.16b",
            sum = inout(vreg) sum,
            weights = in(vreg) weights,
            x = in(vreg) x,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

impl Lanes for Neon {
    type Floats = Quarters<float32x4_t>;
    type Ints = Quarters<int32x4_t>;
    type Bytes = Quarters<uint8x16_t>;
    const WIDE_IS_SIGNED: bool = true;

    fn run<K: Kernel>(self, kernel: K) {
        // SAFETY: as above, the features of `with_features` are there.
        unsafe { with_features(self, kernel) }
    }

    #[inline(always)]
    fn zero(self) -> Self::Floats {
        self.splat(0.0)
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::Floats {
        [instruction!(vdupq_n_f32(x)); 4]
    }
    #[inline(always)]
    fn load(self, from: &[f32; 16]) -> Self::Floats {
        let from = from.as_chunks::<4>().0;
        quarters!(q => vld1q_f32(from[q].as_ptr()))
    }
    #[inline(always)]
    fn store(self, x: Self::Floats, to: &mut [f32; 16]) {
        let to = to.as_chunks_mut::<4>().0;
        quarters!(q => vst1q_f32(to[q].as_mut_ptr(), x[q]));
    }
    #[inline(always)]
    fn load_half(self, from: &[u16; 16]) -> Self::Floats {
        let from = from.as_chunks::<4>().0;
        quarters!(q => vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from[q].as_ptr()))))
    }
    #[inline(always)]
    fn load_half_bytes(self, from: &[u8; 32]) -> Self::Floats {
        let from = from.as_chunks::<8>().0;
        quarters!(q => vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(from[q].as_ptr()))))
    }
    #[inline(always)]
    fn load_signed_bytes(self, from: &[u8; 16]) -> Self::Floats {
        let words = instruction!({
            let bytes = vreinterpretq_s8_u8(vld1q_u8(from.as_ptr()));
            let (low, high) = (vmovl_s8(vget_low_s8(bytes)), vmovl_s8(vget_high_s8(bytes)));
            [vget_low_s16(low), vget_high_s16(low), vget_low_s16(high), vget_high_s16(high)]
        });
        quarters!(q => vcvtq_f32_s32(vmovl_s16(words[q])))
    }
    #[inline(always)]
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        quarters!(q => vaddq_f32(a[q], b[q]))
    }
    #[inline(always)]
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        quarters!(q => vmulq_f32(a[q], b[q]))
    }
    #[inline(always)]
    fn mul_add(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats {
        quarters!(q => vfmaq_f32(c[q], a[q], b[q]))
    }
    #[inline(always)]
    fn div(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        quarters!(q => vdivq_f32(a[q], b[q]))
    }
    #[inline(always)]
    fn max(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        // Of a number and a NaN these take the number; the plain `vmaxq_f32` would take the NaN.
        quarters!(q => vmaxnmq_f32(a[q], b[q]))
    }
    #[inline(always)]
    fn min(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        quarters!(q => vminnmq_f32(a[q], b[q]))
    }
    #[inline(always)]
    fn sum(self, x: Self::Floats) -> f32 {
        instruction!({
            let four = vaddq_f32(vaddq_f32(x[0], x[2]), vaddq_f32(x[1], x[3]));
            vaddv_f32(vadd_f32(vget_low_f32(four), vget_high_f32(four)))
        })
    }
    #[inline(always)]
    fn largest(self, x: Self::Floats) -> f32 {
        instruction!(vmaxnmvq_f32(vmaxnmq_f32(vmaxnmq_f32(x[0], x[1]), vmaxnmq_f32(x[2], x[3]))))
    }
    #[inline(always)]
    fn splat_int(self, x: i32) -> Self::Ints {
        [instruction!(vdupq_n_s32(x)); 4]
    }
    #[inline(always)]
    fn to_floats(self, x: Self::Ints) -> Self::Floats {
        quarters!(q => vcvtq_f32_s32(x[q]))
    }
    #[inline(always)]
    fn round(self, x: Self::Floats) -> Self::Ints {
        quarters!(q => vcvtnq_s32_f32(x[q]))
    }
    #[inline(always)]
    fn over_256(self, x: Self::Ints) -> Self::Ints {
        quarters!(q => vrshrq_n_s32::<8>(x[q]))
    }
    #[inline(always)]
    fn left_int<const BY: u32>(self, x: Self::Ints) -> Self::Ints {
        let by = instruction!(vdupq_n_s32(BY.cast_signed()));
        quarters!(q => vshlq_s32(x[q], by))
    }
    #[inline(always)]
    fn join(self, coarse: Self::Ints, fine: Self::Ints) -> Self::Ints {
        quarters!(q => vaddq_s32(vshlq_n_s32::<8>(coarse[q]), fine[q]))
    }
    #[inline(always)]
    fn sum_int(self, x: Self::Ints) -> i32 {
        instruction!(vaddvq_s32(vaddq_s32(vaddq_s32(x[0], x[1]), vaddq_s32(x[2], x[3]))))
    }
    #[inline(always)]
    fn narrow(self, x: Self::Ints) -> [i8; 16] {
        let mut bytes = [0_i8; 16];
        instruction!({
            let low = vuzp1q_s16(vreinterpretq_s16_s32(x[0]), vreinterpretq_s16_s32(x[1]));
            let high = vuzp1q_s16(vreinterpretq_s16_s32(x[2]), vreinterpretq_s16_s32(x[3]));
            let all = vuzp1q_s8(vreinterpretq_s8_s16(low), vreinterpretq_s8_s16(high));
            vst1q_s8(bytes.as_mut_ptr(), all);
        });
        bytes
    }
    #[inline(always)]
    fn power_of_two(self, x: Self::Ints) -> Self::Floats {
        let bias = instruction!(vdupq_n_s32(127));
        quarters!(q => vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(x[q], bias))))
    }
    #[inline(always)]
    fn load_bytes(self, from: &[u8; 64]) -> Self::Bytes {
        let from = from.as_chunks::<16>().0;
        quarters!(q => vld1q_u8(from[q].as_ptr()))
    }
    #[inline(always)]
    fn store_bytes(self, x: Self::Bytes, to: &mut [u8; 64]) {
        let to = to.as_chunks_mut::<16>().0;
        quarters!(q => vst1q_u8(to[q].as_mut_ptr(), x[q]));
    }
    #[inline(always)]
    fn and(self, a: Self::Bytes, mask: u8) -> Self::Bytes {
        let mask = instruction!(vdupq_n_u8(mask));
        quarters!(q => vandq_u8(a[q], mask))
    }
    #[inline(always)]
    fn or(self, a: Self::Bytes, b: Self::Bytes) -> Self::Bytes {
        quarters!(q => vorrq_u8(a[q], b[q]))
    }
    #[inline(always)]
    fn left(self, a: Self::Bytes, by: u32) -> Self::Bytes {
        // Bytewise: the bits that would come in from a neighbour are masked by every user.
        let by = instruction!(vdupq_n_s8(by as i8));
        quarters!(q => vshlq_u8(a[q], by))
    }
    #[inline(always)]
    fn right(self, a: Self::Bytes, by: u32) -> Self::Bytes {
        // There is no shift right by a register, but one left by less than nothing.
        let by = instruction!(vdupq_n_s8(-(by as i8)));
        quarters!(q => vshlq_u8(a[q], by))
    }
    #[inline(always)]
    fn dot4(self, sum: Self::Ints, weights: Self::Bytes, x: i32) -> Self::Ints {
        // Bytes of at most 127 are the same whether signed or not.
        let x = instruction!(vdupq_n_s32(x));
        [
            dot4_quarter(self, sum[0], weights[0], x),
            dot4_quarter(self, sum[1], weights[1], x),
            dot4_quarter(self, sum[2], weights[2], x),
            dot4_quarter(self, sum[3], weights[3], x),
        ]
    }
    #[inline(always)]
    fn dot4_wide(self, sum: Self::Ints, weights: Self::Bytes, x: i32) -> Self::Ints {
        // A byte less 128, as a signed byte, is the byte with its highest bit turned.
        let turn = instruction!(vdupq_n_u8(128));
        self.dot4(sum, quarters!(q => veorq_u8(weights[q], turn)), x)
    }
}
