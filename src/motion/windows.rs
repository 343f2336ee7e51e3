//! Overlapped windows over a clip (paper, overlapped batching denoising): where they start and how they blend.

use std::ops::Range;

use crate::plan::{PlanBuilder, View};
use crate::tensor::Weight;

/// Windows of equal length that cover a clip, with trapezoid weights w_i = min(i+1, W−i, W−hop)/(W−hop), normalised so
/// that the weights of all windows over a frame sum to one.
#[derive(Debug, Clone)]
pub(super) struct Windows {
    starts: Vec<usize>,
    trapezoid: Vec<f32>,
    /// 1 / sum of the trapezoids over each frame of the clip.
    norm: Vec<f32>,
}

impl Windows {
    /// Windows of `window` frames, one every `hop`, the last ending with the clip; a clip no longer than a window is
    /// one window of its own length.
    ///
    /// # Panics
    /// Unless `frames` > 0 and 1 ≤ `hop` ≤ `window`.
    pub(super) fn new(frames: usize, window: usize, hop: usize) -> Self {
        assert!(frames > 0 && (1..=window).contains(&hop), "{frames} frames, window {window}, hop {hop}");
        if frames <= window {
            return Self { starts: vec![0], trapezoid: vec![1.0; frames], norm: vec![1.0; frames] };
        }
        let count = (frames - window).div_ceil(hop) + 1;
        let starts: Vec<usize> = (0..count).map(|i| (i * hop).min(frames - window)).collect();
        let ramp = (window - hop).max(1);
        let trapezoid: Vec<f32> = (0..window).map(|i| (i + 1).min(window - i).min(ramp) as f32 / ramp as f32).collect();
        let mut norm = vec![0.0f32; frames];
        for &start in &starts {
            norm[start..start + window].iter_mut().zip(&trapezoid).for_each(|(sum, w)| *sum += w);
        }
        for sum in &mut norm {
            *sum = sum.recip();
        }
        Self { starts, trapezoid, norm }
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

    /// Weight of frame `i` of a window in the blend.
    pub(super) fn weight(&self, window: usize, i: usize) -> f32 {
        self.trapezoid[i] * self.norm[self.starts[window] + i]
    }

    /// How the rows of the windows' estimates make the rows of the clip, window `w` having its rows from `first_rows[w]` on:
    /// row numbers and weights, [frames, K], with weight 0 where fewer than K windows lie over a frame.
    pub(super) fn blend_lists(&self, first_rows: &[usize]) -> (Weight, Weight) {
        let frames = self.norm.len();
        let mut over = vec![Vec::new(); frames];
        for (window, first_row) in first_rows.iter().enumerate() {
            for (i, frame) in self.frames(window).enumerate() {
                over[frame].push((first_row + i, self.weight(window, i)));
            }
        }
        let terms = over.iter().map(Vec::len).max().unwrap_or(0);
        let (mut rows, mut weights) = (Vec::with_capacity(frames * terms), Vec::with_capacity(frames * terms));
        for list in &over {
            let padding = std::iter::repeat_n((list[0].0, 0.0), terms - list.len());
            for (row, weight) in list.iter().copied().chain(padding) {
                rows.push(row as i32);
                weights.push(weight);
            }
        }
        let shape = [frames, terms];
        (Weight::from_i32("blended rows", &shape, &rows), Weight::from_f32("blend weights", &shape, &weights))
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
        let windows = Windows::new(44, 20, 12);
        assert_eq!(windows.starts, [0, 12, 24]);
        assert_eq!(Windows::new(46, 20, 12).starts, [0, 12, 24, 26]);
        assert_eq!(Windows::new(21, 20, 12).starts, [0, 1]);
        assert_eq!(Windows::new(15, 20, 12).frames(0), 0..15);
    }

    #[test]
    fn weights_over_every_frame_sum_to_one() {
        for (frames, window, hop) in
            [(15, 20, 12), (20, 20, 12), (21, 20, 12), (44, 20, 12), (301, 40, 7), (60, 20, 20)]
        {
            let windows = Windows::new(frames, window, hop);
            let first_rows: Vec<usize> = (0..windows.count()).map(|window| window * windows.length()).collect();
            let (rows, weights) = windows.blend_lists(&first_rows);
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
        let windows = Windows::new(8, 5, 3);
        let second: Vec<f32> = (0..2).map(|i| windows.weight(1, i)).collect();
        assert_eq!(second, [1.0 / 3.0, 2.0 / 3.0]);
    }
}
