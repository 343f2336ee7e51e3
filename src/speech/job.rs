//! One clip on its way through the encoder, a window at a time.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits::MAX_CLIP_S;
use crate::plan::{Backend, DeviceFrames, Executable, State};
use crate::signal::try_zeros;

use super::RATE_HZ;
use super::chunks::{Chunk, Chunks};
use super::encoder::{Recording, SpeechEncoder};
use super::input::Input;
use super::interpolate::Positions;

/// Encodes a clip in steps of bounded work. A clip up to one window (by default 24 s) is one step, and exact; all
/// windows of a longer one share one compiled plan, memory and time of one window.
///
/// Windows are exact, too, for a log-mel pack without a transformer. With one, a window misses the attention to speech
/// beyond it. Whatever is normalised over the clip (`do_normalize`, `feat_extract_norm: "group"`, `mel_norm: "clip"`) is
/// normalised over the whole clip all the same.
///
/// A frame is interpolated in the window that keeps its first row; its second one may be of the window's context.
pub struct EncodeJob {
    encoder: Arc<SpeechEncoder>,
    samples: Vec<f32>,
    input: Input,
    chunks: Chunks,
    positions: Positions,
    /// Compiled by the first window, dropped by the last.
    network: Option<Network>,
    /// The window that the network has taken in.
    current: Option<Chunk>,
    /// Encoder rows that are done.
    done: usize,
    /// Made with the network.
    features: Option<DeviceFrames>,
}

/// The compiled window and its buffers.
struct Network {
    executable: Box<dyn Executable>,
    state: State,
    recording: Recording,
    values_in: Vec<f32>,
    positions_in: Vec<f32>,
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
        let positions = encoder.positions(samples.len());
        let (network, current, features) = (None, None, None);
        Ok(Self { encoder, samples, input, chunks, positions, network, current, done: 0, features })
    }

    /// Does the next step on this thread and the backend's own; the same backend each time. True when all is done.
    ///
    /// # Errors
    /// Those of the backend; the job is of no further use then.
    pub fn advance(&mut self, backend: &dyn Backend) -> Result<bool> {
        if !self.input.prepare(&self.samples, self.chunks.window(), self.chunks.frames()) {
            return Ok(false);
        }
        if self.current.is_none() {
            let Some(chunk) = self.chunks.next() else { return Ok(true) };
            self.take_in(&chunk, backend)?;
            self.current = Some(chunk);
        }
        let (Some(Chunk { kept, .. }), Some(network), Some(features)) =
            (&self.current, &mut self.network, &mut self.features)
        else {
            unreachable!("a window was taken in")
        };
        if network.executable.advance(&[network.recording.section], &mut network.state)? == 0 {
            return Ok(false);
        }
        let frames = self.positions.frames_of(kept);
        let values = 0..frames.len() * features.width;
        let offset = frames.start * features.width;
        network.executable.store(network.recording.output, values, &mut features.tensor, offset)?;
        self.done = kept.end;
        self.current = None;
        let all = self.done == self.chunks.frames();
        if all {
            self.network = None;
        }
        Ok(all)
    }

    /// Part done, 0 to 1.
    pub fn fraction(&self) -> f32 {
        self.done as f32 / self.chunks.frames() as f32
    }

    /// The features, in the memory of the backend that the job ran on.
    ///
    /// # Errors
    /// `InvalidState` before the job is done.
    pub fn finish(self) -> Result<DeviceFrames> {
        let all = self.done == self.chunks.frames();
        let features = self.features.filter(|_| all);
        features.ok_or_else(|| Error::InvalidState("the speech is not encoded to its end".to_owned()))
    }

    /// Writes the input of a window; compiles its plan first when there is none.
    fn take_in(&mut self, chunk: &Chunk, backend: &dyn Backend) -> Result<()> {
        let network = match &mut self.network {
            Some(network) => network,
            none => {
                self.features = Some(DeviceFrames::zeros(backend, self.positions.frames(), self.encoder.width())?);
                let chunks = self.chunks.clone().chain([chunk.clone()]);
                let frames = chunks.map(|chunk| self.positions.frames_of(&chunk.kept).len());
                // A window between two frames of a slow animation gives none.
                let frames = frames.max().unwrap_or(0).max(1);
                let recording = self.encoder.record(&self.chunks, &self.input, &self.samples, frames)?;
                none.insert(Network::compile(recording, backend)?)
            }
        };
        self.input.read(&self.samples, chunk.start, &mut network.values_in);
        let frames = self.positions.frames_of(&chunk.kept);
        for (position, frame) in network.positions_in.chunks_exact_mut(2).zip(frames) {
            let (row, part) = self.positions.of(frame);
            position.copy_from_slice(&[(row - chunk.start) as f32, part]);
        }
        network.executable.write(network.recording.input, &network.values_in)?;
        network.executable.write(network.recording.positions, &network.positions_in)
    }
}

impl Network {
    fn compile(recording: Recording, backend: &dyn Backend) -> Result<Self> {
        let executable = backend.compile(Arc::clone(&recording.plan))?;
        Ok(Self {
            state: executable.create_state()?,
            values_in: try_zeros(1, recording.input_len)?,
            positions_in: try_zeros(recording.frames, 2)?,
            executable,
            recording,
        })
    }
}
