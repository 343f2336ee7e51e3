//! The one error type of the crate.

use std::fmt;

/// What went wrong, in one line that names the cause; the variant is the kind that a caller can act on.
///
/// Every variant has its own `m2f_status` in the C ABI.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// An argument is out of its range or does not fit the others.
    InvalidArgument(String),
    /// Samples are not finite, or the clip is empty or too long.
    InvalidAudio(String),
    /// A picture cannot be decoded or is larger than the limits.
    InvalidPicture(String),
    /// A model pack is damaged, hostile or of another format.
    InvalidPack(String),
    /// The pack does not hold the part that was asked for.
    MissingPart(String),
    /// Reading or writing failed.
    Io(String),
    /// The call does not fit the state of its object, such as a push after the end of the input.
    InvalidState(String),
    /// The work was cancelled by the caller.
    Cancelled,
    /// A limit of memory was reached.
    OutOfMemory(String),
    /// The build, device or model cannot do this.
    Unsupported(String),
    /// The device was lost; a new runtime cures it.
    DeviceLost(String),
    /// A bug of this library.
    Internal(String),
    /// Two threads call what is one thread's at a time. As [`InvalidState`](Self::InvalidState), without memory for a text, as
    /// the next two.
    TwoThreads,
    /// The stream's result was taken: it takes no more sound.
    Ended,
    /// A stream does not keep the face of this sample any more. An invalid argument.
    NotKept,
}

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidArgument(detail)
            | Self::InvalidAudio(detail)
            | Self::InvalidPicture(detail)
            | Self::InvalidPack(detail)
            | Self::MissingPart(detail)
            | Self::Io(detail)
            | Self::InvalidState(detail)
            | Self::OutOfMemory(detail)
            | Self::Unsupported(detail)
            | Self::DeviceLost(detail)
            | Self::Internal(detail) => f.write_str(detail),
            Self::Cancelled => f.write_str("cancelled"),
            Self::TwoThreads => f.write_str("another thread is in this call; one at a time may be"),
            Self::Ended => f.write_str("the stream has ended: its result was taken"),
            Self::NotKept => {
                f.write_str("the face of this sample is not kept any more; the stream's state tells the first that is")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
