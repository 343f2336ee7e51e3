//! The command line.

mod adjustments;
mod compare;
mod extract;
mod guidance;
mod scene;
mod styles;

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::RangedI64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use media2face::SEED_AUTO;
use media2face::limits;
use media2face::signal::FrameRate;

use crate::input::keyframe::Keyframe;

pub use adjustments::Adjustments;
pub use compare::Compare;
pub use extract::Extract;
pub use guidance::Guidance;
pub use scene::Scene;
pub use styles::{Source, StyleGroup, Styles};

/// Speech in, moving face out.
#[derive(Parser)]
#[command(name = "m2f", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "Examples:
  m2f animate speech.wav --out out/
  m2f animate speech.wav --out out/ --style \"angry\" --seed 7 --emit csv,png
  m2f inspect model.m2f
  m2f bench --seconds 10";

#[derive(Subcommand)]
pub enum Command {
    Animate(Animate),
    Scene(Scene),
    Extract(Extract),
    Compare(Compare),
    Inspect(Inspect),
    Identities(Identities),
    Bench(Bench),
    Devices(Devices),
    Convert(Convert),
}

/// Animate a face from a sound file
#[derive(Args)]
#[command(after_help = "Files, named after the sound file:
  .html         a page of the moving face with its sound, to open in a browser; everything is inside
  .csv          Live Link Face: 52 ARKit weights, head and eye angles, one row a frame with its SMPTE timecode; many
                importers assume 60 frames a second whatever the file says: give them --fps 60
  .json         weights and head poses with the model's own names
  .glb          the face with 52 morph targets and its animation, for Blender, three.js, engines
  .png          contact sheet: faces at even times over the waveform
  .offsets.npy  vertex offsets [frames, vertices, 3], f32, mm
  .mp4          a film of the face with its sound; needs ffmpeg on the PATH
  .frames       a folder of the film's pictures, and boxes.csv: where the face is in each

Examples:
  m2f animate speech.wav --out out/
  m2f animate speech.wav --out out/ --style \"happy\" --guidance-style 2
  m2f animate speech.wav --out out/ --style sad --at 0-1.5 --style happy --at 1.5- --strength 0.8
  m2f animate speech.wav --out out/ --fps 60 --identity average --emit csv
  m2f animate speech.wav --out out/ --keyframe 0.8=surprise --keyframe 1.5-2=headYaw=25 --hold 0.9
  m2f animate speech.wav --out out/ --blink off,15 --look-at 0-2=25,0 --look-at 2-=-10,5 --head-gain 1.3
  m2f animate speech.wav --out out/ --identity chie=.6,bruno=.4 --mesh head.obj
  m2f animate speech.wav --out out/ --emit mp4
  m2f animate voice-memo.m4a --out out/
  tts \"Hello there\" | m2f animate - --out out/

