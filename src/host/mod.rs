//! What lives as long as a host wants it to: a [`Runtime`] (threads, backend, log, turns) and a [`Model`], the networks of a pack with
//! all that is kept of them. Children keep their parents alive.

pub(crate) mod codes;
mod eye_range;
mod faces;
pub(crate) mod log;
pub(crate) mod model;
pub(crate) mod runtime;
pub(crate) mod turns;

pub use crate::backend::select::BackendChoice;
pub use crate::face::{FaceFinder, FoundFace};
pub use crate::prompt::{PromptReading, Share};
pub use log::{LogLevel, LogSink};
pub use model::{Identity, Model};
pub use runtime::{GpuMemory, Runtime, RuntimeOptions};
