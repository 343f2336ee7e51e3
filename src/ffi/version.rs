//! Version of the library.

use std::ffi::{CStr, c_char};

/// The version as major·65536 + minor·256 + patch, from Cargo.toml.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_version() -> u32 {
    let mut parts = env!("CARGO_PKG_VERSION").split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    next() << 16 | next() << 8 | next()
}

/// The version as text, such as `0.1.0`.
///
/// Returns: never NULL. Ownership: static. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_version_string() -> *const c_char {
    const TEXT: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    };
    TEXT.as_ptr()
}
