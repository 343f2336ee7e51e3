//! Recording the denoiser: keys and values of what a condition gives, which last, and the step that reads them.
//!
//! Batches are branch-major: item = branch · windows + window. Until the first cross-attention all branches are the same,
//! so a batch of one item per window stands for all of them.

use std::sync::Arc;

use crate::nn::Linear;
use crate::plan::{Activation, Mask, Plan, PlanBuilder, Port, Section, View, ops};

use super::{Denoiser, Layer, Memory, Shape, position};

/// A recorded denoiser for windows of one batch: its sections, and its inputs and outputs.
#[derive(Debug, Clone)]
pub struct DenoiserPlan {
    /// What a backend compiles.
    pub plan: Arc<Plan>,
    /// Reads `features`, fills the state. Run it once per state.
    pub condition: Section,
    /// Reads `x`, `time`, `weights` and the state, writes `x0`.
    pub step: Section,
    /// Audio feature, style code and strengths of every frame, [conditions · windows, N, d_a + d_p + d_s], zeros for no style; `None` when
    /// only ∅ runs. A style that is a token is read from frame 0.
    pub features: Option<Port>,
    /// Noisy motion, standardised, [windows, N, d_x].
    pub x: Port,
    /// Code of the timestep, d values; see [`Denoiser::encode_time`].
    pub time: Port,
    /// Guidance weights, [branches · windows, N].
    pub weights: Port,
    /// Estimate of the clean motion, standardised, [windows, N, d_x].
    pub x0: Port,
}

/// Records one denoiser into a plan, for any number of batches of windows of one length.
pub(in crate::motion) struct Recorder<'a> {
    denoiser: &'a Denoiser,
    /// N.
    frames: usize,
    /// Codes of the time token and of the frames, [1, N + 1, d].
    positions: View,
    /// The number one.
    one: View,
}

/// What windows attend to, by layer, in state buffers: an item per window and branch, or one that all windows share.
#[derive(Debug, Clone)]
pub(in crate::motion) struct Condition(Vec<Attended>);

/// What the windows of a batch attend to in one layer.
#[derive(Debug, Clone, Copy)]
struct Attended {
    /// Keys, then values, [items, memory rows, 2·d].
    both: View,
    /// With align = 1 a frame attends to its own memory row alone: the outcome, [items, N, d], is known beforehand.
    aligned: Option<View>,
}

/// What a step of one batch reads and writes.
#[derive(Debug, Clone, Copy)]
pub(in crate::motion) struct StepViews {
    /// Noisy motion, [windows, N, d_x].
    pub(in crate::motion) x: View,
    /// Code of the timestep, [1, 1, d].
    pub(in crate::motion) time: View,
    /// Guidance weights, [branches · windows, N, 1].
    pub(in crate::motion) weights: View,
    /// The guided estimate, [windows, N, d_x].
    pub(in crate::motion) x0: View,
}

impl Denoiser {
    /// Records the network for windows and branches of one shape.
    ///
    /// # Panics
    /// If the shape is empty.
    pub fn record(&self, shape: Shape) -> DenoiserPlan {
        let mut plan = PlanBuilder::new();
        let recorder = Recorder::new(self, &mut plan, shape.frames);

        let condition = plan.section("condition");
        let unconditional = shape.unconditional.then(|| recorder.record_unconditional(&mut plan));
        let (features, conditions) = (shape.conditions > 0)
            .then(|| {
                let items = shape.conditions * shape.windows;
                let (port, view) = plan.input("features", items, shape.frames, self.condition_width());
                let condition = recorder.condition(&mut plan, items);
                recorder.record_condition(&mut plan, view, &condition);
                (port, condition)
            })
            .unzip();

        let step = plan.section("step");
        let (x, x_view) = plan.input("x", shape.windows, shape.frames, self.config.d_x);
        let (time, time_view) = plan.input("time", 1, 1, self.config.d);
        let (weights, weights_view) = plan.input("guidance weights", shape.branches() * shape.windows, shape.frames, 1);
        let (x0, x0_view) = plan.output("x0", shape.windows, shape.frames, self.config.d_x);
        let views = StepViews { x: x_view, time: time_view, weights: weights_view, x0: x0_view };
        recorder.record_step(&mut plan, shape, views, unconditional.as_ref(), conditions.as_ref());
        DenoiserPlan { plan: Arc::new(plan.finish()), condition, step, features, x, time, weights, x0 }
    }

