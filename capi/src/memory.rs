//! `m2f_set_memory`: where the library takes all its memory from, and what it does when the host gives none.

use std::ffi::c_void;

use super::error::m2f_status;
use super::heap::{Callbacks, HEAP};

/// Gives memory to the library: `size` bytes, above 0, aligned to `alignment`, a power of two. Returns NULL if there is none.
pub type m2f_allocate_callback =
    Option<unsafe extern "C" fn(size: usize, alignment: usize, user: *mut c_void) -> *mut c_void>;

/// Takes back memory that the allocate callback gave.
pub type m2f_free_callback =
    Option<unsafe extern "C" fn(memory: *mut c_void, size: usize, alignment: usize, user: *mut c_void)>;

/// `reserve_bytes`: what the library's own small pieces of one call need, 1 MiB.
pub const M2F_RESERVE_DEFAULT: usize = 0;

/// Sets the functions that the library takes all its memory from. Without this call, it uses the C library. Vulkan's drivers, and
/// the memory maps of packs that are opened by path, have their own memory.
///
/// You may refuse memory at any time. The current call then answers OUT_OF_MEMORY. The library works again as soon as there is
/// memory. For pieces that it cannot do without, it keeps a reserve of `reserve_bytes`. It asks for the reserve with the first
/// call, and again after some of it was used.
///
/// Parameters: `allocate` and `free`, both; `user`, handed to them; `reserve_bytes`, 64 KiB to 1 GiB, or `M2F_RESERVE_DEFAULT`.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STATE if the library has memory already. Call this once, before anything else.
/// Threads: any, alone. The library calls the callbacks on any thread, its own threads included, during any call and between
/// calls. They are native code and thread-safe, do not unwind, and do not call into the library.
///
/// # Safety
/// The callbacks do what their types say, for as long as the library is loaded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_set_memory(
    allocate: m2f_allocate_callback,
    free: m2f_free_callback,
    user: *mut c_void,
    reserve_bytes: usize,
) -> m2f_status {
    let (Some(allocate), Some(free)) = (allocate, free) else { return m2f_status::M2F_STATUS_INVALID_ARGUMENT };
    if reserve_bytes != M2F_RESERVE_DEFAULT && !(1 << 16..=1 << 30).contains(&reserve_bytes) {
        return m2f_status::M2F_STATUS_INVALID_ARGUMENT;
    }
    match HEAP.set(Callbacks { allocate, free, user }, reserve_bytes) {
        true => m2f_status::M2F_STATUS_OK,
        false => m2f_status::M2F_STATUS_INVALID_STATE,
    }
}
