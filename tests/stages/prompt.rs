//! Style prompts: what a pack can and cannot take.

use media2face::Error;
use media2face::internals::prompt::StyleEncoder;
use media2face::internals::tensor::Weight;
use media2face::limits::DEFAULT_PICTURE_PIXELS;
use media2face::pack::{ClipConfig, Manifest, Pack};

use crate::support::golden::golden;
use crate::support::{assert_close, backends};

const WIDTH: usize = 16;
const VOCABULARY: usize = 600;

/// A text tower of one layer and a vision tower of none, with 600 tokens and 8 positions.
fn config() -> ClipConfig {
    let text = serde_json::json!({ "vocab_size": VOCABULARY, "hidden_size": WIDTH, "intermediate_size": 32,
        "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 8, "eos_token_id": VOCABULARY - 1 });
    let vision = serde_json::json!({ "hidden_size": WIDTH, "intermediate_size": 32, "num_hidden_layers": 0,
        "num_attention_heads": 2, "image_size": 20, "patch_size": 8 });
    let clip = serde_json::json!({ "text": text, "vision": vision, "projection_dim": 5 });
    serde_json::from_value(clip).expect("a configuration")
}

fn pack(clip: Option<ClipConfig>) -> Pack {
    let manifest: Manifest =
        serde_json::from_value(serde_json::json!({ "format": "media2face/1" })).expect("a manifest");
    Pack::from_parts(Manifest { clip, ..manifest }, tensors())
}

/// Tensors of the towers, filled with a fixed wave.
fn tensors() -> Vec<(String, Weight)> {
    let mut shapes: Vec<(String, Vec<usize>)> = vec![
        ("text_model.embeddings.token_embedding.weight".into(), vec![VOCABULARY, WIDTH]),
        ("text_model.embeddings.position_embedding.weight".into(), vec![8, WIDTH]),
        ("text_model.final_layer_norm.weight".into(), vec![WIDTH]),
        ("text_model.final_layer_norm.bias".into(), vec![WIDTH]),
        ("text_projection.weight".into(), vec![5, WIDTH]),
        ("vision_model.embeddings.class_embedding".into(), vec![WIDTH]),
        ("vision_model.embeddings.patch_embedding.weight".into(), vec![WIDTH, 3, 8, 8]),
        ("vision_model.embeddings.position_embedding.weight".into(), vec![5, WIDTH]),
        ("visual_projection.weight".into(), vec![5, WIDTH]),
    ];
    for norm in ["vision_model.pre_layrnorm", "vision_model.post_layernorm"] {
        shapes.extend(["weight", "bias"].map(|part| (format!("{norm}.{part}"), vec![WIDTH])));
    }
    let layer = "text_model.encoder.layers.0";
    for (name, outputs, inputs) in [
        ("self_attn.q_proj", WIDTH, WIDTH),
        ("self_attn.k_proj", WIDTH, WIDTH),
        ("self_attn.v_proj", WIDTH, WIDTH),
        ("self_attn.out_proj", WIDTH, WIDTH),
        ("mlp.fc1", 32, WIDTH),
        ("mlp.fc2", WIDTH, 32),
    ] {
        shapes.push((format!("{layer}.{name}.weight"), vec![outputs, inputs]));
        shapes.push((format!("{layer}.{name}.bias"), vec![outputs]));
    }
    for norm in ["layer_norm1", "layer_norm2"] {
        shapes.extend(["weight", "bias"].map(|part| (format!("{layer}.{norm}.{part}"), vec![WIDTH])));
    }
    let tensor = |(seed, (name, shape)): (usize, (String, Vec<usize>))| {
        let count = shape.iter().product::<usize>();
        let values: Vec<f32> = (0..count).map(|i| (1.0 + (seed * 977 + i) as f32 * 0.7).sin()).collect();
        let name = format!("clip.{name}");
        (name.clone(), Weight::from_f32(&name, &shape, &values))
    };
    shapes.into_iter().enumerate().map(tensor).collect()
}

fn picture_file() -> Vec<u8> {
    golden("pictures").bytes("png_rgb.file").to_vec()
}

#[test]
fn any_prompt_gives_a_finite_code_and_tells_of_a_cut() {
    let encoder = StyleEncoder::load(&pack(Some(config()))).expect("loads");
    let prompts = ["", "angry", "\u{0}\u{7}\u{1b}[31m", "<|endoftext|>", "😀", &"very ".repeat(2_000)];
    for backend in backends() {
        for (prompt, truncated) in prompts.iter().zip([false, false, true, false, false, true]) {
            let code = encoder.encode_text(&*backend, prompt).expect("encodes");
            assert_eq!(code.values.len(), 5);
            assert!(code.values.iter().all(|v| v.is_finite()), "{prompt:?}");
            assert_eq!(code.truncated, truncated, "{prompt:?}");
        }
    }
}

#[test]
fn different_prompts_give_different_codes_and_equal_ones_the_same() {
    let encoder = StyleEncoder::load(&pack(Some(config()))).expect("loads");
    for backend in backends() {
        let code = |prompt| encoder.encode_text(&*backend, prompt).expect("encodes").values;
        assert_ne!(code("sad"), code("mad"));
        assert_eq!(code("  SAD\n"), code("sad"));
        assert_eq!(code("sad<|endoftext|>glad"), code("sad"), "nothing behind the end marker reaches it");
    }
}

#[test]
fn normalize_scales_the_code_to_length_one() {
    let raw = StyleEncoder::load(&pack(Some(config()))).expect("loads");
    let unit = StyleEncoder::load(&pack(Some(ClipConfig { normalize: true, ..config() }))).expect("loads");
    for backend in backends() {
        for (raw, unit) in [
            (raw.encode_text(&*backend, "calm"), unit.encode_text(&*backend, "calm")),
            (
                raw.encode_picture(&*backend, &picture_file(), DEFAULT_PICTURE_PIXELS),
                unit.encode_picture(&*backend, &picture_file(), DEFAULT_PICTURE_PIXELS),
            ),
        ] {
            let (raw, unit) = (raw.expect("encodes").values, unit.expect("encodes").values);
            let length = raw.iter().map(|v| v * v).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() > 0.01, "the raw code happens to have length 1");
            assert_close("unit", &unit, &raw.iter().map(|v| v / length).collect::<Vec<_>>(), 1e-6);
        }
    }
}

#[test]
fn missing_tower_is_named() {
    let backend = &*backends()[0];
    let missing = |result: Result<_, Error>| match result {
        Err(Error::MissingPart(line)) => line,
        other => panic!("{other:?}"),
    };
    let without = |part: &str| {
        let mut clip = config();
        match part {
            "text" => clip.text = None,
            _ => clip.vision = None,
        }
        StyleEncoder::load(&pack(Some(clip))).expect("loads")
    };
    let text = "this model has no text tower, so it takes no style prompts";
    let vision = "this model has no vision tower, so it takes no style pictures";
    assert_eq!(missing(without("text").encode_text(backend, "sad")), text);
    assert!(without("text").encode_picture(backend, &picture_file(), DEFAULT_PICTURE_PIXELS).is_ok());
    assert_eq!(missing(without("vision").encode_picture(backend, &picture_file(), DEFAULT_PICTURE_PIXELS)), vision);
    assert!(without("vision").encode_text(backend, "sad").is_ok());
    let none = StyleEncoder::load(&pack(None)).expect("loads");
    assert_eq!(missing(none.encode_text(backend, "sad")), text);
    assert_eq!(missing(none.encode_picture(backend, &picture_file(), DEFAULT_PICTURE_PIXELS)), vision);
}

#[test]
fn broken_picture_is_refused_before_the_tower_runs() {
    let encoder = StyleEncoder::load(&pack(Some(config()))).expect("loads");
    let file = picture_file();
    for bytes in [&b"not a picture"[..], &file[..file.len() / 2]] {
        let result = encoder.encode_picture(&*backends()[0], bytes, DEFAULT_PICTURE_PIXELS);
        assert!(matches!(result, Err(Error::InvalidPicture(_))), "{result:?}");
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused_when_loading() {
    type Change = fn(&mut ClipConfig);
    let changes: [(&str, Change); 9] = [
        ("vocab_size", |c| c.text.as_mut().unwrap().vocab_size = 64),
        ("token_embedding", |c| c.text.as_mut().unwrap().vocab_size = 601),
        ("eos_token_id", |c| c.text.as_mut().unwrap().eos_token_id = 7),
        ("max_position_embeddings", |c| c.text.as_mut().unwrap().max_position_embeddings = 0),
        ("heads", |c| c.text.as_mut().unwrap().num_attention_heads = 3),
        ("layers.1", |c| c.text.as_mut().unwrap().num_hidden_layers = 2),
        ("patch_size", |c| c.vision.as_mut().unwrap().patch_size = 0),
        ("patch_size", |c| c.vision.as_mut().unwrap().patch_size = 21),
        ("projection", |c| c.projection_dim = 6),
    ];
    for (named, change) in changes {
        let mut clip = config();
        change(&mut clip);
        if named == "eos_token_id" || named == "token_embedding" {
            clip.text.as_mut().unwrap().eos_token_id = if named == "eos_token_id" { 7 } else { 600 };
        }
        match StyleEncoder::load(&pack(Some(clip))) {
            Err(Error::InvalidPack(line)) => assert!(line.contains(named), "{named}: {line}"),
            Err(other) => panic!("{named}: {other:?}"),
            Ok(_) => panic!("{named} was taken"),
        }
    }
}
