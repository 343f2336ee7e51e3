//! Recording a whole sampling as one plan: x stays on the device from the first step to the last.
//!
//! Sections, in the order of a run; those of a batch of windows, see [`Batches`], exist once per [`Group`]:
//! ```text
//! sampling   x ← noise; keys and values of ∅
//! for each of K steps:
//!   select     row k of the tables of timesteps and coefficients
//!   condition  audio features and codes under the windows → keys and values, where their slot holds another group's
//!   step       x under the windows → denoiser → guided x0 of each window
//!   blend      windows' x0 → x0 over each clip; known motion; x ← DDIM step
//! motion     x → output
//! ```
//! State: x and x0 over all clips, one behind the other, x0 of every window, keys and values of every slot. All but these
//! are scratch of one section, so memory beyond them is that of one batch.

use std::sync::Arc;

use crate::plan::{Op, Plan, PlanBuilder, Port, Section, View};

use super::batches::{BatchViews, Batches};
use super::denoiser::Denoiser;
use super::edit::Inpaint;
use super::groups::Group;
use super::layout::Layout;

/// A recorded sampling.
pub(super) struct Sampling {
    pub(super) plan: Arc<Plan>,
    /// A of each clip, [frames, d_a].
    pub(super) audio: Vec<Port>,
    /// Style codes, zeros first, [styles + 1, d_p].
    pub(super) codes: Port,
    /// Guidance weights: group by group, branch by branch, window by window, N values each.
    pub(super) weights: Port,
    /// Codes of the timesteps, [K, d].
    pub(super) times: Port,
    /// Factors of x0, x and noise, [K, 3].
    pub(super) coefficients: Port,
    /// Standard normal values, [rows, d_x]: what x starts from, then what a noisy step adds.
    pub(super) noise: Port,
    /// Known motion, [rows, d_x], and its [`Inpaint::weights`], [2·columns, rows].
    pub(super) known: Option<(Port, Port)>,
    /// x, [rows, d_x].
    pub(super) motion: Port,
    /// What a sampling runs, in order.
    pub(super) sections: Vec<Section>,
    /// Number of them that are done after each step.
    pub(super) step_ends: Vec<usize>,
    /// The last of them, which copies x to the output and may run between two others.
    pub(super) end: Section,
}

/// Sections of a plan before they are put in order.
struct Parts {
    start: Section,
    /// By step.
    select: Vec<Section>,
    batches: Batches,
    blend: Section,
    end: Section,
}

impl Sampling {
    /// Records all of it.
    pub(super) fn record(denoiser: &Denoiser, layout: &Layout) -> Self {
        let config = denoiser.config();
        let &Layout { ref tracks, ref groups, steps, noisy, .. } = layout;
        let (rows, mask_columns) = (layout.rows(), layout.mask_columns());
        let plan = &mut PlanBuilder::new();

        let audio = tracks.iter().map(|track| plan.input("audio features", 1, track.rows.len(), config.d_a));
        let (audio, audio_views): (Vec<_>, Vec<_>) = audio.unzip();
        let (codes, codes_view) = plan.input("style codes", 1, layout.code_rows(), config.d_p);
        let weight_rows = groups.iter().map(Group::weight_rows).sum();
        let (weights, weights_view) = plan.input("guidance weights", 1, weight_rows, 1);
        let (times, times_view) = plan.input("timesteps", 1, steps, config.d);
        let (coefficients, coefficients_view) = plan.input("coefficients", 1, steps, 3);
        let (noise, noise_view) = plan.input("noise", 1, rows, config.d_x);
        let (motion, motion_view) = plan.output("motion", 1, rows, config.d_x);
        let (known, known_views) = (mask_columns > 0)
            .then(|| {
                let (known, view) = plan.input("known motion", 1, rows, config.d_x);
                let (mask, mask_view) = plan.input("weights of known motion", 2 * mask_columns, rows, 1);
                ((known, mask), (view, mask_view))
            })
            .unzip();

        // Known motion, x0, x, noise: each sum below is over neighbours.
        let first = usize::from(mask_columns > 0);
        let all = plan.state("x0, x", first + 2 + usize::from(noisy), rows, config.d_x);
        let estimates = plan.state("x0 of the windows", 1, layout.estimate_rows(), config.d_x);
        let time = plan.state("timestep", 1, 1, config.d);
        let factors = plan.state("factors", 3, 1, 1);
        for view in [all, estimates, factors] {
            plan.keep_f32(view);
        }
        let [x0, x] = [first, first + 1].map(|item| all.batch(item..item + 1));

        let start = plan.section("sampling");
        plan.copy(noise_view, x);
        if let Some((known, _)) = known_views {
            plan.copy(known, all.batch(0..1));
        }
        let views = BatchViews { audio: &audio_views, codes: codes_view, weights: weights_view, time, x, estimates };
        let batches = Batches::record(plan, denoiser, layout, &views);

        let select = (0..steps).map(|k| {
            let section = plan.section("select");
            plan.copy(times_view.rows(k..k + 1), time);
            plan.copy(coefficients_view.rows(k..k + 1), factors.reshape(1, 1, 3));
            section
        });
        let select = select.collect();

        let blend = plan.section("blend");
        for (track, first_rows) in tracks.iter().zip(layout.first_estimates()) {
            let rows = track.rows.clone();
            let (index, weight) = track.windows.blend_lists(&first_rows);
            plan.push(Op::Gather { x: estimates, index, weight, out: x0.rows(rows.clone()) });
            if let (Some(edit), Some((_, weights))) = (&track.edit, known_views) {
                let weights = weights.batch(0..2 * edit.mask.width).rows(rows.clone());
                Inpaint::record(plan, all.batch(0..2).rows(rows), weights, config.d_z);
            }
        }
        let terms = all.batch(first..all.batch);
        if noisy {
            plan.copy(noise_view, terms.batch(2..3));
        }
        let of_terms = View { rows, row_stride: 0, ..factors.batch(0..terms.batch) };
        plan.push(Op::Combine { x: terms, weights: of_terms, out: x });

        let end = plan.section("motion");
        plan.copy(x, motion_view);

        let parts = Parts { start, select, batches, blend, end };
        let (sections, step_ends) = order(&parts, layout);
        let plan = Arc::new(std::mem::take(plan).finish());
        Self { plan, audio, codes, weights, times, coefficients, noise, known, motion, sections, step_ends, end }
    }
}

/// Puts the sections in the order of a run. A condition is computed again whenever its slot was another group's.
fn order(parts: &Parts, layout: &Layout) -> (Vec<Section>, Vec<usize>) {
    let mut holds = vec![None; layout.slots];
    let (mut sections, mut step_ends) = (vec![parts.start], Vec::with_capacity(parts.select.len()));
    for select in &parts.select {
        sections.push(*select);
        for (at, group) in layout.groups.iter().enumerate() {
            if holds[group.slot].replace(at) != Some(at) {
                sections.extend(parts.batches.condition[at]);
            }
            sections.push(parts.batches.step[at]);
        }
        sections.push(parts.blend);
        step_ends.push(sections.len());
    }
    sections.push(parts.end);
    (sections, step_ends)
}
