//! The plain data that passes between the stages.

pub mod eyes;
pub mod noise;
pub(crate) mod play;
pub mod pose;
mod rate;

use crate::error::Result;
use crate::memory;

pub use rate::FrameRate;

/// `rows` × `width` zeros, for a number that the input decides.
///
/// # Errors
/// `OutOfMemory`.
pub fn try_zeros(rows: usize, width: usize) -> Result<Vec<f32>> {
    memory::zeros(rows.saturating_mul(width), "frames")
}

/// A row-major matrix of one row per frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frames {
    /// Columns.
    pub width: usize,
    /// `frames × width` values.
    pub data: Vec<f32>,
}

impl Frames {
    /// Zeros.
    pub fn zeros(frames: usize, width: usize) -> Self {
        Self { width, data: vec![0.0; frames * width] }
    }

    /// [`try_zeros`].
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn try_zeros(frames: usize, width: usize) -> Result<Self> {
        Ok(Self { width, data: try_zeros(frames, width)? })
    }

    /// Wraps `data`, whose length must be a multiple of `width`.
    ///
    /// # Panics
    /// If it is not.
    pub fn new(width: usize, data: Vec<f32>) -> Self {
        assert!(width > 0 && data.len().is_multiple_of(width), "{} values in rows of {width}", data.len());
        Self { width, data }
    }

    /// The same frames with more columns, which are 0.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn widened(&self, width: usize) -> Self {
        assert!(width >= self.width, "{} columns are not fewer than {width}", self.width);
        let mut wide = Self::zeros(self.len(), width);
        (0..self.len()).for_each(|i| wide.row_mut(i)[..self.width].copy_from_slice(self.row(i)));
        wide
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.width).unwrap_or(0)
    }

    /// True when there is no frame.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Values of one frame.
    pub fn row(&self, frame: usize) -> &[f32] {
        &self.data[frame * self.width..(frame + 1) * self.width]
    }

    /// Values of one frame, to be written.
    pub fn row_mut(&mut self, frame: usize) -> &mut [f32] {
        &mut self.data[frame * self.width..(frame + 1) * self.width]
    }
}

/// Rotation and translation of the head about [`Topology::head_pivot`](crate::pack).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadPose {
    /// Unit quaternion x, y, z, w; right-handed, +Y up, +Z out of the face.
    pub rotation: [f32; 4],
    /// Millimetres, in the neck's frame.
    pub translation_mm: [f32; 3],
}

impl Default for HeadPose {
    fn default() -> Self {
        Self { rotation: [0.0, 0.0, 0.0, 1.0], translation_mm: [0.0; 3] }
    }
}

/// One frame of the face.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaceFrame {
    /// Blendshape weights, 0..1, in the order of the pack's names.
    pub weights: Vec<f32>,
    /// Offsets from the identity's neutral, mm, `vertices × 3`; without the head pose.
    pub offsets_mm: Vec<f32>,
    /// Head pose.
    pub head: HeadPose,
}
