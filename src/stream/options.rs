//! What a stream is to be, and what a model makes of it.

use std::sync::Arc;

use crate::audio::{RATE_HZ, check_channels, check_rate};
use crate::conditioning::style::{Style, check_strength};
use crate::error::{Error, Result};
use crate::host::model::{Identity, Model};
use crate::limits::{MAX_KEEP_MS, MAX_RING_MS, MAX_STEPS};
use crate::motion::{SampleOptions, Sampler};
use crate::session::options::SEED_AUTO;
use crate::speech::SpeechEncoder;

/// How a stream trades delay for care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Latency {
    /// The denoiser of clips, in four steps: 6 frames a hop and 6 of look-ahead, unless asked otherwise.
    #[default]
    Careful,
    /// The pack's live network, in one step of one branch: 2 frames a hop and 1 of look-ahead, unless asked otherwise.
    Fast,
}

impl Latency {
    /// Frames of a hop and of look-ahead, unless asked otherwise.
    pub const fn hop_and_look_ahead(self) -> [usize; 2] {
        match self {
            Self::Careful => [6, 6],
            Self::Fast => [2, 1],
        }
    }
}

/// What a stream does when a face is asked for whose sound is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Underrun {
    /// Silence goes in and the clock goes on: the face idles.
    #[default]
    Idle,
    /// The clock stands still until sound comes.
    Hold,
}

/// Frames before a window's hop that are known to it, where the network takes so many. Of 24 to 100 the fewest that follow the
/// offline motion best: jaw .969, 48 frames .961 (`benches/streams.rs`).
const PAST_FRAMES: usize = 72;
/// Frames of a window of the live network.
const FAST_WINDOW: usize = 30;
/// Denoising steps of a careful stream.
const CAREFUL_STEPS: usize = 4;

/// Options of a stream; `None` is the class's or the pack's own.
#[derive(Clone)]
pub struct StreamOptions {
    /// Rate of the pushed sound, Hz: the unit of the stream's clock.
    pub sample_rate_hz: u32,
    /// Interleaved channels of the pushed sound.
    pub channels: u32,
    /// Same seed, same motion. A stream's sound is not known beforehand: [`SEED_AUTO`] is the number of the stream on its
    /// runtime, in the order of their making, from 0. [`StreamState::seed`](super::state::StreamState::seed) tells it.
    pub seed: u64,
    /// Whose face; `None` is the pack's first.
    pub identity: Option<Arc<Identity>>,
    /// The class.
    pub latency: Latency,
    /// Frames that a window commits.
    pub hop: Option<usize>,
    /// Frames behind a hop that are heard before it is committed.
    pub look_ahead: Option<usize>,
    /// Denoising steps.
    pub steps: Option<usize>,
    /// As [`SessionOptions::noise_scale`](crate::SessionOptions::noise_scale).
    pub noise_scale: Option<f32>,
    /// s_A of eq. 9.
    pub guidance_audio: Option<f32>,
    /// s_P of eq. 9.
    pub guidance_style: Option<f32>,
    /// The style at the start.
    pub style: Option<Arc<StyleHandle>>,
    /// Its strength, see [`StyleTrack::strength`](crate::StyleTrack::strength).
    pub style_strength: f32,
    /// As [`SessionOptions::default_style`](crate::SessionOptions::default_style).
    pub default_style: bool,
    /// As [`SessionOptions::pack_adjustments`](crate::SessionOptions::pack_adjustments).
    pub pack_adjustments: bool,
    /// What happens when sound is missing.
    pub underrun: Underrun,
    /// Sound that may wait for the worker, milliseconds.
    pub ring_ms: u32,
    /// How far back faces can be asked for and results reach, milliseconds. Memory for it is taken at once: 14 KB a second
    /// with the starter's 52 weights, and 23 KB for what a result is revised from.
    pub keep_ms: u32,
}

impl StreamOptions {
    /// The defaults for sound of this form.
    pub fn new(sample_rate_hz: u32, channels: u32) -> Self {
        Self {
            sample_rate_hz,
            channels,
            seed: SEED_AUTO,
            identity: None,
            latency: Latency::Careful,
            hop: None,
            look_ahead: None,
            steps: None,
            noise_scale: None,
            guidance_audio: None,
            guidance_style: None,
            style: None,
            style_strength: 1.0,
            default_style: true,
            pack_adjustments: true,
            underrun: Underrun::Idle,
            ring_ms: 2_000,
            keep_ms: 60_000,
        }
    }
}

/// A style that a model has encoded, for streams: setting it costs nothing.
pub struct StyleHandle {
    pub(crate) code: Vec<f32>,
    pub(crate) winks: bool,
}

