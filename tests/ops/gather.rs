//! The op `gather` against its definition in f64.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::plan::{Backend, PlanBuilder, ops};
use media2face::internals::tensor::{Bytes, DType, Weight};

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

fn index(shape: &[usize], values: &[i32]) -> Weight {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let len = bytes.len();
    Weight::new("index", shape, DType::I32, Bytes::new(Arc::new(bytes), 0..len)).expect("fits")
}

#[test]
fn vertices_match() {
    for (batch, texels, vertices, terms, cols) in [(1, 64, 1, 1, 1), (3, 1024, 1201, 4, 3), (1, 300, 517, 8, 5)] {
        Case::new(|plan, random, ports| {
            let (x_port, x) = plan.input("x", batch, texels, cols);
            let (y_port, out) = plan.output("y", batch, vertices, cols);
            ports.push(x_port);
            let rows: Vec<i32> = (0..vertices * terms).map(|i| ((i * 7919) % texels) as i32).collect();
            let weight = random.weight(&[vertices, terms], 1.0);
            plan.push(ops::Gather { x, index: index(&[vertices, terms], &rows), weight, out });
            y_port
        })
        .check(OP_F32);
    }
}

#[test]
fn repeated_maps_and_wide_texels_match() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 1, 50, 24);
        let (y_port, y) = plan.output("y", 3, 77, 24);
        ports.push(x_port);
        let rows: Vec<i32> = (0..77 * 3).map(|i| (i * 31) % 50).collect();
        let weight = random.weight(&[77, 3], 1.0);
        let (x, out) = (plan.scratch_copy(x).repeat(3), plan.scratch("out", 3, 77, 24));
        plan.push(ops::Gather { x, index: index(&[77, 3], &rows), weight, out });
        plan.copy(out, y);
        y_port
    })
    .check(OP_F32);
}

#[test]
fn rows_past_the_map_are_refused() {
    for row in [-1, 64, i32::MAX] {
        let mut plan = PlanBuilder::new();
        let (_, x) = plan.input("x", 1, 64, 3);
        let (_, out) = plan.output("y", 1, 1, 3);
        let weight = Weight::from_f32("w", &[1, 1], &[1.0]);
        plan.push(ops::Gather { x, index: index(&[1, 1], &[row]), weight, out });
        let refused = CpuBackend::new(&CpuOptions::default()).expect("CPU").compile(Arc::new(plan.finish()));
        assert!(matches!(refused, Err(Error::InvalidPack(_))), "row {row}");
    }
}
