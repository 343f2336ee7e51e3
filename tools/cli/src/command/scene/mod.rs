//! `m2f scene`: a script of several characters through sessions into files of each and of all.
//!
//! Everybody has one clip as long as the scene: their lines on silence, styles and keyframes in the scene's time. So they
//! live on between their lines, and look at whoever speaks.

pub mod check;
mod conditioning;
mod faults;
mod files;
mod gaze;
mod generate;
mod script;
mod sound;
pub mod timeline;

use std::sync::Arc;

use anyhow::{Result, ensure};

use crate::command::args::Given;
use crate::command::output::Output;
use crate::command::summary::Stages;
use crate::command::{self, args};
use crate::emit::Emit;
use crate::emit::envelope::Envelope;
use crate::emit::provenance::Provenance;
use crate::input::{ffmpeg, model};
use crate::process::interrupt;
use crate::process::progress::Progress;
use crate::{process::tell, process::temporary};
use check::Character;
pub use faults::Report;
use files::Files;

/// Writes the files; gives the line that sums them up.
pub fn run(args: &args::Scene, given: &Given) -> Result<String> {
    let mut stages = Stages::begin();
    interrupt::watch();
    let progress = Arc::new(Progress::new(args.quiet));
    let bar = Arc::clone(&progress);
    let warn = move |message: &str| bar.aside(|| tell::warning(message));
    let scene = check::run(args, &warn)?;
    let rigged = scene.characters.iter().any(|character| character.solver.is_some());
    ensure!(args.files.rig.is_none() || !rigged, "--rig and a character's shapes both say whose weights are written");
    let kinds = args.files.kinds(&scene.model)?;
    ensure!(!kinds.contains(&Emit::Frames), "a scene has no frames: --emit mp4 makes a film of it");
    if kinds.contains(&Emit::Mp4) {
        ffmpeg::check_films()?;
    }
    let pack_sha256 = model::sha256(scene.pack.as_deref())?;
    let provenance =
        Provenance::new(scene.model.manifest(), pack_sha256, given.options()).with_script(scene.script_sha256.clone());
    let mut files = Files::create(&args.files.out, &kinds, &scene.characters)?;
    stages.end("model");
    let animations = generate::generate(&scene.model, &scene.characters, &progress)?;
    stages.end("motion");
    let output = |(character, animation): (&Character, _)| {
        let mut envelope = Envelope::default();
        envelope.add(&character.samples, 1);
        let (bound, sound) = (character.bound.clone(), files::SOUND.to_owned());
        let mut output = Output::new(animation, scene.fps, bound, envelope, sound, &provenance, &progress)?;
        output.track.drop_frame = scene.drop_frame;
        output.rig = args.files.rig;
        output.eyes = args.files.eyes.eyes;
        if let Some((name, solver)) = &character.solver {
            let solved = command::generate::solved(&output.animation, &output.track, solver)?;
            output.solved = Some((name.clone(), solved));
        }
        Ok(output)
    };
    let outputs = scene.characters.iter().zip(animations).map(output).collect::<Result<Vec<_>>>()?;
    files.write(&scene, &outputs, args.files.film.size as usize, &progress)?;
    let naming = temporary::naming();
    interrupt::check()?;
    files.persist()?;
    drop(naming);
    stages.end("files");
    let (duration_s, frame_count) = (outputs[0].animation.duration_s(), outputs[0].track.frame_count());
    let summary = stages.summary(duration_s, frame_count);
    let summary = format!("{} characters, {} lines: {summary}, seed {}", outputs.len(), scene.lines.len(), scene.seed);
    Ok(if kinds.contains(&Emit::Html) {
        format!("{summary}; open {}", args.files.out.join(files::PAGE).display())
    } else {
        summary
    })
}