impl Model {
    /// Encodes a style for [`Stream::set_style`](super::stream::Stream::set_style). Takes milliseconds and memory: for a host's
    /// own thread, before the style is wanted.
    ///
    /// # Errors
    /// Those of [`style_code`](Self::style_code).
    pub fn prepare_style(&self, style: &Arc<Style>) -> Result<Arc<StyleHandle>> {
        let code = self.style_code(style)?;
        Ok(Arc::new(StyleHandle { code, winks: style.asks_to_wink(self.manifest().emoji.as_ref()) }))
    }
}

/// Options with all that a model says.
pub(crate) struct Settings {
    pub(crate) sampler: Arc<Sampler>,
    pub(crate) sample: SampleOptions,
    pub(crate) hop: usize,
    pub(crate) look_ahead: usize,
    /// Frames of a window: past, hop, look-ahead.
    pub(crate) window: usize,
    /// Frames of the ring and of the past that is kept.
    pub(crate) ring_samples: usize,
    pub(crate) kept_frames: usize,
}

impl Settings {
    /// # Errors
    /// `InvalidArgument` for options out of range; `MissingPart` for a network that the pack lacks.
    pub(crate) fn new(model: &Model, options: &StreamOptions) -> Result<Self> {
        let invalid = |detail: String| Err(Error::InvalidArgument(detail));
        let &StreamOptions { sample_rate_hz, channels, ring_ms, keep_ms, latency, .. } = options;
        check_rate(sample_rate_hz)?;
        check_channels(channels)?;
        if let Some(steps) = options.steps.filter(|steps| !(1..=MAX_STEPS as usize).contains(steps)) {
            return invalid(format!("{steps} steps, expected 1 to {MAX_STEPS}"));
        }
        check_strength("strength of the style", options.style_strength)?;
        let (sampler, steps, longest) = match latency {
            Latency::Careful => {
                let sampler = model.sampler()?;
                (Arc::clone(sampler), CAREFUL_STEPS, sampler.denoiser().config().window)
            }
            Latency::Fast => {
                let sampler = model.live_sampler()?;
                (Arc::clone(sampler), 1, sampler.denoiser().config().window.min(FAST_WINDOW))
            }
        };
        let [hop, look_ahead] = latency.hop_and_look_ahead();
        let (hop, look_ahead) = (options.hop.unwrap_or(hop), options.look_ahead.unwrap_or(look_ahead));
        if hop == 0 || hop.saturating_add(look_ahead) >= longest {
            return invalid(format!(
                "a hop of {hop} frames and {look_ahead} of look-ahead: the hop is at least 1, and both together are fewer \
                 than the {longest} frames of a window"
            ));
        }
        let past = match latency {
            Latency::Careful => PAST_FRAMES.min(longest - hop - look_ahead),
            Latency::Fast => longest - hop - look_ahead,
        };
        if let Some(style) = options.style.as_ref().filter(|style| style.code.len() != sampler.denoiser().config().d_p)
        {
            return invalid(format!("the style is another model's: its code has {} values", style.code.len()));
        }
        let defaults = sampler.defaults();
        let sample = SampleOptions {
            steps: options.steps.unwrap_or(steps),
            eta: 0.0,
            noise_scale: options.noise_scale.unwrap_or(defaults.noise_scale),
            guidance_audio: options.guidance_audio.unwrap_or(defaults.guidance_audio),
            guidance_style: options.guidance_style.unwrap_or(defaults.guidance_style),
            ..defaults.clone()
        };
        sampler.check(&sample)?;
        let fps = f64::from(model.manifest().fps);
        let hop_ms = hop as f64 / fps * 1e3;
        let least_ms = hop_ms.ceil() as u32;
        if !(least_ms..=MAX_RING_MS).contains(&ring_ms) {
            return invalid(format!(
                "ring_ms is {ring_ms}: a hop of {hop} frames takes {least_ms}, at most {MAX_RING_MS} are allowed"
            ));
        }
        let window = past + hop + look_ahead;
        let least_ms = (window as f64 / fps * 1e3).ceil() as u32;
        if !(least_ms..=MAX_KEEP_MS).contains(&keep_ms) {
            return invalid(format!(
                "keep_ms is {keep_ms}: a window takes {least_ms}, at most {MAX_KEEP_MS} are allowed"
            ));
        }
        let ring_samples = (u64::from(ring_ms) * u64::from(sample_rate_hz)).div_ceil(1000) as usize;
        let kept_frames = (f64::from(keep_ms) / 1e3 * fps).ceil() as usize;
        Ok(Self { sampler, sample, hop, look_ahead, window, ring_samples, kept_frames })
    }

    /// Sound that a frame waits for behind its own time at worst, seconds, beside the delay of a resampler.
    pub(crate) fn latency_s(&self, fps: f64, speech: &SpeechEncoder) -> f64 {
        (self.hop + self.look_ahead) as f64 / fps + speech.live_delay() as f64 / f64::from(RATE_HZ)
    }
}