Sound is WAV of any kind (integers and floats of any size, A-law, µ-law, ADPCM, MP3 inside; RF64, BW64, RIFX), AU, AIFF, CAF,
FLAC, MP3, Ogg Vorbis, and AAC or ALAC in MP4, known by what is in it and not by its name; 4 to 768 kHz, up to 64
channels, up to 4 hours. Of anything else m2f says what it is and how ffmpeg converts it. Channels are averaged; where they
would cancel each other the loudest is taken, with a warning.")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Animate {
    /// Sound file or pipe; - reads the standard input, and files are then named stdin
    pub input: PathBuf,
    /// Folder for the files; made where it is missing
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Model pack; the starter model by default
    #[arg(long, value_name = "PACK")]
    pub model: Option<PathBuf>,
    /// Another seed is another take. By default it follows from the sound; the summary and the JSON name it
    #[arg(long, value_name = "N", default_value = "auto", value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// Denoising steps; the pack's by default
    #[arg(long, value_name = "N", value_parser = count(limits::MAX_STEPS), allow_negative_numbers = true)]
    pub steps: Option<u32>,
    /// Share of the noise that the motion starts from, 0 to 1: less is nearer to the mean, less lively; the pack's by default
    #[arg(long, value_name = "S", value_parser = share, allow_negative_numbers = true)]
    pub noise_scale: Option<f32>,
    /// Frames per second of the files, a number or a fraction; 23.976, 29.97 and 59.94 are 24000/1001, 30000/1001 and
    /// 60000/1001. The pack's by default; many importers of Live Link files assume 60
    #[arg(long, value_name = "N", value_parser = fps, allow_negative_numbers = true)]
    pub fps: Option<FrameRate>,
    /// Drop-frame timecode in the CSV, of 29.97 and 59.94 alone; else every frame is counted
    #[arg(long)]
    pub drop_frame: bool,
    #[command(flatten)]
    pub compute: Compute,
    /// One of `m2f identities`, or a mix of them: NAME=WEIGHT,NAME=WEIGHT; the first by default
    #[arg(long, value_name = "NAME")]
    pub identity: Option<String>,
    /// A neutral mesh, OBJ in mm: on the model's topology, a face of its own in place of --identity; any other with vt
    /// coordinates in the model's chart moves along with the identity's face, and takes its place in glb, png, npy and films, as
    /// does one with the topology's number of vertices in another order
    #[arg(long, value_name = "FILE")]
    pub mesh: Option<PathBuf>,
    #[command(flatten)]
    pub styles: Styles,
    /// Let a style with a range (--at) reach into the frames around it, in half the time; else those keep the unstyled
    /// motion, to the bit
    #[arg(long)]
    pub no_isolate: bool,
    /// Fail where a style says nothing to the model, instead of a warning
    #[arg(long)]
    pub strict: bool,
    /// Where no style is asked for, let the audio alone decide: any mood may come. Else the pack's default style stands there,
    /// with the starter the neutral one
    #[arg(long)]
    pub no_default_style: bool,
    /// Strength of the audio, or a curve of it: 0:2.5,1.5:3; the pack's by default
    #[arg(long, value_name = "X", value_parser = guidance::parse, allow_negative_numbers = true)]
    pub guidance_audio: Option<Guidance>,
    /// Strength of the styles, or a curve of it; the pack's by default
    #[arg(long, value_name = "X", value_parser = guidance::parse, allow_negative_numbers = true)]
    pub guidance_style: Option<Guidance>,
    /// A face or head pose that is met at a time or over a range: 1.2=smile, 0.5-0.9=jawOpen=.6,headYaw=20 (degrees),
    /// 2=face.json (weights 0 to 1 by the names of ARKit, Live Link, MediaPipe or in snake_case), 2=face.obj (a mesh on the
    /// topology), 2=face.png; may be given again
    #[arg(long = "keyframe", value_name = "TIME=WHAT", value_parser = value_parser!(Keyframe))]
    pub keyframes: Vec<Keyframe>,
    /// How firmly keyframes hold: 1 is met exactly, less gives way
    #[arg(long, value_name = "X", default_value_t = Keyframe::HOLD, requires = "keyframes")]
    pub hold: f32,
    /// Length of the way to a keyframe and from it, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Keyframe::RAMP_S, requires = "keyframes")]
    pub keyframe_ramp: f64,
    /// Paint keyframes into the noisy state instead of the estimate, and take each step that often: the rest joins them
    /// better, at that many times the cost
    #[arg(long, value_name = "LOOPS", value_parser = count(limits::MAX_RESAMPLING as u32), allow_negative_numbers = true)]
    pub repaint: Option<u32>,
    /// Leave the motion as the networks make it: without the pack's gains, with a mouth that stays open in pauses, lids that
    /// move apart, and a start from anywhere
    #[arg(long)]
    pub no_pack_adjustments: bool,
    /// Silence behind the sound in which mouth and head come to rest; all files are longer by it, 0 to 10
    #[arg(long, value_name = "SECONDS", default_value_t = 0.3, value_parser = tail, allow_negative_numbers = true)]
    pub tail: f64,
    #[command(flatten)]
    pub adjustments: Adjustments,
    /// Which files; by default html,glb,csv,json, of a pack without a mesh csv,json
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub emit: Option<Vec<Emit>>,
    /// Side of the pictures of films, pixels
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = film_side, allow_negative_numbers = true)]
    pub size: u32,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}

