//! The sums that a step of a sampling is made of, by name: what they are over, and by which factors. A backend sums over neighbours of
//! one buffer, so both lie in an order of their own, which is known here alone.

use std::ops::Range;

use crate::plan::{PlanBuilder, View};

use super::schedule::Schedule;

/// Known motion where there is any, x0, x, and noise where a pass has fresh: items of one state, [items, rows, d_x].
#[derive(Clone, Copy)]
pub(super) struct Terms {
    items: View,
    /// Number of the item x0.
    x0: usize,
}

impl Terms {
    /// Of all clips, whose frames are `rows`.
    pub(super) fn record(plan: &mut PlanBuilder, known: bool, noise: bool, rows: usize, width: usize) -> Self {
        let x0 = usize::from(known);
        let items = plan.state("x0, x", x0 + 2 + usize::from(noise), rows, width);
        plan.keep_f32(items);
        Self { items, x0 }
    }

    /// Those of some rows.
    pub(super) fn rows(self, rows: Range<usize>) -> Self {
        Self { items: self.items.rows(rows), ..self }
    }

    /// Known motion.
    pub(super) fn known(self) -> View {
        self.items.batch(0..1)
    }

    /// The estimate of the clean motion.
    pub(super) fn x0(self) -> View {
        self.items.batch(self.x0..self.x0 + 1)
    }

    /// The state.
    pub(super) fn x(self) -> View {
        self.items.batch(self.x0 + 1..self.x0 + 2)
    }

    /// Fresh noise.
    pub(super) fn noise(self) -> View {
        self.items.batch(self.x0 + 2..self.x0 + 3)
    }

    /// Known motion and x0: the one is painted into the other.
    pub(super) fn known_and_x0(self) -> View {
        self.items.batch(0..2)
    }

    /// Known motion and x: the one is painted into the other.
    pub(super) fn known_and_x(self) -> View {
        View { batch: 2, batch_stride: (self.x0 + 1) * self.items.batch_stride, ..self.items }
    }

    /// x0, x and, if asked for, noise: the DDIM step.
    pub(super) fn stepped(self, noisy: bool) -> View {
        self.items.batch(self.x0..self.x0 + 2 + usize::from(noisy))
    }

    /// Known motion and noise: known motion diffused.
    pub(super) fn known_and_noise(self) -> View {
        View { batch: 2, batch_stride: (self.x0 + 2) * self.items.batch_stride, ..self.items }
    }

    /// x and noise: x diffused.
    pub(super) fn x_and_noise(self) -> View {
        self.items.batch(self.x0 + 1..self.x0 + 3)
    }
}

/// Factors of a step, [`COUNT`](Self::COUNT) of them: of [`Terms::stepped`]; of [`Terms::known_and_noise`], to where the step leads; of
/// [`Terms::x_and_noise`], back from there.
#[derive(Clone, Copy)]
pub(super) struct Factors(View);

impl Factors {
    /// Numbers of a step.
    pub(super) const COUNT: usize = 7;

    /// State for those of one step.
    pub(super) fn record(plan: &mut PlanBuilder) -> Self {
        let factors = plan.state("factors", Self::COUNT, 1, 1);
        plan.keep_f32(factors);
        Self(factors)
    }

    /// As the rows of a table have them.
    pub(super) fn as_row(self) -> View {
        self.0.reshape(1, 1, Self::COUNT)
    }

    /// For each of `rows` rows of the DDIM step.
    pub(super) fn step(self, rows: usize, noisy: bool) -> View {
        self.of(rows, 0..2 + usize::from(noisy))
    }

    /// Of known motion diffused.
    pub(super) fn known(self, rows: usize) -> View {
        self.of(rows, 3..5)
    }

    /// Of x diffused again.
    pub(super) fn again(self, rows: usize) -> View {
        self.of(rows, 5..7)
    }

    fn of(self, rows: usize, which: Range<usize>) -> View {
        View { rows, row_stride: 0, ..self.0.batch(which) }
    }

    /// The values of a step from a timestep to another.
    pub(super) fn values(schedule: &Schedule, from: usize, to: Option<usize>, eta: f64) -> [f32; Self::COUNT] {
        let step = schedule.step(from, to, eta);
        let (known, again) = (schedule.diffuse(None, to), schedule.diffuse(to, Some(from)));
        [step.x0, step.x, step.noise, known.x, known.noise, again.x, again.noise].map(|factor| factor as f32)
    }
}
