//! What every op means: as its definition reads, one element after the other, in f64.

use half::f16;
use media2face::each_op;
use media2face::internals::plan::{Activation, Mask, Op, View, ops};
use media2face::internals::tensor::Weight;

use super::tolerance::Precision;

/// The buffers as an op finds them.
struct Before<'a> {
    buffers: &'a [Vec<f64>],
    precision: Precision,
}

impl Before<'_> {
    fn value(&self, v: &View, b: usize, r: usize, c: usize) -> f64 {
        self.buffers[v.buffer.index()][v.offset + b * v.batch_stride + r * v.row_stride + c]
    }

    /// The weight of a product.
    fn matrix(&self, weight: &Weight) -> Vec<f64> {
        let halves = self.precision >= Precision::F16Weights;
        values(weight).into_iter().map(|w| if halves { f16::from_f64(w).to_f64() } else { w }).collect()
    }
}

trait Define {
    /// All values of the output, in order.
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>);
}

macro_rules! dispatch {
    ($($stem:ident $Name:ident),* $(,)?) => {
        fn definition(op: &Op) -> &dyn Define {
            match op {
                $(Op::$Name(op) => op,)*
            }
        }
    };
}
each_op!(dispatch);

/// Runs one op; all of its output is computed before any of it is stored, so that in-place ops mean what they say.
pub(super) fn execute(op: &Op, buffers: &mut [Vec<f64>], precision: Precision) {
    let out = op.output();
    let mut result = Vec::with_capacity(out.len());
    definition(op).define(&Before { buffers, precision }, &mut result);
    let mut result = result.into_iter();
    each(out, |b, r, c| {
        buffers[out.buffer.index()][out.offset + b * out.batch_stride + r * out.row_stride + c] =
            result.next().expect("whole output");
    });
}

impl Define for ops::Linear {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, weight, bias: b, activation, residual, out, .. } = self;
        let (w, b) = (at.matrix(weight), bias(b.as_ref(), out.cols));
        each(*out, |n, r, o| {
            let sum: f64 = (0..x.cols).map(|i| at.value(x, n, r, i) * w[o * x.cols + i]).sum();
            result.push(activate(*activation, sum + b[o]) + residual.map_or(0.0, |v| at.value(&v, n, r, o)));
        });
    }
}

impl Define for ops::Conv1d {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, weight, bias: b, stride, pad, dilation, groups, activation, residual, out, .. } = self;
        let (w, b) = (at.matrix(weight), bias(b.as_ref(), out.cols));
        let (inputs, taps) = (weight.shape()[1], weight.shape()[2]);
        each(*out, |n, t, o| {
            let first = o / (out.cols / groups) * inputs;
            let mut sum = b[o];
            for k in 0..taps {
                let Some(from) = (t * stride + k * dilation).checked_sub(*pad).filter(|&f| f < x.rows) else {
                    continue;
                };
                sum +=
                    (0..inputs).map(|i| at.value(x, n, from, first + i) * w[(o * inputs + i) * taps + k]).sum::<f64>();
            }
            result.push(activate(*activation, sum) + residual.map_or(0.0, |v| at.value(&v, n, t, o)));
        });
    }
}

impl Define for ops::Conv2d {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, height, width, weight, bias: b, stride, upsample, add, activation, out, .. } = self;
        let (w, b) = (at.matrix(weight), bias(b.as_ref(), out.cols));
        let scale = if *upsample { 2 } else { 1 };
        let out_width = (width * scale).div_ceil(*stride);
        each(*out, |n, r, o| {
            let (y, column) = (r / out_width, r % out_width);
            let mut sum = b[o] + add.map_or(0.0, |v| at.value(&v, n, r, o));
            for (ky, kx) in (0..9).map(|k| (k / 3, k % 3)) {
                let Some(sy) = (y * stride + ky).checked_sub(1).filter(|&s| s < height * scale) else { continue };
                let Some(sx) = (column * stride + kx).checked_sub(1).filter(|&s| s < width * scale) else {
                    continue;
                };
                let row = sy / scale * width + sx / scale;
                sum += (0..x.cols).map(|i| at.value(x, n, row, i) * w[(o * x.cols + i) * 9 + ky * 3 + kx]).sum::<f64>();
            }
            result.push(activate(*activation, sum));
        });
    }
}

