//! What targets share: the tiny pack, and a model of it on a runtime without threads.

use std::sync::{Arc, OnceLock};

use media2face::Error;
use media2face::pack::{self, Pack, Size};
use media2face::{BackendChoice, Model, Runtime, RuntimeOptions};

/// Numbers and words of headers and manifests.
pub(crate) const JSON_WORDS: &[&str] = &[
    "null",
    "true",
    "-1",
    "1e999",
    "0",
    "1",
    "3",
    "4294967296",
    "18446744073709551615",
    "1e-45",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\u0000",
    "data_offsets",
    "shape",
    "dtype",
    "F16",
    "F32",
    "I32",
    "BF16",
    "U8",
    "4096",
    "1048576",
    "16777216",
];

/// The tiny pack's bytes.
pub(crate) fn tiny_pack() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let pack = pack::random(Size::Tiny, 1).expect("the tiny pack");
        pack.to_bytes().expect("its bytes")
    })
}

/// Without threads, on the CPU.
pub(crate) fn runtime() -> Arc<Runtime> {
    static RUNTIME: OnceLock<Arc<Runtime>> = OnceLock::new();
    let options = || RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..Default::default() };
    RUNTIME.get_or_init(|| Runtime::new(&options()).expect("a runtime")).clone()
}

/// Of the tiny pack.
pub(crate) fn model() -> Arc<Model> {
    static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
    let pack = || Pack::from_bytes(tiny_pack().to_vec()).expect("the tiny pack");
    MODEL.get_or_init(|| Model::new(&runtime(), pack()).expect("a model")).clone()
}

/// What came out well. An error is an answer like any other, but for the one that tells of a bug.
pub(crate) fn well<T>(outcome: media2face::Result<T>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(Error::Internal(text)) => panic!("internal error: {text}"),
        Err(error) => {
            told(&error.to_string());
            None
        }
    }
}

/// The same for errors of the command.
pub(crate) fn well_told<T>(outcome: Result<T, impl std::fmt::Debug + std::fmt::Display>) -> Option<T> {
    outcome
        .map_err(|error| {
            let text = format!("{error:#}");
            assert!(!text.contains("internal error"), "{text}");
            told(&text);
        })
        .ok()
}

fn told(text: &str) {
    assert!(!text.trim().is_empty(), "an error without a text");
}

/// A file of the repository.
pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A safetensors file's header and data.
pub(crate) fn taken_apart(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk().expect("a length");
    rest.split_at(u64::from_le_bytes(*length) as usize)
}

/// A safetensors file of a header and data.
pub(crate) fn assembled(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}
