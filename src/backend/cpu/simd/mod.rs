//! Vectors of f32, so that every kernel is written once.
//!
//! A kernel is a struct that implements [`Kernel`]: its body is generic over [`Simd`] and always inlined into
//! [`Simd::enter`], the one function of an instruction set that carries its `#[target_feature]`.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(super) mod neon;
pub(super) mod portable;

/// Work that is compiled once for every instruction set.
pub(super) trait Kernel {
    /// Does the work.
    ///
    /// # Safety
    /// The processor has `S`; the kernel's own pointers are as its maker promised. Implementations are
    /// `#[inline(always)]`, or they lose the instruction set; so do closures around vectors: write loops.
    unsafe fn run<S: Simd>(self);
}

/// An instruction set: a vector type and what kernels need of it.
///
/// # Safety
/// All methods need the instruction set to be present. Pointers need not be aligned; `n` is at most [`Simd::LANES`].
pub(super) trait Simd: Copy + 'static {
    /// Some f32.
    type V: Copy;
    /// How many.
    const LANES: usize;

    /// Runs a kernel with this instruction set enabled.
    unsafe fn enter<K: Kernel>(kernel: K);

    /// All lanes `x`.
    unsafe fn splat(x: f32) -> Self::V;
    /// LANES values.
    unsafe fn load(from: *const f32) -> Self::V;
    /// `n` values, zeros behind them; nothing past them is touched.
    unsafe fn load_first(from: *const f32, n: usize) -> Self::V;
    /// LANES values.
    unsafe fn store(to: *mut f32, v: Self::V);
    /// The first `n` values; nothing past them is touched.
    unsafe fn store_first(to: *mut f32, v: Self::V, n: usize);
    /// a + b
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// a − b
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    /// a·b
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    /// a/b
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// a·b + c, fused where the instruction set can.
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The smaller one.
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    /// The larger one.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// |a|
    unsafe fn abs(a: Self::V) -> Self::V;
    /// The size of `a` (not negative) with the sign of `sign`.
    unsafe fn with_sign(a: Self::V, sign: Self::V) -> Self::V;
    /// `yes` where a < b, `no` elsewhere.
    unsafe fn select_less(a: Self::V, b: Self::V, yes: Self::V, no: Self::V) -> Self::V;
    /// Nearest whole number, |a| < 2²².
    unsafe fn round(a: Self::V) -> Self::V;
    /// a·2ⁿ for whole n in −126..=127.
    unsafe fn scale_by_power(a: Self::V, n: Self::V) -> Self::V;
    /// Sum of the lanes, in an order of its own that never changes.
    unsafe fn sum(v: Self::V) -> f32;
    /// Largest lane.
    unsafe fn largest(v: Self::V) -> f32;
    /// Asks for a cache line, if there is a way to; any address will do.
    #[inline(always)]
    unsafe fn prefetch(_at: *const f32) {}
}
