//! The op `normals`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Declared, same, vector};

/// Unit vertex normals of `p = neutral + offsets[b]`: the normals (p₁ − p₀)×(p₂ − p₀) of a vertex's triangles add up,
/// each weighted by its area, in order of the list; where they cancel or there is none, +Z.
#[derive(Debug, Clone)]
pub struct Normals {
    /// [B, V, 3]
    pub offsets: View,
    /// [1, V, 3]
    pub neutral: View,
    /// i32 [T, 3]: vertices, counter-clockwise seen from outside.
    pub triangles: Weight,
    /// i32 `[V + 1]`: where the list of each vertex begins in `incident`, and where the last one ends.
    pub first: Weight,
    /// i32 `[3·T]`: triangles of vertex 0 in rising order, then those of vertex 1, and so on.
    pub incident: Weight,
    /// [B, V, 3]
    pub out: View,
}

impl Declared for Normals {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.offsets, self.neutral]
    }

    fn check(&self) {
        let Self { offsets, neutral, triangles, first, incident, out } = self;
        same("normals", *offsets, *out);
        assert_eq!((neutral.shape(), out.cols), ([1, out.rows, 3], 3), "normals: neutral");
        vector("normals", first, out.rows + 1);
        let &[count, 3] = triangles.shape() else { panic!("normals: {} are no triangles", triangles.name()) };
        vector("normals", incident, 3 * count);
    }
}
