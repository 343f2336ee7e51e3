//! Backends: each compiles a plan once and runs it often. [`select`] alone names them all.

pub mod cpu;
pub mod select;
pub mod vulkan;
