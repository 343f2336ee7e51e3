//! Ops whose views are larger than a device binds at once, in parts, against their definitions in f64.

use media2face::internals::backend::vulkan::{Mask as CapsMask, VulkanBackend, VulkanOptions};
use media2face::internals::plan::{Activation, Backend, Mask, Op, View, ops};
use media2face::internals::tensor::Weight;

use crate::bench::{Case, Random};
use crate::support::extent::{NO_DEVICE, left_out};
use crate::support::{self, reference::Reference, tolerance::OP_F32};

/// Most bytes of a binding: far below the views of these tests.
const STORAGE_RANGE: u64 = 48 << 10;

/// Compares on a device of small bindings; nothing without `M2F_TEST_VULKAN`.
#[track_caller]
fn check(case: &Case) {
    if std::env::var_os("M2F_TEST_VULKAN").is_none() {
        return left_out(NO_DEVICE);
    }
    let mask = CapsMask { storage_range: STORAGE_RANGE, ..CapsMask::default() };
    let backend = VulkanBackend::new(&VulkanOptions { mask, ..VulkanOptions::default() }).expect("a device");
    let (found, expected) = (case.run(&backend), case.run(&Reference));
    support::assert_close(&backend.name(), &found, &expected, OP_F32);
}

/// An op from an input to an output of the same shape, each several bindings large.
#[track_caller]
fn check_rows(batch: usize, rows: usize, cols: usize, op: impl FnOnce(&mut Random, View, View) -> Op) {
    check(&Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", batch, rows, cols);
        let (y_port, out) = plan.output("y", batch, rows, cols);
        ports.push(x_port);
        let op = op(random, x, out);
        plan.push(op);
        y_port
    }));
}

#[test]
fn map_matches() {
    check_rows(3, 700, 40, |_, x, out| Op::Map(ops::Map { x, activation: Activation::Silu, out }));
}

#[test]
fn layer_norm_matches() {
    check_rows(2, 700, 33, |random, x, out| {
        let (weight, bias) = (random.weight(&[33], 1.0), random.weight(&[33], 1.0));
        Op::LayerNorm(ops::LayerNorm { x, weight, bias, eps: 1e-5, activation: Activation::None, out })
    });
}

#[test]
fn group_norm_over_items_and_over_rows_matches() {
    for (batch, rows) in [(7, 150), (2, 1500)] {
        check_rows(batch, rows, 32, |random, x, out| {
            let affine = Some((random.weight(&[32], 1.0), random.weight(&[32], 1.0)));
            Op::GroupNorm(ops::GroupNorm {
                x,
                groups: 4,
                eps: 1e-5,
                affine,
                film: None,
                activation: Activation::None,
                out,
            })
        });
    }
}

#[test]
fn attention_matches() {
    check_rows(9, 60, 48, |_, x, out| {
        Op::Attention(ops::Attention { q: x, k: x, v: x, heads: 3, scale: 0.25, mask: Mask::Band { width: 9 }, out })
    });
}

#[test]
fn gather_matches() {
    check_rows(5, 1000, 6, |random, x, out| {
        let rows: Vec<i32> = (0..2000).map(|i| (i * 617) % 1000).collect();
        let index = Weight::from_i32("index", &[1000, 2], &rows);
        Op::Gather(ops::Gather { x, index, weight: random.weight(&[1000, 2], 1.0), out })
    });
}
