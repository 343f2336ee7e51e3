//! Speech as it comes through the log-mel network, whose rows see a bounded part of the sound.
//!
//! A row sees its [context](super::ResidualConv::context) to both sides. Behind the last sample there is
//! none yet: those rows are zero, as behind the end of a clip, and what saw them is computed again with the next step. Every
//! block's left side is kept. So a frame's features change until all that they see was heard, then no more. Before the first
//! sample there is silence, which the running mean does not follow.
//!
//! Cost of a step: that of [`rows_of_step`](LiveRows::rows_of_step) rows, however long the sound is.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::{self, Backend, Executable, Plan, PlanBuilder, Port, Recorded, Section, State, ops};
use crate::signal::{Frames, try_zeros};
use crate::unit::Unit;

use super::RATE_HZ;
use super::encoder::{MEL_HOP, RowParts, SpeechPrograms};
use super::mel::{LiveMel, MEL_BANDS};

/// Log-mel rows that a step reads beside two for each of its rows: the network's kernel is five wide.
const MORE_MEL_ROWS: usize = 3;
/// Rows of a step beside the new ones and those whose future was cut: a frame reads two rows, and stands between them.
const MORE_ROWS: usize = 5;

/// A recorded step.
pub(super) struct RowRecording {
    section: Section,
    /// Log-mel rows, [2·rows + 3, 80].
    mel: Port,
    /// 1, or 0 for rows before the silence, `[rows]`.
    mask: Port,
    /// What each block reads before the rows, [dilation, width].
    left: Vec<Port>,
    /// What each block makes of the rows, [rows, width].
    kept: Vec<Port>,
    /// Where frames read, [frames, 2].
    positions: Port,
    /// [frames, d_a]
    features: Port,
}

/// The log-mel encoder of one stream.
pub(super) struct LiveRows {
    recorded: Arc<Recorded<RowRecording>>,
    executable: Box<dyn Executable>,
    state: State,
    mel: LiveMel,
    /// The last log-mel rows: row r is number r modulo their count.
    mel_rows: Frames,
    /// Log-mel rows so far, and rows of the network, those of the silence among them.
    mel_end: usize,
    end: usize,
    /// Rows of a step, and how many of them may be new.
    rows: usize,
    new_rows: usize,
    /// Rows of silence before the first sample.
    silence: usize,
    /// Rows of the network from a frame to the next.
    step: f64,
    /// Of each block: its input at the last rows, and before these as far as it reads, [dilation + rows, width].
    left: Vec<Frames>,
    features: Frames,
    input: Vec<f32>,
    positions: Vec<f32>,
    mask: Vec<f32>,
}

impl LiveRows {
    /// [`LiveSpeech::new`](super::LiveSpeech::new) of these networks.
    pub(super) async fn new(
        parts: RowParts<'_>,
        backend: &dyn Backend,
        programs: Option<&SpeechPrograms>,
        [frames, before]: [usize; 2],
        unit: &Unit,
    ) -> Result<Self> {
        let step = RATE_HZ / f64::from(parts.fps) / MEL_HOP as f64;
        let new_rows = (frames as f64 * step).ceil() as usize + 1;
        let rows = new_rows + parts.network.context() + MORE_ROWS;
        let frames = ((rows - 2) as f64 / step) as usize;
        let silence = (before as f64 * step).ceil() as usize + 1;
        let record = async { Ok(RowRecording::record(&parts, rows, frames)) };
        let recorded = match programs {
            Some(programs) => programs.rows.get_or_prepare(backend, [rows, frames], record, unit).await?,
            None => Arc::new(plan::prepare(backend, record, unit).await?),
        };
        let executable = Arc::clone(&recorded.program).executable()?;
        let width = parts.network.width();
        let left = parts.network.dilations().map(|dilation| Frames::try_zeros(dilation + rows, width));
        let mut live = Self {
            state: executable.create_state()?,
            mel: LiveMel::new(parts.mean),
            mel_rows: Frames::try_zeros(2 * (silence + rows + new_rows), MEL_BANDS)?,
            mel_end: 0,
            end: 0,
            rows,
            new_rows,
            silence,
            step,
            left: left.collect::<Result<_>>()?,
            features: Frames::try_zeros(frames, width)?,
            input: try_zeros(2 * rows + MORE_MEL_ROWS, MEL_BANDS)?,
            positions: try_zeros(frames, 2)?,
            mask: try_zeros(rows, 1)?,
            executable,
            recorded,
        };
        live.begin();
        Ok(live)
    }

    /// Rows of the network that a step computes.
    pub(super) fn rows_of_step(&self) -> usize {
        self.rows
    }

    /// Sound from a first sample on again; with `keep_mean` the running mean is that of what was heard before.
    pub(super) fn restart(&mut self, keep_mean: bool) {
        self.mel.restart(keep_mean);
        self.left.iter_mut().for_each(|left| left.data.fill(0.0));
        (self.mel_end, self.end) = (0, 0);
        self.begin();
    }

    fn begin(&mut self) {
        let silence = self.mel.silence();
        (0..2 * self.silence).for_each(|_| self.keep(&silence));
    }

    /// Takes a 16 kHz sample. The samples of about as many frames as a step has may be taken before each
    /// [`hear`](Self::hear).
    pub(super) fn push(&mut self, sample: f32) {
        if let Some(row) = self.mel.push(sample) {
            self.keep(&row);
        }
    }

    fn keep(&mut self, row: &[f32; MEL_BANDS]) {
        let place = self.mel_end % self.mel_rows.len();
        self.mel_rows.row_mut(place).copy_from_slice(row);
        self.mel_end += 1;
    }

