//! Speech as it comes through Wav2Vec2, whose rows attend to all that they are given: by chunks.
//!
//! A chunk ends at the newest row that the frames which are asked for read, and reaches back by the pack's context
//! (`audio.context_s`) before the first frame that it gives. It gives the new frames and as many before them, which have heard
//! more since. So features are those of the chunk as a clip of its own, not those of the whole clip.
//!
//! Cost of a step: that of [`rows_of_step`](LiveChunks::rows_of_step) rows, and their attention.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::{self, Backend, Executable, Plan, PlanBuilder, Port, Recorded, Section, State, ops};
use crate::signal::{Frames, try_zeros};
use crate::unit::Unit;

use super::RATE_HZ;
use super::encoder::{ChunkParts, SpeechPrograms};

/// A recorded chunk.
pub(super) struct ChunkRecording {
    section: Section,
    samples: Port,
    /// Where frames read, [frames, 2].
    positions: Port,
    /// [frames, d_a]
    features: Port,
}

/// The extractor's rows since the first sample, and where frames read among them.
#[derive(Clone, Copy)]
struct Rows {
    /// Samples from a row to the next, and of a row.
    hop: usize,
    receptive_field: usize,
    /// Samples of a frame.
    frame_samples: f64,
}

impl Rows {
    /// Row j is centred on sample j·hop + receptive field / 2.
    fn position(self, frame: isize) -> f64 {
        ((frame as f64 + 0.5) * self.frame_samples - self.receptive_field as f64 / 2.0) / self.hop as f64
    }

    /// Rows that the frames before number `frames` read.
    fn end(self, frames: usize) -> isize {
        self.position(frames as isize - 1).floor() as isize + 2
    }
}

/// The Wav2Vec2 encoder of one stream.
pub(super) struct LiveChunks {
    recorded: Arc<Recorded<ChunkRecording>>,
    executable: Box<dyn Executable>,
    state: State,
    /// The last samples: sample i is number i modulo their count.
    heard: Vec<f32>,
    heard_end: usize,
    rows: Rows,
    /// Rows of a chunk.
    count: usize,
    /// Frames of a step that may be new, and frames before the first sample.
    new_frames: usize,
    before: usize,
    /// Frames whose features were given, less those before the first sample; `None` before any.
    done: Option<usize>,
    input: Vec<f32>,
    positions: Vec<f32>,
    features: Frames,
}

impl LiveChunks {
    /// [`LiveSpeech::new`](super::LiveSpeech::new) of these networks.
    pub(super) async fn new(
        parts: ChunkParts<'_>,
        backend: &dyn Backend,
        programs: Option<&SpeechPrograms>,
        [new_frames, before]: [usize; 2],
        unit: &Unit,
    ) -> Result<Self> {
        let (hop, receptive_field) = (parts.extractor.hop(), parts.extractor.receptive_field());
        let rows = Rows { hop, receptive_field, frame_samples: RATE_HZ / f64::from(parts.fps) };
        // New ones, as many before them, and one that is under way between.
        let frames = 2 * new_frames + 1;
        let count = parts.context_rows + (frames as f64 * rows.frame_samples / hop as f64).ceil() as usize + 2;
        let samples = (count - 1) * hop + receptive_field;
        let record = async { Ok(ChunkRecording::record(&parts, samples, frames)) };
        let recorded = match programs {
            Some(programs) => programs.chunks.get_or_prepare(backend, [samples, frames], record, unit).await?,
            None => Arc::new(plan::prepare(backend, record, unit).await?),
        };
        let executable = Arc::clone(&recorded.program).executable()?;
        // Those of a step may come before it.
        let kept = samples + (2.0 * (new_frames + 1) as f64 * rows.frame_samples) as usize + receptive_field;
        Ok(Self {
            state: executable.create_state()?,
            heard: try_zeros(kept, 1)?,
            heard_end: 0,
            rows,
            count,
            new_frames,
            before,
            done: None,
            input: try_zeros(samples, 1)?,
            positions: try_zeros(frames, 2)?,
            features: Frames::try_zeros(frames, parts.width)?,
            executable,
            recorded,
        })
    }

    pub(super) fn rows_of_step(&self) -> usize {
        self.count
    }

    pub(super) fn restart(&mut self) {
        (self.heard_end, self.done) = (0, None);
    }

    pub(super) fn push(&mut self, sample: f32) {
        let place = self.heard_end % self.heard.len();
        self.heard[place] = sample;
        self.heard_end += 1;
    }

    pub(super) fn samples_for(&self, frames: usize) -> usize {
        ((self.rows.end(frames) - 1) * self.rows.hop as isize + self.rows.receptive_field as isize).max(0) as usize
    }

    pub(super) async fn hear(
        &mut self,
        frames: usize,
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        if self.done.is_none() {
            // Silence sounds the same wherever it is heard.
            self.compute(0, unit, &mut |_, _| ()).await?;
            (-(self.before as isize)..0).for_each(|frame| take(frame, self.features.row(0)));
        }
        let mut done = self.done.unwrap_or(0);
        while done < frames {
            done = frames.min(done + self.new_frames);
            self.compute(done, unit, take).await?;
            unit.pause().await;
        }
        self.done = Some(done);
        Ok(())
    }

    pub(super) async fn foresee(
        &mut self,
        frames: usize,
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        self.compute(frames, unit, take).await
    }

    /// Computes a chunk that ends with the frames before number `frames`; where nothing was heard it is silent.
    async fn compute(
        &mut self,
        frames: usize,
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        let (rows, first) = (self.rows, frames as isize - self.features.len() as isize);
        let first_row = rows.end(frames) - self.count as isize;
        let known = (self.heard_end.saturating_sub(self.heard.len()) as isize)..self.heard_end as isize;
        for (value, sample) in self.input.iter_mut().zip(first_row * rows.hop as isize..) {
            let heard = known.contains(&sample).then(|| self.heard[sample as usize % self.heard.len()]);
            *value = heard.unwrap_or(0.0);
        }
        for (place, frame) in self.positions.chunks_exact_mut(2).zip(first..) {
            let at = rows.position(frame) - first_row as f64;
            place.copy_from_slice(&[at.floor() as f32, at.fract() as f32]);
        }
        let (ports, executable) = (&self.recorded.ports, &mut self.executable);
        executable.write(ports.samples, &self.input)?;
        executable.write(ports.positions, &self.positions)?;
        while executable.advance(&[ports.section], &mut self.state)? == 0 {
            unit.pause().await;
        }
        executable.read(ports.features, &mut self.features.data)?;
        for (row, frame) in self.features.data.chunks_exact(self.features.width).zip(first..) {
            take(frame, row);
        }
        Ok(())
    }
}

impl ChunkRecording {
    fn record(parts: &ChunkParts<'_>, samples: usize, frames: usize) -> (Self, Arc<Plan>) {
        let mut plan = PlanBuilder::new();
        let section = plan.section("live speech");
        let (port, x) = plan.input("speech", 1, samples, 1);
        let features = parts.extractor.record(&mut plan, x);
        let encoded = parts.context.record(&mut plan, features).output;
        let (positions, position_view) = plan.input("positions", 1, frames, 2);
        let (features, out) = plan.output("features", 1, frames, encoded.cols);
        plan.push(ops::Interpolate { x: encoded, positions: position_view, out });
        (Self { section, samples: port, positions, features }, Arc::new(plan.finish()))
    }
}
