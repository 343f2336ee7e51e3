//! Processor time of child processes: what a check costs, however busy the machine is.

use std::time::Duration;

/// Processor time of all children that have ended, and of theirs; zero where the system does not tell.
pub(crate) fn children() -> Duration {
    #[cfg(unix)]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::TimeValLike;
        let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return Duration::ZERO };
        let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        Duration::from_micros(microseconds.try_into().unwrap_or(0))
    }
    #[cfg(not(unix))]
    Duration::ZERO
}
