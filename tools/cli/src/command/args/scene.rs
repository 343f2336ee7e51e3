//! `m2f scene`.

use std::path::PathBuf;

use clap::Args;

use super::{Compute, Files, Pack, Strict, Tts};

const EMIT: &str = "Which files of each character and of the scene, all but frames; by default html,glb,csv,json";

/// Animate several characters who speak to each other, from a script
#[derive(Args)]
#[command(
    mut_arg("model", |model| model.help("Model pack, in place of the script's; the starter model by default")),
    mut_arg("emit", |emit| emit.help(EMIT))
)]
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
    #[command(flatten)]
    pub pack: Pack,
    #[command(flatten)]
    pub compute: Compute,
    #[command(flatten)]
    pub tts: Tts,
    #[command(flatten)]
    pub strict: Strict,
    #[command(flatten)]
    pub files: Files,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}
