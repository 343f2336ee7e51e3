//! Where no seed is asked for a clip's sound gives one: each voice its own take, one sound one take.

use std::sync::Arc;

use media2face::output::{Blinks, Gaze};
use media2face::{Adjustments, Animation, Model, Part, SEED_AUTO, Session, SessionOptions};

use super::session::{animate, model, options, tone};
use super::starter;
use crate::support::extent::{IN_FULL, is_full, left_out};

fn auto(rate_hz: u32, channels: u32) -> SessionOptions {
    SessionOptions { seed: SEED_AUTO, ..options(rate_hz, channels) }
}

fn take(model: &Arc<Model>, options: SessionOptions, push: impl FnOnce(&Session)) -> Arc<Animation> {
    let session = Session::new(model, options).expect("session");
    push(&session);
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    session.pull().expect("job").expect("done")
}

#[test]
fn one_sound_gives_one_take_however_it_is_pushed() {
    let model = model();
    let integers: Vec<i16> = tone(16_000, 1, 0.5).iter().map(|s| (s * 32_000.0) as i16).collect();
    let floats: Vec<f32> = integers.iter().map(|&s| f32::from(s) / 32_768.0).collect();
    let twice: Vec<f32> = floats.iter().flat_map(|&s| [s, s]).collect();
    let expected = take(&model, auto(16_000, 1), |session| session.push_i16(&integers).expect("push"));
    let others = [
        take(&model, auto(16_000, 1), |session| session.push_f32(&floats).expect("push")),
        take(&model, auto(16_000, 1), |session| {
            integers.chunks(7).for_each(|chunk| session.push_i16(chunk).expect("push"));
        }),
        take(&model, auto(16_000, 2), |session| {
            twice.chunks(999).for_each(|chunk| session.push_f32(chunk).expect("push"));
        }),
        animate(&model, SessionOptions { seed: expected.seed(), ..auto(16_000, 1) }, &floats),
    ];
    for other in others {
        assert_eq!((other.seed(), other.motion()), (expected.seed(), expected.motion()));
    }
    assert!(expected.seed() < 1 << 32);
}

#[test]
fn seed_that_was_asked_for_is_kept_and_zero_is_one() {
    let (model, samples) = (model(), tone(16_000, 1, 0.5));
    let of = |seed| animate(&model, SessionOptions { seed, ..options(16_000, 1) }, &samples);
    assert_eq!([0, 5, u64::MAX - 1].map(|seed| of(seed).seed()), [0, 5, u64::MAX - 1]);
    assert_eq!(SessionOptions::new(16_000, 1).seed, SEED_AUTO);
    let louder: Vec<f32> = samples.iter().map(|sample| 1.5 * sample).collect();
    assert_ne!(animate(&model, auto(16_000, 1), &louder).seed(), of(SEED_AUTO).seed());
}

#[test]
fn what_is_made_of_a_clip_has_its_seed() {
    let (model, samples) = (model(), tone(16_000, 1, 3.0));
    let clip = animate(&model, auto(16_000, 1), &samples);
    let revised = |seed| {
        let session = Session::revise(&clip, 1.0, 2.0, SessionOptions { seed, ..options(16_000, 1) }).expect("session");
        session.finish().expect("finish");
        assert!(session.wait(None).expect("job"));
        session.pull().expect("job").expect("done")
    };
    assert_eq!(revised(SEED_AUTO).motion(), revised(clip.seed()).motion());
    assert_ne!(revised(SEED_AUTO).motion(), revised(7).motion());
    assert_eq!(revised(7).seed(), clip.seed());
    let composed = Animation::compose(&[Part::whole(Arc::clone(&clip)), Part::whole(revised(7))], 0.1);
    assert_eq!(composed.expect("composed").seed(), clip.seed());

    let adjusted = |seed| {
        let blinks = Blinks { added_per_minute: 60.0, ..Blinks::default() };
        let gaze = Gaze { saccades_per_minute: 60.0, ..Gaze::default() };
        clip.adjust(&Adjustments { seed, blinks, gaze, ..Adjustments::default() }).expect("adjusted")
    };
    assert_eq!(adjusted(Adjustments::default().seed).motion(), adjusted(clip.seed()).motion());
    assert_ne!(adjusted(SEED_AUTO).motion(), adjusted(7).motion());
    assert_eq!(adjusted(7).seed(), clip.seed());
}

