//! Lanes of AVX2 with FMA and F16C: two registers hold sixteen.

use std::arch::x86_64::*;

use super::lanes::{Kernel, Lanes};

/// Proof that this processor has AVX2, FMA and F16C.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c");
        has.then_some(Self(()))
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn with_features<K: Kernel>(lanes: Avx2, kernel: K) {
    kernel.run(lanes);
}

/// Names instructions whose presence the value of type [`Avx2`] proves.
macro_rules! instruction {
    ($($code:tt)*) => {
        // SAFETY: an `Avx2` is made only by `detect`, which has seen every feature that the
        // intrinsics here need. Loads and stores go through references to arrays, each half
        // within them.
        unsafe { $($code)* }
    };
}

type Halves<T> = [T; 2];

#[inline(always)]
fn dot4_half(_: Avx2, sum: __m256i, weights: __m256i, x: i32) -> __m256i {
    instruction!({
        let pairs = _mm256_maddubs_epi16(weights, _mm256_set1_epi32(x));
        _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    })
}

#[inline(always)]
fn dot4_wide_half(_: Avx2, sum: __m256i, weights: __m256i, x: i32) -> __m256i {
    instruction!({
        let x = _mm256_set1_epi32(x);
        let weights = _mm256_sign_epi8(_mm256_xor_si256(weights, _mm256_set1_epi8(-128)), x);
        let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), weights);
        _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    })
}

