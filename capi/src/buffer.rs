//! Buffers of the caller: pointer, capacity and count.

use media2face::internals::memory;

use super::error::{Failure, m2f_status};
use super::guard::check_memory;

/// Reads input elements. A count above `most` is refused before any element is read.
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
    // SAFETY: not NULL, aligned, of a possible size, and nobody writes it during the call.
    Ok(unsafe { std::slice::from_raw_parts(data, count) })
}

/// Copies what a pointer and a count of an options struct give. NULL gives `None`.
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
    // SAFETY: not NULL; the rest is as for this function.
    Ok(Some(memory::copy(unsafe { input(data, count, most, name) }?, name)?))
}

/// A buffer of the caller: pointer, capacity, and the place for the count.
pub(super) struct Buffer<T> {
    data: *mut T,
    capacity: usize,
    count: *mut usize,
}

impl<T: Copy> Buffer<T> {
    /// `count` may be NULL when there is a buffer.
    ///
    /// # Safety
    /// For as long as this value lives `data` points to `capacity` writable elements or is NULL, and `count` is writable or
    /// NULL.
    pub(super) unsafe fn new(data: *mut T, capacity: usize, count: *mut usize) -> Self {
        Self { data, capacity, count }
    }

    /// Whether the buffer has room for `needed` elements. If the caller only queries the count (NULL and capacity 0), it writes
    /// the count and answers false.
    pub(super) fn takes(&self, needed: usize) -> Result<bool, Failure> {
        if self.data.is_null() {
            if self.capacity != 0 || self.count.is_null() {
                return Err(Failure::argument("buffer is NULL: pass capacity 0 and a count to query the size"));
            }
            self.tell(needed);
            return Ok(false);
        }
        if self.capacity < needed {
            let detail = format!("buffer holds {} elements, {needed} are needed", self.capacity);
            return Err(Failure::new(m2f_status::M2F_STATUS_BUFFER_TOO_SMALL, detail));
        }
        if !self.data.is_aligned() {
            return Err(Failure::argument("buffer is not aligned for its type"));
        }
        Ok(true)
    }

    /// Lets `write` fill `needed` elements in place, or answers a query of the count.
    pub(super) fn fill_with(
        self,
        needed: usize,
        write: impl FnOnce(&mut [T]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.takes(needed)? {
            // SAFETY: not NULL, aligned, and `capacity ≥ needed` elements are writable.
            write(unsafe { std::slice::from_raw_parts_mut(self.data, needed) })?;
            self.tell(needed);
        }
        Ok(())
    }

    /// Copies `values` to the caller, or answers a query of the count.
    pub(super) fn fill(self, values: &[T]) -> Result<(), Failure> {
        self.fill_with(values.len(), |room| {
            check_memory()?;
            room.copy_from_slice(values);
            Ok(())
        })
    }

    fn tell(&self, count: usize) {
        if !self.count.is_null() {
            // SAFETY: not NULL, so writable.
            unsafe { self.count.write(count) };
        }
    }
}
