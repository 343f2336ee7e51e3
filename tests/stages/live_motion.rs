//! Windows of streams: against samplings of clips, and several in one batch against each alone.

use std::sync::Arc;

use media2face::internals::motion::{
    Clip, Inpaint, InpaintMode, KeptBatches, LiveMotion, LiveWindow, SampleJob, SampleOptions, Sampler,
};
use media2face::internals::plan::{Backend, DeviceFrames};
use media2face::internals::unit::{self, Unit};
use media2face::pack::{Size, random, random_live};
use media2face::signal::Frames;

use crate::live_speech::backend;
use crate::support::windows::{FRAMES, Given, given, options, sampler, seats, together};

fn alone(sampler: &Arc<Sampler>, given: &Given) -> Vec<f32> {
    let (backend, options, unit) = (backend(), options(sampler), Unit::default());
    let live = LiveMotion::new(sampler, &*backend, None, &options, FRAMES, None, &unit);
    let mut live = unit::finish(live).expect("live");
    let mut motion = vec![0.0; given.known.len()];
    unit::finish(live.sample(&given.window(&options), &unit, &mut motion)).expect("window");
    motion
}

/// A window by itself, as a sampling of a clip.
fn as_clip(sampler: &Arc<Sampler>, given: Given, mode: InpaintMode) -> Vec<f32> {
    let (backend, options) = (backend(), options(sampler));
    let config = sampler.denoiser().config().clone();
    let [guidance_audio, guidance_style] = given.window(&options).guidance;
    let clip = Clip {
        seed: 9 + given.number as u64,
        first_frame: given.number as usize * 6,
        default_code: (mode == InpaintMode::Given).then(|| vec![0.0; config.d_p]),
        edit: Some(Inpaint { known: Frames::new(config.d_x, given.known), mask: Frames::new(2, given.mask), mode }),
        ..Clip::new(DeviceFrames::upload(&*backend, config.d_a, &given.features).expect("memory"))
    };
    let options = SampleOptions { guidance_audio, guidance_style, ..options };
    let mut job = SampleJob::new(Arc::clone(sampler), vec![clip], &options).expect("job");
    while !job.advance(&*backend).expect("unit") {}
    job.finish().expect("motion").remove(0).data
}

/// The network of fast streams of a pack.
fn fast() -> Arc<Sampler> {
    Arc::new(
        Sampler::load_live(&random_live(&random(Size::Tiny, 3).expect("pack"), FRAMES, 3).expect("pack"))
            .expect("sampler"),
    )
}

#[test]
fn live_window_is_a_sampling_of_a_clip_whose_past_is_known() {
    for (sampler, mode) in [(sampler(), InpaintMode::Inpaint), (fast(), InpaintMode::Given)] {
        for number in 0..3 {
            let found = alone(&sampler, &given(&sampler, number, false));
            assert_eq!(found, as_clip(&sampler, given(&sampler, number, false), mode), "{mode:?}, window {number}");
        }
    }
}

#[test]
fn network_of_fast_streams_sees_what_was_shown_in_its_one_step() {
    let sampler = fast();
    let (whole, mut other) = (given(&sampler, 0, false), given(&sampler, 0, false));
    let width = sampler.denoiser().config().d_x;
    let known = whole.mask.chunks_exact(2).position(|mask| mask[0] < 1.0).expect("frames that are free");
    other.known[..known * width].iter_mut().for_each(|value| *value += 0.5);
    let one_step = |given: &Given| {
        let (backend, unit) = (backend(), Unit::default());
        let options = sampler.defaults().clone();
        assert_eq!(options.steps, 1);
        let live = LiveMotion::new(&sampler, &*backend, None, &options, FRAMES, None, &unit);
        let mut motion = vec![0.0; given.known.len()];
        unit::finish(unit::finish(live).expect("live").sample(&given.window(&options), &unit, &mut motion))
            .expect("window");
        motion.split_off((FRAMES - 1) * width)
    };
    assert_ne!(one_step(&whole), one_step(&other), "the last frame, of which nothing is known");
}

