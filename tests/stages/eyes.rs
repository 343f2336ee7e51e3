//! Parts that a pack calls eyes, on a small pack and every backend: they turn by the look weights about their middles.

use media2face::Error;
use media2face::internals::face::{Eyes, FaceDecoder};
use media2face::output::{ARKIT_NAMES, EyeChannels, EyeRange};
use media2face::pack::EyesConfig;
use media2face::signal::pose::{quaternion_from_axis_angle, rotate};

use super::face::{decoder, motion, offsets, reader};
use crate::support::tiny_face::{SKIN, TinyFace, VERTICES, neutral};
use crate::support::tolerance::Precision;
use crate::support::{assert_close, every_backend};

/// The tiny face with its teeth as eyes: the upper ones the left eye, the lower ones, which else follow the skin, the right.
fn with_eyes() -> TinyFace {
    let mut face = TinyFace::new();
    face.manifest.blendshapes.names = ARKIT_NAMES.map(str::to_owned).to_vec();
    face.manifest.eyes = Some(EyesConfig {
        in_deg: 30.0,
        out_deg: 25.0,
        up_deg: 15.0,
        down_deg: 20.0,
        left: vec!["teeth_upper".to_owned()],
        right: vec!["teeth_lower".to_owned()],
    });
    // Looks of both eyes that are large, and some past either end.
    let mut bias = face.tensors["gnpfa.to_weights.4.bias"].to_f32().expect("memory");
    for (name, value) in [
        ("eyeLookOutLeft", 0.6),
        ("eyeLookUpLeft", 1.4),
        ("eyeLookDownLeft", -0.8),
        ("eyeLookInRight", 1.3),
        ("eyeLookOutRight", 0.2),
        ("eyeLookDownRight", 0.5),
    ] {
        bias[ARKIT_NAMES.iter().position(|other| *other == name).expect("a name")] = value;
    }
    face.set("gnpfa.to_weights.4.bias", &[52], &bias);
    face
}

#[test]
fn eyes_turn_by_the_clamped_weights_about_their_middles_on_every_backend() {
    let face = with_eyes();
    let (decoder, neutral, rows) = (decoder(&face), neutral(1.0), motion(5));
    let range = EyeRange::from(face.manifest.eyes.as_ref().expect("eyes"));
    let channels = EyeChannels::find(&ARKIT_NAMES).expect("channels");
    let balls = decoder.topology().and_then(|topology| topology.eyes.as_ref()).map(|eyes: &Eyes| eyes.of(&neutral));
    let balls = balls.expect("eyes");
    let (mut clamped, mut turned) = (0, 0.0f32);
    for tested in every_backend() {
        let mut reader = reader(&decoder, &tested.backend, "ada");
        let mut weights = vec![0.0; rows.len() * 52];
        reader.weights(&rows, &mut weights).expect("weights");
        clamped += weights.iter().filter(|weight| **weight == 0.0 || **weight == 1.0).count();
        let found = offsets(&mut reader, &rows);
        for (frame, weights) in found.chunks_exact(VERTICES * 3).zip(weights.chunks_exact(52)) {
            for (side, [yaw, pitch]) in channels.angles(weights, &range).into_iter().enumerate() {
                turned = turned.max(yaw.abs().min(pitch.abs()));
                let first = SKIN + 4 * side;
                // Four points of a plane have their mean for a middle.
                let middle: [f32; 3] =
                    std::array::from_fn(|c| (first..first + 4).map(|v| neutral[v * 3 + c]).sum::<f32>() / 4.0);
                assert_close("middle", &balls[side].centre_mm, &middle, 1e-4);
                let rotation = quaternion_from_axis_angle([pitch, yaw, 0.0]);
                let expected = (first..first + 4).flat_map(|v| {
                    let p: [f64; 3] = std::array::from_fn(|c| f64::from(neutral[v * 3 + c] - middle[c]));
                    let moved = rotate(rotation, p);
                    std::array::from_fn::<f32, 3, _>(|c| (moved[c] - p[c]) as f32)
                });
                // A fiftieth of a degree on 20 mm where nothing is halved.
                let tolerance = if tested.precision == Precision::F32 { 0.02 } else { 0.05 };
                let expected: Vec<f32> = expected.collect();
                assert_close(&tested.name, &frame[first * 3..(first + 4) * 3], &expected, tolerance);
            }
        }
    }
    assert!(clamped > 0 && turned > 0.05, "{clamped} weights at their ends, eyes turned by {turned}");
}

#[test]
fn pack_that_names_no_eyes_lets_them_follow_the_skin() {
    let mut face = with_eyes();
    let eyes = face.manifest.eyes.as_mut().expect("eyes");
    (eyes.left, eyes.right) = (Vec::new(), Vec::new());
    let (named, plain) = (decoder(&face), decoder(&TinyFace::new()));
    assert!(named.topology().expect("a mesh").eyes.is_none());
    let backend = &every_backend()[1].backend;
    let [named, plain] = [named, plain].map(|decoder| offsets(&mut reader(&decoder, backend, "ada"), &motion(2)));
    assert_eq!(named, plain);
}

#[test]
fn eyes_that_cannot_be_are_refused_and_named() {
    type Damage = fn(&mut TinyFace);
    fn eyes(face: &mut TinyFace) -> &mut EyesConfig {
        face.manifest.eyes.as_mut().expect("eyes")
    }
    let cases: &[(&str, Damage)] = &[
        ("an angle of eyes is 0", |f| eyes(f).up_deg = 0.0),
        ("an angle of eyes is NaN", |f| eyes(f).in_deg = f32::NAN),
        ("an angle of eyes is 90", |f| eyes(f).down_deg = 90.0),
        ("\"iris\", which topology.parts does not have", |f| eyes(f).left.push("iris".to_owned())),
        ("\"skin\", which the map moves", |f| eyes(f).right.push("skin".to_owned())),
        ("\"teeth_upper\" twice", |f| eyes(f).right.push("teeth_upper".to_owned())),
        ("eyes.right", |f| eyes(f).right.clear()),
        ("eyeLookUpLeft", |f| f.manifest.blendshapes.names[4] = "other".to_owned()),
    ];
    for (named, damage) in cases {
        let mut face = with_eyes();
        damage(&mut face);
        match FaceDecoder::load(&face.pack()) {
            Err(Error::InvalidPack(text) | Error::MissingPart(text)) => {
                assert!(text.contains(named), "{text:?} names {named:?}");
            }
            other => panic!("{named}: {:?}", other.map(drop)),
        }
    }
}
