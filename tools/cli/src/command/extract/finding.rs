//! Where the face is in the frames of a clip, and what is told of those that were looked for.

use std::fmt::Write;

use anyhow::{Result, bail};
use media2face::picture::{FaceBox, Picture};
use media2face::{Extractor, FoundFace};

use super::boxes::{Boxes, HEADER, Place};

/// Frames that something is told of: their number, and the first of them.
#[derive(Default)]
struct Told {
    count: usize,
    first: usize,
}

impl Told {
    fn add(&mut self, frame: usize) {
        if self.count == 0 {
            self.first = frame;
        }
        self.count += 1;
    }

    /// In words, of `frames` in all.
    fn text(&self, frames: usize, what: &str) -> Option<String> {
        let Self { count, first } = self;
        (*count > 0).then(|| format!("{what} in {count} of {frames} frames, the first is {first}"))
    }
}

/// Looks for the face where the caller does not say where it is.
pub struct Finding {
    boxes: Boxes,
    frames: usize,
    none: Told,
    several: Told,
    profile: Told,
    /// What was found, as `--boxes` takes it.
    table: String,
}

impl Finding {
    pub fn new(boxes: Boxes) -> Self {
        let (none, several, profile) = (Told::default(), Told::default(), Told::default());
        Self { boxes, frames: 0, none, several, profile, table: HEADER.join(",") + "\n" }
    }

    /// Where the face was found: a row a frame, empty where it was not.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The face's box in a frame; `None` for a frame without a face.
    pub fn at(&mut self, frame: usize, picture: &Picture, extractor: &mut Extractor) -> Result<Option<FaceBox>> {
        let found = match self.boxes.at(frame) {
            Place::Found => extractor.find(picture)?,
            Place::Whole => return Ok(Some(FaceBox::whole(picture))),
            place => return Ok(place.given()),
        };
        self.frames += 1;
        let Some(face) = found.first() else {
            self.none.add(frame);
            writeln!(self.table, "{frame},,,,")?;
            return Ok(None);
        };
        let FaceBox { x, y, width, height } = face.face;
        writeln!(self.table, "{frame},{x:.1},{y:.1},{width:.1},{height:.1}")?;
        if found.len() > 1 {
            self.several.add(frame);
        }
        if face.is_profile() {
            self.profile.add(frame);
        }
        Ok(Some(face.face))
    }

    /// An error for boxes that the clip is too short for, or a clip in which no face was found; a warning for each thing that is
    /// odd about those that were.
    pub fn finish(&self, frames: usize, warn: &dyn Fn(&str)) -> Result<()> {
        self.boxes.check_count(frames)?;
        if self.frames > 0 && self.none.count == self.frames {
            bail!(
                "no face was found in any of {frames} frames; say where it is with --box or --boxes, or that it fills the pictures with --whole"
            );
        }
        let degrees = FoundFace::PROFILE_RAD.to_degrees().round();
        let told = [
            self.none.text(self.frames, "no face was found: marked invalid,"),
            self.several.text(self.frames, "several faces were found, and the largest was taken,"),
            self.profile.text(self.frames, &format!("the face is turned by more than {degrees}°, and read poorly,")),
        ];
        told.into_iter().flatten().for_each(|text| warn(&text));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn what_is_odd_is_told_once_with_its_frames() {
        let mut finding = Finding::new(Boxes::Found);
        finding.frames = 10;
        [3, 4, 9].into_iter().for_each(|frame| finding.several.add(frame));
        finding.none.add(7);
        let told = RefCell::new(Vec::new());
        finding.finish(10, &|text| told.borrow_mut().push(text.to_owned())).unwrap();
        let told = told.into_inner();
        assert!(
            told[0].starts_with("no face was found") && told[0].ends_with("in 1 of 10 frames, the first is 7"),
            "{told:?}"
        );
        assert!(told[1].ends_with("in 3 of 10 frames, the first is 3") && told.len() == 2, "{told:?}");
    }

    #[test]
    fn clip_without_any_face_is_an_error() {
        let mut finding = Finding::new(Boxes::Found);
        finding.frames = 2;
        (0..2).for_each(|frame| finding.none.add(frame));
        assert!(finding.finish(2, &|_| ()).unwrap_err().to_string().contains("--box"));
    }
}