#[test]
fn windows_of_a_batch_are_those_alone() {
    let (backend, sampler): (Arc<dyn Backend>, _) = (backend(), sampler());
    let (kept, options) = (KeptBatches::default(), options(&sampler));
    let batches = kept.of(&sampler, &backend, &options, FRAMES, None).expect("batches");
    let mut seats = seats(&batches, 9);
    // Windows, those of them with a style, and the batches that they take: a kind is a batch of its own, of at most eight.
    let mut expected = (0, 0);
    for (count, styled, taken) in [(1, 0, 1), (3, 0, 1), (4, 4, 1), (5, 2, 2), (9, 0, 2)] {
        let given: Vec<Given> = (0..count).map(|i| given(&sampler, i as isize, i < styled)).collect();
        let found = together(&mut seats[..count], &given, &options);
        for (found, given) in found.into_iter().zip(&given) {
            assert_eq!(found.expect("motion"), alone(&sampler, given), "window {} of {count}", given.number);
        }
        expected = (expected.0 + taken, expected.1 + count as u64);
        assert_eq!(batches.sampled(), expected, "{count} windows, {styled} with a style");
    }
}

#[test]
fn streams_whose_windows_are_alike_share_batches_while_one_of_them_lives() {
    let (backend, sampler): (Arc<dyn Backend>, _) = (backend(), sampler());
    let (kept, options) = (KeptBatches::default(), options(&sampler));
    let of =
        |options: &SampleOptions, frames: usize| kept.of(&sampler, &backend, options, frames, None).expect("batches");
    let first = of(&options, FRAMES);
    let stronger = SampleOptions { guidance_audio: 3.0, ..options.clone() };
    assert!(Arc::ptr_eq(&first, &of(&stronger, FRAMES)), "each window has a guidance of its own");
    assert!(!Arc::ptr_eq(&first, &of(&options, FRAMES - 1)), "other frames");
    assert!(!Arc::ptr_eq(&first, &of(&SampleOptions { steps: 3, ..options.clone() }, FRAMES)), "other steps");
    let seat = seats(&first, 1);
    let weak = Arc::downgrade(&first);
    drop((first, seat));
    assert!(weak.upgrade().is_none(), "nobody uses them any more");
}

#[test]
fn window_whose_stream_ends_leaves_the_others_alone() {
    let (backend, sampler): (Arc<dyn Backend>, _) = (backend(), sampler());
    let (kept, options) = (KeptBatches::default(), options(&sampler));
    let batches = kept.of(&sampler, &backend, &options, FRAMES, None).expect("batches");
    let given: Vec<Given> = (0..3).map(|i| given(&sampler, i, false)).collect();
    let unit = Unit::default();
    let [mut stays, mut waits, mut works] = <[LiveMotion; 3]>::try_from(seats(&batches, 3)).ok().expect("three");
    let mut motion = [(); 3].map(|()| vec![0.0; given[0].known.len()]);
    let [a, b, c] = &mut motion;
    let windows: Vec<LiveWindow<'_>> = given.iter().map(|given| given.window(&options)).collect();
    let mut staying = Box::pin(stays.sample(&windows[0], &unit, a));
    assert!(unit.advance(staying.as_mut()).is_none(), "it waits");
    let mut waiting = Box::pin(waits.sample(&windows[1], &unit, b));
    assert!(unit.advance(waiting.as_mut()).is_none(), "it waits");
    drop(waiting);
    drop(waits);
    let mut working = Box::pin(works.sample(&windows[2], &unit, c));
    assert!(unit.advance(working.as_mut()).is_none(), "it waits");
    assert!(unit.advance(staying.as_mut()).is_none(), "the batch is under way");
    drop(working);
    drop(works);
    while unit.advance(staying.as_mut()).is_none() {}
    drop(staying);
    assert_eq!(motion[0], alone(&sampler, &given[0]));
    assert_eq!(batches.sampled(), (1, 2), "what was asked for when it began");
    let mut seats = vec![stays];
    let again = together(&mut seats, &given[..1], &options).remove(0).expect("motion");
    assert_eq!(again, motion[0], "it goes on");
}
