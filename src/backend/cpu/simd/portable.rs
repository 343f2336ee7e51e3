//! Plain arrays of eight, for any processor; the product's tile is 4 × 8.

use std::array::from_fn;

use super::super::gemm::{Tiles, tile};
use super::{Kernel, Simd};

/// No instruction set in particular.
#[derive(Clone, Copy)]
pub(in super::super) struct Portable;

/// Tile kernels.
pub(in super::super) static TILES: Tiles = Tiles::new::<Portable>(
    [1, 1],
    &[
        [tile::<Portable, 1, 1>, tile::<Portable, 1, 1>],
        [tile::<Portable, 2, 1>, tile::<Portable, 2, 1>],
        [tile::<Portable, 3, 1>, tile::<Portable, 3, 1>],
        [tile::<Portable, 4, 1>, tile::<Portable, 4, 1>],
    ],
);

type V = [f32; 8];

// SAFETY (all methods): the trait's contract gives valid pointers; partial access copies n values.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Simd for Portable {
    type V = V;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn enter<K: Kernel>(kernel: K) {
        unsafe { kernel.run::<Self>() }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> V {
        [x; 8]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> V {
        unsafe { from.cast::<V>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, n: usize) -> V {
        let mut lanes = [0.0; 8];
        unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), n) };
        lanes
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: V) {
        unsafe { to.cast::<V>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, v: V, n: usize) {
        unsafe { std::ptr::copy_nonoverlapping(v.as_ptr(), to, n) }
    }
    #[inline(always)]
    unsafe fn add(a: V, b: V) -> V {
        from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn sub(a: V, b: V) -> V {
        from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    unsafe fn mul(a: V, b: V) -> V {
        from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    unsafe fn div(a: V, b: V) -> V {
        from_fn(|i| a[i] / b[i])
    }
    #[inline(always)]
    unsafe fn mul_add(a: V, b: V, c: V) -> V {
        from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    unsafe fn min(a: V, b: V) -> V {
        from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn max(a: V, b: V) -> V {
        from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn abs(a: V) -> V {
        from_fn(|i| a[i].abs())
    }
    #[inline(always)]
    unsafe fn with_sign(a: V, sign: V) -> V {
        from_fn(|i| a[i].copysign(sign[i]))
    }
    #[inline(always)]
    unsafe fn select_less(a: V, b: V, yes: V, no: V) -> V {
        from_fn(|i| if a[i] < b[i] { yes[i] } else { no[i] })
    }
    #[inline(always)]
    unsafe fn round(a: V) -> V {
        // Adding 1.5·2²³ leaves no bits for a fraction.
        from_fn(|i| (a[i] + 12_582_912.0) - 12_582_912.0)
    }
    #[inline(always)]
    unsafe fn scale_by_power(a: V, n: V) -> V {
        from_fn(|i| a[i] * f32::from_bits(((n[i] as i32 + 127) << 23) as u32))
    }
    #[inline(always)]
    unsafe fn sum(v: V) -> f32 {
        ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
    }
    #[inline(always)]
    unsafe fn largest(v: V) -> f32 {
        v.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }
}
