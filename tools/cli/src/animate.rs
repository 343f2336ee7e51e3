//! `m2f animate`: a WAV file through the session into files.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::session::{Animation, Curve, Model, Session, SessionOptions, Style, StyleTrack};

use crate::args::{Animate, Emit, Guidance, Source, StyleGroup};
use crate::emit::npy::NpyWriter;
use crate::emit::staged::{Staged, StagedFolder};
use crate::emit::{csv, glb, json};
use crate::envelope::Envelope;
use crate::face::{self, Bound, Brought, Face};
use crate::ffmpeg;
use crate::generate::{self, CHUNK_FRAMES};
use crate::interrupt;
use crate::model;
use crate::progress::Progress;
use crate::render::film::Film;
use crate::render::sheet;
use crate::track::Track;
use crate::usage;
use crate::wav::Wav;

/// Writes the files; gives the line that sums them up.
pub fn run(args: &Animate) -> Result<String> {
    let start = Instant::now();
    interrupt::watch();
    let wav = Wav::open(&args.input)?;
    let progress = Arc::new(Progress::new(args.quiet));
    let bar = Arc::clone(&progress);
    let warn = move |message: &str| bar.aside(|| model::print_warning(message));
    let model = model::load(model::open_pack(args.model.as_deref())?, &args.compute, warn)?;
    let kinds = kinds(args.emit.as_deref(), &model)?;
    if kinds.contains(&Emit::Mp4) {
        ffmpeg::check_films()?;
    }

    // Nothing is made on disk before the input is known to be good.
    let mut options = session_options(args, &model, &wav)?;
    let bound = match &args.mesh {
        None => None,
        Some(path) => match face::bring(&model, path, |message| progress.aside(|| model::print_warning(message)))? {
            Brought::Identity(_) if args.identity.is_some() => {
                bail!("{} is a face on the model's topology, and so is --identity: give one of them", path.display())
            }
            Brought::Identity(identity) => {
                options.identity = Some(identity);
                None
            }
            Brought::Bound(bound) => Some(bound),
        },
    };
    let session = Session::new(&model, options)?;
    let envelope = generate::push(&session, wav, &progress)?;
    let mut places = stage(args, &kinds)?;
    let animation = generate::finish(&session, &progress)?;
    let fps = args.fps.unwrap_or_else(|| animation.native_fps());
    let mut output = Output { args, bound, track: generate::track(&animation, fps)?, animation, envelope, progress };
    for place in &mut places {
        interrupt::check()?;
        match place {
            Place::File(kind, file) => output.emit(*kind, file)?,
            Place::Pictures(folder) => output.film()?.write_pictures(folder, &output.progress)?,
        }
    }
    interrupt::check()?;
    for place in places {
        match place {
            Place::File(_, file) => file.persist()?,
            Place::Pictures(folder) => folder.persist()?,
        };
    }
    Ok(summary(output.animation.duration_s(), output.track.frame_count(), start.elapsed()))
}

