//! The animation as plain data: what the CSV, JSON and glTF files hold.

use anyhow::Result;
use media2face::output::{EyeRange, Rig, RigMap};
use media2face::signal::{FrameRate, HeadPose};

/// Weights and head poses, one row a frame.
#[derive(Clone)]
pub struct Track {
    /// Frames per second.
    pub fps: FrameRate,
    /// Timecode that leaves out numbers to keep up with the clock; of 29.97 and 59.94 alone.
    pub drop_frame: bool,
    /// Names of the weights, in the pack's order.
    pub names: Vec<String>,
    /// `frames × names` weights.
    pub weights: Vec<f32>,
    /// One pose a frame.
    pub heads: Vec<HeadPose>,
    /// How far a look weight of 1 turns an eye.
    pub eye_range: EyeRange,
}

impl Track {
    /// Number of frames.
    pub fn frame_count(&self) -> usize {
        self.heads.len()
    }

    /// Leaves out all frames but so many.
    pub fn cut(&mut self, frames: usize) {
        self.weights.truncate(frames * self.names.len());
        self.heads.truncate(frames);
    }

    /// Weights of one frame.
    pub fn row(&self, frame: usize) -> &[f32] {
        &self.weights[frame * self.names.len()..][..self.names.len()]
    }

    /// The same frames by the channels of a rig.
    pub fn driven(&self, rig: &Rig) -> Result<Self> {
        let weights = RigMap::new(rig, &self.names)?.drive(&self.weights);
        let names = rig.channels().into_iter().map(str::to_owned).collect();
        Ok(Self { names, weights, heads: self.heads.clone(), ..*self })
    }

    /// Column of the weight with this name, whatever its first letter's case.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Three frames of two weights at 30 fps, names not in any table's order.
    pub fn short() -> Track {
        let tilted = HeadPose { rotation: [0.0, 0.1f32.sin(), 0.0, 0.1f32.cos()], translation_mm: [0.0, 1.0, 0.0] };
        Track {
            fps: 30.0.into(),
            drop_frame: false,
            names: vec!["jawOpen".to_owned(), "eyeBlinkLeft".to_owned()],
            weights: vec![0.0, 0.0, 0.5, 0.25, 1.0, 0.125],
            heads: vec![HeadPose::default(), tilted, HeadPose::default()],
            eye_range: EyeRange::default(),
        }
    }

    #[test]
    fn columns_are_found_by_name_in_either_case() {
        let track = short();
        assert_eq!(track.column("JawOpen"), Some(0));
        assert_eq!(track.column("eyeBlinkLeft"), Some(1));
        assert_eq!(track.column("tongueOut"), None);
        assert_eq!(track.row(1), [0.5, 0.25]);
    }
}
