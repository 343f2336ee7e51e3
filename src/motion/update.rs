//! Recording what becomes of x once its windows have their estimates: edits, the DDIM step, and diffusing it again.

use crate::error::Result;
use crate::plan::{Op, PlanBuilder, View};
use crate::unit::Unit;

use super::clip::Track;
use super::edit::Inpaint;
use super::layout::Layout;
use super::noise::Purpose;

/// What it reads and writes.
pub(super) struct Update<'a> {
    pub(super) layout: &'a Layout,
    /// Known motion where there is any, x0, x, and noise where a pass has fresh, [items, rows, d_x]: each sum is over items
    /// at even distances.
    pub(super) all: View,
    /// Number of the item x.
    pub(super) x: usize,
    /// x0 of every window, [1, rows of all windows, d_x].
    pub(super) estimates: View,
    /// Those of the step, [[`FACTORS`](super::sampling::FACTORS), 1, 1].
    pub(super) factors: View,
    /// Fresh noise, [purposes, rows, d_x].
    pub(super) noise: View,
    /// Weights of known motion, [2·columns, rows, 1].
    pub(super) known_weights: Option<View>,
    pub(super) d_z: usize,
}

impl Update<'_> {
    /// The step of every clip with so many loops or more: x0 from its windows, known motion, x from x0.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) async fn record_step(&self, plan: &mut PlanBuilder, loops: usize, unit: &Unit) -> Result<()> {
        for (track, first_rows) in self.layout.tracks.iter().zip(self.layout.first_estimates()) {
            if track.loops() < loops {
                continue;
            }
            let (x, all) = (self.item(track, self.x), self.all.rows(track.rows.clone()));
            unit.pause().await;
            let (index, weight) = track.windows.blend_lists(&first_rows)?;
            unit.pause().await;
            plan.push(Op::Gather { x: self.estimates, index, weight, out: self.item(track, self.x - 1) });
            let known = track.edit.as_ref().zip(self.known_weights);
            let known = known.map(|(edit, all)| all.batch(0..2 * edit.mask.width).rows(track.rows.clone()));
            let noisy = self.take_noise(plan, track, Purpose::Step);
            let terms = all.batch(self.x - 1..self.x + 1 + usize::from(noisy));
            let step = self.factors(track, 0, terms.batch);
            let Some(weights) = known.filter(|_| track.repaints()) else {
                known.into_iter().for_each(|weights| Inpaint::record(plan, all.batch(0..2), weights, self.d_z));
                plan.push(Op::Combine { x: terms, weights: step, out: x });
                continue;
            };
            let pair = plan.scratch("known motion and x", 2, x.rows, x.cols);
            plan.keep_f32(pair);
            plan.push(Op::Combine { x: terms, weights: step, out: pair.batch(1..2) });
            self.take_noise(plan, track, Purpose::Known);
            let diffused = View { batch: 2, batch_stride: (self.x + 1) * all.batch_stride, ..all };
            plan.push(Op::Combine { x: diffused, weights: self.factors(track, 3, 2), out: pair.batch(0..1) });
            Inpaint::record(plan, pair, weights, self.d_z);
            plan.copy(pair.batch(1..2), x);
        }
        Ok(())
    }

    /// Diffuses x of the same clips to where the step began.
    pub(super) fn record_again(&self, plan: &mut PlanBuilder, loops: usize) {
        for track in self.layout.tracks.iter().filter(|track| track.loops() >= loops) {
            self.take_noise(plan, track, Purpose::Again);
            let terms = self.all.rows(track.rows.clone()).batch(self.x..self.x + 2);
            plan.push(Op::Combine { x: terms, weights: self.factors(track, 5, 2), out: terms.batch(0..1) });
        }
    }

    /// A clip's rows of an item.
    fn item(&self, track: &Track, item: usize) -> View {
        self.all.rows(track.rows.clone()).batch(item..item + 1)
    }

    /// Copies a clip's fresh noise behind x, if the pass has any for this.
    fn take_noise(&self, plan: &mut PlanBuilder, track: &Track, purpose: Purpose) -> bool {
        let at = self.layout.fresh.iter().position(|fresh| *fresh == purpose);
        at.into_iter().for_each(|at| {
            let noise = self.noise.batch(at..at + 1).rows(track.rows.clone());
            plan.copy(noise, self.item(track, self.x + 1));
        });
        at.is_some()
    }

    /// Some of the factors, for each of a clip's rows.
    fn factors(&self, track: &Track, first: usize, count: usize) -> View {
        View { rows: track.rows.len(), row_stride: 0, ..self.factors.batch(first..first + count) }
    }
}
