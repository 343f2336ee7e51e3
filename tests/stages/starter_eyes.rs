//! The starter's eyes: weights, mesh, gaze and the columns of Live Link turn them alike, and each about its middle.

use std::sync::Arc;

use media2face::output::{EyeChannels, EyeRange, LIVE_LINK_WIDTH, LiveLinkMap, find_channel};
use media2face::pack::Pack;
use media2face::signal::HeadPose;
use media2face::{Expression, Keyframe, Model, SessionOptions};

use super::session::{animate, options, runtime};
use super::starter;

const DEGREE: f32 = std::f32::consts::PI / 180.0;
/// What weights, mesh and files may be apart by, degrees.
const APART: f32 = 1.0;
/// How far an eye's middle may move, mm.
const SLIDE_MM: f32 = 0.05;

/// The starter without what it says of its eyes, as packs were before.
fn older_pack() -> Pack {
    let pack = starter::pack();
    let mut manifest = pack.manifest().clone();
    manifest.eyes = None;
    Pack::from_parts(manifest, pack.tensors().iter().map(|(name, weight)| (name.clone(), weight.clone())))
}

/// Weights that are asked for in turn, a frame each.
fn looks(model: &Model) -> Vec<Vec<f32>> {
    let with = |pairs: &[(&str, f32)]| {
        let mut weights = vec![0.0; model.blendshape_names().len()];
        let place = |name: &str| find_channel(model.blendshape_names(), name).expect("a name");
        pairs.iter().for_each(|(name, weight)| weights[place(name)] = *weight);
        weights
    };
    let aside = |left: f32, right: f32, upright: &str, amount: f32| {
        with(&[
            ("eyeLookOutLeft", left),
            ("eyeLookInRight", left),
            ("eyeLookInLeft", right),
            ("eyeLookOutRight", right),
            (&format!("eyeLook{upright}Left"), amount),
            (&format!("eyeLook{upright}Right"), amount),
        ])
    };
    vec![
        aside(0.5, 0.0, "Up", 0.0),
        aside(0.0, 0.9, "Up", 0.0),
        aside(0.0, 0.0, "Up", 0.9),
        aside(0.0, 0.0, "Down", 0.6),
        aside(0.6, 0.0, "Down", 0.4),
        aside(0.0, 0.3, "Up", 0.5),
    ]
}

#[test]
fn weights_mesh_and_live_link_turn_the_eyes_alike_and_about_their_middles() {
    let model = starter::model();
    let range = model.eye_range();
    let said = [range.in_rad, range.out_rad, range.up_rad, range.down_rad].map(|angle| (angle / DEGREE).round());
    assert_eq!(said, [24.0, 24.0, 12.0, 20.0], "as the rules of its training have it");
    let eyes = EyeChannels::find(model.blendshape_names()).expect("eyes");
    let columns = LiveLinkMap::new(model.blendshape_names(), range);
    let looks = looks(&model);
    let fps = model.manifest().fps;
    for name in ["average", "chie"] {
        let identity = model.identity(name).expect("identity");
        let options = SessionOptions {
            steps: Some(2),
            // The first frames are eased in else.
            pack_adjustments: false,
            identity: Some(Arc::clone(&identity)),
            keyframes: keyframes(&looks, fps),
            ..options(16_000, 1)
        };
        let clip = animate(&model, options, &starter::hello(1));
        let mut reader = clip.reader().expect("reader");
        let count = looks.len();
        let weights = reader.weights(fps, 0, count).expect("weights");
        let offsets = reader.offsets_mm(fps, 0, count).expect("offsets");
        let (mut apart, mut slide, mut asked): (f32, f32, f32) = (0.0, 0.0, 0.0);
        for frame in 0..count {
            let row = &weights[frame * 52..(frame + 1) * 52];
            let offsets = &offsets[frame * identity.vertices_mm().len()..][..identity.vertices_mm().len()];
            let of_weights = eyes.angles(row, &range);
            let wanted = eyes.angles(&looks[frame], &range);
            let of_file = columns.row(row, &HeadPose::default());
            let of_file = [55, 58].map(|at| [of_file[at], of_file[at + 1]]);
            assert_eq!(LIVE_LINK_WIDTH, 61);
            for (side, eye) in identity.eyes().expect("it says which parts are eyes").iter().enumerate() {
                for &part in &eye.parts {
                    let topology = model.topology().expect("mesh");
                    let vertices = topology.parts[part].vertices;
                    let (moved, of_mesh) = turned(identity.vertices_mm(), offsets, eye.centre_mm, vertices);
                    slide = slide.max(moved);
                    for axis in 0..2 {
                        let angles = [of_mesh[axis], of_weights[side][axis], of_file[side][axis]].map(|a| a / DEGREE);
                        let (low, high) = angles.iter().fold((f32::MAX, f32::MIN), |(l, h), a| (l.min(*a), h.max(*a)));
                        apart = apart.max(high - low);
                        asked = asked.max((angles[1] - wanted[side][axis] / DEGREE).abs());
                    }
                }
            }
        }
        println!(
            "{name}: mesh, weights and file within {apart} degrees, {asked} of what was asked; middles {slide} mm"
        );
        assert!(apart <= APART && slide <= SLIDE_MM && asked <= 2.0 * APART, "{name}");
    }
}

