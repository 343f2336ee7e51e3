//! A script and every file that it names, checked before any work begins: a scene that can be made, or all that is wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::limits;
use media2face::output::{Blinks, Gaze, GazeTarget};
use media2face::signal::FrameRate;
use media2face::{Adjustments, Identity, Keyframe, Model, SEED_AUTO, Session, SessionOptions, StyleTrack};
use toml::Value;

use super::direction;
use super::faults::Faults;
use super::gaze;
use super::script::{self, LookAt, Placed, Script};
use super::sound;
use super::timeline::{self, Cue, Sight, Spoken};
use crate::command::args;
use crate::emit::timecode;
use crate::input::face::{self, Bound, Brought};
use crate::input::file;
use crate::input::model;
use crate::input::obj;
use crate::input::sound::{Mono, Sound};
use crate::input::text;
use crate::process::interrupt;
use crate::render::placement::Placement;

/// Furthest from the origin that a character stands or a point lies, metres.
const MOST_M: f32 = 1000.0;
/// Most sound of all characters together, silence included, and of all lines: it is held in memory, 64 kB a second.
const MOST_TOGETHER_S: f64 = 4.0 * limits::MAX_CLIP_S as f64;
/// Most bytes of a name: it becomes a file's.
const MOST_NAME_BYTES: usize = 64;

/// A scene that can be made.
pub struct Scene {
    pub model: Arc<Model>,
    /// Rate of the files.
    pub fps: FrameRate,
    /// Timecode of the files.
    pub drop_frame: bool,
    /// Of the first character; the next ones count up from it.
    pub seed: u64,
    pub characters: Vec<Character>,
    /// In the order of their starts.
    pub lines: Vec<Spoken>,
}

/// A character and what it is to do, as long as the scene.
pub struct Character {
    pub name: String,
    pub placement: Placement,
    /// A mesh of its own in place of the model's.
    pub bound: Option<Arc<Bound>>,
    pub options: SessionOptions,
    /// Its lines on silence.
    pub samples: Vec<f32>,
    pub adjustments: Adjustments,
}

/// What could be found out of a line.
struct Line {
    place: String,
    speaker: usize,
    sound: Option<Mono>,
    styles: Vec<StyleTrack>,
    keyframes: Vec<Keyframe>,
    at: Option<Sight>,
}

/// What could be found out of a character besides its lines.
struct Cast {
    place: String,
    name: String,
    placement: Placement,
    identity: Option<Arc<Identity>>,
    bound: Option<Arc<Bound>>,
    styles: Vec<StyleTrack>,
    /// What its motion is adjusted by, and whether it looks at others.
    adjustments: script::Adjustments,
}

/// Reads and checks everything.
pub fn run(args: &args::Scene, warn: &(impl Fn(&str) + Clone + Send + Sync + 'static)) -> Result<Scene> {
    let path = &args.script;
    let text =
        text::decode(file::read(path, file::SCRIPT)?).with_context(|| format!("the script {}", path.display()))?;
    let title = path.display().to_string();
    let mut faults = Faults::default();
    let Some(script) = script::parse(&text, &mut faults) else {
        faults.report(&title)?;
        bail!("{title} is no script");
    };
    let mut check = Check { folder: path.parent().unwrap_or(Path::new("")), model: None, heard_s: 0.0, faults, warn };
    check.load(args, &script.scene);
    let scene = check.scene(&script);
    // Then the faults are not the script's.
    interrupt::check()?;
    check.faults.report(&title)?;
    scene.context("the scene could not be read")
}

struct Check<'a, W> {
    /// Of the script; its paths begin there.
    folder: &'a Path,
    model: Option<Arc<Model>>,
    /// Sound of the lines that were read.
    heard_s: f64,
    faults: Faults,
    warn: &'a W,
}

impl<W: Fn(&str) + Clone + Send + Sync + 'static> Check<'_, W> {
    fn load(&mut self, args: &args::Scene, scene: &script::Scene) {
        let own = || scene.model.as_ref().map(|path| self.folder.join(path));
        let path: Option<PathBuf> = args.pack.model.clone().or_else(own);
        let loaded = model::open_pack(path.as_deref())
            .and_then(|pack| model::load(pack, args.compute.options()?, self.warn.clone()));
        self.model = self.faults.take("model", loaded);
    }

