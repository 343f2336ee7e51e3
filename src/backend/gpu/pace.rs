//! How much work a submission holds: the budget, and the guess for what was never measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::dispatch::Dispatch;
use super::profile::Profile;

/// Work of a dispatch besides its products: what a small one costs anyway, in products.
const DISPATCH_FLOPS: u64 = 2_000_000;

/// How long one submission may take, and what a device does in that time. Shared by all executables of a backend.
#[derive(Clone)]
pub(crate) struct Pace(Arc<Shared>);

struct Shared {
    /// f32 bits.
    budget_ms: AtomicU32,
    /// Guess for a slice that never ran, f32 bits; moves towards what is measured.
    gflop_per_ms: AtomicU32,
    software: bool,
    profile: Option<Profile>,
}

impl Pace {
    /// Submissions of up to `budget_ms`.
    pub(crate) fn new(budget_ms: f32, software: bool, profile: bool) -> Self {
        let gflop_per_ms: f32 = if software { 0.01 } else { 0.5 };
        Self(Arc::new(Shared {
            budget_ms: AtomicU32::new(budget_ms.to_bits()),
            gflop_per_ms: AtomicU32::new(gflop_per_ms.to_bits()),
            software,
            profile: profile.then(Profile::default),
        }))
    }

    /// Sums of the times of ops, where they are kept.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.0.profile.as_ref()
    }

    pub(crate) fn set_budget_ms(&self, budget_ms: f32) {
        self.0.budget_ms.store(budget_ms.to_bits(), Ordering::Relaxed);
    }

    /// None at all while every dispatch is measured by itself.
    pub(crate) fn budget_ms(&self) -> f32 {
        if self.0.profile.is_some() { 0.0 } else { f32::from_bits(self.0.budget_ms.load(Ordering::Relaxed)) }
    }

    /// What a slice that never ran is guessed by.
    pub(crate) fn gflop_per_ms(&self) -> f32 {
        f32::from_bits(self.0.gflop_per_ms.load(Ordering::Relaxed))
    }

    /// Moves the guess towards what was measured.
    pub(crate) fn learn(&self, flops: u64, ms: f32) {
        if ms > 0.0 {
            let measured = flops as f32 * 1e-9 / ms;
            let moved = self.gflop_per_ms() * 0.75 + measured * 0.25;
            self.0.gflop_per_ms.store(moved.to_bits(), Ordering::Relaxed);
        }
    }

    /// Products of one slice: a quarter of a budget, by the guess, so that submissions can be cut near it.
    pub(crate) fn slice_flops(&self) -> u64 {
        let guess = if self.0.software { 0.01 } else { self.gflop_per_ms().max(0.5) };
        (f64::from(self.budget_ms()) * 0.25 * f64::from(guess) * 1e9) as u64
    }
}

/// What a dispatch is guessed by.
pub(crate) fn work(dispatch: &Dispatch) -> u64 {
    dispatch.flops + DISPATCH_FLOPS
}

/// Cuts a section into parts of about `flops` each.
pub(crate) fn cut(section: &[Dispatch], flops: u64) -> Vec<&[Dispatch]> {
    let (mut parts, mut first, mut sum) = (Vec::new(), 0, 0);
    for (i, dispatch) in section.iter().enumerate() {
        if i > first && sum + work(dispatch) > flops {
            parts.push(&section[first..i]);
            (first, sum) = (i, 0);
        }
        sum += work(dispatch);
    }
    if first < section.len() {
        parts.push(&section[first..]);
    }
    parts
}
