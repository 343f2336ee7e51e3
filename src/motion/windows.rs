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
    starts: Vec<usize>,
    trapezoid: Vec<f32>,
    /// 1 / sum of the trapezoids over each frame of the clip.
    norm: Vec<f32>,
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
        let mut norm = memory::zeros(frames, "blended windows")?;
        if frames <= window {
            norm.fill(1.0);
            return Ok(Self { starts: vec![0], trapezoid: vec![1.0; frames], norm });
        }
        let count = (frames - window).div_ceil(hop) + 1;
        let starts = memory::collect((0..count).map(|i| (i * hop).min(frames - window)), "windows")?;
        let ramp = (window - hop).max(1);
        let trapezoid: Vec<f32> = (0..window).map(|i| (i + 1).min(window - i).min(ramp) as f32 / ramp as f32).collect();
        for &start in &starts {
            norm[start..start + window].iter_mut().zip(&trapezoid).for_each(|(sum, w)| *sum += w);
        }
        for sum in &mut norm {
            *sum = f32::recip(*sum);
        }
        Ok(Self { starts, trapezoid, norm })
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
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn blend_lists(&self, first_rows: &[usize]) -> Result<(Weight, Weight)> {
        let frames = self.norm.len();
        let mut over = memory::zeros::<u32>(frames, "windows over a frame")?;
        (0..self.count()).for_each(|window| over[self.frames(window)].iter_mut().for_each(|count| *count += 1));
        let terms = over.iter().copied().max().unwrap_or(0) as usize;
        let (mut rows, mut weights) =
            (memory::zeros(frames * terms, "blended rows")?, memory::zeros(frames * terms, "blend weights")?);
        over.fill(0);
        for (window, first_row) in first_rows.iter().enumerate() {
            for (i, frame) in self.frames(window).enumerate() {
                let (row, of_frame) = ((first_row + i) as i32, frame * terms..(frame + 1) * terms);
                let place = over[frame] as usize;
                // The terms behind the last have no weight, and a row of the clip.
                rows[of_frame.clone()][place..].fill(row);
                weights[of_frame][place] = self.weight(window, i);
                over[frame] += 1;
            }
        }
        let shape = [frames, terms];
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
            let (rows, weights) = windows.blend_lists(&first_rows).unwrap();
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
        let second: Vec<f32> = (0..2).map(|i| windows.weight(1, i)).collect();
        assert_eq!(second, [1.0 / 3.0, 2.0 / 3.0]);
    }
}
