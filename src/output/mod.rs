//! Face frames to what an engine takes: the last stage.
//!
//! In: the kept motion [frames, d_z + d_pose] at the model's rate, and what `face` decodes from it. Out: motion rows at
//! any time and rate, vertex normals, named and limited channels, the angles and columns of Live Link, channels of other
//! rigs, weights of a host's own blendshapes; blinks, gaze and smoothing over a clip, with which `result` adjusts a motion.
//! All of it is plain arithmetic on the host: microseconds a frame, for normals a pass over the triangles, for a host's
//! blendshapes one over all of them.

mod angles;
mod blinks;
mod channels;
mod expressions;
mod gaze;
mod live_link;
mod normals;
mod rigs;
mod sampling;
mod smoothing;
mod solver;

pub use crate::pack::ARKIT_NAMES;
pub use crate::signal::eyes::{EyeChannels, EyeRange, eye_rotation};
pub use angles::HeadAngles;
pub use blinks::Blinks;
pub use channels::{Channel, ChannelMap, check_weights, find_channel};
pub use expressions::{expression_names, named_expression};
pub use gaze::{Gaze, GazeTarget, GazeTrack};
pub use live_link::{LIVE_LINK_WIDTH, LiveLinkMap, live_link_columns};
pub use normals::vertex_normals;
pub use rigs::{RIGS, Rig, RigMap};
pub use sampling::MotionSampler;
pub use smoothing::smooth;
pub use solver::{ShapeSolver, SolverOptions};
