//! CLIP's towers against transformers: every hidden state, the pooled row, the projection.

use std::sync::Arc;

use media2face::internals::plan::{Backend, PlanBuilder};
use media2face::internals::prompt::{Recorded, TextTower, VisionTower};
use media2face::pack::{ClipConfig, ClipTextConfig, Manifest, Pack};

use crate::support::golden::{golden, path};
use crate::support::tolerance::{CLIP, CLIP_HIDDEN, NETWORK_F32, Precision};
use crate::support::{Tested, assert_close, backends, every_backend, max_difference};

/// The tiny CLIP with f32 weights or matrices rounded to f16.
fn tiny(half: bool) -> (Pack, ClipConfig) {
    let json = std::fs::read_to_string(path("golden/clip_tiny.json")).expect("golden file");
    let config: ClipConfig = serde_json::from_str(&json).expect("a CLIP configuration");
    let manifest = serde_json::json!({ "format": "media2face/1" });
    let manifest: Manifest = serde_json::from_value(manifest).expect("a manifest");
    let manifest = Manifest { clip: Some(config.clone()), ..manifest };
    (Pack::from_parts(manifest, golden("clip_tiny").weights("", "clip.", half)), config)
}

fn text_tower(half: bool) -> TextTower {
    let (pack, config) = tiny(half);
    TextTower::load(&pack, &config.text.expect("a text tower"), config.projection_dim).expect("loads")
}

fn vision_tower(half: bool) -> VisionTower {
    let (pack, config) = tiny(half);
    VisionTower::load(&pack, &config.vision.expect("a vision tower"), config.projection_dim).expect("loads")
}

/// Every recorded view after a run: the hidden states, then the pooled row, then the projection.
fn run(backend: &dyn Backend, record: impl FnOnce(&mut PlanBuilder) -> Recorded, input: &[f32]) -> Vec<Vec<f32>> {
    let mut plan = PlanBuilder::new();
    let section = plan.section("tower");
    let recorded = record(&mut plan);
    let views = recorded.hidden.iter().chain([&recorded.pooled, &recorded.projected]);
    let ports: Vec<_> = views
        .map(|view| {
            let (port, out) = plan.output("seen", view.batch, view.rows, view.cols);
            plan.copy(*view, out);
            (port, view.len())
        })
        .collect();
    let mut executable = backend.compile(Arc::new(plan.finish())).expect("compiles");
    let mut state = executable.create_state().expect("state");
    executable.write(recorded.input, input).expect("writes");
    executable.run(section, &mut state).expect("runs");
    let read = |&(port, len): &(_, usize)| {
        let mut values = vec![0.0; len];
        executable.read(port, &mut values).expect("reads");
        values
    };
    ports.iter().map(read).collect()
}

/// Item `item` of a golden batch, as many values as `like`.
fn item(name: &str, item: usize, like: &[f32]) -> Vec<f32> {
    let file = golden("clip_tiny_io");
    let values = file.f32(name);
    let stride = values.len() / file.shape(name)[0];
    values[item * stride..item * stride + like.len()].to_vec()
}

fn names(tower: &str, views: usize) -> Vec<String> {
    let hidden = (0..views - 2).map(|i| format!("{tower}_hidden.{i}"));
    hidden.chain([format!("{tower}_pooled"), format!("{tower}_proj")]).collect()
}

fn prompts() -> Vec<Vec<u32>> {
    let ids = golden("clip_tiny_io").i32("input_ids");
    ids.chunks_exact(16).map(|row| row.iter().map(|id| *id as u32).collect()).collect()
}

#[test]
fn text_tower_matches_transformers_in_every_hidden_state() {
    let tower = text_tower(false);
    for Tested { name: device, backend, precision } in every_backend() {
        for (i, ids) in prompts().iter().enumerate() {
            let rows = tower.embed(ids).expect("embeds");
            assert_eq!(rows.len() / 32, [6, 4][i], "padding is not run");
            let found = run(&*backend, |plan| tower.record(plan, rows.len() / 32), &rows);
            assert_eq!(found.len(), 5);
            for (name, found) in names("text", found.len()).iter().zip(&found) {
                let allowed = CLIP_HIDDEN.of(precision);
                assert_close(&format!("{device} {name}"), found, &item(name, i, found), allowed);
            }
        }
    }
}

#[test]
fn vision_tower_matches_transformers_in_every_hidden_state() {
    let tower = vision_tower(false);
    for Tested { name: device, backend, precision } in every_backend() {
        for i in 0..2 {
            let pixels = item("pixel_values", i, &[0.0; 3 * 32 * 32]);
            let found = run(&*backend, |plan| tower.record(plan), &tower.patches(&pixels));
            assert_eq!(found.len(), 5);
            for (name, found) in names("vision", found.len()).iter().zip(&found) {
                let allowed = CLIP_HIDDEN.of(precision);
                assert_close(&format!("{device} {name}"), found, &item(name, i, found), allowed);
            }
        }
    }
}

#[test]
fn projections_stay_within_twice_their_rounding() {
    let (text, vision) = (text_tower(true), vision_tower(true));
    for Tested { name: device, backend, precision } in every_backend() {
        let mut worst: f32 = 0.0;
        for (i, ids) in prompts().iter().enumerate() {
            let found = text.encode(&*backend, ids).expect("encodes");
            worst = worst.max(max_difference(&found, &item("text_proj", i, &found)));
            let patches = vision.patches(&item("pixel_values", i, &[0.0; 3 * 32 * 32]));
            let found = run(&*backend, |plan| vision.record(plan), &patches).pop().expect("a projection");
            worst = worst.max(max_difference(&found, &item("vision_proj", i, &found)));
        }
        let allowed = CLIP.of(precision.max(Precision::F16Weights));
        assert!(worst <= allowed, "{device}: {worst:e}, allowed {allowed:e}");
    }
}

#[test]
fn legacy_end_marker_reads_the_same_row() {
    let (pack, config) = tiny(false);
    let text = ClipTextConfig { eos_token_id: 2, ..config.text.expect("a text tower") };
    let tower = TextTower::load(&pack, &text, config.projection_dim).expect("loads");
    for (i, ids) in prompts().iter().enumerate() {
        let found = tower.encode(&*backends()[0], ids).expect("encodes");
        assert_close("legacy", &found, &item("text_proj", i, &found), NETWORK_F32);
    }
}
