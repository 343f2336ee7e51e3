//! A finished animation on its way into files: what `m2f animate` writes of one, `m2f scene` of each of its characters.

use std::sync::Arc;

use anyhow::Result;
use media2face::session::{Animation, Reader};
use media2face::signal::FrameRate;

use crate::args::Emit;
use crate::emit::glb::{self, Figure};
use crate::emit::npy::NpyWriter;
use crate::emit::staged::Staged;
use crate::emit::{csv, json};
use crate::envelope::Envelope;
use crate::face::{Bound, Face};
use crate::generate::{self, CHUNK_FRAMES};
use crate::progress::Progress;
use crate::render::film::Film;
use crate::render::sheet;
use crate::track::Track;

/// An animation, and what files and pictures show of it.
pub struct Output {
    /// A mesh of the host's in place of the model's.
    pub bound: Option<Arc<Bound>>,
    pub animation: Arc<Animation>,
    pub track: Track,
    /// Of its sound.
    pub envelope: Envelope,
    pub progress: Arc<Progress>,
}

impl Output {
    /// Decodes weights and heads at a rate.
    pub fn new(
        animation: Arc<Animation>,
        fps: FrameRate,
        bound: Option<Arc<Bound>>,
        envelope: Envelope,
        progress: &Arc<Progress>,
    ) -> Result<Self> {
        let track = generate::track(&animation, fps)?;
        Ok(Self { bound, animation, track, envelope, progress: Arc::clone(progress) })
    }

    /// Writes one of the files that are no films.
    pub fn emit(&self, kind: Emit, file: &mut Staged) -> Result<()> {
        match kind {
            Emit::Csv => file.write(|out| Ok(csv::write(&self.track, out)?)),
            Emit::Json => file.write(|out| Ok(json::write(&self.track, self.animation.seed(), out)?)),
            Emit::Glb => {
                self.progress.show("glb", 0.0);
                let face = self.face()?;
                let offsets_mm = face.blendshape_offsets_mm(self.animation.model())?;
                let figure = Figure { stands: None, mesh: &face.mesh, offsets_mm: &offsets_mm, track: &self.track };
                file.write(|out| glb::write(&[figure], out))
            }
            Emit::Png => {
                let face = self.face()?;
                self.progress.show("png", 0.0);
                let frames = sheet::chosen_frames(self.track.frame_count());
                let poses = self.poses(&face, &mut self.animation.reader()?, &frames)?;
                let jaw = self.jaw();
                let timeline = sheet::Timeline {
                    duration_s: self.animation.duration_s(),
                    fps: self.track.fps,
                    envelope: self.envelope.peaks(),
                    jaw: &jaw,
                };
                let threads = self.animation.model().runtime().threads();
                file.write(|out| sheet::write(&face.mesh, &poses, &timeline, threads, out))
            }
            Emit::Npy => {
                let face = self.face()?;
                let (fps, frame_count) = (self.track.fps, self.track.frame_count());
                let mut reader = self.animation.reader()?;
                file.write(|out| {
                    let mut npy = NpyWriter::new(out, &[frame_count, face.mesh.vertices_mm.len(), 3])?;
                    for first in (0..frame_count).step_by(CHUNK_FRAMES) {
                        let count = CHUNK_FRAMES.min(frame_count - first);
                        npy.write(&face.offsets_mm(&mut reader, fps, first, count)?)?;
                        self.progress.show("npy", first as f32 / frame_count as f32);
                    }
                    Ok(npy.finish()?)
                })
            }
            Emit::Mp4 | Emit::Frames => unreachable!("films are written frame by frame"),
        }
    }

    /// The face that files and pictures show.
    pub fn face(&self) -> Result<Face> {
        Face::of(&self.animation, self.bound.as_ref())
    }

    /// Pictures of `side × side` pixels.
    pub fn film(&self, side: usize) -> Result<Film> {
        Film::new(&self.animation, self.face()?, self.track.fps, side)
    }

    /// The face at some frames; `reader` is one of its animation.
    pub fn poses(&self, face: &Face, reader: &mut Reader, frames: &[usize]) -> Result<Vec<sheet::Pose>> {
        let pose = |&frame: &usize| {
            let offsets_mm = face.offsets_mm(reader, self.track.fps, frame, 1)?;
            Ok(sheet::Pose { frame, offsets_mm, head: self.track.heads[frame] })
        };
        frames.iter().map(pose).collect()
    }

    /// jawOpen of every frame; empty where the model has no such weight.
    pub fn jaw(&self) -> Vec<f32> {
        let frames = 0..self.track.frame_count();
        self.track.column("jawOpen").map_or_else(Vec::new, |jaw| frames.map(|i| self.track.row(i)[jaw]).collect())
    }
}
