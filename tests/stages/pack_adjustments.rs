//! A pack's adjustments over the whole of a tiny one: what they leave alone, that nothing is adjusted twice, what is refused.

use std::sync::Arc;

use media2face::error::Error;
use media2face::pack::{ARKIT_NAMES, AdjustmentsConfig, Pack};
use media2face::signal::HeadPose;
use media2face::{
    Adjustments, Animation, Expression, Head, Keyframe, Model, Part, Session, SessionOptions, Style, StyleTrack,
};

use super::session::{animate, options, runtime, tiny, tone};
use super::starter_pack_adjustments::turns;

/// The tiny pack with adjustments that act in every frame.
fn adjusted() -> Arc<Model> {
    Model::new(&runtime(1), with_adjustments(|_| ())).expect("model")
}

fn with_adjustments(change: impl FnOnce(&mut AdjustmentsConfig)) -> Pack {
    let pack = tiny();
    let mut manifest = pack.manifest().clone();
    let gain = |name: &str, gain: f32| (name.to_owned(), gain);
    let mut config = AdjustmentsConfig {
        gains: [gain("jawOpen", 0.5), gain("mouthSmileLeft", 1.5)].into(),
        pause_gains: [gain("jawOpen", 0.0)].into(),
        shortest_pause_s: 0.3,
        lids_together: true,
        ease_in_s: 0.2,
        head_play_deg: 0.0,
    };
    change(&mut config);
    manifest.adjustments = Some(config);
    Pack::from_parts(manifest, pack.tensors().clone())
}

fn revised(animation: &Arc<Animation>, start_s: f64, end_s: f64, options: SessionOptions) -> Arc<Animation> {
    let session = Session::revise(animation, start_s, end_s, options).expect("a revision");
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    session.pull().expect("job").expect("done")
}

#[test]
fn pack_without_adjustments_and_one_that_is_left_alone_are_the_same() {
    let (samples, leave) = (tone(16_000, 1, 1.0), SessionOptions { pack_adjustments: false, ..options(16_000, 1) });
    let plain = animate(&super::session::model(), options(16_000, 1), &samples);
    assert_eq!(animate(&adjusted(), leave, &samples).motion(), plain.motion());
    let made = animate(&adjusted(), options(16_000, 1), &samples);
    assert!((0..30).all(|frame| made.motion().row(frame) != plain.motion().row(frame)));
}

#[test]
fn what_is_held_is_met_to_the_bit_and_isolation_keeps_unstyled_frames() {
    let (model, samples) = (adjusted(), tone(16_000, 1, 2.0));
    let d_z = model.manifest().denoiser.as_ref().expect("a denoiser").d_z;
    let z: Vec<f32> = (0..d_z).map(|i| 0.4 + 0.01 * i as f32).collect();
    let expression = Some(Arc::new(Expression::Latent(z.clone())));
    let pose = HeadPose { rotation: [0.0, 0.2, 0.0, 0.979_795_9], translation_mm: [1.0, -2.0, 3.0] };
    let head = Some(Arc::new(Head::Pose(pose)));
    let keyframe = Keyframe { expression, head, end_s: 0.3, ..Keyframe::at(0.0) };
    let held = animate(&model, SessionOptions { keyframes: vec![keyframe], ..options(16_000, 1) }, &samples);
    for frame in 0..=9 {
        assert_eq!(held.motion().row(frame)[..d_z], z, "frame {frame}");
        assert_eq!(held.motion().row(frame)[d_z..], pose.to_columns(), "frame {frame}: it holds against the start too");
    }

    let plain = animate(&model, options(16_000, 1), &samples);
    let style = StyleTrack { start_s: 0.5, end_s: 1.0, ..StyleTrack::new(Style::Text("happy".to_owned())) };
    let styled = animate(&model, SessionOptions { styles: vec![style], ..options(16_000, 1) }, &samples);
    for frame in (0..12).chain(34..60) {
        assert_eq!(styled.motion().row(frame), plain.motion().row(frame), "frame {frame}");
    }
    assert_ne!(styled.motion().row(20), plain.motion().row(20));
}

