//! The C ABI: one file per noun, each function a few lines over the public Rust API. `media2face-c` makes `libmedia2face` of
//! it.
//!
//! `include/media2face.h` is generated from these files by `cargo xtask header`, and from `vulkan.rs` and
//! `vulkan_frames.rs` `include/media2face_vulkan.h`. The rules of the ABI, in one place:
//! every fallible call returns a [`m2f_status`] and writes its outputs only on success; the detail of the last failure
//! on the calling thread comes from [`m2f_last_error`]; options structs start with
//! `struct_size` and are filled by their `_options_init`; buffers are pointer, capacity and count, where a query with a
//! NULL buffer and capacity 0 tells the size; children keep their parents alive; no panic crosses the boundary; want of memory is
//! an answer.
//!
//! A handle is an `Option<&T>`, the place for an output an `Option<&mut MaybeUninit<T>>`, a handle that ends an
//! `Option<Box<T>>`: C sees the same pointers, NULL is `None`, and a function that takes nothing else is safe. Pointers
//! remain where a reference would say too much: options structs, which may be shorter than their type; buffers, arrays and
//! strings; outputs that may share a place. Where a `SAFETY` comment says "by its docs", the docs of a parameter or a field
//! ask that of the caller.

#![allow(non_camel_case_types)] // C names

mod adjustments;
mod binding;
mod buffer;
mod device;
mod error;
mod guard;
mod heap;
mod identity;
mod keyframe;
mod memory;
mod model;
mod options;
mod reading;
mod reserve;
mod result;
mod runtime;
mod session;
mod solver;
mod style;
mod text;
mod version;
#[cfg(feature = "vulkan")]
mod vulkan;
#[cfg(feature = "vulkan")]
mod vulkan_frames;

pub use adjustments::*;
pub use binding::*;
pub use device::*;
pub use error::{m2f_last_error, m2f_status, m2f_status_name};
pub use heap::HostMemory;
pub use identity::*;
pub use keyframe::*;
pub use memory::*;
pub use model::*;
pub use reading::*;
pub use result::*;
pub use runtime::*;
pub use session::*;
pub use solver::*;
pub use style::*;
pub use version::*;
#[cfg(feature = "vulkan")]
pub use vulkan::*;
#[cfg(feature = "vulkan")]
pub use vulkan_frames::*;
