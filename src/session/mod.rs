//! Ties all stages to a backend: the only place that names them all.
//!
//! [`Runtime`] (threads, backend, log) → [`Model`] (the networks of a pack) → [`Session`] (one clip: push, finish, wait)
//! → [`Animation`] (the motion, decoded on read by a [`Reader`]; [`Animation::liven`] makes another of it). The way back, from
//! pictures, is an [`Extractor`]'s. Children keep their parents alive.
//!
//! A job is a row of bounded units of work ([`job`]): style, speech chunks, denoising steps. A runtime with threads runs
//! them on a worker of the session's own; one without runs them inside [`Session::step`] or [`Session::wait`].

mod adjustments;
mod animation;
mod batch;
mod binding;
mod blendshapes;
mod calm;
mod clip;
mod codes;
mod compose;
mod decoding;
mod direction;
mod edits;
mod extractor;
mod eye_range;
mod job;
mod keyframe;
mod liveliness;
mod log;
mod model;
mod options;
mod progress;
mod reader;
mod revision;
mod runtime;
#[allow(clippy::module_inception)] // the noun is the module
mod session;
mod style;
mod turns;
mod warm_up;
mod work;

pub use crate::backend::select::BackendChoice;
pub use crate::face::{ExportTarget, Eyeball};
pub use crate::motion::InpaintMode;
pub use crate::prompt::{PromptReading, Share};
pub use animation::Animation;
pub use binding::{Binding, Solver};
pub use compose::Part;
pub use direction::Guidance;
pub use extractor::{Extracted, Extractor};
pub use keyframe::{Expression, FacePicture, Head, Keyframe};
pub use liveliness::Liveliness;
pub use log::{LogLevel, LogSink};
pub use model::{Identity, Model};
pub use options::{SEED_AUTO, SessionOptions};
pub use progress::{Progress, Stage};
pub use reader::Reader;
pub use runtime::{GpuMemory, Runtime, RuntimeOptions};
pub use session::Session;
pub use style::{Curve, Style, StyleTrack};
