//! Options structs that grow only at the end, and what `struct_size` means. A host's struct may be shorter than the type. So it
//! is a pointer everywhere, never a reference, and is read into a struct of full length.

use std::mem::MaybeUninit;

use super::error::{Failure, m2f_status};
use super::guard::{guard, not_null};

/// Implemented by options structs.
///
/// # Safety
/// The type is `repr(C)`, starts with `struct_size: u32`, and every bit pattern of its fields is a value.
pub(super) unsafe trait Options: Copy {
    /// The default of every field, `struct_size` included.
    fn defaults() -> Self;

    /// 0 and NULL everywhere.
    fn zero() -> Self {
        // SAFETY: every bit pattern is a value.
        unsafe { std::mem::zeroed() }
    }
}

fn wrong_size(detail: String) -> Failure {
    Failure::new(m2f_status::M2F_STATUS_INVALID_STRUCT_SIZE, detail)
}

/// The body of every `_options_init`. It fills at most `size` bytes of the caller's struct with defaults and sets its
/// `struct_size`.
///
/// # Safety
/// `options` points to `size` writable bytes or is NULL.
pub(super) unsafe fn init<T: Options>(options: *mut T, size: usize) -> m2f_status {
    guard(|| {
        not_null(options, "options")?;
        // SAFETY: not NULL, so that `size` bytes are writable.
        unsafe { write(&T::defaults(), options, size) }
    })
}

/// Whether a version of a struct may have this size.
pub(super) fn is_size(size: usize) -> bool {
    u32::try_from(size).is_ok() && size >= 8 && size.is_multiple_of(4)
}

/// Refuses a size that no version of a struct has.
pub(super) fn check_size(size: usize) -> Result<(), Failure> {
    if is_size(size) {
        return Ok(());
    }
    Err(wrong_size(format!("a struct of {size} bytes: pass its sizeof")))
}

/// Writes at most `size` bytes of `value` to the caller's struct and sets its `struct_size`.
///
/// # Safety
/// `out` points to `size` writable bytes.
pub(super) unsafe fn write<T: Options>(value: &T, out: *mut T, size: usize) -> Result<(), Failure> {
    check_size(size)?;
    let bytes = out.cast::<u8>();
    // SAFETY: `size` bytes are writable, at least 8 by the check; what this version does not know becomes zero.
    unsafe {
        bytes.write_bytes(0, size);
        bytes.copy_from_nonoverlapping((&raw const *value).cast::<u8>(), size.min(size_of::<T>()));
        bytes.copy_from_nonoverlapping((size as u32).to_ne_bytes().as_ptr(), 4);
    }
    Ok(())
}

/// Reads the caller's struct. Fields past its size take their defaults. Unknown fields must be zero. NULL gives all defaults.
///
/// # Safety
/// `options` is NULL or points to as many readable bytes as its `struct_size` says.
pub(super) unsafe fn read<T: Options>(options: *const T) -> Result<T, Failure> {
    let mut value = MaybeUninit::new(T::defaults());
    if options.is_null() {
        // SAFETY: initialised with the defaults.
        return Ok(unsafe { value.assume_init() });
    }
    let bytes = options.cast::<u8>();
    // SAFETY: every options struct starts with its size.
    let size = unsafe { bytes.cast::<u32>().read_unaligned() } as usize;
    if !(8..=1 << 16).contains(&size) || !size.is_multiple_of(4) {
        return Err(wrong_size(format!("struct_size is {size}: call the _options_init function first")));
    }
    let known = size.min(size_of::<T>());
    // SAFETY: `size` bytes are readable, the value has room for `known` of them, and any bytes are a value.
    unsafe {
        if std::slice::from_raw_parts(bytes, size)[known..].iter().any(|&b| b != 0) {
            return Err(wrong_size(format!(
                "struct_size is {size}, this library knows {} bytes and the rest is not zero",
                size_of::<T>()
            )));
        }
        value.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(bytes, known);
        Ok(value.assume_init())
    }
}

/// [`read`] for a struct that must not be NULL.
///
/// # Safety
/// As for [`read`].
pub(super) unsafe fn required<T: Options>(options: *const T, name: &str) -> Result<T, Failure> {
    not_null(options, name)?;
    // SAFETY: as for this function.
    unsafe { read(options) }
}
