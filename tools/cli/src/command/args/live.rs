//! `m2f live`.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use media2face::limits::{MAX_CHANNELS, MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ};
use media2face::signal::FrameRate;
use media2face::{Latency, StreamOptions, Underrun};

use super::value::{count, number};
use super::{Compute, Fps, Identity, Pack, Sampling, Strict, StyleGroup, Styles};
use crate::emit::live::pace::Pace;
use crate::emit::live::target::{Endpoint, Target};
use crate::emit::live::vmc::Naming;

const EXAMPLES: &str = "Examples:
  arecord -t raw -f S16_LE -r 16000 -c 1 | m2f live --to livelink:192.168.1.20
  tts --raw \"Hello there\" | m2f live --format f32le --rate 22050 --to vmc --to ws
  m2f live --wav speech.wav --to livelink --control 8766 --style happy
  m2f live --wav speech.wav --fast-forward > faces.ndjson

Targets:
  livelink[:HOST[:PORT]]  Live Link Face by UDP, for Unreal Engine and others; port 11111
  vmc[:HOST[:PORT]]       the VMC protocol (OSC by UDP), for programs that move an avatar; port 39539
  ws[:HOST[:PORT]]        a WebSocket server at this address, for pages in a browser; port 8765
  -                       lines of JSON on the standard output
Without a host they are on this machine: 127.0.0.1. With --to ws:0.0.0.0 everybody in the network may connect.

A line of JSON is one face: {\"sample\": number of the sample in the sound, \"time_s\": …, \"weights\": {name: 0..1}, \"head\": [x, y,
z, w of its rotation, x, y, z of its translation in mm]}. docs/command.md tells what is sent when.

Lines that --control takes, each of which is answered by ok, by a line of JSON or by error: and a reason:
  style TEXT [@STRENGTH]   style -   listen on|off   guidance AUDIO STYLE   interrupt   flush   reset   state";

const SEED: &str = "Another seed is another take; auto is 0";
const FPS: &str = "Faces a second, a number or a fraction; 60 by default";
const STYLE: &str = "How it is said: words or an emoji; --strength behind it says how strongly. One of --style, --style-image and \
                     --preset holds from the start on; --control changes it";
const GUIDANCE: &str = "by default the pack's; --control changes it";

/// Animate a face while the sound comes, and send it out
#[derive(Args)]
#[command(
    mut_arg("seed", |arg| arg.help(SEED)),
    mut_arg("fps", |arg| arg.help(FPS)),
    mut_arg("style", |arg| arg.help(STYLE)),
    mut_arg("steps", |arg| arg.help("Denoising steps; those of --latency by default")),
    mut_arg("guidance_audio", |arg| arg.help(format!("Strength of the audio; {GUIDANCE}"))),
    mut_arg("guidance_style", |arg| arg.help(format!("Strength of the style; {GUIDANCE}"))),
    // What a stream has not.
    mut_arg("eta", |arg| arg.hide(true)),
    mut_arg("at", |arg| arg.hide(true)),
    mut_arg("ramp", |arg| arg.hide(true))
)]
#[command(after_help = EXAMPLES)]
pub struct Live {
    #[command(flatten)]
    pub heard: Heard,
    /// Where faces go, see below; repeatable
    #[arg(long, value_name = "TARGET", default_value = "-", value_parser = Target::from_str, allow_hyphen_values = true)]
    pub to: Vec<Target>,
    #[command(flatten)]
    pub fps: Fps,
    #[command(flatten)]
    pub stream: Stream,
    /// Listen for commands at this address, a line each; without a host on this machine alone
    #[arg(long, value_name = "[HOST:]PORT", value_parser = control, conflicts_with = "fast_forward")]
    pub control: Option<Endpoint>,
    /// At the end, write a page that shows the stream beside the same sound animated at once (.html), up to ten minutes
    #[arg(long, value_name = "FILE", requires = "wav")]
    pub page: Option<PathBuf>,
    /// Name of the face in Live Link
    #[arg(long, value_name = "NAME", default_value = "m2f")]
    pub subject: String,
    /// Names of the weights in VMC: capital, as most avatars for face tracking have them (JawOpen), or the model's (jawOpen)
    #[arg(long, value_enum, default_value = "capital")]
    pub vmc_names: Naming,
    #[command(flatten)]
    pub pack: Pack,
    #[command(flatten)]
    pub compute: Compute,
    /// Nothing on the standard error but warnings and errors
    #[arg(long)]
    pub quiet: bool,
}

/// Where the sound comes from.
#[derive(Args)]
pub struct Heard {
    /// Samples on the standard input, without a head
    #[arg(long, value_enum, default_value = "s16le", conflicts_with_all = ["wav", "mic"])]
    pub format: Format,
    /// Their rate, Hz
    #[arg(long, value_name = "HZ", default_value_t = 16_000, value_parser = rate, allow_negative_numbers = true,
          conflicts_with_all = ["wav", "mic"])]
    pub rate: u32,
    /// Their interleaved channels, which are averaged
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count(MAX_CHANNELS), allow_negative_numbers = true,
          conflicts_with_all = ["wav", "mic"])]
    pub channels: u32,
    /// A sound file in place of the standard input, of any kind that `m2f animate` reads, heard at its own pace
    #[arg(long, value_name = "FILE", conflicts_with = "mic")]
    pub wav: Option<PathBuf>,
    /// A microphone in place of the standard input: the system's, or the one with this name
    #[arg(long, value_name = "DEVICE", num_args = 0..=1, default_missing_value = "", conflicts_with = "fast_forward",
          help = MICROPHONE)]
    pub mic: Option<String>,
    /// As quickly as it can be done: every face is sent, in order, and none is left out. The same sound and seed give the same
    /// faces
    #[arg(long)]
    pub fast_forward: bool,
}