    /// Memory rows of ∅, whose features are zeros.
    fn unconditional_memory(&self, frames: usize) -> Vec<f32> {
        let d = self.config.d;
        let [per_frame, last] = &self.silence;
        let mut memory = position::table(frames + 1, d).split_off(d);
        for row in memory.chunks_exact_mut(d) {
            row.iter_mut().zip(per_frame).for_each(|(m, b)| *m += b);
        }
        memory.extend_from_slice(last);
        memory
    }
}

impl<'a> Recorder<'a> {
    /// For windows of `frames` frames.
    pub(in crate::motion) fn new(denoiser: &'a Denoiser, plan: &mut PlanBuilder, frames: usize) -> Self {
        let (d, rows) = (denoiser.config.d, frames + 1);
        let positions = plan.constant("positions", 1, rows, d, &position::table(rows, d));
        let one = plan.constant("one", 1, 1, 1, &[1.0]);
        Self { denoiser, frames, positions, one }
    }

    /// State for `items` memories, which [`record_condition`](Self::record_condition) fills, once or for one batch after
    /// the other.
    pub(in crate::motion) fn condition(&self, plan: &mut PlanBuilder, items: usize) -> Condition {
        let (d, rows) = (self.denoiser.config.d, self.denoiser.memory_rows(self.frames));
        let mut layer = || Attended {
            both: plan.state("keys and values", items, rows, 2 * d),
            aligned: (self.denoiser.config.align == 1).then(|| plan.state("aligned attention", items, rows, d)),
        };
        Condition(self.denoiser.layers.iter().map(|_| layer()).collect())
    }

    /// What every window attends to without a condition: the memory is the projection's bias and the position, the same
    /// in all of them.
    pub(in crate::motion) fn record_unconditional(&self, plan: &mut PlanBuilder) -> Condition {
        let (d, rows) = (self.denoiser.config.d, self.denoiser.memory_rows(self.frames));
        let memory = plan.constant("memory of ∅", 1, rows, d, &self.denoiser.unconditional_memory(self.frames));
        let condition = self.condition(plan, 1);
        self.record_keys(plan, memory, &condition);
        condition
    }

    /// Features [items, N, d_a + d_p + d_s] into `condition`.
    pub(in crate::motion) fn record_condition(&self, plan: &mut PlanBuilder, features: View, condition: &Condition) {
        let (frames, config) = (self.frames, &self.denoiser.config);
        let memory = plan.scratch("memory", features.batch, self.denoiser.memory_rows(frames), config.d);
        let place = Some(self.positions.rows(1..frames + 1).repeat(features.batch));
        match &self.denoiser.memory {
            Memory::Feature(both) => linear(plan, both, features, place, memory),
            Memory::Token { audio, style } => {
                linear(plan, audio, features.cols(0..config.d_a), place, memory.rows(0..frames));
                let code = features.rows(0..1).cols(config.d_a..features.cols);
                linear(plan, style, code, None, memory.rows(frames..frames + 1));
            }
        }
        self.record_keys(plan, memory, condition);
    }

    /// Keys and values of a memory in every layer.
    fn record_keys(&self, plan: &mut PlanBuilder, memory: View, condition: &Condition) {
        let d = self.denoiser.config.d;
        for (layer, Attended { both, aligned }) in self.denoiser.layers.iter().zip(&condition.0) {
            let attention = &layer.cross_attention;
            linear(plan, &attention.input.rows(d, 2 * d), memory, None, *both);
            if let Some(aligned) = aligned {
                linear(plan, &attention.output, both.cols(d..2 * d), None, *aligned);
            }
        }
    }

    /// One pass over a batch of windows: all branches and their guided sum. `unconditional` and `conditions` hold what
    /// the branches of `shape` attend to.
    pub(in crate::motion) fn record_step(
        &self,
        plan: &mut PlanBuilder,
        shape: Shape,
        views: StepViews,
        unconditional: Option<&Condition>,
        conditions: Option<&Condition>,
    ) {
        let Denoiser { config, time, input, layers, output, .. } = self.denoiser;
        let (windows, rows) = (shape.windows, self.frames + 1);
        let hidden = time[0].record(plan, "time hidden", views.time, Activation::Silu);
        let mut h = plan.scratch("h", windows, rows, config.d);
        let place = |rows| Some(self.positions.rows(rows).repeat(windows));
        linear(plan, &time[1], hidden.repeat(windows), place(0..1), h.rows(0..1));
        linear(plan, input, views.x, place(1..rows), h.rows(1..rows));
        for (at, layer) in layers.iter().enumerate() {
            let shared = unconditional.map(|condition| condition.0[at].shared(windows));
            let own = conditions.into_iter().flat_map(|condition| condition.0[at].branches(windows));
            let attended: Vec<Attended> = shared.into_iter().chain(own).collect();
            h = self.record_self_attention(plan, layer, h);
            h = self.record_cross_attention(plan, layer, shape, h, &attended);
            let wide = layer.feed_forward[0].record(plan, "feed-forward", h, Activation::Gelu);
            let sum = layer.feed_forward[1].record_add(plan, "feed-forward sum", wide, h);
            h = layer.norms[2].record(plan, "h", sum);
        }
        let estimates = output.record(plan, "branches of x0", h.rows(1..rows), Activation::None);
        plan.push(ops::Combine { x: estimates, weights: views.weights, out: views.x0 });
    }

