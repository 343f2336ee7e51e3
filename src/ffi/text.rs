//! Strings across the ABI: UTF-8, NUL-terminated.

use std::ffi::{CStr, c_char};

use crate::limits;

use super::buffer;
use super::error::{Failure, m2f_status};

/// A caller's string; NULL is `None`.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string that nobody writes during the call.
pub(super) unsafe fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, terminated by the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    if text.count_bytes() > limits::MAX_PROMPT_BYTES {
        return Err(Failure::argument(format!("{name} is longer than {} bytes", limits::MAX_PROMPT_BYTES)));
    }
    let invalid = |_| Failure::new(m2f_status::M2F_STATUS_INVALID_UTF8, format!("{name} is not valid UTF-8"));
    text.to_str().map(Some).map_err(invalid)
}

/// Copies a string with its terminating NUL; the count includes it.
///
/// # Safety
/// As for [`buffer::output`].
pub(super) unsafe fn copy_out(
    text: &str,
    data: *mut c_char,
    capacity: usize,
    count_out: *mut usize,
) -> Result<(), Failure> {
    let bytes: Vec<c_char> = text.bytes().filter(|&b| b != 0).chain([0]).map(|b| b as c_char).collect();
    // SAFETY: the caller's promise.
    unsafe { buffer::copy_out(&bytes, data, capacity, count_out) }
}
