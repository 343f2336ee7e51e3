//! The stream with its clock: which sample is heard at a time of the wall's clock.
//!
//! Sound that is written at a time is heard, and its face is sent, a delay later. What is written comes with the jitter of
//! whoever gives it, and by a clock that runs a little faster or slower than this machine's. So the clock follows slowly, by
//! 5 ms a second at most; where the stream's numbers jump (silence that went in, an interruption, a new start) or sound stayed
//! away, it jumps with them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use media2face::{FADE_S, Model, SEED_AUTO, Stream, StreamOptions, Underrun};

use super::AHEAD_MS;
use crate::process::interrupt;

/// Sound that is written at once, ms.
const BLOCK_MS: usize = 10;
/// How fast the clock follows, seconds a second.
const FOLLOWS: f64 = 0.005;
/// What is further away is no jitter, seconds.
const JUMP_S: f64 = 0.25;
/// How long the first face waits for the first sound.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often room and readiness are looked for.
pub const LOOK: Duration = Duration::from_millis(1);
/// Sound that is written and whose face is not sent yet, at most, s: half of what the stream keeps.
const UNSENT_S: u64 = 30;
/// Behind the end, beside the frame that the last face is on its way to, and the one before: a resampler holds some of it back.
const TAIL_MS: f64 = 20.0;

/// A stream that is written to.
pub struct Ear {
    stream: Stream,
    rate_hz: u32,
    delay_s: f64,
    frame_samples: u64,
    began: Instant,
    /// One writes at a time.
    clock: Mutex<Clock>,
    /// Number of the first sample behind the sound; `u64::MAX` before that is known.
    end: AtomicU64,
    /// Number of the last sample whose face was sent.
    sent: AtomicU64,
    stopped: AtomicBool,
}

/// Where the clock stood before it jumped.
#[derive(Debug, Clone, Copy)]
struct Before {
    offset: f64,
    /// The first sample that was written since.
    first: u64,
}

/// Seconds of the wall's clock → samples.
#[derive(Debug, Default)]
struct Clock {
    rate: f64,
    delay_s: f64,
    /// The sample that would have been written at 0 s, were all written at an even pace.
    offset: f64,
    /// Number of the next sample, if nothing comes between; none before the first.
    next: Option<u64>,
    before: Option<Before>,
}

impl Clock {
    /// Sound was written from sample `first` on.
    fn written(&mut self, first: u64, frames: usize, now_s: f64) {
        let next = first + frames as u64;
        let seen = next as f64 - now_s * self.rate;
        let (away, most) = (seen - self.offset, FOLLOWS * frames as f64);
        if self.next != Some(first) || away.abs() > JUMP_S * self.rate {
            let offset = self.before_at(now_s).map_or(self.offset, |before| before.offset);
            self.before = Some(Before { offset, first });
            self.offset = seen;
        } else {
            self.offset += away.clamp(-most, most);
        }
        self.next = Some(next);
    }

    /// The sample that is heard at a time. Until that is one that was written since the last jump, the clock goes on as before,
    /// up to that one: what was shown is not shown again, and what is under way is not left out.
    fn heard(&self, now_s: f64) -> f64 {
        let at = |offset: f64| offset + (now_s - self.delay_s) * self.rate;
        let heard =
            self.before_at(now_s).map_or_else(|| at(self.offset), |before| at(before.offset).min(before.first as f64));
        heard.max(0.0)
    }

    /// The clock before the last jump, where that is still the one to go by.
    fn before_at(&self, now_s: f64) -> Option<Before> {
        let heard = self.offset + (now_s - self.delay_s) * self.rate;
        self.before.filter(|before| heard < before.first as f64)
    }
}

impl Ear {
    /// # Errors
    /// Those of the stream.
    pub fn new(model: &Arc<Model>, options: StreamOptions, hop_ms: f64, delay_ms: Option<f32>) -> Result<Self> {
        let (rate_hz, idles) = (options.sample_rate_hz, options.underrun == Underrun::Idle);
        let stream = Stream::new(model, options)?;
        if idles {
            // Silence before the first sound is nothing that is missing.
            stream.flush()?;
        }
        let delay_ms = delay_ms.map_or_else(|| f64::from(stream.state().latency_ms) + hop_ms, f64::from);
        Ok(Self {
            rate_hz,
            delay_s: delay_ms / 1e3,
            frame_samples: (f64::from(rate_hz) / f64::from(model.manifest().fps)).ceil() as u64,
            began: Instant::now(),
            clock: Mutex::new(Clock { rate: f64::from(rate_hz), delay_s: delay_ms / 1e3, ..Clock::default() }),
            end: AtomicU64::new(u64::MAX),
            sent: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            stream,
        })
    }

    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Of the sound, Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// From what is written to what is heard.
    pub fn delay_s(&self) -> f64 {
        self.delay_s
    }

