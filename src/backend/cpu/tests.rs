//! Every instruction set of this processor, the ones that are not the widest too, against the portable one.

use std::sync::Arc;

use super::CpuBackend;
use super::isa::Isa;
use crate::clock::Duration;
use crate::plan::{Activation, Backend, Mask, Op, PlanBuilder, View, ops};
use crate::tensor::Weight;

/// What the architecture promises.
const TOLERANCE: f32 = 1e-5;

fn values(len: usize, size: f32) -> Vec<f32> {
    (0..len).map(|i| size * ((i * 7919 % 1009) as f32 / 504.5 - 1.0)).collect()
}

fn weight(shape: &[usize]) -> Weight {
    let depth: usize = shape[1..].iter().product();
    Weight::from_f32("w", shape, &values(shape.iter().product(), 1.7 / (depth as f32).sqrt()))
}

/// Records one op from an input of these sizes into the output and runs it.
fn run(isa: Isa, x: [usize; 3], out: [usize; 3], record: &dyn Fn(View, View) -> Op) -> Vec<f32> {
    let mut plan = PlanBuilder::new();
    let section = plan.section("main");
    let (x_port, x) = plan.input("x", x[0], x[1], x[2]);
    let (y_port, out) = plan.output("y", out[0], out[1], out[2]);
    plan.push(record(x, out));
    let backend = CpuBackend::with(isa, 1).expect("backend");
    let mut executable = backend.compile(Arc::new(plan.finish())).expect("compiles");
    executable.write(x_port, &values(x.len(), 1.0)).expect("fits");
    let mut state = executable.create_state().expect("state");
    executable.run(section, &mut state).expect("runs");
    let mut found = vec![f32::NAN; out.len()];
    executable.read(y_port, &mut found).expect("fits");
    found
}

/// Products with a norm between them and a state beside them, run by an executable that does so much at once.
fn chain(threads: usize, unit: Duration) -> (Vec<f32>, usize) {
    let mut plan = PlanBuilder::new();
    let (x_port, x) = plan.input("x", 2, 150, 64);
    let (y_port, out) = plan.output("y", 2, 150, 64);
    let state = plan.state("state", 2, 150, 64);
    let (w, affine) = (weight(&[64, 64]), weight(&[64]));
    let first = plan.section("first");
    let h = plan.linear("h", x, &w, None, Activation::Gelu);
    let normal = plan.layer_norm("normal", h, &affine, &affine, 1e-5);
    plan.copy(normal, state);
    let second = plan.section("second");
    let h = plan.linear_add("h", state, &w, None, state);
    plan.push(ops::GroupNorm {
        x: h,
        groups: 4,
        eps: 1e-5,
        affine: None,
        film: None,
        activation: Activation::Silu,
        out,
    });
    let backend = CpuBackend { unit, ..CpuBackend::with(Isa::detect(false), threads).expect("backend") };
    let mut executable = backend.compile(Arc::new(plan.finish())).expect("compiles");
    executable.write(x_port, &values(x.len(), 1.0)).expect("fits");
    let mut state = executable.create_state().expect("state");
    let (mut sections, mut calls) = (&[first, second][..], 0);
    while !sections.is_empty() {
        sections = &sections[executable.advance(sections, &mut state).expect("runs")..];
        calls += 1;
    }
    let mut found = vec![f32::NAN; out.len()];
    executable.read(y_port, &mut found).expect("fits");
    (found, calls)
}

#[test]
fn sections_that_are_cut_anywhere_give_the_same_bits() {
    let (expected, at_once) = chain(1, Duration::from_secs(3600));
    assert_eq!(at_once, 1);
    for threads in [1, 3] {
        let (found, calls) = chain(threads, Duration::ZERO);
        assert!(calls > 6, "a call for each part of each step, {calls} here");
        assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{threads} threads");
    }
}

#[track_caller]
fn check(x: [usize; 3], out: [usize; 3], record: &dyn Fn(View, View) -> Op) {
    let expected = run(Isa::Portable, x, out, record);
    let largest = expected.iter().fold(1.0f32, |m, v| m.max(v.abs()));
    for isa in Isa::available() {
        for (found, expected) in run(isa, x, out, record).iter().zip(&expected) {
            assert!((found - expected).abs() <= TOLERANCE * largest, "{found} against {expected} on {}", isa.name());
        }
    }
}

