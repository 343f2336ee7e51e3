//! The files of `m2f animate` and `m2f scene`: each writer takes plain data and a writer. One more format is a file here, a name in
//! [`Emit`] and its turn in command/output.rs.

pub mod a2f;
pub mod csv;
pub mod curves;
pub mod envelope;
pub mod glb;
pub mod json;
pub mod live;
pub mod npy;
pub mod page;
pub mod provenance;
pub mod recording;
pub mod staged;
pub mod table;
pub mod timecode;
pub mod track;
pub mod usd;

use clap::ValueEnum;

/// A file of `m2f animate` and `m2f scene`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    Html,
    Glb,
    Usd,
    Csv,
    Json,
    Table,
    A2f,
    Png,
    Npy,
    Curves,
    Mp4,
    Frames,
    Provenance,
}

impl Emit {
    /// Those that are written where nothing is asked for.
    pub const UNASKED: [Self; 4] = [Self::Html, Self::Glb, Self::Csv, Self::Json];

    /// What its name ends in, behind the point.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Glb => "glb",
            Self::Usd => "usdc",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Table => "table.csv",
            Self::A2f => "a2f.json",
            Self::Png => "png",
            Self::Npy => "offsets.npy",
            Self::Curves => "curves",
            Self::Mp4 => "mp4",
            Self::Frames => "frames",
            Self::Provenance => "provenance.json",
        }
    }

    /// Whether it shows a mesh, which not every model has.
    pub fn needs_mesh(self) -> bool {
        !matches!(self, Self::Csv | Self::Json | Self::Table | Self::A2f | Self::Curves | Self::Provenance)
    }

    /// Whether it says itself where it comes from; the others have a file of [`Self::Provenance`] beside them.
    pub fn tells_provenance(self) -> bool {
        matches!(self, Self::Html | Self::Glb | Self::Json | Self::Curves | Self::Provenance)
    }

    /// Adds the file that says where the others come from, where one of them does not.
    pub fn with_provenance(mut kinds: Vec<Self>) -> Vec<Self> {
        if !kinds.contains(&Self::Provenance) && kinds.iter().any(|kind| !kind.tells_provenance()) {
            kinds.push(Self::Provenance);
        }
        kinds
    }

    /// What it is, for the help: lines of up to 104 letters.
    fn about(self) -> &'static str {
        match self {
            Self::Html => "a page of the moving face with its sound, to open in a browser; everything is inside",
            Self::Glb => "the face with 52 morph targets and its animation, for Blender, three.js, engines",
            Self::Usd => {
                "the same for programs that read USD: a mesh with blendshapes on a skeleton of head and eyes (--emit\n\
                 usd)"
            }
            Self::Csv => {
                "Live Link Face: 52 ARKit weights, head and eye angles, one row a frame with its SMPTE timecode; many\n\
                 importers assume 60 frames a second whatever the file says: give them --fps 60"
            }
            Self::Json => "weights and head poses with the model's own names, or those of --rig",
            Self::Table => "the same as a table: a column for each weight and for the head, one row a frame",
            Self::A2f => "52 ARKit weights in the form that Audio2Face exports",
            Self::Png => "contact sheet: faces at even times over the waveform",
            Self::Npy => "vertex offsets [frames, vertices, 3], f32, mm",
            Self::Curves => "weights and head as halves, for engines and stores: docs/bake.md; --eyes adds both eyes",
            Self::Mp4 => "a film of the face with its sound; needs ffmpeg on the PATH",
            Self::Frames => "a folder of the film's pictures, and boxes.csv: where the face is in each",
            Self::Provenance => {
                "version, model and its SHA-256, seed and options, which html, glb, json and curves have inside; comes with any\n\
                 file that has it not"
            }
        }
    }

    /// A line of the help for each, by the ending of its name.
    pub fn help() -> String {
        let below = format!("\n{:16}", "");
        let line = |kind: &Self| format!("  .{:<13}{}\n", kind.ending(), kind.about().replace('\n', &below));
        Self::value_variants().iter().map(line).collect()
    }
}
