//! `m2f animate`: a WAV file through the session into files.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use media2face::session::{Animation, Identity, Model, Session, SessionOptions, Stage, Style};

use crate::args::{Animate, Emit};
use crate::emit::npy::NpyWriter;
use crate::emit::staged::Staged;
use crate::emit::{csv, glb, json};
use crate::envelope::Envelope;
use crate::mesh::Mesh;
use crate::model;
use crate::progress::Progress;
use crate::render::sheet;
use crate::track::Track;
use crate::usage;
use crate::wav::Wav;

/// Frames that are decoded at once.
const CHUNK_FRAMES: usize = 128;

/// Writes the files; gives the line that sums them up.
pub fn run(args: &Animate) -> Result<String> {
    let start = Instant::now();
    let wav = Wav::open(&args.input)?;
    let progress = Arc::new(Progress::new(args.quiet));
    let bar = Arc::clone(&progress);
    let warn = move |message: &str| bar.aside(|| model::print_warning(message));
    let model = model::load(model::open_pack(args.model.as_deref())?, &args.compute, warn)?;
    let kinds = kinds(args.emit.as_deref(), &model)?;

    // Nothing is made on disk before the input is known to be good.
    let session = Session::new(&model, session_options(args, &model, &wav)?)?;
    let envelope = push(&session, wav, &progress)?;
    let files = stage_files(args, &kinds)?;
    let animation = generate(&session, &progress)?;
    let fps = args.fps.unwrap_or_else(|| animation.native_fps());
    let mut output = Output { track: track(&animation, fps)?, animation, envelope, progress };
    let mut finished = Vec::new();
    for (kind, mut file) in files {
        output.emit(kind, &mut file)?;
        finished.push(file);
    }
    for file in finished {
        file.persist()?;
    }
    Ok(summary(output.animation.duration_s(), output.track.frame_count(), start.elapsed()))
}