/// A file of `m2f animate` and `m2f scene`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    Html,
    Glb,
    Csv,
    Json,
    Png,
    Npy,
    Mp4,
    Frames,
}

impl Emit {
    /// What its name ends in, behind the point.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Glb => "glb",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Png => "png",
            Self::Npy => "offsets.npy",
            Self::Mp4 => "mp4",
            Self::Frames => "frames",
        }
    }
}

/// Show what a model pack holds
#[derive(Args)]
#[command(after_help = "Example:
  m2f inspect model.m2f --json")]
pub struct Inspect {
    /// Model pack
    pub pack: PathBuf,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// List the faces of a model pack
#[derive(Args)]
pub struct Identities {
    /// Model pack; the starter model by default
    #[arg(long, value_name = "PACK")]
    pub model: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Measure the stages, and the encoding of a prompt and a picture: medians over repetitions of a synthetic clip
#[derive(Args)]
#[command(after_help = "Examples:
  m2f bench --threads 1
  m2f bench --random full --seconds 4 --style --json
  m2f bench --backend vulkan --ops

On a device one more clip is measured op by op, each as a submission of its own: the column gpu ms.")]
pub struct Bench {
    #[command(flatten)]
    pub compute: Compute,
    /// Model pack; the starter model by default
    #[arg(long, value_name = "PACK", conflicts_with = "random")]
    pub model: Option<PathBuf>,
    /// Networks of a size with random weights
    #[arg(long, value_name = "SIZE")]
    pub random: Option<Size>,
    /// Length of the clip
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = count(600), allow_negative_numbers = true)]
    pub seconds: u32,
    /// Denoising steps; the pack's by default
    #[arg(long, value_name = "N", value_parser = count(limits::MAX_STEPS), allow_negative_numbers = true)]
    pub steps: Option<u32>,
    /// With a style: its tower and the third guidance branch
    #[arg(long)]
    pub style: bool,
    /// Measured repetitions, after one that is not
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = count(100), allow_negative_numbers = true)]
    pub repeat: u32,
    /// On a device, the time of every op too
    #[arg(long)]
    pub ops: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Make a model pack from upstream checkpoints, or with random weights for tests
#[derive(Args)]
#[command(
    after_help = "Checkpoints are folders as Hugging Face lays them out, with config.json and model.safetensors, or
those two files.

Examples:
  m2f convert --wav2vec2 wav2vec2-base/ --clip clip-vit-base-patch32/ --out towers.m2f
  m2f convert --wav2vec2 wav2vec2-base/ --into denoiser.m2f --out model.m2f
  m2f convert --random tiny --seed 1 --out tiny.m2f"
)]
#[command(group = clap::ArgGroup::new("source").required(true).multiple(true).args(["wav2vec2", "clip", "random"]))]
pub struct Convert {
    /// Checkpoint of the speech encoder
    #[arg(long, value_name = "DIR_OR_FILES", num_args = 1..=2)]
    pub wav2vec2: Vec<PathBuf>,
    /// Checkpoint of the style towers
    #[arg(long, value_name = "DIR_OR_FILES", num_args = 1..=2)]
    pub clip: Vec<PathBuf>,
    /// Pack that takes the towers in place of its own
    #[arg(long, value_name = "PACK", conflicts_with = "random")]
    pub into: Option<PathBuf>,
    /// Random weights
    #[arg(long, value_name = "SIZE", conflicts_with_all = ["wav2vec2", "clip"])]
    pub random: Option<Size>,
    /// Seed of the random weights
    #[arg(long, value_name = "N", default_value_t = 0, requires = "random", allow_negative_numbers = true)]
    pub seed: u64,
    /// Pack to write
    #[arg(long, value_name = "PACK")]
    pub out: PathBuf,
}

/// Size of random networks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Size {
    Tiny,
    Small,
    Full,
}

/// What computes.
#[derive(Args)]
pub struct Compute {
    /// Threads that compute; all cores by default
    #[arg(long, value_name = "N", value_parser = count(limits::MAX_THREADS), allow_negative_numbers = true)]
    pub threads: Option<u32>,
    /// A GPU where there is one, else the CPU; the CPU; or a Vulkan device and nothing else
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub backend: Backend,
    /// The Vulkan device, as `m2f devices` lists it: its index, its UUID, or a part of its name
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Compute on the CPU without what only some processors have: the same bits on every machine, at several times the cost
    #[arg(long, conflicts_with = "device")]
    pub portable: bool,
}

