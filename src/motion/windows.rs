//! Overlapped windows over a clip (paper, overlapped batching denoising): where they start and how they blend.

use std::ops::Range;

use crate::error::Result;
use crate::memory;
use crate::plan::{PlanBuilder, View};
use crate::tensor::Weight;

/// Windows of equal length that cover a clip, with trapezoid weights w_i = min(i+1, W−i, W−hop)/(W−hop), normalised so
/// that the weights of all windows over a frame sum to one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Windows {
    /// Rising.
    starts: Vec<usize>,
    trapezoid: Vec<f32>,
}

impl Windows {
    /// Windows of `window` frames, one every `hop`, the last ending with the clip; a clip no longer than a window is
    /// one window of its own length.
    ///
    /// # Errors
    /// `OutOfMemory`.
    ///
    /// # Panics
    /// Unless `frames` > 0 and 1 ≤ `hop` ≤ `window`.
    pub(super) fn new(frames: usize, window: usize, hop: usize) -> Result<Self> {
        assert!(frames > 0 && (1..=window).contains(&hop), "{frames} frames, window {window}, hop {hop}");
        if frames <= window {
            return Ok(Self { starts: vec![0], trapezoid: vec![1.0; frames] });
        }
        let count = (frames - window).div_ceil(hop) + 1;
        let starts = memory::collect((0..count).map(|i| (i * hop).min(frames - window)), "windows")?;
        let ramp = (window - hop).max(1);
        let trapezoid = (0..window).map(|i| (i + 1).min(window - i).min(ramp) as f32 / ramp as f32).collect();
        Ok(Self { starts, trapezoid })
    }

    /// Number of windows.
    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// Frames of each window.
    pub(super) fn length(&self) -> usize {
        self.trapezoid.len()
    }

    /// Frames of the clip that a window covers.
    pub(super) fn frames(&self, window: usize) -> Range<usize> {
        self.starts[window]..self.starts[window] + self.length()
    }

    /// The windows over a frame of the clip.
    fn over(&self, frame: usize) -> Range<usize> {
        self.starts.partition_point(|start| start + self.length() <= frame)
            ..self.starts.partition_point(|start| *start <= frame)
    }

    /// How the rows of the windows' estimates make rows of the clip, those of `frames`, window `w` having its rows from
    /// `first_rows[w]` on: row numbers and weights, [frames, K], with weight 0 where fewer than K windows lie over a frame.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn blend_lists(&self, frames: Range<usize>, first_rows: &[usize]) -> Result<(Weight, Weight)> {
        let terms = frames.clone().map(|frame| self.over(frame).len()).max().unwrap_or(0);
        let len = frames.len() * terms;
        let (mut rows, mut weights) = (memory::zeros(len, "blended rows")?, memory::zeros(len, "blend weights")?);
        let lists = rows.chunks_exact_mut(terms).zip(weights.chunks_exact_mut(terms));
        for (frame, (rows, weights)) in frames.clone().zip(lists) {
            let at = |window: usize| frame - self.starts[window];
            let norm = self.over(frame).map(|window| self.trapezoid[at(window)]).sum::<f32>().recip();
            for (place, window) in self.over(frame).enumerate() {
                // The terms behind the last have no weight, and a row of the clip.
                rows[place..].fill((first_rows[window] + at(window)) as i32);
                weights[place] = self.trapezoid[at(window)] * norm;
            }
        }
        let shape = [frames.len(), terms];
        let rows = Weight::try_from_i32("blended rows", &shape, &rows)?;
        Ok((rows, Weight::try_from_f32("blend weights", &shape, &weights)?))
    }
}

/// Copies as many rows of `source` [1, rows, C] as an item of `out` [starts, N, C] has from each start on into its item.
pub(super) fn gather(plan: &mut PlanBuilder, source: View, starts: &[usize], out: View) {
    let mut first = 0;
    // Windows at even distances are one strided view; the last of a clip may stand nearer than the others.
    while first < starts.len() {
        let hop = starts.get(first + 1).map_or(0, |next| next - starts[first]);
        let even = starts[first..].windows(2).take_while(|pair| pair[1] - pair[0] == hop).count() + 1;
        let rows = source.rows(starts[first]..starts[first] + out.rows);
        plan.copy(rows.slide(even, hop), out.batch(first..first + even));
        first += even;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_clip_ends_with_its_last_window() {
        let windows = Windows::new(44, 20, 12).unwrap();
        assert_eq!(windows.starts, [0, 12, 24]);
        assert_eq!(Windows::new(46, 20, 12).unwrap().starts, [0, 12, 24, 26]);
        assert_eq!(Windows::new(21, 20, 12).unwrap().starts, [0, 1]);
        assert_eq!(Windows::new(15, 20, 12).unwrap().frames(0), 0..15);
    }

    #[test]
    fn weights_over_every_frame_sum_to_one() {
        for (frames, window, hop) in
            [(15, 20, 12), (20, 20, 12), (21, 20, 12), (44, 20, 12), (301, 40, 7), (60, 20, 20)]
        {
            let windows = Windows::new(frames, window, hop).unwrap();
            let first_rows: Vec<usize> = (0..windows.count()).map(|window| window * windows.length()).collect();
            let (rows, weights) = windows.blend_lists(0..frames, &first_rows).unwrap();
            let (terms, rows, weights) = (rows.shape()[1], rows.to_i32().unwrap(), weights.to_f32().unwrap());
            for (frame, weights) in weights.chunks_exact(terms).enumerate() {
                let sum: f32 = weights.iter().sum();
                assert!((sum - 1.0).abs() < 1e-6, "frame {frame} of {frames}, window {window}, hop {hop}");
            }
            for (at, row) in rows.into_iter().map(|row| row as usize).enumerate() {
                let of_clip = windows.frames(row / windows.length()).start + row % windows.length();
                assert_eq!(of_clip, at / terms, "a row of another frame");
            }
        }
    }

    #[test]
    fn two_windows_cross_fade_linearly() {
        let windows = Windows::new(8, 5, 3).unwrap();
        let (rows, weights) = windows.blend_lists(2..6, &[0, 5]).unwrap();
        assert_eq!(rows.to_i32().unwrap(), [2, 2, 3, 5, 4, 6, 7, 7]);
        assert_eq!(weights.to_f32().unwrap(), [1.0, 0.0, 2.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0, 1.0, 0.0]);
    }
}
