//! Damaged and hostile packs: a clear error that names the cause, never a panic.

use media2face::Error;
use media2face::internals::tensor::Weight;
use media2face::pack::Pack;
use serde_json::{Value, json};

use super::{assembled, taken_apart, tiny, tiny_bytes};

/// The error of a pack, as text.
#[track_caller]
pub(super) fn refused(bytes: Vec<u8>) -> String {
    match Pack::from_bytes(bytes) {
        Err(Error::InvalidPack(detail) | Error::Unsupported(detail)) => detail,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("was accepted"),
    }
}

#[track_caller]
pub(super) fn refused_with(bytes: Vec<u8>, words: &[&str]) {
    let detail = refused(bytes);
    for word in words {
        assert!(detail.contains(word), "{detail:?} does not say {word:?}");
    }
}

fn with_header(edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (mut header, data) = taken_apart(&tiny_bytes());
    edit(&mut header);
    assembled(&header.to_string(), &data)
}

pub(super) fn with_manifest(edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    with_header(|header| {
        let text = header["__metadata__"]["media2face"].as_str().unwrap();
        let mut manifest: Value = serde_json::from_str(text).unwrap();
        edit(&mut manifest);
        header["__metadata__"]["media2face"] = manifest.to_string().into();
    })
}

/// The tiny pack with one tensor replaced, written without a check.
fn with_tensor(name: &str, bytes: &[u8]) -> Vec<u8> {
    let (header, mut data) = taken_apart(&tiny_bytes());
    let start = header[name]["data_offsets"][0].as_u64().unwrap() as usize;
    data[start..start + bytes.len()].copy_from_slice(bytes);
    assembled(&header.to_string(), &data)
}

#[test]
fn a_truncated_pack_is_refused_wherever_it_is_cut() {
    let bytes = tiny_bytes();
    for cut in (0..64).map(|i| bytes.len() * i / 64).chain(0..16).chain([bytes.len() - 1]) {
        refused(bytes[..cut].to_vec());
    }
}

#[test]
fn bytes_after_the_last_tensor_are_refused() {
    let mut bytes = tiny_bytes();
    bytes.push(0);
    refused_with(bytes, &["1 bytes after the last tensor"]);
}

#[test]
fn no_flipped_bit_of_the_header_panics() {
    let bytes = tiny_bytes();
    let end = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (mut accepted, mut tried) = (0, 0);
    for bit in (0..64).chain((64..8 * end).step_by(41)) {
        let mut mutated = bytes.clone();
        mutated[bit / 8] ^= 1 << (bit % 8);
        tried += 1;
        if let Ok(pack) = Pack::from_bytes(mutated) {
            pack.check().expect("an accepted pack is valid");
            accepted += 1;
        }
    }
    assert!(tried > 4000, "{tried} mutations");
    assert!(accepted < tried / 4, "{accepted} of {tried} accepted"); // free text, names of identities, digits of rates
}

#[test]
fn no_cut_or_repeated_run_of_the_header_panics() {
    let (header, data) = taken_apart(&tiny_bytes());
    let text = header.to_string();
    assert!(text.is_ascii());
    for i in 0..2000usize {
        let start = i * 7919 % text.len();
        let end = (start + 1 + i % 40).min(text.len());
        let cut = format!("{}{}", &text[..start], &text[end..]);
        let repeated = format!("{}{}", &text[..end], &text[start..]);
        for mutated in [cut, repeated] {
            let _ = Pack::from_bytes(assembled(&mutated, &data));
        }
    }
}

#[test]
fn a_huge_header_is_refused_before_it_is_read() {
    for len in [17 << 20, u64::from(u32::MAX), i64::MAX as u64, u64::MAX] {
        let mut bytes = tiny_bytes();
        bytes[..8].copy_from_slice(&len.to_le_bytes());
        refused_with(bytes, &["header"]);
    }
}

#[test]
fn bad_json_is_refused() {
    let (_, data) = taken_apart(&tiny_bytes());
    for header in ["", "{", "[]", "null", "{\"a\":1}", "{\"__metadata__\":[]}", "\u{0}", &"[".repeat(100_000)] {
        refused(assembled(header, &data));
    }
    refused_with(assembled("{}", &[]), &["media2face"]);
    refused_with(with_header(|header| header["__metadata__"] = json!({"media2face": "{\"format\":"})), &["manifest"]);
    let nested = format!("{{\"audio\":{}", "[".repeat(100_000));
    refused_with(with_header(|header| header["__metadata__"]["media2face"] = nested.into()), &["manifest"]);
}

