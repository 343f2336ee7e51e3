//! `m2f bake`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use media2face::limits::MAX_THREADS;

use super::value::count;
use super::{Adjustments, Clip, Compute, Eyes, Fps, Identity, Pack, Sampling, Strict, Tts};
use crate::emit::Emit;

const EXAMPLES: &str = "TABLE is a CSV file with a header, a file of JSON lines, or a folder of sound files. Columns, or keys:
  id                                 name of the line, once in the table
  sound, text                        a sound file, from the table's folder on; or words that --tts speaks
  style, preset, strength            how it is said: words or an emoji, or a style of the pack; and how strong
  emotions                           styles over time: 0=happy; 1.5=sad@0.5; 3=-
  identity, seed, fps, steps, noise_scale, eta, guidance_audio, guidance_style, tail_s
                                     as the options of these names; those of the command line are for lines without
docs/bake.md has more of all this.

Each line that is done is a line of JSON on the standard output, in the table's order. A line that fails is told there and on the
standard error, the others go on, and the exit status is 3. What the store has is not made again.

Examples:
  m2f bake lines.csv --store voices/
  m2f bake lines.csv --store voices/ --plan
  m2f bake lines.jsonl --store voices/ --emit curves,glb --fps 60 --portable
  m2f bake lines.csv --store voices/ --shard 3/16
  m2f bake lines.csv --store voices/ --tts 'espeak-ng -v en -w {out} -- {text}'
  m2f bake lines.csv --store voices/ --audit";

/// Animate all lines of a table into a store, where each is made once
#[derive(Args)]
#[command(
    after_help = EXAMPLES,
    mut_arg("backend", |backend| backend.default_value("cpu")),
    mut_arg("threads", |threads| threads.help("Threads of each worker; 1 by default")),
    mut_arg("seed", |seed| seed.help("Seed of lines without one; by default it follows from each sound"))
)]
pub struct Bake {
    /// CSV file, JSON lines, or a folder of sound files
    pub table: PathBuf,
    /// Folder of the store; made where it is missing
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// Files of each line: curves, csv, json, table, a2f, glb, npy
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "curves", value_parser = stored)]
    pub emit: Vec<Emit>,
    #[command(flatten)]
    pub eyes: Eyes,
    /// Lines that are made at once; as many as there are cores by default
    #[arg(long, value_name = "N", value_parser = count(MAX_THREADS), allow_negative_numbers = true)]
    pub jobs: Option<u32>,
    /// A part of the table: 2/5 is the second of five, which other machines share
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    pub shard: Shard,
    /// Say what would be done, with sound, time and space; nothing is written into the store
    #[arg(long, conflicts_with = "audit")]
    pub plan: bool,
    /// Say what is wrong with store and sounds: what is missing, empty or of no line, silent and clipped sounds
    #[arg(long)]
    pub audit: bool,
    #[command(flatten)]
    pub tts: Tts,
    #[command(flatten)]
    pub pack: Pack,
    #[command(flatten)]
    pub compute: Compute,
    #[command(flatten)]
    pub sampling: Sampling,
    #[command(flatten)]
    pub identity: Identity,
    #[command(flatten)]
    pub clip: Clip,
    #[command(flatten)]
    pub strict: Strict,
    #[command(flatten)]
    pub adjustments: Adjustments,
    #[command(flatten)]
    pub fps: Fps,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
}

/// A kind of file that a store has.
fn stored(name: &str) -> Result<Emit, String> {
    let kind = <Emit as ValueEnum>::from_str(name, false)?;
    match kind {
        Emit::Html | Emit::Png | Emit::Mp4 | Emit::Frames => {
            Err("a store has curves, csv, json, table, a2f, glb, npy, provenance".to_owned())
        }
        _ => Ok(kind),
    }
}

/// A part of a table: its lines in turns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shard {
    /// From 1 on.
    pub number: u32,
    pub of: u32,
}

impl Shard {
    /// Whether it has a row, counted from 0.
    pub fn has(self, row: usize) -> bool {
        row % self.of as usize + 1 == self.number as usize
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let most = 1_000_000;
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) && of <= most => Ok(Self { number, of }),
            _ => Err(format!("expected I/N, such as 2/5: I from 1 to N, N up to {most}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_have_each_row_once() {
        let shards: Vec<Shard> = (1..=3).map(|number| format!("{number}/3").parse().unwrap()).collect();
        for row in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.has(row)).count(), 1, "{row}");
        }
        for text in ["0/3", "4/3", "1", "1/0", "-1/3", "a/b", "1/9999999"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn store_has_no_pages_and_no_films() {
        assert!(stored("curves").is_ok() && stored("glb").is_ok() && stored("html").is_err() && stored("x").is_err());
    }
}