#[test]
fn nothing_is_adjusted_twice() {
    let (model, samples) = (adjusted(), [tone(16_000, 1, 1.0), vec![0.0; 8_000], tone(16_000, 1, 1.0)].concat());
    let first = animate(&model, options(16_000, 1), &samples);
    let second = revised(&first, 1.0, 1.5, SessionOptions { seed: 5, ..options(16_000, 1) });
    for frame in (0..30).chain(46..75) {
        assert_eq!(second.motion().row(frame), first.motion().row(frame), "frame {frame}");
    }
    assert_ne!(second.motion().row(37), first.motion().row(37));
    // What is made again rests where the clip does: with every other adjustment off a revision by the same seed moves towards
    // rest, too, in the silence from frame 30 to 45 and nowhere else.
    let only = with_adjustments(|config| {
        config.gains.clear();
        config.pause_gains = ARKIT_NAMES.map(|name| (name.to_owned(), 0.0)).into();
        (config.lids_together, config.ease_in_s) = (false, 0.0);
    });
    let model = Model::new(&runtime(1), only).expect("model");
    let base = animate(&model, options(16_000, 1), &samples);
    let [rests, free] = [true, false].map(|pack_adjustments| {
        revised(&base, 0.6, 1.9, SessionOptions { pack_adjustments, seed: 5, ..options(16_000, 1) })
    });
    let differ = |frame: usize| rests.motion().row(frame) != free.motion().row(frame);
    assert!((36..41).all(differ) && (18..30).chain(46..57).all(|frame| !differ(frame)));
    // A composition is made of motion that is adjusted already, and so is what is adjusted.
    let composed = Animation::compose(&[Part::whole(Arc::clone(&base))], 0.0).expect("a composition");
    assert_eq!(composed.motion(), base.motion());
    assert_eq!(base.adjust(&Adjustments::default()).expect("adjusted").motion(), base.motion());
    let again = revised(&composed, 0.6, 1.9, SessionOptions { seed: 5, ..options(16_000, 1) });
    assert_eq!(again.motion(), rests.motion(), "a composition rests where its parts do");
}

#[test]
fn heads_hold_still_within_their_play_but_not_where_they_are_held() {
    let only = |head_play_deg| {
        let pack = with_adjustments(|config| {
            *config = AdjustmentsConfig { head_play_deg, ..AdjustmentsConfig::default() };
        });
        Model::new(&runtime(1), pack).expect("model")
    };
    let d_z = only(0.0).manifest().denoiser.as_ref().expect("a denoiser").d_z;
    let samples = tone(16_000, 1, 2.0);
    let head =
        Some(Arc::new(Head::Pose(HeadPose { rotation: [0.0, 0.2, 0.0, 0.979_795_9], translation_mm: [0.0; 3] })));
    let keyframes = vec![Keyframe { head, end_s: 1.2, ..Keyframe::at(1.0) }];
    let [free, played] = [0.0, 3.0].map(|play_deg| {
        let options = SessionOptions { keyframes: keyframes.clone(), ..options(16_000, 1) };
        animate(&only(play_deg), options, &samples)
    });
    let turn = |frame: usize, animation: &Animation| animation.motion().row(frame)[d_z..d_z + 3].to_vec();
    let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt();
    let still = |animation: &Animation| {
        (1..60).filter(|&at| apart(&turn(at - 1, animation), &turn(at, animation)) < 1e-6).count()
    };
    for frame in 0..60 {
        let (asked, shown) = (turn(frame, &free), turn(frame, &played));
        assert!(apart(&asked, &shown) < 3.01_f32.to_radians(), "frame {frame}");
        assert!(free.motion().row(frame)[..d_z] == played.motion().row(frame)[..d_z], "expression of frame {frame}");
        assert!(!(30..=36).contains(&frame) || asked == shown, "held frame {frame}");
    }
    let (before, after) = (still(&free), still(&played));
    assert!(after > before + 5, "{before} frames held still, then {after}");
}