#[test]
fn products_agree() {
    for (rows, inputs, outputs) in [(1, 7, 5), (13, 65, 33), (101, 129, 79)] {
        let (w, bias) = (weight(&[outputs, inputs]), Some(weight(&[outputs])));
        for activation in [Activation::None, Activation::Gelu, Activation::QuickGelu, Activation::Silu] {
            check([2, rows, inputs], [2, rows, outputs], &|x, out| {
                let (weight, bias) = (w.clone(), bias.clone());
                Op::Linear(ops::Linear { x, weight, bias, activation, residual: None, out })
            });
        }
    }
}

#[test]
fn convolutions_agree() {
    let w = weight(&[21, 13, 5]);
    check([2, 103, 13], [2, 103, 21], &|x, out| {
        let (weight, activation) = (w.clone(), Activation::Gelu);
        let (bias, residual) = (None, None);
        Op::Conv1d(ops::Conv1d {
            x,
            weight,
            bias,
            stride: 1,
            pad: 2,
            dilation: 1,
            groups: 1,
            activation,
            residual,
            out,
        })
    });
    let w = weight(&[37, 19, 3, 3]);
    for (stride, upsample, rows) in [(1, false, 13 * 18), (2, false, 7 * 9), (1, true, 26 * 36)] {
        check([1, 13 * 18, 19], [1, rows, 37], &|x, out| {
            let (weight, activation) = (w.clone(), Activation::Silu);
            Op::Conv2d(ops::Conv2d {
                x,
                height: 13,
                width: 18,
                weight,
                bias: None,
                stride,
                upsample,
                add: None,
                activation,
                out,
            })
        });
    }
}

/// Panels of the wide tiles are taken in parts here, those of the portable one whole.
#[test]
fn deep_products_agree() {
    let w = weight(&[45, 2003]);
    check([1, 101, 2003], [1, 101, 45], &|x, out| {
        let (weight, activation) = (w.clone(), Activation::Silu);
        Op::Linear(ops::Linear { x, weight, bias: None, activation, residual: None, out })
    });
    let w = weight(&[37, 192, 3, 3]);
    check([1, 5 * 6, 192], [1, 3 * 3, 37], &|x, out| {
        let (weight, activation) = (w.clone(), Activation::Silu);
        Op::Conv2d(ops::Conv2d {
            x,
            height: 5,
            width: 6,
            weight,
            bias: None,
            stride: 2,
            upsample: false,
            add: None,
            activation,
            out,
        })
    });
}

#[test]
fn attention_agrees() {
    for mask in [Mask::None, Mask::Causal, Mask::Band { width: 5 }] {
        check([1, 67, 3 * 36], [1, 67, 36], &|x, out| {
            let (q, k, v) = (x.cols(0..36), x.cols(36..72), x.cols(72..108));
            Op::Attention(ops::Attention { q, k, v, heads: 2, scale: 0.7, mask, out })
        });
    }
}

#[test]
fn norms_and_maps_agree() {
    let (w, b) = (weight(&[45]), weight(&[45]));
    let activation = Activation::Gelu;
    check([1, 300, 45], [1, 300, 45], &|x, out| {
        let (weight, bias) = (w.clone(), b.clone());
        Op::LayerNorm(ops::LayerNorm { x, weight, bias, eps: 1e-5, activation, out })
    });
    check([1, 300, 45], [1, 300, 45], &|x, out| {
        let affine = Some((w.clone(), b.clone()));
        Op::GroupNorm(ops::GroupNorm { x, groups: 5, eps: 1e-5, affine, film: None, activation, out })
    });
    check([1, 300, 45], [1, 300, 45], &|x, out| Op::Map(ops::Map { x, activation, out }));
    // Rows 0 and 1 with parts that the input itself gives.
    check([1, 30, 45], [1, 15, 40], &|x, out| {
        Op::Interpolate(ops::Interpolate { x: x.cols(5..45), positions: x.rows(0..15).cols(0..2), out })
    });
}
