//! Where animation frames read among the encoder's rows: linear interpolation over time, as in the paper.

use std::ops::Range;

use super::RATE_HZ;

/// Positions of a clip's frames among its encoder rows. They depend on the clip alone, never on the windows that it is
/// encoded in.
#[derive(Debug, Clone)]
pub struct Positions {
    /// What frame 0 reads, before it is held to the rows that there are.
    start: f64,
    /// From a frame to the next.
    step: f64,
    rows: usize,
    frames: usize,
}

impl Positions {
    /// Of `frames` frames over a clip of `rows` encoder rows: torch's `interpolate` with `align_corners` false
    /// ([`Align::Clip`](crate::pack::Align)) or true ([`Align::ClipCorners`](crate::pack::Align)).
    pub fn over_clip(rows: usize, frames: usize, corners: bool) -> Self {
        let (start, step) = if corners {
            (0.0, if frames > 1 { (rows - 1) as f64 / (frames - 1) as f64 } else { 0.0 })
        } else {
            let step = rows as f64 / frames as f64;
            (0.5 * step - 0.5, step)
        };
        Self { start, step, rows, frames }
    }

    /// Of `frames` frames at `fps` among `rows` encoder rows, of which row j is centred on sample `j·hop + centre`: by
    /// time, wherever the clip ends ([`Align::Rate`](crate::pack::Align)).
    pub fn by_rate(rows: usize, frames: usize, fps: f64, hop: usize, centre: f64) -> Self {
        let frame_samples = RATE_HZ / fps;
        let (start, step) = ((0.5 * frame_samples - centre) / hop as f64, frame_samples / hop as f64);
        Self { start, step, rows, frames }
    }

    /// Frames of the clip.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The row that a frame reads and how far it is on the way to the next one, 0..1; the last row has none after it.
    pub fn of(&self, frame: usize) -> (usize, f32) {
        let position = (self.start + frame as f64 * self.step).clamp(0.0, (self.rows - 1) as f64);
        (position.floor() as usize, position.fract() as f32)
    }

    /// The frames whose row is one of these.
    pub fn frames_of(&self, rows: &Range<usize>) -> Range<usize> {
        self.frames_before(rows.start)..self.frames_before(rows.end)
    }

    /// Number of frames that read a row before this one.
    fn frames_before(&self, row: usize) -> usize {
        let (mut low, mut high) = (0, self.frames);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.of(middle).0 < row { low = middle + 1 } else { high = middle }
        }
        low
    }
}