#[test]
fn bad_offsets_are_refused_with_the_tensors_name() {
    let name = "audio.norm.bias";
    let set = |first: u64, last: u64| with_header(|header| header[name]["data_offsets"] = json!([first, last]));
    let (header, data) = taken_apart(&tiny_bytes());
    let [first, last] = [0, 1].map(|i| header[name]["data_offsets"][i].as_u64().unwrap());
    refused_with(set(last, first), &["tensor"]);
    refused_with(set(first - 4, last), &["overlaps"]);
    refused_with(set(first, last + 4), &[name]);
    refused_with(set(first, data.len() as u64 + 4), &["tensor"]);
    refused_with(set(u64::MAX - 7, u64::MAX), &["tensor"]);
    refused_with(set(0, u64::MAX), &["tensor"]);
    refused_with(with_header(|header| header[name]["data_offsets"] = json!([-4, 4])), &[name]);
    refused_with(with_header(|header| header[name]["data_offsets"] = json!([1.5, 4])), &[name]);
    refused_with(with_header(|header| drop(header.as_object_mut().unwrap().remove(name))), &["gap"]);
}

#[test]
fn sizes_whose_sum_overflows_are_refused() {
    let huge = (1u64 << 61) - 1;
    let mut header = json!({"__metadata__": {"media2face": "{}"}});
    for i in 0..8 {
        header[format!("t{i}")] = json!({"dtype": "U8", "shape": [huge], "data_offsets": [i * huge, (i + 1) * huge]});
    }
    refused_with(assembled(&header.to_string(), &[0; 16]), &["t0"]);
}

#[test]
fn shapes_whose_product_overflows_are_refused() {
    for shape in [json!([1u64 << 33, 1u64 << 33]), json!([u64::MAX, 2]), json!([u64::MAX]), json!(vec![2; 70])] {
        let bytes = with_header(|header| header["audio.norm.bias"]["shape"] = shape);
        refused_with(bytes, &["audio.norm.bias"]);
    }
}

#[test]
fn two_tensors_of_one_name_are_refused() {
    let (header, data) = taken_apart(&tiny_bytes());
    let entry = header["audio.norm.bias"].to_string();
    let text = header.to_string().replacen('{', &format!("{{\"audio.norm.bias\":{entry},"), 1);
    refused_with(assembled(&text, &data), &["audio.norm.bias appears twice"]);
}

#[test]
fn types_of_other_formats_are_refused_with_the_tensors_name() {
    for dtype in ["U32", "BF17", "I32"] {
        let bytes = with_header(|header| header["audio.norm.bias"]["dtype"] = dtype.into());
        refused_with(bytes, &["audio.norm.bias"]);
    }
    let halved = with_header(|header| header["denoiser.in_proj.weight"]["dtype"] = "BF16".into());
    refused_with(halved, &["denoiser.in_proj.weight", "BF16"]);
}

#[test]
fn an_error_stays_one_short_line_whatever_it_quotes() {
    let long = format!("\n{}", "x".repeat(1 << 20));
    for bytes in [
        with_header(|header| header["audio.norm.bias"]["dtype"] = long.as_str().into()),
        with_header(|header| header[&long] = json!({})),
        with_header(|header| header["audio\n"] = header["audio.norm.bias"].clone()),
        with_manifest(|manifest| manifest["audio"]["align"] = long[..1 << 19].into()),
        with_manifest(|manifest| manifest["name"] = long.as_str().into()),
        with_manifest(|manifest| manifest["format"] = long[..1 << 19].into()),
        with_manifest(|manifest| manifest["denoiser"]["pose_repr"] = long[..1 << 19].into()),
    ] {
        let detail = refused(bytes);
        assert!(detail.len() < 600 && !detail.contains('\n'), "{} bytes", detail.len());
    }
}

