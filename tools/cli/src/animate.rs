//! `m2f animate`: a sound through the session into files.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::session::{Curve, InpaintMode, Model, Session, SessionOptions, Style, StyleTrack};

use crate::args::{Animate, Emit, Guidance, Source, StyleGroup};
use crate::emit::staged::{Staged, StagedFolder};
use crate::emit::timecode;
use crate::face::{self, Brought};
use crate::ffmpeg;
use crate::generate;
use crate::interrupt;
use crate::keyframe::Keyframe;
use crate::model;
use crate::output::Output;
use crate::progress::Progress;
use crate::sound::{Copy, Sound};
use crate::usage;

/// Writes the files; gives the line that sums them up.
pub fn run(args: &Animate) -> Result<String> {
    let start = Instant::now();
    interrupt::watch();
    let sound = Sound::open(&args.input)?;
    let progress = Arc::new(Progress::new(args.quiet));
    let bar = Arc::clone(&progress);
    let warn = move |message: &str| bar.aside(|| model::print_warning(message));
    let model = model::load(model::open_pack(args.model.as_deref())?, &args.compute, warn.clone())?;
    let kinds = kinds(args.emit.as_deref(), &model)?;
    if kinds.contains(&Emit::Mp4) {
        ffmpeg::check_films()?;
    }

    if args.drop_frame {
        timecode::check_drop_frame(args.fps.unwrap_or_else(|| model.manifest().fps.into()))?;
    }

    // Nothing is made on disk before the input is known to be good.
    let mut options = session_options(args, &model, &sound)?;
    let liveliness = args.liveliness.settings(args.seed, !args.keyframes.is_empty());
    liveliness.check(&model)?;
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
    // Films play what the session heard, which ffmpeg may read otherwise, or not again.
    let mut copy = kinds.contains(&Emit::Mp4).then(|| Copy::of(&sound)).transpose()?;
    let also = |piece: &[f32]| copy.as_mut().map_or(Ok(()), |copy| copy.add(piece));
    let envelope = generate::push(&session, sound, args.tail, &warn, also, &progress)?;
    let copy = copy.map(Copy::finish).transpose()?;
    let mut places = stage(args, &kinds)?;
    let animation = generate::finish(&session, &progress)?.liven(&liveliness)?;
    let fps = args.fps.unwrap_or_else(|| animation.native_fps().into());
    let mut output = Output::new(animation, fps, bound, envelope, &progress)?;
    output.track.drop_frame = args.drop_frame;
    let side = args.size as usize;
    for place in &mut places {
        interrupt::check()?;
        match place {
            Place::File(Emit::Mp4, file) => {
                let sound = copy.as_ref().context("the film has no sound")?;
                output.film(side)?.write_mp4(sound.path(), file.aside(), &progress)?;
            }
            Place::File(kind, file) => output.emit(*kind, file)?,
            Place::Pictures(folder) => output.film(side)?.write_pictures(folder, &progress)?,
        }
    }
    interrupt::check()?;
    for place in places {
        match place {
            Place::File(_, file) => file.persist()?,
            Place::Pictures(folder) => folder.persist()?,
        };
    }
    let summary = summary(output.animation.duration_s() - args.tail, output.track.frame_count(), start.elapsed());
    Ok(format!("{summary}, seed {}", output.animation.seed()))
}

/// The files that are wanted, each once; those of a mesh only where the model has one.
pub fn kinds(wanted: Option<&[Emit]>, model: &Model) -> Result<Vec<Emit>> {
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

/// What the files of a sound are called.
fn stem(input: &Path) -> Result<&OsStr> {
    if input == Path::new("-") {
        return Ok(OsStr::new("stdin"));
    }
    input.file_stem().ok_or_else(|| anyhow!("{} has no name", input.display()))
}

/// A place aside for each kind, so that a folder that cannot be written fails before the work.
fn stage(args: &Animate, kinds: &[Emit]) -> Result<Vec<Place>> {
    let stem = stem(&args.input)?;
    let place = |&kind: &Emit| {
        let mut name = stem.to_owned();
        name.push(".");
        name.push(kind.ending());
        let path = args.out.join(name);
        match kind {
            Emit::Frames => Ok(Place::Pictures(StagedFolder::create(&path)?)),
            _ => Ok(Place::File(kind, Staged::create(&path)?)),
        }
    };
    kinds.iter().map(place).collect()
}

fn session_options(args: &Animate, model: &Arc<Model>, sound: &Sound) -> Result<SessionOptions> {
    let mut options = generate::options(sound);
    options.seed = args.seed;
    options.steps = args.steps.map(|steps| steps as usize);
    options.noise_scale = args.noise_scale;
    (options.guidance_audio, options.audio_curve) = split(args.guidance_audio.as_ref());
    (options.guidance_style, options.style_curve) = split(args.guidance_style.as_ref());
    options.styles = args.styles.0.iter().map(track).collect::<Result<_>>()?;
    options.isolate_styles = !args.no_isolate;
    options.default_style = !args.no_default_style;
    if let Some(loops) = args.repaint {
        options.edit_mode = InpaintMode::Repaint { loops: loops as usize };
    }
    options.keyframes = args.keyframes.iter().map(|keyframe| held(args, keyframe, model)).collect::<Result<_>>()?;
    (options.tail_s, options.adjustments) = (args.tail, !args.no_adjustments);
    options.identity = args.identity.as_deref().map(|wanted| face::identity(model, wanted)).transpose()?;
    Ok(options)
}

/// A keyframe with what the command line says of all of them.
fn held(args: &Animate, keyframe: &Keyframe, model: &Model) -> Result<media2face::session::Keyframe> {
    let keyframe = Keyframe { hold: args.hold, ramp_s: args.keyframe_ramp, ..keyframe.clone() };
    keyframe.load(model.blendshape_names()).with_context(|| format!("the keyframe at {} s", keyframe.start_s))
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

pub fn summary(audio_s: f64, frame_count: usize, wall: Duration) -> String {
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
