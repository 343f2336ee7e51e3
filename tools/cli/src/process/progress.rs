//! Progress on stderr: a bar where it is a terminal, nothing otherwise.

use indicatif::{ProgressBar, ProgressStyle};

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