    /// LN1(h + SA(h)), for all items of the batch.
    fn record_self_attention(&self, plan: &mut PlanBuilder, layer: &Layer, h: View) -> View {
        let (config, attention) = (&self.denoiser.config, &layer.self_attention);
        let d = config.d;
        let all = attention.input.record(plan, "queries, keys, values", h, Activation::None);
        let [q, k, v] = [0, d, 2 * d].map(|first| all.cols(first..first + d));
        let context = plan.attention("self-attention", q, k, v, config.heads, Mask::None);
        let sum = attention.output.record_add(plan, "self-attention sum", context, h);
        layer.norms[0].record(plan, "h", sum)
    }

    /// LN2(h + CA(h, memory)) of every branch; `h` has one item per window, or one per branch and window.
    fn record_cross_attention(
        &self,
        plan: &mut PlanBuilder,
        layer: &Layer,
        shape: Shape,
        h: View,
        attended: &[Attended],
    ) -> View {
        let config = &self.denoiser.config;
        let (d, heads, align) = (config.d, config.heads, config.align);
        let (windows, batch, attention) = (shape.windows, shape.branches() * shape.windows, &layer.cross_attention);
        let of_branch = |view: View, branch: usize| match view.batch / windows {
            1 => view,
            _ => view.batch(branch * windows..(branch + 1) * windows),
        };
        // With align = 1 only the time token attends.
        let (rows, mask) = match align {
            0 => (h.rows, Mask::None),
            1 => (1, Mask::None),
            width => (h.rows, Mask::Band { width }),
        };
        let attending = h.rows(0..rows);
        let queries = attention.input.rows(0, d).record(plan, "queries", attending, Activation::None);
        let context = plan.scratch("cross-attention", batch, rows, d);
        let sum = plan.scratch("cross-attention sum", batch, h.rows, d);
        let scale = ((d / heads) as f32).sqrt().recip();
        for (branch, attended) in attended.iter().enumerate() {
            let (q, out) = (of_branch(queries, branch), of_branch(context, branch));
            let (k, v) = (attended.both.cols(0..d), attended.both.cols(d..2 * d));
            plan.push(ops::Attention { q, k, v, heads, scale, mask, out });
        }
        if h.batch == batch {
            linear(plan, &attention.output, context, Some(attending), sum.rows(0..rows));
        } else {
            for branch in 0..attended.len() {
                let out = of_branch(sum, branch).rows(0..rows);
                linear(plan, &attention.output, of_branch(context, branch), Some(attending), out);
            }
        }
        if align == 1 {
            let terms = plan.scratch("aligned terms", 2 * batch, self.frames, d);
            for (branch, aligned) in attended.iter().filter_map(|a| a.aligned).enumerate() {
                let (own, other) = (terms.batch(0..batch), terms.batch(batch..2 * batch));
                plan.copy(of_branch(h, branch).rows(1..h.rows), of_branch(own, branch));
                plan.copy(aligned, of_branch(other, branch));
            }
            let weights = View { batch: 2 * batch, rows: self.frames, batch_stride: 0, row_stride: 0, ..self.one };
            plan.push(ops::Combine { x: terms, weights, out: sum.rows(1..h.rows) });
        }
        layer.norms[1].record(plan, "h", sum)
    }
}

impl Attended {
    /// The one item, for every window.
    fn shared(self, windows: usize) -> Self {
        Self { both: self.both.repeat(windows), aligned: self.aligned.map(|view| view.repeat(windows)) }
    }

    /// The items of each branch.
    fn branches(self, windows: usize) -> impl Iterator<Item = Self> {
        (0..self.both.batch / windows).map(move |branch| {
            let of = |view: View| view.batch(branch * windows..(branch + 1) * windows);
            Self { both: of(self.both), aligned: self.aligned.map(of) }
        })
    }
}

/// W·x + b (+ residual) into `out`.
fn linear(plan: &mut PlanBuilder, layer: &Linear, x: View, residual: Option<View>, out: View) {
    let (weight, bias) = (layer.weight.clone(), layer.bias.clone());
    plan.push(ops::Linear { x, weight, bias, activation: Activation::None, residual, out });
}
