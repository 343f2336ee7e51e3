//! The file as its own library reads it; `tests/readers/usd.py` has Pixar's.

use media2face::Eyeball;
use openusd::gf::{Quatf, Vec3f};
use openusd::sdf::AbstractData;
use openusd::usdc::CrateData;

use super::*;
use crate::emit::track::Track;
use crate::emit::track::tests::short;
use crate::render::mesh::Mesh;
use crate::render::mesh::tests::ball;

/// A ball with one eye, and looks that turn it.
fn looking() -> (Mesh, Track) {
    let (mut mesh, mut track) = (ball(), short());
    let look = ["eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut"];
    track.names = look.iter().flat_map(|look| ["Left", "Right"].map(|side| format!("{look}{side}"))).collect();
    track.weights = [vec![0.0; 8], vec![0.0, 0.0, 0.5, 0.5, 0.0, 0.5, 0.5, 0.0], vec![0.0; 8]].concat();
    let eye = |parts, x| Eyeball { parts, centre_mm: [x, 20.0, 75.0] };
    mesh.eyes = Some([eye(vec![1], 30.0), eye(vec![], -30.0)]);
    (mesh, track)
}

fn bytes(figures: &[Figure]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(figures, "hello.wav", &mut bytes).unwrap();
    bytes
}

/// `jawOpen` lowers the lower half by 10 mm, `eyeBlinkLeft` does nothing.
fn targets(mesh: &Mesh) -> Vec<f32> {
    let jaw = mesh.vertices_mm.iter().flat_map(|v| if v[1] < -1.0 { [0.0, -10.0, 0.0] } else { [0.0, 0.001, 0.0] });
    jaw.chain(std::iter::repeat_n(0.0, mesh.vertices_mm.len() * 3)).collect()
}

/// A file as specs and fields.
struct Read(Box<dyn AbstractData>);

impl Read {
    fn of(bytes: &[u8]) -> Self {
        Self(Box::new(CrateData::open(std::io::Cursor::new(bytes.to_vec()), true).unwrap()))
    }

    fn field(&self, path: &str, field: &str) -> Value {
        self.0.get_field(&Path::from(path), field).unwrap_or_else(|error| panic!("{path}: {error}")).into_owned()
    }

    fn value(&self, path: &str) -> Value {
        self.field(path, "default")
    }

    /// Values over time.
    fn samples(&self, path: &str) -> Vec<(f64, Value)> {
        let Value::TimeSamples(samples) = self.field(path, "timeSamples") else { panic!("{path}") };
        samples
    }
}

#[test]
fn blendshapes_are_named_and_sparse_and_weights_follow_the_frames() {
    let (mesh, track) = (ball(), short());
    let offsets_mm = targets(&mesh);
    let figure = || Figure { stands: None, mesh: &mesh, offsets_mm: &offsets_mm, track: &track };
    let file = bytes(&[figure()]);
    assert!(file == bytes(&[figure()]), "the same bytes");
    assert_eq!(file[..11], *b"PXR-USDC\0\x08\0");
    let read = Read::of(&file);
    assert_eq!(read.field("/", "defaultPrim"), Value::Token("media2face".into()));
    assert_eq!(
        ["timeCodesPerSecond", "endTimeCode", "metersPerUnit"].map(|key| read.field("/", key)),
        [30.0, 2.0, 1.0].map(Value::Double)
    );
    let face = "/media2face/face";
    assert_eq!(read.value(&format!("{face}.skel:blendShapes")), tokens(&["jawOpen", "eyeBlinkLeft"]));
    let Value::IntVec(moved) = read.value(&format!("{face}/jawOpen.pointIndices")) else { panic!("indices") };
    let below: Vec<i32> = (0..).zip(&mesh.vertices_mm).filter(|(_, v)| v[1] < -1.0).map(|(at, _)| at).collect();
    // Normals turn where the cut is, too.
    assert!(below.iter().all(|at| moved.contains(at)) && moved.len() < mesh.vertices_mm.len() * 2 / 3, "{moved:?}");
    let Value::Vec3fVec(offsets) = read.value(&format!("{face}/jawOpen.offsets")) else { panic!("offsets") };
    let at = moved.iter().position(|at| *at == below[0]).unwrap();
    assert_eq!((offsets.len(), offsets[at]), (moved.len(), Vec3f::from([0.0, -10.0 * METRES, 0.0])));
    assert_eq!(read.value(&format!("{face}/eyeBlinkLeft.pointIndices")), Value::IntVec(vec![0]));
    let weights = read.samples("/media2face/animation.blendShapeWeights");
    let expected = [(0.0, [0.0, 0.0]), (1.0, [0.5, 0.25]), (2.0, [1.0, 0.125])];
    assert_eq!(weights, expected.map(|(time, row)| (time, Value::FloatVec(row.to_vec()))));
    // One joint where there are no eyes, about the pivot and moved up by a millimetre in the second frame.
    let places = read.samples("/media2face/animation.translations");
    assert_eq!(places[0].1, Value::Vec3fVec(vec![[0.0, -60.0 * METRES, 0.0].into()]));
    assert_eq!(places[1].1, Value::Vec3fVec(vec![[0.0, -59.0 * METRES, 0.0].into()]));
    let Value::QuatfVec(turns) = &read.samples("/media2face/animation.rotations")[1].1 else { panic!("turns") };
    let [x, y, z, w] = track.heads[1].rotation;
    assert_eq!(turns[..], [Quatf { w, x, y, z }]);
}

