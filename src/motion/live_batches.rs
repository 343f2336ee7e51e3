//! Windows of several streams in one sampling, for devices: what is idle lanes to one window is the next one's place.
//!
//! A stream asks for a window and gives its thread back once, so that others that are due come first. Then whoever is polled
//! does the next bounded part of the batch under way, or begins one with the windows that wait, the oldest first and those of its
//! kind: with a style or without. Nobody waits for windows that may come; those that come while a batch is under way share the
//! next one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::error::Result;
use crate::plan::Backend;
use crate::signal::try_zeros;
use crate::unit::Unit;

use super::live::{LiveWindow, kind, kinds};
use super::live_network::{LiveForm, LiveNetwork, MASK};
use super::sampler::{SampleOptions, Sampler};
use super::sampling::SamplePrograms;

/// Windows that a batch has room for. A larger one than needed runs with places that nobody reads.
const SIZES: [usize; 3] = [1, 4, 8];

/// The sampler of all streams whose windows are alike.
pub struct LiveBatches {
    sampler: Arc<Sampler>,
    backend: Arc<dyn Backend>,
    form: LiveForm,
    state: Mutex<State>,
    batches: AtomicU64,
    windows: AtomicU64,
}

#[derive(Default)]
struct State {
    seats: usize,
    /// Of the first sizes: without a style, and with one where that is another branch.
    networks: Vec<Vec<LiveNetwork>>,
    /// The oldest first.
    waiting: VecDeque<Arc<Mutex<Asked>>>,
    /// Size and kind of the batch under way, whose windows are `sampled`.
    under_way: Option<(usize, usize)>,
    sampled: Vec<Arc<Mutex<Asked>>>,
}

/// A stream's place: it asks for a window at a time.
pub(super) struct Seat {
    batches: Arc<LiveBatches>,
    asked: Arc<Mutex<Asked>>,
}

/// A window that is asked for, and what becomes of it.
struct Asked {
    features: Vec<f32>,
    known: Vec<f32>,
    mask: Vec<f32>,
    code: Vec<f32>,
    strength: Option<f32>,
    guidance: [f32; 2],
    seed: u64,
    first_frame: isize,
    motion: Vec<f32>,
    outcome: Option<Result<()>>,
}

/// The batches of a model, by what their windows have in common, for as long as streams use them.
#[derive(Default)]
pub struct KeptBatches(Mutex<Vec<Weak<LiveBatches>>>);

impl KeptBatches {
    /// Those for windows of `frames` frames with these options; made where no stream uses them yet. η is 0.
    ///
    /// # Errors
    /// `InvalidArgument` for options out of range, no frames, or more than the network takes.
    pub fn of(
        &self,
        sampler: &Arc<Sampler>,
        backend: &Arc<dyn Backend>,
        options: &SampleOptions,
        frames: usize,
        default_code: Option<&[f32]>,
    ) -> Result<Arc<LiveBatches>> {
        let form = LiveForm::new(sampler, options, frames, default_code)?;
        let mut kept = lock(&self.0);
        kept.retain(|batches| batches.strong_count() > 0);
        let mut used = kept.iter().filter_map(Weak::upgrade);
        let same = |batches: &Arc<LiveBatches>| Arc::ptr_eq(&batches.sampler, sampler) && batches.form == form;
        if let Some(batches) = used.find(same) {
            return Ok(batches);
        }
        let batches = Arc::new(LiveBatches {
            sampler: Arc::clone(sampler),
            backend: Arc::clone(backend),
            form,
            state: Mutex::default(),
            batches: AtomicU64::new(0),
            windows: AtomicU64::new(0),
        });
        kept.push(Arc::downgrade(&batches));
        Ok(batches)
    }
}

impl LiveBatches {
    /// Frames of a window.
    pub fn frames(&self) -> usize {
        self.form.frames
    }

    /// Batches and windows that were sampled.
    pub fn sampled(&self) -> (u64, u64) {
        (self.batches.load(Ordering::Relaxed), self.windows.load(Ordering::Relaxed))
    }

