//! The op `attention` against its definition in f64.

use media2face::internals::plan::{Mask, ops};

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

fn attention(batch: usize, queries: usize, keys: usize, heads: usize, d: usize, mask: Mask) {
    Case::new(|plan, _, ports| {
        let (q_port, q) = plan.input("q", batch, queries, heads * d);
        let (k_port, k) = plan.input("k", batch, keys, heads * d);
        let (v_port, v) = plan.input("v", batch, keys, heads * d);
        let (y_port, out) = plan.output("y", batch, queries, heads * d);
        ports.extend([q_port, k_port, v_port]);
        // Steeper than d^−½, so that the weights differ.
        plan.push(ops::Attention { q, k, v, heads, scale: 6.0 / (d as f32).sqrt(), mask, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn odd_sizes_match() {
    for (queries, keys) in [(1, 1), (1, 37), (5, 2), (23, 24), (25, 97), (131, 61)] {
        attention(1, queries, keys, 3, 7, Mask::None);
    }
}

#[test]
fn batch_past_a_task_of_queries_matches() {
    attention(2, 307, 83, 2, 64, Mask::None);
}

#[test]
fn heads_of_one_column_match() {
    attention(1, 9, 11, 5, 1, Mask::None);
}

#[test]
fn causal_mask_matches() {
    attention(2, 77, 77, 2, 16, Mask::Causal);
    attention(1, 77, 20, 2, 16, Mask::Causal);
}

#[test]
fn band_matches() {
    for width in [1, 2, 9, 400] {
        attention(2, 102, 101, 2, 32, Mask::Band { width });
    }
}

#[test]
fn band_with_queries_past_its_keys_matches() {
    attention(1, 30, 20, 2, 8, Mask::Band { width: 3 });
}

#[test]
fn views_into_one_projection_match() {
    Case::new(|plan, _, ports| {
        let (port, qkv) = plan.input("qkv", 2, 41, 3 * 32);
        let (shared_port, shared) = plan.input("shared", 1, 41, 32);
        let (y_port, y) = plan.output("y", 2, 41, 32);
        ports.extend([port, shared_port]);
        let (q, k, v) = (qkv.cols(0..32), qkv.cols(32..64), qkv.cols(64..96));
        let first = plan.attention("self", q, k, v, 4, Mask::None);
        let second = plan.attention("cross", first, shared.repeat(2), shared.repeat(2), 4, Mask::None);
        plan.copy(second, y);
        y_port
    })
    .check(OP_F32);
}

#[test]
fn scores_far_apart_stay_finite() {
    Case::new(|plan, _, ports| {
        let (q_port, q) = plan.input("q", 1, 10, 8);
        let (k_port, k) = plan.input("k", 1, 50, 8);
        let (y_port, out) = plan.output("y", 1, 10, 8);
        ports.extend([q_port, k_port]);
        plan.push(ops::Attention { q, k, v: k, heads: 1, scale: 300.0, mask: Mask::None, out });
        y_port
    })
    .check(5e-4);
}

#[test]
fn heads_of_any_width_match() {
    for d in [5, 20, 80, 128, 131] {
        attention(1, 35, 41, 2, d, Mask::None);
    }
}

#[test]
fn many_heads_match() {
    attention(2, 100, 9, 40, 4, Mask::None);
}

#[test]
fn intermediates_match() {
    for (d, mask) in [(64, Mask::Causal), (20, Mask::None), (9, Mask::Band { width: 5 })] {
        Case::new(|plan, _, ports| {
            let (port, x) = plan.input("x", 2, 45, 2 * d);
            let (y_port, y) = plan.output("y", 2, 45, 2 * d);
            ports.push(port);
            let x = plan.scratch_copy(x);
            let sum = plan.attention("first", x, x, x, 2, mask);
            let out = plan.attention("second", sum, x.batch(0..1).repeat(2), x.batch(1..2).repeat(2), 2, mask);
            plan.copy(out, y);
            y_port
        })
        .check(OP_F32);
    }
}
