//! One who makes lines: a model on a runtime of its own, so that workers share nothing.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Error, Result};
use media2face::{Model, RuntimeOptions, Session, SessionOptions};

use super::recipe::Recipe;
use super::store::{SPOKEN, Writer};
use super::table::{Fault, Heard, Line, Table};
use crate::command::args::{self, Bake, Source, Styles};
use crate::command::generate;
use crate::command::output::Output;
use crate::emit::Emit;
use crate::emit::envelope::Envelope;
use crate::emit::provenance::Provenance;
use crate::emit::staged::Staged;
use crate::input::keyframe::Keyframe;
use crate::input::sound::Sound;
use crate::input::tts::{NO_SPEAKER, Speaker, Spoken};
use crate::input::{face, file, model};
use crate::process::interrupt;
use crate::process::progress::Progress;

/// What became of a line.
#[derive(Clone)]
pub struct Made {
    pub seed: u64,
    pub frames: usize,
    pub duration_s: f64,
    pub warnings: Vec<String>,
}

/// A worker with its model.
pub struct Worker<'a> {
    args: &'a Bake,
    model: Arc<Model>,
    /// What the model warned of since the last line.
    warnings: Arc<Mutex<Vec<String>>>,
    speaker: Option<Speaker>,
    unseen: Arc<Progress>,
}

/// Why a line was not made: it is at fault itself, or nothing can go on.
pub enum Failure {
    Line(Fault),
    All(Error),
}

