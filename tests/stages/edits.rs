//! Edits: keyframes of every source, ranges made again, motions composed; what is met exactly, what is refused.

use std::io::Cursor;
use std::sync::Arc;

use image::{ImageFormat, RgbImage};
use media2face::error::Error;
use media2face::pack::Pack;
use media2face::picture::FaceBox;
use media2face::signal::{Frames, HeadPose};
use media2face::{
    Animation, Expression, FacePicture, Head, InpaintMode, Keyframe, Model, Part, Session, SessionOptions, Style,
    StyleTrack,
};

use super::session::{animate, model, options, runtime, tiny, tone};
use super::styles::{still_and_animated, told};
use super::support::max_difference;

const FPS: f64 = 30.0;

fn latent(model: &Model, value: f32) -> Expression {
    let d_z = model.manifest().denoiser.as_ref().expect("a denoiser").d_z;
    Expression::Latent((0..d_z).map(|i| value + 0.01 * i as f32).collect())
}

fn held(expression: Expression, start_s: f64, end_s: f64) -> Keyframe {
    Keyframe { expression: Some(Arc::new(expression)), end_s, ..Keyframe::at(start_s) }
}

fn turned(time_s: f64) -> Keyframe {
    let pose = HeadPose { rotation: [0.0, 0.2, 0.0, 0.979_795_9], translation_mm: [1.0, -2.0, 3.0] };
    Keyframe { head: Some(Arc::new(Head::Pose(pose))), ..Keyframe::at(time_s) }
}

fn with(keyframes: Vec<Keyframe>) -> SessionOptions {
    SessionOptions { keyframes, ..options(16_000, 1) }
}

fn z(animation: &Animation, frame: usize) -> &[f32] {
    &animation.motion().row(frame)[..d_z(animation)]
}

fn pose(animation: &Animation, frame: usize) -> &[f32] {
    &animation.motion().row(frame)[d_z(animation)..]
}

fn d_z(animation: &Animation) -> usize {
    animation.model().manifest().denoiser.as_ref().expect("a denoiser").d_z
}

fn revised(animation: &Arc<Animation>, start_s: f64, end_s: f64, options: SessionOptions) -> Arc<Animation> {
    let session = Session::revise(animation, start_s, end_s, options).expect("a revision");
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    session.pull().expect("job").expect("done")
}

/// Largest step from a frame to the next, over the frames that begin in a range.
fn largest_step(motion: &Frames, frames: std::ops::Range<usize>) -> f32 {
    frames.map(|frame| max_difference(motion.row(frame), motion.row(frame + 1))).fold(0.0, f32::max)
}

#[test]
fn hard_keyframes_are_met_to_the_bit_and_expression_and_head_apart() {
    let (model, samples) = (model(), tone(16_000, 1, 2.0));
    let Expression::Latent(asked) = latent(&model, 0.4) else { unreachable!() };
    let plain = animate(&model, options(16_000, 1), &samples);
    let edited = animate(&model, with(vec![held(latent(&model, 0.4), 0.5, 0.7), turned(1.5)]), &samples);
    for frame in 15..=21 {
        assert_eq!(z(&edited, frame), asked, "frame {frame}");
        assert_ne!(pose(&edited, frame), pose(&edited, 45), "the head is free");
    }
    let Some(Head::Pose(turned)) = turned(1.5).head.as_deref().cloned() else { unreachable!() };
    assert_eq!(pose(&edited, 45), turned.to_columns());
    assert_ne!(z(&edited, 45), asked);
    let ([near, far], apart) = ([14, 45].map(|f| max_difference(z(&edited, f), &asked)), z(&plain, 14));
    assert!(near < max_difference(apart, &asked) && near < far, "it is drawn to the keyframe before it: {near}, {far}");
}

