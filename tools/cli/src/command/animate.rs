//! `m2f animate`: a sound through the session into files.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use media2face::{Adjustments, Model, Session, SessionOptions, Solver, StyleTrack};

use crate::command::args::{Animate, Given, StyleGroup};
use crate::command::generate;
use crate::command::output::Output;
use crate::command::summary::Stages;
use crate::emit::Emit;
use crate::emit::envelope::Envelope;
use crate::emit::page::{self, Band, Clip, Page};
use crate::emit::provenance::Provenance;
use crate::emit::recording::Recording;
use crate::emit::staged::{Staged, StagedFolder};
use crate::emit::timecode;
use crate::input::face::{self, Bound, Brought};
use crate::input::ffmpeg;
use crate::input::model;
use crate::input::sound::{Copied, Copy, Sound};
use crate::process::interrupt;
use crate::process::progress::Progress;
use crate::render::film;
use crate::{process::tell, process::temporary};

/// Writes the files; gives the line that sums them up.
pub fn run(args: &Animate, given: &Given) -> Result<String> {
    let mut stages = Stages::begin();
    interrupt::watch();
    let sound = Sound::open(&args.input)?;
    let progress = Arc::new(Progress::new(args.quiet));
    let bar = Arc::clone(&progress);
    let warn = move |message: &str| bar.aside(|| tell::warning(message));
    let model = model::load(args.pack.open()?, args.compute.options()?, warn.clone())?;
    let kinds = args.files.kinds(&model)?;
    let provenance = Provenance::new(model.manifest(), args.pack.sha256()?, given.options());
    if kinds.contains(&Emit::Mp4) {
        ffmpeg::check_films()?;
    }
    let fps = args.fps.or_native(&model);
    if args.drop_frame {
        timecode::check_drop_frame(fps)?;
    }
    // Nothing is made on disk before the input is known to be good.
    let Asked { options, adjustments, bound, solver } = asked(args, &model, &sound, &warn)?;
    tell_styles(&model, &options.styles, args, &progress)?;
    stages.end("model");
    let session = Session::new(&model, options)?;
    let heard = hear(&session, sound, args, &kinds, &warn, &progress)?;
    let places = stage(args, &kinds)?;
    let animation = generate::finish(&session, &progress)?.adjust(&adjustments)?;
    stages.end("motion");
    let name = args.input.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut output = Output::new(animation, fps, bound, heard.envelope, name, &provenance, &progress)?;
    output.track.drop_frame = args.drop_frame;
    output.rig = args.files.rig;
    output.eyes = args.files.eyes.eyes;
    if let (Some(solver), Some(name)) = (solver, args.shapes.name()) {
        output.solved = Some((name, generate::solved(&output.animation, &output.track, &solver)?));
    }
    write(args, &output, heard.recording, heard.copy.as_ref(), places)?;
    stages.end("files");
    let summary = stages.summary(output.animation.duration_s() - args.session.clip.tail, output.track.frame_count());
    let summary = format!("{summary}, seed {}", output.animation.seed());
    Ok(if kinds.contains(&Emit::Html) {
        format!("{summary}; open {}", path(args, Emit::Html)?.display())
    } else {
        summary
    })
}

/// What the options ask of the library.
struct Asked {
    options: SessionOptions,
    adjustments: Adjustments,
    /// A mesh in place of the model's.
    bound: Option<Arc<Bound>>,
    /// A rig's own blendshapes.
    solver: Option<Arc<Solver>>,
}

fn asked(args: &Animate, model: &Arc<Model>, sound: &Sound, warn: &dyn Fn(&str)) -> Result<Asked> {
    let mut options = args.session.options(model, sound)?;
    let adjustments = args.adjustments.settings(options.seed, !options.keyframes.is_empty());
    adjustments.check(model)?;
    let (neutral, solver) = args.shapes.bring(model, warn)?.unzip();
    let mesh = args.mesh.as_ref().map(|path| face::bring(model, path, warn)).transpose()?;
    let bound = match (neutral.or(mesh), args.shapes.neutral().or_else(|| args.mesh.clone())) {
        (Some(Brought::Identity(_)), Some(path)) if options.identity.is_some() => {
            bail!("{} is a face on the model's topology, and --identity is one too: give one of them", path.display())
        }
        (Some(Brought::Identity(identity)), _) => {
            options.identity = Some(identity);
            None
        }
        (Some(Brought::Bound(bound)), _) => Some(bound),
        (None, _) => None,
    };
    Ok(Asked { options, adjustments, bound, solver })
}

/// A line for each style: what it says to the model.
fn tell_styles(model: &Model, styles: &[StyleTrack], args: &Animate, progress: &Progress) -> Result<()> {
    for style in styles.iter().map(|track| &track.style) {
        if let Some(reading) = args.strict.read(model, style)?.filter(|_| !args.quiet) {
            progress.aside(|| tell::line(&format!("style {style}: {}", reading.summary())));
        }
    }
    Ok(())
}

/// What the session heard, for files that play or draw it.
struct Heard {
    envelope: Envelope,
    copy: Option<Copied>,
    recording: Option<Recording>,
}

/// Pushes the sound. Films and pages play what the session heard, which others may read otherwise, or not again.
fn hear(
    session: &Session,
    sound: Sound,
    args: &Animate,
    kinds: &[Emit],
    warn: &dyn Fn(&str),
    progress: &Progress,
) -> Result<Heard> {
    let mut copy = kinds.contains(&Emit::Mp4).then(|| Copy::of(&sound)).transpose()?;
    let mut recording = kinds.contains(&Emit::Html).then(|| Recording::of(&sound)).transpose()?;
    let also = |piece: &[f32]| {
        copy.as_mut().map_or(Ok(()), |copy| copy.add(piece))?;
        recording.as_mut().map_or(Ok(()), |recording| recording.add(piece))
    };
    let envelope = generate::push(session, sound, args.session.clip.tail, warn, also, progress)?;
    Ok(Heard { envelope, copy: copy.map(Copy::finish).transpose()?, recording })
}

/// Writes all files aside, then gives them their names.
fn write(
    args: &Animate,
    output: &Output,
    mut recording: Option<Recording>,
    copy: Option<&Copied>,
    mut places: Vec<Place>,
) -> Result<()> {
    let (side, progress) = (args.files.film.size as usize, &output.progress);
    for place in &mut places {
        interrupt::check()?;
        match place {
            Place::File(Emit::Html, file) => write_page(args, output, recording.take(), file)?,
            Place::File(Emit::Mp4, file) => {
                let sound = copy.context("the film has no sound")?;
                output.film(side)?.write_mp4(Some(sound.path()), file.aside(), progress)?;
            }
            Place::File(kind, file) => output.emit(*kind, file)?,
            Place::Pictures(folder) => output.film(side)?.write_pictures(folder, progress)?,
        }
    }
    let _naming = temporary::naming();
    interrupt::check()?;
    places.into_iter().try_for_each(|place| match place {
        Place::File(_, file) => file.persist().map(drop),
        Place::Pictures(folder) => folder.persist().map(drop),
    })
}

/// The page with what was asked for.
fn write_page(args: &Animate, output: &Output, recording: Option<Recording>, file: &mut Staged) -> Result<()> {
    let wav = recording.map_or(Ok(None), Recording::finish)?;
    let title = stem(&args.input)?.to_string_lossy();
    let manifest = output.animation.model().manifest();
    let bands: Vec<Band> = args.session.styles.0.iter().map(StyleGroup::band).collect();
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
    Ok(args.files.out.join(name))
}
