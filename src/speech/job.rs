//! One clip on its way through the encoder, a window at a time.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits::MAX_CLIP_S;
use crate::plan::{Backend, DeviceFrames, Executable, Recorded, State};
use crate::signal::try_zeros;
use crate::unit::Unit;

use super::RATE_HZ;
use super::chunks::Chunk;
use super::encoder::{Recording, SpeechEncoder, SpeechPrograms};
use super::interpolate::Positions;

/// Samples that are looked at between two pauses.
const SAMPLES_AT_ONCE: usize = 1 << 16;

/// The memory of the windows, and what they take in.
struct Network {
    recorded: Arc<Recorded<Recording>>,
    executable: Box<dyn Executable>,
    state: State,
    values: Vec<f32>,
    positions: Vec<f32>,
}

impl SpeechEncoder {
    /// Features of a clip of 16 kHz mono in the memory of the backend, by units of bounded work; `show` hears of the part done,
    /// 0 to 1. A clip up to one window (by default 24 s) is exact; all windows of a longer one share one program, memory and
    /// time of one window.
    ///
    /// Windows are exact, too, for a log-mel pack without a transformer. With one, a window misses the attention to speech
    /// beyond it. Whatever is normalised over the clip (`do_normalize`, `feat_extract_norm: "group"`, `mel_norm: "clip"`) is
    /// normalised over the whole clip all the same.
    ///
    /// A frame is interpolated in the window that keeps its first row; its second one may be of the window's context.
    ///
    /// # Errors
    /// `InvalidAudio` when there are no samples, too many, or one that is not finite; `OutOfMemory`; those of the backend.
    pub async fn encode_in(
        &self,
        backend: &dyn Backend,
        programs: Option<&SpeechPrograms>,
        samples: &[f32],
        unit: &Unit,
        show: &mut (dyn FnMut(f32) + Send),
    ) -> Result<DeviceFrames> {
        check(samples, unit).await?;
        let (mut input, mut chunks) = (self.input(samples), self.chunks(samples.len()));
        let positions = self.positions(samples.len());
        input.prepare(samples, chunks.frames(), unit).await;
        let mut features = DeviceFrames::zeros(backend, positions.frames(), self.width())?;
        let most = chunks.clone().map(|chunk| positions.frames_of(&chunk.kept).len()).max();
        // A window between two frames of a slow animation gives none.
        let frames = most.unwrap_or(0).max(1);
        let recorded = self.program(backend, programs, (&chunks, &input, samples), frames, unit).await?;
        let mut network = Network::new(recorded)?;
        let all = chunks.frames();
        while let Some(chunk) = chunks.next() {
            input.hear(samples, chunk.start + chunks.window(), unit).await;
            input.read(samples, chunk.start, &mut network.values);
            network.take_in(&chunk, &positions)?;
            while network.executable.advance(&[network.recorded.ports.section], &mut network.state)? == 0 {
                unit.pause().await;
            }
            network.give(&chunk, &positions, &mut features)?;
            show(chunk.kept.end as f32 / all as f32);
            unit.pause().await;
        }
        while !network.executable.free_part(&mut network.state) {
            unit.pause().await;
        }
        Ok(features)
    }
}

async fn check(samples: &[f32], unit: &Unit) -> Result<()> {
    if samples.is_empty() {
        return Err(Error::InvalidAudio("the clip has no samples".to_owned()));
    }
    if samples.len() as f64 > f64::from(MAX_CLIP_S) * RATE_HZ {
        return Err(Error::InvalidAudio(format!("the clip is longer than {MAX_CLIP_S} s")));
    }
    for (number, piece) in samples.chunks(SAMPLES_AT_ONCE).enumerate() {
        if let Some(at) = piece.iter().position(|x| !x.is_finite()) {
            let (at, sample) = (number * SAMPLES_AT_ONCE + at, piece[at]);
            return Err(Error::InvalidAudio(format!("sample {at} is not finite ({sample})")));
        }
        unit.pause().await;
    }
    Ok(())
}

impl Network {
    fn new(recorded: Arc<Recorded<Recording>>) -> Result<Self> {
        let executable = Arc::clone(&recorded.program).executable()?;
        Ok(Self {
            state: executable.create_state()?,
            values: try_zeros(1, recorded.ports.input_len)?,
            positions: try_zeros(recorded.ports.frames, 2)?,
            executable,
            recorded,
        })
    }

    /// Writes the input of a window.
    fn take_in(&mut self, chunk: &Chunk, positions: &Positions) -> Result<()> {
        let frames = positions.frames_of(&chunk.kept);
        for (position, frame) in self.positions.chunks_exact_mut(2).zip(frames) {
            let (row, part) = positions.of(frame);
            position.copy_from_slice(&[(row - chunk.start) as f32, part]);
        }
        self.executable.write(self.recorded.ports.input, &self.values)?;
        self.executable.write(self.recorded.ports.positions, &self.positions)
    }

    /// Copies the frames of a window to their place among the features.
    fn give(&mut self, chunk: &Chunk, positions: &Positions, features: &mut DeviceFrames) -> Result<()> {
        let frames = positions.frames_of(&chunk.kept);
        let (values, offset) = (0..frames.len() * features.width, frames.start * features.width);
        self.executable.store(self.recorded.ports.output, values, &mut features.tensor, offset)
    }
}
