//! The characters of a script: each checked on its own, then with all of its lines.

use std::sync::Arc;

use media2face::output::{GazeTarget, SolverOptions};
use media2face::{Identity, Model, Session, SessionOptions, Solver, StyleTrack};

use super::lines::Line;
use super::{Character, Check, point};
use crate::command::scene::script::{self, Placed};
use crate::command::scene::timeline::{self, Spoken};
use crate::command::scene::{conditioning, gaze, sound};
use crate::input::face::{self, Bound, Brought};
use crate::input::{obj, shapes};
use crate::render::placement::Placement;

/// Most bytes of a name: it becomes a file's.
const MOST_NAME_BYTES: usize = 64;

/// What could be found out of a character besides its lines.
pub struct Cast {
    pub place: String,
    pub name: String,
    pub placement: Placement,
    face: Face,
    pub styles: Vec<StyleTrack>,
    /// What its motion is adjusted by, and whether it looks at others.
    adjustments: script::Adjustments,
}

/// Whose face it is, and what moves in its place.
#[derive(Clone, Default)]
struct Face {
    identity: Option<Arc<Identity>>,
    bound: Option<Arc<Bound>>,
    /// Name and shapes of a rig.
    solver: Option<(String, Arc<Solver>)>,
}

impl Check<'_> {
    /// What a table says of a character, as far as it could be found out.
    pub fn cast(&mut self, Placed { place, value }: &Placed<script::Character>) -> Cast {
        let name = &value.name;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let fits = (1..=MOST_NAME_BYTES).contains(&name.len()) && name.chars().all(plain);
        self.faults.expect(fits && !name.eq_ignore_ascii_case("scene"), place, || {
            format!("{name:?} cannot name files: use 1 to {MOST_NAME_BYTES} letters, digits, - and _, not \"scene\"")
        });
        let outcome = point(value.position_m);
        self.faults.take(&format!("{place}, position_m"), outcome);
        let turns = value.facing_deg.abs() <= 360.0;
        self.faults.expect(turns, &format!("{place}, facing_deg"), || "expected -360 to 360".to_owned());
        let face = self.face(place, value);
        let styles = self.styles(&value.styles, place);
        let placement = Placement { position_m: value.position_m, facing_deg: value.facing_deg };
        let adjustments = value.adjustments.clone();
        if let Some(model) = &self.model {
            let outcome = adjustments.settings(0, Vec::new()).check(model).map_err(Into::into);
            self.faults.take(&format!("{place}, adjustments"), outcome);
        }
        let share = adjustments.head_share.is_none_or(|share| (0.0..=1.0).contains(&share));
        self.faults.expect(share, &format!("{place}, adjustments"), || "head_share: expected 0 to 1".to_owned());
        Cast { place: place.clone(), name: name.clone(), placement, face, styles, adjustments }
    }

    fn face(&mut self, place: &str, character: &script::Character) -> Face {
        let mut face = Face::default();
        if let (Some(model), Some(wanted)) = (&self.model, &character.identity) {
            let found = face::identity(model, wanted);
            face.identity = self.faults.take(&format!("{place}, identity"), found);
        }
        let (key, path) = match (&character.mesh, &character.shapes) {
            (Some(_), Some(_)) => {
                self.faults.add(place, "it has a mesh, and shapes, whose neutral is one too: give one of them");
                return face;
            }
            (Some(path), None) => ("mesh", self.folder.join(path)),
            (None, Some(path)) => ("shapes", self.folder.join(path)),
            (None, None) => return face,
        };
        let place = format!("{place}, {key}");
        let Some(model) = &self.model else {
            let read = if key == "mesh" { obj::read(&path) } else { obj::read(&path.join(shapes::NEUTRAL)) };
            self.faults.take(&place, read);
            return face;
        };
        let brought = match key {
            "mesh" => face::bring(model, &path, self.warn).map(|brought| (brought, None)),
            _ => shapes::bring(model, &path, SolverOptions::default(), self.warn)
                .map(|(neutral, solver)| (neutral, Some((shapes::name(&path), solver)))),
        };
        let Some((brought, solver)) = self.faults.take(&place, brought) else { return face };
        face.solver = solver;
        match brought {
            Brought::Identity(_) if character.identity.is_some() => {
                self.faults.add(&place, "a face on the model's topology, and so is identity: give one of them");
            }
            Brought::Identity(own) => face.identity = Some(own),
            Brought::Bound(bound) => face.bound = Some(bound),
        }
        face
    }

    /// Names are files' names too, which some systems tell apart by letters alone, not by their case.
    pub fn names(&mut self, cast: &[Cast]) {
        for (number, character) in cast.iter().enumerate() {
            if cast[..number].iter().any(|other| other.name.eq_ignore_ascii_case(&character.name)) {
                self.faults.add(&character.place, format!("another character is called {:?} too", character.name));
            }
        }
    }

    /// The characters with all of their lines; `None` after a fault.
    pub fn characters(
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
            let Cast { place, name, placement, face, adjustments, .. } = cast;
            let Face { identity, bound, solver } = face;
            let own = || lines.iter().filter(|(line, _)| line.speaker == number);
            let (mut styles, mut keyframes) = (Vec::new(), Vec::new());
            for (line, span) in own() {
                let warn = |warning: String| (self.warn)(&format!("{}: {warning}", line.place));
                styles.extend(conditioning::spoken_styles(&line.styles, *span, warn));
                keyframes.extend(conditioning::spoken_keyframes(&line.keyframes, *span, warn));
            }
            conditioning::refuse_contradictions(&keyframes, model.manifest().fps, &place, &mut self.faults);
            // Each has its own seed: two that listen would else move as one.
            let seed = base.seed.wrapping_add(number as u64);
            let options = SessionOptions { seed, styles, keyframes, identity, ..base.clone() };
            if self.faults.is_empty() {
                let outcome = Session::new(&model, options.clone()).map_err(Into::into);
                self.faults.take(&place, outcome);
            }
            let sounds = own().filter_map(|(line, span)| Some((span.0, &line.sound.as_ref()?.samples[..])));
            let samples = sound::track(sounds, sound::samples_of(end_s));
            let mut adjustments = adjustments.settings(seed, targets);
            if let Err(error) = adjustments.check(&model) {
                // Without targets it was good.
                (self.warn)(&format!("{place}: looks at nobody: {error}"));
                adjustments.gaze.targets.clear();
            }
            characters.push(Character { name, placement, bound, solver, options, samples, adjustments });
        }
        self.faults.is_empty().then_some(characters)
    }
}

/// Where each character looks.
pub fn gazes(model: &Arc<Model>, cast: &[Cast], spoken: &[Spoken]) -> Vec<Vec<GazeTarget>> {
    let eyes = |character: &Cast| {
        let identity = character.face.identity.clone().map_or_else(|| model.default_identity(), Ok);
        // A model without faces has none to look from.
        (character.placement, identity.map_or([0.0; 3], |identity| gaze::eyes_mm(model, &identity)))
    };
    let eyes: Vec<_> = cast.iter().map(eyes).collect();
    let looks = timeline::looks(cast.len(), spoken);
    looks.iter().enumerate().map(|(own, looks)| gaze::targets(own, looks, &eyes)).collect()
}
