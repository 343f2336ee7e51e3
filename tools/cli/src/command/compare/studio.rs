//! Where the films of a study are made: its conditions, and the one face, rate and length that they share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, ensure};
use media2face::audio::RATE_HZ;
use media2face::signal::FrameRate;
use media2face::{Identity, Model, SessionOptions, Style};

use super::items::Wanted;
use super::key::Condition;
use super::tracks;
use crate::command::args::Compare;
use crate::command::generate;
use crate::input::face::Face;
use crate::input::model;
use crate::input::sound::{Copied, Copy, Sound};
use crate::process::progress::Progress;
use crate::process::tell;
use crate::render::film::Film;
use crate::render::puppet::Puppet;

/// A sound as the films of all conditions take it: read once, and told of once.
pub struct Heard {
    copied: Copied,
    /// At the rate of the stages, as an animation of it has them.
    samples: usize,
}

impl Heard {
    pub fn new(audio: &Path, progress: &Progress) -> Result<Self> {
        let sound = Sound::open(audio)?;
        let mut copy = Copy::of(&sound)?;
        let warn = |message: &str| progress.aside(|| tell::warning(message));
        sound.stream(&warn, |piece| copy.add(piece))?;
        let copied = copy.finish()?;
        let samples = Sound::open(copied.path())?.mono(&|_| {})?.samples.len();
        Ok(Self { copied, samples })
    }

    /// A WAV file.
    pub fn path(&self) -> &Path {
        self.copied.path()
    }

    pub fn duration_s(&self) -> f64 {
        self.samples as f64 / f64::from(RATE_HZ)
    }
}

/// What performs the items.
enum Performer {
    Pack { model: Arc<Model>, identity: Option<Arc<Identity>> },
    Tracks(PathBuf),
}

/// All that it takes to make the film of an item.
pub struct Studio<'a> {
    args: &'a Compare,
    performers: BTreeMap<Condition, Performer>,
    /// Of all films.
    fps: FrameRate,
    /// The face that tracks are shown on, and with `--face` all.
    puppet: Option<Arc<Puppet>>,
}

impl<'a> Studio<'a> {
    /// Loads packs and the face.
    pub fn open(args: &'a Compare, progress: &Arc<Progress>) -> Result<Self> {
        let own = |model: &Arc<Model>| match &args.face {
            None => args.identity.find(model),
            Some(_) => Ok(None),
        };
        let mut performers = BTreeMap::new();
        for (condition, path) in Condition::ALL.into_iter().zip(&args.conditions) {
            let performer = if path.is_dir() {
                Performer::Tracks(path.clone())
            } else {
                let model = load(args, Some(path), progress)?;
                Performer::Pack { identity: own(&model)?, model }
            };
            performers.insert(condition, performer);
        }
        let first = performers.values().find_map(Performer::model);
        let has_tracks = performers.values().any(|performer| performer.model().is_none());
        let face = match (&args.face, first) {
            (Some(face), _) => load(args, Some(face), progress)?,
            (None, Some(first)) => Arc::clone(first),
            (None, None) => load(args, None, progress)?,
        };
        let puppet = (has_tracks || args.face.is_some()).then(|| {
            let identity = args.identity.find(&face)?.map_or_else(|| face.default_identity(), Ok)?;
            Puppet::new(Face::on(identity, None)?).map(Arc::new)
        });
        let puppet = puppet.transpose()?;
        if args.face.is_none() {
            check_faces(&performers, progress)?;
        }
        Ok(Self { args, performers, fps: face.manifest().fps.into(), puppet })
    }

    /// What the key calls the conditions.
    pub fn names(&self) -> BTreeMap<Condition, String> {
        let named = self.performers.iter().zip(&self.args.conditions).map(|((&condition, performer), path)| {
            let path = path.display();
            let name = performer.model().map_or_else(
                || format!("{path} (tracks)"),
                |model| format!("{path} ({} {})", model.manifest().name, model.manifest().version),
            );
            (condition, name)
        });
        named.collect()
    }

    /// Makes one condition's film of an item, without sound. The seed, where a pack was at work.
    pub fn film(
        &self,
        condition: Condition,
        item: &Wanted,
        heard: &Heard,
        path: &Path,
        progress: &Progress,
    ) -> Result<Option<u64>> {
        let side = self.args.film.size as usize;
        let (film, seed) = match &self.performers[&condition] {
            Performer::Pack { model, identity } => {
                let sound = Sound::open(heard.path())?;
                let options = SessionOptions {
                    style: item.style.clone().map(Style::Text),
                    identity: identity.clone(),
                    ..self.args.sampling.over(generate::options(&sound))
                };
                // As `m2f animate` shows it; tracks are shown as they are.
                let adjustments = self.args.adjustments.settings(options.seed, false);
                let animation = generate::animation(model, options, sound, progress)?.adjust(&adjustments)?;
                let puppet = self.puppet.as_ref().filter(|_| self.args.face.is_some());
                let film = match puppet {
                    Some(puppet) => {
                        Film::of_track(puppet, generate::track(&animation, self.fps)?.by(puppet.names()), side)
                    }
                    None => Film::new(&animation, Face::of(&animation, None)?, self.fps, side)?,
                };
                (film, Some(animation.seed()))
            }
            Performer::Tracks(folder) => {
                let puppet = self.puppet.as_ref().expect("studies with tracks have one");
                // Looked at before the work, and warned of then.
                let track = tracks::read(folder, item, heard.duration_s(), self.args.fps, &|_| {})?;
                let frames = self.fps.frame_count(heard.samples, RATE_HZ);
                (Film::of_track(puppet, track.by(puppet.names()).at(self.fps, frames), side), None)
            }
        };
        let film = if self.args.still_head { film.with_still_head() } else { film };
        film.write_mp4(None, path, progress)?;
        Ok(seed)
    }
}

impl Performer {
    fn model(&self) -> Option<&Arc<Model>> {
        match self {
            Self::Pack { model, .. } => Some(model),
            Self::Tracks(_) => None,
        }
    }
}

fn load(args: &Compare, path: Option<&Path>, progress: &Arc<Progress>) -> Result<Arc<Model>> {
    let bar = Arc::clone(progress);
    let warn = move |message: &str| bar.aside(|| tell::warning(message));
    let model = model::load(model::open_pack(path)?, args.compute.options()?, warn)?;
    let name = path.map_or("starter".to_owned(), |path| path.display().to_string());
    ensure!(model.topology().is_some(), "the model {name} has no mesh");
    Ok(model)
}

/// A warning where raters could tell packs apart by their faces.
fn check_faces(performers: &BTreeMap<Condition, Performer>, progress: &Progress) -> Result<()> {
    let mut faces = Vec::new();
    for (condition, performer) in performers {
        if let Performer::Pack { model, identity } = performer {
            let identity = identity.clone().map_or_else(|| model.default_identity(), Ok)?;
            faces.push((condition, identity));
        }
    }
    let [(first, face), others @ ..] = &faces[..] else { return Ok(()) };
    if let Some((other, _)) = others.iter().find(|(_, other)| other.vertices_mm() != face.vertices_mm()) {
        progress.aside(|| {
            tell::warning(&format!(
                "the faces of {first} and {other} differ, so raters can tell the packs apart: --face PACK shows all on one"
            ));
        });
    }
    Ok(())
}
