//! `m2f compare`.

use std::path::PathBuf;

use clap::Args;

use super::{Compute, FilmSize, Identity, Sampling};

const SEED: &str =
    "Another seed is another take. By default each sound has its own, the same for both packs; key.json names it";

/// Make a page on which people compare two model packs blindly, or count their votes
#[derive(Args)]
#[command(
    mut_arg("seed", |seed| seed.help(SEED)),
    mut_arg("identity", |name| name.help("One of `m2f identities`, or a mix, in both packs; the first of each by default"))
)]
#[command(after_help = "Written into DIR:
  page/     index.html and the films, to be opened in a browser or put on any web server; it says nowhere which pack is which.
            The order of the films and their sides are shuffled for each rater; votes are kept by the browser and
            downloaded as CSV
  key.json  which film is which pack's: keep it from the raters; --tally needs it

Needs ffmpeg on the PATH.

Examples:
  m2f compare old.m2f new.m2f --audio a.wav b.wav --out study/
  m2f compare old.m2f new.m2f --audio a.wav --style happy --style sad --out study/
  m2f compare --tally votes-1.csv votes-2.csv --key study/key.json")]
pub struct Compare {
    /// Two model packs
    #[arg(value_name = "PACK", num_args = 2, required_unless_present = "tally", requires_all = ["audio", "out"])]
    pub packs: Vec<PathBuf>,
    /// Sound files of any kind that `m2f animate` reads, each an item of the study
    #[arg(long, value_name = "SOUND", num_args = 1..)]
    pub audio: Vec<PathBuf>,
    /// Folder for page and key; made where it is missing
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How it is said: words or an emoji; several make an item each of every sound
    #[arg(long, value_name = "TEXT")]
    pub style: Vec<String>,
    #[command(flatten)]
    pub identity: Identity,
    #[command(flatten)]
    pub sampling: Sampling,
    #[command(flatten)]
    pub film: FilmSize,
    #[command(flatten)]
    pub compute: Compute,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
    /// Count the votes of these CSV files
    #[arg(long, value_name = "CSV", num_args = 1.., conflicts_with = "packs", requires = "key")]
    pub tally: Vec<PathBuf>,
    /// The key of the study that was voted on
    #[arg(long, value_name = "FILE", requires = "tally")]
    pub key: Option<PathBuf>,
}