    /// Samples of a frame of the model's, rounded up.
    pub fn frame_samples(&self) -> u64 {
        self.frame_samples
    }

    /// Samples of a block of sound.
    pub fn block(&self) -> usize {
        (self.rate_hz as usize * BLOCK_MS / 1000).max(1)
    }

    /// The sample that is heard at a time.
    pub fn heard_at(&self, time: Instant) -> f64 {
        let now_s = time.saturating_duration_since(self.began).as_secs_f64();
        self.clock().heard(now_s)
    }

    /// Waits until sound is written, but not for long: so that the first face is that of the first sample.
    ///
    /// # Errors
    /// A signal.
    pub fn wait_for_sound(&self) -> Result<()> {
        while self.began.elapsed() < PATIENCE && self.clock().next.is_none() && self.end().is_none() {
            interrupt::check()?;
            sleep(LOOK);
        }
        Ok(())
    }

    /// Number of the first sample behind the sound, once that is known.
    pub fn end(&self) -> Option<u64> {
        Some(self.end.load(Ordering::Acquire)).filter(|end| *end != u64::MAX)
    }

    /// The face at a sample was sent.
    pub fn sent(&self, sample: u64) {
        self.sent.store(sample, Ordering::Relaxed);
    }

    /// Nobody wants more.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// No more sound comes, for it cannot be read or heard.
    pub fn fail(&self) {
        self.end.store(0, Ordering::Release);
    }

    /// Writes sound, whole frames, when there is room for it; what is left when all is over is lost.
    ///
    /// # Errors
    /// A signal; the stream's failure.
    pub fn write(&self, interleaved: &[f32]) -> Result<()> {
        self.blocks(interleaved, |block| self.put(&mut self.clock(), block))
    }

    fn blocks(&self, interleaved: &[f32], mut put: impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        for block in interleaved.chunks(self.block() * self.stream.channel_count() as usize) {
            while !self.has_room()? {
                if self.is_stopped() {
                    return Ok(());
                }
                sleep(LOOK);
            }
            put(block)?;
        }
        Ok(())
    }

    /// As [`write`](Self::write) for a thread of the system's audio, which does not wait: what finds no room is counted.
    #[cfg(feature = "microphone")]
    pub fn write_at_once(&self, interleaved: &[f32]) -> Result<()> {
        // Nor for the clock: who has it now has it for an instant, and it takes up the next sound.
        match self.clock.try_lock() {
            Ok(mut clock) => self.put(&mut clock, interleaved),
            Err(_) => match self.stream.write_f32(interleaved) {
                Ok(_) | Err(media2face::Error::TwoThreads) => Ok(()),
                Err(error) => Err(error.into()),
            },
        }
    }

    fn put(&self, clock: &mut Clock, block: &[f32]) -> Result<()> {
        let written = self.stream.write_f32(block)?;
        clock.written(written.first_sample, written.taken, self.began.elapsed().as_secs_f64());
        Ok(())
    }

    fn has_room(&self) -> Result<bool> {
        interrupt::check()?;
        let state = self.stream.state();
        let rate = f64::from(self.rate_hz);
        let ahead = (f64::from(AHEAD_MS) + f64::from(state.latency_ms)) / 1e3 * rate;
        let unsent = state.next_sample.saturating_sub(self.sent.load(Ordering::Relaxed));
        let room = (state.next_sample.saturating_sub(state.ready_sample) as f64) < ahead
            && unsent < UNSENT_S * u64::from(self.rate_hz);
        if !room {
            // Its worker may have failed.
            let _clock = self.clock();
            self.stream.write_f32(&[])?;
        }
        Ok(room)
    }