    fn scene(&mut self, script: &Script) -> Option<Scene> {
        let (mut base, fps) = self.settings(&script.scene);
        let cast: Vec<Cast> = script.characters.iter().map(|character| self.cast(character)).collect();
        self.names(&cast);
        self.faults.expect(!script.names.is_empty(), "[[character]]", || "a scene has one at least".to_owned());
        self.faults.expect(!script.lines.is_empty(), "[[line]]", || "a scene has one at least".to_owned());
        let mut lines = Vec::with_capacity(script.lines.len());
        let mut cues = Vec::with_capacity(script.lines.len());
        for placed in &script.lines {
            let line = placed.as_ref().and_then(|placed| self.line(placed, &cast, &script.names));
            let cue = placed.as_ref().map(|Placed { place, value }| Cue {
                place: place.clone(),
                speaker: line.as_ref().map_or(usize::MAX, |line| line.speaker),
                duration_s: line.as_ref().and_then(|line| Some(line.sound.as_ref()?.duration_s())),
                start_s: value.start_s,
                pause_s: value.pause_s.unwrap_or(script.scene.pause_s),
            });
            lines.push(line);
            cues.push(cue);
        }
        let spans = timeline::lay(&cues, script.scene.lead_s, &mut self.faults);
        let end_s = spans.iter().flatten().fold(0.0f64, |end_s, span| end_s.max(span.1)) + script.scene.tail_s;
        let most_s = limits::MAX_CLIP_S;
        self.faults.expect(end_s <= f64::from(most_s), "[scene]", || format!("{end_s:.0} s long, at most {most_s} s"));
        let together_s = end_s * cast.len() as f64;
        self.faults.expect(together_s <= MOST_TOGETHER_S, "[scene]", || {
            format!("{together_s:.0} s of all characters together, at most {MOST_TOGETHER_S:.0} s")
        });
        if !self.faults.is_empty() {
            return None;
        }
        let lines: Vec<(Line, (f64, f64))> = lines.into_iter().flatten().zip(spans.into_iter().flatten()).collect();
        let mut spoken: Vec<Spoken> = lines.iter().map(|(line, span)| line.spoken(*span)).collect();
        spoken.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let model = self.model.clone()?;
        let fps = fps.unwrap_or_else(|| model.manifest().fps.into());
        if base.seed == SEED_AUTO {
            base.seed = seed_of(lines.iter().filter_map(|(line, _)| line.sound.as_ref()));
        }
        let gaze = gazes(&model, &cast, &spoken);
        let characters = self.characters(&base, cast, gaze, &lines, end_s)?;
        let (seed, drop_frame) = (base.seed, script.scene.drop_frame);
        Some(Scene { model, fps, drop_frame, seed, characters, lines: spoken })
    }

    /// The options that all characters share, and the files' rate where one is stated.
    fn settings(&mut self, scene: &script::Scene) -> (SessionOptions, Option<FrameRate>) {
        let times = [("lead_s", scene.lead_s), ("pause_s", scene.pause_s), ("tail_s", scene.tail_s)];
        for (key, time_s) in times {
            let outcome = time(time_s);
            self.faults.take(&format!("[scene], {key}"), outcome);
        }
        let fps = scene.fps.as_ref().and_then(|fps| self.faults.take("[scene], fps", rate(fps)));
        let own = || self.model.as_ref().map(|model| model.manifest().fps.into());
        if let Some(fps) = fps.or_else(own).filter(|_| scene.drop_frame) {
            self.faults.take("[scene], drop_frame", timecode::check_drop_frame(fps));
        }
        let mut options = direction::heard();
        options.seed = scene.seed;
        options.steps = scene.steps.map(|steps| steps as usize);
        (options.guidance_audio, options.guidance_style) = (scene.guidance_audio, scene.guidance_style);
        options.pack_adjustments = scene.pack_adjustments;
        if let Some(model) = &self.model {
            let outcome = Session::new(model, options.clone()).map_err(Into::into);
            self.faults.take("[scene]", outcome);
        }
        (options, fps)
    }

    fn cast(&mut self, Placed { place, value }: &Placed<script::Character>) -> Cast {
        let name = &value.name;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let fits = (1..=MOST_NAME_BYTES).contains(&name.len()) && name.chars().all(plain);
        self.faults.expect(fits && !name.eq_ignore_ascii_case("scene"), place, || {
            format!("{name:?} is no name for files: 1 to {MOST_NAME_BYTES} letters, digits, - and _, and not \"scene\"")
        });
        let outcome = point(value.position_m);
        self.faults.take(&format!("{place}, position_m"), outcome);
        let turns = value.facing_deg.abs() <= 360.0;
        self.faults.expect(turns, &format!("{place}, facing_deg"), || "expected -360 to 360".to_owned());
        let (identity, bound) = self.face(place, value);
        let styles = direction::styles(&value.styles, place, self.folder, self.model.as_ref(), &mut self.faults);
        let placement = Placement { position_m: value.position_m, facing_deg: value.facing_deg };
        let adjustments = value.adjustments;
        if let Some(model) = &self.model {
            let outcome = adjusted(&adjustments, 0, Vec::new()).check(model).map_err(Into::into);
            self.faults.take(&format!("{place}, adjustments"), outcome);
        }
        let share = (0.0..=1.0).contains(&adjustments.head_share);
        self.faults.expect(share, &format!("{place}, adjustments"), || "head_share: expected 0 to 1".to_owned());
        Cast { place: place.clone(), name: name.clone(), placement, identity, bound, styles, adjustments }
    }

