//! Recording the denoiser: a section `condition` that runs once per window and branch, and a section `step`.
//!
//! Batches are branch-major: item = branch · windows + window. Until the first cross-attention all branches are the same,
//! so a batch of one item per window stands for all of them.

use std::sync::Arc;

use crate::nn::Linear;
use crate::plan::{Activation, Mask, Op, Plan, PlanBuilder, Port, Section, View};
use crate::tensor::Weight;

use super::{Denoiser, Layer, Memory, Shape, position};

/// A recorded denoiser: its sections, and its inputs and outputs.
#[derive(Debug, Clone)]
pub struct DenoiserPlan {
    /// What a backend compiles.
    pub plan: Arc<Plan>,
    /// Reads `features`, fills the state. Run it once per state.
    pub condition: Section,
    /// Reads `x`, `time`, `weights` and the state, writes `x0`.
    pub step: Section,
    /// Audio feature and style code of every frame, [conditions · windows, N, d_a + d_p], zeros for no style; `None` when
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

/// What one branch attends to in one layer, one batch item per window.
struct Attended {
    keys: View,
    values: View,
    /// With align = 1 a frame attends to its own memory row alone: the outcome, [windows, N, d], is known beforehand.
    aligned: Option<View>,
}

impl Denoiser {
    /// Records the network for windows and branches of one shape.
    ///
    /// # Panics
    /// If the shape is empty.
    pub fn record(&self, shape: Shape) -> DenoiserPlan {
        let (d, d_x, rows) = (self.config.d, self.config.d_x, shape.frames + 1);
        let mut plan = PlanBuilder::new();
        let positions = plan.constant("positions", 1, rows, d, &position::table(rows, d));

        let condition = plan.section("condition");
        let (features, attended) = self.record_condition(&mut plan, shape, positions);

        let step = plan.section("step");
        let (x, x_view) = plan.input("x", shape.windows, shape.frames, d_x);
        let (time, time_view) = plan.input("time", 1, 1, d);
        let (weights, weights_view) = plan.input("guidance weights", shape.branches() * shape.windows, shape.frames, 1);
        let (x0, x0_view) = plan.output("x0", shape.windows, shape.frames, d_x);

        let hidden = self.time[0].record(&mut plan, "time hidden", time_view, Activation::Silu);
        let mut h = plan.scratch("h", shape.windows, rows, d);
        let place = |rows| Some(positions.rows(rows).repeat(shape.windows));
        linear(&mut plan, &self.time[1], hidden.repeat(shape.windows), place(0..1), h.rows(0..1));
        linear(&mut plan, &self.input, x_view, place(1..rows), h.rows(1..rows));
        for (layer, attended) in self.layers.iter().zip(&attended) {
            h = self.record_self_attention(&mut plan, layer, h);
            h = self.record_cross_attention(&mut plan, layer, shape, h, attended);
            let wide = layer.feed_forward[0].record(&mut plan, "feed-forward", h, Activation::Gelu);
            let sum = layer.feed_forward[1].record_add(&mut plan, "feed-forward sum", wide, h);
            h = layer.norms[2].record(&mut plan, "h", sum);
        }
        let estimates = self.output.record(&mut plan, "branches of x0", h.rows(1..rows), Activation::None);
        plan.push(Op::Combine { x: estimates, weights: weights_view, out: x0_view });
        DenoiserPlan { plan: Arc::new(plan.finish()), condition, step, features, x, time, weights, x0 }
    }

