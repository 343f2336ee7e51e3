//! Recording what becomes of x once its windows have their estimates: edits, the DDIM step, and diffusing it again.

use crate::error::Result;
use crate::plan::{PlanBuilder, View, ops};
use crate::unit::Unit;

use super::clip::Track;
use super::edit::Inpaint;
use super::layout::Layout;
use super::noise::Purpose;
use super::terms::{Factors, Terms};

/// Rows of one blend: its lists are made, and compiled, at once.
const BLENDED_AT_ONCE: usize = 2048;

/// What it reads and writes.
pub(super) struct Update<'a> {
    pub(super) layout: &'a Layout,
    pub(super) terms: Terms,
    /// x0 of every window, [1, rows of all windows, d_x].
    pub(super) estimates: View,
    /// Those of the step.
    pub(super) factors: Factors,
    /// Fresh noise, [purposes, rows, d_x].
    pub(super) noise: View,
    /// [`Inpaint::weights`] of all rows, [weights, rows, 1].
    pub(super) known_weights: Option<View>,
    pub(super) d_z: usize,
}

impl Update<'_> {
    /// Known motion stands in the state of the clips where it is given.
    pub(super) fn record_given(&self, plan: &mut PlanBuilder) {
        self.layout.tracks.iter().for_each(|track| self.record_given_of(plan, track));
    }

    fn record_given_of(&self, plan: &mut PlanBuilder, track: &Track) {
        let Some((edit, all)) = track.edit.as_ref().filter(|edit| edit.is_given()).zip(self.known_weights) else {
            return;
        };
        let weights = all.batch(2 * edit.mask.width..edit.weight_rows()).rows(track.rows.clone());
        Inpaint::record(plan, self.terms.rows(track.rows.clone()).known_and_x(), weights, self.d_z);
    }

    /// The step of every clip with so many loops or more: x0 from its windows, known motion, x from x0.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) async fn record_step(&self, plan: &mut PlanBuilder, loops: usize, unit: &Unit) -> Result<()> {
        for (track, first_rows) in self.layout.tracks.iter().zip(self.layout.first_estimates()) {
            if track.loops() < loops {
                continue;
            }
            let (terms, rows) = (self.terms.rows(track.rows.clone()), track.rows.len());
            for first in (0..rows).step_by(BLENDED_AT_ONCE) {
                let frames = first..rows.min(first + BLENDED_AT_ONCE);
                let (index, weight) = track.windows.blend_lists(frames.clone(), &first_rows)?;
                plan.push(ops::Gather { x: self.estimates, index, weight, out: terms.x0().rows(frames) });
                unit.pause().await;
            }
            let known = track.edit.as_ref().zip(self.known_weights);
            let known = known.map(|(edit, all)| all.batch(0..2 * edit.mask.width).rows(track.rows.clone()));
            let noisy = self.take_noise(plan, track, Purpose::Step);
            let (stepped, factors) = (terms.stepped(noisy), self.factors.step(rows, noisy));
            let Some(weights) = known.filter(|_| track.repaints()) else {
                known.into_iter().for_each(|weights| Inpaint::record(plan, terms.known_and_x0(), weights, self.d_z));
                plan.push(ops::Combine { x: stepped, weights: factors, out: terms.x() });
                self.record_given_of(plan, track);
                continue;
            };
            let pair = plan.scratch("known motion and x", 2, rows, terms.x().cols);
            plan.keep_f32(pair);
            plan.push(ops::Combine { x: stepped, weights: factors, out: pair.batch(1..2) });
            self.take_noise(plan, track, Purpose::Known);
            let (known, factors) = (terms.known_and_noise(), self.factors.known(rows));
            plan.push(ops::Combine { x: known, weights: factors, out: pair.batch(0..1) });
            Inpaint::record(plan, pair, weights, self.d_z);
            plan.copy(pair.batch(1..2), terms.x());
        }
        Ok(())
    }

    /// Diffuses x of the same clips to where the step began.
    pub(super) fn record_again(&self, plan: &mut PlanBuilder, loops: usize) {
        for track in self.layout.tracks.iter().filter(|track| track.loops() >= loops) {
            self.take_noise(plan, track, Purpose::Again);
            let (terms, factors) = (self.terms.rows(track.rows.clone()), self.factors.again(track.rows.len()));
            plan.push(ops::Combine { x: terms.x_and_noise(), weights: factors, out: terms.x() });
        }
    }

    /// Copies a clip's fresh noise beside x, if the pass has any for this.
    fn take_noise(&self, plan: &mut PlanBuilder, track: &Track, purpose: Purpose) -> bool {
        let at = self.layout.fresh.iter().position(|fresh| *fresh == purpose);
        at.into_iter().for_each(|at| {
            let noise = self.noise.batch(at..at + 1).rows(track.rows.clone());
            plan.copy(noise, self.terms.rows(track.rows.clone()).noise());
        });
        at.is_some()
    }
}
