//! Signals that end a process (SIGINT of Ctrl-C, SIGTERM, SIGHUP): long work ends at its next step, with its temporary files
//! removed and its children stopped, and the exit status is 128 and the number of the signal, as a shell would tell it.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::fmt;
use std::sync::Once;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::process::temporary;

#[cfg(not(unix))]
use other as system;
#[cfg(unix)]
use unix as system;

/// How long what waits for others goes without a look at [`check`].
pub const PATIENCE: Duration = Duration::from_millis(50);

/// The first signal that came; 0 before.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// What ended the work.
#[derive(Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// From now on the first signal is seen by [`check`]; a second one ends the process at once, temporary files removed.
pub fn watch() {
    static ONCE: Once = Once::new();
    // Where that fails signals end the process as before, and leave hidden temporary files.
    ONCE.call_once(|| drop(system::listen(arrived)));
}

/// On a thread of its own, not in a handler.
fn arrived(signal: i32) {
    if let Err(first) = SIGNAL.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed) {
        temporary::remove_all();
        std::process::exit(128 + first);
    }
}

/// An error once a signal came.
pub fn check() -> Result<(), Interrupted> {
    if SIGNAL.load(Ordering::Relaxed) == 0 { Ok(()) } else { Err(Interrupted) }
}

/// The exit status of work that failed after a signal.
pub fn exit_code() -> Option<u8> {
    match SIGNAL.load(Ordering::Relaxed) {
        0 => None,
        signal => Some((128 + signal) as u8),
    }
}
