//! Angles of the head, as applications write them.
//!
//! Space as everywhere: right-handed, +X the character's left, +Y up, +Z out of the face. Every angle is a right-handed
//! turn in radians about one of these axes, about the character: yaw about +Y (positive turns to the character's left),
//! pitch about +X (positive looks down), roll about +Z (positive lifts the character's left side, tilting to the right).

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