impl Lanes for Avx2 {
    type Floats = Halves<__m256>;
    type Ints = Halves<__m256i>;
    type Bytes = Halves<__m256i>;
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
        [instruction!(_mm256_set1_ps(x)); 2]
    }
    #[inline(always)]
    fn load(self, from: &[f32; 16]) -> Self::Floats {
        let (low, high) = from.split_at(8);
        [instruction!(_mm256_loadu_ps(low.as_ptr())), instruction!(_mm256_loadu_ps(high.as_ptr()))]
    }
    #[inline(always)]
    fn store(self, x: Self::Floats, to: &mut [f32; 16]) {
        let (low, high) = to.split_at_mut(8);
        instruction!(_mm256_storeu_ps(low.as_mut_ptr(), x[0]));
        instruction!(_mm256_storeu_ps(high.as_mut_ptr(), x[1]));
    }
    #[inline(always)]
    fn load_half(self, from: &[u16; 16]) -> Self::Floats {
        let (low, high) = from.split_at(8);
        [
            instruction!(_mm256_cvtph_ps(_mm_loadu_si128(low.as_ptr().cast()))),
            instruction!(_mm256_cvtph_ps(_mm_loadu_si128(high.as_ptr().cast()))),
        ]
    }
    #[inline(always)]
    fn load_half_bytes(self, from: &[u8; 32]) -> Self::Floats {
        let (low, high) = from.split_at(16);
        [
            instruction!(_mm256_cvtph_ps(_mm_loadu_si128(low.as_ptr().cast()))),
            instruction!(_mm256_cvtph_ps(_mm_loadu_si128(high.as_ptr().cast()))),
        ]
    }
    #[inline(always)]
    fn load_signed_bytes(self, from: &[u8; 16]) -> Self::Floats {
        let (low, high) = from.split_at(8);
        [
            instruction!(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(low.as_ptr().cast())))),
            instruction!(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(high.as_ptr().cast())))),
        ]
    }
    #[inline(always)]
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        [instruction!(_mm256_add_ps(a[0], b[0])), instruction!(_mm256_add_ps(a[1], b[1]))]
    }
    #[inline(always)]
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        [instruction!(_mm256_mul_ps(a[0], b[0])), instruction!(_mm256_mul_ps(a[1], b[1]))]
    }
    #[inline(always)]
    fn mul_add(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats {
        [instruction!(_mm256_fmadd_ps(a[0], b[0], c[0])), instruction!(_mm256_fmadd_ps(a[1], b[1], c[1]))]
    }
    #[inline(always)]
    fn div(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        [instruction!(_mm256_div_ps(a[0], b[0])), instruction!(_mm256_div_ps(a[1], b[1]))]
    }
    #[inline(always)]
    fn max(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        [instruction!(_mm256_max_ps(a[0], b[0])), instruction!(_mm256_max_ps(a[1], b[1]))]
    }
    #[inline(always)]
    fn min(self, a: Self::Floats, b: Self::Floats) -> Self::Floats {
        [instruction!(_mm256_min_ps(a[0], b[0])), instruction!(_mm256_min_ps(a[1], b[1]))]
    }
    #[inline(always)]
    fn sum(self, x: Self::Floats) -> f32 {
        let mut lanes = [0.0_f32; 8];
        instruction!(_mm256_storeu_ps(lanes.as_mut_ptr(), _mm256_add_ps(x[0], x[1])));
        for step in [4, 2, 1] {
            for i in 0..step {
                lanes[i] += lanes[i + step];
            }
        }
        lanes[0]
    }
    #[inline(always)]
    fn largest(self, x: Self::Floats) -> f32 {
        let mut lanes = [0.0_f32; 8];
        instruction!(_mm256_storeu_ps(lanes.as_mut_ptr(), _mm256_max_ps(x[0], x[1])));
        lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }
    #[inline(always)]
    fn splat_int(self, x: i32) -> Self::Ints {
        [instruction!(_mm256_set1_epi32(x)); 2]
    }
    #[inline(always)]
    fn to_floats(self, x: Self::Ints) -> Self::Floats {
        [instruction!(_mm256_cvtepi32_ps(x[0])), instruction!(_mm256_cvtepi32_ps(x[1]))]
    }
    #[inline(always)]
    fn round(self, x: Self::Floats) -> Self::Ints {
        [instruction!(_mm256_cvtps_epi32(x[0])), instruction!(_mm256_cvtps_epi32(x[1]))]
    }
    #[inline(always)]
    fn over_256(self, x: Self::Ints) -> Self::Ints {
        let half = instruction!(_mm256_set1_epi32(128));
        [
            instruction!(_mm256_srai_epi32::<8>(_mm256_add_epi32(x[0], half))),
            instruction!(_mm256_srai_epi32::<8>(_mm256_add_epi32(x[1], half))),
        ]
    }
    #[inline(always)]
    fn left_int<const BY: u32>(self, x: Self::Ints) -> Self::Ints {
        macro_rules! left {
            ($by:literal) => {
                [instruction!(_mm256_slli_epi32::<$by>(x[0])), instruction!(_mm256_slli_epi32::<$by>(x[1]))]
            };
        }
        match BY {
            2 => left!(2),
            3 => left!(3),
            4 => left!(4),
            5 => left!(5),
            7 => left!(7),
            _ => x,
        }
    }
    #[inline(always)]
    fn join(self, coarse: Self::Ints, fine: Self::Ints) -> Self::Ints {
        [
            instruction!(_mm256_add_epi32(_mm256_slli_epi32::<8>(coarse[0]), fine[0])),
            instruction!(_mm256_add_epi32(_mm256_slli_epi32::<8>(coarse[1]), fine[1])),
        ]
    }
    #[inline(always)]
    fn sum_int(self, x: Self::Ints) -> i32 {
        let mut lanes = [0_i32; 8];
        instruction!(_mm256_storeu_si256(lanes.as_mut_ptr().cast(), _mm256_add_epi32(x[0], x[1])));
        lanes.into_iter().fold(0, i32::wrapping_add)
    }
    #[inline(always)]
    fn narrow(self, x: Self::Ints) -> [i8; 16] {
        let mut words = [0_i32; 16];
        let (low, high) = words.split_at_mut(8);
        instruction!(_mm256_storeu_si256(low.as_mut_ptr().cast(), x[0]));
        instruction!(_mm256_storeu_si256(high.as_mut_ptr().cast(), x[1]));
        words.map(|w| w as i8)
    }
    #[inline(always)]
    fn power_of_two(self, x: Self::Ints) -> Self::Floats {
        let bias = instruction!(_mm256_set1_epi32(127));
        [
            instruction!(_mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(x[0], bias)))),
            instruction!(_mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(x[1], bias)))),
        ]
    }
    #[inline(always)]
    fn load_bytes(self, from: &[u8; 64]) -> Self::Bytes {
        let (low, high) = from.split_at(32);
        [
            instruction!(_mm256_loadu_si256(low.as_ptr().cast())),
            instruction!(_mm256_loadu_si256(high.as_ptr().cast())),
        ]
    }
    #[inline(always)]
    fn store_bytes(self, x: Self::Bytes, to: &mut [u8; 64]) {
        let (low, high) = to.split_at_mut(32);
        instruction!(_mm256_storeu_si256(low.as_mut_ptr().cast(), x[0]));
        instruction!(_mm256_storeu_si256(high.as_mut_ptr().cast(), x[1]));
    }
    #[inline(always)]
    fn and(self, a: Self::Bytes, mask: u8) -> Self::Bytes {
        let mask = instruction!(_mm256_set1_epi8(mask.cast_signed()));
        [instruction!(_mm256_and_si256(a[0], mask)), instruction!(_mm256_and_si256(a[1], mask))]
    }
    #[inline(always)]
    fn or(self, a: Self::Bytes, b: Self::Bytes) -> Self::Bytes {
        [instruction!(_mm256_or_si256(a[0], b[0])), instruction!(_mm256_or_si256(a[1], b[1]))]
    }
    #[inline(always)]
    fn left(self, a: Self::Bytes, by: u32) -> Self::Bytes {
        let by = instruction!(_mm_cvtsi32_si128(by.cast_signed()));
        [instruction!(_mm256_sll_epi16(a[0], by)), instruction!(_mm256_sll_epi16(a[1], by))]
    }
    #[inline(always)]
    fn right(self, a: Self::Bytes, by: u32) -> Self::Bytes {
        let by = instruction!(_mm_cvtsi32_si128(by.cast_signed()));
        [instruction!(_mm256_srl_epi16(a[0], by)), instruction!(_mm256_srl_epi16(a[1], by))]
    }
    #[inline(always)]
    fn dot4(self, sum: Self::Ints, weights: Self::Bytes, x: i32) -> Self::Ints {
        // Two products of at most 127 · 127 fit into the 16 bits between.
        [dot4_half(self, sum[0], weights[0], x), dot4_half(self, sum[1], weights[1], x)]
    }
    #[inline(always)]
    fn dot4_wide(self, sum: Self::Ints, weights: Self::Bytes, x: i32) -> Self::Ints {
        // Signed by signed as |x| · (w with the sign of x); 2 · 127 · 128 still fits.
        [dot4_wide_half(self, sum[0], weights[0], x), dot4_wide_half(self, sum[1], weights[1], x)]
    }
}
