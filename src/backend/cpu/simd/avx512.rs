//! AVX-512F: sixteen lanes, 32 registers; the product's tile is 12 × 32.

use std::arch::x86_64::*;

use super::super::gemm::{Tiles, tile};
use super::{Kernel, Simd};

/// AVX-512F.
#[derive(Clone, Copy)]
pub(in super::super) struct Avx512;

/// Tile kernels.
pub(in super::super) static TILES: Tiles = Tiles::new::<Avx512>(
    [2, 1],
    &[
        [tile::<Avx512, 1, 2>, tile::<Avx512, 1, 1>],
        [tile::<Avx512, 2, 2>, tile::<Avx512, 2, 1>],
        [tile::<Avx512, 3, 2>, tile::<Avx512, 3, 1>],
        [tile::<Avx512, 4, 2>, tile::<Avx512, 4, 1>],
        [tile::<Avx512, 5, 2>, tile::<Avx512, 5, 1>],
        [tile::<Avx512, 6, 2>, tile::<Avx512, 6, 1>],
        [tile::<Avx512, 7, 2>, tile::<Avx512, 7, 1>],
        [tile::<Avx512, 8, 2>, tile::<Avx512, 8, 1>],
        [tile::<Avx512, 9, 2>, tile::<Avx512, 9, 1>],
        [tile::<Avx512, 10, 2>, tile::<Avx512, 10, 1>],
        [tile::<Avx512, 11, 2>, tile::<Avx512, 11, 1>],
        [tile::<Avx512, 12, 2>, tile::<Avx512, 12, 1>],
    ],
);

#[target_feature(enable = "avx512f")]
unsafe fn enter<K: Kernel>(kernel: K) {
    // SAFETY: the caller has AVX-512F, since this function requires it.
    unsafe { kernel.run::<Avx512>() }
}

#[inline(always)]
fn first(n: usize) -> __mmask16 {
    ((1u32 << n) - 1) as __mmask16
}

// SAFETY (all methods): the trait's contract gives AVX-512F and valid pointers; masked lanes are not accessed.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Simd for Avx512 {
    type V = __m512;
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn enter<K: Kernel>(kernel: K) {
        unsafe { enter(kernel) }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> __m512 {
        unsafe { _mm512_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, n: usize) -> __m512 {
        unsafe { _mm512_maskz_loadu_ps(first(n), from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: __m512) {
        unsafe { _mm512_storeu_ps(to, v) }
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, v: __m512, n: usize) {
        unsafe { _mm512_mask_storeu_ps(to, first(n), v) }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_div_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn min(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_min_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn abs(a: __m512) -> __m512 {
        unsafe { _mm512_abs_ps(a) }
    }
    #[inline(always)]
    unsafe fn with_sign(a: __m512, sign: __m512) -> __m512 {
        unsafe {
            let bit = _mm512_and_si512(_mm512_castps_si512(sign), _mm512_set1_epi32(i32::MIN));
            _mm512_castsi512_ps(_mm512_or_si512(_mm512_castps_si512(a), bit))
        }
    }
    #[inline(always)]
    unsafe fn select_less(a: __m512, b: __m512, yes: __m512, no: __m512) -> __m512 {
        unsafe { _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b), no, yes) }
    }
    #[inline(always)]
    unsafe fn round(a: __m512) -> __m512 {
        unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
    }
    #[inline(always)]
    unsafe fn scale_by_power(a: __m512, n: __m512) -> __m512 {
        unsafe { _mm512_scalef_ps(a, n) }
    }
    #[inline(always)]
    unsafe fn sum(v: __m512) -> f32 {
        unsafe { _mm512_reduce_add_ps(v) }
    }
    #[inline(always)]
    unsafe fn largest(v: __m512) -> f32 {
        unsafe { _mm512_reduce_max_ps(v) }
    }
    #[inline(always)]
    unsafe fn prefetch(at: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
    }
}
