//! One clip on its way through the encoder, a window at a time.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits::MAX_CLIP_S;
use crate::plan::{Backend, Executable, Port, Section, State};
use crate::signal::{Frames, try_zeros};

use super::RATE_HZ;
use super::chunks::Chunks;
use super::encoder::SpeechEncoder;
use super::input::Input;
use super::interpolate::Interpolator;

/// Encodes one clip in steps of bounded work. A clip up to one window (by default 24 s) is one step, and exact; all
/// windows of a longer one share one compiled plan, memory and time of one window.
///
/// Windows are exact, too, for a log-mel pack without a transformer. With one, a window misses the attention to speech
/// beyond it. Whatever is normalised over the clip (`do_normalize`, `feat_extract_norm: "group"`, `mel_norm: "clip"`) is
/// normalised over the whole clip all the same.
pub struct EncodeJob {
    encoder: Arc<SpeechEncoder>,
    samples: Vec<f32>,
    input: Input,
    chunks: Chunks,
    /// Compiled by the first window, dropped by the last.
    network: Option<Network>,
    interpolator: Interpolator,
}

/// The compiled window and its buffers.
struct Network {
    executable: Box<dyn Executable>,
    state: State,
    section: Section,
    input: Port,
    output: Port,
    values_in: Vec<f32>,
    rows_out: Vec<f32>,
}

impl EncodeJob {
    /// Begins a clip of 16 kHz mono.
    ///
    /// # Errors
    /// `InvalidAudio` when there are no samples, too many, or one that is not finite; `OutOfMemory`.
    pub fn new(encoder: Arc<SpeechEncoder>, samples: Vec<f32>) -> Result<Self> {
        if samples.is_empty() {
            return Err(Error::InvalidAudio("the clip has no samples".to_owned()));
        }
        if samples.len() as f64 > f64::from(MAX_CLIP_S) * RATE_HZ {
            return Err(Error::InvalidAudio(format!("the clip is longer than {MAX_CLIP_S} s")));
        }
        if let Some(at) = samples.iter().position(|x| !x.is_finite()) {
            return Err(Error::InvalidAudio(format!("sample {at} is not finite ({})", samples[at])));
        }
        let (input, chunks) = (encoder.input(&samples), encoder.chunks(samples.len()));
        let interpolator = encoder.interpolator(samples.len())?;
        Ok(Self { encoder, samples, input, chunks, network: None, interpolator })
    }

    /// Does the next step on this thread and the backend's own; the same backend each time. True when all is done.
    ///
    /// # Errors
    /// Those of the backend; the job is of no further use then.
    pub fn advance(&mut self, backend: &dyn Backend) -> Result<bool> {
        let (_, all) = self.chunks.progress();
        if !self.input.prepare(&self.samples, self.chunks.window(), all) {
            return Ok(false);
        }
        let Some(chunk) = self.chunks.next() else { return Ok(true) };
        let network = match &mut self.network {
            Some(network) => network,
            none => none.insert(Network::compile(&self.encoder, &self.chunks, &self.input, &self.samples, backend)?),
        };
        self.input.read(&self.samples, chunk.start, &mut network.values_in);
        network.run()?;
        let width = self.encoder.width();
        let kept = (chunk.kept.start - chunk.start) * width..(chunk.kept.end - chunk.start) * width;
        self.interpolator.push(&network.rows_out[kept]);
        let done = chunk.kept.end == all;
        if done {
            self.network = None;
        }
        Ok(done)
    }

    /// Part done, 0 to 1.
    pub fn fraction(&self) -> f32 {
        let (kept, all) = self.chunks.progress();
        kept as f32 / all as f32
    }

    /// The features.
    ///
    /// # Errors
    /// `InvalidState` before the job is done.
    pub fn finish(self) -> Result<Frames> {
        let (kept, all) = self.chunks.progress();
        if kept < all {
            return Err(Error::InvalidState("the speech is not encoded to its end".to_owned()));
        }
        Ok(self.interpolator.finish())
    }
}

impl Network {
    fn compile(
        encoder: &SpeechEncoder,
        chunks: &Chunks,
        input: &Input,
        samples: &[f32],
        backend: &dyn Backend,
    ) -> Result<Self> {
        let recording = encoder.record(chunks, input, samples);
        let executable = backend.compile(recording.plan)?;
        Ok(Self {
            state: executable.create_state()?,
            executable,
            section: recording.section,
            input: recording.input,
            output: recording.output,
            values_in: try_zeros(1, recording.input_len)?,
            rows_out: try_zeros(chunks.window(), encoder.width())?,
        })
    }

    fn run(&mut self) -> Result<()> {
        self.executable.write(self.input, &self.values_in)?;
        self.executable.run(self.section, &mut self.state)?;
        self.executable.read(self.output, &mut self.rows_out)
    }
}
