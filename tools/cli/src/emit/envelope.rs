//! The outline of a clip, for drawing it.

/// Most stretches.
const STRETCHES: usize = 4096;

/// The loudest sample of each of many equal stretches of a clip, whose length need not be known before.
pub struct Envelope {
    peaks: Vec<f32>,
    /// Frames of a stretch: so many that they are at most [`STRETCHES`].
    stretch: usize,
    /// Frames in the last one.
    frames: usize,
}

impl Default for Envelope {
    fn default() -> Self {
        Self { peaks: Vec::new(), stretch: 1, frames: 1 }
    }
}

impl Envelope {
    /// The next interleaved samples.
    pub fn add(&mut self, interleaved: &[f32], channels: usize) {
        for frame in interleaved.chunks(channels) {
            if self.frames == self.stretch {
                self.begin_stretch();
            }
            let peak = self.peaks.last_mut().expect("one was begun");
            *peak = frame.iter().fold(*peak, |peak, sample| peak.max(sample.abs()));
            self.frames += 1;
        }
    }

    /// The next frames, which are silent.
    pub fn add_silence(&mut self, frames: usize) {
        (0..frames).for_each(|_| self.add(&[0.0], 1));
    }

    fn begin_stretch(&mut self) {
        if self.peaks.len() == STRETCHES {
            self.peaks = self.peaks.chunks(2).map(|two| two.iter().copied().fold(0.0, f32::max)).collect();
            self.stretch *= 2;
        }
        self.peaks.push(0.0);
        self.frames = 0;
    }

    /// 0..1 for each stretch.
    pub fn peaks(&self) -> &[f32] {
        &self.peaks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelope_keeps_the_loudest_of_each_stretch() {
        let mut envelope = Envelope::default();
        envelope.add(&[0.1, -0.7], 2);
        envelope.add(&[0.2, 0.1], 2);
        assert_eq!(envelope.peaks(), [0.7, 0.2]);
    }

    #[test]
    fn stretches_of_a_long_clip_are_longer() {
        let mut envelope = Envelope::default();
        (0..3 * STRETCHES).for_each(|i| envelope.add(&[if i % 7 == 0 { i as f32 } else { 0.0 }], 1));
        let peaks = envelope.peaks();
        assert_eq!(peaks.len(), 3 * STRETCHES / 4);
        assert!(peaks.windows(8).all(|eight| eight.iter().copied().fold(0.0, f32::max) > 0.0));
        assert!(
            peaks.iter().enumerate().all(|(i, &peak)| peak == 0.0 || (4 * i..4 * i + 4).contains(&(peak as usize)))
        );
    }
}
