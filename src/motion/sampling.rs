//! Recording a whole sampling as one plan: x stays on the device from the first step to the last.
//!
//! Sections, in the order of a run; those of a batch of windows exist once per [`Group`]:
//! ```text
//! sampling   x ← noise; keys and values of ∅
//! for each of K steps:
//!   select     row k of the tables of timesteps and coefficients
//!   condition  audio features and codes under the windows → keys and values, where their slot holds another group's
//!   step       x under the windows → denoiser → guided x0 of each window
//!   blend      windows' x0 → x0 over the clip; known motion; x ← DDIM step
//! motion     x → output
//! ```
//! State: x and x0 over the clip, x0 of every window, keys and values of every slot. All but these are scratch of one
//! section, so memory beyond them is that of one batch.

use std::sync::Arc;

use crate::plan::{Op, Plan, PlanBuilder, Port, Section, View};

use super::denoiser::{Condition, Denoiser, Recorder, StepViews};
use super::edit::Inpaint;
use super::groups::Group;
use super::guidance::{Branch, Guidance};
use super::windows::Windows;

/// What a sampling is recorded for.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) frames: usize,
    pub(super) windows: Windows,
    pub(super) groups: Vec<Group>,
    /// Slots for keys and values.
    pub(super) slots: usize,
    /// K.
    pub(super) steps: usize,
    /// Whether every step adds noise.
    pub(super) noisy: bool,
    /// Columns of the mask of known motion; 0 without any.
    pub(super) mask_columns: usize,
}

/// A recorded sampling.
pub(super) struct Sampling {
    pub(super) plan: Arc<Plan>,
    /// A, [frames, d_a].
    pub(super) audio: Port,
    /// Style codes by [`Guidance::code_row`], [styles + 1, d_p].
    pub(super) codes: Port,
    /// Guidance weights: group by group, branch by branch, window by window, N values each.
    pub(super) weights: Port,
    /// Codes of the timesteps, [K, d].
    pub(super) times: Port,
    /// Factors of x0, x and noise, [K, 3].
    pub(super) coefficients: Port,
    /// Standard normal values, [frames, d_x]: what x starts from, then what a noisy step adds.
    pub(super) noise: Port,
    /// Known motion, [frames, d_x], and its [`Inpaint::weights`].
    pub(super) known: Option<(Port, Port)>,
    /// x, [frames, d_x].
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
    /// By group; none where every branch is ∅.
    condition: Vec<Option<Section>>,
    step: Vec<Section>,
    blend: Section,
    end: Section,
}

