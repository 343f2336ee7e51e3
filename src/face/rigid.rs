//! Eyes, teeth and tongue: rigid parts that follow the decoded skin, or turn as eyes do.
//!
//! A pack holds, per follower, a list of n skin vertices and a matrix [6, 3n] that fits their offsets (mm) with a
//! rotation vector (rad) and a translation (mm) about the part's own centre. Because the fit reads what was decoded, not
//! the weights, teeth never pass the lips. Parts that the manifest calls eyes turn by the look weights ([`super::eyes`]).

use std::ops::Range;

use crate::error::Result;
use crate::memory;
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

use super::eyes::{Eyes, sphere_centre};
use super::lists::{finite, indices, length};

/// A part that moves as one.
#[derive(Debug, Clone)]
pub(super) struct RigidPart {
    pub(super) vertices: Range<usize>,
    follows: Follows,
}

/// What moves a part.
#[derive(Debug, Clone)]
enum Follows {
    Skin {
        /// Skin vertices, i32 [n, 1].
        index: Weight,
        /// n ones.
        ones: Weight,
        /// [6, 3n]
        matrix: Weight,
    },
    /// The left (0) or the right eye, whose ball these vertices are.
    Eye { side: usize, ball: Range<usize> },
}

impl RigidPart {
    /// The part's `topology.follow` entry, or the eye that it belongs to; none for a part that moves with the head alone.
    pub(super) fn load(pack: &Pack, number: usize, eyes: Option<&Eyes>, vertices: usize) -> Result<Option<Self>> {
        let part = &pack.manifest().topology.as_ref().expect("it has parts").parts[number];
        let own = part.vertices[0]..part.vertices[1];
        if let Some((eyes, side)) = eyes.and_then(|eyes| Some((eyes, eyes.side(number)?))) {
            let follows = Follows::Eye { side, ball: eyes.ball(side) };
            return Ok((!own.is_empty()).then_some(Self { vertices: own, follows }));
        }
        if matches!(part.follow.as_str(), "map" | "head") {
            return Ok(None);
        }
        let [list, matrix] = ["index", "matrix"].map(|what| format!("topology.follow.{}.{what}", part.follow));
        let count = length(pack, &list)?;
        let index = memory::collect(indices(pack, &list, &[count], vertices)?.into_iter().map(|v| v as i32), &list)?;
        let fit = finite(pack, &matrix, &[6, 3 * count])?;
        // A part of nothing, or one that follows nothing.
        if own.is_empty() || index.is_empty() {
            return Ok(None);
        }
        let follows = Follows::Skin {
            index: Weight::try_from_i32(&list, &[count, 1], &index)?,
            ones: Weight::try_from_f32("ones", &[count, 1], &memory::collect((0..count).map(|_| 1.0), "ones")?)?,
            matrix: Weight::try_from_f32(&matrix, &[6, 3 * count], &fit)?,
        };
        Ok(Some(Self { vertices: own, follows }))
    }

    /// The part's points about what it turns about, mm: their mean, or the middle of the eye.
    pub(super) fn points(&self, vertices_mm: &[f32]) -> Vec<f32> {
        let of = |vertices: &Range<usize>| &vertices_mm[vertices.start * 3..vertices.end * 3];
        let own = of(&self.vertices);
        let mean =
            |c: usize| own.iter().skip(c).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / (own.len() / 3) as f64;
        let centre = match &self.follows {
            Follows::Skin { .. } => std::array::from_fn(|c| mean(c) as f32),
            Follows::Eye { ball, .. } => sphere_centre(of(ball)),
        };
        own.iter().enumerate().map(|(i, v)| v - centre[i % 3]).collect()
    }

    /// The part's offsets, R·p − p + t of its points p, into `offsets` [B, V, 3], from those of the skin there or from
    /// the motions of the eyes.
    pub(super) fn record(&self, plan: &mut PlanBuilder, points: View, eyes: Option<[View; 2]>, offsets: View) {
        let motion = match &self.follows {
            Follows::Eye { side, .. } => eyes.expect("a mesh with eyes has their motions")[*side],
            Follows::Skin { index, ones, matrix } => {
                let (batch, count) = (offsets.batch, index.shape()[0]);
                let skin = plan.scratch("followed skin", batch, count, 3);
                let out = plan.keep_f32(skin);
                plan.push(ops::Gather { x: offsets, index: index.clone(), weight: ones.clone(), out });
                let skin = skin.reshape(batch, 1, 3 * count);
                let motion = plan.linear("rigid motion", skin, matrix, None, Activation::None);
                plan.keep_f32(motion)
            }
        };
        plan.push(ops::RigidMotion { motion, points, out: offsets.rows(self.vertices.clone()) });
    }
}
