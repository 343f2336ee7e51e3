//! PCM of any rate, channels and type to 16 kHz mono: the first stage of the data path.
//!
//! In: interleaved f32 or i16, 1 to [`MAX_CHANNELS`](crate::limits::MAX_CHANNELS) channels, in pieces of any size.
//! Out: 16 kHz mono f32, `round(frames · 16000/rate)` samples, not delayed; the same bits however the input was cut.
//! Cost is linear in the clip: a few milliseconds for each of its seconds at most.

mod convert;
mod fingerprint;
mod pauses;
mod resample;

pub use convert::Converter;
pub use pauses::pauses;

/// Sample rate of everything after this stage, Hz.
pub const RATE_HZ: u32 = 16_000;
