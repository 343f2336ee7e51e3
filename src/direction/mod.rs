//! What a clip is directed by: styles and strengths over time, keyframes. Plain data of the host's, which becomes values of frames
//! when a job takes it.

pub(crate) mod directions;
pub(crate) mod edits;
pub(crate) mod keyframe;
pub(crate) mod style;

pub use crate::motion::InpaintMode;
pub use directions::Guidance;
pub use keyframe::{Expression, FacePicture, Head, Keyframe};
pub use style::{Curve, Style, StyleTrack};
