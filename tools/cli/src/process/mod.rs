//! This process beside others: messages, signals, temporary files, what it used.

pub mod interrupt;
pub mod messages;
pub mod progress;
pub mod tell;
pub mod temporary;
pub mod usage;
