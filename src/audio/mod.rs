//! PCM of any rate, channels and type to 16 kHz mono: the first stage of the data path.
//!
//! In: interleaved f32 or i16, 1 to [`MAX_CHANNELS`](crate::limits::MAX_CHANNELS) channels, in pieces of any size.
//! Out: 16 kHz mono f32, `round(frames · 16000/rate)` samples, not delayed; the same bits however the input was cut.
//! A clip goes through [`Converter`], live sound through [`Resampler`], which gives each sample within 5 ms of its time.
//! Cost is linear in the clip: 1 to 3 ms for each second at usual rates up to 192 kHz, 34 ms near 768 kHz.

mod convert;
mod fingerprint;
pub(crate) mod pauses;
mod resample;

pub use convert::Converter;
pub(crate) use convert::{check_channels, check_rate};
pub use pauses::pauses;
pub use resample::Resampler;

/// Sample rate of everything after this stage, Hz.
pub const RATE_HZ: u32 = 16_000;
