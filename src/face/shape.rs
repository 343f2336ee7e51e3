//! Whether points stand as the model's face does: by its axes, and in its order. They are judged against a face of the pack,
//! both brought to the same centre and size: faces differ by a tenth of their size from each other, those by other axes by
//! more than half, and vertices in another order by more than the whole. A few hundred sums, whatever the mesh.

use crate::pack::Part;

/// A point, and where the pack's face has it, mm.
pub(super) type Pair = [[f32; 3]; 2];

/// Points that axes and coordinates are judged by: a few hundred tell as well as all.
pub(super) const CHECKED_POINTS: usize = 512;
/// Another reading of points is believed when it lies this much closer.
pub(super) const BELIEVED: f64 = 0.5;
/// Distance at which vertices are no longer those of a face in the same order.
const SAME_ORDER: f64 = 0.8;
/// How far a part's middle may be from its place.
const SAME_PART: f64 = 0.5;
/// An edge this long, and this many times as long as on the pack's face, joins vertices that are no neighbours.
const TORN: f64 = 0.25;
const TIMES_AS_LONG: f64 = 4.0;
/// Share of the edges that may be.
const MOST_TORN: f64 = 0.01;

/// Root mean square distance of paired points, both brought to the same centre and size 1. Infinite for fewer than two.
pub(super) fn shape_distance(pairs: &[Pair]) -> f64 {
    let Some([a, b]) = alike(pairs) else { return f64::INFINITY };
    let squares = a.as_flattened().iter().zip(b.as_flattened()).map(|(a, b)| (a - b).powi(2));
    (squares.sum::<f64>() / pairs.len() as f64).sqrt()
}

/// Both sides of the pairs about their centres, at size 1: the root mean square distance from the centre.
fn alike(pairs: &[Pair]) -> Option<[Vec<[f64; 3]>; 2]> {
    let count = pairs.len() as f64;
    let shape = |side: usize| {
        let mean = |c: usize| pairs.iter().map(|pair| f64::from(pair[side][c])).sum::<f64>() / count;
        let centre: [f64; 3] = std::array::from_fn(mean);
        let mut points: Vec<[f64; 3]> =
            pairs.iter().map(|pair| std::array::from_fn(|c| f64::from(pair[side][c]) - centre[c])).collect();
        let size = (points.as_flattened().iter().map(|c| c * c).sum::<f64>() / count).sqrt().max(f64::MIN_POSITIVE);
        points.as_flattened_mut().iter_mut().for_each(|c| *c /= size);
        points
    };
    (pairs.len() > 1).then(|| [shape(0), shape(1)])
}

/// A turn to other axes, with or without a mirror: coordinate i of the model's is `signs[i] · point[from[i]]`.
struct Axes {
    from: [usize; 3],
    signs: [f32; 3],
}

impl Axes {
    /// All but the model's own.
    fn others() -> impl Iterator<Item = Self> {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let signs = (0..8).map(|bits: usize| std::array::from_fn(|c| if bits >> c & 1 == 1 { -1.0 } else { 1.0 }));
        orders.into_iter().flat_map(move |from| signs.clone().map(move |signs| Self { from, signs })).skip(1)
    }

    fn of(&self, point: [f32; 3]) -> [f32; 3] {
        std::array::from_fn(|c| self.signs[c] * point[self.from[c]])
    }

    fn is_mirror(&self) -> bool {
        let [a, b, c] = self.from;
        let odd = (a > b) ^ (a > c) ^ (b > c);
        odd ^ (self.signs.iter().product::<f32>() < 0.0)
    }

    /// What is wrong, and what to pass instead.
    fn told(&self) -> String {
        let name = |c: usize, plus: &str| {
            format!("{}{}", if self.signs[c] < 0.0 { "-" } else { plus }, ["x", "y", "z"][self.from[c]])
        };
        let passed = format!("pass ({}, {}, {})", name(0, ""), name(1, ""), name(2, ""));
        let (up, front) = (name(1, "+").to_uppercase(), name(2, "+").to_uppercase());
        match (up == "+Y" && front == "+Z", self.is_mirror()) {
            (true, _) => format!("it seems to be mirrored, left for right: {passed}"),
            (_, mirror) => {
                let mirrored = if mirror { ", mirrored," } else { "" };
                format!(
                    "its up seems to be {up} and its front {front}{mirrored} where +Y and +Z are expected: {passed}"
                )
            }
        }
    }
}

