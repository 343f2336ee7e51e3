//! The starter as users get it: lips that part as people's do and meet, a mouth that is shut in pauses, lids that move together,
//! clips that come from rest and go back to it.

use std::sync::{Arc, OnceLock};

use media2face::signal::HeadPose;
use media2face::{Animation, Expression, Head, Keyframe, SessionOptions};

use super::lips::Lips;
use super::session::{animate, options};
use super::starter;
use crate::support::extent::{IN_FULL, is_full, left_out};

const FPS: f32 = 30.0;

fn quick(seed: u64) -> SessionOptions {
    SessionOptions { seed, steps: Some(4), ..options(16_000, 1) }
}

/// The starter speaking, silent for a second, and speaking again, with its adjustments and without.
fn pair() -> &'static [Arc<Animation>; 2] {
    static PAIR: OnceLock<[Arc<Animation>; 2]> = OnceLock::new();
    PAIR.get_or_init(|| {
        let (model, samples) = (starter::model(), paused());
        [true, false].map(|pack_adjustments| animate(&model, SessionOptions { pack_adjustments, ..quick(1) }, &samples))
    })
}

/// 0.4 to 3.4 s of the sample, a second of silence, and the same again.
fn paused() -> Vec<f32> {
    let speech = &starter::hello(4)[6_400..54_400];
    [speech, &[0.0; 16_000], speech].concat()
}

fn column(animation: &Arc<Animation>, name: &str) -> Vec<f32> {
    let at = animation.model().blendshape_names().iter().position(|other| other == name).expect("a name");
    let frames = animation.motion().len();
    let weights = animation.reader().expect("reader").weights(FPS, 0, frames).expect("weights");
    weights.chunks_exact(animation.model().blendshape_names().len()).map(|row| row[at]).collect()
}

/// Angles of the head from rest, degrees.
pub(super) fn turns(animation: &Arc<Animation>) -> Vec<f32> {
    let heads = animation.reader().expect("reader").heads(FPS, 0, animation.motion().len()).expect("heads");
    heads.iter().map(|head| 2.0 * head.rotation[3].abs().min(1.0).acos().to_degrees()).collect()
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values[values.len() / 2]
}

#[test]
fn lips_part_as_people_s_do_and_meet() {
    let lips = Lips::of(&starter::model());
    let [adjusted, free] = pair().each_ref().map(|clip| lips.gaps_mm(clip));
    let speech = || (0..90).chain(120..210);
    let [median_mm, free_mm] = [&adjusted, &free].map(|gaps| median(speech().map(|at| gaps[at]).collect()));
    let closed = |gaps: &[f32]| speech().filter(|&at| gaps[at] < 0.5).collect::<Vec<_>>();
    let (met, kept) = (closed(&free), closed(&free).into_iter().filter(|&at| adjusted[at] < 0.6).count());
    println!("lips part by {median_mm} mm, unadjusted by {free_mm} mm; of {} closures {kept} are kept", met.len());
    assert!((3.0..8.0).contains(&median_mm));
    assert!(met.len() > 10 && kept == met.len());
}

#[test]
fn mouth_is_shut_where_nobody_speaks_and_closes_without_a_leap() {
    let lips = Lips::of(&starter::model());
    let [adjusted, free] = pair();
    // The silence is from frame 90 to 120; it takes 0.2 s to close and 0.15 s to open.
    let [jaw, free_jaw] = [adjusted, free].map(|clip| column(clip, "jawOpen"));
    let gaps = lips.gaps_mm(adjusted);
    let most = |values: &[f32]| values[97..115].iter().copied().fold(f32::MIN, f32::max);
    println!("in the pause at most {} of jaw, {} mm; unadjusted {}", most(&jaw), most(&gaps), most(&free_jaw));
    assert!(most(&jaw) < 0.03 && most(&gaps) < 0.5);
    let steps = |values: &[f32]| values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steps(&jaw[88..122]) <= steps(&free_jaw), "no leap");
}

#[test]
fn clip_begins_at_rest_with_open_eyes() {
    let (model, samples) = (starter::model(), starter::hello(1));
    let mut worst = [0.0f32; 2];
    for seed in 0..12 {
        for (at, pack_adjustments) in [true, false].into_iter().enumerate() {
            let clip = animate(&model, SessionOptions { pack_adjustments, ..quick(seed) }, &samples);
            worst[at] = worst[at].max(turns(&clip)[0]);
            let lids = ["eyeBlinkLeft", "eyeBlinkRight"].map(|lid| column(&clip, lid)[0]);
            assert!(!pack_adjustments || lids.iter().all(|lid| *lid < 0.27), "seed {seed}: {lids:?}");
        }
    }
    println!("the first frame's head is at most {} degrees off, unadjusted {}", worst[0], worst[1]);
    assert!(worst[0] < 0.1 && worst[1] > 1.0);
}

