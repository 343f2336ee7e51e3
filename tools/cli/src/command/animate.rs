//! `m2f animate`: a sound through the session into files.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::{Curve, InpaintMode, Model, Session, SessionOptions, Style, StyleTrack};

use crate::command::args::{Animate, Emit, Guidance, Source, StyleGroup};
use crate::command::generate;
use crate::command::output::Output;
use crate::command::summary::Stages;
use crate::emit::page::{self, Band, Clip, Page};
use crate::emit::recording::Recording;
use crate::emit::staged::{Staged, StagedFolder};
use crate::emit::timecode;
use crate::input::face::{self, Brought};
use crate::input::ffmpeg;
use crate::input::file;
use crate::input::keyframe::Keyframe;
use crate::input::model;
use crate::input::sound::{Copy, Sound};
use crate::process::interrupt;
use crate::process::progress::Progress;
use crate::render::film;
use crate::{process::tell, process::temporary};

/// Writes the files; gives the line that sums them up.
pub fn run(args: &Animate) -> Result<String> {
    let mut stages = Stages::begin();
    interrupt::watch();
    let sound = Sound::open(&args.input)?;
    let progress = Arc::new(Progress::new(args.quiet));
    let bar = Arc::clone(&progress);
    let warn = move |message: &str| bar.aside(|| tell::warning(message));
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
    let adjustments = args.adjustments.settings(args.seed, !args.keyframes.is_empty());
    adjustments.check(&model)?;
    let bound = match &args.mesh {
        None => None,
        Some(path) => match face::bring(&model, path, |message| progress.aside(|| tell::warning(message)))? {
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
    tell_styles(&model, &options.styles, args, &progress)?;
    stages.end("model");
    let session = Session::new(&model, options)?;
    // Films and pages play what the session heard, which others may read otherwise, or not again.
    let mut copy = kinds.contains(&Emit::Mp4).then(|| Copy::of(&sound)).transpose()?;
    let mut recording = kinds.contains(&Emit::Html).then(|| Recording::of(&sound)).transpose()?;
    let also = |piece: &[f32]| {
        copy.as_mut().map_or(Ok(()), |copy| copy.add(piece))?;
        recording.as_mut().map_or(Ok(()), |recording| recording.add(piece))
    };
    let envelope = generate::push(&session, sound, args.tail, &warn, also, &progress)?;
    let copy = copy.map(Copy::finish).transpose()?;
    let mut places = stage(args, &kinds)?;
    let animation = generate::finish(&session, &progress)?.adjust(&adjustments)?;
    stages.end("motion");
    let fps = args.fps.unwrap_or_else(|| animation.native_fps().into());
    let name = args.input.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut output = Output::new(animation, fps, bound, envelope, name, &progress)?;
    output.track.drop_frame = args.drop_frame;
    let side = args.size as usize;
    for place in &mut places {
        interrupt::check()?;
        match place {
            Place::File(Emit::Html, file) => write_page(args, &output, recording.take(), file)?,
            Place::File(Emit::Mp4, file) => {
                let sound = copy.as_ref().context("the film has no sound")?;
                output.film(side)?.write_mp4(sound.path(), file.aside(), &progress)?;
            }
            Place::File(kind, file) => output.emit(*kind, file)?,
            Place::Pictures(folder) => output.film(side)?.write_pictures(folder, &progress)?,
        }
    }
    let naming = temporary::naming();
    interrupt::check()?;
    for place in places {
        match place {
            Place::File(_, file) => file.persist()?,
            Place::Pictures(folder) => folder.persist()?,
        };
    }
    drop(naming);
    stages.end("files");
    let summary = stages.summary(output.animation.duration_s() - args.tail, output.track.frame_count());
    let summary = format!("{summary}, seed {}", output.animation.seed());
    Ok(if kinds.contains(&Emit::Html) {
        format!("{summary}; open {}", path(args, Emit::Html)?.display())
    } else {
        summary
    })
}

/// A line for each style: what it says to the model. One that says nothing fails with `--strict`; without it the job warns.
fn tell_styles(model: &Model, styles: &[StyleTrack], args: &Animate, progress: &Progress) -> Result<()> {
    // A pack that does not tell what its codes say has nothing to be strict about.
    if model.manifest().style_reader.is_none() {
        return Ok(());
    }
    for style in styles.iter().map(|track| &track.style) {
        let reading = model.read_prompt(style)?;
        match reading.warning(&style.to_string()) {
            Some(warning) => ensure!(!args.strict, "{warning}"),
            None if args.quiet => {}
            None => progress.aside(|| tell::line(&format!("style {style}: {}", reading.summary()))),
        }
    }
    Ok(())
}

/// The files that are wanted, each once; those of a mesh only where the model has one.
pub fn kinds(wanted: Option<&[Emit]>, model: &Model) -> Result<Vec<Emit>> {
    let has_mesh = model.topology().is_some();
    let needs_mesh = |kind| !matches!(kind, Emit::Csv | Emit::Json);
    let Some(wanted) = wanted else {
        let all = [Emit::Html, Emit::Glb, Emit::Csv, Emit::Json];
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

/// The page with what was asked for.
fn write_page(args: &Animate, output: &Output, recording: Option<Recording>, file: &mut Staged) -> Result<()> {
    let wav = recording.map_or(Ok(None), Recording::finish)?;
    let title = stem(&args.input)?.to_string_lossy();
    let manifest = output.animation.model().manifest();
    let bands: Vec<Band> = args.styles.0.iter().map(StyleGroup::band).collect();
    let styles = match &bands[..] {
        [] => "no style asked for".to_owned(),
        bands => bands.iter().map(|band| band.label.as_str()).collect::<Vec<_>>().join(", "),
    };
    let facts = [
        styles,
        output.animation.identity()?.name().to_owned(),
        format!("{} {}", manifest.name, manifest.version),
        format!("{} fps", output.track.fps),
        format!("seed {}", output.animation.seed()),
    ];
    let (duration_s, fps) = (output.animation.duration_s(), output.track.fps.hz());
    let clip = Clip { duration_s, fps, facts: &facts, bands: &bands };
    let glb = output.glb()?;
    file.write(|out| page::write(&Page { title: &title, clip, glb, wav: wav.as_deref() }, out))
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
    let place = |&kind: &Emit| {
        let path = path(args, kind)?;
        match kind {
            Emit::Frames => Ok(Place::Pictures(StagedFolder::create(&path, film::is_picture)?)),
            _ => Ok(Place::File(kind, Staged::create(&path)?)),
        }
    };
    kinds.iter().map(place).collect()
}

/// A file by the name of the sound.
fn path(args: &Animate, kind: Emit) -> Result<PathBuf> {
    let mut name = stem(&args.input)?.to_owned();
    name.push(".");
    name.push(kind.ending());
    Ok(args.out.join(name))
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
    (options.tail_s, options.pack_adjustments) = (args.tail, !args.no_pack_adjustments);
    options.identity = args.identity.as_deref().map(|wanted| face::identity(model, wanted)).transpose()?;
    Ok(options)
}

/// A keyframe with what the command line says of all of them.
fn held(args: &Animate, keyframe: &Keyframe, model: &Model) -> Result<media2face::Keyframe> {
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
        Source::Image(path) => Style::Picture(file::read(path, file::PICTURE)?),
        Source::Preset(name) => Style::Preset(name.clone()),
    };
    let &StyleGroup { start_s, end_s, strength, ramp_s, .. } = group;
    Ok(StyleTrack { start_s, end_s, strength, ramp_s, ..StyleTrack::new(style) })
}
