//! What a stream's worker does, for as long as the stream lives: obey, listen, sample a window, show it, and again.
//!
//! It is one `async` function that never ends, polled unit by unit. Where there is nothing to do it says when to look again,
//! and ends the unit.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rtrb::Consumer;

use crate::clock::Instant;
use crate::error::Result;
use crate::host::model::Model;
use crate::unit::Unit;

use super::command::Command;
use super::hearing::Hearing;
use super::options::{Settings, StreamOptions, Underrun};
use super::performing::Performing;
use super::shared::{NEVER, Shared};
use super::showing::Showing;
use super::state::Rates;

/// A look that found no new sound waits at least that long, and twice as long each time, up to a hop.
const LEAST_WAIT_NS: u64 = 1_000_000;

/// A window that can be sampled.
struct Window {
    /// The frame up to which it commits.
    take: u64,
    /// Its look-ahead was not heard: silence is foreseen.
    foreseen: bool,
}

pub(crate) struct Course {
    shared: Arc<Shared>,
    commands: Consumer<Command>,
    hearing: Hearing,
    performing: Performing,
    showing: Showing,
    underrun: Underrun,
    hop: u64,
    look_ahead: u64,
    hop_ns: u64,
    rates: Rates,
    /// Frames that are committed.
    done: u64,
    /// Sound that was claimed before it is animated without waiting for more.
    flush: Option<u64>,
    /// Nothing is to be expected before sound is claimed from here on: silence may go in at once.
    silent_from: Option<u64>,
    /// Claims of the last look, when they last grew, and how long the next look waits if they have not.
    claims: u64,
    grew_ns: u64,
    wait_ns: u64,
    /// When the next look was to be: the window that it finds could begin then.
    expected_ns: u64,
}

impl Course {
    pub(crate) async fn new(
        model: &Arc<Model>,
        options: &StreamOptions,
        settings: &Settings,
        shared: &Arc<Shared>,
        (ring, commands): (Consumer<f32>, Consumer<Command>),
        unit: &Unit,
    ) -> Result<Self> {
        let default_code = match model.default_style().filter(|_| options.default_style) {
            Some(style) => Some(model.style_code_in(style, unit).await?),
            None => None,
        };
        let hearing = Hearing::new(model, options, settings, (shared, ring), unit).await?;
        let performing = Performing::new(model, options, settings, default_code.as_deref(), unit).await?;
        let width = settings.sampler.denoiser().config().d_x;
        let mut showing = Showing::new(model, options, settings.hop + settings.look_ahead, width)?;
        showing.warm_up(&[settings.hop, 1])?;
        let fps = f64::from(model.manifest().fps);
        Ok(Self {
            shared: Arc::clone(shared),
            commands,
            hearing,
            performing,
            showing,
            underrun: options.underrun,
            hop: settings.hop as u64,
            look_ahead: settings.look_ahead as u64,
            hop_ns: (settings.hop as f64 / fps * 1e9) as u64,
            rates: Rates::new(model, options),
            done: 0,
            flush: None,
            silent_from: None,
            claims: 0,
            grew_ns: 0,
            wait_ns: LEAST_WAIT_NS,
            expected_ns: NEVER,
        })
    }

    /// What the resampler holds back, seconds.
    pub(crate) fn resampler_delay_s(&self) -> f64 {
        self.hearing.resampler_delay_s()
    }

    /// Until it is dropped, or fails.
    ///
    /// # Errors
    /// Those of the stages and the backend.
    pub(crate) async fn run(mut self, unit: Arc<Unit>) -> Result<Infallible> {
        loop {
            while let Ok(command) = self.commands.pop() {
                self.obey(command)?;
            }
            if let Some(window) = self.listen(&unit).await? {
                self.window(window, &unit).await?;
            } else {
                self.shared.deadline_ns.store(NEVER, Ordering::Release);
                unit.end().await;
            }
        }
    }

    fn obey(&mut self, command: Command) -> Result<()> {
        match command {
            Command::Flush { claim } => self.flush = Some(claim),
            Command::Interrupt { claim, frame, fade } => {
                self.restart(claim, frame, true)?;
                self.performing.cut();
                self.showing.fall(frame, fade);
                self.shared.timeline.cut(frame);
                self.shared.generation.fetch_add(1, Ordering::AcqRel);
            }
            Command::Reset { claim, seed, keep_mean } => {
                self.restart(claim, 0, keep_mean)?;
                self.performing.restart();
                self.performing.seed = seed;
                self.showing.restart(seed);
                self.silent_from = None;
                self.shared.timeline.clear();
                self.shared.asked.store(0, Ordering::Release);
                self.shared.generation.fetch_add(1, Ordering::AcqRel);
            }
            Command::Style(style, strength) => {
                (self.performing.style, self.performing.strength) = (style, strength);
            }
            Command::Guidance(guidance) => self.performing.guidance = guidance,
            Command::Listen(on) => self.showing.listening.set(on),
        }
        Ok(())
    }