impl Define for ops::Depthwise2d {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, height, width, weight, bias, stride, pad, out } = self;
        let (w, b, kernel) = (values(weight), values(bias), weight.shape()[1]);
        let out_width = width.div_ceil(*stride);
        each(*out, |n, r, c| {
            let mut sum = b[c];
            for (i, j) in (0..kernel * kernel).map(|k| (k / kernel, k % kernel)) {
                let inside = |from: usize, side: usize| from.checked_sub(*pad).filter(|&at| at < side);
                let source =
                    inside(r / out_width * stride + i, *height).zip(inside(r % out_width * stride + j, *width));
                if let Some((y, column)) = source {
                    sum += w[(c * kernel + i) * kernel + j] * at.value(x, n, y * width + column, c);
                }
            }
            result.push(sum);
        });
    }
}

impl Define for ops::MaxPool2d {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, width, out, .. } = self;
        each(*out, |n, r, c| {
            let first = r / (width / 2) * 2 * width + r % (width / 2) * 2;
            let four = [first, first + 1, first + width, first + width + 1];
            result.push(four.map(|row| at.value(x, n, row, c)).into_iter().fold(f64::NEG_INFINITY, f64::max));
        });
    }
}

impl Define for ops::Prelu {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, add, slope, out } = self;
        let slopes = values(slope);
        each(*out, |n, r, c| {
            let added = add.filter(|view| c < view.cols).map_or(0.0, |view| at.value(&view, n, r, c));
            let value = at.value(x, n, r, c) + added;
            result.push(if value > 0.0 { value } else { slopes[c] * value });
        });
    }
}

impl Define for ops::Attention {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { q, k, v, heads, scale, mask, out, .. } = self;
        let d = q.cols / heads;
        each(*out, |n, i, c| {
            let h = c / d * d;
            let sees = |j: usize| match mask {
                Mask::None => true,
                Mask::Causal => j <= i,
                Mask::Band { width } => i == 0 || (i - 1).abs_diff(j) < *width,
            };
            let keys: Vec<usize> = (0..k.rows).filter(|&j| sees(j)).collect();
            let score = |j: usize| {
                f64::from(*scale) * (h..h + d).map(|e| at.value(q, n, i, e) * at.value(k, n, j, e)).sum::<f64>()
            };
            let scores: Vec<f64> = keys.iter().map(|&j| score(j)).collect();
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores.iter().map(|s| (s - top).exp()).sum();
            result.push(keys.iter().zip(&scores).map(|(&j, s)| (s - top).exp() / sum * at.value(v, n, j, c)).sum());
        });
    }
}

impl Define for ops::LayerNorm {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, weight, bias: b, eps, activation, out, .. } = self;
        let (w, b) = (values(weight), values(b));
        each(*out, |n, r, c| {
            let mean = (0..x.cols).map(|i| at.value(x, n, r, i)).sum::<f64>() / x.cols as f64;
            let variance = (0..x.cols).map(|i| (at.value(x, n, r, i) - mean).powi(2)).sum::<f64>() / x.cols as f64;
            let normal = (at.value(x, n, r, c) - mean) / (variance + f64::from(*eps)).sqrt();
            result.push(activate(*activation, normal * w[c] + b[c]));
        });
    }
}

