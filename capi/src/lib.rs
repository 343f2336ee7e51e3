//! The C ABI: one file per noun. Each function is a few lines over the public Rust API. `media2face-c` makes `libmedia2face` of
//! it.
//!
//! `cargo xtask header` generates `include/media2face.h` from these files, and `include/media2face_vulkan.h` from `vulkan.rs` and
//! `vulkan_frames.rs`.
//!
//! The rules of the ABI:
//!
//! - Every call that can fail returns a [`m2f_status`] and writes its outputs only on success. [`m2f_last_error`] has the detail
//!   of the last failure on the calling thread.
//! - An options struct starts with `struct_size`. Its `_options_init` function fills it.
//! - A buffer is a pointer, a capacity and a count. NULL with capacity 0 queries the size.
//! - Children keep their parents alive.
//! - No panic crosses the boundary.
//! - If memory runs out, the call says so and the library goes on.
//!
//! A handle is an `Option<&T>`. The place for an output is an `Option<&mut MaybeUninit<T>>`. A handle that a call ends is an
//! `Option<Box<T>>`. C sees the same pointers, NULL is `None`, and a function that takes nothing else is safe. Pointers remain
//! where a reference would say too much: options structs, which may be shorter than their type; buffers, arrays and strings;
//! outputs that may share a place. Where a `SAFETY` comment says "by its docs", the docs of a parameter or a field ask that of
//! the caller.

#![allow(non_camel_case_types)] // C names

mod adjustments;
mod binding;
mod buffer;
mod device;
mod error;
mod faces;
mod guard;
mod heap;
mod identity;
mod keyframe;
mod memory;
mod model;
mod options;
mod parts;
mod reading;
mod reserve;
mod result;
mod runtime;
mod session;
mod solver;
mod stream;
mod stream_options;
mod style;
mod text;
mod version;
#[cfg(feature = "vulkan")]
mod vulkan;
#[cfg(feature = "vulkan")]
mod vulkan_frames;
#[cfg(target_family = "wasm")]
mod wasm;

pub use adjustments::*;
pub use binding::*;
pub use device::*;
pub use error::{m2f_last_error, m2f_status, m2f_status_name};
pub use faces::*;
pub use heap::HostMemory;
pub use identity::*;
pub use keyframe::*;
pub use memory::*;
pub use model::*;
pub use parts::*;
pub use reading::*;
pub use result::*;
pub use runtime::*;
pub use session::*;
pub use solver::*;
pub use stream::*;
pub use stream_options::*;
pub use style::*;
pub use version::*;
#[cfg(feature = "vulkan")]
pub use vulkan::*;
#[cfg(feature = "vulkan")]
pub use vulkan_frames::*;
#[cfg(target_family = "wasm")]
pub use wasm::*;