    /// A place for one more stream, with memory for as many windows at once as there are places then.
    pub(super) async fn join(self: &Arc<Self>, programs: Option<&SamplePrograms>, unit: &Unit) -> Result<Seat> {
        let config = self.sampler.denoiser().config();
        let zeros = |width: usize| try_zeros(self.form.frames, width);
        let asked = Asked {
            features: zeros(config.d_a)?,
            known: zeros(config.d_x)?,
            mask: zeros(MASK)?,
            code: try_zeros(1, config.d_p)?,
            strength: None,
            guidance: [0.0; 2],
            seed: 0,
            first_frame: 0,
            motion: zeros(config.d_x)?,
            outcome: None,
        };
        {
            let mut state = lock(&self.state);
            state.seats += 1;
            let seats = state.seats;
            state.waiting.reserve(seats);
            state.sampled.reserve(SIZES[SIZES.len() - 1]);
        }
        // From here on its end gives the place back.
        let seat = Seat { batches: Arc::clone(self), asked: Arc::new(Mutex::new(asked)) };
        loop {
            let wanted = lock(&self.state).wanted();
            let Some(size) = wanted else { return Ok(seat) };
            let mut networks = Vec::with_capacity(2);
            for styled in kinds(&self.sampler) {
                let shape = (SIZES[size], styled);
                networks
                    .push(LiveNetwork::new(&self.sampler, &*self.backend, programs, &self.form, shape, unit).await?);
            }
            let mut state = lock(&self.state);
            // Another stream may have made it meanwhile.
            if state.networks.len() == size {
                state.networks.push(networks);
            }
        }
    }

    /// Does the next bounded part of the batch under way, or begins one.
    fn advance(&self) {
        let mut state = lock(&self.state);
        let State { networks, waiting, under_way, sampled, .. } = &mut *state;
        let ended = match *under_way {
            None => {
                let kinds = networks.first().map_or(1, Vec::len);
                let Some(first) = waiting.front().map(|asked| lock(asked).kind(kinds)) else { return };
                let most = SIZES[networks.len() - 1];
                waiting.retain(|asked| {
                    let taken = sampled.len() < most && lock(asked).kind(kinds) == first;
                    if taken {
                        sampled.push(Arc::clone(asked));
                    }
                    !taken
                });
                let size = SIZES.iter().position(|&size| size >= sampled.len()).expect("at most the largest");
                *under_way = Some((size, first));
                self.batches.fetch_add(1, Ordering::Relaxed);
                self.windows.fetch_add(sampled.len() as u64, Ordering::Relaxed);
                let network = &mut networks[size][first];
                let mut write = sampled.iter().enumerate();
                let written = write.try_for_each(|(at, asked)| network.write(at, &lock(asked).window()));
                written.and_then(|()| network.begin()).map(|()| false)
            }
            Some((size, kind)) => networks[size][kind].advance(),
        };
        if ended == Ok(false) {
            return;
        }
        let Some((size, kind)) = under_way.take() else { return };
        let network = &mut networks[size][kind];
        for (at, asked) in sampled.drain(..).enumerate() {
            let mut asked = lock(&asked);
            asked.outcome = Some(ended.clone().and_then(|_| network.read(at, &mut asked.motion)));
        }
    }
}

impl State {
    /// The next size that the seats need and that is not there: the first that is enough for all, and those before it.
    fn wanted(&self) -> Option<usize> {
        let made = self.networks.len();
        let enough = made > 0 && SIZES[made - 1] >= self.seats;
        (made < SIZES.len() && !enough).then_some(made)
    }
}

impl Asked {
    fn kind(&self, kinds: usize) -> usize {
        kind(&self.window(), kinds)
    }

    fn window(&self) -> LiveWindow<'_> {
        LiveWindow {
            features: &self.features,
            known: &self.known,
            mask: &self.mask,
            style: self.strength.map(|strength| (&self.code[..], strength)),
            guidance: self.guidance,
            seed: self.seed,
            first_frame: self.first_frame,
        }
    }
}

impl Seat {
    /// [`LiveMotion::sample`](super::LiveMotion::sample). Where it is not polled to its end, the seat is of no further use.
    pub(super) async fn sample(&mut self, window: &LiveWindow<'_>, unit: &Unit, motion: &mut [f32]) -> Result<()> {
        {
            let mut asked = lock(&self.asked);
            asked.features.copy_from_slice(window.features);
            asked.known.copy_from_slice(window.known);
            asked.mask.copy_from_slice(window.mask);
            asked.strength = window.style.map(|(_, strength)| strength);
            if let Some((code, _)) = window.style {
                asked.code.copy_from_slice(code);
            }
            (asked.guidance, asked.seed, asked.first_frame) = (window.guidance, window.seed, window.first_frame);
            asked.outcome = None;
        }
        lock(&self.batches.state).waiting.push_back(Arc::clone(&self.asked));
        unit.end().await;
        loop {
            {
                let mut asked = lock(&self.asked);
                if let Some(outcome) = asked.outcome.take() {
                    motion.copy_from_slice(&asked.motion);
                    return outcome;
                }
            }
            self.batches.advance();
            unit.pause().await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = lock(&self.batches.state);
        state.seats -= 1;
        // A batch under way goes on without it.
        state.waiting.retain(|asked| !Arc::ptr_eq(asked, &self.asked));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic left behind is written again with the next window.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