#[test]
fn style_that_asks_for_a_wink_leaves_the_lids_apart() {
    let only = with_adjustments(|config| {
        config.gains.clear();
        config.pause_gains.clear();
        config.ease_in_s = 0.0;
    });
    let (model, samples) = (Model::new(&runtime(1), only).expect("model"), tone(16_000, 1, 1.0));
    for (text, tied) in
        [("a sly look", true), ("Winking, slyly", false), ("😉", false), ("un clin d'œil", false), ("twinkling", true)]
    {
        let [made, free] = [true, false].map(|pack_adjustments| {
            let style = Some(Style::Text(text.to_owned()));
            animate(&model, SessionOptions { style, pack_adjustments, ..options(16_000, 1) }, &samples)
        });
        assert_eq!(made.motion() != free.motion(), tied, "{text}");
    }
    // Over its range alone.
    let wink = StyleTrack { start_s: 0.5, end_s: 0.8, ..StyleTrack::new(Style::Text("wink".to_owned())) };
    let [made, free] = [true, false].map(|pack_adjustments| {
        let styles = vec![wink.clone()];
        animate(&model, SessionOptions { styles, pack_adjustments, ..options(16_000, 1) }, &samples)
    });
    assert_eq!(made.motion().row(20), free.motion().row(20));
    assert_ne!(made.motion().row(5), free.motion().row(5));
}

#[test]
fn clips_of_a_batch_are_adjusted_as_if_alone() {
    let (model, samples) = (adjusted(), [tone(16_000, 1, 1.0), tone(16_000, 1, 0.5)]);
    let with = |tail_s| SessionOptions { tail_s, ..options(16_000, 1) };
    let sessions = [0.0, 0.4].map(|tail_s| Session::new(&model, with(tail_s)).expect("session"));
    sessions.iter().zip(&samples).for_each(|(session, samples)| session.push_f32(samples).expect("push"));
    Session::finish_together(&sessions.each_ref()).expect("finish");
    for ((session, samples), tail_s) in sessions.iter().zip(&samples).zip([0.0, 0.4]) {
        assert!(session.wait(None).expect("job"));
        let together = session.pull().expect("job").expect("done");
        assert_eq!(together.motion(), animate(&model, with(tail_s), samples).motion());
    }
}

#[test]
fn adjustments_that_cannot_be_are_refused() {
    let refused = |change: &dyn Fn(&mut AdjustmentsConfig), words: &str| {
        let error = with_adjustments(|config| change(config)).check().expect_err(words);
        assert!(matches!(&error, Error::InvalidPack(text) if text.contains(words)), "{error}");
    };
    assert!(with_adjustments(|_| ()).check().is_ok());
    refused(&|c| _ = c.gains.insert("jawOpne".to_owned(), 1.0), "jawOpne");
    refused(&|c| _ = c.gains.insert("jawOpen".to_owned(), 4.5), "gains of jawOpen");
    refused(&|c| _ = c.pause_gains.insert("jawOpen".to_owned(), -0.1), "pause_gains of jawOpen");
    refused(&|c| _ = c.gains.insert("jawOpen".to_owned(), f32::NAN), "gains of jawOpen");
    refused(&|c| c.shortest_pause_s = 0.1, "shortest_pause_s");
    refused(&|c| c.ease_in_s = f32::INFINITY, "ease_in_s");
    refused(&|c| c.head_play_deg = 5.5, "head_play_deg");

    // Networks between weights and latents are asked for by who adjusts, and by nobody else.
    let pack = with_adjustments(|_| ());
    let tensors = pack.tensors().clone().into_iter().filter(|(name, _)| !name.starts_with("gnpfa.from_weights."));
    let model = Model::new(&runtime(0), Pack::from_parts(pack.manifest().clone(), tensors)).expect("model");
    let error = Session::new(&model, options(16_000, 1)).err().expect("an error");
    assert!(matches!(&error, Error::MissingPart(text) if text.contains("adjustments")), "{error}");
    let leave = SessionOptions { pack_adjustments: false, tail_s: 0.3, ..options(16_000, 1) };
    let clip = animate(&model, leave, &tone(16_000, 1, 0.5));
    assert!(turns(&clip).last().is_some_and(|angle| *angle < 0.1), "heads come to rest all the same");
    for tail_s in [-0.1, 10.1, f64::NAN] {
        let error = Session::new(&adjusted(), SessionOptions { tail_s, ..options(16_000, 1) }).err().expect("an error");
        assert!(matches!(&error, Error::InvalidArgument(text) if text.contains("a tail of")), "{error}");
    }
}