#[test]
fn soft_keyframe_draws_the_motion_nearer_the_more_it_holds() {
    let (model, samples) = (model(), tone(16_000, 1, 1.0));
    let Expression::Latent(asked) = latent(&model, 3.0) else { unreachable!() };
    let distance = |hold: f32| {
        let keyframe = Keyframe { hold, ramp_s: 0.0, ..held(latent(&model, 3.0), 0.5, 0.5) };
        max_difference(z(&animate(&model, with(vec![keyframe]), &samples), 15), &asked)
    };
    let distances = [0.0, 0.25, 0.5, 0.75, 1.0].map(distance);
    assert!(distances.windows(2).all(|pair| pair[1] < pair[0]), "{distances:?}");
    assert_eq!(distances[4], 0.0);
    let free = max_difference(z(&animate(&model, options(16_000, 1), &samples), 15), &asked);
    assert_eq!(distances[0], free, "a hold of 0 holds nothing");
}

#[test]
fn weights_meshes_and_pictures_are_held_as_their_latents() {
    let (model, samples) = (model(), tone(16_000, 1, 0.5));
    let weights: Vec<f32> = (0..model.blendshape_names().len()).map(|i| if i == 3 { 0.7 } else { 0.0 }).collect();
    let mesh = model.default_identity().expect("a face").vertices_mm().to_vec();
    let mut file = Cursor::new(Vec::new());
    // One pixel is a picture too.
    let mut dot = Cursor::new(Vec::new());
    RgbImage::from_pixel(1, 1, image::Rgb([9, 200, 3])).write_to(&mut dot, ImageFormat::Png).expect("encoded");
    let dot = FacePicture { file: dot.into_inner(), face: None };
    let picture = RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 5, y as u8 * 7, 90]));
    picture.write_to(&mut file, ImageFormat::Png).expect("encoded");
    let picture = FacePicture { file: file.into_inner(), face: None };
    let at = |expression| held(expression, 0.2, 0.2);
    let result = animate(&model, with(vec![at(Expression::Weights(weights.clone()))]), &samples);
    let decoded = result.reader().expect("reader").weights(30.0, 6, 1).expect("weights");
    let free =
        animate(&model, options(16_000, 1), &samples).reader().expect("reader").weights(30.0, 6, 1).expect("free");
    assert_ne!(decoded, free);
    for source in [
        Expression::Mesh(mesh),
        Expression::Picture(dot),
        Expression::Picture(picture.clone()),
        Expression::Weights(weights),
    ] {
        let result = animate(&model, with(vec![at(source)]), &samples);
        let again = animate(&model, with(vec![at(Expression::Latent(z(&result, 6).to_vec()))]), &samples);
        assert_eq!(result.motion(), again.motion());
    }
    let head = Keyframe { head: Some(Arc::new(Head::Picture(picture.clone()))), ..Keyframe::at(0.2) };
    let result = animate(&model, with(vec![head]), &samples);
    let mut extractor = model.extractor().expect("vision encoders");
    let whole = media2face::picture::Picture::decode(&picture.file).expect("decoded");
    let crop = extractor.crop(&whole, &media2face::picture::FaceBox::whole(&whole)).expect("a crop");
    let rotation = extractor.extract(&[crop]).expect("a face").rotations.data;
    assert_eq!(pose(&result, 6), [&rotation[..], &[0.0; 3]].concat());
}

#[test]
fn keyframes_hold_in_styled_clips_too_and_unstyled_frames_keep_theirs() {
    let (model, samples) = (model(), tone(16_000, 1, 3.0));
    let keyframes = vec![held(latent(&model, 0.4), 0.5, 0.5), held(latent(&model, -0.4), 2.0, 2.0)];
    let unstyled = animate(&model, with(keyframes.clone()), &samples);
    let styles = vec![StyleTrack { start_s: 1.5, end_s: 2.5, ..StyleTrack::new(Style::Text("happy".to_owned())) }];
    let styled = animate(&model, SessionOptions { styles, ..with(keyframes) }, &samples);
    assert_eq!(z(&styled, 60), z(&unstyled, 60), "held");
    assert_ne!(z(&styled, 65), z(&unstyled, 65), "styled");
    let kept = (0..=41).chain(79..90);
    kept.for_each(|f| assert_eq!(styled.motion().row(f), unstyled.motion().row(f), "frame {f}"));
}

