//! How look weights turn the eyes: what the decoder, the gaze, the angles of Live Link and the glTF file all go by.
//!
//! Angles are yaw (positive to the character's left) and pitch (positive down), rad, within the head. An eye turns about the
//! axis (pitch, yaw, 0) by its length, as eyes do (Listing's law): without roll.

use crate::error::{Error, Result};

use super::pose::quaternion_from_axis_angle;

/// How far a look weight of 1 turns an eye, rad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EyeRange {
    /// Towards the nose.
    pub in_rad: f32,
    /// Away from it.
    pub out_rad: f32,
    /// Upwards.
    pub up_rad: f32,
    /// Downwards.
    pub down_rad: f32,
}

impl Default for EyeRange {
    /// 30° each way, of a model that does not say and has no eyes to measure.
    fn default() -> Self {
        let range = std::f32::consts::FRAC_PI_6;
        Self { in_rad: range, out_rad: range, up_rad: range, down_rad: range }
    }
}

/// The eight look channels of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EyeChannels([Eye; 2]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Eye {
    /// Channels of a turn to the character's left and right.
    left: usize,
    right: usize,
    up: usize,
    down: usize,
    is_left: bool,
}

/// A look channel: how far a weight of 1 of it turns which eye.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Its place among the weights.
    pub channel: usize,
    /// 0 for the left eye, 1 for the right one.
    pub eye: usize,
    /// Yaw and pitch of a weight of 1, rad; one of them is 0.
    pub turn_rad: [f32; 2],
}

impl EyeChannels {
    /// By their names, whatever the case of their letters.
    ///
    /// # Errors
    /// `MissingPart` for a name that is not there.
    pub fn find<S: AsRef<str>>(names: &[S]) -> Result<Self> {
        let find = |name: &str| {
            let missing = || Error::MissingPart(format!("the pack has no blendshape {name}, which a gaze needs"));
            names.iter().position(|other| other.as_ref().eq_ignore_ascii_case(name)).ok_or_else(missing)
        };
        let (up, down) = (["eyeLookUpLeft", "eyeLookUpRight"], ["eyeLookDownLeft", "eyeLookDownRight"]);
        // Out is to the character's left for the left eye and to the right for the right one.
        let (left, right) = (["eyeLookOutLeft", "eyeLookInRight"], ["eyeLookInLeft", "eyeLookOutRight"]);
        let eye = |i: usize| {
            let (left, right) = (find(left[i])?, find(right[i])?);
            Ok::<_, Error>(Eye { left, right, up: find(up[i])?, down: find(down[i])?, is_left: i == 0 })
        };
        Ok(Self([eye(0)?, eye(1)?]))
    }

    /// Yaw and pitch of the left and of the right eye, rad, in the head.
    pub fn angles(&self, weights: &[f32], range: &EyeRange) -> [[f32; 2]; 2] {
        self.0.map(|eye| eye.angles(weights, range))
    }

    /// Gives both eyes other angles, as far as weights of 0..1 go: `turn` says which, of each eye's own.
    pub(crate) fn turn(&self, weights: &mut [f32], range: &EyeRange, turn: impl Fn([f32; 2]) -> Option<[f32; 2]>) {
        for eye in &self.0 {
            if let Some(angles) = turn(eye.angles(weights, range)) {
                eye.set(weights, range, angles);
            }
        }
    }

    /// The eight of them.
    pub fn looks(&self, range: &EyeRange) -> [Look; 8] {
        let mut looks = [Look { channel: 0, eye: 0, turn_rad: [0.0; 2] }; 8];
        for (number, eye) in self.0.iter().enumerate() {
            let [left, right] = eye.aside(range);
            let own = [
                (eye.left, [left, 0.0]),
                (eye.right, [-right, 0.0]),
                (eye.up, [0.0, -range.up_rad]),
                (eye.down, [0.0, range.down_rad]),
            ];
            for (place, (channel, turn_rad)) in looks[number * 4..].iter_mut().zip(own) {
                *place = Look { channel, eye: number, turn_rad };
            }
        }
        looks
    }
}

/// The rotation of an eye that is turned by yaw and pitch, a unit quaternion x, y, z, w.
pub fn eye_rotation([yaw_rad, pitch_rad]: [f32; 2]) -> [f32; 4] {
    quaternion_from_axis_angle([pitch_rad, yaw_rad, 0.0])
}

impl Eye {
    /// Range to the character's left and right.
    fn aside(&self, range: &EyeRange) -> [f32; 2] {
        if self.is_left { [range.out_rad, range.in_rad] } else { [range.in_rad, range.out_rad] }
    }

    fn angles(&self, weights: &[f32], range: &EyeRange) -> [f32; 2] {
        let [left, right] = self.aside(range);
        let yaw = weights[self.left] * left - weights[self.right] * right;
        [yaw, weights[self.down] * range.down_rad - weights[self.up] * range.up_rad]
    }

    fn set(&self, weights: &mut [f32], range: &EyeRange, [yaw, pitch]: [f32; 2]) {
        let [left, right] = self.aside(range);
        weights[self.left] = (yaw / left).clamp(0.0, 1.0);
        weights[self.right] = (-yaw / right).clamp(0.0, 1.0);
        weights[self.down] = (pitch / range.down_rad).clamp(0.0, 1.0);
        weights[self.up] = (-pitch / range.up_rad).clamp(0.0, 1.0);
    }
}
