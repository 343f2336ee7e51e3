//! The op `group_norm` against its definition in f64.

use media2face::internals::plan::{Activation, ops};
use media2face::internals::tensor::Weight;

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

fn group_norm(batch: usize, rows: usize, cols: usize, groups: usize, film: bool) {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", batch, rows, cols);
        let (film_port, codes) = plan.input("film", batch, 1, 2 * cols);
        let (y_port, out) = plan.output("y", batch, rows, cols);
        ports.extend([x_port, film_port]);
        let affine = (!film).then(|| (random.weight(&[cols], 1.0), random.weight(&[cols], 1.0)));
        let film = film.then_some(codes);
        plan.push(ops::GroupNorm { x, groups, eps: 1e-5, affine, film, activation: Activation::Silu, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn affine_matches() {
    for (rows, cols, groups) in [(1, 24, 8), (255, 16, 8), (256, 40, 8), (1031, 24, 3), (700, 34, 34), (600, 35, 1)] {
        group_norm(2, rows, cols, groups, false);
    }
}

#[test]
fn film_matches() {
    group_norm(3, 521, 48, 8, true);
}

#[test]
fn mean_far_from_zero_keeps_its_digits() {
    Case::new(|plan, _, ports| {
        let (x_port, x) = plan.input("x", 1, 3001, 8);
        let (y_port, out) = plan.output("y", 1, 3001, 8);
        ports.push(x_port);
        let far = Weight::from_f32("far", &[8], &[40.0; 8]);
        let unit = Weight::from_f32("unit", &[8, 8], &std::array::from_fn::<f32, 64, _>(|i| (i % 9 == 0).into()));
        let moved = plan.linear("moved", x, &unit, Some(&far), Activation::None);
        let moved = plan.keep_f32(moved);
        plan.push(ops::GroupNorm {
            x: moved,
            groups: 2,
            eps: 1e-5,
            affine: None,
            film: None,
            activation: Activation::None,
            out,
        });
        y_port
    })
    .check(2e-5);
}

#[test]
fn in_place_matches() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 2, 300, 20);
        let (y_port, out) = plan.output("y", 2, 300, 20);
        ports.push(x_port);
        plan.copy(x, out);
        let affine = Some((random.weight(&[20], 1.0), random.weight(&[20], 1.0)));
        plan.push(ops::GroupNorm {
            x: out,
            groups: 4,
            eps: 1e-5,
            affine,
            film: None,
            activation: Activation::None,
            out,
        });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn groups_of_one_column_to_more_than_a_workgroup_match() {
    for (rows, cols, groups) in [(301, 512, 512), (90, 128, 2), (33, 402, 2), (40, 1040, 1), (1, 6, 2), (5000, 4, 1)] {
        group_norm(1, rows, cols, groups, false);
    }
}

#[test]
fn intermediates_match() {
    for (cols, groups) in [(64, 8), (16, 16), (36, 6)] {
        Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", 3, 210, cols);
            let (film_port, film) = plan.input("film", 1, 1, 2 * cols);
            let (y_port, y) = plan.output("y", 3, 210, cols);
            ports.extend([x_port, film_port]);
            let (x, film) = (plan.scratch_copy(x), Some(plan.scratch_copy(film).repeat(3)));
            let activation = Activation::QuickGelu;
            plan.push(ops::GroupNorm { x, groups, eps: 1e-5, affine: None, film, activation, out: y });
            y_port
        })
        .check(OP_F32);
    }
}
