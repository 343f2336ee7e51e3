//! What a sampling is recorded for, and the rows of its tables: clips one after another, batches of their windows.

use std::collections::BTreeSet;
use std::ops::Range;

use super::clip::Track;
use super::denoiser::Shape;
use super::edit::Inpaint;
use super::groups::{Group, Window};
use super::guidance::Branch;
use super::noise::{Draw, Purpose};
use super::windows::Windows;

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

    /// Most rows of the weights of known motion; 0 without any.
    pub(super) fn known_weights(&self) -> usize {
        self.tracks.iter().filter_map(|track| track.edit.as_ref()).map(Inpaint::weight_rows).max().unwrap_or(0)
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

    /// Weights of a branch of a group at every frame of its windows, window by window.
    pub(super) fn guidance_weights(&self, group: &Group, branch: usize, weights: &mut Vec<f32>) {
        weights.clear();
        for Window { clip, frames, branches, .. } in &group.windows {
            let guidance = &self.tracks[*clip].guidance;
            weights.extend(frames.clone().map(|frame| guidance.weight(branches[branch], frame)));
        }
    }

    /// The table of codes, `width` values each.
    pub(super) fn codes(&self, width: usize) -> Vec<f32> {
        let codes = self.tracks.iter().flat_map(|track| track.guidance.codes()).flatten().copied();
        std::iter::repeat_n(0.0, width).chain(codes).collect()
    }

    /// Rows of the noise that x starts from, `width` values each: `scale` times standard normal values, those of each clip
    /// from its seed.
    pub(super) fn draw_start(&self, scale: f32, rows: Range<usize>, width: usize, values: &mut [f32]) {
        let draw = Draw { purpose: Purpose::Start, step: 0, resampling: 0 };
        for track in &self.tracks {
            let own = rows.start.max(track.rows.start)..rows.end.min(track.rows.end);
            if !own.is_empty() {
                let at = (own.start - rows.start) * width;
                track.draw(draw, own.clone(), width, &mut values[at..at + own.len() * width]);
            }
        }
        // Zero has one sign whatever the seed.
        values.iter_mut().for_each(|value| *value = *value * scale + 0.0);
    }

    /// The clips that take fresh noise for this in a pass, and which.
    pub(super) fn draws(&self, pass: Pass, purpose: Purpose) -> impl Iterator<Item = (&Track, Draw)> {
        self.tracks.iter().filter_map(move |track| {
            let loops = track.loops().min(pass.loops);
            let takes = pass.left < loops && (purpose == Purpose::Step || track.repaints());
            let resampling = || (loops - 1 - pass.left) as u16;
            takes.then(|| (track, Draw { purpose, step: pass.step as u32, resampling: resampling() }))
        })
    }

    /// What a plan for this layout depends on.
    pub(super) fn key(&self) -> LayoutKey {
        let of_track = |track: &Track| TrackKey {
            windows: track.windows.clone(),
            first_code: track.codes.start,
            mask_columns: track.edit.as_ref().map_or(0, |edit| edit.mask.width),
            is_given: track.is_given(),
            loops: track.loops(),
            repaints: track.repaints(),
        };
        let of_window = |window: &Window| {
            let codes = window.branches.iter().map(|branch| self.code_row(window.clip, *branch));
            (window.clip, window.number, codes.collect())
        };
        let of_group = |group: &Group| GroupKey {
            shape: group.shape,
            slot: group.slot,
            loops: group.loops,
            windows: group.windows.iter().map(of_window).collect(),
        };
        LayoutKey {
            tracks: self.tracks.iter().map(of_track).collect(),
            groups: self.groups.iter().map(of_group).collect(),
            code_rows: self.code_rows(),
            steps: self.steps,
            fresh: self.fresh.clone(),
        }
    }
}

/// All of a layout that its plan is recorded for: neither strengths nor codes, noise or known motion.
#[derive(Debug, PartialEq)]
pub(super) struct LayoutKey {
    tracks: Vec<TrackKey>,
    groups: Vec<GroupKey>,
    code_rows: usize,
    steps: usize,
    fresh: Vec<Purpose>,
}

#[derive(Debug, PartialEq)]
struct TrackKey {
    windows: Windows,
    first_code: usize,
    mask_columns: usize,
    is_given: bool,
    loops: usize,
    repaints: bool,
}

#[derive(Debug, PartialEq)]
struct GroupKey {
    shape: Shape,
    slot: usize,
    loops: usize,
    /// Clip and number of each window, and the codes that its branches are conditioned on.
    windows: Vec<(usize, usize, Vec<usize>)>,
}