const MICROPHONE: &str = if cfg!(feature = "microphone") {
    "A microphone in place of the standard input: the system's, or the one with this name"
} else {
    "A microphone in place of the standard input; this m2f was built without (cargo build -p m2f --features microphone)"
};

/// How samples are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// 16 bits, signed, little-endian
    S16le,
    /// Floats of 32 bits, little-endian
    F32le,
}

/// What [`StreamOptions`] is made of.
#[derive(Args)]
pub struct Stream {
    /// careful: the network of clips, about 0.4 s behind the sound; fast: the pack's live network, about 0.1 s
    #[arg(long, value_enum, default_value = "careful")]
    pub latency: Class,
    /// Frames of the pack's rate that are made at a time; 6, with --latency fast 2
    #[arg(long, value_name = "FRAMES", value_parser = count(MOST_FRAMES), allow_negative_numbers = true)]
    pub hop: Option<u32>,
    /// Frames behind them that are heard before; 6, with --latency fast 1
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(..=i64::from(MOST_FRAMES)),
          allow_negative_numbers = true)]
    pub look_ahead: Option<u32>,
    /// Where no sound comes: idle, the face goes on in silence; hold, it stands still
    #[arg(long, value_enum, default_value = "idle")]
    pub underrun: Missing,
    /// How far faces are sent behind the sound, for whoever plays it: by default the latency and the time of a hop, in which
    /// it is computed
    #[arg(long, value_name = "MS", value_parser = delay, allow_negative_numbers = true, conflicts_with = "fast_forward")]
    pub delay: Option<f32>,
    #[command(flatten)]
    pub sampling: Sampling,
    #[command(flatten)]
    pub identity: Identity,
    #[command(flatten)]
    pub styles: Styles,
    #[command(flatten)]
    pub strict: Strict,
}

/// More than any window has.
const MOST_FRAMES: u32 = 10_000;

/// Name of a class of latency.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Class {
    Careful,
    Fast,
}

/// What is done where sound is missing.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Missing {
    Idle,
    Hold,
}

impl Live {
    /// Faces a second.
    pub fn rate(&self) -> Result<FrameRate> {
        let [numerator, denominator] = Pace::USUAL_RATE;
        Ok(self.fps.fps.map_or_else(|| FrameRate::new(numerator, denominator), Ok)?)
    }
}

impl Stream {
    /// The style of the start, if there is one.
    ///
    /// # Errors
    /// For several styles, and for one that begins or ends.
    pub fn style(&self) -> Result<Option<&StyleGroup>> {
        let styles = &self.styles.0;
        ensure!(styles.len() < 2, "a stream begins with one style: give the others to --control, when it is time");
        let timed = styles.iter().any(|style| style.at.is_some() || style.ramp_s.is_some());
        ensure!(!timed, "a stream's style holds until it is changed: --at and --ramp are for m2f animate");
        Ok(styles.first())
    }

    /// Frames of a hop.
    pub fn hop(&self) -> usize {
        self.hop.map_or_else(|| self.class().hop_and_look_ahead()[0], |hop| hop as usize)
    }

    /// Whether the pack's live network makes it.
    pub fn is_fast(&self) -> bool {
        self.latency == Class::Fast
    }

    fn class(&self) -> Latency {
        match self.latency {
            Class::Careful => Latency::Careful,
            Class::Fast => Latency::Fast,
        }
    }

    /// As the library takes it, over what other options say; face and style are the caller's.
    pub fn options(&self, others: StreamOptions) -> Result<StreamOptions> {
        // The delay is the command's own.
        let Self { latency: _, hop, look_ahead, underrun, delay: _, sampling, identity: _, styles: _, strict: _ } =
            self;
        let underrun = match underrun {
            Missing::Idle => Underrun::Idle,
            Missing::Hold => Underrun::Hold,
        };
        let [hop, look_ahead] = [hop, look_ahead].map(|frames| frames.map(|frames| frames as usize));
        sampling.over_stream(StreamOptions { latency: self.class(), hop, look_ahead, underrun, ..others })
    }
}

fn rate(text: &str) -> Result<u32, String> {
    match u32::from_str(text) {
        Ok(rate_hz) if (MIN_SAMPLE_RATE_HZ..=MAX_SAMPLE_RATE_HZ).contains(&rate_hz) => Ok(rate_hz),
        Ok(_) => Err(format!("not in {MIN_SAMPLE_RATE_HZ}..={MAX_SAMPLE_RATE_HZ}")),
        Err(error) => Err(error.to_string()),
    }
}

fn delay(text: &str) -> Result<f32, String> {
    number(text, 0.0, 10_000.0)
}

fn control(text: &str) -> Result<Endpoint, String> {
    Endpoint::from_text("control", text)
}
