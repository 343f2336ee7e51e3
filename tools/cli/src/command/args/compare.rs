//! `m2f compare`.

use std::path::PathBuf;

use clap::Args;
use media2face::signal::FrameRate;

use super::{Adjustments, Compute, FilmSize, Identity, Sampling, value};

const SEED: &str =
    "Another seed is another take. By default each sound has its own, the same for all packs; key.json names it";
const IDENTITY: &str =
    "One of `m2f identities`, or a mix, in all packs, or of the pack that --face names; the first of each by default";

/// Make a page on which people compare two to four model packs or tracks blindly, or count their votes
#[derive(Args)]
#[command(mut_arg("seed", |seed| seed.help(SEED)), mut_arg("identity", |name| name.help(IDENTITY)))]
#[command(
    after_help = "A folder stands for what was captured, or for another program: it has a file of weights for each sound, named after it,
hello.json for hello.wav, of any kind that `m2f retarget` reads (.json, .table.csv, .csv, .a2f.json; the first of them counts).
Such tracks are shown on the first pack's face, or on that of --face, by the sum of its blendshapes.

--items names a CSV file with a header and a row for each item. Its columns are:
  audio   a sound file, from the table's folder on
  kind    what it is one of, such as dialogue, speech or song; votes are counted by kinds too
  style   how it is said: words or an emoji
  track   its name in folders of tracks, without the ending, where that is not the sound's
All but the first may be left out.

Written into DIR:
  page/     index.html, films and sounds, to be opened in a browser or put on any web server; it says nowhere which film is
            whose. The order of the items and of their films is shuffled for each rater; votes are kept by the browser and
            downloaded as CSV
  key.json  which film is whose: keep it from the raters; --tally needs it

Needs ffmpeg on the PATH. docs/study.md tells how a study is run.

Examples:
  m2f compare old.m2f new.m2f --audio a.wav b.wav --out study/
  m2f compare old.m2f new.m2f --audio a.wav --style happy --style sad --out study/
  m2f compare captured/ other-program/ new.m2f --face new.m2f --items items.csv --out study/
  m2f compare --tally votes-1.csv votes-2.csv --key study/key.json"
)]
pub struct Compare {
    /// Two to four conditions: model packs, or folders of tracks
    #[arg(value_name = "PACK|FOLDER", num_args = 2..=4, required_unless_present = "tally", requires = "out")]
    pub conditions: Vec<PathBuf>,
    /// Sound files of any kind that `m2f animate` reads, each an item of the study
    #[arg(long, value_name = "SOUND", num_args = 1.., required_unless_present_any = ["items", "tally"])]
    pub audio: Vec<PathBuf>,
    /// A table of items: sounds with their kinds and styles
    #[arg(long, value_name = "CSV", conflicts_with_all = ["audio", "style"])]
    pub items: Option<PathBuf>,
    /// Folder for page and key; made where it is missing
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How it is said: words or an emoji; several make an item each of every sound
    #[arg(long, value_name = "TEXT")]
    pub style: Vec<String>,
    /// Show all conditions on this pack's face by their weights, so that no difference of faces is judged. By default each pack is
    /// shown as it decodes, and tracks on the first pack's face, or on the starter's
    #[arg(long, value_name = "PACK", conflicts_with = "tally")]
    pub face: Option<PathBuf>,
    /// No head moves, where one of the conditions tells no head pose
    #[arg(long, conflicts_with = "tally")]
    pub still_head: bool,
    /// Frames per second of the tracks, in place of what they tell, as for `m2f retarget`; films have the rate of the face's pack
    #[arg(long, value_name = "N", value_parser = value::rate, allow_negative_numbers = true, conflicts_with = "tally")]
    pub fps: Option<FrameRate>,
    #[command(flatten)]
    pub identity: Identity,
    #[command(flatten)]
    pub sampling: Sampling,
    #[command(flatten)]
    pub adjustments: Adjustments,
    #[command(flatten)]
    pub film: FilmSize,
    #[command(flatten)]
    pub compute: Compute,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
    /// Count the votes of these CSV files
    #[arg(long, value_name = "CSV", num_args = 1.., conflicts_with_all = ["conditions", "items"], requires = "key")]
    pub tally: Vec<PathBuf>,
    /// The key of the study that was voted on
    #[arg(long, value_name = "FILE", requires = "tally")]
    pub key: Option<PathBuf>,
}
