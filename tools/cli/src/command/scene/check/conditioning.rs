//! Styles and keyframes of a line: read, with the files that they name.

use media2face::pack::ARKIT_NAMES;
use media2face::{Keyframe, Session, SessionOptions, StyleTrack};

use super::Check;
use crate::command::scene::{script, sound};

impl Check<'_> {
    /// Styles of a line or a character, in the time of a line. What is wrong with one is told with its number.
    pub fn styles(&mut self, tables: &[toml::Value], place: &str) -> Vec<StyleTrack> {
        let mut tracks = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            let place = format!("{place}, styles {}", number + 1);
            let Some(style) = script::read::<script::Style>(table.clone(), &place, &mut self.faults) else { continue };
            let track = style.track(self.folder).and_then(|track| {
                // A session knows best what the model takes.
                if let Some(model) = &self.model {
                    Session::new(model, SessionOptions { styles: vec![track.clone()], ..sound::heard() })?;
                    self.strict.check(model, &track.style)?;
                }
                Ok(track)
            });
            tracks.extend(self.faults.take(&place, track));
        }
        tracks
    }

    /// Keyframes of a line, in its time.
    pub fn keyframes(&mut self, tables: &[toml::Value], place: &str) -> Vec<Keyframe> {
        // Without a model at hand the files are read all the same.
        let arkit: Vec<String> = ARKIT_NAMES.iter().map(ToString::to_string).collect();
        let names = self.model.as_ref().map_or(&arkit[..], |model| model.blendshape_names());
        let mut keyframes = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            let place = format!("{place}, keyframes {}", number + 1);
            let Some(table) = script::read::<script::Keyframe>(table.clone(), &place, &mut self.faults) else {
                continue;
            };
            let keyframe = table.written(self.folder).and_then(|keyframe| keyframe.load(names)).and_then(|keyframe| {
                if let Some(model) = &self.model {
                    Session::new(model, SessionOptions { keyframes: vec![keyframe.clone()], ..sound::heard() })?;
                }
                Ok(keyframe)
            });
            keyframes.extend(self.faults.take(&place, keyframe));
        }
        keyframes
    }
}
