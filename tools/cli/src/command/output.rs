//! A finished animation on its way into files: what `m2f animate` writes of one, `m2f scene` of each of its characters.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use media2face::output::Rig;
use media2face::signal::FrameRate;
use media2face::{Animation, Reader};

use crate::command::generate::{self, CHUNK_FRAMES};
use crate::emit::Emit;
use crate::emit::envelope::Envelope;
use crate::emit::glb::{self, Figure};
use crate::emit::npy::NpyWriter;
use crate::emit::provenance::{self, Provenance};
use crate::emit::staged::Staged;
use crate::emit::track::Track;
use crate::emit::{a2f, csv, curves, json, table, usd};
use crate::input::face::{Bound, Face};
use crate::process::progress::Progress;
use crate::render::film::Film;
use crate::render::sheet;

/// An animation, and what files and pictures show of it.
pub struct Output {
    /// A mesh of the host's in place of the model's.
    pub bound: Option<Arc<Bound>>,
    pub animation: Arc<Animation>,
    pub track: Track,
    /// Of its sound.
    pub envelope: Envelope,
    /// Name of the file that its sound is in.
    pub sound: String,
    /// Where it comes from.
    pub provenance: Provenance,
    pub progress: Arc<Progress>,
    /// By whose channels weights are written.
    pub rig: Option<&'static Rig>,
    /// Whether curves have the angles of the eyes.
    pub eyes: bool,
    /// Name and weights of a rig's own blendshapes, which are written in place of the model's.
    pub solved: Option<(String, Track)>,
    /// Made once for all files that carry it.
    glb: OnceCell<Vec<u8>>,
}

impl Output {
    /// Decodes weights and heads at a rate.
    pub fn new(
        animation: Arc<Animation>,
        fps: FrameRate,
        bound: Option<Arc<Bound>>,
        envelope: Envelope,
        sound: String,
        provenance: &Provenance,
        progress: &Arc<Progress>,
    ) -> Result<Self> {
        let track = generate::track(&animation, fps)?;
        let (provenance, progress) = (provenance.with_seed(animation.seed()), Arc::clone(progress));
        Ok(Self {
            bound,
            animation,
            track,
            envelope,
            sound,
            provenance,
            progress,
            rig: None,
            eyes: false,
            solved: None,
            glb: OnceCell::new(),
        })
    }

    /// Writes one of the files that are no pages and no films.
    pub fn emit(&self, kind: Emit, file: &mut Staged) -> Result<()> {
        match kind {
            Emit::Csv => file.write(|out| Ok(csv::write(&self.track, out)?)),
            Emit::Json => {
                let (track, rig) = (self.driven()?, self.rig_name());
                let (seed, provenance) = (Some(self.animation.seed()), Some(&self.provenance));
                file.write(|out| Ok(json::write(&track, seed, provenance, rig, out)?))
            }
            Emit::Table => {
                let track = self.driven()?;
                file.write(|out| Ok(table::write(&track, out)?))
            }
            Emit::A2f => {
                let track = self.track.driven(Rig::find("arkit")?)?;
                file.write(|out| Ok(a2f::write(&track, &self.sound, out)?))
            }
            Emit::Glb => {
                let glb = self.glb()?;
                file.write(|out| Ok(out.write_all(glb)?))
            }
            Emit::Usd => {
                self.progress.show("usd", 0.0);
                let face = self.face()?;
                let offsets_mm = face.blendshape_offsets_mm(self.animation.model())?;
                let figure = Figure { stands: None, mesh: &face.mesh, offsets_mm: &offsets_mm, track: &self.track };
                file.write(|out| usd::write(&[figure], &self.sound, out))
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
            Emit::Curves => {
                let track = self.driven()?;
                file.write(|out| Ok(curves::write(&track, &self.provenance, self.eyes, out)?))
            }
            Emit::Provenance => file.write(|out| Ok(provenance::write(&self.provenance, out)?)),
            Emit::Html => unreachable!("a page is of all that there is"),
            Emit::Mp4 | Emit::Frames => unreachable!("films are written frame by frame"),
        }
    }

    /// Whose channels are written, where they are not the model's.
    fn rig_name(&self) -> Option<&str> {
        self.solved.as_ref().map(|(name, _)| name.as_str()).or(self.rig.map(|rig| rig.name))
    }

    /// The track by the channels that are written.
    fn driven(&self) -> Result<Cow<'_, Track>> {
        if let Some((_, track)) = &self.solved {
            return Ok(Cow::Borrowed(track));
        }
        self.rig.map_or(Ok(Cow::Borrowed(&self.track)), |rig| self.track.driven(rig).map(Cow::Owned))
    }

    /// The .glb file.
    pub fn glb(&self) -> Result<&[u8]> {
        if let Some(glb) = self.glb.get() {
            return Ok(glb);
        }
        self.progress.show("glb", 0.0);
        let face = self.face()?;
        let offsets_mm = face.blendshape_offsets_mm(self.animation.model())?;
        let figure = Figure { stands: None, mesh: &face.mesh, offsets_mm: &offsets_mm, track: &self.track };
        let mut glb = Vec::new();
        glb::write(&[figure], &self.sound, Some(&self.provenance), &mut glb)?;
        Ok(self.glb.get_or_init(|| glb))
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
