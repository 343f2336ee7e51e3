//! Adjustments over the whole of a tiny pack: nothing asked for is nothing changed, each layer acts on its own part, and what
//! cannot be is refused.

use std::sync::Arc;

use media2face::error::Error;
use media2face::output::{Blinks, Channel, Gaze, GazeTarget};
use media2face::pack::Pack;
use media2face::{Adjustments, Animation, Model};

use super::session::{animate, model, options, runtime, tiny, tone};
use super::styles::told;

const FPS: f32 = 30.0;

fn clip(model: &Arc<Model>) -> Arc<Animation> {
    animate(model, options(16_000, 1), &tone(16_000, 1, 2.0))
}

fn refused(model: &Arc<Model>, adjustments: &Adjustments, words: &str) {
    let error = adjustments.check(model).expect_err(words);
    assert!(error.to_string().contains(words), "{error} does not say {words}");
    assert_eq!(clip(model).adjust(adjustments).err(), Some(error));
}

/// The tiny pack less the tensors of a part.
fn without(prefix: &str) -> Pack {
    let pack = tiny();
    let tensors = pack.tensors().clone().into_iter().filter(|(name, _)| !name.starts_with(prefix));
    Pack::from_parts(pack.manifest().clone(), tensors)
}

#[test]
fn nothing_asked_for_leaves_every_bit() {
    let clip = clip(&model());
    let same = |adjustments: &Adjustments| {
        let adjusted = clip.adjust(adjustments).expect("adjusted");
        adjusted.motion() == clip.motion() && adjusted.duration_s() == clip.duration_s()
    };
    assert!(same(&Adjustments { seed: 9, ..Adjustments::default() }));
    // Layers that are there but find nothing to do: a channel left as it is, a target behind the end.
    let channels = vec![("jawOpen".to_owned(), Channel::default())];
    let targets = vec![GazeTarget { start_s: 5.0, ..GazeTarget::new(0.3, 0.0) }];
    assert!(same(&Adjustments { channels, gaze: Gaze { targets, ..Gaze::default() }, ..Adjustments::default() }));
}

#[test]
fn frames_where_no_layer_acts_keep_every_bit() {
    let clip = clip(&model());
    let targets = vec![GazeTarget { start_s: 0.5, end_s: 1.0, ..GazeTarget::new(0.3, 0.1) }];
    let gaze = Gaze { targets, ..Gaze::default() };
    let adjusted = clip.adjust(&Adjustments { gaze, ..Adjustments::default() }).expect("adjusted");
    // The head is back 0.4 s after the end.
    for frame in (0..=15).chain(42..60) {
        assert_eq!(adjusted.motion().row(frame), clip.motion().row(frame), "frame {frame}");
    }
    for frame in 17..=30 {
        assert_ne!(adjusted.motion().row(frame), clip.motion().row(frame), "frame {frame}");
    }
}

#[test]
fn gains_and_smoothing_act_on_expression_and_head_apart() {
    let clip = clip(&model());
    let d_z = clip.motion().width - 6;
    let adjusted = |change: &dyn Fn(&mut Adjustments)| {
        let mut adjustments = Adjustments::default();
        change(&mut adjustments);
        clip.adjust(&adjustments).expect("adjusted").motion().clone()
    };
    let split = |rows: &media2face::signal::Frames| -> (Vec<f32>, Vec<f32>) {
        let part = |from: usize, to: usize| (0..rows.len()).flat_map(move |i| rows.row(i)[from..to].to_vec()).collect();
        (part(0, d_z), part(d_z, d_z + 6))
    };
    let (z, head) = split(clip.motion());
    let (still_z, same_head) = split(&adjusted(&|l| l.expression_gain = 0.0));
    assert_eq!(same_head, head);
    assert!(still_z.chunks(d_z).all(|row| row == &still_z[..d_z]), "the face at rest");
    let (double_z, _) = split(&adjusted(&|l| l.expression_gain = 2.0));
    for (i, (double, z)) in double_z.iter().zip(&z).enumerate() {
        let rest = still_z[i % d_z];
        assert!((double - (2.0 * z - rest)).abs() < 1e-4, "{double} of {z} about {rest}");
    }
    let (same_z, double_head) = split(&adjusted(&|l| l.head_gain = 2.0));
    assert!(same_z == z && double_head.iter().zip(&head).all(|(double, own)| *double == 2.0 * own));
    let rough =
        |values: &[f32], width: usize| -> f32 { values.iter().zip(&values[width..]).map(|(a, b)| (a - b).abs()).sum() };
    let (smooth_z, same_head) = split(&adjusted(&|l| l.smoothing_s = 0.1));
    assert!(same_head == head && rough(&smooth_z, d_z) < 0.7 * rough(&z, d_z));
    let (same_z, smooth_head) = split(&adjusted(&|l| l.head_smoothing_s = 0.1));
    assert!(same_z == z && rough(&smooth_head, 6) < 0.7 * rough(&head, 6));
}

