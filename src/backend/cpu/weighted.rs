//! Weighted sums of rows, under combine, interpolate and gather.

use super::simd::{Kernel, Simd};

/// `out = Σ_k weight_k·row_k`, added up in order of k.
pub(super) struct WeightedSum<I> {
    /// Weight and row of each term.
    pub(super) terms: I,
    pub(super) out: *mut f32,
    pub(super) len: usize,
}

impl<I: Iterator<Item = (f32, *const f32)> + Clone> Kernel for WeightedSum<I> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for c in (0..self.len).step_by(S::LANES) {
            let n = S::LANES.min(self.len - c);
            // SAFETY: `len` values at every row and at out.
            unsafe {
                let mut sum = S::splat(0.0);
                for (weight, row) in self.terms.clone() {
                    sum = S::mul_add(S::splat(weight), S::load_first(row.add(c), n), sum);
                }
                S::store_first(self.out.add(c), sum, n);
            }
        }
    }
}
