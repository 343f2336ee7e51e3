//! `m2f_set_memory`: where all memory of the library comes from, and what it does when the host gives none.

use std::ffi::c_void;

use super::error::m2f_status;
use super::heap::{Callbacks, HEAP};

/// Takes memory for the library: `size` bytes, above 0, aligned to `alignment`, a power of two; NULL when there is none.
pub type m2f_allocate_callback =
    Option<unsafe extern "C" fn(size: usize, alignment: usize, user: *mut c_void) -> *mut c_void>;

/// Gives memory of the allocate callback back.
pub type m2f_free_callback =
    Option<unsafe extern "C" fn(memory: *mut c_void, size: usize, alignment: usize, user: *mut c_void)>;

/// `reserve_bytes`: as many as the library's own small pieces of one call need, 1 MiB.
pub const M2F_RESERVE_DEFAULT: usize = 0;

/// Says where the library takes all its memory from; without this call it takes it from the C library. Vulkan's drivers and
/// the memory maps of packs that are opened by path have their own.
///
/// A host may refuse at any time: the call under way answers OUT_OF_MEMORY, and the library works again when there is memory
/// again. For what cannot be refused inside it, it keeps `reserve_bytes`, which it asks for with the first call and again when
/// some were used up.
///
/// Parameters: `allocate` and `free`, both; `user`, handed to them; `reserve_bytes`, at least 64 KiB, or `M2F_RESERVE_DEFAULT`.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STATE when the library has memory already: call this before anything else, once.
/// Threads: any, alone. The callbacks are called on any thread, the library's own among them, inside any call and between
/// calls: they are native code, thread-safe, do not unwind, and do not call back into the library.
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
