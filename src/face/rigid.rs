//! Eyes, teeth and tongue: rigid parts that follow the decoded skin.
//!
//! A pack holds, per follower, a list of n skin vertices and a matrix [6, 3n] that fits their offsets (mm) with a
//! rotation vector (rad) and a translation (mm) about the part's own centre. Because the fit reads what was decoded, not
//! the weights, teeth never pass the lips.

use std::ops::Range;

use crate::error::Result;
use crate::pack::{Pack, Part};
use crate::signal::pose::{quaternion_from_axis_angle, rotation_offset};

use super::lists::{finite, indices, length};

/// A part that moves as one.
#[derive(Debug, Clone)]
pub(super) struct RigidPart {
    vertices: Range<usize>,
    /// None: the part moves with the head alone.
    fit: Option<Fit>,
}

/// The linear fit that a part follows.
#[derive(Debug, Clone)]
struct Fit {
    index: Vec<u32>,
    /// [6, 3n]
    matrix: Vec<f32>,
}

impl RigidPart {
    /// The part's `topology.follow` entry.
    pub(super) fn load(pack: &Pack, part: &Part, vertices: usize) -> Result<Self> {
        let fit = if part.follow == "head" { None } else { Some(Fit::load(pack, &part.follow, vertices)?) };
        Ok(Self { vertices: part.vertices[0]..part.vertices[1], fit })
    }

    /// Mean of the part's vertices, mm.
    pub(super) fn centre(&self, vertices_mm: &[f32]) -> [f32; 3] {
        let count = self.vertices.len().max(1) as f64;
        std::array::from_fn(|c| {
            (self.vertices.clone().map(|v| f64::from(vertices_mm[v * 3 + c])).sum::<f64>() / count) as f32
        })
    }

    /// Writes the part's offsets (mm) from those of the skin: R·(v − centre) + centre + t − v.
    pub(super) fn follow(&self, neutral_mm: &[f32], centre: [f32; 3], offsets_mm: &mut [f32]) {
        let Some(fit) = &self.fit else {
            offsets_mm[self.vertices.start * 3..self.vertices.end * 3].fill(0.0);
            return;
        };
        let [rx, ry, rz, tx, ty, tz] = fit.motion(offsets_mm);
        let (rotation, translation) = (quaternion_from_axis_angle([rx, ry, rz]), [tx, ty, tz]);
        for v in self.vertices.clone() {
            let turned = rotation_offset(rotation, std::array::from_fn(|c| neutral_mm[v * 3 + c] - centre[c]));
            for c in 0..3 {
                offsets_mm[v * 3 + c] = turned[c] + translation[c];
            }
        }
    }
}

impl Fit {
    fn load(pack: &Pack, name: &str, vertices: usize) -> Result<Self> {
        let list = format!("topology.follow.{name}.index");
        let count = length(pack, &list)?;
        let index = indices(pack, &list, &[count], vertices)?;
        let matrix = finite(pack, &format!("topology.follow.{name}.matrix"), &[6, 3 * count])?;
        Ok(Self { index, matrix })
    }

    /// Rotation vector (rad) and translation (mm).
    fn motion(&self, offsets_mm: &[f32]) -> [f32; 6] {
        let columns = 3 * self.index.len();
        std::array::from_fn(|row| {
            let weights = self.matrix[row * columns..(row + 1) * columns].as_chunks::<3>().0;
            let terms = self.index.iter().zip(weights).map(|(&v, weight)| {
                (0..3).map(|c| f64::from(weight[c]) * f64::from(offsets_mm[v as usize * 3 + c])).sum::<f64>()
            });
            terms.sum::<f64>() as f32
        })
    }
}
