//! What a clip is conditioned by: styles and strengths over time, keyframes. Plain data of the host's, which becomes values of frames
//! when a job takes it.

pub(crate) mod conditions;
pub(crate) mod constraint;
pub(crate) mod keyframe;
mod keyframes;
pub(crate) mod style;

pub use crate::motion::InpaintMode;
pub use conditions::Guidance;
pub use keyframe::{Expression, FacePicture, Head, Keyframe};
pub use style::{Curve, Style, StyleTrack};
