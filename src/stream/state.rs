//! What a stream tells: a face, where it is, and which frame a sample is in.

use crate::host::model::Model;
use crate::signal::{FrameRate, HeadPose};

use super::options::StreamOptions;

/// The clock's rate and that of the frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    pub(crate) sample_rate_hz: u64,
    pub(crate) fps: FrameRate,
}

impl Rates {
    pub(crate) fn new(model: &Model, options: &StreamOptions) -> Self {
        Self { sample_rate_hz: u64::from(options.sample_rate_hz), fps: FrameRate::from(model.manifest().fps) }
    }

    /// The first frame that begins at a sample or after it.
    pub(crate) fn frame_from(self, sample: u64) -> u64 {
        let (frame, part) = self.frame(sample);
        frame + u64::from(part > 0.0)
    }

    /// The frame that a sample is in, and how far it is on the way to the next.
    pub(crate) fn frame(self, sample: u64) -> (u64, f32) {
        let steps = u128::from(sample) * u128::from(self.fps.numerator());
        let whole = u128::from(self.sample_rate_hz) * u128::from(self.fps.denominator());
        (u64::try_from(steps / whole).unwrap_or(u64::MAX), ((steps % whole) as f64 / whole as f64) as f32)
    }

    /// The first sample of a frame.
    pub(crate) fn sample(self, frame: u64) -> u64 {
        let samples = u128::from(frame) * u128::from(self.sample_rate_hz) * u128::from(self.fps.denominator());
        u64::try_from(samples.div_ceil(u128::from(self.fps.numerator()))).unwrap_or(u64::MAX)
    }
}

/// A face that was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampled {
    /// Pose of the head.
    pub head: HeadPose,
    /// Whether it is the face of the sample that was asked for. If it is not ready yet, this is the last one that is.
    pub ready: bool,
}

/// Where a stream is. Samples are numbers on its clock.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StreamState {
    /// Grows with every interruption and reset that was obeyed.
    pub generation: u32,
    /// What the motion is drawn from.
    pub seed: u64,
    /// Number of the next frame of sound that is written.
    pub next_sample: u64,
    /// Faces of samples from this one on can be asked for, up to the one before `ready_sample`.
    pub first_sample: u64,
    /// The first sample whose face is not ready.
    pub ready_sample: u64,
    /// Frames of sound that found no room in the ring.
    pub dropped: u64,
    /// Frames that were not finite and became silence.
    pub silenced: u64,
    /// Frames of silence that went in where sound was missing.
    pub idled: u64,
    /// Times that sound was missing when a face was asked for.
    pub underruns: u64,
    /// Windows so far, and those that were done more than a hop after they could begin.
    pub windows: u64,
    /// See `windows`.
    pub late_windows: u64,
    /// Sound that must be written after a sample, at worst, until its face can be computed, ms. Faces between two frames are
    /// interpolated where the second is ready, and the first is held where not.
    pub latency_ms: f32,
    /// How long the last window took to compute, ms.
    pub window_ms: f32,
}
