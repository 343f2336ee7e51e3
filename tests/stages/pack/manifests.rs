//! Manifests with values that cannot be: refused by the key's name, never a panic.

use media2face::Error;
use media2face::internals::prompt::StyleEncoder;
use media2face::internals::tensor::Weight;
use media2face::pack::Pack;
use serde_json::{Value, json};

use super::hostile::{refused, refused_with, with_manifest};
use super::tiny;

/// Each key with a value that cannot be, and a word of the error.
fn refused_by_name(cases: &[(&str, Value, &str)]) {
    for (pointer, value, word) in cases {
        let bytes = with_manifest(|manifest| *manifest.pointer_mut(pointer).expect(pointer) = value.clone());
        let detail = refused(bytes);
        assert!(detail.contains(word), "{pointer} = {value}: {detail:?} does not say {word:?}");
    }
}

#[test]
fn manifest_keys_of_inputs_out_of_range_are_refused_by_name() {
    let huge = json!(u64::MAX);
    refused_by_name(&[
        ("/format", json!("media2face/2"), "format"),
        ("/fps", json!(0), "fps"),
        ("/fps", json!(1e30), "fps"),
        ("/fps", json!(1e39), "fps"),
        ("/audio/width", json!(0), "audio.width"),
        ("/audio/width", huge.clone(), "audio.width"),
        ("/audio/dilations", json!([0]), "audio.dilations"),
        ("/audio/dilations", json!(vec![1; 1000]), "audio.dilations"),
        ("/audio/mel_rate", json!(-1), "audio.mel_rate"),
        ("/audio/dilations", json!([1500, 501]), "audio.dilations"),
        ("/audio/chunk_s", json!(0), "audio.chunk_s"),
        ("/audio/chunk_s", json!(601), "audio.chunk_s"),
        ("/audio/context_s", json!(601), "audio.context_s"),
        ("/audio/num_hidden_layers", json!(1_000_000), "audio.num_hidden_layers"),
        ("/audio/front_end", json!("fft"), "fft"),
        ("/clip/projection_dim", json!(0), "projection_dim"),
        ("/clip/text/num_attention_heads", json!(0), "heads"),
        ("/clip/text/eos_token_id", json!(7), "clip.text.eos_token_id"),
        ("/clip/text/num_attention_heads", json!(3), "heads"),
        ("/clip/text/num_hidden_layers", huge.clone(), "layers"),
        ("/clip/text/layer_norm_eps", json!(0), "layer_norm_eps"),
        ("/clip/vision/patch_size", json!(0), "patch_size"),
        ("/clip/vision/patch_size", json!(33), "patch_size"),
        ("/clip/vision/image_size", huge, "image_size"),
    ]);
}

#[test]
fn manifest_keys_of_motion_and_faces_out_of_range_are_refused_by_name() {
    let huge = json!(u64::MAX);
    refused_by_name(&[
        ("/denoiser/heads", json!(5), "heads"),
        ("/denoiser/layers", json!(0), "denoiser.layers"),
        ("/denoiser/d_x", json!(17), "d_x"),
        ("/denoiser/d_pose", json!(7), "d_pose"),
        ("/denoiser/d_a", json!(31), "d_a"),
        ("/denoiser/d_p", json!(31), "d_p"),
        ("/denoiser/d_s", json!(1), "denoiser.d_s"),
        ("/denoiser/d_s", json!(2), "diffusion.distilled"),
        ("/denoiser/window", huge.clone(), "window"),
        ("/denoiser/pose_repr", json!("euler"), "pose_repr"),
        ("/diffusion/hop", json!(0), "hop"),
        ("/diffusion/hop", json!(21), "hop"),
        ("/diffusion/T", json!(0), "diffusion.T"),
        ("/diffusion/T", huge.clone(), "diffusion.T"),
        ("/diffusion/steps", json!(501), "steps"),
        ("/diffusion/eta", json!(2), "eta"),
        ("/diffusion/s_A", json!(1e9), "s_A"),
        ("/diffusion/noise_scale", json!(1.5), "noise_scale"),
        ("/diffusion/noise_scale", json!(-0.1), "noise_scale"),
        ("/diffusion/schedule", json!("linear"), "schedule"),
        ("/gnpfa/res", json!(31), "gnpfa"),
        ("/gnpfa/res", json!(36), "not a multiple"),
        ("/gnpfa/res", huge.clone(), "gnpfa.res"),
        ("/gnpfa/ch", json!([]), "gnpfa.ch"),
        ("/gnpfa/ch", json!(vec![8; 64]), "gnpfa.ch"),
        ("/gnpfa/groups", json!(0), "gnpfa.groups"),
        ("/gnpfa/groups", json!(3), "not a multiple of gnpfa.groups"),
        ("/gnpfa/d_z", json!(13), "d_z"),
        ("/topology/vertices", json!(0), "topology.vertices"),
        ("/topology/vertices", huge, "topology.vertices"),
        ("/topology/parts/0/vertices", json!([5, 4]), "skin"),
        ("/topology/parts/0/vertices", json!([1, 4]), "skin"),
        ("/topology/parts", json!([]), "last part"),
        ("/topology/parts/0/triangles", json!([0, 100_000]), "skin"),
        ("/topology/parts/0/name", json!("tongue"), "twice"),
        ("/topology/parts/0/name", json!(""), "name"),
        ("/topology/parts/0/follow", json!("nobody"), "topology.follow.nobody.index"),
        ("/topology/parts/0/colour", json!([0, 0, 2]), "colour"),
        ("/identities/names", json!(["a", "a"]), "twice"),
        ("/identities/names", json!(["a", "b", "c"]), "identities.2.vertices"),
        ("/identities/names", json!(["a", "b\n"]), "identities"),
        ("/blendshapes/names/0", json!("x".repeat(10_000)), "blendshapes"),
    ]);
}

