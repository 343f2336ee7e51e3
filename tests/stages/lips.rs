//! How far the lips of a decoded mesh are apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use media2face::{Animation, Model};

/// Pairs of vertices that touch at rest, one on either lip, in the middle of the mouth.
pub(super) struct Lips {
    neutral: Vec<f32>,
    /// Upper and lower vertex.
    pairs: Vec<[usize; 2]>,
}

impl Lips {
    /// On the mesh of the model's first identity: a pair is less than 3 mm apart, and an open jaw takes it over 8 mm apart.
    pub(super) fn of(model: &Arc<Model>) -> Self {
        let identity = model.default_identity().expect("identity");
        let neutral = identity.vertices_mm().to_vec();
        let jaw = model.blendshape_names().iter().position(|name| name == "jawOpen").expect("a name");
        let shapes = model.blendshape_offsets_mm(&identity).expect("shapes");
        let jaw = &shapes[jaw * neutral.len()..(jaw + 1) * neutral.len()];
        let parts = &model.topology().expect("mesh").parts;
        let soft = parts.iter().filter(|part| ["skin", "lips", "mouth"].contains(&part.name.as_str()));
        let middle = |vertex: &usize| neutral[vertex * 3].abs() < 20.0;
        let near: Vec<usize> = soft.flat_map(|part| part.vertices[0]..part.vertices[1]).filter(middle).collect();
        let distance =
            |a: usize, b: usize| (0..3).map(|c| (neutral[a * 3 + c] - neutral[b * 3 + c]).powi(2)).sum::<f32>().sqrt();
        // By the side that they are on, 2 mm wide, the closest.
        let mut closest: BTreeMap<i32, (f32, [usize; 2])> = BTreeMap::new();
        for &upper in &near {
            for &lower in near.iter().filter(|&&lower| jaw[upper * 3 + 1] - jaw[lower * 3 + 1] > 8.0) {
                let apart = distance(upper, lower);
                let x = f32::midpoint(neutral[upper * 3], neutral[lower * 3]);
                let place = closest.entry((x / 2.0).round() as i32).or_insert((3.0, [upper, lower]));
                if apart < place.0 {
                    *place = (apart, [upper, lower]);
                }
            }
        }
        let pairs: Vec<[usize; 2]> = closest.into_values().filter(|(d, _)| *d < 3.0).map(|(_, pair)| pair).collect();
        assert!(pairs.len() >= 5, "{} pairs of lips", pairs.len());
        let first = pairs.len() / 2 - 2;
        Self { neutral, pairs: pairs[first..first + 5].to_vec() }
    }

    /// Mean height between the lips at each frame, mm.
    pub(super) fn gaps_mm(&self, animation: &Arc<Animation>) -> Vec<f32> {
        let frames = animation.motion().len();
        let offsets = animation.reader().expect("reader").offsets_mm(30.0, 0, frames).expect("offsets");
        let height = |frame: &[f32], vertex: usize| frame[vertex * 3 + 1] + self.neutral[vertex * 3 + 1];
        let gap = |frame: &[f32]| {
            let each = self.pairs.iter().map(|[upper, lower]| height(frame, *upper) - height(frame, *lower));
            each.sum::<f32>() / self.pairs.len() as f32
        };
        offsets.chunks_exact(self.neutral.len()).map(gap).collect()
    }
}