    fn restart(&mut self, claim: u64, frame: u64, keep_mean: bool) -> Result<()> {
        self.hearing.restart(claim, frame, keep_mean)?;
        self.done = frame;
        self.flush = None;
        self.silent_from = Some(claim);
        Ok(())
    }

    /// Takes sound; the next window when there is one.
    async fn listen(&mut self, unit: &Unit) -> Result<Option<Window>> {
        let take = self.done + self.hop;
        let claim = self.flush.unwrap_or(u64::MAX);
        if self.hearing.listen(take + self.look_ahead, claim, unit).await? {
            return Ok(Some(Window { take, foreseen: false }));
        }
        if self.flush.is_some_and(|claim| self.hearing.consumed() >= claim) {
            self.flush = None;
            self.silent_from = Some(self.hearing.consumed());
            let take = self.hearing.heard_end();
            if take > self.done {
                return Ok(Some(Window { take, foreseen: true }));
            }
        }
        let (now, claims) = (self.shared.now_ns.load(Ordering::Acquire), self.shared.claims());
        if claims != self.claims {
            (self.claims, self.grew_ns, self.wait_ns) = (claims, now, LEAST_WAIT_NS);
        }
        if self.wants_silence(now) && self.hearing.fall_silent(take, unit).await? {
            self.claims = self.shared.claims();
            self.shared.underruns.fetch_add(u64::from(self.silent_from.is_none()), Ordering::Relaxed);
            self.silent_from = Some(self.claims);
            return Ok(Some(Window { take, foreseen: true }));
        }
        let missing = self.hearing.missing(take + self.look_ahead).saturating_sub(self.hearing.waiting());
        let full_ns = (u128::from(missing) * 1_000_000_000 / u128::from(self.rates.sample_rate_hz)) as u64;
        let wait_ns = full_ns.max(self.wait_ns).min(self.hop_ns.max(LEAST_WAIT_NS));
        self.wait_ns = (2 * self.wait_ns).min(self.hop_ns.max(LEAST_WAIT_NS));
        self.expected_ns = now + wait_ns;
        self.shared.wake_ns.store(self.expected_ns, Ordering::Release);
        Ok(None)
    }

    /// Whether silence is to go in: faces are asked for that are not ready, and no sound was written for a hop; where none is
    /// expected, they are made a hop before.
    fn wants_silence(&self, now: u64) -> bool {
        let Some(asked) = self.shared.asked.load(Ordering::Acquire).checked_sub(1) else { return false };
        if self.underrun == Underrun::Hold {
            return false;
        }
        let (frame, _) = self.rates.frame(asked);
        match self.silent_from {
            Some(claim) if self.shared.claims() <= claim => frame + self.hop >= self.done,
            _ => frame + 1 >= self.done && now.saturating_sub(self.grew_ns) >= self.hop_ns,
        }
    }

    async fn window(&mut self, window: Window, unit: &Unit) -> Result<()> {
        let Window { take, foreseen } = window;
        let end = take + self.look_ahead;
        let (now_ns, began) = (self.shared.now_ns.load(Ordering::Acquire), Instant::now());
        let deadline_ns = now_ns.min(self.expected_ns) + self.hop_ns;
        self.expected_ns = NEVER;
        self.shared.deadline_ns.store(deadline_ns, Ordering::Release);
        if self.shared.claims() > self.silent_from.unwrap_or(u64::MAX) {
            self.silent_from = None;
        }
        self.hearing.understand(foreseen.then_some(take), end, unit).await?;
        self.performing.window(&mut self.hearing, self.done, end, unit).await?;
        unit.pause().await;
        self.showing.show(&self.performing, &mut self.hearing, (self.done, take), &self.shared.timeline)?;
        self.done = take;
        self.wait_ns = LEAST_WAIT_NS;
        let late = self.shared.now_ns.load(Ordering::Acquire) > deadline_ns;
        self.shared.late_windows.fetch_add(u64::from(late), Ordering::Relaxed);
        self.shared.windows.fetch_add(1, Ordering::Relaxed);
        self.shared.window_ns.store(began.elapsed().as_nanos() as u64, Ordering::Relaxed);
        Ok(())
    }
}