#[test]
fn every_number_of_the_manifest_may_be_hostile_without_a_panic() {
    fn numbers(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Number(_) => found.push(path.to_owned()),
            Value::Array(items) => {
                found.push(path.to_owned());
                items.iter().enumerate().for_each(|(i, item)| numbers(item, &format!("{path}/{i}"), found));
            }
            Value::Object(keys) => keys.iter().for_each(|(key, item)| numbers(item, &format!("{path}/{key}"), found)),
            _ => {}
        }
    }
    let manifest = serde_json::to_value(tiny().manifest()).unwrap();
    let mut found = Vec::new();
    numbers(&manifest, "", &mut found);
    let hostile =
        [json!(0), json!(1), json!(1 << 20), json!(u64::MAX), json!(-1), json!(1e300), json!([]), json!(null)];
    for path in &found {
        for value in &hostile {
            let bytes = with_manifest(|manifest| *manifest.pointer_mut(path).unwrap() = value.clone());
            if let Ok(pack) = Pack::from_bytes(bytes) {
                pack.check().expect("an accepted pack is valid");
            }
        }
    }
    assert!(found.len() > 60);
}

#[test]
fn emoji_and_presets_that_cannot_be_are_refused() {
    let emoji = |key: &str, words: &str| json!({ "names": { key: words } });
    for (key, words, fault) in [
        ("☺\u{fe0f}", "smiling face", "variation selector"),
        ("👍🏽", "thumbs up", "skin tone"),
        (" 😀", "grinning face", "white space"),
        ("", "nothing", "emoji"),
        ("😀", "", "words"),
        ("😀", "a\nb", "words"),
        ("😀", &"x".repeat(300), "words"),
    ] {
        refused_with(with_manifest(|manifest| manifest["emoji"] = emoji(key, words)), &["emoji", fault]);
    }
    let many: serde_json::Map<String, Value> = (0..9000).map(|i| (format!("e{i}"), "x".into())).collect();
    refused_with(with_manifest(|manifest| manifest["emoji"] = json!({ "names": many })), &["emoji.names' length"]);
    refused_with(with_manifest(|manifest| manifest["emoji"] = json!({ "names": [] })), &["manifest"]);
    let without_text = with_manifest(|manifest| {
        manifest["emoji"] = emoji("😀", "grinning face");
        manifest["clip"]["text"] = Value::Null;
    });
    refused_with(without_text, &["emoji without a text tower"]);

    let presets = |names: Value| with_manifest(|manifest| manifest["presets"] = json!({ "names": names }));
    refused_with(presets(json!(["a", "a"])), &["presets", "twice"]);
    refused_with(presets(json!(["a\u{7}"])), &["presets", "control characters"]);
    refused_with(presets(json!(["a"])), &["presets.codes", "missing"]);
    let without_denoiser = with_manifest(|manifest| {
        manifest["presets"] = json!({ "names": ["a"] });
        manifest["denoiser"] = Value::Null;
    });
    refused_with(without_denoiser, &["presets without a denoiser"]);

    let with_codes = |name: &str, shape: &[usize], value: f32| {
        let pack = tiny();
        let mut manifest = pack.manifest().clone();
        manifest.presets.names = vec!["a".to_owned(), "b".to_owned()];
        manifest.emoji = Some(serde_json::from_value(emoji("😀", "grinning face")).unwrap());
        let mut tensors = pack.tensors().clone();
        let mut add = |name: &str, shape: &[usize], value: f32| {
            let values = vec![value; shape.iter().product()];
            tensors.insert(name.to_owned(), Weight::from_f32(name, shape, &values));
        };
        add("presets.codes", &[2, 32], 1.0);
        add("emoji.codes", &[1, 32], 1.0);
        add(name, shape, value);
        Pack::from_parts(manifest, tensors)
    };
    let valid = with_codes("emoji.codes", &[1, 32], 0.5);
    valid.check().expect("a valid pack");
    let again = Pack::from_bytes(valid.to_bytes().expect("bytes")).expect("read back");
    assert_eq!(again.manifest(), valid.manifest());
    for (name, shape) in [("emoji.codes", [2, 32]), ("emoji.codes", [1, 31]), ("presets.codes", [1, 32])] {
        let Err(Error::InvalidPack(detail)) = with_codes(name, &shape, 1.0).check() else { panic!("{name} was taken") };
        assert!(detail.contains(name), "{detail}");
    }
    for name in ["emoji.codes", "presets.codes"] {
        let shape = [if name == "emoji.codes" { 1 } else { 2 }, 32];
        let broken = with_codes(name, &shape, f32::NAN);
        let Err(Error::InvalidPack(detail)) = StyleEncoder::load(&broken) else { panic!("{name} was taken") };
        assert!(detail.contains(name), "{detail}");
    }
}
