//! Live: sound in while it is spoken, a face out while it is heard.
//!
//! ```text
//! audio thread ─ write ─→ sound (ring) ─→ hearing ─→ performing ─→ showing ─→ timeline ─→ sample ─ any thread
//!                                          speech      motion        face
//! ```
//!
//! A [`Stream`] has one clock: frames of sound at the pushed rate. Its worker takes sound from the ring, and
//! each time that another hop and its look-ahead are heard, it samples a window of motion and commits the hop's frames. What is
//! committed never changes, unless an interruption drops what was not shown yet. Writing, sampling and asking for the state take
//! no lock, allocate nothing and make no system call.

pub(crate) mod command;
pub(crate) mod course;
pub(crate) mod ensemble;
pub(crate) mod exclusive;
pub(crate) mod hearing;
pub(crate) mod listening;
pub(crate) mod options;
pub(crate) mod performing;
pub(crate) mod quiet;
pub(crate) mod shared;
pub(crate) mod showing;
pub(crate) mod sound;
pub(crate) mod state;
#[allow(clippy::module_inception, reason = "the noun of the room, as session/session.rs is")]
pub(crate) mod stream;
pub(crate) mod timeline;

pub use options::{Latency, StreamOptions, StyleHandle, Underrun};
pub use sound::Written;
pub use state::{Sampled, StreamState};
pub use stream::{FADE_S, Stream};
