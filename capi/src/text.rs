//! Strings across the ABI: UTF-8, NUL-terminated.

use std::ffi::c_char;

use media2face::limits;

use super::buffer;
use super::error::{Failure, m2f_status};

/// A caller's string; NULL is `None`. No further than the limit is looked for its end.
///
/// # Safety
/// `text` is NULL, or a string that nobody writes during the call: NUL-terminated, or longer than the limit.
pub(super) unsafe fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and every byte up to the first NUL or the limit may be read, by the caller's promise.
    let Some(length) = (0..=limits::MAX_PROMPT_BYTES).find(|&at| unsafe { *text.add(at) } == 0) else {
        return Err(Failure::argument(format!(
            "{name} is longer than a text may be: at most {} bytes",
            limits::MAX_PROMPT_BYTES
        )));
    };
    // SAFETY: read just now, the NUL included.
    let text = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), length) };
    let invalid = |_| Failure::new(m2f_status::M2F_STATUS_INVALID_UTF8, format!("{name} is not valid UTF-8"));
    std::str::from_utf8(text).map(Some).map_err(invalid)
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
