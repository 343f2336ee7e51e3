//! One clip from its sound to its motion: a [`Session`] takes audio and runs a job ([`job`]), on a worker of its own or inside
//! [`Session::step`] and [`Session::wait`].

mod batch;
pub(crate) mod calm;
mod clip;
mod job;
pub(crate) mod jobs;
pub(crate) mod options;
pub(crate) mod pack_adjustments;
mod progress;
mod revision;
#[allow(clippy::module_inception)] // the noun is the module
mod session;
mod warm_up;
mod work;

pub use options::{SEED_AUTO, SessionOptions};
pub use progress::{Progress, Stage};
pub use session::Session;
