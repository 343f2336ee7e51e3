//! The triangles of a mesh as normals are computed from them: vertex by vertex.

use crate::error::Result;
use crate::memory;
use crate::plan::{PlanBuilder, View, ops};
use crate::tensor::Weight;

/// Triangles, and those of each vertex: the lists of [`ops::Normals`].
#[derive(Debug, Clone)]
pub(super) struct Surface {
    triangles: Weight,
    first: Weight,
    incident: Weight,
}

impl Surface {
    /// The corners of the triangles are all among the vertices.
    pub(super) fn new(vertices: usize, triangles: &[[u32; 3]]) -> Result<Self> {
        let what = "triangles of vertices";
        let mut first = memory::zeros(vertices + 1, what)?;
        triangles.as_flattened().iter().for_each(|&v| first[v as usize + 1] += 1);
        for v in 0..vertices {
            first[v + 1] += first[v];
        }
        let (mut next, mut incident) = (memory::copy(&first, what)?, memory::zeros(3 * triangles.len(), what)?);
        for (t, corners) in triangles.iter().enumerate() {
            for &v in corners {
                let place = &mut next[v as usize];
                incident[*place as usize] = t as i32;
                *place += 1;
            }
        }
        let corners = memory::collect(triangles.as_flattened().iter().map(|&v| v as i32), what)?;
        Ok(Self {
            triangles: Weight::try_from_i32("topology.triangles", &[triangles.len(), 3], &corners)?,
            first: Weight::try_from_i32("first triangles", &[first.len()], &first)?,
            incident: Weight::try_from_i32("incident triangles", &[incident.len()], &incident)?,
        })
    }

    /// Normals of `neutral + offsets`.
    pub(super) fn record(&self, plan: &mut PlanBuilder, neutral: View, offsets: View, out: View) {
        let Self { triangles, first, incident } = self.clone();
        plan.push(ops::Normals { offsets, neutral, triangles, first, incident, out });
    }
}
