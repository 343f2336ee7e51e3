//! The triangles of a mesh as normals are computed from them: vertex by vertex.

use crate::plan::{Op, PlanBuilder, View};
use crate::tensor::Weight;

/// Triangles, and those of each vertex: the lists of [`Op::Normals`].
#[derive(Debug, Clone)]
pub(super) struct Surface {
    triangles: Weight,
    first: Weight,
    incident: Weight,
}

impl Surface {
    /// The corners of the triangles are all among the vertices.
    pub(super) fn new(vertices: usize, triangles: &[[u32; 3]]) -> Self {
        let mut first = vec![0; vertices + 1];
        triangles.as_flattened().iter().for_each(|&v| first[v as usize + 1] += 1);
        for v in 0..vertices {
            first[v + 1] += first[v];
        }
        let (mut next, mut incident) = (first.clone(), vec![0; 3 * triangles.len()]);
        for (t, corners) in triangles.iter().enumerate() {
            for &v in corners {
                let place = &mut next[v as usize];
                incident[*place as usize] = t as i32;
                *place += 1;
            }
        }
        let corners: Vec<i32> = triangles.as_flattened().iter().map(|&v| v as i32).collect();
        Self {
            triangles: Weight::from_i32("topology.triangles", &[triangles.len(), 3], &corners),
            first: Weight::from_i32("first triangles", &[first.len()], &first),
            incident: Weight::from_i32("incident triangles", &[incident.len()], &incident),
        }
    }

    /// Normals of `neutral + offsets`.
    pub(super) fn record(&self, plan: &mut PlanBuilder, neutral: View, offsets: View, out: View) {
        let Self { triangles, first, incident } = self.clone();
        plan.push(Op::Normals { offsets, neutral, triangles, first, incident, out });
    }
}
