//! The oracle: every op as its definition reads, one element after the other, in f64.

use std::ops::Range;
use std::sync::Arc;

use half::f16;
use media2face::error::Result;
use media2face::internals::plan::{
    Activation, Backend, BufferInfo, Executable, Mask, Op, Plan, Port, Preparation, Program, Section, State, Storage,
    Tensor, View, ops, prepared_at_once,
};
use media2face::internals::tensor::Weight;

use super::tolerance::Precision;

pub struct Reference;

impl Backend for Reference {
    fn name(&self) -> String {
        "f64 reference".to_owned()
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        Twin(Precision::F32).prepare(plan)
    }

    fn create_tensor(&self, len: usize) -> Result<Tensor> {
        Ok(Tensor(Box::new(vec![0.0f64; len])))
    }

    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()> {
        let from = &values_of(tensor)[offset..offset + data.len()];
        data.iter_mut().zip(from).for_each(|(d, f)| *d = *f as f32);
        Ok(())
    }

    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()> {
        let into = tensor.0.downcast_mut::<Vec<f64>>().expect("tensor of this backend");
        into[offset..offset + data.len()].iter_mut().zip(data).for_each(|(i, d)| *i = f64::from(*d));
        Ok(())
    }

    fn frames_per_run(&self) -> usize {
        3
    }
}

/// The oracle with the storage of a device: weights of products and intermediates rounded to halves, arithmetic in f64.
/// What it shows against f32 vectors is what that storage costs.
pub struct Twin(pub Precision);

impl Backend for Twin {
    fn name(&self) -> String {
        format!("f64 reference, {:?}", self.0)
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        Ok(prepared_at_once(TwinProgram { plan, precision: self.0 }))
    }

    fn create_tensor(&self, len: usize) -> Result<Tensor> {
        Reference.create_tensor(len)
    }

    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()> {
        Reference.read_tensor(tensor, offset, data)
    }

    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()> {
        Reference.write_tensor(tensor, offset, data)
    }

    fn frames_per_run(&self) -> usize {
        Reference.frames_per_run()
    }
}

struct TwinProgram {
    plan: Arc<Plan>,
    precision: Precision,
}

impl Program for TwinProgram {
    fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>> {
        let (plan, precision) = (Arc::clone(&self.plan), self.precision);
        let constant =
            |offset: usize, len: usize| plan.constants()[offset..offset + len].iter().map(|v| f64::from(*v)).collect();
        let contents = |b: &BufferInfo| match b.storage {
            Storage::Constant => constant(b.offset, b.len),
            Storage::Input => vec![0.0; b.len],
            _ => vec![f64::NAN; b.len],
        };
        let buffers = plan.buffers().iter().map(contents).collect();
        Ok(Box::new(Run { plan, precision, buffers }))
    }
}

fn values_of(tensor: &Tensor) -> &[f64] {
    tensor.0.downcast_ref::<Vec<f64>>().expect("tensor of this backend")
}

struct Run {
    plan: Arc<Plan>,
    precision: Precision,
    buffers: Vec<Vec<f64>>,
}

impl Run {
    /// Rounds what an op left, where a device keeps halves.
    fn store_halves(&mut self, out: View) {
        if self.precision == Precision::F16 && !self.plan.buffers()[out.buffer.index()].keep_f32 {
            let values = &mut self.buffers[out.buffer.index()];
            each(out, |b, r, c| {
                let value = &mut values[out.offset + b * out.batch_stride + r * out.row_stride + c];
                *value = f16::from_f64(*value).to_f64();
            });
        }
    }
}

impl Executable for Run {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn create_state(&self) -> Result<State> {
        let state = self
            .plan
            .buffers()
            .iter()
            .map(|b| if b.storage == Storage::State { vec![0.0f64; b.len] } else { Vec::new() });
        Ok(State(Box::new(state.collect::<Vec<_>>())))
    }

