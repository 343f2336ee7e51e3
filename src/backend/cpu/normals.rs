//! Vertex normals: each vertex adds up the normals of its triangles, in order of its list, so that tasks share nothing.

use crate::backend::{Mesh, mesh};
use crate::error::Result;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::memory::{Memory, Place};

/// Vertices of a task.
const TASK_ROWS: usize = 512;

struct Normals {
    offsets: Place,
    neutral: Place,
    out: Place,
    mesh: Mesh,
}

impl Compile for ops::Normals {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Normals { offsets, neutral, triangles, first, incident, out } = self;
        let mesh = mesh(out.rows, triangles, first, incident)?;
        let [offsets, neutral, out] = [offsets, neutral, out].map(|view| compiler.place(*view));
        compiler.push(Normals { offsets, neutral, out, mesh });
        Ok(())
    }
}

impl Normals {
    /// # Safety
    /// As for [`Place::row`].
    unsafe fn point(&self, memory: &Memory, b: usize, v: i32) -> [f32; 3] {
        // SAFETY: the caller's word; 3 columns, by the builder's; the lists were checked when compiled.
        unsafe {
            let neutral = *self.neutral.row(memory, 0, v as usize).cast::<[f32; 3]>();
            let offset = *self.offsets.row(memory, b, v as usize).cast::<[f32; 3]>();
            std::array::from_fn(|c| neutral[c] + offset[c])
        }
    }

    /// # Safety
    /// As for [`Place::row`].
    unsafe fn normal(&self, memory: &Memory, b: usize, v: usize) -> [f32; 3] {
        let mut sum = [0.0; 3];
        for &t in &self.mesh.incident[self.mesh.first[v] as usize..self.mesh.first[v + 1] as usize] {
            // SAFETY: the caller's word.
            let [p, q, r] = self.mesh.triangles[t as usize].map(|v| unsafe { self.point(memory, b, v) });
            let (a, c) = ([q[0] - p[0], q[1] - p[1], q[2] - p[2]], [r[0] - p[0], r[1] - p[1], r[2] - p[2]]);
            // Twice the area long, which is the weight.
            sum[0] += a[1] * c[2] - a[2] * c[1];
            sum[1] += a[2] * c[0] - a[0] * c[2];
            sum[2] += a[0] * c[1] - a[1] * c[0];
        }
        let length = sum.iter().map(|c| f64::from(*c).powi(2)).sum::<f64>().sqrt();
        if length > 0.0 && length.is_finite() { sum.map(|c| (f64::from(c) / length) as f32) } else { [0.0, 0.0, 1.0] }
    }
}

impl Step for Normals {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(TASK_ROWS)
    }

    fn work(&self) -> usize {
        self.out.batch * self.mesh.incident.len() * 16
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let first = task * TASK_ROWS;
        for row in first..(first + TASK_ROWS).min(self.out.all_rows()) {
            let (b, v) = (row / self.out.rows, row % self.out.rows);
            // SAFETY: every row is inside its view; the output row is this task's own.
            unsafe { *self.out.row(memory, b, v).cast() = self.normal(memory, b, v) };
        }
    }
}
