//! Where faces are in a whole picture: boxes with six points each, by a network that answers at the texels of two maps.

use crate::error::Result;
use crate::nn::Linear;
use crate::pack::Pack;
use crate::pack::finder::{DetectorConfig, FinderConfig, ScaleConfig};
use crate::plan::{Activation, PlanBuilder, View};

use super::super::batch::BatchPlan;
use super::trunk::Trunk;

/// Points of a detection: the eyes, the tip of the nose, the mouth, the ears; right ones of the face first.
pub const KEY_POINTS: usize = 6;

/// Detections that are looked at, the surest ones: the time that suppression takes is bounded by their square.
const MOST_DETECTIONS: usize = 1024;
/// How far beyond the picture a detection may reach, in its sides.
const FARTHEST: f32 = 4.0;

/// The network.
#[derive(Debug)]
pub(super) struct Detector {
    pub(super) trunk: Trunk,
    config: DetectorConfig,
    heads: Vec<Linear>,
    least_score: f32,
    most_overlap: f32,
}

/// A face, in shares of the square that the network sees, or in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Detection {
    pub(super) score: f32,
    pub(super) middle: [f32; 2],
    pub(super) sides: [f32; 2],
    pub(super) points: [[f32; 2]; KEY_POINTS],
}

impl Detector {
    pub(super) fn load(pack: &Pack, finder: &FinderConfig) -> Result<Self> {
        let config = finder.detector.clone();
        let head = |(i, scale): (usize, &ScaleConfig)| {
            let inputs = config.trunk.channels[scale.block + 1];
            Linear::load(pack, &format!("finder.detector.heads.{i}"), inputs, scale.anchors * DetectorConfig::VALUES)
        };
        let heads = config.scales.iter().enumerate().map(head).collect::<Result<_>>()?;
        let trunk = Trunk::load(pack, "finder.detector", &config.trunk)?;
        Ok(Self { trunk, config, heads, least_score: finder.score, most_overlap: finder.overlap })
    }

    /// Values of all detections of a picture.
    pub(super) fn len(&self) -> usize {
        self.config.detections() * DetectorConfig::VALUES
    }

    pub(super) fn record(&self, batch: usize) -> BatchPlan {
        let [texels, columns] = self.trunk.windows();
        BatchPlan::record_shared([batch, texels, columns], &[], |plan, windows, _| {
            let section = plan.section("face detector");
            let (output, out) = plan.output("output", batch, self.config.detections(), DetectorConfig::VALUES);
            self.record_heads(plan, windows, out);
            vec![(section, output)]
        })
    }

    fn record_heads(&self, plan: &mut PlanBuilder, windows: View, out: View) {
        let maps = self.trunk.record(plan, windows);
        let mut offset = out.offset;
        for (scale, head) in self.config.scales.iter().zip(&self.heads) {
            let answer = head.record(plan, "detections", maps[scale.block], Activation::None);
            plan.keep_f32(answer);
            // A texel's detections lie one after another, as those of all texels do.
            let (rows, cols) = (answer.rows, answer.cols);
            let part = View { offset, rows, cols, row_stride: cols, ..out };
            plan.copy(answer, part);
            offset += rows * cols;
        }
    }

    /// Faces of all detections, the surest first: those that overlap are one, at the mean of their places by their scores.
    pub(super) fn merged(&self, mut left: Vec<Detection>) -> Vec<Detection> {
        left.sort_by(|a, b| b.score.total_cmp(&a.score));
        left.truncate(MOST_DETECTIONS);
        let mut faces = Vec::new();
        while let Some(first) = left.first().copied() {
            let is_same = |other: &Detection| *other == first || first.overlap(other) > self.most_overlap;
            let (same, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_same);
            faces.push(Detection::mean(&same));
            left = others;
        }
        faces
    }