    fn write_part(&mut self, port: Port, first: usize, data: &[f32]) -> Result<()> {
        let buffer = &mut self.buffers[port.buffer().index()][first..first + data.len()];
        buffer.iter_mut().zip(data).for_each(|(b, d)| *b = f64::from(*d));
        Ok(())
    }

    fn load_part(&mut self, port: Port, part: Range<usize>, tensor: &Tensor, offset: usize) -> Result<()> {
        let buffer = &mut self.buffers[port.buffer().index()][part];
        let len = buffer.len();
        buffer.copy_from_slice(&values_of(tensor)[offset..offset + len]);
        Ok(())
    }

    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()> {
        let values = &self.buffers[port.buffer().index()][part];
        let into = tensor.0.downcast_mut::<Vec<f64>>().expect("tensor of this backend");
        into[offset..offset + values.len()].copy_from_slice(values);
        Ok(())
    }

    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize> {
        let Some(&section) = sections.first() else { return Ok(0) };
        let state = state.0.downcast_mut::<Vec<Vec<f64>>>().expect("state of this backend");
        let plan = Arc::clone(&self.plan);
        let is_state = |i: usize| plan.buffers()[i].storage == Storage::State;
        (0..state.len()).filter(|&i| is_state(i)).for_each(|i| std::mem::swap(&mut self.buffers[i], &mut state[i]));
        for op in plan.ops(section) {
            execute(op, &mut self.buffers, self.precision);
            self.store_halves(op.output());
        }
        (0..state.len()).filter(|&i| is_state(i)).for_each(|i| std::mem::swap(&mut self.buffers[i], &mut state[i]));
        Ok(1)
    }

    fn read_part(&mut self, port: Port, first: usize, data: &mut [f32]) -> Result<()> {
        let buffer = &self.buffers[port.buffer().index()][first..first + data.len()];
        data.iter_mut().zip(buffer).for_each(|(d, b)| *d = *b as f32);
        Ok(())
    }
}

fn activate(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::None => x,
        Activation::Gelu => 0.5 * x * (1.0 + libm::erf(x / std::f64::consts::SQRT_2)),
        Activation::QuickGelu => x / (1.0 + (-1.702 * x).exp()),
        Activation::Silu => x / (1.0 + (-x).exp()),
    }
}

fn values(weight: &Weight) -> Vec<f64> {
    weight.to_f32().expect("memory").into_iter().map(f64::from).collect()
}

/// The weight of a product.
fn matrix(weight: &Weight, precision: Precision) -> Vec<f64> {
    let halves = precision >= Precision::F16Weights;
    values(weight).into_iter().map(|w| if halves { f16::from_f64(w).to_f64() } else { w }).collect()
}

fn bias(bias: Option<&Weight>, channels: usize) -> Vec<f64> {
    bias.map_or_else(|| vec![0.0; channels], values)
}

