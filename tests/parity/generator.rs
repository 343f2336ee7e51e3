//! GNPFA's generator and encoder against torch.

use media2face::internals::face::{Encoder, EncoderSizes, Generator};
use media2face::internals::plan::{Backend, PlanBuilder, View};
use media2face::pack::{GnpfaConfig, Manifest, Pack};

use crate::support::golden::{Golden, golden};
use crate::support::run::run_once;
use crate::support::tolerance::{CODES, IDENTITY, OFFSETS, Precision};
use crate::support::{Tested, assert_close, every_backend};

const RES: usize = 32;
const CH: [usize; 3] = [8, 16, 16];

fn tiny(half: bool) -> Pack {
    let weights = golden("gen_tiny");
    let mut manifest: Manifest = serde_json::from_str(r#"{"format":"media2face/1"}"#).expect("manifest");
    manifest.gnpfa = Some(GnpfaConfig { res: RES, ch: CH.to_vec(), d_z: 12, groups: 4, w_dim: 16, scale: 1.0 });
    let generator = weights.weights("gen.", "gnpfa.generator.", half);
    Pack::from_parts(manifest, generator.into_iter().chain(weights.weights("enc.", "gnpfa.encoder.", half)))
}

/// torch's [batch, channels, texels] as [batch, texels, channels].
fn channels_last(values: &[f32], channels: usize) -> Vec<f32> {
    let texels = RES * RES;
    let maps = values.chunks_exact(channels * texels);
    maps.flat_map(|map| (0..texels * channels).map(|at| map[at % channels * texels + at / channels])).collect()
}

/// As [`channels_last`], for a map of any side.
fn to_rows(golden: &Golden, name: &str) -> Vec<f32> {
    let &[1, channels, height, width] = golden.shape(name) else { panic!("{name}: one map") };
    let (map, texels) = (golden.f32(name), height * width);
    (0..texels * channels).map(|at| map[at % channels * texels + at / channels]).collect()
}

/// Bottom and skips of the neutral.
fn identity(pack: &Pack, backend: &dyn Backend, neutral: &[f32]) -> Vec<Vec<f32>> {
    let generator = Generator::load(pack).expect("generator");
    run_once(backend, &[([1, RES * RES, 3], neutral)], |plan, x| {
        let cache = generator.record_identity(plan, x[0]);
        let shapes: Vec<[usize; 2]> = cache.iter().map(|v| [v.rows, v.cols]).collect();
        assert_eq!(shapes, generator.cache_shapes());
        cache
    })
}

/// Offset maps of a batch of latents.
fn frames(pack: &Pack, backend: &dyn Backend, cache: &[Vec<f32>], z: &[f32]) -> Vec<f32> {
    let generator = Generator::load(pack).expect("generator");
    let mut inputs = vec![([1, z.len() / generator.d_z(), generator.d_z()], z)];
    let shapes = generator.cache_shapes();
    inputs.extend(shapes.iter().zip(cache).map(|(&[rows, cols], values)| ([1, rows, cols], values.as_slice())));
    let network = |plan: &mut PlanBuilder, x: &[View]| vec![generator.record_frames(plan, &x[1..], x[0])];
    run_once(backend, &inputs, network).concat()
}

/// Codes of a batch of maps.
fn encode(pack: &Pack, backend: &dyn Backend, maps: &[f32]) -> Vec<f32> {
    let sizes = EncoderSizes { res: RES, ch: &CH, groups: 4, d_out: 24 };
    let encoder = Encoder::load(pack, "gnpfa.encoder", sizes).expect("encoder");
    let shape = [maps.len() / (RES * RES * 3), RES * RES, 3];
    run_once(backend, &[(shape, maps)], |plan, x| vec![encoder.record(plan, x[0])]).concat()
}

#[test]
fn identity_cache_matches_torch() {
    let (io, pack) = (golden("gen_tiny_io"), tiny(false));
    for Tested { name: device, backend, precision } in every_backend() {
        let cache = identity(&pack, &*backend, &to_rows(&io, "neutral"));
        for (found, name) in cache.iter().zip(["bot", "cached.0", "cached.1"]) {
            assert_close(&format!("{name} on {device}"), found, &to_rows(&io, name), IDENTITY.of(precision));
        }
    }
}

#[test]
fn offsets_match_torch() {
    let (io, pack) = (golden("gen_tiny_io"), tiny(false));
    let expected = channels_last(&golden("gen_tiny_offsets").f32("offsets"), 3);
    for Tested { name, backend, precision } in every_backend() {
        let cache = identity(&pack, &*backend, &to_rows(&io, "neutral"));
        let found = frames(&pack, &*backend, &cache, &io.f32("z"));
        assert_close(&format!("offsets on {name}"), &found, &expected, OFFSETS.of(precision));
    }
}

#[test]
fn neutral_plus_offsets_is_the_whole_generator() {
    let (io, pack) = (golden("gen_tiny_io"), tiny(false));
    let (neutral, expected) = (to_rows(&io, "neutral"), channels_last(&io.f32("map"), 3));
    for Tested { name, backend, precision } in every_backend() {
        let cache = identity(&pack, &*backend, &neutral);
        let offsets = frames(&pack, &*backend, &cache, &io.f32("z"));
        let found: Vec<f32> = offsets.iter().zip(neutral.iter().cycle()).map(|(o, n)| o + n).collect();
        assert_close(&format!("map on {name}"), &found, &expected, OFFSETS.of(precision));
    }
}

#[test]
fn one_latent_at_a_time_matches_the_batch() {
    let (io, pack) = (golden("gen_tiny_io"), tiny(false));
    for Tested { name, backend, .. } in every_backend() {
        let cache = identity(&pack, &*backend, &to_rows(&io, "neutral"));
        let (z, batch) = (io.f32("z"), frames(&pack, &*backend, &cache, &io.f32("z")));
        for (z, map) in z.chunks_exact(12).zip(batch.chunks_exact(RES * RES * 3)) {
            assert_close(&name, &frames(&pack, &*backend, &cache, z), map, 1e-6);
        }
    }
}

#[test]
fn encoder_matches_torch() {
    let (io, pack) = (golden("gen_tiny_io"), tiny(false));
    let maps = channels_last(&io.f32("map"), 3);
    for Tested { name, backend, precision } in every_backend() {
        let found = encode(&pack, &*backend, &maps);
        assert_close(&format!("codes on {name}"), &found, &io.f32("enc_mu_logvar"), CODES.of(precision));
    }
}

#[test]
fn half_weights_stay_near_torch() {
    let (io, pack) = (golden("gen_tiny_io"), tiny(true));
    let offsets = channels_last(&golden("gen_tiny_offsets").f32("offsets"), 3);
    let (codes, maps) = (io.f32("enc_mu_logvar"), channels_last(&io.f32("map"), 3));
    for Tested { name, backend, precision } in every_backend() {
        let precision = precision.max(Precision::F16Weights);
        let cache = identity(&pack, &*backend, &to_rows(&io, "neutral"));
        let found = frames(&pack, &*backend, &cache, &io.f32("z"));
        assert_close(&format!("offsets on {name}"), &found, &offsets, OFFSETS.of(precision));
        let found = encode(&pack, &*backend, &maps);
        assert_close(&format!("codes on {name}"), &found, &codes, CODES.of(precision));
    }
}