impl Sampling {
    /// Records all of a clip.
    pub(super) fn record(denoiser: &Denoiser, guidance: &Guidance, layout: &Layout) -> Self {
        let config = denoiser.config();
        let &Layout { frames, slots, steps, noisy, mask_columns, .. } = layout;
        let (windows, groups) = (&layout.windows, &layout.groups);
        let plan = &mut PlanBuilder::new();

        let items = groups.iter().map(|group| group.shape.branches() * group.shape.windows).sum();
        let (audio, audio_view) = plan.input("audio features", 1, frames, config.d_a);
        let (codes, codes_view) = plan.input("style codes", 1, guidance.code_rows(), config.d_p);
        let (weights, weights_view) = plan.input("guidance weights", items, windows.length(), 1);
        let (times, times_view) = plan.input("timesteps", 1, steps, config.d);
        let (coefficients, coefficients_view) = plan.input("coefficients", 1, steps, 3);
        let (noise, noise_view) = plan.input("noise", 1, frames, config.d_x);
        let (motion, motion_view) = plan.output("motion", 1, frames, config.d_x);
        let (known, known_views) = (mask_columns > 0)
            .then(|| {
                let (known, view) = plan.input("known motion", 1, frames, config.d_x);
                let (mask, mask_view) = plan.input("weights of known motion", 2 * mask_columns, frames, 1);
                ((known, mask), (view, mask_view))
            })
            .unzip();

        // Known motion, x0, x, noise: each sum below is over neighbours.
        let first = usize::from(mask_columns > 0);
        let clip = plan.state("x0, x", first + 2 + usize::from(noisy), frames, config.d_x);
        let estimates = plan.state("x0 of the windows", windows.count(), windows.length(), config.d_x);
        let time = plan.state("timestep", 1, 1, config.d);
        let factors = plan.state("factors", 3, 1, 1);
        for view in [clip, estimates, factors] {
            plan.keep_f32(view);
        }
        let [x0, x] = [first, first + 1].map(|item| clip.batch(item..item + 1));

        let start = plan.section("sampling");
        plan.copy(noise_view, x);
        if let Some((known, _)) = known_views {
            plan.copy(known, clip.batch(0..1));
        }
        let recorder = Recorder::new(denoiser, plan, windows.length());
        let unconditional = groups.iter().any(|group| group.shape.unconditional);
        let unconditional = unconditional.then(|| recorder.record_unconditional(plan));
        let slots: Vec<Option<Condition>> = (0..slots)
            .map(|slot| {
                let group = groups.iter().find(|group| group.slot == slot).expect("a slot is of a group");
                let items = group.shape.conditions * group.shape.windows;
                (items > 0).then(|| recorder.condition(plan, items))
            })
            .collect();

        let select = (0..steps).map(|k| {
            let section = plan.section("select");
            plan.copy(times_view.rows(k..k + 1), time);
            plan.copy(coefficients_view.rows(k..k + 1), factors.reshape(1, 1, 3));
            section
        });
        let select = select.collect();

        let (mut condition, mut step, mut item) = (Vec::new(), Vec::new(), 0);
        for group in groups {
            let own = slots[group.slot].as_ref();
            condition.push(own.map(|own| {
                let section = plan.section("condition");
                let features = record_features(plan, windows, group, audio_view, codes_view);
                recorder.record_condition(plan, features, own);
                section
            }));
            step.push(plan.section("step"));
            let shape = group.shape;
            let noisy_motion = plan.scratch("x of the windows", shape.windows, shape.frames, config.d_x);
            windows.gather(plan, x, group.windows.clone(), noisy_motion);
            let end = item + shape.branches() * shape.windows;
            let (weights, x0) = (weights_view.batch(item..end), estimates.batch(group.windows.clone()));
            let shared = unconditional.as_ref().filter(|_| shape.unconditional);
            recorder.record_step(plan, shape, StepViews { x: noisy_motion, time, weights, x0 }, shared, own);
            item = end;
        }

        let blend = plan.section("blend");
        let (index, weight) = windows.blend_lists();
        let rows = estimates.reshape(1, windows.count() * windows.length(), config.d_x);
        plan.push(Op::Gather { x: rows, index, weight, out: x0 });
        if let Some((_, weights)) = known_views {
            Inpaint::record(plan, clip.batch(0..2), weights, config.d_z);
        }
        let terms = clip.batch(first..clip.batch);
        if noisy {
            plan.copy(noise_view, terms.batch(2..3));
        }
        let of_terms = View { rows: frames, row_stride: 0, ..factors.batch(0..terms.batch) };
        plan.push(Op::Combine { x: terms, weights: of_terms, out: x });

        let end = plan.section("motion");
        plan.copy(x, motion_view);

        let parts = Parts { start, select, condition, step, blend, end };
        let (sections, step_ends) = order(&parts, groups, slots.len());
        let plan = Arc::new(std::mem::take(plan).finish());
        Self { plan, audio, codes, weights, times, coefficients, noise, known, motion, sections, step_ends, end }
    }
}

/// Audio features and style code of every frame under a group's windows, for each of its conditions.
fn record_features(plan: &mut PlanBuilder, windows: &Windows, group: &Group, audio: View, codes: View) -> View {
    let (count, length) = (group.shape.windows, group.shape.frames);
    let features = plan.scratch("features", group.shape.conditions * count, length, audio.cols + codes.cols);
    let conditions = group.branches.iter().filter(|branch| **branch != Branch::Unconditional);
    for (i, branch) in conditions.enumerate() {
        let rows = features.batch(i * count..(i + 1) * count);
        windows.gather(plan, audio, group.windows.clone(), rows.cols(0..audio.cols));
        let row = Guidance::code_row(*branch);
        let code = View { rows: length, row_stride: 0, ..codes.rows(row..row + 1) };
        plan.copy(code.repeat(count), rows.cols(audio.cols..features.cols));
    }
    features
}

/// Puts the sections in the order of a run. A condition is computed again whenever its slot was another group's.
fn order(parts: &Parts, groups: &[Group], slots: usize) -> (Vec<Section>, Vec<usize>) {
    let mut holds = vec![None; slots];
    let (mut sections, mut step_ends) = (vec![parts.start], Vec::with_capacity(parts.select.len()));
    for select in &parts.select {
        sections.push(*select);
        for (at, group) in groups.iter().enumerate() {
            if holds[group.slot].replace(at) != Some(at) {
                sections.extend(parts.condition[at]);
            }
            sections.push(parts.step[at]);
        }
        sections.push(parts.blend);
        step_ends.push(sections.len());
    }
    sections.push(parts.end);
    (sections, step_ends)
}
