//! Buffers that a caller gives: pointer, capacity, count out.

use media2face::internals::memory;

use super::error::{Failure, m2f_status};
use super::guard::check_memory;

/// Input elements. A count past `most` is refused before the first of them is looked at.
///
/// # Safety
/// `data` points to `count` elements that nobody writes during the call, or `count` is 0 or above `most`.
pub(super) unsafe fn input<'a, T>(data: *const T, count: usize, most: usize, name: &str) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if count > most {
        return Err(Failure::argument(format!("{name}: {count} elements, at most {most}")));
    }
    if data.is_null() {
        return Err(Failure::argument(format!("{name} is NULL with a count of {count}")));
    }
    if count.checked_mul(size_of::<T>()).is_none_or(|bytes| bytes > isize::MAX as usize) || !data.is_aligned() {
        return Err(Failure::argument(format!("{name}: {count} elements at {data:p} cannot be")));
    }
    // SAFETY: not NULL, aligned, of a possible size, and readable by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(data, count) })
}

/// A copy of what a pointer and a count of an options struct give; NULL is none.
///
/// # Safety
/// `data` is NULL, or as for [`input`].
pub(super) unsafe fn optional<T: Copy>(
    data: *const T,
    count: u64,
    most: usize,
    name: &str,
) -> Result<Option<Vec<T>>, Failure> {
    if data.is_null() {
        return Ok(None);
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    // SAFETY: the caller's promise.
    Ok(Some(memory::copy(unsafe { input(data, count, most, name) }?, name)?))
}

/// Asks for room: `Ok(None)` when the caller only queries the count (NULL and capacity 0). `count_out` may be NULL when
/// there is a buffer.
///
/// # Safety
/// `data` points to `capacity` writable elements or is NULL; `count_out` is writable or NULL.
pub(super) unsafe fn output<'a, T>(
    data: *mut T,
    capacity: usize,
    count_out: *mut usize,
    needed: usize,
) -> Result<Option<&'a mut [T]>, Failure> {
    if data.is_null() {
        if capacity != 0 || count_out.is_null() {
            return Err(Failure::argument("buffer is NULL: pass capacity 0 and a count to query the size"));
        }
        // SAFETY: not NULL, and writable by the caller's promise.
        unsafe { count_out.write(needed) };
        return Ok(None);
    }
    if capacity < needed {
        let detail = format!("buffer holds {capacity} elements, {needed} are needed");
        return Err(Failure::new(m2f_status::M2F_STATUS_BUFFER_TOO_SMALL, detail));
    }
    if !data.is_aligned() {
        return Err(Failure::argument("buffer is not aligned for its type"));
    }
    // SAFETY: not NULL, aligned, and `capacity ≥ needed` elements are writable by the caller's promise.
    Ok(Some(unsafe { std::slice::from_raw_parts_mut(data, needed) }))
}

/// Copies `values` to the caller, or answers their count.
///
/// # Safety
/// As for [`output`].
pub(super) unsafe fn copy_out<T: Copy>(
    values: &[T],
    data: *mut T,
    capacity: usize,
    count_out: *mut usize,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    if let Some(buffer) = unsafe { output(data, capacity, count_out, values.len()) }? {
        check_memory()?;
        buffer.copy_from_slice(values);
        if !count_out.is_null() {
            // SAFETY: not NULL, and writable by the caller's promise.
            unsafe { count_out.write(values.len()) };
        }
    }
    Ok(())
}
