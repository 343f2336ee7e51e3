//! Edits of a sampling: known motion painted into the estimate of every step (paper, diffusion inpainting in time).

use crate::error::{Error, Result};
use crate::signal::Frames;

/// Motion that is known, fully or in part: x0 ← x0·(1 − m) + known·m, after guidance and before the step.
#[derive(Debug, Clone, PartialEq)]
pub struct Inpaint {
    /// Motion in the model's own units (not standardised), [frames, d_x]; read only where the mask is not zero.
    pub known: Frames,
    /// m, 0..1: one column for the whole motion, or two for expression and head pose; [frames, 1 or 2].
    pub mask: Frames,
}

impl Inpaint {
    /// Checks that it fits a clip of `frames` and a motion of `width` dimensions, and standardises `known`.
    pub(super) fn standardised(mut self, frames: usize, mean: &[f32], std: &[f32]) -> Result<Self> {
        let invalid = |detail: &str| Err(Error::InvalidArgument(format!("inpainting: {detail}")));
        if self.known.width != mean.len() || !matches!(self.mask.width, 1 | 2) {
            return invalid("known motion has the model's width, a mask one or two columns");
        }
        if self.known.len() != frames || self.mask.len() != frames {
            return invalid("known motion and mask have one row for each frame of the clip");
        }
        if !self.mask.data.iter().all(|m| (0.0..=1.0).contains(m)) || !self.known.data.iter().all(|v| v.is_finite()) {
            return invalid("a mask value is outside 0 to 1, or known motion is not finite");
        }
        for row in self.known.data.chunks_exact_mut(mean.len()) {
            row.iter_mut().zip(mean.iter().zip(std)).for_each(|(v, (mean, std))| *v = (*v - mean) / std);
        }
        Ok(self)
    }

    /// Paints into x0 [frames, d_x]; expression is the first `d_z` columns.
    pub(super) fn apply(&self, x0: &mut Frames, d_z: usize) {
        for frame in 0..x0.len() {
            let mask = self.mask.row(frame);
            let (expression, pose) = (mask[0], mask[mask.len() - 1]);
            for (d, (x0, known)) in x0.row_mut(frame).iter_mut().zip(self.known.row(frame)).enumerate() {
                let m = if d < d_z { expression } else { pose };
                *x0 = *x0 * (1.0 - m) + known * m;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mask_of_two_columns_edits_expression_and_pose_apart() {
        let inpaint = Inpaint { known: Frames::new(3, vec![8.0; 6]), mask: Frames::new(2, vec![1.0, 0.0, 0.0, 0.5]) };
        let edit = inpaint.standardised(2, &[0.0; 3], &[2.0; 3]).unwrap();
        let mut x0 = Frames::new(3, vec![1.0; 6]);
        edit.apply(&mut x0, 2);
        assert_eq!(x0.data, [4.0, 4.0, 1.0, 1.0, 1.0, 2.5]);
    }

    #[test]
    fn edit_that_does_not_fit_is_refused() {
        let check =
            |known: Frames, mask: Frames| Inpaint { known, mask }.standardised(2, &[0.0; 3], &[1.0; 3]).is_err();
        assert!(!check(Frames::zeros(2, 3), Frames::zeros(2, 1)));
        assert!(check(Frames::zeros(1, 3), Frames::zeros(2, 1)));
        assert!(check(Frames::zeros(2, 3), Frames::zeros(1, 1)));
        assert!(check(Frames::zeros(2, 4), Frames::zeros(2, 1)));
        assert!(check(Frames::zeros(2, 3), Frames::zeros(2, 3)));
        assert!(check(Frames::zeros(2, 3), Frames::new(1, vec![0.0, 1.5])));
        assert!(check(Frames::new(3, vec![f32::NAN; 6]), Frames::zeros(2, 1)));
    }
}
