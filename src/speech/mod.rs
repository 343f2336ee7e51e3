//! 16 kHz mono to speech features A at the animation rate: the second stage of the data path.
//!
//! ```text
//! samples ─ FeatureExtractor (waveform) ───────┐
//!        └─ mel ─ ResidualConv (log-mel) ──────┴─ ContextNetwork ─ interpolation ─ A [F, d_a]
//! ```
//!
//! In: finite samples at 16 kHz. Out: F = max(1, ⌊samples/16000·fps + ½⌋) rows in the memory of the backend.
//! A pack names its front end; the log-mel one may go without the [`ContextNetwork`]. Long clips are encoded in chunks
//! with context, so that cost grows linearly with the clip and memory stays bounded; see
//! [`SpeechEncoder::encode_in`].

mod chunks;
mod clip_norm;
mod context_network;
mod encoder;
mod feature_extractor;
mod input;
mod interpolate;
mod job;
mod live;
mod live_chunks;
mod live_rows;
mod mel;
mod positional_conv;
mod residual_conv;

pub use context_network::{ContextNetwork, ContextStates};
pub use encoder::{SpeechEncoder, SpeechPrograms};
pub use feature_extractor::FeatureExtractor;
pub use interpolate::Positions;
pub use live::LiveSpeech;
pub use mel::{MEL_BANDS, MelSpectrum, NormalizedMel};
pub use residual_conv::ResidualConv;

/// Sample rate of the input, Hz.
const RATE_HZ: f64 = 16_000.0;
