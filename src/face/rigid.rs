//! Eyes, teeth and tongue: rigid parts that follow the decoded skin.
//!
//! A pack holds, per follower, a list of n skin vertices and a matrix [6, 3n] that fits their offsets (mm) with a
//! rotation vector (rad) and a translation (mm) about the part's own centre. Because the fit reads what was decoded, not
//! the weights, teeth never pass the lips.

use std::ops::Range;

use crate::error::Result;
use crate::pack::{Pack, Part};
use crate::plan::{Activation, Op, PlanBuilder, View};
use crate::tensor::Weight;

use super::lists::{finite, indices, length};

/// A part that moves as one.
#[derive(Debug, Clone)]
pub(super) struct RigidPart {
    pub(super) vertices: Range<usize>,
    /// Skin vertices, i32 [n, 1].
    index: Weight,
    /// n ones.
    ones: Weight,
    /// [6, 3n]
    matrix: Weight,
}

impl RigidPart {
    /// The part's `topology.follow` entry; none for a part that moves with the head alone.
    pub(super) fn load(pack: &Pack, part: &Part, vertices: usize) -> Result<Option<Self>> {
        if part.follow == "head" {
            return Ok(None);
        }
        let [list, matrix] = ["index", "matrix"].map(|what| format!("topology.follow.{}.{what}", part.follow));
        let count = length(pack, &list)?;
        let index: Vec<i32> = indices(pack, &list, &[count], vertices)?.into_iter().map(|v| v as i32).collect();
        let fit = finite(pack, &matrix, &[6, 3 * count])?;
        let own = part.vertices[0]..part.vertices[1];
        // A part of nothing, or one that follows nothing.
        if own.is_empty() || index.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            vertices: own,
            index: Weight::from_i32(&list, &[count, 1], &index),
            ones: Weight::from_f32("ones", &[count, 1], &vec![1.0; count]),
            matrix: Weight::from_f32(&matrix, &[6, 3 * count], &fit),
        }))
    }

    /// The part's points about their mean, mm.
    pub(super) fn points(&self, vertices_mm: &[f32]) -> Vec<f32> {
        let own = &vertices_mm[self.vertices.start * 3..self.vertices.end * 3];
        let mean =
            |c: usize| own.iter().skip(c).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / (own.len() / 3) as f64;
        let centre: [f32; 3] = std::array::from_fn(|c| mean(c) as f32);
        own.iter().enumerate().map(|(i, v)| v - centre[i % 3]).collect()
    }

    /// The part's offsets from those of the skin, R·p − p + t of its points p, into `offsets` [B, V, 3].
    pub(super) fn record(&self, plan: &mut PlanBuilder, points: View, offsets: View) {
        let (batch, count) = (offsets.batch, self.index.shape()[0]);
        let skin = plan.scratch("followed skin", batch, count, 3);
        let out = plan.keep_f32(skin);
        plan.push(Op::Gather { x: offsets, index: self.index.clone(), weight: self.ones.clone(), out });
        let skin = skin.reshape(batch, 1, 3 * count);
        let motion = plan.linear("rigid motion", skin, &self.matrix, None, Activation::None);
        let motion = plan.keep_f32(motion);
        plan.push(Op::RigidMotion { motion, points, out: offsets.rows(self.vertices.clone()) });
    }
}
