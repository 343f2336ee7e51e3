//! Edits of a clip: its keyframes, and how what is known of a motion is painted together.

use crate::error::{Error, Result};
use crate::limits;
use crate::motion::{Inpaint, InpaintMode};
use crate::signal::Frames;

use super::keyframe::{Held, Keyframe};
use crate::host::model::Model;

/// Columns of a mask: expression, head.
const GROUPS: usize = 2;

/// Keyframes of one session, with what they hold once that is known.
#[derive(Default)]
pub(crate) struct Edits {
    keyframes: Vec<(Keyframe, Option<Held>)>,
}

impl Edits {
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
            Error::InvalidArgument(format!("keyframe {number} of a session that has {count} keyframes"))
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
        let number = self.keyframes.iter().position(|(_, held)| held.is_none())?;
        Some((number, self.keyframes[number].0.clone()))
    }

    /// What a keyframe holds; nothing when another has taken its place.
    pub(crate) fn set_held(&mut self, number: usize, keyframe: &Keyframe, held: Held) {
        if let Some(place) = self.keyframes.get_mut(number).filter(|place| place.0 == *keyframe) {
            place.1 = Some(held);
        }
    }

    /// Sentences about what lies past the end of a clip.
    pub(crate) fn cuts(&self, duration_s: f64) -> impl Iterator<Item = String> {
        let cut = move |(number, (keyframe, _)): (usize, &(Keyframe, _))| {
            keyframe.cut(duration_s).map(|cut| format!("keyframe {number} {cut}"))
        };
        self.keyframes.iter().enumerate().filter_map(cut)
    }

    /// Known motion and its mask over a clip of `frames`; `None` without keyframes. `width` and `d_z` are the motion's.
    pub(crate) fn known(&self, frames: usize, fps: f32, width: usize, d_z: usize) -> Result<Option<Known>> {
        if self.keyframes.is_empty() {
            return Ok(None);
        }
        let mut known = Known::nothing(frames, width, d_z)?;
        // Hard ones first: they hide the others.
        for hard in [true, false] {
            for (keyframe, held) in &self.keyframes {
                let held = held.as_ref().expect("encoded before the motion");
                for frame in keyframe.span(frames, fps) {
                    let mask = keyframe.mask(frame, fps);
                    if mask > 0.0 && hard == (mask == 1.0) {
                        held.expression.iter().for_each(|z| known.hold(frame, Group::Expression, z, mask));
                        held.head.iter().for_each(|pose| known.hold(frame, Group::Head, pose, mask));
                    }
                }
            }
        }
        Ok(Some(known))
    }
}

/// A part of the motion with a mask of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// z.
    Expression,
    /// The head pose.
    Head,
}

/// Motion that is known in part, while it is put together.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    motion: Frames,
    /// [frames, 2]
    mask: Frames,
    d_z: usize,
}

impl Known {
    /// Nothing is known of a clip of `frames`.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(crate) fn nothing(frames: usize, width: usize, d_z: usize) -> Result<Self> {
        Ok(Self { motion: Frames::try_zeros(frames, width)?, mask: Frames::try_zeros(frames, GROUPS)?, d_z })
    }

    /// Adds what is known of one part of a frame, with mask m: a hard value hides all that comes later, soft ones weigh by
    /// their masks.
    pub(crate) fn hold(&mut self, frame: usize, group: Group, values: &[f32], m: f32) {
        let columns = match group {
            Group::Expression => 0..self.d_z,
            Group::Head => self.d_z..self.motion.width,
        };
        let before = self.mask.row(frame)[group as usize];
        if m <= 0.0 || before == 1.0 {
            return;
        }
        let share = if m == 1.0 { 1.0 } else { m / (before + m) };
        let row = &mut self.motion.row_mut(frame)[columns];
        row.iter_mut().zip(values).for_each(|(known, value)| *known = *known * (1.0 - share) + value * share);
        self.mask.row_mut(frame)[group as usize] = (before + m).min(1.0);
    }

    /// Adds both parts of a row of motion.
    pub(crate) fn hold_row(&mut self, frame: usize, row: &[f32], m: f32) {
        self.hold(frame, Group::Expression, &row[..self.d_z], m);
        self.hold(frame, Group::Head, &row[self.d_z..], m);
    }

    /// Adds all that another one knows of the same frames.
    pub(crate) fn add(&mut self, other: &Self) {
        for frame in 0..other.motion.len() {
            let (row, mask) = (other.motion.row(frame), other.mask.row(frame));
            self.hold(frame, Group::Expression, &row[..self.d_z], mask[0]);
            self.hold(frame, Group::Head, &row[self.d_z..], mask[1]);
        }
    }

    /// m of expression and head at each frame, [frames, 2].
    pub(crate) fn mask(&self) -> &Frames {
        &self.mask
    }

    /// As the sampler takes it.
    pub(crate) fn inpaint(&self, mode: InpaintMode) -> Inpaint {
        Inpaint { known: self.motion.clone(), mask: self.mask.clone(), mode }
    }

    /// Puts what is fully known back into a motion, bit for bit: the sampling met it but for the rounding of a
    /// standardisation.
    pub(crate) fn restore(&self, motion: &mut Frames) {
        for frame in 0..motion.len() {
            let columns = [0..self.d_z, self.d_z..motion.width];
            for (m, columns) in self.mask.row(frame).iter().zip(columns) {
                if *m == 1.0 {
                    motion.row_mut(frame)[columns.clone()].copy_from_slice(&self.motion.row(frame)[columns]);
                }
            }
        }
    }

    /// The frames `frames` of it.
    pub(crate) fn cut(&self, frames: std::ops::Range<usize>) -> Self {
        let rows =
            |of: &Frames| Frames::new(of.width, of.data[frames.start * of.width..frames.end * of.width].to_vec());
        Self { motion: rows(&self.motion), mask: rows(&self.mask), d_z: self.d_z }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_value_is_kept_and_soft_ones_weigh_by_their_masks() {
        let mut known = Known::nothing(2, 3, 2).unwrap();
        known.hold(0, Group::Expression, &[1.0, 2.0], 0.25);
        known.hold(0, Group::Expression, &[5.0, 6.0], 0.75);
        known.hold(0, Group::Head, &[9.0], 1.0);
        known.hold(0, Group::Head, &[0.0], 0.5);
        known.hold(1, Group::Head, &[4.0], 0.0);
        let edit = known.inpaint(InpaintMode::Inpaint);
        assert_eq!(edit.known.data, [4.0, 5.0, 9.0, 0.0, 0.0, 0.0]);
        assert_eq!(edit.mask.data, [1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn only_what_is_fully_known_is_restored() {
        let mut known = Known::nothing(2, 3, 2).unwrap();
        known.hold(0, Group::Expression, &[1.0, 2.0], 0.5);
        known.hold(0, Group::Head, &[3.0], 1.0);
        known.hold_row(1, &[7.0, 8.0, 9.0], 1.0);
        let mut motion = Frames::new(3, vec![-1.0; 6]);
        known.restore(&mut motion);
        assert_eq!(motion.data, [-1.0, -1.0, 3.0, 7.0, 8.0, 9.0]);
    }
}
