//! Which windows are denoised in one batch, and which slot of the state each batch keeps its keys and values in.

use std::ops::Range;

use super::clip::Track;
use super::denoiser::{Denoiser, Shape};
use super::guidance::Branch;

/// Windows in a batch, most first.
const BATCHES: [usize; 4] = [8, 4, 2, 1];

/// A window of one of the clips.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// Number of its clip.
    pub(super) clip: usize,
    /// Its number among the clip's.
    pub(super) number: usize,
    /// Those of the clip under it.
    pub(super) frames: Range<usize>,
    /// In the order of the formula.
    pub(super) branches: Vec<Branch>,
}

impl Window {
    /// As a batch of its own.
    fn shape(&self) -> Shape {
        let unconditional = self.branches.contains(&Branch::Unconditional);
        let conditions = self.branches.len() - usize::from(unconditional);
        Shape { windows: 1, frames: self.frames.len(), unconditional, conditions }
    }
}

/// Windows that are denoised in one batch: of one length, with and without ∅ alike, and of equally many conditions and
/// loops. Each has its own conditions: audio alone, or with a style or the default style of its clip.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// By clip and time.
    pub(super) windows: Vec<Window>,
    /// What the plan is recorded for.
    pub(super) shape: Shape,
    /// Number of its slot; groups of the same shape may share one.
    pub(super) slot: usize,
    /// Times that each step of its clips is taken.
    pub(super) loops: usize,
}

impl Group {
    /// Rows of the estimates of its windows.
    pub(super) fn estimate_rows(&self) -> usize {
        self.shape.windows * self.shape.frames
    }

    /// Guidance weights, one for each row and branch.
    pub(super) fn weight_rows(&self) -> usize {
        self.shape.branches() * self.estimate_rows()
    }
}

/// Splits the windows of all clips so that the keys and values of every batch fit into `state_bytes` (or are of one
/// window), and gives slots away until these are used up; the groups that are left share slots. Returns the groups and
/// the count of slots.
pub(super) fn split(denoiser: &Denoiser, tracks: &[Track], state_bytes: usize) -> (Vec<Group>, usize) {
    // Those of ∅ are the same for all windows.
    let bytes =
        |shape: Shape| denoiser.state_len(Shape { unconditional: false, ..shape }).saturating_mul(size_of::<f32>());
    let mut groups: Vec<Group> = Vec::new();
    let (mut slots, mut used) = (0, 0usize);
    for ((one, loops), mut windows) in alike(tracks) {
        while !windows.is_empty() {
            let of = |windows| Shape { windows, ..one };
            let fits = |&batch: &usize| batch <= windows.len() && (batch == 1 || bytes(of(batch)) <= state_bytes);
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
            groups.push(Group { windows: windows.drain(..shape.windows).collect(), shape, slot, loops });
        }
    }
    (groups, slots)
}

/// The windows of all clips that one batch can take, each kind with the shape of one of them and its loops.
fn alike(tracks: &[Track]) -> Vec<((Shape, usize), Vec<Window>)> {
    let mut kinds: Vec<((Shape, usize), Vec<Window>)> = Vec::new();
    for (clip, track) in tracks.iter().enumerate() {
        for number in 0..track.windows.count() {
            let frames = track.windows.frames(number);
            let window = Window { clip, number, branches: track.guidance.branches(frames.clone()), frames };
            let of_window = (window.shape(), track.loops());
            match kinds.iter_mut().find(|(kind, _)| *kind == of_window) {
                Some((_, windows)) => windows.push(window),
                None => kinds.push((of_window, vec![window])),
            }
        }
    }
    kinds
}
