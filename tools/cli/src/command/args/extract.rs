//! `m2f extract`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use media2face::picture::FaceBox;

use super::{Compute, Fps, Pack};

const FPS: &str = "Frames per second, a number or a fraction such as 24000/1001: those of a folder, those that are taken of a \
                   video; the pack's by default";

/// Read latents, weights and head poses from pictures of a talking face, into a data set
#[derive(Args)]
#[command(
    mut_arg("model", |model| model.help("Model pack with a vision encoder; the starter model by default")),
    mut_arg("fps", |fps| fps.help(FPS)),
    after_help = "The face is found in every frame; of several the largest is taken. A frame in which none is found is marked invalid.
To say where it is yourself, give --box or --boxes: a box is from the chin to just above the brows, and what is looked at is the
square of 1.6 times its longer side.

--boxes names a CSV with the header frame,x,y,w,h (frames from 0, pixels from the upper left corner). A frame without a row,
or with empty values, is marked invalid: its valid is false, its weights, pose and latents are zero.

Written into DIR, in the form that the training reads; a second clip goes into the same folder under the next number:
  clips/0000000.npz    audio int16 [samples] at 16 kHz, weights f16 [frames, 52] (ARKit, by name), pose f32 [frames, 6]
                       (axis-angle in rad, then mm, which are zero), valid bool [frames]
  latents/0000000.npy  f16 [frames, d_z]
  index.jsonl          a row a clip

Videos need ffmpeg on the PATH; folders of pictures do not.

Examples:
  m2f extract talk.mp4 --out captured/
  m2f extract talk.mp4 --box 480,120,300,380 --out captured/
  m2f extract frames/ --audio talk.wav --boxes boxes.csv --out captured/"
)]
pub struct Extract {
    /// A video, or a folder of PNG and JPEG pictures that are its frames in the order of their names; hidden files are none
    pub input: PathBuf,
    /// Folder of the data set; made where it is missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub pack: Pack,
    /// The face in every frame, pixels, in place of finding it
    #[arg(long, value_name = "X,Y,W,H", value_parser = face_box, conflicts_with_all = ["boxes", "whole"], allow_hyphen_values = true)]
    pub r#box: Option<FaceBox>,
    /// The face in each frame: CSV with the header frame,x,y,w,h
    #[arg(long, value_name = "FILE")]
    pub boxes: Option<PathBuf>,
    /// Write where the face was found, in the form of --boxes
    #[arg(long, value_name = "FILE", conflicts_with_all = ["box", "boxes", "whole"])]
    pub found: Option<PathBuf>,
    /// The whole picture is the face's box in every frame
    #[arg(long, conflicts_with = "boxes")]
    pub whole: bool,
    /// The sound: any file or pipe that `m2f animate` reads; of a video its own by default, of a folder silence
    #[arg(long, value_name = "SOUND")]
    pub audio: Option<PathBuf>,
    #[command(flatten)]
    pub fps: Fps,
    /// Number of the clip, in place of one that has it; the next one by default
    #[arg(long, value_name = "N")]
    pub number: Option<u32>,
    /// Mark a picture that cannot be read invalid and go on; of a folder whose numbers leave some out, those too, so that every
    /// frame keeps its place
    #[arg(long)]
    pub keep_going: bool,
    #[command(flatten)]
    pub compute: Compute,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}

fn face_box(text: &str) -> Result<FaceBox, String> {
    let numbers: Result<Vec<f32>, _> = text.split(',').map(|number| f32::from_str(number.trim())).collect();
    match numbers.map_err(|error| error.to_string())?[..] {
        [x, y, width, height] => Ok(FaceBox { x, y, width, height }),
        _ => Err("expected four numbers: x,y,w,h".to_owned()),
    }
}
