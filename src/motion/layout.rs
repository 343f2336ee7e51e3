//! What a sampling is recorded for, and the rows of its tables: clips one behind the other, batches of their windows.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::signal::{Frames, try_zeros};

use super::clip::Track;
use super::groups::{Group, Window};
use super::guidance::Branch;
use super::noise::{Draw, Purpose};

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
    /// What every pass takes fresh noise for.
    pub(super) fresh: Vec<Purpose>,
}

/// A loop of a denoising step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    pub(super) step: usize,
    /// Loops of the step, and those of them that are left after this one. A clip of fewer loops waits for the last ones.
    pub(super) loops: usize,
    pub(super) left: usize,
}

impl Layout {
    /// Of clips and their batches; `noisy` says whether every step adds noise.
    pub(super) fn new(tracks: Vec<Track>, groups: Vec<Group>, slots: usize, steps: usize, noisy: bool) -> Self {
        let repaints = tracks.iter().any(Track::repaints);
        let again = tracks.iter().any(|track| track.loops() > 1);
        let fresh = [(noisy, Purpose::Step), (repaints, Purpose::Known), (again, Purpose::Again)];
        let fresh = fresh.into_iter().filter_map(|(is_taken, purpose)| is_taken.then_some(purpose)).collect();
        Self { tracks, groups, slots, steps, fresh }
    }

    /// All loops of all steps, in order; the last step, to the data, has one.
    pub(super) fn passes(&self) -> impl Iterator<Item = Pass> {
        let most = self.tracks.iter().map(Track::loops).max().unwrap_or(1);
        let loops = move |step| if step + 1 == self.steps { 1 } else { most };
        (0..self.steps)
            .flat_map(move |step| (0..loops(step)).rev().map(move |left| Pass { step, loops: loops(step), left }))
    }

    /// Numbers of loops that clips differ by, rising.
    pub(super) fn levels(&self) -> Vec<usize> {
        let levels: BTreeSet<usize> = self.tracks.iter().map(Track::loops).collect();
        levels.into_iter().collect()
    }

    /// Rows of the state: the frames of all clips.
    pub(super) fn rows(&self) -> usize {
        self.tracks.last().map_or(0, |track| track.rows.end)
    }

    /// Most columns of a mask of known motion; 0 without any.
    pub(super) fn mask_columns(&self) -> usize {
        self.tracks.iter().filter_map(|track| track.edit.as_ref()).map(|edit| edit.mask.width).max().unwrap_or(0)
    }

    /// Rows of the table of codes: zeros, which stand for no style, then the styles of all clips, each with its default style.
    pub(super) fn code_rows(&self) -> usize {
        self.tracks.last().map_or(1, |track| track.codes.end)
    }

    /// Row of the table of codes that a branch over a clip is conditioned on.
    pub(super) fn code_row(&self, clip: usize, branch: Branch) -> usize {
        let track = &self.tracks[clip];
        track.guidance.code(branch).map_or(0, |code| track.codes.start + code)
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

    /// The noise that x starts from, [rows, d_x]: `scale` times standard normal values, those of each clip from its seed.
    pub(super) fn draw_start(&self, scale: f32, x: &mut Frames) {
        let draw = Draw { purpose: Purpose::Start, step: 0, resampling: 0 };
        self.tracks.iter().for_each(|track| track.draw(draw, x.width, &mut x.data));
        // Zero has one sign whatever the seed.
        x.data.iter_mut().for_each(|value| *value = *value * scale + 0.0);
    }

    /// The fresh noise of a pass, [purposes·rows, d_x]; clips that take no part in it keep what they have.
    pub(super) fn draw_fresh(&self, pass: Pass, noise: &mut Frames) {
        let width = noise.width;
        for (purpose, matrix) in self.fresh.iter().zip(noise.data.chunks_exact_mut(self.rows() * width)) {
            for track in &self.tracks {
                let loops = track.loops().min(pass.loops);
                if pass.left < loops && (*purpose == Purpose::Step || track.repaints()) {
                    let resampling = (loops - 1 - pass.left) as u16;
                    track.draw(Draw { purpose: *purpose, step: pass.step as u32, resampling }, width, matrix);
                }
            }
        }
    }
}
