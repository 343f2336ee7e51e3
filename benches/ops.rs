//! Every op at the shapes of the networks, on one thread of the CPU or on a Vulkan device: milliseconds and GFLOP/s by
//! definition (not by the cleverer algorithm). `cargo bench --bench ops [-- WORDS]`, where words filter,
//! `--vulkan[=NAME]` takes a device and `--json` prints a line of JSON for each row; the last column counts how often a
//! network runs the op, and the table ends with each network's sum. CPU time, but wall time on a GPU.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use media2face::internals::plan::{Activation, Mask, Op, PlanBuilder, View, ops};
use media2face::internals::tensor::Weight;
use serde_json::json;
use support::{Subject, Words, values};

fn weight(shape: &[usize]) -> Weight {
    let values: Vec<f32> = values(shape.iter().product(), 1).iter().map(|value| value * 0.05).collect();
    Weight::from_f32("w", shape, &values)
}

struct Bench {
    subject: Subject,
    words: Words,
    networks: BTreeMap<&'static str, f64>,
}

impl Bench {
    /// Times one op; `record` writes it between an input and an output.
    fn op(
        &mut self,
        network: &'static str,
        count: usize,
        x: [usize; 3],
        out: [usize; 3],
        record: impl Fn(&mut PlanBuilder, View, View) -> Op,
    ) {
        let mut plan = PlanBuilder::new();
        let section = plan.section("main");
        let (port, x_view) = plan.input("x", x[0], x[1], x[2]);
        let (_, out_view) = plan.output("y", out[0], out[1], out[2]);
        let op = record(&mut plan, x_view, out_view);
        let (stem, flops) = (op.stem(), op.flops());
        let name = format!("{network} {stem} {x:?} -> {out:?}");
        if !self.words.want(&name) {
            return;
        }
        plan.push(op);
        let mut executable = self.subject.backend().compile(Arc::new(plan.finish())).expect("compiles");
        let mut state = executable.create_state().expect("state");
        executable.write(port, &values(x.iter().product(), 0)).expect("fits");
        let start = Instant::now();
        let (mut best, mut runs) = (f64::INFINITY, 0);
        while runs < 3 || (start.elapsed().as_secs_f64() < 0.3 && runs < 200) {
            let before = self.subject.seconds(start);
            executable.run(section, &mut state).expect("runs");
            best = best.min(self.subject.seconds(start) - before);
            runs += 1;
        }
        *self.networks.entry(network).or_default() += best * count as f64;
        let (ms, rate) = (best * 1e3, flops as f64 / best * 1e-9);
        if self.words.has("--json") {
            let row = json!({
                "network": network, "op": stem, "in": x, "out": out, "count": count, "ms": ms, "gflop_per_s": rate,
            });
            println!("{row}");
        } else {
            println!("{name:72} {ms:9.3} ms {rate:7.1} GFLOP/s  ×{count}");
        }
    }

    fn linear(
        &mut self,
        network: &'static str,
        count: usize,
        rows: [usize; 2],
        sizes: [usize; 2],
        activation: Activation,
    ) {
        let (w, bias) = (weight(&[sizes[1], sizes[0]]), Some(weight(&[sizes[1]])));
        let [b, n] = rows;
        self.op(network, count, [b, n, sizes[0]], [b, n, sizes[1]], |_, x, out| {
            Op::Linear(ops::Linear { x, weight: w.clone(), bias: bias.clone(), activation, residual: None, out })
        });
    }

    fn conv1d(&mut self, count: usize, frames: [usize; 2], channels: [usize; 2], window: [usize; 2], act: Activation) {
        let ([frames, out_frames], [inputs, outputs], [kernel, stride]) = (frames, channels, window);
        let groups = if kernel == 128 { 16 } else { 1 };
        let w = weight(&[outputs, inputs / groups, kernel]);
        self.op("wav2vec2", count, [1, frames, inputs], [1, out_frames, outputs], |_, x, out| {
            Op::Conv1d(ops::Conv1d {
                x,
                weight: w.clone(),
                bias: None,
                stride,
                pad: if groups > 1 { kernel / 2 } else { 0 },
                dilation: 1,
                groups,
                activation: act,
                residual: None,
                out,
            })
        });
    }

    fn conv2d(&mut self, network: &'static str, side: usize, channels: [usize; 2], stride: usize, upsample: bool) {
        let out_side = if upsample { 2 * side } else { side / stride };
        let (w, bias) = (weight(&[channels[1], channels[0], 3, 3]), Some(weight(&[channels[1]])));
        let out = [1, out_side * out_side, channels[1]];
        self.op(network, 1, [1, side * side, channels[0]], out, |plan, x, out| {
            let add = upsample.then(|| plan.input("skip", 1, out_side * out_side, channels[1]).1);
            let (weight, bias, activation) = (w.clone(), bias.clone(), Activation::None);
            Op::Conv2d(ops::Conv2d {
                x,
                height: side,
                width: side,
                weight,
                bias,
                stride,
                upsample,
                add,
                activation,
                out,
            })
        });
    }