/// The best of all other readings of the axes: its distance, and what it would mean.
pub(super) fn other_axes(pairs: &[Pair]) -> (f64, String) {
    let step = pairs.len().div_ceil(CHECKED_POINTS).max(1);
    let pairs: Vec<Pair> = pairs.iter().step_by(step).copied().collect();
    let distance =
        |axes: &Axes| shape_distance(&pairs.iter().map(|[point, place]| [axes.of(*point), *place]).collect::<Vec<_>>());
    let all = Axes::others().map(|axes| (distance(&axes), axes));
    let best = all.min_by(|a, b| a.0.total_cmp(&b.0)).expect("there are others");
    (best.0, best.1.told())
}

/// What is wrong with a mesh whose vertices are paired with those of the pack's face: other axes, or another order.
pub(super) fn fault(pairs: &[Pair], triangles: &[[u32; 3]], parts: &[Part]) -> Option<String> {
    let distance = shape_distance(pairs);
    let (other, told) = other_axes(pairs);
    if other < distance * BELIEVED {
        return Some(told);
    }
    let [mesh, face] = alike(pairs)?;
    if distance > SAME_ORDER {
        return Some("its vertices are not in the order of the model's".to_owned());
    }
    let between = |points: &[[f64; 3]], a: u32, b: u32| {
        let (a, b) = (points[a as usize], points[b as usize]);
        (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f64>().sqrt()
    };
    let edges = triangles.iter().flat_map(|&[a, b, c]| [[a, b], [b, c], [c, a]]);
    let torn = edges.filter(|&[a, b]| between(&mesh, a, b) > TORN.max(TIMES_AS_LONG * between(&face, a, b))).count();
    if torn as f64 > MOST_TORN * 3.0 * triangles.len() as f64 {
        let edges = 3 * triangles.len();
        return Some(format!("its vertices are not all in the order of the model's: {torn} of {edges} edges are torn"));
    }
    let away = |part: &&Part| {
        let [first, end] = part.vertices;
        let middle = |points: &[[f64; 3]], c: usize| {
            points[first..end].iter().map(|p| p[c]).sum::<f64>() / (end - first).max(1) as f64
        };
        (0..3).map(|c| (middle(&mesh, c) - middle(&face, c)).powi(2)).sum::<f64>().sqrt() > SAME_PART
    };
    let part = parts.iter().find(away)?;
    Some(format!("its part {:?} is far from its place: the vertices are not in the order of the model's", part.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lump that is unlike itself by any other axes, and a little unlike its pair.
    fn pairs() -> Vec<Pair> {
        let point = |i: usize| {
            let t = i as f32 * 0.61;
            [
                70.0 * t.sin() + 9.0 * (2.0 * t).cos(),
                100.0 * (0.37 * t).cos() + 0.2 * i as f32,
                80.0 * (1.7 * t).sin().abs(),
            ]
        };
        (0..700).map(|i| [point(i).map(|c| 1.1 * c + 3.0), point(i)]).collect()
    }

    fn turned(pass: impl Fn([f32; 3]) -> [f32; 3]) -> Option<String> {
        let pairs: Vec<Pair> = pairs().iter().map(|&[point, place]| [pass(point), place]).collect();
        fault(&pairs, &[], &[])
    }

    #[test]
    fn axes_of_other_programs_are_told_with_what_to_pass() {
        assert_eq!(turned(|point| point), None);
        let told = |pass: fn([f32; 3]) -> [f32; 3]| turned(pass).unwrap();
        assert_eq!(
            told(|[x, y, z]| [x, -z, y]),
            "its up seems to be +Z and its front -Y where +Y and +Z are expected: pass (x, z, -y)"
        );
        assert_eq!(told(|[x, y, z]| [-x, y, z]), "it seems to be mirrored, left for right: pass (-x, y, z)");
        assert!(told(|[x, y, z]| [-x, y, -z]).contains("up seems to be +Y and its front -Z where"));
        assert!(told(|[x, y, z]| [z, y, x]).contains("front +X, mirrored,"));
        assert_eq!(Axes::others().count(), 47);
    }

    #[test]
    fn passing_what_is_told_mends_every_reading() {
        for axes in Axes::others() {
            // The inverse of a reading stands in the file.
            let file = |point: [f32; 3]| {
                let mut out = [0.0; 3];
                (0..3).for_each(|c| out[axes.from[c]] = axes.signs[c] * point[c]);
                out
            };
            assert_eq!(axes.of(file([1.0, 2.0, 3.0])), [1.0, 2.0, 3.0]);
            assert_eq!(turned(file), Some(axes.told()));
        }
    }

    #[test]
    fn another_order_is_no_other_axes() {
        let good = pairs();
        let shuffled: Vec<Pair> = (0..good.len()).map(|i| [good[i * 293 % 700][0], good[i][1]]).collect();
        assert_eq!(fault(&shuffled, &[], &[]).unwrap(), "its vertices are not in the order of the model's");
    }
}
