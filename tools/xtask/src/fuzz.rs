//! `cargo xtask fuzz`: the targets of fuzz/ under libFuzzer and AddressSanitizer, each for some seconds, on what `seeds` makes
//! and what earlier runs found.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{cargo, output, root, run, target, text};
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

fn fuzz_one(name: &str, seeds: &Path, seconds: u32) -> Result<()> {
    let corpus: PathBuf = root().join("fuzz/corpus").join(name);
    fs::create_dir_all(&corpus)?;
    let mut fuzz = command(&["run", name]);
    fuzz.arg(&corpus).arg(seeds.join(name)).arg("--").args(LIMITS);
    fuzz.arg(format!("-max_total_time={seconds}")).args(["-max_len=65536", "-print_final_stats=1"]);
    let words = seeds.join(name).with_extension("dict");
    if fs::metadata(&words).is_ok_and(|words| words.len() > 0) {
        fuzz.arg(format!("-dict={}", words.display()));
    }
    let mut running = fuzz.stderr(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", text(&fuzz)))?;
    let found = Found::in_lines(running.stderr.take().context("its standard error")?)?;
    let status = running.wait()?;
    println!("   {name}: {found}");
    ensure!(status.success(), "{} failed ({status})", text(&fuzz));
    Ok(())
}

/// What a run told: whether more of it would find more.
#[derive(Default)]
struct Found {
    /// Edges of the program that the known inputs reach, and that all reach at the end.
    edges: Option<(u32, u32)>,
    /// From the first input on.
    last_new: Duration,
    ended: Duration,
    inputs: u64,
}

impl Found {
    /// From libFuzzer's lines as they come; each is handed on to the standard error.
    fn in_lines(lines: impl Read) -> Result<Self> {
        let (mut found, mut begun) = (Self::default(), Instant::now());
        for line in BufReader::new(lines).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            eprintln!("{line}");
            let after = |word: &str| line.split_once(word).and_then(|(_, rest)| rest.split_whitespace().next());
            if let Some(edges) = after(" cov: ").and_then(|count| count.parse().ok()) {
                match &mut found.edges {
                    None => (found.edges, begun) = (Some((edges, edges)), Instant::now()),
                    Some((known, now)) => {
                        // What was known is read first, and is no news.
                        if line.contains("INITED") {
                            *known = edges;
                        } else if edges > *now {
                            found.last_new = begun.elapsed();
                        }
                        *now = edges;
                    }
                }
            }
            if let Some(count) = after("stat::number_of_executed_units:") {
                found.inputs = count.parse()?;
            }
        }
        found.ended = begun.elapsed();
        Ok(found)
    }
}

impl Display for Found {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let (known, edges) = self.edges.unwrap_or_default();
        let [last_s, ended_s] = [self.last_new, self.ended].map(|time| time.as_secs());
        write!(
            f,
            "{} inputs, {edges} edges ({known} at the start), the last new one after {last_s} of {ended_s} s",
            self.inputs
        )
    }
}

/// cargo-fuzz asks the compiler for a sanitizer, which stable has and does not offer by name.
fn command(arguments: &[&str]) -> std::process::Command {
    let mut fuzz = cargo(&[&["fuzz"], arguments].concat());
    fuzz.env("RUSTC_BOOTSTRAP", "1");
    fuzz
}