/// A keyframe a frame.
fn keyframes(looks: &[Vec<f32>], fps: f32) -> Vec<Keyframe> {
    let key = |(frame, weights): (usize, &Vec<f32>)| Keyframe {
        expression: Some(Arc::new(Expression::Weights(weights.clone()))),
        ramp_s: 0.0,
        ..Keyframe::at(frame as f64 / f64::from(fps))
    };
    looks.iter().enumerate().map(key).collect()
}

/// What a rigid motion of a part does: how far the point that lies in the middle at rest is from there, mm, and yaw and pitch
/// of what looked straight ahead, rad. It is known by three vertices that lie apart.
fn turned(neutral: &[f32], offsets: &[f32], middle: [f32; 3], vertices: [usize; 2]) -> (f32, [f32; 2]) {
    let point = |at: usize, moved: bool| -> [f64; 3] {
        std::array::from_fn(|c| {
            f64::from(neutral[at * 3 + c]) + if moved { f64::from(offsets[at * 3 + c]) } else { 0.0 }
        })
    };
    let sub = |a: [f64; 3], b: [f64; 3]| -> [f64; 3] { std::array::from_fn(|c| a[c] - b[c]) };
    let cross =
        |a: [f64; 3], b: [f64; 3]| [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let unit = |a: [f64; 3]| a.map(|c| c / dot(a, a).sqrt());
    // Of an edge as long as any, and the triangle on it that is as large as any.
    let furthest = |of: &dyn Fn([f64; 3]) -> f64| {
        let all = vertices[0]..vertices[1];
        all.max_by(|&a, &b| of(point(a, false)).total_cmp(&of(point(b, false)))).expect("vertices")
    };
    let first = vertices[0];
    let second = furthest(&|p| dot(sub(p, point(first, false)), sub(p, point(first, false))));
    let edge = sub(point(second, false), point(first, false));
    let area = |p: [f64; 3]| {
        let across = cross(edge, sub(p, point(first, false)));
        dot(across, across)
    };
    let corners = [first, second, furthest(&area)];
    let frame = |moved: bool| {
        let [a, b, c] = corners.map(|at| point(at, moved));
        let x = unit(sub(b, a));
        let z = unit(cross(x, sub(c, a)));
        (a, [x, cross(z, x), z])
    };
    let ((origin, axes), (new_origin, new_axes)) = (frame(false), frame(true));
    let middle = middle.map(f64::from);
    let carried = |v: [f64; 3]| -> [f64; 3] {
        let along = axes.map(|axis| dot(axis, v));
        std::array::from_fn(|c| (0..3).map(|i| along[i] * new_axes[i][c]).sum())
    };
    let (arm, [x, y, z]) = (carried(sub(middle, origin)), carried([0.0, 0.0, 1.0]));
    let slide: [f64; 3] = std::array::from_fn(|c| new_origin[c] + arm[c] - middle[c]);
    (dot(slide, slide).sqrt() as f32, [x.atan2(z) as f32, (-y).asin() as f32])
}

#[test]
fn older_pack_has_its_eyes_measured_and_files_agree_with_its_mesh() {
    let model = Model::new(&runtime(0), older_pack()).expect("model");
    let range = model.eye_range();
    let degrees = [range.in_rad, range.out_rad, range.up_rad, range.down_rad].map(|angle| angle / DEGREE);
    println!("a look weight of 1 turns an eye of the mesh by {degrees:?} degrees");
    assert!(degrees.iter().all(|angle| (7.0..20.0).contains(angle)), "by the skin, as it is decoded");
    assert!(model.default_identity().expect("identity").eyes().is_none());
    assert_ne!(range, EyeRange::default());
}