#[test]
fn sessions_together_have_the_seeds_that_each_has_alone() {
    let model = model();
    let sounds = [tone(16_000, 1, 0.5), tone(16_000, 1, 0.7)];
    let alone = sounds.each_ref().map(|samples| animate(&model, auto(16_000, 1), samples));
    let sessions = sounds.each_ref().map(|samples| {
        let session = Session::new(&model, auto(16_000, 1)).expect("session");
        session.push_f32(samples).expect("push");
        session
    });
    Session::finish_together(&sessions.each_ref()).expect("begun");
    for (session, alone) in sessions.iter().zip(&alone) {
        assert!(session.wait(None).expect("job"));
        let together = session.pull().expect("job").expect("done");
        assert_eq!((together.seed(), together.motion()), (alone.seed(), alone.motion()));
    }
    assert_ne!(alone[0].seed(), alone[1].seed());
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let covariance = |a: &[f32], b: &[f32]| {
        let (mean_a, mean_b) = (mean(a), mean(b));
        a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f32>()
    };
    covariance(a, b) / (covariance(a, a) * covariance(b, b)).sqrt()
}

/// The sample said by somebody else: faster or slower, and as much higher or lower.
fn other_voice(samples: &[f32], speed: f32) -> Vec<f32> {
    let count = (samples.len() as f32 / speed) as usize - 1;
    let sample = |i: usize| {
        let (place, part) = ((i as f32 * speed) as usize, (i as f32 * speed).fract());
        samples[place] * (1.0 - part) + samples[place + 1] * part
    };
    (0..count).map(sample).collect()
}

/// Mean correlation of the yaw and of the lids between the takes of several voices with this seed.
fn alike(seed: u64) -> [f32; 2] {
    const FRAMES: usize = 90;
    let (model, samples) = (starter::model(), starter::hello(4));
    let takes = [1.0, 0.8, 0.9, 1.1].map(|speed| {
        let options = SessionOptions { seed, steps: None, ..options(16_000, 1) };
        let clip = animate(&model, options, &other_voice(&samples, speed));
        let lid = model.blendshape_names().iter().position(|name| name == "eyeBlinkLeft").expect("a lid");
        let mut reader = clip.reader().expect("reader");
        let weights = reader.weights(30.0, 0, FRAMES).expect("weights");
        let yaw = |head: &media2face::signal::HeadPose| head.rotation[1];
        let yaws: Vec<f32> = reader.heads(30.0, 0, FRAMES).expect("heads").iter().map(yaw).collect();
        [yaws, weights.chunks_exact(52).map(|row| row[lid]).collect()]
    });
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
    [0, 1].map(|part| {
        let of = |(a, b): (usize, usize)| correlation(&takes[a][part], &takes[b][part]);
        pairs.into_iter().map(of).sum::<f32>() / pairs.len() as f32
    })
}

#[test]
fn takes_of_different_voices_have_little_in_common() {
    if !is_full() {
        return left_out(IN_FULL);
    }
    let (one_seed, own_seeds) = (alike(0), alike(SEED_AUTO));
    // What one seed has in common at least, so that the measure sees it, and what the voices' own may have.
    for (part, name, least, most) in [(0, "yaw", 0.6, 0.35), (1, "lids", 0.3, 0.3)] {
        let [same, own] = [one_seed[part], own_seeds[part]];
        assert!(same > least && own.abs() < most, "{name}: {same} with one seed, {own} with the voices' own");
    }
}
