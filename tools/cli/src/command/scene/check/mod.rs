//! A script and every file that it names, checked before any work begins: a scene that can be made, or all that is wrong.

mod cast;
mod conditioning;
mod lines;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use media2face::signal::FrameRate;
use media2face::{Adjustments, Model, SEED_AUTO, Session, SessionOptions, Solver, limits};

use super::faults::Faults;
use super::script::{self, Placed, Script, Silences};
use super::timeline::{self, Cue, Spoken};
use crate::command::args::{self, Strict};
use crate::emit::timecode;
use crate::input::face::Bound;
use crate::input::tts::Speaker;
use crate::input::{file, model, text};
use crate::process::interrupt;
use crate::render::placement::Placement;
use cast::Cast;
use lines::Line;

/// Furthest from the origin that a character stands or a point lies, metres.
const MOST_M: f32 = 1000.0;
/// Most sound of all characters together, silence included, and of all lines: it is held in memory, 64 kB a second.
const MOST_TOGETHER_S: f64 = 4.0 * limits::MAX_CLIP_S as f64;

/// A scene that can be made.
pub struct Scene {
    /// The model's file; none for the starter.
    pub pack: Option<PathBuf>,
    pub model: Arc<Model>,
    /// SHA-256 of the script's values.
    pub script_sha256: String,
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
    /// Name and shapes of a rig of its own.
    pub solver: Option<(String, Arc<Solver>)>,
    pub options: SessionOptions,
    /// Its lines on silence.
    pub samples: Vec<f32>,
    pub adjustments: Adjustments,
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
        bail!("{title} is not a scene script");
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let own = || script.scene.model.as_ref().map(|path| folder.join(path));
    let pack = args.pack.model.clone().or_else(own);
    let loaded =
        model::open_pack(pack.as_deref()).and_then(|pack| model::load(pack, args.compute.options()?, warn.clone()));
    let model = faults.take("model", loaded);
    let (speaker, strict) = (args.tts.speaker(), &args.strict);
    let mut check = Check { folder, model, heard_s: 0.0, faults, speaker, strict, warn };
    let scene = check.scene(&script).map(|scene| Scene { pack, ..scene });
    // Then the faults are not the script's.
    interrupt::check()?;
    check.faults.report(&title)?;
    scene.context("the scene could not be read")
}

/// A script that is being checked.
struct Check<'a> {
    /// Of the script; its paths begin there.
    folder: &'a Path,
    model: Option<Arc<Model>>,
    /// Sound of the lines that were read.
    heard_s: f64,
    faults: Faults,
    /// What speaks texts.
    speaker: Option<Speaker>,
    /// Whether a style has to say something.
    strict: &'a Strict,
    warn: &'a dyn Fn(&str),
}

impl Check<'_> {
    fn scene(&mut self, script: &Script) -> Option<Scene> {
        let silences = script.scene.silences();
        let (mut base, fps) = self.settings(&script.scene, &silences);
        let cast: Vec<Cast> = script.characters.iter().map(|character| self.cast(character)).collect();
        self.names(&cast);
        self.faults.expect(!script.names.is_empty(), "[[character]]", || "a scene has one at least".to_owned());
        self.faults.expect(!script.lines.is_empty(), "[[line]]", || "a scene has one at least".to_owned());
        let (lines, cues) = self.lines(script, &cast, silences.pause_s);
        let spans = timeline::lay(&cues, silences.lead_s, &mut self.faults);
        let end_s = spans.iter().flatten().fold(0.0f64, |end_s, span| end_s.max(span.1)) + silences.tail_s;
        self.length(end_s, cast.len());
        if !self.faults.is_empty() {
            return None;
        }
        let lines: Vec<(Line, (f64, f64))> = lines.into_iter().flatten().zip(spans.into_iter().flatten()).collect();
        let mut spoken: Vec<Spoken> = lines.iter().map(|(line, span)| line.spoken(*span)).collect();
        spoken.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let model = self.model.clone()?;
        let fps = fps.unwrap_or_else(|| model.manifest().fps.into());
        if base.seed == SEED_AUTO {
            base.seed = lines::seed_of(lines.iter().filter_map(|(line, _)| line.sound.as_ref()));
        }
        let gaze = cast::gazes(&model, &cast, &spoken);
        let characters = self.characters(&base, cast, gaze, &lines, end_s)?;
        let (seed, drop_frame) = (base.seed, script.scene.drop_frame);
        let script_sha256 = script.sha256.clone();
        Some(Scene { pack: None, model, script_sha256, fps, drop_frame, seed, characters, lines: spoken })
    }

    /// The options that all characters share, and the files' rate where one is stated.
    fn settings(&mut self, scene: &script::Scene, silences: &Silences) -> (SessionOptions, Option<FrameRate>) {
        let &Silences { lead_s, pause_s, tail_s } = silences;
        for (key, time_s) in [("lead_s", lead_s), ("pause_s", pause_s), ("tail_s", tail_s)] {
            self.faults.take(&format!("[scene], {key}"), time(time_s));
        }
        let fps = self.faults.take("[scene], fps", scene.rate()).flatten();
        let own = || self.model.as_ref().map(|model| model.manifest().fps.into());
        if let Some(fps) = fps.or_else(own).filter(|_| scene.drop_frame) {
            self.faults.take("[scene], drop_frame", timecode::check_drop_frame(fps));
        }
        let options = scene.options();
        if let Some(model) = &self.model {
            let outcome = Session::new(model, options.clone()).map_err(Into::into);
            self.faults.take("[scene]", outcome);
        }
        (options, fps)
    }

    /// All lines, and what decides when they are spoken; `None` for what could not be read.
    fn lines(&mut self, script: &Script, cast: &[Cast], pause_s: f64) -> (Vec<Option<Line>>, Vec<Option<Cue>>) {
        let mut lines = Vec::with_capacity(script.lines.len());
        let mut cues = Vec::with_capacity(script.lines.len());
        for placed in &script.lines {
            let line = placed.as_ref().and_then(|placed| self.line(placed, cast, &script.names));
            let cue = placed.as_ref().map(|Placed { place, value }| Cue {
                place: place.clone(),
                speaker: line.as_ref().map_or(usize::MAX, |line| line.speaker),
                duration_s: line.as_ref().and_then(|line| Some(line.sound.as_ref()?.duration_s())),
                start_s: value.start_s,
                pause_s: value.pause_s.unwrap_or(pause_s),
            });
            lines.push(line);
            cues.push(cue);
        }
        (lines, cues)
    }

    /// What fits into memory.
    fn length(&mut self, end_s: f64, characters: usize) {
        let most_s = limits::MAX_CLIP_S;
        self.faults.expect(end_s <= f64::from(most_s), "[scene]", || format!("{end_s:.0} s long, at most {most_s} s"));
        let together_s = end_s * characters as f64;
        self.faults.expect(together_s <= MOST_TOGETHER_S, "[scene]", || {
            format!("{together_s:.0} s of all characters together, at most {MOST_TOGETHER_S:.0} s")
        });
    }
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
