//! Status codes and the last error of a thread.

use std::cell::RefCell;
use std::ffi::{CStr, c_char};
use std::fmt::{Arguments, Write};

use media2face::error::Error;

/// What a call returns. Numbers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_status {
    /// Done.
    M2F_STATUS_OK = 0,
    /// Not a failure: the work goes on, or the given time ran out first. Call again later.
    M2F_STATUS_NOT_READY = 1,
    /// An argument is NULL, out of range, or does not fit the others. Correct the call.
    M2F_STATUS_INVALID_ARGUMENT = 2,
    /// An options struct has a size that this library cannot read, or sets fields that this library does not know.
    M2F_STATUS_INVALID_STRUCT_SIZE = 3,
    /// A buffer is too small. The needed count was not written: query the size first.
    M2F_STATUS_BUFFER_TOO_SMALL = 4,
    /// Text is not valid UTF-8.
    M2F_STATUS_INVALID_UTF8 = 5,
    /// The audio is empty, not finite, or too long.
    M2F_STATUS_INVALID_AUDIO = 6,
    /// A picture cannot be decoded, or is larger than the limits.
    M2F_STATUS_INVALID_PICTURE = 7,
    /// A model pack is damaged, or has another format.
    M2F_STATUS_INVALID_PACK = 8,
    /// The model does not have the part that was asked for, such as a style tower or a name.
    M2F_STATUS_MISSING_PART = 9,
    /// Reading or writing failed.
    M2F_STATUS_IO = 10,
    /// The call does not fit the state of the object, such as a push after the end of the input.
    M2F_STATUS_INVALID_STATE = 11,
    /// The job was cancelled.
    M2F_STATUS_CANCELLED = 12,
    /// Memory ran out, or a cap was reached.
    M2F_STATUS_OUT_OF_MEMORY = 13,
    /// This build, device or model cannot do it.
    M2F_STATUS_UNSUPPORTED = 14,
    /// The device was lost, and every job of its runtime ends. Other runtimes and your process live on. Create a new runtime.
    M2F_STATUS_DEVICE_LOST = 15,
    /// A bug in this library. Please report the text of `m2f_last_error`.
    M2F_STATUS_INTERNAL = 16,
}

/// A failure on its way to the caller.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) status: m2f_status,
    pub(super) detail: String,
}

impl Failure {
    pub(super) fn new(status: m2f_status, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    pub(super) fn argument(detail: impl Into<String>) -> Self {
        Self::new(m2f_status::M2F_STATUS_INVALID_ARGUMENT, detail)
    }

    /// Still working. This is a status, not an error: the last error stays as it is.
    pub(super) fn not_ready() -> Self {
        Self::new(m2f_status::M2F_STATUS_NOT_READY, "")
    }
}

impl From<&Error> for m2f_status {
    fn from(error: &Error) -> Self {
        use m2f_status as S;
        match error {
            Error::InvalidArgument(_) | Error::NotKept => S::M2F_STATUS_INVALID_ARGUMENT,
            Error::InvalidAudio(_) => S::M2F_STATUS_INVALID_AUDIO,
            Error::InvalidPicture(_) => S::M2F_STATUS_INVALID_PICTURE,
            Error::InvalidPack(_) => S::M2F_STATUS_INVALID_PACK,
            Error::MissingPart(_) => S::M2F_STATUS_MISSING_PART,
            Error::Io(_) => S::M2F_STATUS_IO,
            Error::InvalidState(_) | Error::TwoThreads | Error::Ended => S::M2F_STATUS_INVALID_STATE,
            Error::Cancelled => S::M2F_STATUS_CANCELLED,
            Error::OutOfMemory(_) => S::M2F_STATUS_OUT_OF_MEMORY,
            Error::Unsupported(_) => S::M2F_STATUS_UNSUPPORTED,
            Error::DeviceLost(_) => S::M2F_STATUS_DEVICE_LOST,
            // A kind that is new to the library has no number of its own yet.
            _ => S::M2F_STATUS_INTERNAL,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(m2f_status::from(&error), error.to_string())
    }
}

/// Most bytes of a last error, with its NUL. A longer one is cut.
const MOST_BYTES: usize = 1024;

thread_local! {
    /// Static, because there may be no memory when it is written.
    static LAST_ERROR: RefCell<Text> = const { RefCell::new(Text { bytes: [0; MOST_BYTES], len: 0 }) };
}

struct Text {
    bytes: [u8; MOST_BYTES],
    len: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for letter in text.chars().filter(|&letter| letter != '\0') {
            let end = self.len + letter.len_utf8();
            if end >= MOST_BYTES {
                return Err(std::fmt::Error);
            }
            letter.encode_utf8(&mut self.bytes[self.len..end]);
            self.len = end;
        }
        Ok(())
    }
}

/// Keeps the detail for [`m2f_last_error`]. It takes no memory.
pub(super) fn remember(detail: Arguments) {
    // A thread that is being torn down has no last error any more.
    let _ = LAST_ERROR.try_with(|last| {
        let mut last = last.borrow_mut();
        last.len = 0;
        // What does not fit is cut.
        let _ = last.write_fmt(detail);
        let len = last.len;
        last.bytes[len] = 0;
    });
}

/// Returns the detail of the last failed call on this thread: one line of UTF-8, or an empty string.
///
/// Returns: never NULL.
/// Ownership: the library's; valid until the next call on this thread that fails.
/// Threads: any; each has its own.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_last_error() -> *const c_char {
    LAST_ERROR.try_with(|last| last.borrow().bytes.as_ptr().cast()).unwrap_or(c"".as_ptr())
}

/// Returns a short English name of a status, such as `invalid argument`.
///
/// Parameters: `status`, any number.
/// Returns: never NULL; `unknown status` for a number that this version does not know.
/// Ownership: static. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_status_name(status: u32) -> *const c_char {
    const NAMES: [&CStr; 17] = [
        c"ok",
        c"not ready",
        c"invalid argument",
        c"invalid struct size",
        c"buffer too small",
        c"invalid UTF-8",
        c"invalid audio",
        c"invalid picture",
        c"invalid pack",
        c"missing part",
        c"input or output failed",
        c"invalid state",
        c"cancelled",
        c"out of memory",
        c"unsupported",
        c"device lost",
        c"internal error",
    ];
    NAMES.get(status as usize).copied().unwrap_or(c"unknown status").as_ptr()
}
