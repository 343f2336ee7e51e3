//! What a sampling is recorded for, and the rows of its tables: clips one behind the other, batches of their windows.

use crate::error::Result;
use crate::signal::{Frames, try_zeros};

use super::clip::Track;
use super::groups::{Group, Window};
use super::guidance::Branch;
use super::noise::Draw;

/// What a sampling is recorded for.
#[derive(Debug)]
pub(super) struct Layout {
    /// The clips.
    pub(super) tracks: Vec<Track>,
    pub(super) groups: Vec<Group>,
    /// Slots for keys and values.
    pub(super) slots: usize,
    /// K.
    pub(super) steps: usize,
    /// Whether every step adds noise.
    pub(super) noisy: bool,
}

impl Layout {
    /// Rows of the state: the frames of all clips.
    pub(super) fn rows(&self) -> usize {
        self.tracks.last().map_or(0, |track| track.rows.end)
    }

    /// Most columns of a mask of known motion; 0 without any.
    pub(super) fn mask_columns(&self) -> usize {
        self.tracks.iter().filter_map(|track| track.edit.as_ref()).map(|edit| edit.mask.width).max().unwrap_or(0)
    }

    /// Rows of the table of codes: zeros, which stand for no style, then the styles of all clips.
    pub(super) fn code_rows(&self) -> usize {
        self.tracks.last().map_or(1, |track| track.codes.end)
    }

    /// Row of the table of codes that a branch over a clip is conditioned on.
    pub(super) fn code_row(&self, clip: usize, branch: Branch) -> usize {
        match branch {
            Branch::Style(k) => self.tracks[clip].codes.start + k,
            Branch::Unconditional | Branch::Audio => 0,
        }
    }

    /// Rows of the estimates of all windows: group by group, window by window.
    pub(super) fn estimate_rows(&self) -> usize {
        self.groups.iter().map(Group::estimate_rows).sum()
    }

    /// Where the estimate of each window begins, by clip and number.
    pub(super) fn first_estimates(&self) -> Vec<Vec<usize>> {
        let mut first: Vec<Vec<usize>> = self.tracks.iter().map(|track| vec![0; track.windows.count()]).collect();
        let mut row = 0;
        for window in self.groups.iter().flat_map(|group| &group.windows) {
            first[window.clip][window.number] = row;
            row += window.frames.len();
        }
        first
    }

    /// Weights of every branch at every frame of every window: group by group, branch by branch, window by window.
    pub(super) fn guidance_weights(&self) -> Vec<f32> {
        let mut weights = Vec::with_capacity(self.groups.iter().map(Group::weight_rows).sum());
        for group in &self.groups {
            for branch in 0..group.shape.branches() {
                for Window { clip, frames, branches, .. } in &group.windows {
                    let guidance = &self.tracks[*clip].guidance;
                    weights.extend(frames.clone().map(|frame| guidance.weight(branches[branch], frame)));
                }
            }
        }
        weights
    }

    /// The table of codes, `width` values each.
    pub(super) fn codes(&self, width: usize) -> Vec<f32> {
        let codes = self.tracks.iter().flat_map(|track| track.guidance.codes()).flatten().copied();
        std::iter::repeat_n(0.0, width).chain(codes).collect()
    }

    /// Known motion of all clips, zeros where there is none, [rows, `width`].
    pub(super) fn known(&self, width: usize) -> Result<Vec<f32>> {
        let mut known = try_zeros(self.rows(), width)?;
        for Track { rows, edit, .. } in &self.tracks {
            let of_clip = &mut known[rows.start * width..rows.end * width];
            edit.iter().for_each(|edit| of_clip.copy_from_slice(&edit.known.data));
        }
        Ok(known)
    }

    /// Their [`Inpaint::weights`](super::edit::Inpaint::weights), [2·columns, rows]; nothing is read where there are none.
    pub(super) fn known_weights(&self) -> Result<Vec<f32>> {
        let rows = self.rows();
        let mut weights = try_zeros(2 * self.mask_columns(), rows)?;
        for (track, edit) in self.tracks.iter().filter_map(|track| Some((track, track.edit.as_ref()?))) {
            let of_clip = edit.weights();
            for (all, column) in weights.chunks_exact_mut(rows).zip(of_clip.chunks_exact(track.rows.len())) {
                all[track.rows.clone()].copy_from_slice(column);
            }
        }
        Ok(weights)
    }

    /// Standard normal values for all rows of `state`, those of each clip from its seed.
    pub(super) fn draw(&self, draw: Draw, state: &mut Frames) {
        self.tracks.iter().for_each(|track| track.draw(draw, state));
    }
}