    fn face(&mut self, place: &str, character: &script::Character) -> (Option<Arc<Identity>>, Option<Arc<Bound>>) {
        let mut identity = None;
        if let (Some(model), Some(wanted)) = (&self.model, &character.identity) {
            let found = face::identity(model, wanted);
            identity = self.faults.take(&format!("{place}, identity"), found);
        }
        let Some(path) = character.mesh.as_ref().map(|path| self.folder.join(path)) else { return (identity, None) };
        let place = format!("{place}, mesh");
        let Some(model) = &self.model else {
            self.faults.take(&place, obj::read(&path));
            return (identity, None);
        };
        match self.faults.take(&place, face::bring(model, &path, self.warn)) {
            Some(Brought::Identity(_)) if character.identity.is_some() => {
                self.faults.add(&place, "a face on the model's topology, and so is identity: give one of them");
                (identity, None)
            }
            Some(Brought::Identity(own)) => (Some(own), None),
            Some(Brought::Bound(bound)) => (identity, Some(bound)),
            None => (identity, None),
        }
    }

    /// Names are files' names too, which some systems tell apart by letters alone, not by their case.
    fn names(&mut self, cast: &[Cast]) {
        for (number, character) in cast.iter().enumerate() {
            if cast[..number].iter().any(|other| other.name.eq_ignore_ascii_case(&character.name)) {
                self.faults.add(&character.place, format!("another character is called {:?} too", character.name));
            }
        }
    }

    /// `None` for a line that nobody speaks.
    fn line(
        &mut self,
        Placed { place, value }: &Placed<script::Line>,
        cast: &[Cast],
        names: &[String],
    ) -> Option<Line> {
        if value.start_s.is_some() && value.pause_s.is_some() {
            self.faults.add(place, "start_s and pause_s: give one of them");
        }
        for (key, time_s) in [("start_s", value.start_s), ("pause_s", value.pause_s)] {
            let outcome = time(time_s.unwrap_or(0.0));
            self.faults.take(&format!("{place}, {key}"), outcome);
        }
        let audio = format!("{place}, audio");
        let warn = |message: &str| (self.warn)(&format!("{audio}: {message}"));
        let sound = if self.heard_s <= MOST_TOGETHER_S {
            let heard = Sound::open(&self.folder.join(&value.audio)).and_then(|sound| sound.mono(&warn));
            self.faults.take(&audio, heard)
        } else {
            self.faults.add(&audio, format!("unread: the lines before take over {MOST_TOGETHER_S:.0} s together"));
            None
        };
        self.heard_s += sound.as_ref().map_or(0.0, Mono::duration_s);
        let (folder, model) = (self.folder, self.model.as_ref());
        let own = value.styles.as_ref();
        let own = own.map(|styles| direction::styles(styles, place, folder, model, &mut self.faults));
        let keyframes = direction::keyframes(&value.keyframes, place, folder, model, &mut self.faults);
        let at = self.sight(place, value, cast, names);
        let find = |name: &str| cast.iter().position(|character| character.name == name);
        let Some(speaker) = find(&value.character) else {
            let known = names.contains(&value.character);
            self.faults.expect(known, &format!("{place}, character"), || unknown(&value.character, names));
            return None;
        };
        let styles = own.unwrap_or_else(|| cast[speaker].styles.clone());
        Some(Line { place: place.clone(), speaker, sound, styles, keyframes, at })
    }

    fn sight(&mut self, place: &str, line: &script::Line, cast: &[Cast], names: &[String]) -> Option<Sight> {
        let place = format!("{place}, look_at");
        match line.look_at.as_ref()? {
            LookAt::Point(point_m) => {
                let outcome = point(*point_m);
                self.faults.take(&place, outcome).map(|()| Sight::Point(*point_m))
            }
            LookAt::Character(name) if *name == line.character => {
                self.faults.add(&place, "nobody looks at their own eyes");
                None
            }
            LookAt::Character(name) => {
                self.faults.expect(names.contains(name), &place, || unknown(name, names));
                cast.iter().position(|character| character.name == *name).map(Sight::Character)
            }
        }
    }

