//! The face finder's networks against TFLite, with the weights of models/face-finder.m2f.

use std::path::Path;
use std::sync::Arc;

use media2face::internals::face::{FaceFinder, FinderNetworks};
use media2face::pack::Pack;

use crate::support::golden::golden;
use crate::support::tolerance::{DETECTIONS, LANDMARKS};
use crate::support::{Tested, assert_close, every_backend};

/// Side of the golden pictures; the networks see each of their pixels 2×2 and 3×3 times.
const SIDE: usize = 64;
/// Every third detection is golden.
const STEP: usize = 3;
/// Values of a detection.
const VALUES: usize = 17;

fn pack() -> Pack {
    Pack::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/face-finder.m2f")).expect("the finder's pack")
}

/// The golden picture with each pixel `times` × `times` times, and its levels as `value` says.
fn picture(name: &str, times: usize, value: impl Fn(f32) -> f32) -> Vec<f32> {
    let golden = golden("finder");
    let levels = golden.bytes(&format!("{name}.picture"));
    let side = SIDE * times;
    (0..side * side * 3)
        .map(|i| levels[(i / 3 / side / times * SIDE + i / 3 % side / times) * 3 + i % 3])
        .map(|level| value(f32::from(level)))
        .collect()
}

/// Places as shares of the picture's side; scores of −100 to 100 by the same number.
fn shares(values: &[f32], side: f32) -> Vec<f32> {
    values.iter().map(|value| value / side).collect()
}

#[test]
fn networks_match_tflite() {
    let (pack, golden) = (pack(), golden("finder"));
    for Tested { name, backend, precision } in every_backend() {
        let networks = Arc::new(FinderNetworks::load(&pack, &backend).expect("networks"));
        let mut finder = FaceFinder::new(&networks);
        for shown in ["face", "noise"] {
            let all = finder.raw_detections(&picture(shown, 2, |level| level / 127.5 - 1.0)).expect("detections");
            let found: Vec<f32> = all.chunks_exact(VALUES).step_by(STEP).flatten().copied().collect();
            let expected = golden.f32(&format!("{shown}.detections"));
            let what = format!("detections in {shown} on {name}");
            assert_close(&what, &shares(&found, 128.0), &shares(&expected, 128.0), DETECTIONS.of(precision));
            let found = finder.raw_landmarks(&picture(shown, 3, |level| level / 255.0)).expect("landmarks");
            let expected = golden.f32(&format!("{shown}.mesh"));
            let what = format!("landmarks in {shown} on {name}");
            assert_close(&what, &shares(&found, 192.0), &shares(&expected, 192.0), LANDMARKS.of(precision));
        }
    }
}
