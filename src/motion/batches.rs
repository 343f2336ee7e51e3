//! Recording the batches of windows: from the state to the guided estimate of every window.

use std::collections::BTreeMap;

use crate::plan::{PlanBuilder, Section, View};
use crate::unit::Unit;

use super::denoiser::{Condition, Denoiser, Recorder, StepViews};
use super::groups::{Group, Window};
use super::guidance::Branch;
use super::layout::Layout;
use super::windows::gather;

/// What the batches read and write.
pub(super) struct BatchViews<'a> {
    /// A of each clip, [1, frames, d_a].
    pub(super) audio: &'a [View],
    /// Style codes by [`Layout::code_row`], [1, styles + 1, d_p].
    pub(super) codes: View,
    /// u and p of every frame of all clips, [1, rows, d_s], where the network reads them.
    pub(super) strengths: Option<View>,
    /// [`Layout::guidance_weights`], [1, weights, 1].
    pub(super) weights: View,
    /// Code of the timestep, [1, 1, d].
    pub(super) time: View,
    /// The state, [1, rows, d_x].
    pub(super) x: View,
    /// x0 of every window, group by group, window by window, [1, rows of all windows, d_x].
    pub(super) estimates: View,
}

/// Sections of the batches, by group.
pub(super) struct Batches {
    /// Audio features and codes under the windows → keys and values; none where every branch is ∅.
    pub(super) condition: Vec<Option<Section>>,
    /// x under the windows → denoiser → guided x0 of each window.
    pub(super) step: Vec<Section>,
}

/// The network for windows of one length.
struct Network<'a> {
    recorder: Recorder<'a>,
    /// Keys and values of ∅, where a window has that branch.
    unconditional: Option<Condition>,
}

impl Batches {
    /// Records them; what makes the keys and values of ∅ goes into the section that is open.
    pub(super) async fn record(
        plan: &mut PlanBuilder,
        denoiser: &Denoiser,
        layout: &Layout,
        views: &BatchViews<'_>,
        unit: &Unit,
    ) -> Self {
        let networks = networks(plan, denoiser, &layout.groups);
        let slots: Vec<Option<Condition>> = (0..layout.slots)
            .map(|slot| {
                let mut groups = layout.groups.iter();
                let Group { shape, .. } = groups.find(|group| group.slot == slot).expect("a slot is of a group");
                let items = shape.conditions * shape.windows;
                (items > 0).then(|| networks[&shape.frames].recorder.condition(plan, items))
            })
            .collect();

        let (mut condition, mut step) = (Vec::new(), Vec::new());
        let (mut estimate, mut weight) = (0, 0);
        for group in &layout.groups {
            let shape = group.shape;
            let (network, own) = (&networks[&shape.frames], slots[group.slot].as_ref());
            condition.push(own.map(|own| {
                let section = plan.section("condition");
                let features = record_features(plan, layout, group, views);
                network.recorder.record_condition(plan, features, own);
                section
            }));
            step.push(plan.section("step"));
            let x = plan.scratch("x of the windows", shape.windows, shape.frames, views.x.cols);
            gather(plan, views.x, &starts(layout, group), x);
            let (estimates, weights) = (estimate + group.estimate_rows(), weight + group.weight_rows());
            let of_step = StepViews {
                x,
                time: views.time,
                weights: views.weights.rows(weight..weights).reshape(shape.branches() * shape.windows, shape.frames, 1),
                x0: views.estimates.rows(estimate..estimates).reshape(shape.windows, shape.frames, x.cols),
            };
            let unconditional = network.unconditional.as_ref().filter(|_| shape.unconditional);
            network.recorder.record_step(plan, shape, of_step, unconditional, own);
            (estimate, weight) = (estimates, weights);
            unit.pause().await;
        }
        Self { condition, step }
    }
}

/// The networks of all groups, by length of their windows.
fn networks<'a>(plan: &mut PlanBuilder, denoiser: &'a Denoiser, groups: &[Group]) -> BTreeMap<usize, Network<'a>> {
    let mut networks = BTreeMap::new();
    for Group { shape, .. } in groups {
        let network = networks
            .entry(shape.frames)
            .or_insert_with(|| Network { recorder: Recorder::new(denoiser, plan, shape.frames), unconditional: None });
        if shape.unconditional && network.unconditional.is_none() {
            network.unconditional = Some(network.recorder.record_unconditional(plan));
        }
    }
    networks
}

/// Where the windows of a group begin among the rows of all clips.
fn starts(layout: &Layout, group: &Group) -> Vec<usize> {
    let start = |window: &Window| layout.tracks[window.clip].rows.start + window.frames.start;
    group.windows.iter().map(start).collect()
}

/// Audio features, style code and strengths of every frame under a group's windows, for each of its conditions.
fn record_features(plan: &mut PlanBuilder, layout: &Layout, group: &Group, views: &BatchViews) -> View {
    let (count, d_a, d_p) = (group.shape.windows, views.audio[0].cols, views.codes.cols);
    let d_s = views.strengths.map_or(0, |strengths| strengths.cols);
    let features = plan.scratch("features", group.shape.conditions * count, group.shape.frames, d_a + d_p + d_s);
    for i in 0..group.shape.conditions {
        let items = features.batch(i * count..(i + 1) * count);
        let mut first = 0;
        for windows in group.windows.chunk_by(|a, b| a.clip == b.clip) {
            let starts: Vec<usize> = windows.iter().map(|window| window.frames.start).collect();
            let of_clip = items.batch(first..first + starts.len());
            gather(plan, views.audio[windows[0].clip], &starts, of_clip.cols(0..d_a));
            first += starts.len();
        }
        if let Some(strengths) = views.strengths {
            gather(plan, strengths, &starts(layout, group), items.cols(d_a + d_p..features.cols));
        }
        let is_condition = |branch: &&Branch| **branch != Branch::Unconditional;
        let condition = |window: &Window| *window.branches.iter().filter(is_condition).nth(i).expect("as many in all");
        let codes: Vec<usize> = group.windows.iter().map(|w| layout.code_row(w.clip, condition(w))).collect();
        first = 0;
        for same in codes.chunk_by(|a, b| a == b) {
            let code = View { rows: features.rows, row_stride: 0, ..views.codes.rows(same[0]..same[0] + 1) };
            let of_code = items.batch(first..first + same.len());
            plan.copy(code.repeat(same.len()), of_code.cols(d_a..d_a + d_p));
            first += same.len();
        }
    }
    features
}