#[test]
fn same_edits_give_the_same_bytes_on_one_thread_and_two() {
    let samples = tone(16_000, 1, 1.0);
    let [one, two] = [1, 2].map(|threads| {
        let model = Model::new(&runtime(threads), tiny()).expect("model");
        let keyframes = vec![held(latent(&model, 0.4), 0.3, 0.5), turned(0.8)];
        let first = animate(&model, SessionOptions { eta: Some(0.5), ..with(keyframes.clone()) }, &samples);
        let again = revised(&first, 0.2, 0.6, with(vec![turned(0.4)]));
        let edit_mode = InpaintMode::Repaint { loops: 2 };
        let repainted = animate(&model, SessionOptions { edit_mode, ..with(keyframes) }, &samples);
        [first, again, repainted].map(|animation| animation.motion().clone())
    });
    assert_eq!(one, two);
    assert_ne!(one[0], one[2]);
}

#[test]
fn repaint_meets_hard_keyframes_to_the_bit_as_inpainting_does() {
    let (model, samples) = (model(), tone(16_000, 1, 1.0));
    let Expression::Latent(asked) = latent(&model, 0.4) else { unreachable!() };
    for loops in [1, 3] {
        let keyframes = vec![held(latent(&model, 0.4), 0.0, 9.0), turned(0.5)];
        let edit_mode = InpaintMode::Repaint { loops };
        let result = animate(&model, SessionOptions { edit_mode, ..with(keyframes) }, &samples);
        assert!((0..30).all(|frame| z(&result, frame) == asked), "everywhere");
        assert_ne!(pose(&result, 14), pose(&result, 16), "the head is free but for one frame");
    }
    for loops in [0, 33] {
        let options = SessionOptions { edit_mode: InpaintMode::Repaint { loops }, ..options(16_000, 1) };
        assert!(matches!(Session::new(&model, options).err(), Some(Error::InvalidArgument(_))), "{loops} loops");
    }
}

#[test]
fn keyframe_past_the_end_has_no_effect_and_a_range_is_cut() {
    let ((model, warnings), samples) = (told(tiny()), tone(16_000, 1, 0.5));
    let plain = animate(&model, options(16_000, 1), &samples);
    let past = Keyframe { ramp_s: 0.0, ..held(latent(&model, 1.0), 3.0, 4.0) };
    assert_eq!(animate(&model, with(vec![past]), &samples).motion(), plain.motion());
    let long = animate(&model, with(vec![held(latent(&model, 1.0), 0.3, 40.0)]), &samples);
    assert_eq!(z(&long, 14), z(&long, 9));
    let warnings = warnings.lock().unwrap();
    assert!(warnings.len() == 2 && warnings[0].contains("keyframe 0 begins at 3 s"), "{warnings:?}");
    assert!(warnings[1].contains("keyframe 0 ends at 40 s") && warnings[1].contains("cut"), "{warnings:?}");
}

#[test]
fn animated_picture_is_held_as_its_first_frame_with_a_warning() {
    let ((model, warnings), samples) = (told(tiny()), tone(16_000, 1, 0.3));
    let of = |file| {
        let picture = FacePicture { file, face: Some(FaceBox { x: 0.0, y: 0.0, width: 4.0, height: 4.0 }) };
        animate(&model, with(vec![held(Expression::Picture(picture), 0.1, 0.1)]), &samples).motion().clone()
    };
    let [still, animated] = still_and_animated().map(of);
    assert_eq!(still, animated);
    let warnings = warnings.lock().unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("first frame"), "{warnings:?}");
}

