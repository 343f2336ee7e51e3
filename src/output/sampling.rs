//! The kept motion at any time and rate.
//!
//! Frame i of the motion stands at time i/fps. Between frames z is interpolated linearly and the head pose by slerp, and
//! the result is decoded as any other row: what lies between two faces is a face, not the mean of two meshes.

use crate::error::{Error, Result};
use crate::signal::pose::POSE_WIDTH;
use crate::signal::{FrameRate, Frames, HeadPose};

/// Reads rows between the rows of a motion.
#[derive(Debug, Clone, Copy)]
pub struct MotionSampler<'a> {
    motion: &'a Frames,
    fps: FrameRate,
    /// First column of the pose.
    d_z: usize,
}

impl<'a> MotionSampler<'a> {
    /// Over a motion of `fps` rows a second, whose columns from `d_z` on are the head pose.
    ///
    /// # Errors
    /// `InvalidArgument` for an empty motion, a rate outside the limits, or columns that are neither 0 nor 6.
    pub fn new(motion: &'a Frames, fps: impl Into<FrameRate>, d_z: usize) -> Result<Self> {
        let fps = fps.into().checked()?;
        let pose = motion.width.checked_sub(d_z);
        if motion.is_empty() || !matches!(pose, Some(0 | POSE_WIDTH)) {
            let (frames, width) = (motion.len(), motion.width);
            return Err(Error::InvalidArgument(format!("motion of {frames} rows of {width}, expected {d_z} + pose")));
        }
        Ok(Self { motion, fps, d_z })
    }

    /// Length of the motion, s.
    pub fn duration_s(&self) -> f64 {
        self.fps.time_s(self.motion.len())
    }

    /// Frames at another rate: duration · rate, rounded, at least 1.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate outside the limits.
    pub fn frame_count(&self, rate: impl Into<FrameRate>) -> Result<usize> {
        let (whole, part) = self.fps.position(self.motion.len(), rate.into().checked()?);
        Ok((whole + usize::from(part >= 0.5)).max(1))
    }

    /// The row at a time, clamped to the first and the last frame, into `row`.
    ///
    /// # Errors
    /// `InvalidArgument` for a time that is not a number or a row of another width.
    pub fn row_at(&self, time_s: f64, row: &mut [f32]) -> Result<()> {
        if time_s.is_nan() || row.len() != self.motion.width {
            let (len, width) = (row.len(), self.motion.width);
            return Err(Error::InvalidArgument(format!("row of {len}, expected {width}, at {time_s} s")));
        }
        let position = (time_s * self.fps.hz()).clamp(0.0, (self.motion.len() - 1) as f64);
        self.between(position as usize, position.fract() as f32, row);
        Ok(())
    }

    /// Row `index` at another rate, into `row`; past the end it is the last frame.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate outside the limits or a row of another width.
    pub fn row(&self, rate: impl Into<FrameRate>, index: usize, row: &mut [f32]) -> Result<()> {
        let rate = rate.into().checked()?;
        if row.len() != self.motion.width {
            return Err(Error::InvalidArgument(format!("row of {}, expected {}", row.len(), self.motion.width)));
        }
        let (frame, part) = rate.position(index, self.fps);
        self.between(frame, part as f32, row);
        Ok(())
    }

    /// Rows `first..first + count` at another rate; rows past the end repeat the last frame.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate outside the limits; `OutOfMemory`.
    pub fn rows(&self, rate: impl Into<FrameRate>, first: usize, count: usize) -> Result<Frames> {
        let rate = rate.into();
        let mut rows = Frames::try_zeros(count, self.motion.width)?;
        for i in 0..count {
            self.row(rate, first + i, rows.row_mut(i))?;
        }
        Ok(rows)
    }

    /// `part` of the way from a frame to the next; past the end it is the last frame.
    fn between(&self, before: usize, part: f32, row: &mut [f32]) {
        let last = self.motion.len() - 1;
        let (before, part) = if before < last { (before, part) } else { (last, 0.0) };
        let from = self.motion.row(before);
        if part == 0.0 {
            row.copy_from_slice(from);
            return;
        }
        let to = self.motion.row(before + 1);
        for ((out, a), b) in row[..self.d_z].iter_mut().zip(from).zip(to) {
            *out = a + (b - a) * part;
        }
        if self.d_z < row.len() {
            let pose =
                HeadPose::from_columns(&from[self.d_z..]).interpolate(HeadPose::from_columns(&to[self.d_z..]), part);
            row[self.d_z..].copy_from_slice(&pose.to_columns());
        }
    }
}
