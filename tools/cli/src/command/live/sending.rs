//! Which face is sent when.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use media2face::signal::FrameRate;

use super::ear::{Ear, LOOK};
use super::report::Lateness;
use super::targets::Targets;
use crate::emit::live::frame::Frame;
use crate::emit::live::pace::{Pace, SystemClock};
use crate::process::interrupt;

/// Why no more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The face of the last sound went out.
    Sound,
    /// All targets closed.
    Unwanted,
}

/// Takes faces from the stream and sends them.
pub struct Sending<'a> {
    ear: &'a Ear,
    targets: &'a mut Targets,
    fps: FrameRate,
    names: Vec<String>,
    weights: Vec<f32>,
    lateness: Lateness,
}

impl<'a> Sending<'a> {
    pub fn new(ear: &'a Ear, targets: &'a mut Targets, fps: FrameRate) -> Self {
        let names = ear.stream().model().blendshape_names().to_vec();
        let weights = vec![0.0; ear.stream().weight_count()];
        Self { ear, targets, fps, names, weights, lateness: Lateness::default() }
    }

    /// How late faces were.
    pub fn into_lateness(self) -> Lateness {
        self.lateness
    }

    /// Sends at each tick of the wall's clock the face of the sample that is heard then.
    ///
    /// # Errors
    /// A signal; the stream's failure; a standard output that cannot be written.
    pub fn at_its_pace(&mut self) -> Result<End> {
        self.ear.wait_for_sound()?;
        let mut clock = SystemClock::default();
        let mut pace = Pace::new([self.fps.numerator(), self.fps.denominator()], &mut clock)?;
        let sent = self.tick(&mut pace, &mut clock);
        self.lateness.ticks(&pace);
        sent
    }

    fn tick(&mut self, pace: &mut Pace, clock: &mut SystemClock) -> Result<End> {
        let began = Instant::now();
        loop {
            let due = pace.wait(clock);
            interrupt::check()?;
            // Where it should be by now, not where it woke up.
            let heard = self.ear.heard_at(began + Duration::from_secs_f64(self.fps.time_s(due.frame as usize)));
            if self.ear.end().is_some_and(|end| heard >= end as f64) {
                return Ok(End::Sound);
            }
            if !self.send(heard as u64, heard / f64::from(self.ear.rate_hz()))? {
                return Ok(End::Unwanted);
            }
        }
    }

    /// Sends every face of the sound as soon as it is ready.
    ///
    /// # Errors
    /// As [`at_its_pace`](Self::at_its_pace).
    pub fn fast_forward(&mut self) -> Result<End> {
        for frame in 0.. {
            let sample = self.first_sample(frame);
            if !self.is_ready(sample)? {
                return Ok(End::Sound);
            }
            if !self.send(sample, self.fps.time_s(frame as usize))? {
                return Ok(End::Unwanted);
            }
        }
        Ok(End::Sound)
    }

    /// The sample that is heard when a face is shown.
    fn first_sample(&self, frame: u64) -> u64 {
        let samples = u128::from(frame) * u128::from(self.fps.denominator()) * u128::from(self.ear.rate_hz());
        u64::try_from(samples / u128::from(self.fps.numerator())).unwrap_or(u64::MAX)
    }

    /// Waits until the face at a sample is all that it will be: between two frames that are both there. False where the sound
    /// has ended before.
    fn is_ready(&self, sample: u64) -> Result<bool> {
        loop {
            interrupt::check()?;
            if self.ear.end().is_some_and(|end| sample >= end) {
                return Ok(false);
            }
            let stream = self.ear.stream();
            if stream.state().ready_sample > sample + self.ear.frame_samples() {
                return Ok(true);
            }
            // Its worker may have failed.
            stream.sample(sample, None, None)?;
            sleep(LOOK);
        }
    }

    fn send(&mut self, sample: u64, time_s: f64) -> Result<bool> {
        let stream = self.ear.stream();
        let sample = sample.max(stream.state().first_sample);
        let face = stream.sample(sample, Some(&mut self.weights), None)?;
        let ([x, y, z, w], [tx, ty, tz]) = (face.head.rotation, face.head.translation_mm);
        let head = [x, y, z, w, tx, ty, tz];
        let frame = Frame { sample, time_s, names: &self.names, weights: &self.weights, head };
        self.ear.sent(sample);
        // Before the first sound is heard nothing is.
        self.lateness.face(face.ready || sample == 0);
        self.targets.send(&frame, &face.head)
    }
}
