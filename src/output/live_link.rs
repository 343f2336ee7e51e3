//! The columns of Live Link Face: 52 weights by name, then the angles of head and eyes.

use crate::pack::ARKIT_NAMES;
use crate::signal::HeadPose;
use crate::signal::eyes::{EyeChannels, EyeRange};

use super::angles::HeadAngles;
use super::channels::find_channel;

/// Values of a row: weights and angles.
pub const LIVE_LINK_WIDTH: usize = ARKIT_NAMES.len() + ANGLE_COLUMNS.len();

const ANGLE_COLUMNS: [&str; 9] = [
    "HeadYaw",
    "HeadPitch",
    "HeadRoll",
    "LeftEyeYaw",
    "LeftEyePitch",
    "LeftEyeRoll",
    "RightEyeYaw",
    "RightEyePitch",
    "RightEyeRoll",
];

/// The names of the columns that follow `Timecode` and `BlendShapeCount`: ARKit's with a capital, then the angles.
pub fn live_link_columns() -> impl Iterator<Item = String> {
    let capital = |name: &str| name[..1].to_ascii_uppercase() + &name[1..];
    ARKIT_NAMES.into_iter().map(capital).chain(ANGLE_COLUMNS.into_iter().map(str::to_owned))
}

/// From a model's channels to the columns of Live Link, matched by name once.
#[derive(Debug, Clone)]
pub struct LiveLinkMap {
    /// The model's channel for each of the 52.
    source: [Option<usize>; ARKIT_NAMES.len()],
    eyes: EyeChannels,
    eye_range: EyeRange,
}

impl LiveLinkMap {
    /// For a model whose weights have these names and turn the eyes as far as `eye_range` says.
    pub fn new<S: AsRef<str>>(names: &[S], eye_range: EyeRange) -> Self {
        let Ok(eyes) = EyeChannels::find(&ARKIT_NAMES) else { unreachable!("all channels are among them") };
        Self { source: ARKIT_NAMES.map(|name| find_channel(names, name)), eyes, eye_range }
    }

    /// The row of a frame, in the order of [`live_link_columns`]: weights (0 for a channel that the model lacks), then
    /// angles in radians as [`HeadAngles`] and [`EyeChannels`] define them; eyes do not roll.
    pub fn row(&self, weights: &[f32], head: &HeadPose) -> [f32; LIVE_LINK_WIDTH] {
        let channels = self.source.map(|at| at.and_then(|at| weights.get(at)).copied().unwrap_or(0.0));
        let head = HeadAngles::from_quaternion(head.rotation);
        let [[left_yaw, left_pitch], [right_yaw, right_pitch]] = self.eyes.angles(&channels, &self.eye_range);
        let mut row = [0.0; LIVE_LINK_WIDTH];
        row[..channels.len()].copy_from_slice(&channels);
        row[channels.len()..].copy_from_slice(&[
            head.yaw_rad,
            head.pitch_rad,
            head.roll_rad,
            left_yaw,
            left_pitch,
            0.0,
            right_yaw,
            right_pitch,
            0.0,
        ]);
        row
    }
}