    /// A block of the face finder's networks, whose map it may halve.
    fn block(&mut self, network: &'static str, count: usize, side: usize, channels: usize, stride: usize) {
        let (x, out) = ([1, side * side, channels], [1, (side / stride).pow(2), channels]);
        let (w, bias) = (weight(&[channels, 3, 3]), weight(&[channels]));
        self.op(network, count, x, out, |_, x, out| {
            let (weight, bias) = (w.clone(), bias.clone());
            Op::Depthwise2d(ops::Depthwise2d {
                x,
                height: side,
                width: side,
                weight,
                bias,
                stride,
                pad: 2 - stride,
                out,
            })
        });
        if stride == 2 {
            self.op(network, count, x, out, |_, x, out| {
                Op::MaxPool2d(ops::MaxPool2d { x, height: side, width: side, out })
            });
        }
        self.linear(network, count, [1, out[1]], [channels, channels], Activation::None);
        self.op(network, count, out, out, |plan, x, y| {
            let add = Some(plan.input("shortcut", 1, out[1], channels).1);
            Op::Prelu(ops::Prelu { x, add, slope: bias.clone(), out: y })
        });
    }

    fn group_norm(&mut self, network: &'static str, count: usize, rows: usize, cols: usize, groups: usize) {
        let shape = [1, rows, cols];
        self.op(network, count, shape, shape, |plan, x, out| {
            let film = Some(plan.input("film", 1, 1, 2 * cols).1);
            Op::GroupNorm(ops::GroupNorm {
                x,
                groups,
                eps: 1e-5,
                affine: None,
                film,
                activation: Activation::Silu,
                out,
            })
        });
    }

    fn layer_norm(&mut self, network: &'static str, count: usize, shape: [usize; 3]) {
        let (w, bias) = (weight(&[shape[2]]), weight(&[shape[2]]));
        self.op(network, count, shape, shape, |_, x, out| {
            let activation = Activation::None;
            Op::LayerNorm(ops::LayerNorm { x, weight: w.clone(), bias: bias.clone(), eps: 1e-5, activation, out })
        });
    }

    fn attention(&mut self, network: &'static str, count: usize, shape: [usize; 3], keys: usize, heads: usize) {
        self.op(network, count, shape, shape, |plan, q, out| {
            let k = plan.input("kv", shape[0], keys, 2 * shape[2]).1;
            let (k, v) = (k.cols(0..shape[2]), k.cols(shape[2]..2 * shape[2]));
            Op::Attention(ops::Attention { q, k, v, heads, scale: 0.1, mask: Mask::None, out })
        });
    }

    fn products(&mut self) {
        self.linear("product", 1, [1, 512], [512, 512], Activation::None);
        if self.subject.is_hardware() {
            self.linear("product", 1, [1, 4096], [4096, 4096], Activation::None);
        }
    }

    fn wav2vec2(&mut self) {
        const NET: &str = "wav2vec2";
        self.conv1d(1, [160_000, 31_999], [1, 512], [10, 5], Activation::None);
        self.group_norm(NET, 1, 31_999, 512, 512);
        for (frames, out) in [(31_999, 15_999), (15_999, 7_999), (7_999, 3_999), (3_999, 1_999)] {
            self.conv1d(1, [frames, out], [512, 512], [3, 2], Activation::Gelu);
        }
        for (frames, out) in [(1_999, 999), (999, 499)] {
            self.conv1d(1, [frames, out], [512, 512], [2, 2], Activation::Gelu);
        }
        self.linear(NET, 1, [1, 499], [512, 768], Activation::None);
        self.conv1d(1, [499, 499], [768, 768], [128, 1], Activation::Gelu);
        self.linear(NET, 48, [1, 499], [768, 768], Activation::None);
        self.attention(NET, 12, [1, 499, 768], 499, 12);
        self.linear(NET, 12, [1, 499], [768, 3072], Activation::Gelu);
        self.linear(NET, 12, [1, 499], [3072, 768], Activation::None);
        self.layer_norm(NET, 25, [1, 499, 768]);
    }

    fn denoiser(&mut self) {
        const NET: &str = "denoiser";
        self.linear(NET, 1, [3, 201], [134, 512], Activation::None);
        self.linear(NET, 8, [3, 201], [512, 1536], Activation::None);
        self.linear(NET, 24, [3, 201], [512, 512], Activation::None);
        self.attention(NET, 16, [3, 201, 512], 201, 4);
        self.linear(NET, 8, [3, 201], [512, 1024], Activation::Gelu);
        self.linear(NET, 8, [3, 201], [1024, 512], Activation::None);
        self.layer_norm(NET, 24, [3, 201, 512]);
        self.linear(NET, 1, [3, 201], [512, 134], Activation::None);
    }

