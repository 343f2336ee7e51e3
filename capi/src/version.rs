//! The version of the library.

use std::ffi::{CStr, c_char};

/// Version of this header, first number: it changes when a host can break.
pub const M2F_VERSION_MAJOR: u32 = 0;
/// Version of this header, second number: it changes when something is added. While the first number is 0, a new second number
/// may break a host, too.
pub const M2F_VERSION_MINOR: u32 = 2;
/// Version of this header, third number: it changes when faults are corrected.
pub const M2F_VERSION_PATCH: u32 = 0;

const VERSION: u32 = M2F_VERSION_MAJOR << 16 | M2F_VERSION_MINOR << 8 | M2F_VERSION_PATCH;

/// Returns the version of the loaded library, as major·65536 + minor·256 + patch. Compare it with the header's.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_version() -> u32 {
    VERSION
}

/// Returns the version of the loaded library as text, such as `0.2.0`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_package_have_one_version() {
        let parts: Vec<u32> = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap()).collect();
        assert_eq!(parts, [M2F_VERSION_MAJOR, M2F_VERSION_MINOR, M2F_VERSION_PATCH]);
    }
}
