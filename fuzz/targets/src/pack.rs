//! Model packs: a file, a callback and memory agree, what is read can be written, and a model of it animates or says why not.
//!
//! The first byte says what the others are: 0 a whole file; 1 a header on the tiny pack's data; 2 a manifest in its header;
//! 3 edits of the tiny pack, as place (3 bytes), length, bytes. Fours of it say how far the pack is used: 0 to an animation, which
//! takes most of the time; 1 to a model; 2 and 3 it is only read.

use std::sync::Arc;
use std::time::Duration;

use media2face::pack::Pack;
use media2face::{Animation, Model, Session, SessionOptions, Style};

use crate::world::{assembled, runtime, taken_apart, tiny_pack, well};

pub(crate) fn run(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    let bytes = match kind % 4 {
        0 => rest.to_vec(),
        1 => assembled(rest, taken_apart(tiny_pack()).1),
        2 => with_manifest(&String::from_utf8_lossy(rest)),
        _ => edited(rest),
    };
    let depth = kind / 4 % 4;
    let Some(pack) = read(bytes) else { return };
    let _ = well(pack.verify());
    if let Some(again) = well(pack.to_bytes()) {
        let again = well(Pack::from_bytes(again)).expect("what was read can be read again");
        assert_eq!(again.tensors().len(), pack.tensors().len());
    }
    if depth > 1 {
        return;
    }
    if let Some(model) = well(Model::new(&runtime(), pack))
        && depth == 0
    {
        use_model(&model);
    }
}

/// From memory and from a reader that gives a few bytes at a time.
fn read(bytes: Vec<u8>) -> Option<Pack> {
    let mut drops = |offset: u64, buffer: &mut [u8]| {
        let rest = &bytes[bytes.len().min(offset as usize)..];
        let count = rest.len().min(buffer.len()).min(1 << 14);
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    };
    let by_reader = well(Pack::from_reader(&mut drops, bytes.len() as u64)).is_some();
    let pack = well(Pack::from_bytes(bytes));
    assert_eq!(by_reader, pack.is_some(), "a reader and memory disagree");
    pack
}

fn with_manifest(manifest: &str) -> Vec<u8> {
    let (header, data) = taken_apart(tiny_pack());
    let mut header: serde_json::Value = serde_json::from_slice(header).expect("the tiny pack's header");
    header["__metadata__"]["media2face"] = manifest.into();
    assembled(header.to_string().as_bytes(), data)
}

fn edited(mut edits: &[u8]) -> Vec<u8> {
    let mut bytes = tiny_pack().to_vec();
    while let [a, b, c, length, rest @ ..] = edits {
        let at = u32::from_le_bytes([*a, *b, *c, 0]) as usize % bytes.len();
        let count = usize::from(length % 16).min(rest.len()).min(bytes.len() - at);
        bytes[at..at + count].copy_from_slice(&rest[..count]);
        edits = &rest[count..];
    }
    bytes
}

/// What a host does with a model.
fn use_model(model: &Arc<Model>) {
    let _ = model.eye_range();
    if let Some(identity) = well(model.default_identity()) {
        let _ = well(model.blendshape_offsets_mm(&identity));
    }
    let _ = well(model.style_code(&Arc::new(Style::Text("happy".into()))));
    if let Some(animation) = animated(model) {
        read_all(&animation);
    }
}

fn animated(model: &Arc<Model>) -> Option<Arc<Animation>> {
    let options = SessionOptions { steps: Some(2), ..SessionOptions::new(16_000, 1) };
    let session = well(Session::new(model, options))?;
    well(session.push_f32(&[0.25; 3200]))?;
    well(session.finish())?;
    while !well(session.step(Duration::ZERO))? {}
    well(session.pull()).flatten()
}

fn read_all(animation: &Arc<Animation>) {
    let finite =
        |values: &[f32], what: &str| assert!(values.iter().all(|value| value.is_finite()), "{what}: not finite");
    let Some(mut reader) = well(animation.reader()) else { return };
    let _ = well(reader.frame_at(0.1));
    well(reader.weights(30.0, 0, 2)).iter().for_each(|weights| finite(weights, "weights"));
    well(reader.offsets_mm(30.0, 0, 2)).iter().for_each(|offsets| finite(offsets, "offsets"));
    for head in well(reader.heads(30.0, 0, 2)).into_iter().flatten() {
        finite(&head.rotation, "a head's rotation");
        finite(&head.translation_mm, "a head's translation");
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let header = taken_apart(tiny_pack()).0;
    let json: serde_json::Value = serde_json::from_slice(header).expect("the tiny pack's header");
    let manifest = json["__metadata__"]["media2face"].as_str().expect("a manifest");
    let used = [
        vec![0],
        [b"\0", &assembled(br#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, &[0; 4])[..]].concat(),
        [b"\x01", header].concat(),
        [b"\x02", manifest.as_bytes()].concat(),
        vec![3],
        b"\x03\0\0\0\x01{\x10\x20\x30\x04\0\0\xC0\x7F".to_vec(),
    ];
    let read = used.iter().map(|input| [&[input[0] + 8], &input[1..]].concat());
    read.chain(used.clone()).collect()
}
