//! Functions of a vector: e^x, erf and the activations.
//!
//! Polynomials are minimax fits in f64, rounded; errors against f64 are measured in `tests/ops/map.rs`.

use crate::plan::Activation;

use super::simd::Simd;

/// `Σ coefficients[i]·x^(n−1−i)` by Horner's rule: highest power first.
#[inline(always)]
unsafe fn polynomial<S: Simd, const N: usize>(x: S::V, coefficients: [f32; N]) -> S::V {
    // SAFETY: as for the caller.
    unsafe {
        let mut sum = S::splat(coefficients[0]);
        for c in &coefficients[1..] {
            sum = S::mul_add(sum, x, S::splat(*c));
        }
        sum
    }
}

/// e^x within 2 ulp for x in −87..88; beyond, the value at the nearer end.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    // SAFETY: as for the caller.
    unsafe {
        let x = S::min(S::max(x, S::splat(-87.0)), S::splat(88.0));
        let n = S::round(S::mul(x, S::splat(std::f32::consts::LOG2_E)));
        // ln 2 in two parts, the first with few bits, so that n times it is exact.
        let r = S::mul_add(n, S::splat(-0.693_359_4), x);
        let r = S::mul_add(n, S::splat(2.121_944_4e-4), r);
        let tail = [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
        let p = S::mul_add(polynomial::<S, 6>(r, tail), S::mul(r, r), S::add(r, S::splat(1.0)));
        S::scale_by_power(p, n)
    }
}

/// erf x within 1.2e-7.
///
/// Below 1 it is x·P(x²); above, 1 − e^(−x²)·Q(x), and 1 from 4 on.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn erf<S: Simd>(x: S::V) -> S::V {
    const P: [f32; 7] = [
        7.647_116e-5,
        -7.942_355_6e-4,
        5.179_749_3e-3,
        -2.684_859_2e-2,
        1.128_343_05e-1,
        -3.761_260_5e-1,
        std::f32::consts::FRAC_2_SQRT_PI,
    ];
    const Q: [f32; 8] = [
        -3.888_819_2e-4,
        6.005_098e-3,
        -4.099_801_6e-2,
        1.641_331_9e-1,
        -4.316_788_3e-1,
        7.925_94e-1,
        -1.048_210_1,
        9.861_271e-1,
    ];
    // SAFETY: as for the caller.
    unsafe {
        let size = S::min(S::abs(x), S::splat(4.0));
        let square = S::mul(size, size);
        let near = S::mul(size, polynomial::<S, 7>(square, P));
        let tail = S::mul(exp::<S>(S::sub(S::splat(0.0), square)), polynomial::<S, 8>(size, Q));
        let far = S::sub(S::splat(1.0), tail);
        S::with_sign(S::select_less(size, S::splat(1.0), near, far), x)
    }
}

/// x·σ(rate·x)
#[inline(always)]
unsafe fn sigmoid_linear<S: Simd>(x: S::V, rate: f32) -> S::V {
    // SAFETY: as for the caller.
    unsafe { S::div(x, S::add(S::splat(1.0), exp::<S>(S::mul(x, S::splat(-rate))))) }
}

/// The activation of one vector.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn activate<S: Simd>(activation: Activation, x: S::V) -> S::V {
    // SAFETY: as for the caller.
    unsafe {
        match activation {
            Activation::None => x,
            Activation::Gelu => {
                let half = S::mul(x, S::splat(0.5));
                S::mul_add(half, erf::<S>(S::mul(x, S::splat(std::f32::consts::FRAC_1_SQRT_2))), half)
            }
            Activation::QuickGelu => sigmoid_linear::<S>(x, 1.702),
            Activation::Silu => sigmoid_linear::<S>(x, 1.0),
        }
    }
}
