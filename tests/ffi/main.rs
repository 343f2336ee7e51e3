//! The C ABI, called as a host calls it.
#![allow(missing_docs, clippy::undocumented_unsafe_blocks)] // every block is one call with the arguments just built

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
mod own_faces;
mod pack_adjustments;
mod promises;
mod reading;
mod styles;
mod work;
