//! Which windows are denoised in one batch, and which slot of the state each batch keeps its keys and values in.

use std::ops::Range;

use super::denoiser::{Denoiser, Shape};
use super::guidance::{Branch, Guidance};
use super::windows::Windows;

/// Windows in a batch, most first.
const BATCHES: [usize; 4] = [8, 4, 2, 1];

/// Neighbouring windows with the same branches, denoised in one batch.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// By number.
    pub(super) windows: Range<usize>,
    /// In the order of the plan.
    pub(super) branches: Vec<Branch>,
    /// What the plan is recorded for.
    pub(super) shape: Shape,
    /// Number of its slot; groups of the same shape may share one.
    pub(super) slot: usize,
}

/// Splits the windows of a clip so that the keys and values of every batch fit into `state_bytes` (or are of one window),
/// and gives slots away until these are used up; the groups that are left share slots. Returns the groups and the count of
/// slots.
pub(super) fn split(
    denoiser: &Denoiser,
    windows: &Windows,
    guidance: &Guidance,
    state_bytes: usize,
) -> (Vec<Group>, usize) {
    let branches: Vec<_> = (0..windows.count()).map(|w| guidance.branches(windows.frames(w))).collect();
    // Those of ∅ are the same for all windows.
    let bytes =
        |shape: Shape| denoiser.state_len(Shape { unconditional: false, ..shape }).saturating_mul(size_of::<f32>());
    let mut groups: Vec<Group> = Vec::new();
    let (mut slots, mut used, mut first) = (0, 0usize, 0);
    while first < windows.count() {
        let run = branches[first..].iter().take_while(|b| **b == branches[first]).count();
        let unconditional = branches[first].contains(&Branch::Unconditional);
        let conditions = branches[first].len() - usize::from(unconditional);
        let of = |windows_in| Shape { windows: windows_in, frames: windows.length(), unconditional, conditions };
        let fits = |&batch: &usize| batch <= run && (batch == 1 || bytes(of(batch)) <= state_bytes);
        let shape = of(BATCHES.into_iter().find(fits).expect("one window always fits"));
        let shared = groups.iter().rfind(|group| group.shape == shape).map(|group| group.slot);
        let slot = match shared {
            Some(slot) if used.saturating_add(bytes(shape)) > state_bytes => slot,
            _ => {
                used = used.saturating_add(bytes(shape));
                slots += 1;
                slots - 1
            }
        };
        groups.push(Group { windows: first..first + shape.windows, branches: branches[first].clone(), shape, slot });
        first += shape.windows;
    }
    (groups, slots)
}