#[test]
fn tail_brings_mouth_and_head_to_rest_and_belongs_to_the_clip() {
    let (model, lips) = (starter::model(), Lips::of(&starter::model()));
    // Cut off in the middle of a word.
    let samples = &starter::hello(2)[..25_600];
    for pack_adjustments in [true, false] {
        let with = |tail_s| animate(&model, SessionOptions { pack_adjustments, tail_s, ..quick(2) }, samples);
        let (short, long) = (with(0.0), with(0.3));
        assert_eq!((short.duration_s(), long.duration_s()), (1.6, 1.9));
        assert_eq!((short.motion().len(), long.motion().len()), (48, 57));
        let (turned, jaw) = (turns(&long), column(&long, "jawOpen"));
        let gap_mm = *lips.gaps_mm(&long).last().expect("frames");
        println!("at the end {} degrees, jaw {}, lips {gap_mm} mm apart", turned[56], jaw[56]);
        assert!(turned[54..].iter().all(|angle| *angle < 0.1) && jaw[56] < 0.03 && gap_mm < 0.5);
        assert!(column(&short, "jawOpen")[47] > 0.05, "it is open where the sound ends");
    }
}

#[test]
fn lids_move_together_unless_a_wink_was_asked_for() {
    if !is_full() {
        return left_out(IN_FULL);
    }
    let (model, samples) = (starter::model(), starter::hello(3));
    let apart = |clip: &Arc<Animation>| {
        let [left, right] = ["eyeBlinkLeft", "eyeBlinkRight"].map(|lid| column(clip, lid));
        left.iter().zip(&right).map(|(l, r)| (l - r).abs()).collect::<Vec<_>>()
    };
    let most = |values: &[f32]| values.iter().copied().fold(0.0, f32::max);
    let mut free: f32 = 0.0;
    for seed in 0..12 {
        let with = |pack_adjustments| animate(&model, SessionOptions { pack_adjustments, ..quick(seed) }, &samples);
        let together = most(&apart(&with(true)));
        assert!(together < 0.05, "seed {seed}: {together}");
        free = free.max(most(&apart(&with(false))));
    }
    println!("unadjusted lids are up to {free} apart");

    let wink = model.blendshape_names().iter().map(|name| f32::from(u8::from(name == "eyeBlinkLeft"))).collect();
    let expression = Some(Arc::new(Expression::Weights(wink)));
    let keyframe = Keyframe { expression, end_s: 1.6, ..Keyframe::at(1.4) };
    let held = |pack_adjustments| {
        let keyframes = vec![keyframe.clone()];
        animate(&model, SessionOptions { keyframes, pack_adjustments, ..quick(1) }, &samples)
    };
    let winks = held(true);
    assert!(apart(&winks)[42..=48].iter().all(|apart| *apart > 0.8), "a keyframe winks");
    let d_z = model.manifest().denoiser.as_ref().expect("a denoiser").d_z;
    for frame in 42..=48 {
        assert_eq!(winks.motion().row(frame)[..d_z], held(false).motion().row(frame)[..d_z], "frame {frame}");
    }
}

#[test]
fn keyframed_head_lets_go_evenly_over_its_ramp() {
    let (model, samples) = (starter::model(), starter::hello(3));
    let half = 12.5f32.to_radians();
    let pose = HeadPose { rotation: [0.0, half.sin(), 0.0, half.cos()], ..HeadPose::default() };
    let keyframe = Keyframe { head: Some(Arc::new(Head::Pose(pose))), end_s: 1.5, ramp_s: 0.6, ..Keyframe::at(1.2) };
    let yaw = |keyframes| {
        let clip = animate(&model, SessionOptions { keyframes, steps: None, ..quick(1) }, &samples);
        let heads = clip.reader().expect("reader").heads(FPS, 0, 90).expect("heads");
        heads.iter().map(|head| 2.0 * head.rotation[1].asin().to_degrees()).collect::<Vec<f32>>()
    };
    let held = yaw(vec![keyframe]);
    // The ramps are 18 frames, from 18 to 36 and from 45 to 63.
    let rest = |frames: std::ops::Range<usize>| held[frames].iter().sum::<f32>() / 4.0;
    for away in [6, 9, 12] {
        let share = |frame: usize, rest: f32| (held[frame] - rest) / (25.0 - rest);
        let [into, out] = [share(36 - away, rest(12..16)), share(45 + away, rest(65..69))];
        println!("{away} of 18 frames away: {into} before, {out} behind");
        let even = 1.0 - away as f32 / 18.0;
        assert!((into - even).abs() < 0.22 && (out - even).abs() < 0.22, "{away}: {into}, {out}, expected {even}");
    }
}
