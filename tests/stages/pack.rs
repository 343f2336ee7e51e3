//! The model pack: what is written is read back, by every way in; nothing that is wrong gets through.

mod convert;
mod hostile;
mod manifests;
mod random_packs;

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use media2face::Error;
use media2face::pack::{Manifest, Pack, Size, random};
use serde_json::Value;

fn tiny() -> Pack {
    random(Size::Tiny, 7).expect("tiny pack")
}

fn tiny_bytes() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| tiny().to_bytes().expect("bytes"));
    BYTES.clone()
}

/// A folder of this test's own, empty.
fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pack").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("folder");
    folder
}

/// The header's JSON and the tensors' bytes.
fn taken_apart(bytes: &[u8]) -> (Value, Vec<u8>) {
    let len = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    (serde_json::from_slice(&bytes[8..8 + len]).expect("header"), bytes[8 + len..].to_vec())
}

fn assembled(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn a_written_pack_reads_back_equal() {
    let pack = tiny();
    let bytes = pack.to_bytes().expect("bytes");
    assert!(bytes.len() < 300_000, "{} bytes", bytes.len());
    let again = Pack::from_bytes(bytes.clone()).expect("read");
    assert_eq!(again.manifest(), pack.manifest());
    assert_eq!(again.tensors().len(), pack.tensors().len());
    for (name, weight) in pack.tensors() {
        let found = again.any_shape(name).expect("tensor");
        assert_eq!((found.shape(), found.dtype()), (weight.shape(), weight.dtype()), "{name}");
        assert_eq!(found.bytes(), weight.bytes(), "{name}");
    }
    assert_eq!(again.to_bytes().expect("bytes"), bytes);
}

#[test]
fn a_written_pack_opens_with_the_safetensors_crate() {
    let bytes = tiny_bytes();
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    assert_eq!(file.len(), tiny().tensors().len());
    let (header, _) = taken_apart(&bytes);
    for (name, tensor) in file.iter() {
        let start = header[name]["data_offsets"][0].as_u64().unwrap() as usize;
        assert!(start.is_multiple_of(tensor.dtype().bitsize() / 8), "{name} starts at {start}");
    }
    assert!(bytes[0].is_multiple_of(8), "tensors start aligned");
}

#[test]
fn file_memory_and_reader_give_the_same_pack() {
    let path = folder("same").join("tiny.m2f");
    tiny().save(&path).expect("save");
    let bytes = fs::read(&path).expect("file");
    let mut read_at = |offset: u64, buffer: &mut [u8]| {
        buffer.copy_from_slice(&bytes[offset as usize..][..buffer.len()]);
        Ok(buffer.len())
    };
    let packs = [
        Pack::open(&path).expect("file"),
        Pack::from_bytes(bytes.clone()).expect("memory"),
        Pack::from_shared(Arc::new(bytes.clone())).expect("shared"),
        Pack::from_reader(&mut read_at, bytes.len() as u64).expect("reader"),
    ];
    for pack in packs {
        assert_eq!(pack.to_bytes().expect("bytes"), bytes);
    }
}

#[test]
fn a_reader_that_gives_little_at_a_time_is_asked_again() {
    let bytes = tiny_bytes();
    let mut read_at = |offset: u64, buffer: &mut [u8]| {
        let count = buffer.len().min(7 + offset as usize % 101);
        buffer[..count].copy_from_slice(&bytes[offset as usize..][..count]);
        Ok(count)
    };
    let pack = Pack::from_reader(&mut read_at, bytes.len() as u64).expect("reader");
    assert_eq!(pack.to_bytes().expect("bytes"), bytes);
}

#[test]
fn a_reader_that_fails_midway_gives_its_own_error() {
    let bytes = tiny_bytes();
    for share in 0..16 {
        let end = bytes.len() * share / 16;
        let mut failing = |offset: u64, buffer: &mut [u8]| {
            let (start, stop) = (offset as usize, offset as usize + buffer.len());
            if stop > end {
                return Err(Error::Cancelled);
            }
            buffer.copy_from_slice(&bytes[start..stop]);
            Ok(buffer.len())
        };
        assert_eq!(Pack::from_reader(&mut failing, bytes.len() as u64).unwrap_err(), Error::Cancelled);

        let mut ending = |offset: u64, buffer: &mut [u8]| {
            let rest = &bytes[(offset as usize).min(end)..end];
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        };
        assert!(matches!(Pack::from_reader(&mut ending, bytes.len() as u64), Err(Error::Io(_))));
    }
}

#[test]
fn a_reader_that_claims_more_than_the_buffer_is_an_error() {
    let mut claiming = |_: u64, buffer: &mut [u8]| Ok(buffer.len() + 1);
    assert!(matches!(Pack::from_reader(&mut claiming, 1 << 20), Err(Error::InvalidArgument(_))));
}

#[test]
fn unaligned_memory_reads_the_same_values() {
    let bytes = tiny_bytes();
    for shift in 1..4 {
        let mut shifted = vec![0; shift];
        shifted.extend(&bytes);
        let all = media2face::internals::tensor::Bytes::new(Arc::new(shifted), shift..shift + bytes.len());
        let pack = Pack::from_shared(Arc::new(all)).expect("unaligned");
        let name = "denoiser.in_proj.weight";
        assert_eq!(
            pack.any_shape(name).unwrap().to_f32().expect("memory"),
            tiny().any_shape(name).unwrap().to_f32().expect("memory")
        );
    }
}

#[test]
fn a_pack_of_one_network_is_valid() {
    let pack = tiny();
    for prefix in ["audio", "clip", "denoiser", "gnpfa"] {
        let whole = pack.manifest().clone();
        let manifest = match prefix {
            "audio" => Manifest { audio: whole.audio, ..Manifest::default() },
            "clip" => Manifest { clip: whole.clip, ..Manifest::default() },
            "denoiser" => Manifest { denoiser: whole.denoiser, diffusion: whole.diffusion, ..Manifest::default() },
            _ => Manifest { gnpfa: whole.gnpfa, blendshapes: whole.blendshapes, ..Manifest::default() },
        };
        let tensors = pack.tensors().iter().filter(|(name, _)| name.starts_with(prefix));
        let part = Pack::from_parts(manifest, tensors.map(|(name, weight)| (name.clone(), weight.clone())));
        let again = Pack::from_bytes(part.to_bytes().expect(prefix)).expect(prefix);
        assert_eq!(again.manifest(), part.manifest());
    }
}

#[test]
fn a_pack_without_the_generator_is_valid() {
    let pack = tiny();
    let kept = pack.tensors().iter().filter(|(name, _)| !name.starts_with("gnpfa.generator."));
    let part = Pack::from_parts(pack.manifest().clone(), kept.map(|(name, weight)| (name.clone(), weight.clone())));
    let again = Pack::from_bytes(part.to_bytes().unwrap()).unwrap();
    assert!(again.tensors().len() < pack.tensors().len());
}

#[test]
fn saving_replaces_the_file_under_an_open_pack() {
    let path = folder("replace").join("tiny.m2f");
    tiny().save(&path).expect("save");
    let old = Pack::open(&path).expect("open");
    let new = random(Size::Tiny, 8).expect("other");
    new.save(&path).expect("replace");
    assert_eq!(old.to_bytes().unwrap(), tiny_bytes());
    assert_eq!(fs::read(&path).unwrap(), new.to_bytes().unwrap());
}

#[test]
fn a_path_that_cannot_be_written_is_left_as_it_was() {
    let folder = folder("unwritable");
    let taken = folder.join("taken");
    fs::create_dir(&taken).expect("folder");
    fs::write(folder.join("file"), "old").expect("file");
    for path in [folder.join("missing/tiny.m2f"), taken.clone(), folder.join("file/tiny.m2f"), PathBuf::from("/")] {
        let Err(Error::Io(detail)) = tiny().save(&path) else { panic!("{} was written", path.display()) };
        assert!(detail.contains(&*path.to_string_lossy()), "{detail}");
    }
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["file", "taken"]);
    assert_eq!(fs::read_dir(&taken).unwrap().count(), 0);
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"old");
}

#[test]
fn a_pack_that_could_not_be_read_is_not_written() {
    let pack = tiny();
    let fewer = pack.tensors().iter().skip(1).map(|(name, weight)| (name.clone(), weight.clone()));
    let path = folder("refused").join("tiny.m2f");
    let damaged = Pack::from_parts(pack.manifest().clone(), fewer);
    assert!(matches!(damaged.save(&path), Err(Error::InvalidPack(_))));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
}

#[test]
fn what_is_no_file_is_an_io_error_with_the_path() {
    let folder = folder("no_file");
    for path in [folder.clone(), folder.join("missing.m2f"), PathBuf::from("/dev/null")] {
        let Err(Error::Io(detail)) = Pack::open(&path) else { panic!("{} was opened", path.display()) };
        assert!(detail.contains(&*path.to_string_lossy()), "{detail}");
    }
}