    /// Samples that features of the frames before number `frames` wait for.
    pub(super) fn samples_for(&self, frames: usize) -> usize {
        let end = frames as f64 * self.step * MEL_HOP as f64;
        (end / LiveMel::HOP as f64) as usize * LiveMel::HOP + LiveMel::DELAY
    }

    /// Computes features of the frames before number `frames`, as far as what was heard changes them: `take` gets the number of
    /// each, below 0 for those in the silence, and its d_a values. What frames see behind the last sample is not there yet.
    ///
    /// # Errors
    /// Those of the backend.
    pub(super) async fn hear(
        &mut self,
        frames: usize,
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        let end = (frames as f64 * self.step).ceil() as usize + self.silence;
        while self.end < end {
            let next = end.min(self.end + self.new_rows);
            let heard = ((next as f64 - self.silence as f64) / self.step).floor() as isize;
            self.compute(next, heard.min(frames as isize), &[0.0; MEL_BANDS], unit, take).await?;
            self.keep_left(next)?;
            unit.pause().await;
        }
        Ok(())
    }

    /// Features of the frames before number `frames` if silence follows what was heard: at most the new frames of a step behind
    /// the last [`hear`](Self::hear), of which nothing is kept.
    ///
    /// # Errors
    /// Those of the backend.
    pub(super) async fn foresee(
        &mut self,
        frames: usize,
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        let end = (frames as f64 * self.step).ceil() as usize + self.silence;
        let silence = self.mel.silence();
        self.compute(end.min(self.end + self.new_rows), frames as isize, &silence, unit, take).await
    }

    /// Computes the rows up to `next`, and features of frames up to `frames`; log-mel rows that are not known are `unknown`.
    async fn compute(
        &mut self,
        next: usize,
        frames: isize,
        unknown: &[f32; MEL_BANDS],
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        let first = frames - self.features.len() as isize;
        self.write(next, first, unknown)?;
        while self.executable.advance(&[self.recorded.ports.section], &mut self.state)? == 0 {
            unit.pause().await;
        }
        self.executable.read(self.recorded.ports.features, &mut self.features.data)?;
        for (row, frame) in self.features.data.chunks_exact(self.features.width).zip(first..) {
            take(frame, row);
        }
        Ok(())
    }

    /// Writes what the step up to row `next` reads, for frames from number `first` on.
    fn write(&mut self, next: usize, first: isize, unknown: &[f32; MEL_BANDS]) -> Result<()> {
        let (ports, executable) = (&self.recorded.ports, &mut self.executable);
        let first_row = next as isize - self.rows as isize;
        // A row more than two for each row would be the first one's behind them, which is not there yet.
        let (known, end) = (0..self.mel_end.min(2 * next) as isize, 2 * next as isize);
        for (values, row) in self.input.chunks_exact_mut(MEL_BANDS).zip(2 * first_row - 2..) {
            match known.contains(&row) {
                true => values.copy_from_slice(self.mel_rows.row(row as usize % self.mel_rows.len())),
                false if (known.end..end).contains(&row) => values.copy_from_slice(unknown),
                false => values.fill(0.0),
            }
        }
        executable.write(ports.mel, &self.input)?;
        for (mask, row) in self.mask.iter_mut().zip(first_row..) {
            *mask = f32::from(u8::from(row >= 0));
        }
        executable.write(ports.mask, &self.mask)?;
        let new = next - self.end;
        for (port, left) in ports.left.iter().zip(&self.left) {
            let before = left.len() - self.rows;
            executable.write(*port, &left.data[new * left.width..(new + before) * left.width])?;
        }
        let start = (0.5 * self.step - 0.5) + self.silence as f64;
        for (position, frame) in self.positions.chunks_exact_mut(2).zip(first..) {
            let row = (start + frame as f64 * self.step).clamp(first_row.max(0) as f64, (next - 1) as f64);
            position.copy_from_slice(&[(row.floor() as isize - first_row) as f32, row.fract() as f32]);
        }
        executable.write(ports.positions, &self.positions)
    }

    /// Keeps what the step up to row `next` gave for the next one.
    fn keep_left(&mut self, next: usize) -> Result<()> {
        let (ports, executable) = (&self.recorded.ports, &mut self.executable);
        let new = next - self.end;
        for (port, left) in ports.kept.iter().zip(&mut self.left) {
            let before = (left.len() - self.rows) * left.width;
            left.data.copy_within(new * left.width..new * left.width + before, 0);
            executable.read(*port, &mut left.data[before..])?;
        }
        self.end = next;
        Ok(())
    }
}

impl RowRecording {
    fn record(parts: &RowParts<'_>, rows: usize, frames: usize) -> (Self, Arc<Plan>) {
        let mut plan = PlanBuilder::new();
        let section = plan.section("live speech");
        let (mel, x) = plan.input("log-mel rows", 1, 2 * rows + MORE_MEL_ROWS, MEL_BANDS);
        let (mask, mask_view) = plan.input("mask", 1, rows, 1);
        let width = parts.network.width();
        let left = parts.network.dilations().map(|dilation| plan.input("left side", 1, dilation, width));
        let (left, left_views): (Vec<_>, Vec<_>) = left.unzip();
        let (features, inputs) = parts.network.record_live(&mut plan, x, &left_views, mask_view);
        let encoded = parts.norm.record(&mut plan, "speech_norm", features);
        let kept = inputs.into_iter().map(|input| {
            let (port, view) = plan.output("block input", 1, rows, width);
            plan.copy(input, view);
            port
        });
        let kept = kept.collect();
        let (positions, position_view) = plan.input("positions", 1, frames, 2);
        let (features, out) = plan.output("features", 1, frames, encoded.cols);
        plan.push(ops::Interpolate { x: encoded, positions: position_view, out });
        (Self { section, mel, mask, left, kept, positions, features }, Arc::new(plan.finish()))
    }
}
