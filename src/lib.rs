//! Speech in, moving face out: the Media2Face networks as a runtime library.
//!
//! [`Runtime`] (threads, backend, log) → [`Model`] (the networks of a pack) → [`Session`] (one clip: push, finish, wait) →
//! [`Animation`] (the motion, which a [`Reader`] decodes). What a host needs is here, and in the few modules beside it.
//!
//! Inside, sound goes in at one end of `src/` and frames come out at the other, and the modules stand in that order: `audio`, `speech`,
//! `prompt`, `motion`, `face`, `output`, tied together by `session`. ARCHITECTURE.md has the map.

#[doc(hidden)]
pub mod clock;
pub mod error;
pub mod limits;
#[doc(hidden)]
pub mod memory;
#[doc(hidden)]
pub mod plan;
mod randomness;
pub mod signal;
#[doc(hidden)]
pub mod tensor;
#[doc(hidden)]
pub mod unit;

#[doc(hidden)]
pub mod backend;
#[doc(hidden)]
pub mod nn;
pub mod pack;
pub mod picture;

pub mod audio;
#[doc(hidden)]
pub mod face;
#[doc(hidden)]
pub mod motion;
pub mod output;
#[doc(hidden)]
pub mod prompt;
#[doc(hidden)]
pub mod speech;

mod conditioning;
mod host;
mod result;
mod session;
mod stream;

pub mod vulkan;

pub use conditioning::*;
pub use error::{Error, Result};
pub use face::Topology;
pub use host::*;
pub use result::*;
pub use session::*;
pub use stream::*;

/// For the C ABI, tests and benchmarks of this repository: it changes without a word, as the hidden modules do that it names.
#[doc(hidden)]
pub mod internals {
    pub use crate::{backend, clock, face, memory, motion, nn, plan, prompt, speech, tensor, unit};
}
