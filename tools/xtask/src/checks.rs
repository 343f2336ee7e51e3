//! The checks that are a few commands each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{cargo, command, root, run, target};
use crate::sample::Profile;
use crate::test::Extent;
use crate::{sample, shaders, symbols, validation, vulkan};

/// The compiler of the shaders, whose C++ takes minutes to build.
const COMPILER: [&str; 4] = ["--package", "shaders", "--features", "compile"];

/// Folders with files that the op list names, which Cargo's formatter does not find.
const OPS: [&str; 4] = ["src/plan/ops", "src/backend/cpu", "src/backend/gpu", "tests/ops"];

/// Formats all of the sources, or compares.
pub(crate) fn format(check: bool) -> Result<()> {
    let check: &[&str] = if check { &["--check"] } else { &[] };
    run(cargo(&["fmt", "--all"]).args(check))?;
    let mut files = Vec::new();
    for folder in OPS.map(|folder| root().join(folder)) {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            files.extend(path.extension().is_some_and(|end| end == "rs").then_some(path));
        }
    }
    run(command("rustfmt", &["--edition", "2024"]).args(check).args(files))
}

pub(crate) fn lints(extent: Extent) -> Result<()> {
    let clippy =
        |members: &[&str]| run(cargo(&["clippy", "--all-targets"]).args(members).args(["--", "-D", "warnings"]));
    clippy(&["--workspace"])?;
    if extent == Extent::Full { clippy(&COMPILER) } else { Ok(()) }
}

pub(crate) fn documentation() -> Result<()> {
    let doc = ["doc", "--workspace", "--no-deps", "--document-private-items"];
    run(cargo(&doc).env("RUSTDOCFLAGS", "-D warnings"))
}

/// The committed modules are those of their sources: by hashes, or byte for byte as the compiler makes them.
pub(crate) fn shaders(extent: Extent) -> Result<()> {
    if extent == Extent::Quick {
        return shaders::compare();
    }
    shaders::run_all(true)?;
    run(cargo(&["test", "--quiet"]).args(COMPILER))
}

/// All tests of the workspace; where there are drivers, with nothing skipped and under validation.
pub(crate) fn tests(extent: Extent) -> Result<()> {
    run(&mut cargo(&["test", "--workspace", "--no-run"]))?;
    let mut test = cargo(&["test", "--workspace"]);
    test.env("M2F_TEST_LEFT_OUT", left_out_file()).env_remove("M2F_TEST_VULKAN");
    match extent {
        Extent::Quick => test.env_remove("M2F_TEST_FULL"),
        Extent::Full => test.env("M2F_TEST_FULL", "1"),
    };
    match vulkan::are_there() {
        true => validation::run_silent(&mut test),
        false => run(&mut test),
    }
}

/// Where tests write a line of what they leave out.
pub(crate) fn left_out_file() -> PathBuf {
    target().join("left-out.txt")
}

/// What the tests said that they leave out, each reason with the number of tests.
pub(crate) fn left_out_by_tests() -> Vec<String> {
    let text = std::fs::read_to_string(left_out_file()).unwrap_or_default();
    let mut tests: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (reason, test) in text.lines().filter_map(|line| line.split_once('\t')) {
        tests.entry(reason).or_default().insert(test);
    }
    tests.into_iter().map(|(reason, tests)| format!("{} tests, in whole or in part: {reason}", tests.len())).collect()
}

/// The m2f command as the tests built it: the whole of it in release would be compiled for these few seconds.
pub(crate) fn m2f(arguments: &[&str]) -> Command {
    command(&target().join("debug/m2f").to_string_lossy(), arguments)
}

/// The library of an extent: the release build is compiled for these checks alone.
pub(crate) fn library(extent: Extent) -> Profile {
    if extent == Extent::Full { Profile::Release } else { Profile::Dev }
}

/// Samples write the same in all languages: of the whole of the sample audio, or of its first two seconds.
pub(crate) fn samples(extent: Extent) -> Result<()> {
    let audio = if extent == Extent::Full { sample::audio() } else { two_seconds()? };
    sample::compare(library(extent), &audio)
}

