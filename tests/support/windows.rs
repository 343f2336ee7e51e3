//! Windows of streams on the tiny pack, and several of them sampled together.

use std::sync::Arc;

use media2face::error::Result;
use media2face::internals::motion::{LiveBatches, LiveMotion, LiveWindow, SampleOptions, Sampler};
use media2face::internals::unit::{self, Unit};
use media2face::pack::{self, Size};

pub const FRAMES: usize = 20;

/// What a window is made of.
pub struct Given {
    pub features: Vec<f32>,
    pub known: Vec<f32>,
    pub mask: Vec<f32>,
    pub code: Option<Vec<f32>>,
    pub number: isize,
}

pub fn sampler() -> Arc<Sampler> {
    Arc::new(Sampler::load(&pack::random(Size::Tiny, 3).expect("pack")).expect("sampler"))
}

pub fn options(sampler: &Sampler) -> SampleOptions {
    SampleOptions { steps: 4, eta: 0.0, ..sampler.defaults().clone() }
}

pub fn given(sampler: &Sampler, number: isize, styled: bool) -> Given {
    let config = sampler.denoiser().config();
    let wave = |count: usize, pace: f32| (0..count).map(|i| (i as f32 * pace).sin()).collect::<Vec<f32>>();
    let holds = [1.0, 1.0, 0.5, 0.25, 0.0];
    Given {
        features: wave(FRAMES * config.d_a, 0.1 + number as f32),
        known: wave(FRAMES * config.d_x, 0.3 + number as f32),
        mask: (0..2 * FRAMES).map(|i| holds[(i * 5) / (2 * FRAMES)]).collect(),
        code: styled.then(|| wave(config.d_p, 0.7 + number as f32)),
        number,
    }
}

impl Given {
    pub fn window(&self, options: &SampleOptions) -> LiveWindow<'_> {
        LiveWindow {
            features: &self.features,
            known: &self.known,
            mask: &self.mask,
            style: self.code.as_ref().map(|code| (&code[..], 0.8)),
            guidance: [options.guidance_audio + 0.1 * self.number as f32, options.guidance_style],
            seed: 9 + self.number as u64,
            first_frame: self.number * 6,
        }
    }
}

pub fn seats(batches: &Arc<LiveBatches>, count: usize) -> Vec<LiveMotion> {
    let unit = Unit::default();
    (0..count).map(|_| unit::finish(LiveMotion::beside(batches, None, &unit)).expect("a seat")).collect()
}

/// All windows at once, a unit of each in turn.
pub fn together(seats: &mut [LiveMotion], given: &[Given], options: &SampleOptions) -> Vec<Result<Vec<f32>>> {
    let unit = Unit::default();
    let works = seats.iter_mut().zip(given).map(|(seat, given)| {
        let unit = &unit;
        Box::pin(async move {
            let mut motion = vec![0.0; given.known.len()];
            seat.sample(&given.window(options), unit, &mut motion).await.map(|()| motion)
        })
    });
    let mut works: Vec<_> = works.map(Some).collect();
    let mut outcomes: Vec<Option<Result<Vec<f32>>>> = given.iter().map(|_| None).collect();
    while outcomes.iter().any(Option::is_none) {
        for (work, outcome) in works.iter_mut().zip(&mut outcomes) {
            if let Some(under_way) = work
                && let Some(done) = unit.advance(under_way.as_mut())
            {
                (*work, *outcome) = (None, Some(done));
            }
        }
    }
    outcomes.into_iter().flatten().collect()
}
