//! What a host tells a stream's worker, in the order of its calls.

use std::sync::Arc;

use super::options::StyleHandle;

/// A command; `claim` is the count of frames taken when it was given: it is obeyed once these are heard, or dropped.
pub(crate) enum Command {
    /// Animates what was written before it without waiting for more.
    Flush { claim: u64 },
    /// Drops what was written before it and motion from `frame` on; `fade` scales the times in which the face comes to rest.
    Interrupt { claim: u64, frame: u64, fade: f32 },
    /// As new.
    Reset { claim: u64, seed: u64, keep_mean: bool },
    /// From the next window on.
    Style(Option<Arc<StyleHandle>>, f32),
    /// s_A and s_P, from the next window on.
    Guidance([f32; 2]),
    /// Whether it listens to somebody else, from the next window on.
    Listen(bool),
}