impl Failure {
    /// Of a line, unless a signal came meanwhile.
    fn of(column: Option<&'static str>, error: &Error) -> Self {
        match interrupt::check() {
            Ok(()) => Self::Line(Fault { column, message: format!("{error:#}") }),
            Err(interrupted) => Self::All(interrupted.into()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::All(error)
    }
}

impl<'a> Worker<'a> {
    /// Loads the model.
    pub fn new(args: &'a Bake) -> Result<Self> {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&warnings);
        let warn = move |message: &str| lock(&told).push(message.to_owned());
        let threads = args.compute.threads.map_or(1, |count| count as usize);
        let options = RuntimeOptions { threads: Some(threads), ..args.compute.options()? };
        let model = model::load(args.pack.open()?, options, warn)?;
        Ok(Self { args, model, warnings, speaker: args.tts.speaker(), unseen: Arc::new(Progress::new(true)) })
    }

    /// Makes a line's files and gives them their names.
    pub fn make(
        &self,
        table: &Table,
        line: &Line,
        recipe: &Recipe,
        object: &str,
        store: &Writer,
        kinds: &[Emit],
    ) -> Result<Made, Failure> {
        lock(&self.warnings).clear();
        let mut files = Vec::new();
        let (path, column, _spoken) = match &line.heard {
            Heard::File(path) => (table.folder.join(path), "sound", None),
            Heard::Text(text) => match store.store().path(object, SPOKEN) {
                there if there.is_file() => (there, "text", None),
                _ => {
                    let spoken = self.spoken(text, object, store, &mut files)?;
                    (spoken.path().to_owned(), "text", Some(spoken))
                }
            },
        };
        let of_sound = |error: Error| Failure::of(Some(column), &error);
        file::check(&path).map_err(of_sound)?;
        let sound_sha256 = file::sha256(&path).map_err(of_sound)?;
        let name = match &line.heard {
            // A name of the store: files of another name with the same sound are the same.
            Heard::File(_) => format!("{sound_sha256}.sound"),
            Heard::Text(_) => format!("{object}.{SPOKEN}"),
        };
        let sound = Sound::open(&path).map_err(of_sound)?;
        let output = self.animate(sound, name, column, line, &recipe.provenance(line, sound_sha256))?;
        for kind in kinds {
            interrupt::check().map_err(Error::from)?;
            let mut file = store.stage(object, kind.ending())?;
            output.emit(*kind, &mut file)?;
            files.push(file);
        }
        Writer::persist(files)?;
        Ok(Made {
            seed: output.animation.seed(),
            frames: output.track.frame_count(),
            duration_s: output.animation.duration_s(),
            warnings: std::mem::take(&mut *lock(&self.warnings)),
        })
    }

    /// The animation of a sound as a line asks for it, at the rate of its files. `name` is the sound's in files, `column` where
    /// it comes from.
    pub fn animate(
        &self,
        sound: Sound,
        name: String,
        column: &'static str,
        line: &Line,
        origin: &Provenance,
    ) -> Result<Output, Failure> {
        let options = self.options(line, &sound)?;
        let adjustments = self.args.adjustments.settings(options.seed, false);
        let tail_s = options.tail_s;
        let whole = |error: media2face::Error| Failure::of(None, &error.into());
        adjustments.check(&self.model).map_err(whole)?;
        let session = Session::new(&self.model, options).map_err(whole)?;
        let warn = |message: &str| lock(&self.warnings).push(message.to_owned());
        let heard = generate::push(&session, sound, tail_s, &warn, |_| Ok(()), &self.unseen);
        heard.map_err(|error| Failure::of(Some(column), &error))?;
        let animation = generate::finish(&session, &self.unseen).map_err(|error| Failure::of(None, &error))?;
        let animation = animation.adjust(&adjustments).map_err(whole)?;
        let fps = line.asked.fps.unwrap_or_else(|| self.args.fps.or_native(&self.model));
        let output = Output::new(animation, fps, None, Envelope::default(), name, origin, &self.unseen);
        let mut output = output.map_err(|error| Failure::of(None, &error))?;
        output.eyes = self.args.eyes.eyes;
        Ok(output)
    }

    /// What a line asks of the library; what is wrong is told of its column.
    fn options(&self, line: &Line, sound: &Sound) -> Result<SessionOptions, Failure> {
        let (args, asked) = (self.args, &line.asked);
        if let Some(wanted) = &asked.identity {
            face::identity(&self.model, wanted).map_err(|error| Failure::of(Some("identity"), &error))?;
        }
        for group in &asked.styles {
            let column = match (group.at, &group.source) {
                (Some(_), _) => "emotions",
                (None, Source::Preset(_)) => "preset",
                (None, _) => "style",
            };
            let known = group.track().and_then(|track| {
                let style = Arc::clone(&track.style);
                Session::new(&self.model, SessionOptions { styles: vec![track], ..generate::options(sound) })?;
                args.strict.check(&self.model, &style)
            });
            known.map_err(|error| Failure::of(Some(column), &error))?;
        }
        let session = args::Session {
            sampling: asked.sampling(&args.sampling),
            identity: args::Identity { identity: asked.identity.clone().or(args.identity.identity.clone()) },
            styles: Styles(asked.styles.clone()),
            clip: args::Clip { tail: asked.tail_s.unwrap_or(args.clip.tail), ..args.clip.clone() },
            keyframes: Vec::new(),
            hold: Keyframe::HOLD,
            keyframe_ramp: Keyframe::RAMP_S,
            repaint: None,
        };
        session.options(&self.model, sound).map_err(|error| Failure::of(None, &error))
    }

    /// A text as sound, which becomes one of its files.
    fn spoken(&self, text: &str, object: &str, store: &Writer, files: &mut Vec<Staged>) -> Result<Spoken, Failure> {
        let of_text = |error: &Error| Failure::of(Some("text"), error);
        let speaker = self.speaker.as_ref().ok_or_else(|| of_text(&Error::msg(NO_SPEAKER)))?;
        let spoken = speaker.spoken(text, store.work()).map_err(|error| of_text(&error))?;
        let mut file = store.stage(object, SPOKEN)?;
        let mut sound = std::fs::File::open(spoken.path()).context("cannot read what was spoken")?;
        file.write(|out| Ok(std::io::copy(&mut sound, out).map(drop)?))?;
        files.push(file);
        Ok(spoken)
    }
}

fn lock(warnings: &Mutex<Vec<String>>) -> std::sync::MutexGuard<'_, Vec<String>> {
    warnings.lock().unwrap_or_else(PoisonError::into_inner)
}
