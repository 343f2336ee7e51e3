//! Strings across the ABI: UTF-8, NUL-terminated.

use std::ffi::c_char;

use media2face::limits;

use super::buffer::{self, Buffer};
use super::error::{Failure, m2f_status};

/// A caller's string; NULL is `None`. It looks for the end of the string no further than the limit.
///
/// # Safety
/// `text` is NULL, or a string that nobody writes during the call: NUL-terminated, or longer than the limit.
pub(super) unsafe fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, so that every byte up to the first NUL or the limit may be read.
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

/// The strings of an array. None of them may be NULL: `null` makes the error text for the one at an index.
///
/// # Safety
/// The array is as for [`buffer::input`], each of its strings as for [`optional`].
pub(super) unsafe fn list<'a>(
    texts: *const *const c_char,
    count: usize,
    most: usize,
    [name, name_of_one]: [&str; 2],
    null: impl Fn(usize) -> String,
) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: the array is as for `input`.
    let texts = unsafe { buffer::input(texts, count, most, name) }?;
    let text = |(at, text): (usize, &*const c_char)| {
        // SAFETY: each string is as for `optional`.
        let text = unsafe { optional(*text, name_of_one) }?;
        text.ok_or_else(|| Failure::argument(null(at)))
    };
    texts.iter().enumerate().map(text).collect()
}

/// Copies a string with its terminating NUL. The count includes the NUL.
pub(super) fn copy_out(text: &str, to: Buffer<c_char>) -> Result<(), Failure> {
    let bytes: Vec<c_char> = text.bytes().filter(|&b| b != 0).chain([0]).map(|b| b as c_char).collect();
    to.fill(&bytes)
}