    /// The sound has ended: what was written of it is animated to its end.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(&self) -> Result<()> {
        // From now on faces behind the sound are not wanted.
        let _ =
            self.end.compare_exchange(u64::MAX, self.stream.state().next_sample, Ordering::AcqRel, Ordering::Acquire);
        let tail = 2 * self.frame_samples as usize + (TAIL_MS / 1e3 * f64::from(self.rate_hz)).ceil() as usize;
        // It is no sound that the clock goes by.
        self.blocks(&vec![0.0; tail * self.stream.channel_count() as usize], |block| {
            let _clock = self.clock();
            Ok(self.stream.write_f32(block).map(drop)?)
        })?;
        Ok(self.stream.flush()?)
    }

    /// Barge-in: what was written and is not heard yet is dropped, and the face comes to rest. What is written from now on is
    /// heard a delay later, as before: silence goes in meanwhile.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn interrupt(&self) -> Result<()> {
        let heard = self.heard_at(Instant::now()) as u64;
        let mut clock = self.clock();
        self.stream.interrupt(heard, FADE_S)?;
        let silence = (self.delay_s * f64::from(self.rate_hz)) as usize;
        self.put(&mut clock, &vec![0.0; silence * self.stream.channel_count() as usize])
    }

    /// As new, but for the loudness that it has got used to.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn reset(&self) -> Result<()> {
        let mut clock = self.clock();
        self.stream.reset(SEED_AUTO, true)?;
        self.put(&mut clock, &[]).context("after the reset")
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At 1000 Hz, with a delay of 0.4 s.
    fn clock() -> Clock {
        Clock { rate: 1000.0, delay_s: 0.4, ..Clock::default() }
    }

    /// Writes blocks of 10 ms at these times, s.
    fn write(clock: &mut Clock, times_s: impl IntoIterator<Item = f64>) {
        for time_s in times_s {
            clock.written(clock.next.unwrap_or(0), 10, time_s);
        }
    }

    fn evenly(from_s: f64, blocks: u32) -> impl Iterator<Item = f64> {
        (0..blocks).map(move |block| from_s + 0.01 * f64::from(block))
    }

    #[track_caller]
    fn assert_heard(clock: &Clock, at_s: f64, sample: f64) {
        let heard = clock.heard(at_s);
        assert!((heard - sample).abs() < 1e-6, "{heard} for {sample}");
    }

    #[test]
    fn sound_is_heard_a_delay_after_it_is_written() {
        let mut clock = clock();
        // The first block comes late, and sets the clock.
        write(&mut clock, evenly(5.0, 100));
        assert_eq!(clock.next, Some(1000));
        assert_heard(&clock, 5.99 + 0.4, 1000.0);
        assert_heard(&clock, 5.39, 0.0);
        assert_heard(&clock, 1.0, 0.0);
    }

    #[test]
    fn jitter_is_smoothed() {
        let mut clock = clock();
        write(&mut clock, evenly(0.0, 200).enumerate().map(|(i, at_s)| at_s + if i % 2 == 0 { 0.05 } else { 0.0 }));
        let before = clock.offset;
        write(&mut clock, [2.05]);
        assert!((clock.offset - before).abs() <= 0.05 + 1e-9, "{before} {}", clock.offset);
    }

    #[test]
    fn face_stands_still_where_sound_stayed_away() {
        let mut clock = clock();
        write(&mut clock, evenly(0.0, 100));
        write(&mut clock, evenly(3.0, 10));
        assert_heard(&clock, 1.0, 610.0);
        for at_s in [1.5, 2.0, 3.0, 3.389] {
            assert_heard(&clock, at_s, 1000.0);
        }
        assert_heard(&clock, 3.4, 1010.0);
    }

    #[test]
    fn silence_that_went_in_is_shown_once() {
        for (gap_s, silence) in [(0.5, 300), (0.3, 500)] {
            let mut clock = clock();
            write(&mut clock, evenly(0.0, 100));
            let first = 1000 + silence;
            clock.written(first, 10, 1.0 + gap_s);
            let mut last = 0.0;
            for at_s in evenly(1.0 + gap_s, 100) {
                let heard = clock.heard(at_s);
                assert!(heard >= last, "{heard} behind {last}");
                last = heard;
            }
            assert_heard(&clock, 1.0 + gap_s, 600.0 + 10.0 + gap_s * 1000.0);
            assert_heard(&clock, 1.0 + gap_s + 0.4, first as f64 + 10.0);
        }
    }

    #[test]
    fn clock_follows_another_that_runs_faster() {
        let mut clock = clock();
        // Faster by a thousandth.
        write(&mut clock, evenly(0.0, 100_000).map(|at_s| at_s / 1.001));
        let heard = clock.heard(999.99 / 1.001 + 0.4);
        assert!((heard - clock.next.unwrap() as f64).abs() < 1.0, "{heard}");
    }

    #[test]
    fn new_start_is_heard_from_its_first_sample_on() {
        let mut clock = clock();
        write(&mut clock, evenly(0.0, 100));
        clock.written(0, 10, 1.0);
        assert_heard(&clock, 1.0, 0.0);
        assert_heard(&clock, 1.39, 0.0);
        assert_heard(&clock, 1.41, 20.0);
    }
}
