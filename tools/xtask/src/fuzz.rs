//! `cargo xtask fuzz`: the targets of fuzz/ under libFuzzer and AddressSanitizer, each for some seconds, on what `seeds` makes
//! and what earlier runs found.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use crate::command::{cargo, output, root, run, target};
use crate::need::{Need, need};

/// Most milliseconds that libFuzzer waits for one input, and most megabytes: hangs and swollen memory are findings.
const LIMITS: [&str; 3] = ["-timeout=30", "-rss_limit_mb=4096", "-malloc_limit_mb=1024"];

/// Runs one target, or each in turn, for so many seconds.
pub(crate) fn fuzz(wanted: Option<&str>, seconds: u32) -> Result<()> {
    need(Need::Installed("fuzz", "cargo-fuzz"))?;
    let seeds = target().join("fuzz/seeds");
    run(cargo(&["run", "--quiet", "--package", "fuzz-targets", "--bin", "seeds", "--"]).arg(&seeds))?;
    let all: Vec<String> = output(&mut command(&["list"]))?.lines().map(str::to_owned).collect();
    let chosen: Vec<&String> = all.iter().filter(|name| wanted.is_none_or(|wanted| wanted == *name)).collect();
    ensure!(!chosen.is_empty(), "no target is called {}; there are {}", wanted.unwrap_or_default(), all.join(", "));
    let mut failed = Vec::new();
    for name in chosen {
        println!("── {name}, {seconds} s");
        if let Err(error) = fuzz_one(name, &seeds, seconds) {
            println!("{error:#}");
            failed.push(name.as_str());
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("findings of {}: fuzz/artifacts has the inputs", failed.join(", ")) }
}

fn fuzz_one(name: &str, seeds: &std::path::Path, seconds: u32) -> Result<()> {
    let corpus: PathBuf = root().join("fuzz/corpus").join(name);
    fs::create_dir_all(&corpus)?;
    let mut fuzz = command(&["run", name]);
    fuzz.arg(&corpus).arg(seeds.join(name)).arg("--").args(LIMITS);
    fuzz.arg(format!("-max_total_time={seconds}")).args(["-max_len=65536", "-print_final_stats=1"]);
    let words = seeds.join(name).with_extension("dict");
    if fs::metadata(&words).is_ok_and(|words| words.len() > 0) {
        fuzz.arg(format!("-dict={}", words.display()));
    }
    run(&mut fuzz)
}

/// cargo-fuzz asks the compiler for a sanitizer, which stable has and does not offer by name.
fn command(arguments: &[&str]) -> std::process::Command {
    let mut fuzz = cargo(&[&["fuzz"], arguments].concat());
    fuzz.env("RUSTC_BOOTSTRAP", "1");
    fuzz
}