impl Define for ops::GroupNorm {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, groups, eps, affine, film, activation, out, .. } = self;
        let size = x.cols / groups;
        let affine = affine.as_ref().map(|(w, b)| (values(w), values(b)));
        let mut moments = Vec::new();
        for (n, g) in (0..x.batch).flat_map(|n| (0..*groups).map(move |g| (n, g))) {
            let all = || (0..x.rows).flat_map(|r| (g * size..(g + 1) * size).map(move |c| (r, c)));
            let count = (x.rows * size) as f64;
            let mean = all().map(|(r, c)| at.value(x, n, r, c)).sum::<f64>() / count;
            let variance = all().map(|(r, c)| (at.value(x, n, r, c) - mean).powi(2)).sum::<f64>() / count;
            moments.push((mean, (variance + f64::from(*eps)).sqrt()));
        }
        each(*out, |n, r, c| {
            let (mean, deviation) = moments[n * groups + c / size];
            let normal = (at.value(x, n, r, c) - mean) / deviation;
            let (gain, shift) = match (&affine, film) {
                (Some((w, b)), _) => (w[c], b[c]),
                (None, Some(f)) => (1.0 + at.value(f, n, 0, c), at.value(f, n, 0, x.cols + c)),
                (None, None) => (1.0, 0.0),
            };
            result.push(activate(*activation, normal * gain + shift));
        });
    }
}

impl Define for ops::Map {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, activation, out, .. } = self;
        each(*out, |n, r, c| result.push(activate(*activation, at.value(x, n, r, c))))
    }
}

impl Define for ops::Combine {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, weights, out, .. } = self;
        each(*out, |n, r, c| {
            let branches = (0..x.batch / out.batch).map(|k| k * out.batch + n);
            result.push(branches.map(|b| at.value(weights, b, r, 0) * at.value(x, b, r, c)).sum());
        });
    }
}

impl Define for ops::Interpolate {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, positions, out, .. } = self;
        each(*out, |n, f, c| {
            let (low, part) = (at.value(positions, 0, f, 0) as usize, at.value(positions, 0, f, 1));
            let row = |r: usize| at.value(x, n, r.min(x.rows - 1), c);
            result.push(row(low) * (1.0 - part) + row(low + 1) * part);
        });
    }
}

impl Define for ops::Gather {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { x, index, weight, out, .. } = self;
        let (index_list, w, taps) = (index.to_i32().expect("memory"), values(weight), index.shape()[1]);
        each(*out, |n, v, c| {
            result.push((v * taps..(v + 1) * taps).map(|k| w[k] * at.value(x, n, index_list[k] as usize, c)).sum());
        });
    }
}

impl Define for ops::RigidMotion {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { motion, points, out, .. } = self;
        each(*out, |n, v, c| {
            let [r, t] = [0, 3].map(|first| vector(|c| at.value(motion, n, 0, first + c)));
            let p = vector(|c| at.value(points, 0, v, c));
            let angle = dot(r, r).sqrt();
            // Rodrigues' formula: p·cos a + (k×p)·sin a + k·(k·p)·(1 − cos a)
            let k = r.map(|c| if angle > 0.0 { c / angle } else { 0.0 });
            let turned = p[c] * angle.cos() + cross(k, p)[c] * angle.sin() + k[c] * dot(k, p) * (1.0 - angle.cos());
            result.push(turned - p[c] + t[c]);
        });
    }
}

impl Define for ops::Normals {
    fn define(&self, at: &Before<'_>, result: &mut Vec<f64>) {
        let Self { offsets, neutral, triangles, out, .. } = self;
        let triangles = triangles.to_i32().expect("memory");
        each(*out, |n, v, c| {
            let point = |corner: i32| {
                vector(|c| at.value(neutral, 0, corner as usize, c) + at.value(offsets, n, corner as usize, c))
            };
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

fn bias(bias: Option<&Weight>, channels: usize) -> Vec<f64> {
    bias.map_or_else(|| vec![0.0; channels], values)
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

pub(super) fn each(view: View, mut visit: impl FnMut(usize, usize, usize)) {
    for b in 0..view.batch {
        for r in 0..view.rows {
            (0..view.cols).for_each(|c| visit(b, r, c));
        }
    }
}
