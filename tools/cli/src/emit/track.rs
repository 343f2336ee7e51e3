//! The animation as plain data: what the CSV, JSON and glTF files hold.

use anyhow::Result;
use media2face::output::{EyeRange, Rig, RigMap, find_channel};
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

    /// The same frames by these names, whatever the file calls them; 0 for one that it has not.
    pub fn by(&self, names: &[String]) -> Self {
        let columns: Vec<Option<usize>> = names.iter().map(|name| find_channel(&self.names, name)).collect();
        let row = |frame| columns.iter().map(move |column| column.map_or(0.0, |at| self.row(frame)[at]));
        let weights = (0..self.frame_count()).flat_map(row).collect();
        Self { names: names.to_vec(), weights, heads: self.heads.clone(), ..*self }
    }

    /// So many frames at another rate: weights between two frames on a line, heads as they turn. Behind the end the last one stays.
    pub fn at(&self, fps: FrameRate, frames: usize) -> Self {
        let last = self.frame_count().saturating_sub(1);
        let (mut weights, mut heads) = (Vec::with_capacity(frames * self.names.len()), Vec::with_capacity(frames));
        for frame in 0..frames {
            let (whole, part) = fps.position(frame, self.fps);
            let [from, to] = [whole, whole.saturating_add(1)].map(|at| at.min(last));
            let part = part as f32;
            weights.extend(self.row(from).iter().zip(self.row(to)).map(|(from, to)| from + (to - from) * part));
            heads.push(self.heads[from].interpolate(self.heads[to], part));
        }
        Self { fps, drop_frame: false, names: self.names.clone(), weights, heads, eye_range: self.eye_range }
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
    fn another_rate_lies_between_the_frames_and_rests_behind_the_last() {
        let track = short();
        let twice = track.at(60.0.into(), 7);
        let jaw: Vec<f32> = (0..7).map(|frame| twice.row(frame)[0]).collect();
        assert_eq!(jaw, [0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0]);
        assert_eq!((twice.fps, twice.heads[2], twice.heads[6]), (60.0.into(), track.heads[1], track.heads[2]));
        assert!((twice.heads[1].rotation[1] - 0.05f32.sin()).abs() < 1e-6 && twice.heads[1].translation_mm[1] == 0.5);
        assert_eq!(track.at(track.fps, 2).weights, track.weights[..4]);
    }

    #[test]
    fn other_names_take_the_columns_that_they_mean() {
        let track = short().by(&["eyeBlink_L", "tongueOut", "jaw_open"].map(str::to_owned));
        assert_eq!(track.row(1), [0.25, 0.0, 0.5]);
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