/// The exported functions are the headers', and no other is.
pub(crate) fn symbols(extent: Extent) -> Result<()> {
    library(extent).build()?;
    symbols::check(&library(extent).folder().join("libmedia2face.so"))
}

/// The C sample on the tiny test pack and two seconds of the sample audio, which are four windows of it: no invalid
/// access, no leak. Without the machine's Vulkan drivers: the C library reads past its own strings where it loads them.
pub(crate) fn valgrind(extent: Extent) -> Result<()> {
    let program = sample::build_c("minimal", library(extent))?;
    let csv = target().join("samples/valgrind.csv");
    run(memcheck().arg(program).arg(tiny_pack()?).arg(two_seconds()?).arg(csv))
}

/// Two seconds of the sample audio, a file of its own: for pages, and for what emulates a processor.
pub(crate) fn two_seconds() -> Result<PathBuf> {
    let (folder, mut sound) = (target().join("samples"), std::fs::read(sample::audio())?);
    std::fs::create_dir_all(&folder)?;
    sound.truncate(WAV_HEAD + TWO_SECONDS);
    for (at, more) in WAV_COUNTS {
        sound[at..at + 4].copy_from_slice(&u32::try_from(TWO_SECONDS + more)?.to_le_bytes());
    }
    let audio = folder.join("two.wav");
    std::fs::write(&audio, sound)?;
    Ok(audio)
}

/// Memcheck: an invalid access or a leak ends it with a failure.
pub(crate) fn memcheck() -> Command {
    let options = ["--quiet", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"];
    let mut valgrind = command("valgrind", &options);
    valgrind.env("VK_DRIVER_FILES", target().join("no drivers")).env("VK_LOADER_LAYERS_DISABLE", "~all~");
    valgrind
}

/// Licences, bans and sources of deny.toml; advisories where `M2F_ADVISORIES` names a folder with a snapshot of them, as
/// `cargo deny fetch` leaves it.
pub(crate) fn deny() -> Result<()> {
    let deny = |checks: &[&str]| run(cargo(&["deny", "--offline", "--workspace", "check"]).args(checks));
    deny(&["licenses", "bans", "sources"])?;
    let Some(snapshot) = std::env::var("M2F_ADVISORIES").ok() else {
        println!("advisories are left out: M2F_ADVISORIES names no snapshot");
        return Ok(());
    };
    let config = target().join("deny-advisories.toml");
    std::fs::write(&config, format!("[advisories]\ndb-path = {snapshot:?}\n"))?;
    deny(&["--disable-fetch", "advisories", "--config", &config.to_string_lossy()])
}

/// Counts past their limits, over arrays that end where memory ends.
pub(crate) fn caps(extent: Extent) -> Result<()> {
    let program = sample::compile_c("tests/c/caps.c", "-std=c99", library(extent))?;
    run(Command::new(program).arg(tiny_pack()?))
}

/// A host that refuses memory: the n-th request of a job, and all from the n-th on.
pub(crate) fn memory(extent: Extent) -> Result<()> {
    let program = sample::compile_c("tests/c/memory.c", "-std=c11", library(extent))?;
    let pack = tiny_pack()?;
    let starter = root().join("models/starter.m2f");
    match extent {
        Extent::Quick => run(Command::new(program).arg(pack).arg("100")),
        Extent::Full => {
            run(Command::new(&program).arg(pack).arg("0"))?;
            run(Command::new(program).arg(starter).arg("300"))
        }
    }
}

/// The tiny pack as a file.
pub(crate) fn tiny_pack() -> Result<PathBuf> {
    let pack = target().join("samples/tiny.m2f");
    run(&mut m2f(&["convert", "--random", "tiny", "--out", &pack.to_string_lossy()]))?;
    Ok(pack)
}

/// Bytes of a WAV file's head; and where the head counts, and how much beside the samples.
const WAV_HEAD: usize = 44;
const WAV_COUNTS: [(usize, usize); 2] = [(4, WAV_HEAD - 8), (40, 0)];
/// Bytes, at 16 kHz and 16 bits.
const TWO_SECONDS: usize = 2 * 2 * 16_000;
