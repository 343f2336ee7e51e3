//! Overlapped windows over a clip (paper, overlapped batching denoising): where they start and how they blend.

use std::ops::Range;

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

    /// Adds a window's rows, weighted, to the clip's: `values` is [length, width], `sum` [frames, width].
    pub(super) fn blend(&self, window: usize, values: &[f32], width: usize, sum: &mut [f32]) {
        let rows = self.frames(window);
        let sum = &mut sum[rows.start * width..rows.end * width];
        for (i, (sum, values)) in sum.chunks_exact_mut(width).zip(values.chunks_exact(width)).enumerate() {
            let weight = self.weight(window, i);
            sum.iter_mut().zip(values).for_each(|(s, v)| *s += weight * v);
        }
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
            let mut sum = vec![0.0; frames];
            for w in 0..windows.count() {
                windows.blend(w, &vec![1.0; windows.length()], 1, &mut sum);
            }
            assert!(sum.iter().all(|s| (s - 1.0f32).abs() < 1e-6), "{frames} frames, window {window}, hop {hop}");
        }
    }

    #[test]
    fn two_windows_cross_fade_linearly() {
        let windows = Windows::new(8, 5, 3);
        let second: Vec<f32> = (0..2).map(|i| windows.weight(1, i)).collect();
        assert_eq!(second, [1.0 / 3.0, 2.0 / 3.0]);
    }
}
