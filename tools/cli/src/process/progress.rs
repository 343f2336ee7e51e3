//! Progress on stderr: a bar where it is a terminal; otherwise nothing, but lines now and then of work that takes a night.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::process::tell;

/// A bar with the name of the stage.
pub struct Progress {
    bar: ProgressBar,
}

const STEPS: u64 = 1000;

impl Progress {
    /// A bar at zero; none when `quiet`.
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(STEPS) };
        let style = ProgressStyle::with_template("{msg:>10} [{bar:32}] {percent:>3} %  {elapsed}");
        bar.set_style(style.expect("the template is well-formed"));
        Self { bar }
    }

    /// The stage under way and its share that is done, 0..1.
    pub fn show(&self, stage: &'static str, done: f32) {
        self.bar.set_message(stage);
        self.bar.set_position((done.clamp(0.0, 1.0) * STEPS as f32) as u64);
    }

    /// Runs what writes to stderr, with the bar out of its way.
    pub fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How often what is no terminal is told of.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// How many of so many are done, and the time that is left.
pub struct Tally {
    bar: ProgressBar,
    all: usize,
    /// Whether lines are written in place of a bar, and when the last was.
    logged: Option<Cell<Instant>>,
    begun: Instant,
}

impl Tally {
    /// None of them; nothing is told when `quiet`.
    pub fn new(all: usize, quiet: bool) -> Self {
        let begun = Instant::now();
        let terminal = std::io::stderr().is_terminal();
        let bar = if quiet || !terminal { ProgressBar::hidden() } else { ProgressBar::new(all as u64) };
        let style = ProgressStyle::with_template("{pos}/{len} {msg} [{bar:32}] {elapsed}, {eta} left");
        bar.set_style(style.expect("the template is well-formed"));
        Self { bar, all, logged: (!quiet && !terminal).then(|| Cell::new(begun)), begun }
    }

    /// So many are done, `kept` of them without work.
    pub fn show(&self, what: &'static str, done: usize, kept: usize) {
        self.bar.set_message(what);
        self.bar.set_position(done as u64);
        let Some(logged) = &self.logged else { return };
        if logged.get().elapsed() < LOG_EVERY {
            return;
        }
        logged.set(Instant::now());
        tell::line(&told(what, done, self.all, left(self.begun.elapsed(), done, kept, self.all)));
    }

    /// Runs what writes to stderr, with the bar out of its way.
    pub fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What the rest takes if it goes on as it did; what was there took no time.
fn left(elapsed: Duration, done: usize, kept: usize, all: usize) -> Option<Duration> {
    let worked = done.saturating_sub(kept);
    (worked > 0).then(|| elapsed.mul_f64(all.saturating_sub(done) as f64 / worked as f64))
}

fn told(what: &str, done: usize, all: usize, left: Option<Duration>) -> String {
    let minutes = |left: Duration| left.as_secs().div_ceil(60);
    let left = left.map(|left| format!(", about {} h {:02} min left", minutes(left) / 60, minutes(left) % 60));
    format!("{done} of {all} {what}{}", left.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_is_left_follows_from_the_lines_that_took_time() {
        let hour = Duration::from_secs(3600);
        assert_eq!(left(hour, 0, 0, 10), None);
        assert_eq!(left(hour, 6, 6, 10), None, "nothing was made yet");
        assert_eq!(left(hour, 8, 6, 10), Some(hour));
        assert_eq!(told("lines", 8, 10, Some(hour + hour / 2)), "8 of 10 lines, about 1 h 30 min left");
        assert_eq!(told("lines", 0, 10, None), "0 of 10 lines");
    }
}
