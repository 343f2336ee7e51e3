//! Progress on stderr: a bar where it is a terminal; otherwise nothing, but lines now and then of work that takes a night.

use std::cell::Cell;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::process::tell;

/// A bar with the name of the stage.
pub struct Progress {
    bar: ProgressBar,
    /// When the first of several parts began, and when lines were last written in place of a bar.
    parts: Mutex<Option<[Instant; 2]>>,
    /// Whether they are.
    logs: bool,
}

const STEPS: u64 = 1000;

impl Progress {
    /// A bar at zero; none when `quiet`.
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(STEPS) };
        let style = ProgressStyle::with_template("{prefix}{msg:>10} [{bar:32}] {percent:>3} %  {elapsed}");
        bar.set_style(style.expect("the template is well-formed"));
        Self { bar, parts: Mutex::new(None), logs: !quiet && !std::io::stderr().is_terminal() }
    }

    /// So many parts of a long work are done: before the stage stands which is under way, and the time that is left.
    pub fn part(&self, what: &str, done: usize, all: usize) {
        let now = Instant::now();
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let [begun, logged] = parts.unwrap_or([now; 2]);
        let left = left(now - begun, done, 0, all);
        self.bar.set_prefix(format!("{}  ", under_way(what, done, all, left)));
        let due = self.logs && now - logged >= LOG_EVERY;
        if due {
            tell::line(&under_way(what, done, all, left));
        }
        *parts = Some([begun, if due { now } else { logged }]);
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
    format!("{done} of {all} {what}{}", about(left))
}

fn under_way(what: &str, done: usize, all: usize, left: Option<Duration>) -> String {
    format!("{what} {} of {all}{}", (done + 1).min(all), about(left))
}

fn about(left: Option<Duration>) -> String {
    let minutes = |left: Duration| left.as_secs().div_ceil(60);
    let left = left.map(|left| format!(", about {} h {:02} min left", minutes(left) / 60, minutes(left) % 60));
    left.unwrap_or_default()
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
        assert_eq!(under_way("item", 0, 30, None), "item 1 of 30");
        assert_eq!(under_way("item", 29, 30, Some(hour / 60)), "item 30 of 30, about 0 h 01 min left");
    }
}