/// Runs one op; all of its output is computed before any of it is stored, so that in-place ops mean what they say.
fn execute(op: &Op, buffers: &mut [Vec<f64>], precision: Precision) {
    let at = |v: &View, b: usize, r: usize, c: usize| {
        buffers[v.buffer.index()][v.offset + b * v.batch_stride + r * v.row_stride + c]
    };
    let out = op.output();
    let mut result = Vec::with_capacity(out.len());
    match op {
        Op::Linear(ops::Linear { x, weight, bias: b, activation, residual, .. }) => {
            let (w, b) = (matrix(weight, precision), bias(b.as_ref(), out.cols));
            each(out, |n, r, o| {
                let sum: f64 = (0..x.cols).map(|i| at(x, n, r, i) * w[o * x.cols + i]).sum();
                result.push(activate(*activation, sum + b[o]) + residual.map_or(0.0, |v| at(&v, n, r, o)));
            });
        }
        Op::Conv1d(ops::Conv1d { x, weight, bias: b, stride, pad, dilation, groups, activation, residual, .. }) => {
            let (w, b) = (matrix(weight, precision), bias(b.as_ref(), out.cols));
            let (inputs, taps) = (weight.shape()[1], weight.shape()[2]);
            each(out, |n, t, o| {
                let first = o / (out.cols / groups) * inputs;
                let mut sum = b[o];
                for k in 0..taps {
                    let Some(from) = (t * stride + k * dilation).checked_sub(*pad).filter(|&f| f < x.rows) else {
                        continue;
                    };
                    sum += (0..inputs).map(|i| at(x, n, from, first + i) * w[(o * inputs + i) * taps + k]).sum::<f64>();
                }
                result.push(activate(*activation, sum) + residual.map_or(0.0, |v| at(&v, n, t, o)));
            });
        }
        Op::Conv2d(ops::Conv2d { x, height, width, weight, bias: b, stride, upsample, add, activation, .. }) => {
            let (w, b) = (matrix(weight, precision), bias(b.as_ref(), out.cols));
            let scale = if *upsample { 2 } else { 1 };
            let out_width = (width * scale).div_ceil(*stride);
            each(out, |n, r, o| {
                let (y, column) = (r / out_width, r % out_width);
                let mut sum = b[o] + add.map_or(0.0, |v| at(&v, n, r, o));
                for (ky, kx) in (0..9).map(|k| (k / 3, k % 3)) {
                    let Some(sy) = (y * stride + ky).checked_sub(1).filter(|&s| s < height * scale) else { continue };
                    let Some(sx) = (column * stride + kx).checked_sub(1).filter(|&s| s < width * scale) else {
                        continue;
                    };
                    let row = sy / scale * width + sx / scale;
                    sum += (0..x.cols).map(|i| at(x, n, row, i) * w[(o * x.cols + i) * 9 + ky * 3 + kx]).sum::<f64>();
                }
                result.push(activate(*activation, sum));
            });
        }
        Op::Attention(ops::Attention { q, k, v, heads, scale, mask, .. }) => {
            let d = q.cols / heads;
            each(out, |n, i, c| {
                let h = c / d * d;
                let sees = |j: usize| match mask {
                    Mask::None => true,
                    Mask::Causal => j <= i,
                    Mask::Band { width } => i == 0 || (i - 1).abs_diff(j) < *width,
                };
                let keys: Vec<usize> = (0..k.rows).filter(|&j| sees(j)).collect();
                let score =
                    |j: usize| f64::from(*scale) * (h..h + d).map(|e| at(q, n, i, e) * at(k, n, j, e)).sum::<f64>();
                let scores: Vec<f64> = keys.iter().map(|&j| score(j)).collect();
                let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = scores.iter().map(|s| (s - top).exp()).sum();
                result.push(keys.iter().zip(&scores).map(|(&j, s)| (s - top).exp() / sum * at(v, n, j, c)).sum());
            });
        }
        Op::LayerNorm(ops::LayerNorm { x, weight, bias: b, eps, activation, .. }) => {
            let (w, b) = (values(weight), values(b));
            each(out, |n, r, c| {
                let mean = (0..x.cols).map(|i| at(x, n, r, i)).sum::<f64>() / x.cols as f64;
                let variance = (0..x.cols).map(|i| (at(x, n, r, i) - mean).powi(2)).sum::<f64>() / x.cols as f64;
                let normal = (at(x, n, r, c) - mean) / (variance + f64::from(*eps)).sqrt();
                result.push(activate(*activation, normal * w[c] + b[c]));
            });
        }
        Op::GroupNorm(ops::GroupNorm { x, groups, eps, affine, film, activation, .. }) => {
            let size = x.cols / groups;
            let affine = affine.as_ref().map(|(w, b)| (values(w), values(b)));
            let mut moments = Vec::new();
            for (n, g) in (0..x.batch).flat_map(|n| (0..*groups).map(move |g| (n, g))) {
                let all = || (0..x.rows).flat_map(|r| (g * size..(g + 1) * size).map(move |c| (r, c)));
                let count = (x.rows * size) as f64;
                let mean = all().map(|(r, c)| at(x, n, r, c)).sum::<f64>() / count;
                let variance = all().map(|(r, c)| (at(x, n, r, c) - mean).powi(2)).sum::<f64>() / count;
                moments.push((mean, (variance + f64::from(*eps)).sqrt()));
            }
            each(out, |n, r, c| {
                let (mean, deviation) = moments[n * groups + c / size];
                let normal = (at(x, n, r, c) - mean) / deviation;
                let (gain, shift) = match (&affine, film) {
                    (Some((w, b)), _) => (w[c], b[c]),
                    (None, Some(f)) => (1.0 + at(f, n, 0, c), at(f, n, 0, x.cols + c)),
                    (None, None) => (1.0, 0.0),
                };
                result.push(activate(*activation, normal * gain + shift));
            });
        }
        Op::Map(ops::Map { x, activation, .. }) => {
            each(out, |n, r, c| result.push(activate(*activation, at(x, n, r, c))))
        }
        Op::Combine(ops::Combine { x, weights, .. }) => each(out, |n, r, c| {
            let branches = (0..x.batch / out.batch).map(|k| k * out.batch + n);
            result.push(branches.map(|b| at(weights, b, r, 0) * at(x, b, r, c)).sum());
        }),
        Op::Interpolate(ops::Interpolate { x, positions, .. }) => each(out, |n, f, c| {
            let (low, part) = (at(positions, 0, f, 0) as usize, at(positions, 0, f, 1));
            let row = |r: usize| at(x, n, r.min(x.rows - 1), c);
            result.push(row(low) * (1.0 - part) + row(low + 1) * part);
        }),
        Op::Gather(ops::Gather { x, index, weight, .. }) => {
            let (index_list, w, taps) = (index.to_i32().expect("memory"), values(weight), index.shape()[1]);
            each(out, |n, v, c| {
                result.push((v * taps..(v + 1) * taps).map(|k| w[k] * at(x, n, index_list[k] as usize, c)).sum());
            });
        }
        Op::RigidMotion(ops::RigidMotion { motion, points, .. }) => each(out, |n, v, c| {
            let [r, t] = [0, 3].map(|first| vector(|c| at(motion, n, 0, first + c)));
            let p = vector(|c| at(points, 0, v, c));
            let angle = dot(r, r).sqrt();
            // Rodrigues' formula: p·cos a + (k×p)·sin a + k·(k·p)·(1 − cos a)
            let k = r.map(|c| if angle > 0.0 { c / angle } else { 0.0 });
            let turned = p[c] * angle.cos() + cross(k, p)[c] * angle.sin() + k[c] * dot(k, p) * (1.0 - angle.cos());
            result.push(turned - p[c] + t[c]);
        }),
        Op::Normals(ops::Normals { offsets, neutral, triangles, .. }) => {
            let triangles = triangles.to_i32().expect("memory");
            each(out, |n, v, c| {
                let point =
                    |corner: i32| vector(|c| at(neutral, 0, corner as usize, c) + at(offsets, n, corner as usize, c));
                let mut sum = [0.0; 3];
                for corners in triangles.as_chunks::<3>().0 {
                    let [p, q, r] = corners.map(point);
                    let normal = cross(vector(|c| q[c] - p[c]), vector(|c| r[c] - p[c]));
                    let times = corners.iter().filter(|&&corner| corner as usize == v).count() as f64;
                    sum = vector(|c| sum[c] + times * normal[c]);
                }
                let length = dot(sum, sum).sqrt();
                result.push(if length > 0.0 { sum[c] / length } else { [0.0, 0.0, 1.0][c] });
            });
        }
    }
    let mut result = result.into_iter();
    each(out, |b, r, c| {
        buffers[out.buffer.index()][out.offset + b * out.batch_stride + r * out.row_stride + c] =
            result.next().expect("whole output");
    });
}

fn vector(component: impl FnMut(usize) -> f64) -> [f64; 3] {
    std::array::from_fn(component)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn each(view: View, mut visit: impl FnMut(usize, usize, usize)) {
    for b in 0..view.batch {
        for r in 0..view.rows {
            (0..view.cols).for_each(|c| visit(b, r, c));
        }
    }
}
