//! What a redesign may not change: the numbers of the sample sentence's first two seconds, to the last letter, on plain
//! instructions.

use std::fs;

use crate::Bench;

#[path = "../../../../tests/support/fnv.rs"]
mod fnv;

/// FNV-1a of the CSV. Only a change of the starter's pack or of what a step computes may change it, and says so.
const HELLO: u64 = 0x7398_56ad_c52a_0248;

#[test]
fn sample_sentence_keeps_its_bits() {
    let bench = Bench::new();
    bench.speak(2);
    let take = ["--portable", "--seed", "7", "--style", "neutral", "--emit", "csv", "--out", "out"];
    let output = bench.m2f(&[&["animate", "spoken.wav"], &take[..]].concat());
    assert!(output.status.success(), "{output:?}");
    let hash = fnv::fnv(fs::read(bench.path("out/spoken.csv")).unwrap());
    assert_eq!(hash, HELLO, "{hash:#018x}");
}

#[test]
fn plain_instructions_are_the_cpus() {
    let bench = Bench::new();
    let output = bench.m2f(&["animate", "hum.wav", "--model", "tiny.m2f", "--portable", "--backend", "vulkan"]);
    crate::assert_failed(&output, "--portable is for the CPU");
}