#[test]
fn keyframes_that_cannot_be_are_refused_before_any_work() {
    let model = model();
    let refused = |keyframes: Vec<Keyframe>| Session::new(&model, with(keyframes)).err().expect("an error");
    let good = held(latent(&model, 0.0), 0.5, 0.6);
    for keyframe in [
        held(latent(&model, 0.0), 0.6, 0.5),
        held(latent(&model, 0.0), -0.1, 0.5),
        held(latent(&model, 0.0), f64::NAN, f64::NAN),
        held(latent(&model, 0.0), 0.0, f64::INFINITY),
        Keyframe { hold: 1.5, ..good.clone() },
        Keyframe { hold: f32::NAN, ..good.clone() },
        Keyframe { ramp_s: -1.0, ..good.clone() },
        Keyframe::at(0.0),
        held(Expression::Latent(vec![0.0; 2]), 0.0, 0.0),
        held(Expression::Weights(vec![f32::NAN; model.blendshape_names().len()]), 0.0, 0.0),
        held(Expression::Weights(vec![1.5; model.blendshape_names().len()]), 0.0, 0.0),
        held(Expression::Mesh(vec![0.0; 9]), 0.0, 0.0),
        held(Expression::Mesh(metres(&model)), 0.0, 0.0),
        Keyframe {
            head: Some(Arc::new(Head::Pose(HeadPose { rotation: [0.0; 4], translation_mm: [0.0; 3] }))),
            ..Keyframe::at(0.0)
        },
    ] {
        let error = refused(vec![keyframe.clone()]);
        assert!(matches!(error, Error::InvalidArgument(_)), "{keyframe:?}: {error}");
    }
    let broken = FacePicture { file: b"no picture".to_vec(), face: None };
    assert!(matches!(refused(vec![held(Expression::Picture(broken), 0.0, 0.0)]), Error::InvalidPicture(_)));
    let clash = refused(vec![good.clone(), held(latent(&model, 1.0), 0.55, 0.8)]);
    assert!(
        matches!(&clash, Error::InvalidArgument(text) if text.contains("keyframe 1") && text.contains("keyframe 0"))
    );
    assert!(Session::new(&model, with(vec![good.clone(), good])).is_ok(), "the same value twice");
}

fn metres(model: &Arc<Model>) -> Vec<f32> {
    model.default_identity().expect("a face").vertices_mm().iter().map(|v| v / 1000.0).collect()
}

#[test]
fn pack_without_the_network_for_a_source_says_so() {
    let pack = tiny();
    let mut tensors = pack.tensors().clone();
    tensors
        .retain(|name, _| !["gnpfa.encoder.", "gnpfa.from_w", "gnpfa.pose"].iter().any(|part| name.starts_with(part)));
    let model = Model::new(&runtime(1), Pack::from_parts(pack.manifest().clone(), tensors)).expect("model");
    let mesh = model.default_identity().expect("a face").vertices_mm().to_vec();
    let picture = FacePicture { file: Vec::new(), face: None };
    for (source, names) in [
        (Expression::Weights(vec![0.0; model.blendshape_names().len()]), "from_weights"),
        (Expression::Mesh(mesh), "gnpfa.encoder"),
        (Expression::Picture(picture), "pose_encoder"),
    ] {
        let error = Session::new(&model, with(vec![held(source, 0.0, 0.0)])).err().expect("an error");
        assert!(matches!(&error, Error::MissingPart(text) if text.contains(names)), "{error}");
    }
}

#[test]
fn revision_changes_its_range_alone_and_joins_smoothly() {
    let (model, samples) = (model(), tone(16_000, 1, 6.0));
    let first = animate(&model, options(16_000, 1), &samples);
    let again = revised(&first, 2.0, 4.0, SessionOptions { seed: 7, ..options(16_000, 1) });
    let (before, after) = (first.motion(), again.motion());
    for frame in (0..60).chain(121..180) {
        assert_eq!(before.row(frame), after.row(frame), "frame {frame}");
    }
    assert!((75..105).all(|frame| before.row(frame) != after.row(frame)), "another take inside");
    let spread = largest_step(before, 0..179);
    for seam in [57..63, 117..123] {
        let step = largest_step(after, seam.clone());
        assert!(step <= spread, "{seam:?}: {step} of {spread}");
    }
    assert_eq!(again.duration_s(), first.duration_s());
    let styled = SessionOptions { style: Some(Style::Text("happy".to_owned())), ..options(16_000, 1) };
    let twice = revised(&again, 0.0, 1.0, styled);
    assert_eq!(twice.motion().row(40), again.motion().row(40));
    assert_ne!(twice.motion().row(0), again.motion().row(0), "no fade where the range begins with the clip");
}

