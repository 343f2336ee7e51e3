//! The op `normals` against its definition in f64.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::plan::{Backend, PlanBuilder, Port, ops};
use media2face::internals::tensor::Weight;

use crate::bench::Case;
use crate::support;
use crate::support::tolerance::OP_F32;

/// Triangles with the lists of those at every vertex.
struct Lists {
    triangles: Vec<[i32; 3]>,
    first: Vec<i32>,
    incident: Vec<i32>,
}

impl Lists {
    fn new(vertices: usize, triangles: Vec<[i32; 3]>) -> Self {
        let (mut first, mut incident) = (vec![0], Vec::new());
        for v in 0..vertices as i32 {
            for (t, corners) in triangles.iter().enumerate() {
                incident.extend(corners.iter().filter(|&&corner| corner == v).map(|_| t as i32));
            }
            first.push(incident.len() as i32);
        }
        Self { triangles, first, incident }
    }

    /// A sheet of `side`² vertices, without the triangles that `holes` says.
    fn sheet(side: usize, holes: impl Fn(usize) -> bool) -> Self {
        let corner = |x: usize, y: usize| (y * side + x) as i32;
        let cells = (0..(side - 1) * (side - 1)).filter(|&cell| !holes(cell)).flat_map(|cell| {
            let (x, y) = (cell % (side - 1), cell / (side - 1));
            let [a, b, c, d] = [corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)];
            [[a, b, c], [a, c, d]]
        });
        Self::new(side * side, cells.collect())
    }

    /// The op over `batch` random offsets from these points.
    fn record(&self, plan: &mut PlanBuilder, batch: usize, points: &[f32]) -> (Port, Port) {
        let vertices = points.len() / 3;
        let (x_port, offsets) = plan.input("offsets", batch, vertices, 3);
        let neutral = plan.constant("neutral", 1, vertices, 3, points);
        let (y_port, out) = plan.output("y", batch, vertices, 3);
        let list = |shape: &[usize], values: &[i32]| Weight::from_i32("list", shape, values);
        let triangles = list(&[self.triangles.len(), 3], self.triangles.as_flattened());
        let (first, incident) = (list(&[self.first.len()], &self.first), list(&[self.incident.len()], &self.incident));
        plan.push(ops::Normals { offsets, neutral, triangles, first, incident, out });
        (x_port, y_port)
    }

    fn case(&self, batch: usize, points: &[f32]) -> Case {
        Case::new(|plan, _, ports| {
            let (x_port, y_port) = self.record(plan, batch, points);
            ports.push(x_port);
            y_port
        })
    }
}

/// Points of a sheet, far enough apart that offsets of up to 1 do not fold it.
fn points(side: usize) -> Vec<f32> {
    (0..side * side).flat_map(|v| [(v % side) as f32 * 5.0, (v / side) as f32 * 4.0, 0.5]).collect()
}

#[test]
fn sheets_match() {
    for (batch, side) in [(1, 2), (3, 7), (1, 23)] {
        Lists::sheet(side, |cell| cell % 5 == 3).case(batch, &points(side)).check(OP_F32);
    }
}

#[test]
fn vertices_without_area_point_out_of_the_face() {
    // A vertex alone, one of a triangle without area, and two triangles back to back that cancel.
    let triangles = vec![[1, 1, 2], [3, 4, 5], [4, 3, 5]];
    let mut case = Lists::new(6, triangles).case(1, &points(3)[..18]);
    case.inputs[0].1[9..].fill(0.0);
    let expected = [0.0, 0.0, 1.0].repeat(6);
    assert_eq!(case.run(&CpuBackend::new(&CpuOptions::default()).expect("CPU")), expected);
    for device in support::vulkan::devices() {
        assert_eq!(case.run(&*device.backend), expected, "{}", device.name);
    }
}

#[test]
fn tiny_and_huge_triangles_have_unit_normals() {
    for size in [1e-12f32, 1e-3, 1e9] {
        let points: Vec<f32> = points(3).iter().map(|c| c * size).collect();
        let mut case = Lists::sheet(3, |_| false).case(1, &points);
        case.inputs[0].1.iter_mut().for_each(|offset| *offset *= size);
        case.check(OP_F32);
    }
}

#[test]
fn damaged_lists_are_refused() {
    let compile = |lists: &Lists| {
        let mut plan = PlanBuilder::new();
        lists.record(&mut plan, 1, &points(2));
        CpuBackend::new(&CpuOptions::default()).expect("CPU").compile(Arc::new(plan.finish())).map(drop)
    };
    let damages: [fn(&mut Lists); 6] = [
        |lists| lists.triangles[1][2] = 4,
        |lists| lists.triangles[0][0] = -1,
        |lists| lists.incident[2] = 2,
        |lists| lists.incident[0] = i32::MIN,
        |lists| lists.first[2] = 100,
        |lists| lists.first[0] = -1,
    ];
    assert!(compile(&Lists::sheet(2, |_| false)).is_ok());
    for (i, damage) in damages.iter().enumerate() {
        let mut lists = Lists::sheet(2, |_| false);
        damage(&mut lists);
        assert!(matches!(compile(&lists), Err(Error::InvalidPack(_))), "damage {i}");
    }
}
