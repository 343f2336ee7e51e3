//! Errors on their way to Python, and calls that run without its lock.

use std::panic::{AssertUnwindSafe, catch_unwind};

use media2face::Error;
use pyo3::prelude::*;

/// An error of the library, which becomes the exception of its kind; all of them are classes of `media2face._errors`.
#[derive(Debug)]
pub(crate) struct Failure(Error);

impl Failure {
    /// An argument that the library was never asked about.
    pub(crate) fn argument(detail: impl Into<String>) -> Self {
        Self(Error::InvalidArgument(detail.into()))
    }

    /// A call that does not fit the state of its object.
    pub(crate) fn state(detail: impl Into<String>) -> Self {
        Self(Error::InvalidState(detail.into()))
    }

    fn class(&self) -> &'static str {
        match &self.0 {
            Error::InvalidArgument(_) | Error::NotKept => "InvalidArgumentError",
            Error::InvalidAudio(_) => "InvalidAudioError",
            Error::InvalidPicture(_) => "InvalidPictureError",
            Error::InvalidPack(_) => "InvalidPackError",
            Error::MissingPart(_) => "MissingPartError",
            Error::Io(_) => "FileError",
            Error::InvalidState(_) | Error::TwoThreads | Error::Ended => "InvalidStateError",
            Error::Cancelled => "CancelledError",
            Error::OutOfMemory(_) => "OutOfMemoryError",
            Error::Unsupported(_) => "UnsupportedError",
            Error::DeviceLost(_) => "DeviceLostError",
            // A kind that is new to the library has no class of its own yet.
            _ => "InternalError",
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| {
            let class = py.import("media2face._errors").and_then(|module| module.getattr(failure.class()));
            match class.and_then(|class| class.call1((failure.0.to_string(),))) {
                Ok(exception) => Self::from_value(exception),
                // Not even that: out of memory, or the interpreter is at its end.
                Err(error) => error,
            }
        })
    }
}

/// Runs `work` without Python's lock, so that other threads of Python go on. What takes a lock or lasts longer than some
/// microseconds runs here: whoever waits for a lock of ours must not keep Python's.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(Failure(Error::Internal(format!("internal error: {}", text.unwrap_or("unknown")))))
    })
}
