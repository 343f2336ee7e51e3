//! The keyframes of one session, and the constraint that they make of its motion.

use crate::error::{Error, Result};
use crate::limits;

use super::constraint::{Constraint, Group};
use super::keyframe::{Keyframe, KeyframeValues};
use crate::host::model::Model;

/// Keyframes of one session, with their values once these are encoded.
#[derive(Default)]
pub(crate) struct Keyframes {
    keyframes: Vec<(Keyframe, Option<KeyframeValues>)>,
}

impl Keyframes {
    /// One more keyframe; its number.
    pub(crate) fn add(&mut self, model: &Model, keyframe: Keyframe) -> Result<usize> {
        keyframe.check(model)?;
        if self.keyframes.len() == limits::MAX_KEYFRAMES {
            return Err(Error::InvalidArgument(format!("a clip takes at most {} keyframes", limits::MAX_KEYFRAMES)));
        }
        self.check_against_others(model, &keyframe, self.keyframes.len())?;
        self.keyframes.push((keyframe, None));
        Ok(self.keyframes.len() - 1)
    }

    /// Another keyframe in the place of one.
    pub(crate) fn replace(&mut self, model: &Model, number: usize, keyframe: Keyframe) -> Result<()> {
        keyframe.check(model)?;
        self.check_against_others(model, &keyframe, number)?;
        let count = self.keyframes.len();
        let place = self.keyframes.get_mut(number).ok_or_else(|| {
            Error::InvalidArgument(format!("there is no keyframe {number}: the session has {count} keyframes"))
        })?;
        *place = (keyframe, None);
        Ok(())
    }

    fn check_against_others(&self, model: &Model, keyframe: &Keyframe, number: usize) -> Result<()> {
        let fps = model.manifest().fps;
        let other = |(i, (other, _)): (usize, &(Keyframe, _))| i != number && keyframe.contradicts(other, fps);
        let Some(other) = self.keyframes.iter().enumerate().position(other) else { return Ok(()) };
        let (range, second) = (&self.keyframes[other].0, keyframe);
        Err(Error::InvalidArgument(format!(
            "keyframe {number} ({} to {} s) and keyframe {other} ({} to {} s) hold the same frames at different values",
            second.start_s, second.end_s, range.start_s, range.end_s
        )))
    }

    /// A keyframe whose sources are not encoded yet, and its number.
    pub(crate) fn unencoded(&self) -> Option<(usize, Keyframe)> {
        let number = self.keyframes.iter().position(|(_, values)| values.is_none())?;
        Some((number, self.keyframes[number].0.clone()))
    }

    /// Takes the values of a keyframe; nothing when another has taken its place.
    pub(crate) fn set_values(&mut self, number: usize, keyframe: &Keyframe, values: KeyframeValues) {
        if let Some(place) = self.keyframes.get_mut(number).filter(|place| place.0 == *keyframe) {
            place.1 = Some(values);
        }
    }

    /// Sentences about what lies past the end of a clip.
    pub(crate) fn cuts(&self, duration_s: f64) -> impl Iterator<Item = String> {
        let cut = move |(number, (keyframe, _)): (usize, &(Keyframe, _))| {
            keyframe.cut(duration_s).map(|cut| format!("keyframe {number} {cut}"))
        };
        self.keyframes.iter().enumerate().filter_map(cut)
    }

    /// The constraint of a clip of `frames`; `None` without keyframes. `width` and `d_z` are the motion's.
    pub(crate) fn constraint(&self, frames: usize, fps: f32, width: usize, d_z: usize) -> Result<Option<Constraint>> {
        if self.keyframes.is_empty() {
            return Ok(None);
        }
        let mut constraint = Constraint::free(frames, width, d_z)?;
        // Hard ones first: they hide the others.
        for hard in [true, false] {
            for (keyframe, values) in &self.keyframes {
                let values = values.as_ref().expect("encoded before the motion");
                for frame in keyframe.span(frames, fps) {
                    let mask = keyframe.mask(frame, fps);
                    if mask > 0.0 && hard == (mask == 1.0) {
                        values.expression.iter().for_each(|z| constraint.add(frame, Group::Expression, z, mask));
                        values.head.iter().for_each(|pose| constraint.add(frame, Group::Head, pose, mask));
                    }
                }
            }
        }
        Ok(Some(constraint))
    }
}
