//! `m2f scene`.

use std::path::PathBuf;

use clap::Args;

use super::{Compute, Emit, film_side};

/// Animate several characters who speak to each other, from a script
#[derive(Args)]
#[command(after_help = "A script is TOML; docs/scenes.md has all of its keys:
  [scene]
  pause_s = 0.3

  [[character]]
  name = \"ann\"
  identity = \"amara\"
  position_m = [-0.3, 0, 0]
  facing_deg = 60

  [[character]]
  name = \"ben\"
  position_m = [0.3, 0, 0]
  facing_deg = -60

  [[line]]
  character = \"ann\"
  audio = \"hello.wav\"
  styles = [{ text = \"happy\", end_s = 1.5 }]
  look_at = \"ben\"

All of it is checked before any work begins; every fault is told in one report.

Files in DIR: for each character those of `m2f animate`, by its name, but no page and no film; scene.wav, the sound of all;
scene.html, a page of all of them with the sound, to open in a browser; scene.glb, all of them where they stand; scene.png,
with --emit png, a sheet of all of them; scene.mp4, with --emit mp4 and ffmpeg, a film.

Example:
  m2f scene samples/scenes/dialogue.toml --out out/")]
pub struct Scene {
    /// Script: characters, their lines, styles and keyframes
    pub script: PathBuf,
    /// Folder for the files; made where it is missing
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Model pack, in place of the script's; the starter model by default
    #[arg(long, value_name = "PACK")]
    pub model: Option<PathBuf>,
    #[command(flatten)]
    pub compute: Compute,
    /// Which files of each character and of the scene (html, glb, csv, json, png, npy, mp4); by default html,glb,csv,json
    #[arg(long, value_name = "LIST", value_delimiter = ',', hide_possible_values = true)]
    pub emit: Option<Vec<Emit>>,
    /// Height of the film's pictures, pixels
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = film_side, allow_negative_numbers = true)]
    pub size: u32,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}
