//! How loud a sound is, and whether it is cut at full scale: for a warning where the model will hear little.

/// Blocks in a second.
const BLOCKS_A_SECOND: u32 = 50;
/// Quieter blocks than this are silence, dBFS.
const SILENCE_DBFS: i32 = -90;
/// Blocks so much below the mean of the others are pauses, dB.
const PAUSE_DB: f64 = 10.0;
/// Speech below this is told of, dBFS: the starter's jaw follows hello.wav at -54 dBFS as it does at -14 (r .94), at -64 no more
/// (r .55, half as far).
const QUIET_DBFS: f64 = -50.0;
/// What speech is usually recorded at, dBFS.
const USUAL_DBFS: i32 = -20;
/// Peaks above this are told of, full scale being 1: only floats have them.
const MOST_PEAK: f32 = 2.0;
/// From here to 1, samples count as cut off where three or more lie side by side.
const CUT: f32 = 0.999;
const LEAST_RUN: u32 = 3;
/// Share of cut samples that is told of.
const CUT_SHARE: f64 = 0.001;

/// Measures the mean of all channels in blocks.
pub struct Level {
    channels: usize,
    block: usize,
    /// Frames and energy of the current block.
    frames: usize,
    energy: f64,
    /// Blocks, and the sum of their mean squares, by their whole dBFS from silence up.
    blocks: Vec<(u64, f64)>,
    peak: f32,
    /// For each channel: how many samples at the end lie at full scale, and on which side.
    runs: Vec<(u32, bool)>,
    cut: u64,
    samples: u64,
}

impl Level {
    /// For a sound of this rate and so many channels.
    pub fn new(rate_hz: u32, channels: u32) -> Self {
        let (channels, block) = (channels as usize, (rate_hz / BLOCKS_A_SECOND).max(1) as usize);
        let (blocks, runs) = (Vec::new(), vec![(0, false); channels]);
        Self { channels, block, frames: 0, energy: 0.0, blocks, peak: 0.0, runs, cut: 0, samples: 0 }
    }

    /// The next interleaved samples, whole frames.
    pub fn add(&mut self, piece: &[f32]) {
        for frame in piece.chunks_exact(self.channels) {
            let mut sum = 0.0;
            for (sample, run) in frame.iter().zip(&mut self.runs) {
                sum += f64::from(*sample);
                let loud = sample.abs();
                self.peak = self.peak.max(loud);
                let side = sample.is_sign_positive();
                *run = match (CUT..=1.0).contains(&loud) {
                    true if run.1 == side => (run.0 + 1, side),
                    true => (1, side),
                    false => (0, side),
                };
                self.cut += match run.0 {
                    LEAST_RUN => u64::from(LEAST_RUN),
                    run => u64::from(run > LEAST_RUN),
                };
            }
            self.energy += (sum / self.channels as f64).powi(2);
            self.frames += 1;
            if self.frames == self.block {
                self.end_block();
            }
        }
        self.samples += piece.len() as u64;
    }

    fn end_block(&mut self) {
        let power = self.energy / self.frames.max(1) as f64;
        (self.energy, self.frames) = (0.0, 0);
        let dbfs = 10.0 * power.log10();
        if dbfs < f64::from(SILENCE_DBFS) {
            return;
        }
        let place = (dbfs - f64::from(SILENCE_DBFS)) as usize;
        if self.blocks.len() <= place {
            self.blocks.resize(place + 1, (0, 0.0));
        }
        let (count, sum) = &mut self.blocks[place];
        (*count, *sum) = (*count + 1, *sum + power);
    }

    /// Mean level of the blocks that are neither silence nor pauses, dBFS; none where all are silence.
    fn speech_dbfs(&self) -> Option<f64> {
        let mean_of = |blocks: &[(u64, f64)]| {
            let (count, sum) = blocks.iter().fold((0, 0.0), |(count, sum), block| (count + block.0, sum + block.1));
            (count > 0).then(|| 10.0 * (sum / count as f64).log10())
        };
        let gate = mean_of(&self.blocks)? - PAUSE_DB - f64::from(SILENCE_DBFS);
        mean_of(&self.blocks[(gate.max(0.0) as usize).min(self.blocks.len() - 1)..])
    }

    /// What there is to say of it.
    pub fn notes(&mut self) -> Vec<String> {
        if self.frames > 0 {
            self.end_block();
        }
        let mut notes = Vec::new();
        match self.speech_dbfs() {
            None if self.peak == 0.0 => notes.push("it is silent: every sample is zero".to_owned()),
            None => {
                let peak_dbfs = 20.0 * self.peak.log10();
                notes.push(format!("it is silent: its loudest sample is at {peak_dbfs:.0} dBFS"));
            }
            Some(dbfs) if dbfs < QUIET_DBFS => notes.push(format!(
                "it is very quiet, {dbfs:.0} dBFS where it is loud; speech is usually at about {USUAL_DBFS}: the face may move little"
            )),
            Some(_) => {}
        }
        if self.peak > MOST_PEAK {
            notes.push(format!("it goes {:.0} dB over full scale", 20.0 * self.peak.log10()));
        }
        if self.cut as f64 > CUT_SHARE * self.samples as f64 {
            let share = 100.0 * self.cut as f64 / self.samples as f64;
            notes.push(format!("it is clipped: {share:.1} % of its samples lie at full scale side by side"));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(samples: impl IntoIterator<Item = f32>) -> String {
        let mut level = Level::new(16_000, 1);
        level.add(&samples.into_iter().collect::<Vec<f32>>());
        level.notes().join("; ")
    }

    /// Half a second of tone, half a second of silence, and so on.
    fn beeps(peak: f32) -> impl Iterator<Item = f32> {
        (0..64_000).map(move |i| if i / 8000 % 2 == 0 { (i as f32 * 0.3).sin() * peak } else { 0.0 })
    }

    #[test]
    fn level_is_that_of_the_sound_and_not_of_its_pauses() {
        let mut level = Level::new(16_000, 1);
        level.add(&beeps(0.1).collect::<Vec<f32>>());
        let dbfs = level.speech_dbfs().unwrap();
        assert!((dbfs + 23.0).abs() < 0.2, "{dbfs}");
    }

    #[test]
    fn quiet_and_silent_sounds_are_told_with_their_level() {
        assert_eq!(notes(beeps(0.1)), "");
        assert!(notes(beeps(0.0005)).starts_with("it is very quiet, -69 dBFS"), "{}", notes(beeps(0.0005)));
        assert!(notes(beeps(1e-5)).ends_with("its loudest sample is at -100 dBFS"), "{}", notes(beeps(1e-5)));
        assert!(notes([0.0; 100]).ends_with("every sample is zero"));
    }

    #[test]
    fn flat_tops_are_clipping_and_single_peaks_are_not() {
        assert_eq!(notes(beeps(1.0)), "");
        let flat = notes(beeps(2.0).map(|sample| sample.clamp(-1.0, 32_767.0 / 32_768.0)));
        assert!(flat.starts_with("it is clipped: 2") || flat.starts_with("it is clipped: 3"), "{flat}");
        assert_eq!(notes(beeps(4.0)), "it goes 12 dB over full scale");
    }
}