    /// Memory, keys and values into the state; returns what to attend to by layer and branch.
    fn record_condition(
        &self,
        plan: &mut PlanBuilder,
        shape: Shape,
        positions: View,
    ) -> (Option<Port>, Vec<Vec<Attended>>) {
        let (d, rows) = (self.config.d, self.memory_rows(shape.frames));
        let mut memories = Vec::new();
        if shape.unconditional {
            // Without a condition the memory is the projection's bias and the position, the same in every window.
            memories.push(plan.constant("memory of ∅", 1, rows, d, &self.unconditional_memory(shape.frames)));
        }
        let features = (shape.conditions > 0).then(|| {
            let batch = shape.conditions * shape.windows;
            let (port, view) = plan.input("features", batch, shape.frames, self.condition_width());
            memories.push(self.record_memory(plan, view, positions));
            port
        });
        let layers = self.layers.iter().map(|layer| {
            let attention = &layer.cross_attention;
            let mut attended = Vec::with_capacity(shape.branches());
            for memory in &memories {
                let both = plan.state("keys and values", memory.batch, rows, 2 * d);
                linear(plan, &attention.input.rows(d, 2 * d), *memory, None, both);
                let aligned = (self.config.align == 1).then(|| {
                    let out = plan.state("aligned attention", memory.batch, rows, d);
                    linear(plan, &attention.output, both.cols(d..2 * d), None, out);
                    out
                });
                attended.extend((0..memory.batch.div_ceil(shape.windows)).map(|i| {
                    let branch = |view: View| match view.batch {
                        1 => view.repeat(shape.windows),
                        _ => view.batch(i * shape.windows..(i + 1) * shape.windows),
                    };
                    let both = branch(both);
                    Attended { keys: both.cols(0..d), values: both.cols(d..2 * d), aligned: aligned.map(branch) }
                }));
            }
            attended
        });
        let layers = layers.collect();
        (features, layers)
    }

    /// Memory rows of the branches with a condition.
    fn record_memory(&self, plan: &mut PlanBuilder, features: View, positions: View) -> View {
        let (frames, d_a) = (features.rows, self.config.d_a);
        let out = plan.scratch("memory", features.batch, self.memory_rows(frames), self.config.d);
        let place = Some(positions.rows(1..frames + 1).repeat(features.batch));
        match &self.memory {
            Memory::Feature(both) => linear(plan, both, features, place, out),
            Memory::Token { audio, style } => {
                linear(plan, audio, features.cols(0..d_a), place, out.rows(0..frames));
                let code = features.rows(0..1).cols(d_a..features.cols);
                linear(plan, style, code, None, out.rows(frames..frames + 1));
            }
        }
        out
    }

    /// Memory rows of ∅, whose features are zeros.
    fn unconditional_memory(&self, frames: usize) -> Vec<f32> {
        let d = self.config.d;
        let bias = |linear: &Linear| linear.bias.as_ref().map_or_else(|| vec![0.0; d], Weight::to_f32);
        let (per_frame, last) = match &self.memory {
            Memory::Feature(both) => (bias(both), Vec::new()),
            Memory::Token { audio, style } => (bias(audio), bias(style)),
        };
        let mut memory = position::table(frames + 1, d).split_off(d);
        for row in memory.chunks_exact_mut(d) {
            row.iter_mut().zip(&per_frame).for_each(|(m, b)| *m += b);
        }
        memory.extend(last);
        memory
    }

    /// LN1(h + SA(h)), for all items of the batch.
    fn record_self_attention(&self, plan: &mut PlanBuilder, layer: &Layer, h: View) -> View {
        let (d, attention) = (self.config.d, &layer.self_attention);
        let all = attention.input.record(plan, "queries, keys, values", h, Activation::None);
        let [q, k, v] = [0, d, 2 * d].map(|first| all.cols(first..first + d));
        let context = plan.attention("self-attention", q, k, v, self.config.heads, Mask::None);
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
        let (d, heads, align) = (self.config.d, self.config.heads, self.config.align);
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
            plan.push(Op::Attention { q, k: attended.keys, v: attended.values, heads, scale, mask, out });
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
            let terms = plan.scratch("aligned terms", 2 * batch, shape.frames, d);
            for (branch, aligned) in attended.iter().filter_map(|a| a.aligned).enumerate() {
                let (own, other) = (terms.batch(0..batch), terms.batch(batch..2 * batch));
                plan.copy(of_branch(h, branch).rows(1..h.rows), of_branch(own, branch));
                plan.copy(aligned, of_branch(other, branch));
            }
            let ones = plan.constant("one", 1, 1, 1, &[1.0]);
            let weights = View { batch: 2 * batch, rows: shape.frames, batch_stride: 0, row_stride: 0, ..ones };
            plan.push(Op::Combine { x: terms, weights, out: sum.rows(1..h.rows) });
        }
        layer.norms[1].record(plan, "h", sum)
    }
}

/// W·x + b (+ residual) into `out`.
fn linear(plan: &mut PlanBuilder, layer: &Linear, x: View, residual: Option<View>, out: View) {
    let (weight, bias) = (layer.weight.clone(), layer.bias.clone());
    plan.push(Op::Linear { x, weight, bias, activation: Activation::None, residual, out });
}