/// The files that are wanted, each once; those of a mesh only where the model has one.
fn kinds(wanted: Option<&[Emit]>, model: &Model) -> Result<Vec<Emit>> {
    let has_mesh = model.topology().is_some();
    let needs_mesh = |kind| matches!(kind, Emit::Glb | Emit::Png | Emit::Npy);
    let Some(wanted) = wanted else {
        let all = [Emit::Glb, Emit::Csv, Emit::Json, Emit::Png];
        return Ok(all.into_iter().filter(|&kind| has_mesh || !needs_mesh(kind)).collect());
    };
    let mut kinds = Vec::new();
    for &kind in wanted {
        ensure!(has_mesh || !needs_mesh(kind), "the model has no mesh: --emit csv,json works without one");
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// A file aside for each kind, so that a folder that cannot be written fails before the work.
fn stage_files(args: &Animate, kinds: &[Emit]) -> Result<Vec<(Emit, Staged)>> {
    let stem = args.input.file_stem().ok_or_else(|| anyhow!("{} has no name", args.input.display()))?;
    let stage = |&kind| {
        let mut name = stem.to_owned();
        name.push(match kind {
            Emit::Glb => ".glb",
            Emit::Csv => ".csv",
            Emit::Json => ".json",
            Emit::Png => ".png",
            Emit::Npy => ".offsets.npy",
        });
        Ok((kind, Staged::create(&args.out.join(name))?))
    };
    kinds.iter().map(stage).collect()
}

fn session_options(args: &Animate, model: &Arc<Model>, wav: &Wav) -> Result<SessionOptions> {
    let mut options = SessionOptions::new(wav.sample_rate_hz(), wav.channel_count());
    options.seed = args.seed;
    options.steps = args.steps.map(|steps| steps as usize);
    options.guidance_audio = args.guidance_audio;
    options.guidance_style = args.guidance_style;
    options.style = match (&args.style, &args.style_image) {
        (Some(text), _) => Some(Style::Text(text.clone())),
        (None, Some(path)) => Some(Style::Picture(read_picture(path)?)),
        (None, None) => None,
    };
    options.identity = args.identity.as_deref().map(|name| model.identity(name)).transpose()?;
    Ok(options)
}

fn read_picture(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read the picture {}", path.display()))
}

/// Pushes the file.
fn push(session: &Session, wav: Wav, progress: &Progress) -> Result<Envelope> {
    let (channels, frame_count) = (wav.channel_count() as usize, wav.frame_count());
    let mut envelope = Envelope::new(frame_count);
    let mut taken = 0;
    wav.stream(|chunk| {
        session.push_f32(chunk)?;
        envelope.add(chunk, channels);
        taken += chunk.len() / channels;
        progress.show(Stage::Input.name(), taken as f32 / frame_count as f32);
        Ok(())
    })?;
    Ok(envelope)
}

/// Waits for the motion of what was pushed.
fn generate(session: &Session, progress: &Progress) -> Result<Arc<Animation>> {
    session.finish()?;
    while !session.wait(Some(Duration::from_millis(40)))? {
        let now = session.progress();
        progress.show(now.stage.name(), now.fraction);
    }
    session.pull()?.ok_or_else(|| anyhow!("the job ended without a result"))
}

/// Weights and head poses of every frame.
fn track(animation: &Arc<Animation>, fps: f32) -> Result<Track> {
    let mut reader = animation.reader()?;
    let frame_count = animation.frame_count(fps)?;
    let names = animation.model().blendshape_names().to_vec();
    let mut weights = Vec::with_capacity(frame_count * names.len());
    for first in (0..frame_count).step_by(CHUNK_FRAMES) {
        weights.extend(reader.weights(fps, first, CHUNK_FRAMES.min(frame_count - first))?);
    }
    Ok(Track { fps, names, weights, heads: reader.heads(fps, 0, frame_count)? })
}

/// The finished animation on its way into files.
struct Output {
    animation: Arc<Animation>,
    track: Track,
    envelope: Envelope,
    progress: Arc<Progress>,
}

impl Output {
    fn emit(&mut self, kind: Emit, file: &mut Staged) -> Result<()> {
        match kind {
            Emit::Csv => file.write(|out| Ok(csv::write(&self.track, out)?)),
            Emit::Json => file.write(|out| Ok(json::write(&self.track, out)?)),
            Emit::Glb => {
                self.progress.show("glb", 0.0);
                let (mesh, identity) = self.mesh()?;
                let offsets_mm = self.animation.model().blendshape_offsets_mm(&identity)?;
                file.write(|out| glb::write(&mesh, &glb::Targets { offsets_mm }, &self.track, out))
            }
            Emit::Png => {
                let (mesh, _) = self.mesh()?;
                let poses = self.poses()?;
                let jaw = self.jaw();
                let timeline = sheet::Timeline {
                    duration_s: self.animation.duration_s(),
                    fps: self.track.fps,
                    envelope: self.envelope.peaks(),
                    jaw: &jaw,
                };
                let threads = self.animation.model().runtime().threads();
                file.write(|out| sheet::write(&mesh, &poses, &timeline, threads, out))
            }
            Emit::Npy => {
                let (mesh, _) = self.mesh()?;
                let (fps, frame_count) = (self.track.fps, self.track.frame_count());
                let mut reader = self.animation.reader()?;
                file.write(|out| {
                    let mut npy = NpyWriter::new(out, [frame_count, mesh.vertices_mm.len(), 3])?;
                    for first in (0..frame_count).step_by(CHUNK_FRAMES) {
                        npy.write(&reader.offsets_mm(fps, first, CHUNK_FRAMES.min(frame_count - first))?)?;
                        self.progress.show("npy", first as f32 / frame_count as f32);
                    }
                    Ok(npy.finish()?)
                })
            }
        }
    }

    /// The neutral face of this animation.
    fn mesh(&self) -> Result<(Mesh, Arc<Identity>)> {
        let topology = self.animation.model().topology();
        let topology = topology.ok_or_else(|| anyhow!("the model has no mesh"))?;
        let identity = self.animation.identity()?;
        let mesh = Mesh {
            vertices_mm: identity.vertices_mm().as_chunks::<3>().0.to_vec(),
            triangles: topology.triangles.clone(),
            parts: topology.parts.clone(),
            head_pivot_mm: topology.head_pivot,
        };
        ensure!(!mesh.parts.is_empty(), "the model's mesh has no parts");
        Ok((mesh, identity))
    }

    fn poses(&self) -> Result<Vec<sheet::Pose>> {
        let mut reader = self.animation.reader()?;
        let frames = sheet::chosen_frames(self.track.frame_count());
        let mut poses = Vec::with_capacity(frames.len());
        for &frame in &frames {
            self.progress.show("png", poses.len() as f32 / frames.len() as f32);
            let offsets_mm = reader.offsets_mm(self.track.fps, frame, 1)?;
            poses.push(sheet::Pose { frame, offsets_mm, head: self.track.heads[frame] });
        }
        Ok(poses)
    }

    /// jawOpen of every frame; empty where the model has no such weight.
    fn jaw(&self) -> Vec<f32> {
        let frames = 0..self.track.frame_count();
        self.track.column("jawOpen").map_or_else(Vec::new, |jaw| frames.map(|i| self.track.row(i)[jaw]).collect())
    }
}

fn summary(audio_s: f64, frame_count: usize, wall: Duration) -> String {
    let wall_s = wall.as_secs_f64();
    let memory = usage::peak_memory_bytes()
        .map_or_else(String::new, |bytes| format!(", peak memory {:.0} MB", bytes as f64 / 1e6));
    let frames = if frame_count == 1 { "frame" } else { "frames" };
    format!(
        "{audio_s:.2} s of audio, {frame_count} {frames} in {wall_s:.2} s: {:.0} frames/s, {:.1} times real time{memory}",
        frame_count as f64 / wall_s,
        audio_s / wall_s
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_is_one_line_of_figures() {
        let line = summary(10.0, 300, Duration::from_secs(4));
        assert!(line.starts_with("10.00 s of audio, 300 frames in 4.00 s: 75 frames/s, 2.5 times real time"), "{line}");
        assert_eq!(line.lines().count(), 1);
        assert!(summary(0.01, 1, Duration::from_secs(1)).starts_with("0.01 s of audio, 1 frame in "));
    }
}
