//! Eyes that turn by the look weights: each about the middle of a sphere that is fitted to its ball, by the manifest's angles.
//!
//! What M′ reads off z turns the eyes, on the device that decodes the rest: 8 look weights, held to 0..1, times their angles.
//! No op clamps; with k large (silu(k·w) − silu(k·(w − 1)))/k does, off by at most .28/k where w is near an end. A pack that
//! does not say which parts are eyes lets them follow the skin like any other ([`super::rigid`]).

use std::ops::Range;

use crate::error::Result;
use crate::pack::{EyesConfig, Pack};
use crate::plan::{Activation, PlanBuilder, View};
use crate::signal::eyes::{EyeChannels, EyeRange};
use crate::tensor::Weight;

use super::holds;

/// k: an eye at rest is turned by less than .03°.
const SHARPNESS: f32 = 256.0;
/// Look channels of both eyes.
const LOOKS: usize = 8;
/// Columns of a rigid motion.
const MOTION: usize = 6;

impl From<&EyesConfig> for EyeRange {
    fn from(config: &EyesConfig) -> Self {
        let [in_rad, out_rad, up_rad, down_rad] = config.degrees().map(f32::to_radians);
        Self { in_rad, out_rad, up_rad, down_rad }
    }
}

/// The eyes of a mesh.
#[derive(Debug, Clone)]
pub struct Eyes {
    /// Parts of the left and of the right eye by their numbers in the topology, the ball first.
    parts: [Vec<usize>; 2],
    /// Vertices of the balls.
    balls: [Range<usize>; 2],
    /// Weights of `names` to the two terms of each look's clamp, `[16, names]` and `[16]`.
    terms: [Weight; 2],
    /// Those to the rigid motions of both eyes, [12, 16].
    turns: Weight,
}

/// An eye of one face.
#[derive(Debug, Clone, PartialEq)]
pub struct Eyeball {
    /// Its parts by their numbers in the topology.
    pub parts: Vec<usize>,
    /// The point that it turns about, mm.
    pub centre_mm: [f32; 3],
}

impl Eyes {
    /// The manifest's `eyes`; none where it names no parts, or the pack lacks M′.
    ///
    /// # Errors
    /// `MissingPart` for a look channel that the pack lacks.
    pub(super) fn load(pack: &Pack) -> Result<Option<Self>> {
        let manifest = pack.manifest();
        let (Some(config), Some(topology)) = (&manifest.eyes, &manifest.topology) else { return Ok(None) };
        if config.left.is_empty() || !holds(pack, "gnpfa.to_weights.") {
            return Ok(None);
        }
        let place = |name: &String| topology.parts.iter().position(|part| part.name == *name).expect("checked");
        let parts = [&config.left, &config.right].map(|names| names.iter().map(place).collect::<Vec<_>>());
        let balls = [0, 1].map(|side| {
            let [first, end] = topology.parts[parts[side][0]].vertices;
            first..end
        });
        let names = &manifest.blendshapes.names;
        let looks = EyeChannels::find(names)?.looks(&EyeRange::from(config));
        let (mut terms, mut bias) = (vec![0.0; 2 * LOOKS * names.len()], [0.0; 2 * LOOKS]);
        let mut turns = [0.0; 2 * MOTION * 2 * LOOKS];
        for (number, look) in looks.iter().enumerate() {
            let [yaw, pitch] = look.turn_rad;
            for (term, sign) in [(number, 1.0), (LOOKS + number, -1.0)] {
                terms[term * names.len() + look.channel] = SHARPNESS;
                bias[term] = if sign < 0.0 { -SHARPNESS } else { 0.0 };
                for (axis, angle) in [pitch, yaw].into_iter().enumerate() {
                    turns[(look.eye * MOTION + axis) * 2 * LOOKS + term] = sign * angle / SHARPNESS;
                }
            }
        }
        Ok(Some(Self {
            parts,
            balls,
            terms: [
                Weight::try_from_f32("look terms", &[2 * LOOKS, names.len()], &terms)?,
                Weight::try_from_f32("look bias", &[2 * LOOKS], &bias)?,
            ],
            turns: Weight::try_from_f32("eye turns", &[2 * MOTION, 2 * LOOKS], &turns)?,
        }))
    }

    /// Which eye a part of the topology belongs to: 0 the left one, 1 the right one.
    pub(super) fn side(&self, part: usize) -> Option<usize> {
        self.parts.iter().position(|parts| parts.contains(&part))
    }

