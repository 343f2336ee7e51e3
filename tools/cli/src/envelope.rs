//! The outline of a clip, for drawing it.

/// The loudest sample of each of many equal stretches of a clip, for drawing it.
pub struct Envelope {
    peaks: Vec<f32>,
    frame: usize,
    frame_count: usize,
}

impl Envelope {
    /// For a clip of `frame_count` frames.
    pub fn new(frame_count: usize) -> Self {
        const STRETCHES: usize = 4096;
        Self { peaks: vec![0.0; STRETCHES.min(frame_count.max(1))], frame: 0, frame_count: frame_count.max(1) }
    }

    /// The next interleaved samples.
    pub fn add(&mut self, interleaved: &[f32], channels: usize) {
        for frame in interleaved.chunks(channels) {
            let stretch = (self.frame * self.peaks.len() / self.frame_count).min(self.peaks.len() - 1);
            let loudest = frame.iter().fold(self.peaks[stretch], |peak, sample| peak.max(sample.abs()));
            self.peaks[stretch] = loudest;
            self.frame += 1;
        }
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
        let mut envelope = Envelope::new(2);
        envelope.add(&[0.1, -0.7], 2);
        envelope.add(&[0.2, 0.1], 2);
        assert_eq!(envelope.peaks(), [0.7, 0.2]);
    }
}
