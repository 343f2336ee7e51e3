//! Encoder frames to animation frames: linear interpolation over time, as in the paper, rows coming in piece by piece.

use crate::error::Result;
use crate::signal::Frames;

use super::RATE_HZ;

/// Interpolates the rows of one clip. Where a frame reads depends on the clip alone, never on the pieces.
#[derive(Debug)]
pub struct Interpolator {
    /// Position among the encoder's rows that animation frame 0 reads.
    start: f64,
    /// Positions from a frame to the next.
    step: f64,
    rows: usize,
    frames: usize,
    /// The row before the next one to come, which later frames may still read.
    last_row: Vec<f32>,
    received: usize,
    out: Frames,
}

impl Interpolator {
    /// From `rows` encoder rows of `width` columns to `frames` frames over the clip: torch's `interpolate` with
    /// `align_corners` false ([`Align::Clip`](crate::pack::Align)) or true ([`Align::ClipCorners`](crate::pack::Align)).
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn over_clip(rows: usize, frames: usize, width: usize, corners: bool) -> Result<Self> {
        let (start, step) = if corners {
            (0.0, if frames > 1 { (rows - 1) as f64 / (frames - 1) as f64 } else { 0.0 })
        } else {
            let step = rows as f64 / frames as f64;
            (0.5 * step - 0.5, step)
        };
        Self::new(start, step, rows, frames, width)
    }

    /// From `rows` encoder rows, of which row j is centred on sample `j·hop + centre`, to `frames` frames at `fps`: by
    /// time, wherever the clip ends ([`Align::Rate`](crate::pack::Align)).
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn by_rate(rows: usize, frames: usize, width: usize, fps: f64, hop: usize, centre: f64) -> Result<Self> {
        let frame_samples = RATE_HZ / fps;
        Self::new((0.5 * frame_samples - centre) / hop as f64, frame_samples / hop as f64, rows, frames, width)
    }

    fn new(start: f64, step: f64, rows: usize, frames: usize, width: usize) -> Result<Self> {
        let mut out = Frames::try_zeros(frames, width)?;
        out.data.clear();
        Ok(Self { start, step, rows, frames, last_row: Vec::new(), received: 0, out })
    }

    /// Takes the next rows, and gives all frames that can be given.
    pub fn push(&mut self, rows: &[f32]) {
        let width = self.out.width;
        let first = self.received;
        self.received += rows.len() / width;
        while self.out.len() < self.frames {
            let position = (self.start + self.out.len() as f64 * self.step).clamp(0.0, (self.rows - 1) as f64);
            let (low, part) = (position.floor() as usize, position.fract() as f32);
            let high = (low + 1).min(self.rows - 1);
            if high >= self.received {
                break;
            }
            let row = |at: usize| match at.checked_sub(first) {
                Some(at) => &rows[at * width..(at + 1) * width],
                None => &self.last_row[..],
            };
            self.out.data.extend(row(low).iter().zip(row(high)).map(|(a, b)| a + (b - a) * part));
        }
        self.last_row.clear();
        self.last_row.extend_from_slice(&rows[rows.len() - width..]);
    }

    /// The frames so far.
    pub fn finish(self) -> Frames {
        self.out
    }
}