    /// The characters with all of their lines; `None` after a fault.
    fn characters(
        &mut self,
        base: &SessionOptions,
        cast: Vec<Cast>,
        gazes: Vec<Vec<GazeTarget>>,
        lines: &[(Line, (f64, f64))],
        end_s: f64,
    ) -> Option<Vec<Character>> {
        let model = self.model.clone()?;
        let mut characters = Vec::with_capacity(cast.len());
        for (number, (cast, targets)) in cast.into_iter().zip(gazes).enumerate() {
            let Cast { place, name, placement, identity, bound, adjustments, .. } = cast;
            let own = || lines.iter().filter(|(line, _)| line.speaker == number);
            let (mut styles, mut keyframes) = (Vec::new(), Vec::new());
            for (line, span) in own() {
                let warn = |warning: String| (self.warn)(&format!("{}: {warning}", line.place));
                styles.extend(direction::spoken_styles(&line.styles, *span, warn));
                keyframes.extend(direction::spoken_keyframes(&line.keyframes, *span, warn));
            }
            direction::refuse_contradictions(&keyframes, model.manifest().fps, &place, &mut self.faults);
            // Each has its own seed: two that listen would else move as one.
            let seed = base.seed.wrapping_add(number as u64);
            let options = SessionOptions { seed, styles, keyframes, identity, ..base.clone() };
            if self.faults.is_empty() {
                let outcome = Session::new(&model, options.clone()).map_err(Into::into);
                self.faults.take(&place, outcome);
            }
            let sounds = own().filter_map(|(line, span)| Some((span.0, &line.sound.as_ref()?.samples[..])));
            let samples = sound::track(sounds, sound::samples_of(end_s));
            let mut adjustments = adjusted(&adjustments, seed, targets);
            if let Err(error) = adjustments.check(&model) {
                // Without targets it was good.
                (self.warn)(&format!("{place}: looks at nobody: {error}"));
                adjustments.gaze.targets.clear();
            }
            characters.push(Character { name, placement, bound, options, samples, adjustments });
        }
        self.faults.is_empty().then_some(characters)
    }
}

/// Where each character looks.
fn gazes(model: &Arc<Model>, cast: &[Cast], spoken: &[Spoken]) -> Vec<Vec<GazeTarget>> {
    let eyes = |character: &Cast| {
        let identity = character.identity.clone().map_or_else(|| model.default_identity(), Ok);
        // A model without faces has none to look from.
        (character.placement, identity.map_or([0.0; 3], |identity| gaze::eyes_mm(model, &identity)))
    };
    let eyes: Vec<_> = cast.iter().map(eyes).collect();
    let looks = timeline::looks(cast.len(), spoken);
    looks.iter().enumerate().map(|(own, looks)| gaze::targets(own, looks, &eyes)).collect()
}

/// One seed of all lines, in the order of the script; below 2^32, as those of single clips are.
fn seed_of<'a>(sounds: impl Iterator<Item = &'a Mono>) -> u64 {
    sounds.fold(0, |seed, sound| (31 * seed + sound.fingerprint) & u64::from(u32::MAX))
}

/// As the library takes it.
fn adjusted(asked: &script::Adjustments, seed: u64, mut targets: Vec<GazeTarget>) -> Adjustments {
    let &script::Adjustments { expression_gain, head_gain, head_smoothing_s, blink_limit, blinks_per_minute, .. } =
        asked;
    targets.retain(|_| asked.looks);
    targets.iter_mut().for_each(|target| target.head_share = asked.head_share);
    let (gain, saccades_per_minute) = (asked.gaze_gain, asked.saccades_per_minute);
    let gaze = Gaze { gain, saccades_per_minute, targets, ..Gaze::default() };
    let blinks = Blinks { limit: blink_limit, added_per_minute: blinks_per_minute };
    Adjustments { seed, expression_gain, head_gain, head_smoothing_s, blinks, gaze, ..Adjustments::default() }
}

impl Line {
    fn spoken(&self, (start_s, end_s): (f64, f64)) -> Spoken {
        Spoken { speaker: self.speaker, start_s, end_s, at: self.at }
    }
}

/// A number of TOML, or `"24000/1001"`.
fn rate(fps: &Value) -> Result<FrameRate> {
    let text = match fps {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        _ => String::new(),
    };
    let (least, most) = (limits::MIN_FPS, limits::MAX_FPS);
    text.parse().map_err(|_| anyhow!("expected {least} to {most}, or a fraction such as \"24000/1001\""))
}

fn time(time_s: f64) -> Result<()> {
    let most_s = f64::from(limits::MAX_CLIP_S);
    ensure!((0.0..=most_s).contains(&time_s), "{time_s} s, expected 0 to {most_s}");
    Ok(())
}

fn point(point_m: [f32; 3]) -> Result<()> {
    ensure!(point_m.iter().all(|c| c.abs() <= MOST_M), "expected three numbers of metres, at most {MOST_M} either way");
    Ok(())
}

fn unknown(name: &str, names: &[String]) -> String {
    format!("there is no character {name:?}: {}", names.join(", "))
}
