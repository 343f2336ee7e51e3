//! What the host of a WebAssembly module needs besides the C ABI: memory inside the module, for what it passes and receives.

use std::alloc::{Layout, alloc, dealloc};

/// All that a host puts there is aligned to it.
const ALIGNMENT: usize = 16;

/// Memory for arguments and outputs, aligned to 16 bytes; NULL where there is none. Give it back with [`m2f_wasm_free`].
#[unsafe(no_mangle)]
pub extern "C" fn m2f_wasm_allocate(size: usize) -> *mut u8 {
    match Layout::from_size_align(size.max(1), ALIGNMENT) {
        // SAFETY: the size is not zero.
        Ok(layout) => unsafe { alloc(layout) },
        Err(_) => std::ptr::null_mut(),
    }
}

/// Gives memory back. NULL does nothing.
///
/// # Safety
/// `memory` is of `m2f_wasm_allocate(size)`, and nothing uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_wasm_free(memory: *mut u8, size: usize) {
    if let (false, Ok(layout)) = (memory.is_null(), Layout::from_size_align(size.max(1), ALIGNMENT)) {
        // SAFETY: by its docs.
        unsafe { dealloc(memory, layout) };
    }
}