#[test]
fn seed_decides_about_blinks_and_saccades() {
    let clip = clip(&model());
    let adjusted = |seed| {
        let blinks = Blinks { added_per_minute: 60.0, ..Blinks::default() };
        let gaze = Gaze { saccades_per_minute: 60.0, ..Gaze::default() };
        clip.adjust(&Adjustments { seed, blinks, gaze, ..Adjustments::default() }).expect("adjusted").motion().clone()
    };
    assert_eq!(adjusted(1), adjusted(1));
    assert_ne!(adjusted(1), adjusted(2));
}

#[test]
fn part_that_is_missing_is_told_when_its_layer_is_asked_for_and_not_before() {
    let pack = tiny();
    let mut manifest = pack.manifest().clone();
    manifest.blendshapes.names.iter_mut().filter(|name| name.starts_with("eye")).for_each(|name| name.push('2'));
    let nameless = Model::new(&runtime(1), Pack::from_parts(manifest, pack.tensors().clone())).expect("model");
    let blinks = Adjustments { blinks: Blinks { limit: 0.0, added_per_minute: 0.0 }, ..Adjustments::default() };
    let gaze = Adjustments { gaze: Gaze { gain: 0.5, ..Gaze::default() }, ..Adjustments::default() };
    let channels = vec![("eyeWideLeft".to_owned(), Channel::default())];
    refused(&nameless, &blinks, "eyeBlinkLeft");
    refused(&nameless, &gaze, "eyeLook");
    refused(&nameless, &Adjustments { channels, ..Adjustments::default() }, "eyeWideLeft");
    assert!(Adjustments { expression_gain: 2.0, head_gain: 0.0, ..Adjustments::default() }.check(&nameless).is_ok());
    let one_way = Model::new(&runtime(1), without("gnpfa.from_weights.")).expect("model");
    refused(&one_way, &Adjustments { expression_gain: 2.0, ..Adjustments::default() }, "gnpfa.from_weights");
    refused(&one_way, &blinks, "gnpfa.from_weights");
    assert!(Adjustments { smoothing_s: 0.1, ..Adjustments::default() }.check(&one_way).is_ok());
    let other_way = Model::new(&runtime(1), without("gnpfa.to_weights.")).expect("model");
    refused(&other_way, &blinks, "gnpfa.to_weights");
}

#[test]
fn channel_with_reversed_limits_is_refused() {
    let (model, channel) = (model(), Channel { min: 0.5, max: 0.2, ..Channel::default() });
    let channels = vec![("jawOpen".to_owned(), channel)];
    assert!(matches!(Adjustments { channels, ..Adjustments::default() }.check(&model), Err(Error::InvalidArgument(_))));
}

#[test]
fn target_past_the_end_is_cut_with_a_warning() {
    let (model, warnings) = told(tiny());
    let clip = clip(&model);
    let to = |start_s, end_s| {
        let targets = vec![GazeTarget { start_s, end_s, ..GazeTarget::new(0.3, 0.0) }];
        let gaze = Gaze { targets, ..Gaze::default() };
        clip.adjust(&Adjustments { gaze, ..Adjustments::default() }).expect("adjusted").motion().clone()
    };
    assert_eq!(to(1.0, 7.0), to(1.0, f64::INFINITY));
    assert_eq!(&to(3.0, 4.0), clip.motion());
    let found = warnings.lock().expect("warnings").clone();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("target 0 of the gaze ends at 7 s") && found[1].contains("no effect"), "{found:?}");
    assert!((clip.motion().len() as f32 / FPS - 2.0).abs() < 0.1);
}