    /// What the network says of a square.
    pub(super) fn detections<'a>(&'a self, values: &'a [f32]) -> impl Iterator<Item = Detection> + 'a {
        let places = self.config.scales.iter().flat_map(|scale| {
            let side = self.config.trunk.side_behind(scale.block + 1);
            let at = move |i: usize| (i as f32 + 0.5) / side as f32;
            (0..side * side * scale.anchors).map(move |i| [at(i / scale.anchors % side), at(i / scale.anchors / side)])
        });
        let share = 1.0 / self.config.trunk.side as f32;
        let found = values.chunks_exact(DetectorConfig::VALUES).zip(places).map(move |(values, place)| {
            let pair = |i: usize| [values[i] * share, values[i + 1] * share];
            let point = |i: usize| std::array::from_fn(|axis| place[axis] + pair(i)[axis]);
            let points = std::array::from_fn(|k| point(5 + 2 * k));
            Detection { score: sigmoid(values[0]), middle: point(1), sides: pair(3), points }
        });
        found.filter(|found| found.score >= self.least_score && found.is_near())
    }
}

impl Detection {
    fn ends(&self, axis: usize) -> [f32; 2] {
        [self.middle[axis] - 0.5 * self.sides[axis], self.middle[axis] + 0.5 * self.sides[axis]]
    }

    /// Whether it has a size, and is where a picture of a face can be.
    fn is_near(&self) -> bool {
        let mut places = self.middle.iter().chain(self.points.as_flattened());
        self.sides.iter().all(|&side| side > 0.0 && side < FARTHEST) && places.all(|place| place.abs() < FARTHEST)
    }

    /// Intersection over union.
    fn overlap(&self, other: &Self) -> f32 {
        let shared = |axis: usize| {
            let ([first, end], [other_first, other_end]) = (self.ends(axis), other.ends(axis));
            (end.min(other_end) - first.max(other_first)).max(0.0)
        };
        let (both, area) = (shared(0) * shared(1), |face: &Self| face.sides[0] * face.sides[1]);
        both / (area(self) + area(other) - both)
    }

    /// The mean of one face's, of which there is at least one, the surest first.
    fn mean(same: &[Self]) -> Self {
        let sum: f32 = same.iter().map(|face| face.score).sum();
        let mean = |value: &dyn Fn(&Self) -> f32| same.iter().map(|face| face.score * value(face)).sum::<f32>() / sum;
        Self {
            score: same[0].score,
            middle: std::array::from_fn(|axis| mean(&|face| face.middle[axis])),
            sides: std::array::from_fn(|axis| mean(&|face| face.sides[axis])),
            points: std::array::from_fn(|k| std::array::from_fn(|axis| mean(&|face| face.points[k][axis]))),
        }
    }
}

/// 1/(1 + e^−x); the same everywhere.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detection(score: f32, x: f32, side: f32) -> Detection {
        Detection { score, middle: [x, 0.5], sides: [side; 2], points: [[x; 2]; KEY_POINTS] }
    }

    #[test]
    fn overlap_is_shared_area_over_all() {
        let face = detection(0.9, 0.5, 0.2);
        assert!((face.overlap(&face) - 1.0).abs() < 1e-5);
        assert!((face.overlap(&detection(0.9, 0.6, 0.2)) - 1.0 / 3.0).abs() < 1e-5);
        assert_eq!(face.overlap(&detection(0.9, 0.8, 0.2)), 0.0);
    }

    #[test]
    fn detections_without_a_size_or_far_away_are_none() {
        assert!(detection(0.9, 0.5, 0.2).is_near() && detection(0.9, -0.5, 2.0).is_near());
        assert!(!detection(0.9, 0.5, 0.0).is_near() && !detection(0.9, 0.5, f32::NAN).is_near());
        assert!(!detection(0.9, 1e30, 0.2).is_near() && !detection(0.9, 0.5, 5.0).is_near());
    }

    #[test]
    fn same_face_lies_at_the_mean_by_score() {
        let mean = Detection::mean(&[detection(0.9, 0.5, 0.2), detection(0.6, 0.6, 0.2)]);
        assert_eq!(mean.score, 0.9);
        assert!((mean.middle[0] - 0.54).abs() < 1e-6 && (mean.points[3][0] - 0.54).abs() < 1e-6, "{mean:?}");
    }
}