    fn generator(&mut self, network: &'static str, res: usize, channels: &[usize]) {
        let bottom = res >> (channels.len() - 1);
        let last = channels[channels.len() - 1];
        self.linear(network, 2, [1, 1], [256, 256], Activation::Silu);
        self.linear(network, 2 * channels.len() - 1, [1, 1], [256, 512], Activation::None);
        self.group_norm(network, 1, bottom * bottom, last, 8);
        for i in (0..channels.len() - 1).rev() {
            let side = res >> i;
            self.conv2d(network, side / 2, [channels[i + 1], channels[i]], 1, true);
            self.conv2d(network, side, [channels[i], channels[i]], 1, false);
            self.group_norm(network, 2, side * side, channels[i], 8);
        }
        self.conv2d(network, res, [channels[0], 3], 1, false);
    }

    /// What stands behind the generator: offsets of a following part, and normals.
    fn faces(&mut self) {
        const NET: &str = "faces";
        let (side, frames) = (110, 8);
        let vertices = side * side;
        let corners = (0..side - 1).flat_map(|y| (0..side - 1).map(move |x| y * side + x));
        let triangles: Vec<[usize; 3]> =
            corners.flat_map(|v| [[v, v + 1, v + side], [v + 1, v + side + 1, v + side]]).collect();
        let mut lists = vec![Vec::new(); vertices];
        triangles.iter().enumerate().for_each(|(t, corners)| corners.iter().for_each(|&v| lists[v].push(t as i32)));
        let mut first = vec![0];
        lists.iter().for_each(|list| first.push(first[first.len() - 1] + list.len() as i32));
        let list = |shape: &[usize], values: &[i32]| Weight::from_i32("list", shape, values);
        let corners: Vec<i32> = triangles.as_flattened().iter().map(|&v| v as i32).collect();
        let triangles = list(&[triangles.len(), 3], &corners);
        let (first, incident) = (list(&[first.len()], &first), list(&[corners.len()], &lists.concat()));
        self.op(NET, 1, [frames, vertices, 3], [frames, vertices, 3], |plan, offsets, out| {
            let neutral = plan.input("neutral", 1, vertices, 3).1;
            let (triangles, first, incident) = (triangles.clone(), first.clone(), incident.clone());
            Op::Normals(ops::Normals { offsets, neutral, triangles, first, incident, out })
        });
        self.op(NET, 3, [frames, 1, 6], [frames, 1000, 3], |plan, motion, out| {
            let points = plan.input("points", 1, 1000, 3).1;
            Op::RigidMotion(ops::RigidMotion { motion, points, out })
        });
    }

    fn face_mesh(&mut self) {
        const NET: &str = "face_mesh";
        self.linear(NET, 1, [1, 9216], [27, 16], Activation::None);
        for (side, channels) in [(96, 16), (48, 32), (24, 64), (12, 128), (6, 128)] {
            self.block(NET, 2, side, channels, 1);
            self.block(NET, 1, side, channels, 2);
        }
        self.linear(NET, 1, [1, 1], [288, 1404], Activation::None);
    }

    fn encoder(&mut self) {
        const NET: &str = "encoder";
        self.conv2d(NET, 256, [3, 32], 1, false);
        let channels = [32, 64, 128, 256, 512, 512, 512];
        for (i, pair) in channels.windows(2).enumerate() {
            self.conv2d(NET, 256 >> i, [pair[0], pair[1]], 2, false);
            self.group_norm(NET, 1, (128 >> i) * (128 >> i), pair[1], 8);
        }
        self.linear(NET, 1, [1, 1], [8192, 256], Activation::None);
    }
}

fn main() {
    let words = Words::from_command_line();
    let subject = Subject::open(&words);
    if !words.has("--json") {
        println!("{}, {}", subject.backend().name(), subject.clock());
    }
    let mut bench = Bench { subject, words, networks: BTreeMap::new() };
    bench.products();
    bench.generator("generator_small", 128, &[16, 32, 64, 128, 128]);
    bench.generator("generator_full", 256, &[32, 64, 128, 256, 512, 512]);
    bench.faces();
    bench.encoder();
    bench.face_mesh();
    bench.denoiser();
    bench.wav2vec2();
    if !bench.words.has("--json") {
        for (network, seconds) in &bench.networks {
            println!("{network:72} {:9.3} ms in all", seconds * 1e3);
        }
    }
}
