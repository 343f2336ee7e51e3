//! Edits of a sampling: known motion painted into the estimate of every step (paper, diffusion inpainting in time), or into
//! the state after it (RePaint, Lugmayr et al. 2022).

use crate::error::{Error, Result};
use crate::limits;
use crate::plan::{PlanBuilder, View, ops};
use crate::signal::Frames;

use super::sampler::within;

/// How known motion is painted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InpaintMode {
    /// Into the estimate: x0 ← x0·(1 − m) + known·m, after guidance and before the step.
    #[default]
    Inpaint,
    /// As `Inpaint`; and frames that are fully known stand in the state as they are, at every step and before the first one, so that
    /// the network sees them without noise. So it learned to go on from a past, and with one step it would see none of it otherwise.
    Given,
    /// Into the state: after a step from t to t′ x ← x·(1 − m) + known′·m, where known′ is the known motion diffused to t′
    /// by fresh noise. So the rest is denoised beside motion as noisy as itself, and joins it better with each loop: all
    /// but the last of the loops diffuse x from t′ back to t. The last step, to the data, has one loop.
    Repaint {
        /// Times that each step is taken, 1 to [`limits::MAX_RESAMPLING`]; a sampling costs that many times as much.
        loops: usize,
    },
}

/// Motion that is known, fully or in part.
#[derive(Debug, Clone, PartialEq)]
pub struct Inpaint {
    /// Motion in the model's own units (not standardised), [frames, d_x]; read only where the mask is not zero.
    pub known: Frames,
    /// m, 0..1: one column for the whole motion, or two for expression and head pose; [frames, 1 or 2].
    pub mask: Frames,
    /// How it is painted in.
    pub mode: InpaintMode,
}

impl Inpaint {
    /// Times that each step is taken.
    pub(super) fn loops(&self) -> usize {
        match self.mode {
            InpaintMode::Inpaint | InpaintMode::Given => 1,
            InpaintMode::Repaint { loops } => loops,
        }
    }

    /// Checks that it fits a clip of `frames` and a motion of `width` dimensions, and standardises `known`.
    pub(super) fn standardised(mut self, frames: usize, mean: &[f32], std: &[f32]) -> Result<Self> {
        let invalid = |detail: &str| Err(Error::InvalidArgument(format!("inpainting: {detail}")));
        if self.known.width != mean.len() || !matches!(self.mask.width, 1 | 2) {
            return invalid("known motion has the model's width, a mask one or two columns");
        }
        if self.known.len() != frames || self.mask.len() != frames {
            return invalid("known motion and mask have one row for each frame of the clip");
        }
        within("resampling loops", self.loops(), 1, limits::MAX_RESAMPLING)?;
        if !self.mask.data.iter().all(|m| (0.0..=1.0).contains(m)) || !self.known.data.iter().all(|v| v.is_finite()) {
            return invalid("a mask value is outside 0 to 1, or known motion is not finite");
        }
        for row in self.known.data.chunks_exact_mut(mean.len()) {
            row.iter_mut().zip(mean.iter().zip(std)).for_each(|(v, (mean, std))| *v = (*v - mean) / std);
        }
        Ok(self)
    }

    /// Whether known frames stand in the state as they are.
    pub(super) fn is_given(&self) -> bool {
        self.mode == InpaintMode::Given
    }

    /// Rows of [`weights`](Self::weights).
    pub(super) fn weight_rows(&self) -> usize {
        self.mask.width * if self.is_given() { 4 } else { 2 }
    }

    /// Weights of known motion and estimate, m and 1 − m, for every column of the mask: [2·columns, frames]. Where it is given those of
    /// known motion and state follow, as many.
    pub(super) fn weights(&self) -> Vec<f32> {
        let column = |c: usize| self.mask.data.iter().skip(c).step_by(self.mask.width).copied();
        let pairs = |of: fn(f32) -> f32| {
            (0..self.mask.width).flat_map(move |c| column(c).map(of).chain(column(c).map(move |m| 1.0 - of(m))))
        };
        let painted = pairs(|m| m);
        if self.is_given() { painted.chain(pairs(stands)).collect() } else { painted.collect() }
    }

    /// Paints into a matrix: `terms` [2, frames, d_x] are known motion and that, `weights` [2·columns, frames, 1] those of
    /// [`weights`](Self::weights); expression is the first `d_z` dimensions.
    pub(super) fn record(plan: &mut PlanBuilder, terms: View, weights: View, d_z: usize) {
        let split = if weights.batch == 2 { terms.cols } else { d_z };
        let parts = [0..split, split..terms.cols];
        for (i, part) in parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            let (x, weights) = (terms.cols(part), weights.batch(2 * i..2 * i + 2));
            plan.push(ops::Combine { x, weights, out: x.batch(1..2) });
        }
    }
}

/// 1 where motion is fully known and stands in the state, otherwise 0.
pub(super) fn stands(mask: f32) -> f32 {
    f32::from(u8::from(mask >= 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mask_of_two_columns_weighs_expression_and_pose_apart() {
        let (known, mask) = (Frames::new(3, vec![8.0; 6]), Frames::new(2, vec![1.0, 0.0, 0.0, 0.5]));
        let inpaint = Inpaint { known, mask, mode: InpaintMode::Inpaint };
        let edit = inpaint.standardised(2, &[0.0; 3], &[2.0; 3]).unwrap();
        assert_eq!(edit.known.data, [4.0; 6]);
        assert_eq!(edit.weights(), [1.0, 0.0, 0.0, 1.0, 0.0, 0.5, 1.0, 0.5]);
        let given = Inpaint { mode: InpaintMode::Given, ..edit.clone() };
        assert_eq!(given.weights(), [edit.weights(), vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0]].concat());
        assert_eq!([edit, given].map(|edit| edit.weight_rows()), [4, 8]);
    }

    #[test]
    fn edit_that_does_not_fit_is_refused() {
        let of = |known, mask, mode| Inpaint { known, mask, mode }.standardised(2, &[0.0; 3], &[1.0; 3]).is_err();
        let check = |known: Frames, mask: Frames| of(known, mask, InpaintMode::Inpaint);
        assert!(!check(Frames::zeros(2, 3), Frames::zeros(2, 1)));
        assert!(check(Frames::zeros(1, 3), Frames::zeros(2, 1)));
        assert!(check(Frames::zeros(2, 3), Frames::zeros(1, 1)));
        assert!(check(Frames::zeros(2, 4), Frames::zeros(2, 1)));
        assert!(check(Frames::zeros(2, 3), Frames::zeros(2, 3)));
        assert!(check(Frames::zeros(2, 3), Frames::new(1, vec![0.0, 1.5])));
        assert!(check(Frames::new(3, vec![f32::NAN; 6]), Frames::zeros(2, 1)));
        let repaint = |loops| of(Frames::zeros(2, 3), Frames::zeros(2, 1), InpaintMode::Repaint { loops });
        assert!(!repaint(1) && !repaint(limits::MAX_RESAMPLING));
        assert!(repaint(0) && repaint(limits::MAX_RESAMPLING + 1));
    }
}
