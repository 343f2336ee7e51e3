//! Options structs that grow only at the end: what `struct_size` means.

use std::mem::MaybeUninit;

use super::error::{Failure, m2f_status};

/// Implemented by options structs.
///
/// # Safety
/// The type is `repr(C)`, starts with `struct_size: u32`, and every bit pattern of its fields is a value.
pub(super) unsafe trait Options: Copy {
    /// Every field's default, `struct_size` included.
    fn defaults() -> Self;
}

fn wrong_size(detail: String) -> Failure {
    Failure::new(m2f_status::M2F_STATUS_INVALID_STRUCT_SIZE, detail)
}

/// Fills at most `size` bytes of the caller's struct with defaults and sets its `struct_size`.
///
/// # Safety
/// `options` points to `size` writable bytes or is NULL.
pub(super) unsafe fn init<T: Options>(options: *mut T, size: usize) -> Result<(), Failure> {
    if options.is_null() {
        return Err(Failure::argument("options is NULL"));
    }
    // SAFETY: the caller's promise.
    unsafe { write(&T::defaults(), options, size) }
}

/// Refuses a size that no version of a struct has.
pub(super) fn check_size(size: usize) -> Result<(), Failure> {
    if u32::try_from(size).is_ok() && size >= 8 && size.is_multiple_of(4) {
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
    // SAFETY: `size` bytes are writable by the caller's promise; what this version does not know becomes zero.
    unsafe {
        bytes.write_bytes(0, size);
        bytes.copy_from_nonoverlapping((&raw const *value).cast::<u8>(), size.min(size_of::<T>()));
        bytes.copy_from_nonoverlapping((size as u32).to_ne_bytes().as_ptr(), 4);
    }
    Ok(())
}

/// Reads the caller's struct: fields past its size take their defaults, unknown ones must be zero. NULL is all defaults.
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
    // SAFETY: `size` bytes are readable by the caller's promise, and the target has room for `known`.
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