impl Compute {
    /// Threads that compute: all cores are this command's, unless it was told otherwise.
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from).min(limits::MAX_THREADS as usize);
        self.threads.map_or_else(cores, |count| count as usize)
    }
}

/// Name of a backend.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    Auto,
    Cpu,
    Vulkan,
}

/// List the Vulkan devices of this machine
#[derive(Args)]
#[command(after_help = "Example:
  m2f animate speech.wav --out out/ --device 0")]
pub struct Devices {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// A number, or `auto`: the sound's own.
fn seed(text: &str) -> Result<u64, String> {
    if text == "auto" { Ok(SEED_AUTO) } else { u64::from_str(text).map_err(|error| error.to_string()) }
}

fn count(most: u32) -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(most))
}

fn fps(text: &str) -> Result<FrameRate, String> {
    text.parse().map_err(|error: media2face::Error| error.to_string())
}

fn share(text: &str) -> Result<f32, String> {
    number(text, 0.0, 1.0)
}

fn tail(text: &str) -> Result<f64, String> {
    match f64::from_str(text) {
        Ok(seconds) if (0.0..=limits::MAX_TAIL_S).contains(&seconds) => Ok(seconds),
        Ok(_) => Err(format!("not in 0..={}", limits::MAX_TAIL_S)),
        Err(error) => Err(error.to_string()),
    }
}

fn film_side(text: &str) -> Result<u32, String> {
    match u32::from_str(text) {
        Ok(side) if (64..=2048).contains(&side) && side.is_multiple_of(2) => Ok(side),
        _ => Err("not an even number in 64..=2048".to_owned()),
    }
}

fn number(text: &str, low: f32, high: f32) -> Result<f32, String> {
    match f32::from_str(text.trim()) {
        Ok(value) if (low..=high).contains(&value) => Ok(value),
        Ok(_) => Err(format!("not in {low}..={high}")),
        Err(_) => Err(format!("{text:?} is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    fn parse(line: &str) -> Result<Cli, ErrorKind> {
        Cli::try_parse_from(line.split(' ')).map_err(|error| error.kind())
    }

    #[test]
    fn definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn numbers_out_of_limits_are_usage_errors() {
        for option in [
            "--fps 0",
            "--fps nan",
            "--fps 1e9",
            "--steps 0",
            "--threads 0",
            "--guidance-audio inf",
            "--noise-scale 1.1",
            "--tail 11",
            "--tail nan",
            "--tail -1",
        ] {
            assert!(parse(&format!("m2f animate a.wav --out o {option}")).is_err(), "{option}");
        }
        for option in ["--fps -5", "--steps -1", "--threads -1", "--seed -1", "--noise-scale -1", "--noise-scale nan"] {
            let error = parse(&format!("m2f animate a.wav --out o {option}")).err();
            assert_eq!(error, Some(ErrorKind::ValueValidation), "{option}");
        }
        assert!(parse("m2f animate a.wav --out o --fps 29.97 --guidance-audio -1 --noise-scale 0.6").is_ok());
    }

    #[test]
    fn files_come_in_one_list() {
        let Ok(Cli { command: Command::Animate(animate) }) = parse("m2f animate a.wav --out o --emit csv,npy") else {
            panic!("is valid");
        };
        assert!(animate.emit == Some(vec![Emit::Csv, Emit::Npy]));
        assert_eq!(parse("m2f animate a.wav --out o --emit obj").err(), Some(ErrorKind::InvalidValue));
    }

    #[test]
    fn conversion_needs_one_kind_of_source() {
        assert_eq!(parse("m2f convert --out o").err(), Some(ErrorKind::MissingRequiredArgument));
        assert_eq!(parse("m2f convert --random tiny --clip c --out o").err(), Some(ErrorKind::ArgumentConflict));
        assert!(parse("m2f convert --wav2vec2 a --clip config.json c.safetensors --out o").is_ok());
    }
}