#[test]
fn eyes_hang_on_joints_of_their_own_and_turn_once() {
    let (mesh, track) = looking();
    let offsets_mm = vec![0.0; 8 * mesh.vertices_mm.len() * 3];
    let read = Read::of(&bytes(&[Figure { stands: None, mesh: &mesh, offsets_mm: &offsets_mm, track: &track }]));
    let joints = tokens(&["head", "head/eye_left", "head/eye_right"]);
    assert_eq!(read.value("/media2face/skeleton.joints"), joints);
    assert_eq!(read.value("/media2face/animation.joints"), joints);
    assert_eq!(read.value("/media2face/eye_left.primvars:skel:jointIndices"), Value::IntVec(vec![1]));
    assert!(!read.0.has_spec(&Path::from("/media2face/eye_left.skel:blendShapes")), "nothing else turns it");
    assert!(!read.0.has_spec(&Path::from("/media2face/eye_right")), "it has no parts");
    let Value::Vec3fVec(points) = read.value("/media2face/eye_left.points") else { panic!("points") };
    let Value::Vec3fVec(face) = read.value("/media2face/face.points") else { panic!("points") };
    assert_eq!((points.len(), points.len() + face.len()), (8, mesh.vertices_mm.len()));
    let Value::IntVec(corners) = read.value("/media2face/eye_left.faceVertexIndices") else { panic!("corners") };
    assert!(corners.iter().all(|corner| (0..8).contains(corner)), "{corners:?}");
    let Value::QuatfVec(turns) = &read.samples("/media2face/animation.rotations")[1].1 else { panic!("turns") };
    let [x, y, z, w] = media2face::output::eye_rotation([0.5, 0.5].map(|weight| weight * std::f32::consts::FRAC_PI_6));
    assert!((turns[1].w - w).abs() < 1e-6 && (turns[1].x - x).abs() < 1e-6, "{turns:?} {x} {y} {z} {w}");
    let Value::Vec3fVec(places) = &read.samples("/media2face/animation.translations")[1].1 else { panic!("places") };
    assert!((places[1].y - 0.08).abs() < 1e-6 && (places[1].x - 0.03).abs() < 1e-6, "{places:?}");
    // Few numbers are as they are.
    let Value::IntVec(triangles) = read.value("/media2face/eye_left/eye_left.indices") else { panic!("triangles") };
    assert_eq!(triangles, (0..12).collect::<Vec<i32>>());
    // Every part has its material.
    let Value::PathListOp(bound) = read.field("/media2face/face/skin.material:binding", "targetPaths") else {
        panic!("a material")
    };
    assert_eq!(bound.explicit_items, [Path::from("/media2face/materials/skin")]);
}

#[test]
fn several_figures_stand_in_their_places() {
    let (mesh, track) = (ball(), short());
    let offsets_mm = targets(&mesh);
    let place = |x, facing_deg| Placement { position_m: [x, 0.0, 0.5], facing_deg };
    let figure =
        |name, place| Figure { stands: Some((name, place)), mesh: &mesh, offsets_mm: &offsets_mm, track: &track };
    let read = Read::of(&bytes(&[figure("a-b", place(-0.3, 90.0)), figure("a_b", place(0.3, 0.0))]));
    assert_eq!(read.field("/", "defaultPrim"), Value::Token("scene".into()));
    assert_eq!(read.field("/scene", "primChildren"), tokens(&["a_b", "a_b_"]));
    let Value::Matrix4d(first) = read.value("/scene/a_b.xformOp:transform") else { panic!("a place") };
    // What looks along +Z looks along +X.
    let rows: [f64; 16] = first.into();
    let near = |at: usize, value: f64| (rows[at] - value).abs() < 1e-6;
    assert!(near(8, 1.0) && near(10, 0.0) && near(12, -0.3) && near(14, 0.5) && near(15, 1.0), "{rows:?}");
    assert!(read.0.has_spec(&Path::from("/scene/a_b_/face/jawOpen")));
}

#[test]
fn names_are_those_of_prims_each_once() {
    let mut names = Names::default();
    let taken = ["jawOpen", "open, wide", "2nd", "", "open__wide", "für"].map(|name| names.take(name));
    assert_eq!(taken, ["jawOpen", "open__wide", "_2nd", "_", "open__wide_", "f_r"]);
}

#[test]
fn targets_of_another_mesh_are_refused() {
    let mesh = ball();
    let few = Figure { stands: None, mesh: &mesh, offsets_mm: &[0.0; 9], track: &short() };
    assert!(write(&[few], "hello.wav", &mut Vec::new()).is_err());
}
