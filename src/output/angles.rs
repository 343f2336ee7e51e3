//! Angles of the head and the eyes, as applications write them.
//!
//! Space as everywhere: right-handed, +X the character's left, +Y up, +Z out of the face. Every angle is a right-handed
//! turn in radians about one of these axes, about the character: yaw about +Y (positive turns to the character's left),
//! pitch about +X (positive looks down), roll about +Z (positive lifts the character's left side, tilting to the right).

use crate::pack::ARKIT_NAMES;

/// A look weight of 1 turns the eye by this much, rad (30°).
pub const EYE_RANGE_RAD: f32 = std::f32::consts::FRAC_PI_6;

/// Turn of the head, rad: first yaw, then pitch about the turned X axis, then roll about the axis of the face, that is
/// R = R_y(yaw)·R_x(pitch)·R_z(roll).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HeadAngles {
    /// About +Y, −π..π.
    pub yaw_rad: f32,
    /// About +X, −π/2..π/2.
    pub pitch_rad: f32,
    /// About +Z, −π..π; 0 where yaw and roll turn about the same axis.
    pub roll_rad: f32,
}

impl HeadAngles {
    /// Of a unit quaternion x, y, z, w.
    pub fn from_quaternion(quaternion: [f32; 4]) -> Self {
        let [x, y, z, w] = quaternion.map(f64::from);
        // R's third column is (sin yaw·cos pitch, −sin pitch, cos yaw·cos pitch), its second row
        // (cos pitch·sin roll, cos pitch·cos roll, −sin pitch).
        let sine = (2.0 * (w * x - y * z)).clamp(-1.0, 1.0);
        // Closer to the poles than this the rounding of an f32 quaternion would decide both angles.
        let (yaw, roll) = if sine.abs() > 1.0 - 1e-6 {
            ((2.0 * (w * y - x * z)).atan2(1.0 - 2.0 * (y * y + z * z)), 0.0)
        } else {
            let yaw = (2.0 * (x * z + w * y)).atan2(1.0 - 2.0 * (x * x + y * y));
            (yaw, (2.0 * (x * y + w * z)).atan2(1.0 - 2.0 * (x * x + z * z)))
        };
        Self { yaw_rad: yaw as f32, pitch_rad: sine.asin() as f32, roll_rad: roll as f32 }
    }
}

/// Yaw and pitch (rad) of the left and of the right eye, from weights in the order of [`ARKIT_NAMES`].
pub fn eye_angles(weights: &[f32; ARKIT_NAMES.len()]) -> [[f32; 2]; 2] {
    let [_, down_left, in_left, out_left, up_left, _, _, _, down_right, in_right, out_right, up_right, ..] = *weights;
    // Out is to the character's left for the left eye and to the right for the right one.
    let left = [out_left - in_left, down_left - up_left];
    let right = [in_right - out_right, down_right - up_right];
    [left, right].map(|eye| eye.map(|part| part * EYE_RANGE_RAD))
}
