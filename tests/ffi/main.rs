//! The C ABI, called as a host calls it.
//!
//! All blocks of unsafe code rely on the same: a handle is one that a call of the test made and that it has not destroyed
//! yet, or NULL; a buffer is as long as the call is told; what options point to lives until the call returns; and a struct of
//! zeros is a value of every options struct. So they go without a comment each.
#![allow(missing_docs, clippy::undocumented_unsafe_blocks)]

mod adjustments;
mod adoption;
mod arguments;
mod device;
mod edits;
mod engine;
#[path = "../support/extent.rs"]
mod extent;
mod frames;
mod host;
mod layout;
mod lifetimes;
mod looks;
mod own_faces;
mod pack_adjustments;
mod promises;
mod reading;
mod stream;
mod styles;
mod work;
