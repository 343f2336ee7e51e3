//! A constraint on a clip's motion: values that some frames are given, fully or in part, by keyframes, by the unstyled motion or by
//! what a revision leaves as it was. The sampler calls it known motion (RePaint, Lugmayr et al. 2022).
//! Between conditioning and sampling: motion [frames, d_z + d_pose] in the model's units, mask [frames, 2] for expression and head, 0..1.

use crate::error::Result;
use crate::motion::{Inpaint, InpaintMode};
use crate::signal::Frames;

/// Columns of a mask: expression, head.
const GROUPS: usize = 2;

/// A part of the motion with a mask of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// z.
    Expression,
    /// The head pose.
    Head,
}

/// Values of a motion with a mask m for each: 1 where a frame has to be so, 0 where it is free.
#[derive(Debug, Clone)]
pub(crate) struct Constraint {
    motion: Frames,
    /// [frames, 2]
    mask: Frames,
    d_z: usize,
}

impl Constraint {
    /// A clip of `frames` that is free.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(crate) fn free(frames: usize, width: usize, d_z: usize) -> Result<Self> {
        Ok(Self { motion: Frames::try_zeros(frames, width)?, mask: Frames::try_zeros(frames, GROUPS)?, d_z })
    }

    /// Adds values of one part of a frame, with mask m: a hard value hides all that comes later, soft ones weigh by
    /// their masks.
    pub(crate) fn add(&mut self, frame: usize, group: Group, values: &[f32], m: f32) {
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
        row.iter_mut().zip(values).for_each(|(own, value)| *own = *own * (1.0 - share) + value * share);
        self.mask.row_mut(frame)[group as usize] = (before + m).min(1.0);
    }

    /// Adds both parts of a row of motion.
    pub(crate) fn add_row(&mut self, frame: usize, row: &[f32], m: f32) {
        self.add(frame, Group::Expression, &row[..self.d_z], m);
        self.add(frame, Group::Head, &row[self.d_z..], m);
    }

    /// Adds all of another one of the same frames.
    pub(crate) fn add_all(&mut self, other: &Self) {
        for frame in 0..other.motion.len() {
            let (row, mask) = (other.motion.row(frame), other.mask.row(frame));
            self.add(frame, Group::Expression, &row[..self.d_z], mask[0]);
            self.add(frame, Group::Head, &row[self.d_z..], mask[1]);
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

    /// Puts what is fully constrained back into a motion, bit for bit: the sampling met it but for the rounding of a
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
        let mut constraint = Constraint::free(2, 3, 2).unwrap();
        constraint.add(0, Group::Expression, &[1.0, 2.0], 0.25);
        constraint.add(0, Group::Expression, &[5.0, 6.0], 0.75);
        constraint.add(0, Group::Head, &[9.0], 1.0);
        constraint.add(0, Group::Head, &[0.0], 0.5);
        constraint.add(1, Group::Head, &[4.0], 0.0);
        let edit = constraint.inpaint(InpaintMode::Inpaint);
        assert_eq!(edit.known.data, [4.0, 5.0, 9.0, 0.0, 0.0, 0.0]);
        assert_eq!(edit.mask.data, [1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn only_what_is_fully_constrained_is_restored() {
        let mut constraint = Constraint::free(2, 3, 2).unwrap();
        constraint.add(0, Group::Expression, &[1.0, 2.0], 0.5);
        constraint.add(0, Group::Head, &[3.0], 1.0);
        constraint.add_row(1, &[7.0, 8.0, 9.0], 1.0);
        let mut motion = Frames::new(3, vec![-1.0; 6]);
        constraint.restore(&mut motion);
        assert_eq!(motion.data, [-1.0, -1.0, 3.0, 7.0, 8.0, 9.0]);
    }
}
