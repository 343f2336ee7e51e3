//! What the fuzzers call: everything that reads bytes from outside, one function each, and the inputs that they begin with.
//!
//! Two callers: the libFuzzer programs of `fuzz/fuzz_targets`, and `tests/replay.rs`, which runs inputs and mutations of
//! them without a clock. A target returns for any bytes; it panics where something is wrong: by itself, or because what it
//! calls tells of an internal error or breaks a promise.

mod abi;
mod boxes;
mod control;
mod convert;
mod folder;
pub mod mutate;
mod obj;
mod pack;
mod picture;
mod scene;
mod sound;
mod study;
mod table;
mod tokenizer;
mod weights;
mod world;

/// Something that reads bytes from outside.
pub struct Target {
    /// Of the libFuzzer program too.
    pub name: &'static str,
    /// Returns for any bytes.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of its language.
    pub words: &'static [&'static str],
    /// Mutations of its inputs that the check runs: a few seconds of processor time.
    pub mutations: usize,
}

/// All of them.
pub const TARGETS: [Target; 13] = [
    Target { name: "abi", run: abi::run, seeds: abi::seeds, words: &[], mutations: 1200 },
    Target { name: "boxes", run: boxes::run, seeds: boxes::seeds, words: boxes::WORDS, mutations: 15000 },
    Target { name: "control", run: control::run, seeds: control::seeds, words: control::WORDS, mutations: 50000 },
    Target { name: "convert", run: convert::run, seeds: convert::seeds, words: world::JSON_WORDS, mutations: 12000 },
    Target { name: "obj", run: obj::run, seeds: obj::seeds, words: obj::WORDS, mutations: 20000 },
    Target { name: "pack", run: pack::run, seeds: pack::seeds, words: world::JSON_WORDS, mutations: 1400 },
    Target { name: "picture", run: picture::run, seeds: picture::seeds, words: &[], mutations: 20000 },
    Target { name: "scene", run: scene::run, seeds: scene::seeds, words: scene::WORDS, mutations: 15000 },
    Target { name: "sound", run: sound::run, seeds: sound::seeds, words: &[], mutations: 5000 },
    Target { name: "study", run: study::run, seeds: study::seeds, words: study::WORDS, mutations: 6000 },
    Target { name: "table", run: table::run, seeds: table::seeds, words: table::WORDS, mutations: 20000 },
    Target {
        name: "tokenizer",
        run: tokenizer::run,
        seeds: tokenizer::seeds,
        words: tokenizer::WORDS,
        mutations: 6000,
    },
    Target { name: "weights", run: weights::run, seeds: weights::seeds, words: weights::WORDS, mutations: 30000 },
];

/// The target of a name.
///
/// # Panics
/// If there is none.
pub fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target is called {name}"))
}
