//! The lines of a script: each with its sound, its styles and keyframes, and whom it is said to.

use anyhow::{Context, Result, anyhow};
use media2face::{Keyframe, StyleTrack};

use super::cast::Cast;
use super::{Check, MOST_TOGETHER_S, point, time};
use crate::command::scene::script::{self, LookAt, Placed};
use crate::command::scene::timeline::{Sight, Spoken};
use crate::input::sound::{Mono, Sound};
use crate::input::tts::{self, NO_SPEAKER};

/// What could be found out of a line.
pub struct Line {
    pub place: String,
    pub speaker: usize,
    pub sound: Option<Mono>,
    pub styles: Vec<StyleTrack>,
    pub keyframes: Vec<Keyframe>,
    pub at: Option<Sight>,
}

impl Line {
    /// Where it is in the scene.
    pub fn spoken(&self, (start_s, end_s): (f64, f64)) -> Spoken {
        Spoken { speaker: self.speaker, start_s, end_s, at: self.at }
    }
}

impl Check<'_> {
    /// `None` for a line that nobody speaks.
    pub fn line(
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
        let sound = self.heard(place, value);
        self.heard_s += sound.as_ref().map_or(0.0, Mono::duration_s);
        let own = value.styles.as_ref().map(|styles| self.styles(styles, place));
        let keyframes = self.keyframes(&value.keyframes, place);
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

    /// The sound of a line: a file, or a text as it is spoken.
    fn heard(&mut self, place: &str, line: &script::Line) -> Option<Mono> {
        let key = if line.say.is_some() { "say" } else { "audio" };
        let place = format!("{place}, {key}");
        if self.heard_s > MOST_TOGETHER_S {
            self.faults.add(&place, format!("unread: the lines before take over {MOST_TOGETHER_S:.0} s together"));
            return None;
        }
        let warn = |message: &str| (self.warn)(&format!("{place}: {message}"));
        let heard = match (&line.audio, &line.say) {
            (Some(path), None) => Sound::open(&self.folder.join(path)).and_then(|sound| sound.mono(&warn)),
            (None, Some(text)) => self.spoken(text).and_then(|spoken| Sound::open(spoken.path())?.mono(&warn)),
            (Some(_), Some(_)) => Err(anyhow!("there is a sound too: give one of audio and say")),
            (None, None) => Err(anyhow!("it is missing, and so is say: give one of them")),
        };
        self.faults.take(&place, heard)
    }

    fn spoken(&self, text: &str) -> Result<tts::Spoken> {
        self.speaker.as_ref().context(NO_SPEAKER)?.spoken(text, &std::env::temp_dir())
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
}

/// One seed of all lines, in the order of the script; below 2^32, as those of single clips are.
pub fn seed_of<'a>(sounds: impl Iterator<Item = &'a Mono>) -> u64 {
    sounds.fold(0, |seed, sound| (31 * seed + sound.fingerprint) & u64::from(u32::MAX))
}

fn unknown(name: &str, names: &[String]) -> String {
    format!("no character {name:?}; there are: {}", names.join(", "))
}
