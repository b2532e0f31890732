//! Lanes of AVX-512 with VNNI: a register holds all sixteen.

use std::arch::x86_64::*;

use super::lanes::{Kernel, Lanes};

/// Proof that this processor has AVX-512 F, BW, DQ and VNNI.
#[derive(Debug, Clone, Copy)]
pub(in crate::language) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        has.then_some(Self(()))
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")]
fn with_features<K: Kernel>(lanes: Avx512, kernel: K) {
    kernel.run(lanes);
}

/// Names an instruction whose presence the value of type [`Avx512`] proves.
macro_rules! instruction {
    ($($code:tt)*) => {
        // SAFETY: an `Avx512` is made only by `detect`, which has seen every feature that the
        // intrinsics here need. Loads and stores go through references to arrays of their width.
        unsafe { $($code)* }
    };
}

impl Lanes for Avx512 {
    type Floats = __m512;
    type Ints = __m512i;
    type Bytes = __m512i;
    const WIDE_IS_SIGNED: bool = false;

    fn run<K: Kernel>(self, kernel: K) {
        // SAFETY: as above, the features of `with_features` are there.
        unsafe { with_features(self, kernel) }
    }

    #[inline(always)]
    fn zero(self) -> __m512 {
        instruction!(_mm512_setzero_ps())
    }
    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        instruction!(_mm512_set1_ps(x))
    }
    #[inline(always)]
    fn load(self, from: &[f32; 16]) -> __m512 {
        instruction!(_mm512_loadu_ps(from.as_ptr()))
    }
    #[inline(always)]
    fn store(self, x: __m512, to: &mut [f32; 16]) {
        instruction!(_mm512_storeu_ps(to.as_mut_ptr(), x));
    }
    #[inline(always)]
    fn load_half(self, from: &[u16; 16]) -> __m512 {
        instruction!(_mm512_cvtph_ps(_mm256_loadu_si256(from.as_ptr().cast())))
    }
    #[inline(always)]
    fn load_half_bytes(self, from: &[u8; 32]) -> __m512 {
        instruction!(_mm512_cvtph_ps(_mm256_loadu_si256(from.as_ptr().cast())))
    }
    #[inline(always)]
    fn load_signed_bytes(self, from: &[u8; 16]) -> __m512 {
        instruction!(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(from.as_ptr().cast()))))
    }
    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_add_ps(a, b))
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_mul_ps(a, b))
    }
    #[inline(always)]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        instruction!(_mm512_fmadd_ps(a, b, c))
    }
    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_div_ps(a, b))
    }
    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_max_ps(a, b))
    }
    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        instruction!(_mm512_min_ps(a, b))
    }
    #[inline(always)]
    fn sum(self, x: __m512) -> f32 {
        instruction!(_mm512_reduce_add_ps(x))
    }
    #[inline(always)]
    fn largest(self, x: __m512) -> f32 {
        instruction!(_mm512_reduce_max_ps(x))
    }
    #[inline(always)]
    fn splat_int(self, x: i32) -> __m512i {
        instruction!(_mm512_set1_epi32(x))
    }
    #[inline(always)]
    fn to_floats(self, x: __m512i) -> __m512 {
        instruction!(_mm512_cvtepi32_ps(x))
    }
    #[inline(always)]
    fn round(self, x: __m512) -> __m512i {
        instruction!(_mm512_cvtps_epi32(x))
    }
    #[inline(always)]
    fn over_256(self, x: __m512i) -> __m512i {
        instruction!(_mm512_srai_epi32::<8>(_mm512_add_epi32(x, _mm512_set1_epi32(128))))
    }
    #[inline(always)]
    fn left_int<const BY: u32>(self, x: __m512i) -> __m512i {
        instruction!(_mm512_slli_epi32::<BY>(x))
    }
    #[inline(always)]
    fn join(self, coarse: __m512i, fine: __m512i) -> __m512i {
        instruction!(_mm512_add_epi32(_mm512_slli_epi32::<8>(coarse), fine))
    }
    #[inline(always)]
    fn sum_int(self, x: __m512i) -> i32 {
        instruction!(_mm512_reduce_add_epi32(x))
    }
    #[inline(always)]
    fn narrow(self, x: __m512i) -> [i8; 16] {
        let mut bytes = [0_i8; 16];
        instruction!(_mm_storeu_si128(bytes.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(x)));
        bytes
    }
    #[inline(always)]
    fn power_of_two(self, x: __m512i) -> __m512 {
        instruction!(_mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_add_epi32(
            x,
            _mm512_set1_epi32(127)
        ))))
    }
    #[inline(always)]
    fn load_bytes(self, from: &[u8; 64]) -> __m512i {
        instruction!(_mm512_loadu_si512(from.as_ptr().cast()))
    }
    #[inline(always)]
    fn store_bytes(self, x: __m512i, to: &mut [u8; 64]) {
        instruction!(_mm512_storeu_si512(to.as_mut_ptr().cast(), x));
    }
    #[inline(always)]
    fn and(self, a: __m512i, mask: u8) -> __m512i {
        instruction!(_mm512_and_si512(a, _mm512_set1_epi8(mask.cast_signed())))
    }
    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        instruction!(_mm512_or_si512(a, b))
    }
    #[inline(always)]
    fn left(self, a: __m512i, by: u32) -> __m512i {
        instruction!(_mm512_sll_epi16(a, _mm_cvtsi32_si128(by.cast_signed())))
    }
    #[inline(always)]
    fn right(self, a: __m512i, by: u32) -> __m512i {
        instruction!(_mm512_srl_epi16(a, _mm_cvtsi32_si128(by.cast_signed())))
    }
    #[inline(always)]
    fn dot4(self, sum: __m512i, weights: __m512i, x: i32) -> __m512i {
        instruction!(_mm512_dpbusd_epi32(sum, weights, _mm512_set1_epi32(x)))
    }
    #[inline(always)]
    fn dot4_wide(self, sum: __m512i, weights: __m512i, x: i32) -> __m512i {
        self.dot4(sum, weights, x)
    }
}
