//! The mapping nets M and M′ against torch.

use media2face::face::Mapping;
use media2face::pack::{Manifest, Pack};
use media2face::plan::Backend;

use crate::support::golden::golden;
use crate::support::run::run_once;
use crate::support::tolerance::NETWORK_F32;
use crate::support::{assert_close, backends, max_difference};

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

#[test]
fn mapping_nets_match_torch() {
    let (io, pack) = (golden("mapping"), pack(false));
    for backend in backends() {
        let [z, weights] = both_ways(&pack, &*backend);
        assert_close(&format!("z on {}", backend.name()), &z, &io.f32("z_out"), NETWORK_F32);
        assert_close(&format!("weights on {}", backend.name()), &weights, &io.f32("weights_out"), NETWORK_F32);
    }
}

#[test]
fn half_weights_stay_within_twice_what_rounding_costs_in_f64() {
    let (io, pack) = (golden("mapping"), pack(true));
    let mut bars = None;
    for backend in backends() {
        let [z, weights] = both_ways(&pack, &*backend);
        let found = [max_difference(&z, &io.f32("z_out")), max_difference(&weights, &io.f32("weights_out"))];
        let bars = *bars.get_or_insert(found.map(|difference| 2.0 * difference));
        assert!(bars.iter().all(|bar| (1e-6..2e-2).contains(bar)), "bars {bars:?}");
        assert!(found.iter().zip(bars).all(|(f, bar)| *f <= bar), "{}: {found:?}, allowed {bars:?}", backend.name());
    }
}