#[test]
fn revision_meets_its_keyframes_and_takes_no_audio() {
    let (model, samples) = (model(), tone(16_000, 1, 3.0));
    let first = animate(&model, options(16_000, 1), &samples);
    let keyframes = vec![held(latent(&model, 0.4), 1.5, 1.5), held(latent(&model, -0.4), 2.9, 2.9)];
    let again = revised(&first, 1.0, 2.0, with(keyframes.clone()));
    let Some(Expression::Latent(asked)) = keyframes[0].expression.as_deref() else { unreachable!() };
    assert_eq!(z(&again, 45), asked);
    assert_eq!(again.motion().row(87), first.motion().row(87), "a keyframe outside of the range has no effect");
    let session = Session::revise(&first, 1.0, 2.0, options(16_000, 1)).expect("a revision");
    assert!(matches!(session.push_f32(&samples), Err(Error::InvalidState(_))));
}

#[test]
fn revisions_that_cannot_be_are_refused() {
    let (model, samples) = (model(), tone(16_000, 1, 1.0));
    let first = animate(&model, options(16_000, 1), &samples);
    let refused = |animation, start_s, end_s| {
        Session::revise(animation, start_s, end_s, options(16_000, 1)).err().expect("an error")
    };
    for (start_s, end_s) in [(0.5, 0.2), (-1.0, 0.5), (f64::NAN, 1.0), (0.0, f64::NAN), (2.0, 3.0)] {
        assert!(matches!(refused(&first, start_s, end_s), Error::InvalidArgument(_)), "{start_s} to {end_s}");
    }
    let bare = animate(&model, SessionOptions { editable: false, ..options(16_000, 1) }, &samples);
    assert!(matches!(refused(&bare, 0.0, 0.5), Error::InvalidState(_)));
    assert_eq!(bare.motion(), first.motion());
}

#[test]
fn composition_keeps_the_parts_and_blends_between_them() {
    let model = model();
    let take =
        |seed: u64, seconds| animate(&model, SessionOptions { seed, ..options(16_000, 1) }, &tone(16_000, 1, seconds));
    let (a, b) = (take(1, 2.0), take(2, 1.0));
    let parts = [Part { animation: Arc::clone(&a), start_s: 0.5, end_s: 1.5 }, Part::whole(Arc::clone(&b))];
    let joined = Animation::compose(&parts, 0.2).expect("composed");
    assert_eq!(joined.motion().len(), 30 + 30 - 6);
    assert!((joined.duration_s() - 54.0 / FPS).abs() < 1e-3);
    (0..24).for_each(|i| assert_eq!(joined.motion().row(i), a.motion().row(15 + i), "frame {i}"));
    (30..54).for_each(|i| assert_eq!(joined.motion().row(i), b.motion().row(i - 24), "frame {i}"));
    for i in 24..30 {
        let (share, d_z) = ((i - 23) as f32 / 7.0, d_z(&joined));
        for c in 0..d_z {
            let (from, to) = (a.motion().row(15 + i)[c], b.motion().row(i - 24)[c]);
            assert!((joined.motion().row(i)[c] - (from + (to - from) * share)).abs() < 1e-6);
        }
    }
    let second = revised(&joined, 0.8, 1.0, options(16_000, 1));
    assert_eq!(second.motion().row(23), joined.motion().row(23));
    assert_ne!(second.motion().row(27), joined.motion().row(27), "the transition is made again");
}

#[test]
fn compositions_that_cannot_be_are_refused() {
    let (model, samples) = (model(), tone(16_000, 1, 0.5));
    let a = animate(&model, options(16_000, 1), &samples);
    let other = animate(&self::model(), options(16_000, 1), &samples);
    let whole = || Part::whole(Arc::clone(&a));
    let refused = |parts: &[Part], blend_s| {
        let error = Animation::compose(parts, blend_s).err().expect("an error");
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        error.to_string()
    };
    refused(&[], 0.0);
    refused(&[whole()], f64::NAN);
    refused(&[whole(), Part { start_s: 0.4, end_s: 0.2, ..whole() }], 0.0);
    refused(&[whole(), Part { start_s: 3.0, ..whole() }], 0.0);
    assert!(refused(&[whole(), Part::whole(other)], 0.0).contains("different models"));
    assert!(refused(&[whole(), whole(), whole()], 0.3).contains("part 1"));
    assert_eq!(Animation::compose(&[whole()], 0.3).expect("one part").motion(), a.motion());
}
