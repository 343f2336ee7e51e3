//! `libmedia2face`: the C ABI of [`media2face_capi`] as a library to link, with the memory of the host.

pub use media2face_capi::*;

#[global_allocator]
static HEAP: HostMemory = HostMemory;
