//! `m2f animate`.

use std::path::PathBuf;

use clap::Args;

use super::{Adjustments, Compute, Files, Fps, Pack, Session, Shapes, Strict};
use crate::emit::Emit;

const EXAMPLES: &str = "Examples:
  m2f animate speech.wav --out out/
  m2f animate speech.wav --out out/ --style \"happy\" --guidance-style 2
  m2f animate speech.wav --out out/ --style sad --at 0-1.5 --style happy --at 1.5- --strength 0.8
  m2f animate speech.wav --out out/ --fps 60 --identity average --emit csv
  m2f animate speech.wav --out out/ --keyframe 0.8=surprise --keyframe 1.5-2=headYaw=25 --hold 0.9
  m2f animate speech.wav --out out/ --blink off,15 --look-at 0-2=25,0 --look-at 2-=-10,5 --head-gain 1.3
  m2f animate speech.wav --out out/ --identity chie=.6,bruno=.4 --mesh head.obj
  m2f animate speech.wav --out out/ --shapes hero/ --emit json,table
  m2f animate speech.wav --out out/ --emit mp4
  m2f animate voice-memo.m4a --out out/
  tts \"Hello there\" | m2f animate - --out out/

Sound is WAV of any kind (integers and floats of any size, A-law, µ-law, ADPCM, MP3 inside; RF64, BW64, RIFX), AU, AIFF, CAF,
FLAC, MP3, Ogg Vorbis, and AAC or ALAC in MP4, known by what is in it and not by its name; 4 to 768 kHz, up to 64
channels, up to 4 hours. Of anything else m2f says what it is and how ffmpeg converts it. Channels are averaged; where they
would cancel each other the loudest is taken, with a warning.";

/// Animate a face from a sound file
#[derive(Args)]
#[command(after_help = format!("Files, named after the sound file:\n{}\n{EXAMPLES}", Emit::help()))]
pub struct Animate {
    /// Sound file or pipe; - reads the standard input, and files are then named stdin
    pub input: PathBuf,
    #[command(flatten)]
    pub pack: Pack,
    #[command(flatten)]
    pub compute: Compute,
    #[command(flatten)]
    pub session: Session,
    /// A neutral mesh, OBJ in mm: on the model's topology, a face of its own in place of --identity; any other with vt
    /// coordinates in the model's chart moves along with the identity's face, and takes its place in glb, png, npy and films, as
    /// does one with the topology's number of vertices in another order
    #[arg(long, value_name = "FILE")]
    pub mesh: Option<PathBuf>,
    #[command(flatten)]
    pub shapes: Shapes,
    #[command(flatten)]
    pub strict: Strict,
    #[command(flatten)]
    pub adjustments: Adjustments,
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub fps: Fps,
    /// Drop-frame timecode in the CSV, of 29.97 and 59.94 alone; else every frame is counted
    #[arg(long)]
    pub drop_frame: bool,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}