#[test]
fn a_wrong_shape_is_refused_with_name_and_both_shapes() {
    let name = "denoiser.in_proj.weight";
    let bytes = with_header(|header| header[name]["shape"] = json!([18, 32]));
    refused_with(bytes, &[name, "[18, 32]", "[32, 18]"]);
}

#[test]
fn every_tensor_but_an_optional_one_is_missed() {
    let pack = tiny();
    for name in pack.tensors().keys() {
        let rest = pack.tensors().iter().filter(|(other, _)| *other != name);
        let rest = rest.map(|(name, weight)| (name.clone(), weight.clone()));
        let error = Pack::from_parts(pack.manifest().clone(), rest).check().expect_err(name).to_string();
        // A list whose length only it states is missed by name or by what depends on it.
        let group = name.rsplit_once('.').unwrap().0;
        assert!(error.contains(name.as_str()) || error.contains(group), "{name}: {error}");
    }
}

#[test]
fn unknown_tensors_are_named_but_no_more_than_five() {
    let pack = tiny();
    let extra = (0..9).map(|i| (format!("denoiser.extra.{i}"), Weight::from_f32("", &[1], &[0.0])));
    let tensors = pack.tensors().iter().map(|(name, weight)| (name.clone(), weight.clone()));
    let error = Pack::from_parts(pack.manifest().clone(), tensors.chain(extra)).check().unwrap_err().to_string();
    assert!(error.contains("9 tensors") && error.contains("denoiser.extra.4, …"), "{error}");
    assert!(!error.contains("denoiser.extra.5"), "{error}");
}

#[test]
fn what_upstream_leaves_in_a_checkpoint_is_ignored() {
    let (mut header, mut data) = taken_apart(&tiny_bytes());
    for name in ["audio.masked_spec_embed", "audio.lm_head.weight", "clip.text_model.embeddings.position_ids"] {
        let start = data.len();
        data.extend([0; 16]);
        header[name] = json!({"dtype": "I64", "shape": [2], "data_offsets": [start, start + 16]});
    }
    let pack = Pack::from_bytes(assembled(&header.to_string(), &data)).expect("leftovers");
    assert_eq!(pack.tensors().len(), tiny().tensors().len());
}

#[test]
fn a_nan_or_infinite_weight_is_found_when_its_network_takes_it() {
    let cases: [(&str, &[u8]); 5] = [
        ("audio.norm.weight", &f32::NAN.to_le_bytes()),
        ("audio.norm.weight", &f32::NEG_INFINITY.to_le_bytes()),
        ("denoiser.in_proj.weight", &[0x00, 0x7c]),
        ("denoiser.in_proj.weight", &[0x01, 0xfc]),
        ("identities.0.vertices", &0xffff_ffffu32.to_le_bytes()),
    ];
    for (name, bytes) in cases {
        let pack = Pack::from_bytes(with_tensor(name, bytes)).expect("weights are not read on opening");
        for error in [pack.any_shape(name).unwrap_err(), pack.verify().unwrap_err()] {
            assert_eq!(error, Error::InvalidPack(format!("tensor {name} is not finite")));
        }
        assert!(pack.any_shape("audio.norm.bias").is_ok());
    }
    tiny().verify().expect("the tiny pack is finite");
}

#[test]
fn indices_outside_their_arrays_are_refused() {
    for name in ["triangles", "gather_index", "raster_index", "lip", "upper", "lip_inner", "follow.tongue.index"] {
        let name = format!("topology.{name}");
        for index in [-1, i32::MAX, i32::MIN] {
            refused_with(with_tensor(&name, &index.to_le_bytes()), &[&name, &index.to_string()]);
        }
    }
    for extent in [0.0f32, -1.0, f32::NAN] {
        refused_with(with_tensor("topology.extent", &extent.to_le_bytes()), &["topology.extent"]);
    }
}

#[test]
fn parts_that_reach_into_each_other_are_refused() {
    let pack = tiny();
    let parts = &pack.manifest().topology.as_ref().unwrap().parts;
    let tongue = parts.iter().find(|part| part.name == "tongue").unwrap().vertices[0] as i32;
    refused_with(with_tensor("topology.triangles", &tongue.to_le_bytes()), &["topology.triangles", "another part"]);
    let name = "topology.follow.tongue.index";
    refused_with(with_tensor(name, &tongue.to_le_bytes()), &[name, "which the map does not move"]);
}
