//! The line that sums up what was made: how long the clip is, and where the time went.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::process::usage;

/// Times of the stages of a run, one after another.
pub struct Stages {
    since: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// The first stage begins.
    pub fn begin() -> Self {
        Self { since: Instant::now(), done: Vec::new() }
    }

    /// A stage ends, and the next begins.
    pub fn end(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.done.push((stage, now - self.since));
        self.since = now;
    }

    /// One line; the stage `motion` is told as times of real time too.
    pub fn summary(&self, audio_s: f64, frame_count: usize) -> String {
        let memory = usage::peak_memory_bytes().map(|bytes| format!(", peak memory {:.0} MB", bytes as f64 / 1e6));
        line(audio_s, frame_count, &self.done) + &memory.unwrap_or_default()
    }
}

fn line(audio_s: f64, frame_count: usize, stages: &[(&str, Duration)]) -> String {
    let frames = if frame_count == 1 { "frame" } else { "frames" };
    let mut line = format!("{audio_s:.2} s of audio, {frame_count} {frames}: ");
    for (number, (stage, wall)) in stages.iter().enumerate() {
        let (between, wall_s) = (if number == 0 { "" } else { " · " }, wall.as_secs_f64());
        write!(line, "{between}{stage} {wall_s:.2} s").expect("a string takes all");
        if *stage == "motion" {
            write!(line, ", {:.1} × real time", audio_s / wall_s).expect("a string takes all");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_is_one_line_that_tells_stages_apart() {
        let ms = Duration::from_millis;
        let stages = [("model", ms(30)), ("motion", ms(400)), ("files", ms(1230))];
        let expected = "10.00 s of audio, 300 frames: model 0.03 s · motion 0.40 s, 25.0 × real time · files 1.23 s";
        assert_eq!(line(10.0, 300, &stages), expected);
        assert!(line(0.01, 1, &stages).starts_with("0.01 s of audio, 1 frame: "));
        let mut stages = Stages::begin();
        stages.end("motion");
        let summary = stages.summary(1.0, 30);
        assert!(summary.lines().count() == 1 && summary.contains("motion 0.00 s"), "{summary}");
    }
}
