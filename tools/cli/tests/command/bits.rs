//! What a redesign may not change: the numbers of the sample sentence, to the last letter, on plain instructions.

use std::fs;
use std::path::Path;

use crate::Bench;

/// FNV-1a of the CSV, in hexadecimal. Only a change of the starter's pack or of what a step computes may change it, and says so.
const HELLO: &str = "35d46941a8ffbeae";

fn fnv(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

#[test]
fn sample_sentence_keeps_its_bits() {
    let bench = Bench::new();
    let hello = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/audio/hello.wav");
    let take = ["--portable", "--seed", "7", "--style", "neutral", "--emit", "csv", "--out", "out"];
    let output = bench.m2f(&[&["animate", hello.to_str().unwrap()], &take[..]].concat());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fnv(&fs::read(bench.path("out/hello.csv")).unwrap()), HELLO);
}

#[test]
fn plain_instructions_are_the_cpus() {
    let bench = Bench::new();
    let output = bench.m2f(&["animate", "hum.wav", "--model", "tiny.m2f", "--portable", "--backend", "vulkan"]);
    crate::assert_failed(&output, "--portable is the CPU's");
}
