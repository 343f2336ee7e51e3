//! The mapping nets M and M′ against torch.

use media2face::internals::face::Mapping;
use media2face::internals::plan::Backend;
use media2face::pack::{Manifest, Pack};

use crate::support::golden::golden;
use crate::support::run::run_once;
use crate::support::tolerance::{MAPPING, Precision};
use crate::support::{Tested, assert_close, every_backend};

fn pack(half: bool) -> Pack {
    let manifest: Manifest = serde_json::from_str(r#"{"format":"media2face/1"}"#).expect("manifest");
    Pack::from_parts(manifest, golden("mapping").weights("", "gnpfa.", half))
}

fn run(mapping: &Mapping, backend: &dyn Backend, rows: &[f32], inputs: usize) -> Vec<f32> {
    let shape = [1, rows.len() / inputs, inputs];
    run_once(backend, &[(shape, rows)], |plan, x| vec![mapping.record(plan, x[0])]).concat()
}

/// z of the weights, then the clamped weights of z.
fn both_ways(pack: &Pack, backend: &dyn Backend) -> [Vec<f32>; 2] {
    let io = golden("mapping");
    let to_z = Mapping::load(pack, "gnpfa.from_weights", 52, 12).expect("M");
    let to_weights = Mapping::load(pack, "gnpfa.to_weights", 12, 52).expect("M′");
    let weights = run(&to_weights, backend, &io.f32("z"), 12).into_iter().map(|w| w.clamp(0.0, 1.0));
    [run(&to_z, backend, &io.f32("weights"), 52), weights.collect()]
}

fn check(half: bool) {
    let (io, pack) = (golden("mapping"), pack(half));
    for Tested { name, backend, precision } in every_backend() {
        let allowed = MAPPING.of(if half { precision.max(Precision::F16Weights) } else { precision });
        let [z, weights] = both_ways(&pack, &*backend);
        assert_close(&format!("z on {name}"), &z, &io.f32("z_out"), allowed);
        assert_close(&format!("weights on {name}"), &weights, &io.f32("weights_out"), allowed);
    }
}

#[test]
fn mapping_nets_match_torch() {
    check(false);
}

#[test]
fn half_weights_stay_near_torch() {
    check(true);
}