    /// Vertices of an eye's ball.
    pub(super) fn ball(&self, side: usize) -> Range<usize> {
        self.balls[side].clone()
    }

    /// The left and the right eye of a face on the topology, [V, 3] mm.
    pub fn of(&self, vertices_mm: &[f32]) -> [Eyeball; 2] {
        [0, 1].map(|side| Eyeball {
            parts: self.parts[side].clone(),
            centre_mm: sphere_centre(&vertices_mm[self.balls[side].start * 3..self.balls[side].end * 3]),
        })
    }

    /// Weights as M′ gives them, [1, B, names], to the rigid motions of the left and of the right eye, [B, 1, 6] each.
    pub(super) fn record(&self, plan: &mut PlanBuilder, weights: View) -> [View; 2] {
        let [terms, bias] = &self.terms;
        let terms = plan.linear("looks", weights, terms, Some(bias), Activation::Silu);
        let terms = plan.keep_f32(terms);
        let turns = plan.linear("eye turns", terms, &self.turns, None, Activation::None);
        let turns = plan.keep_f32(turns).reshape(weights.rows, 1, 2 * MOTION);
        [0, 1].map(|side| turns.cols(side * MOTION..(side + 1) * MOTION))
    }
}

/// The middle of the sphere that fits points [n, 3] best: |p|² = 2c·p + d in least squares over c and d. Their mean where
/// they fit none, as points of a plane do.
pub(super) fn sphere_centre(points: &[f32]) -> [f32; 3] {
    let points = points.as_chunks::<3>().0;
    let mean: [f64; 3] = std::array::from_fn(|c| {
        points.iter().map(|point| f64::from(point[c])).sum::<f64>() / points.len().max(1) as f64
    });
    // About the mean d is the mean of |p|², and three equations are left: Σ pᵀp · 2c = Σ p·(|p|² − d).
    let about = |point: &[f32; 3]| -> [f64; 3] { std::array::from_fn(|c| f64::from(point[c]) - mean[c]) };
    let square = |p: [f64; 3]| p.iter().map(|v| v * v).sum::<f64>();
    let middle = points.iter().map(|point| square(about(point))).sum::<f64>() / points.len().max(1) as f64;
    let (mut products, mut sides) = ([[0.0; 3]; 3], [0.0; 3]);
    for point in points {
        let p = about(point);
        let rest = square(p) - middle;
        for (i, (row, side)) in products.iter_mut().zip(&mut sides).enumerate() {
            row.iter_mut().zip(p).for_each(|(sum, other)| *sum += 2.0 * p[i] * other);
            *side += p[i] * rest;
        }
    }
    let determinant = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(products);
    // Of points that are spread alike the determinant is that of their spread, cubed.
    let spread = (products[0][0] + products[1][1] + products[2][2]) / 3.0;
    if whole <= FLAT * spread.powi(3) || !whole.is_finite() {
        return mean.map(|v| v as f32);
    }
    std::array::from_fn(|c| {
        let mut replaced = products;
        replaced.iter_mut().zip(sides).for_each(|(row, side)| row[c] = side);
        (mean[c] + determinant(replaced) / whole) as f32
    })
}

/// Points whose spread has less of a determinant than this lie in a plane.
const FLAT: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::sphere_centre;

    /// Points of a sphere of 12 mm about this, on one side of it alone.
    fn cap(centre: [f32; 3]) -> Vec<f32> {
        let ring = |z: f32, turn: f32| {
            let r = (1.0 - z * z).sqrt();
            [r * turn.cos(), r * turn.sin(), z].map(|c| c * 12.0)
        };
        let points = (0..40).map(|i| ring(0.2 + 0.8 * (i as f32 / 40.0), i as f32));
        points.flat_map(|p| [p[0] + centre[0], p[1] + centre[1], p[2] + centre[2]]).collect()
    }

    #[test]
    fn centre_of_a_cap_is_that_of_its_sphere() {
        let centre = [28.8, -4.4, 62.2];
        let found = sphere_centre(&cap(centre));
        assert!(found.iter().zip(centre).all(|(f, c)| (f - c).abs() < 1e-3), "{found:?}");
    }

    #[test]
    fn points_of_no_sphere_have_their_mean() {
        assert_eq!(sphere_centre(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
        assert_eq!(sphere_centre(&[0.0, 0.0, 5.0, 2.0, 0.0, 5.0, 2.0, 2.0, 5.0, 0.0, 2.0, 5.0]), [1.0, 1.0, 5.0]);
    }
}
