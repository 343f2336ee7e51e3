//! What is told of a stream: where faces go, and at the end how it went.

use std::fmt::Write;

use super::control::Control;
use super::ear::Ear;
use super::input::Input;
use super::targets::Targets;
use crate::emit::live::pace::Pace;

/// How late faces were.
#[derive(Debug, Default)]
pub struct Lateness {
    faces: u64,
    not_ready: u64,
    /// Of those that were sent at a pace.
    paced: Option<String>,
}

impl Lateness {
    /// A face was sent, that of its sample or the last one before.
    pub fn face(&mut self, ready: bool) {
        self.faces += 1;
        self.not_ready += u64::from(!ready);
    }

    /// The ticks of the wall's clock, all of them.
    pub fn ticks(&mut self, pace: &Pace) {
        let late = pace.lateness().summary();
        let ms = |us: u64| us as f64 / 1e3;
        self.paced = Some(format!(
            "late by {:.2} ms (median), {:.2} ms (99 %), {:.2} ms (most), {} left out",
            ms(late.median_us),
            ms(late.p99_us),
            ms(late.max_us),
            pace.skipped()
        ));
    }
}

/// The line before the first face.
pub fn start(input: &Input, ear: &Ear, targets: &Targets, control: Option<&Control>) -> String {
    let (channels, latency_ms) = (input.channels(), ear.stream().state().latency_ms);
    let mut line = format!(
        "{}: {} Hz, {channels} channel{}; faces to {}",
        input.name(),
        input.rate_hz(),
        if channels == 1 { "" } else { "s" },
        targets.names()
    );
    let delay_ms = ear.delay_s() * 1e3;
    let told = if input.is_paced() {
        write!(line, ", {delay_ms:.0} ms behind the sound (latency {latency_ms:.0} ms)")
    } else {
        write!(line, ", as soon as they are ready (latency {latency_ms:.0} ms)")
    };
    told.expect("a string takes all");
    if let Some(control) = control {
        write!(line, "; commands at {}", control.address()).expect("a string takes all");
    }
    line
}

/// The line behind the last one.
pub fn end(ear: &Ear, targets: &Targets, lateness: &Lateness) -> String {
    let state = ear.stream().state();
    let mut line = targets.counts();
    if let Some(paced) = &lateness.paced {
        write!(line, "; {paced}").expect("a string takes all");
    }
    let (dropped, silenced) = (state.dropped, state.silenced);
    write!(
        line,
        "; {} of {} faces not ready, {} underruns, {} of {} windows late, {dropped} samples dropped",
        lateness.not_ready, lateness.faces, state.underruns, state.late_windows, state.windows
    )
    .expect("a string takes all");
    if silenced > 0 {
        write!(line, ", {silenced} that were no numbers").expect("a string takes all");
    }
    line
}