/// The files that are wanted, each once; those of a mesh only where the model has one.
fn kinds(wanted: Option<&[Emit]>, model: &Model) -> Result<Vec<Emit>> {
    let has_mesh = model.topology().is_some();
    let needs_mesh = |kind| !matches!(kind, Emit::Csv | Emit::Json);
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

/// Where a kind is written aside.
enum Place {
    File(Emit, Staged),
    Pictures(StagedFolder),
}

/// A place aside for each kind, so that a folder that cannot be written fails before the work.
fn stage(args: &Animate, kinds: &[Emit]) -> Result<Vec<Place>> {
    let stem = args.input.file_stem().ok_or_else(|| anyhow!("{} has no name", args.input.display()))?;
    let place = |&kind| {
        let mut name = stem.to_owned();
        name.push(match kind {
            Emit::Glb => ".glb",
            Emit::Csv => ".csv",
            Emit::Json => ".json",
            Emit::Png => ".png",
            Emit::Npy => ".offsets.npy",
            Emit::Mp4 => ".mp4",
            Emit::Frames => ".frames",
        });
        let path = args.out.join(name);
        match kind {
            Emit::Frames => Ok(Place::Pictures(StagedFolder::create(&path)?)),
            _ => Ok(Place::File(kind, Staged::create(&path)?)),
        }
    };
    kinds.iter().map(place).collect()
}

fn session_options(args: &Animate, model: &Arc<Model>, wav: &Wav) -> Result<SessionOptions> {
    let mut options = generate::options(wav);
    options.seed = args.seed;
    options.steps = args.steps.map(|steps| steps as usize);
    options.noise_scale = args.noise_scale;
    (options.guidance_audio, options.audio_curve) = split(args.guidance_audio.as_ref());
    (options.guidance_style, options.style_curve) = split(args.guidance_style.as_ref());
    options.styles = args.styles.0.iter().map(track).collect::<Result<_>>()?;
    options.isolate_styles = !args.no_isolate;
    options.identity = args.identity.as_deref().map(|wanted| face::identity(model, wanted)).transpose()?;
    Ok(options)
}

/// A constant or a curve.
fn split(guidance: Option<&Guidance>) -> (Option<f32>, Option<Curve>) {
    match guidance {
        None => (None, None),
        Some(Guidance::Constant(value)) => (Some(*value), None),
        Some(Guidance::Curve(curve)) => (None, Some(curve.clone())),
    }
}

fn track(group: &StyleGroup) -> Result<StyleTrack> {
    let style = match &group.source {
        Source::Text(text) => Style::Text(text.clone()),
        Source::Image(path) => Style::Picture(read_picture(path)?),
        Source::Preset(name) => Style::Preset(name.clone()),
    };
    let &StyleGroup { start_s, end_s, strength, ramp_s, .. } = group;
    Ok(StyleTrack { start_s, end_s, strength, ramp_s, ..StyleTrack::new(style) })
}

fn read_picture(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read the picture {}", path.display()))
}

/// The finished animation on its way into files.
struct Output<'a> {
    args: &'a Animate,
    bound: Option<Arc<Bound>>,
    animation: Arc<Animation>,
    track: Track,
    envelope: Envelope,
    progress: Arc<Progress>,
}

impl Output<'_> {
    fn emit(&mut self, kind: Emit, file: &mut Staged) -> Result<()> {
        match kind {
            Emit::Csv => file.write(|out| Ok(csv::write(&self.track, out)?)),
            Emit::Json => file.write(|out| Ok(json::write(&self.track, out)?)),
            Emit::Glb => {
                self.progress.show("glb", 0.0);
                let face = self.face()?;
                let offsets_mm = face.blendshape_offsets_mm(self.animation.model())?;
                file.write(|out| glb::write(&face.mesh, &glb::Targets { offsets_mm }, &self.track, out))
            }
            Emit::Png => {
                let face = self.face()?;
                let poses = self.poses(&face)?;
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
            Emit::Mp4 => self.film()?.write_mp4(&self.args.input, file.aside(), &self.progress),
            Emit::Frames => unreachable!("it is a folder"),
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
        }
    }

    fn face(&self) -> Result<Face> {
        Face::of(&self.animation, self.bound.as_ref())
    }

    fn film(&self) -> Result<Film> {
        Film::new(&self.animation, self.face()?, self.track.fps, self.args.size as usize)
    }

    fn poses(&self, face: &Face) -> Result<Vec<sheet::Pose>> {
        let mut reader = self.animation.reader()?;
        let frames = sheet::chosen_frames(self.track.frame_count());
        let mut poses = Vec::with_capacity(frames.len());
        for &frame in &frames {
            self.progress.show("png", poses.len() as f32 / frames.len() as f32);
            let offsets_mm = face.offsets_mm(&mut reader, self.track.fps, frame, 1)?;
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
