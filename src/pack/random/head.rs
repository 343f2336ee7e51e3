//! A head that is nobody's: an ellipsoid's front on the chart, its back off the chart, a slit for the mouth, and eyes,
//! teeth and a tongue as rigid parts. Millimetres, +Y up, +Z out of the face, +X the character's left.

use std::ops::Range;

use super::{chart::Chart, fit};
use crate::pack::{Part, TopologyConfig};
use crate::tensor::Weight;

/// Half axes of the ellipsoid.
const HALF_MM: [f32; 3] = [75.0, 110.0, 90.0];
/// Angles that the chart covers to each side of the nose.
const REACH_RAD: [f32; 2] = [1.4, 1.25];
/// Each identity's name and the factors on its neutral face.
pub(super) const IDENTITIES: [(&str, [f32; 3]); 2] = [("plain", [1.0; 3]), ("broad", [1.12, 0.97, 1.05])];

type Point = [f32; 3];

/// Mesh and parts.
pub(super) struct Head {
    chart: Chart,
    points: Vec<Point>,
    triangles: Vec<[usize; 3]>,
    parts: Vec<Part>,
    /// For each skin vertex off the chart, the vertex on it that leads it, and how much.
    led: Vec<(usize, f32)>,
    /// Row above the slit of the mouth, and the columns along it.
    mouth: (usize, Range<usize>),
}

impl Head {
    /// A chart of (columns, rows) vertices.
    pub(super) fn new((columns, rows): (usize, usize)) -> Self {
        let mouth_columns = columns * 2 / 6..columns * 4 / 6 + 1;
        let mut head = Self {
            chart: Chart { columns, rows },
            points: Vec::new(),
            triangles: Vec::new(),
            parts: Vec::new(),
            led: Vec::new(),
            mouth: (rows * 2 / 3 - 1, mouth_columns),
        };
        head.front();
        head.back();
        head.part("skin", 0, 0, "map", [0.85, 0.66, 0.56]);
        head.inside(if columns < 20 { 4 } else { 10 });
        head
    }

    fn front(&mut self) {
        let chart = self.chart;
        for vertex in 0..chart.len() {
            let [u, v] = chart.uv(vertex);
            let (longitude, latitude) = ((2.0 * u - 1.0) * REACH_RAD[0], (1.0 - 2.0 * v) * REACH_RAD[1]);
            // libm: the same bits on every platform
            let (sin_lon, cos_lon) = libm::sincosf(longitude);
            let (sin_lat, cos_lat) = libm::sincosf(latitude);
            self.points.push([HALF_MM[0] * cos_lat * sin_lon, HALF_MM[1] * sin_lat, HALF_MM[2] * cos_lat * cos_lon]);
        }
        let (row, columns) = self.mouth.clone();
        for column in columns.clone() {
            let (upper, lower) = (chart.vertex(row, column), chart.vertex(row + 1, column));
            let middle = f32::midpoint(self.points[upper][1], self.points[lower][1]);
            (self.points[upper][1], self.points[lower][1]) = (middle + 0.2, middle - 0.2);
        }
        for r in 0..chart.rows - 1 {
            for c in 0..chart.columns - 1 {
                if r == row && columns.contains(&c) && columns.contains(&(c + 1)) {
                    continue;
                }
                let [top, bottom] = [chart.vertex(r, c), chart.vertex(r + 1, c)];
                self.triangles.push([top, bottom, bottom + 1]);
                self.triangles.push([top, bottom + 1, top + 1]);
            }
        }
    }

    /// A ring behind the chart's border, led by it, and the pole that closes the skull.
    fn back(&mut self) {
        let border = self.chart.border();
        let (first, count) = (self.points.len(), border.len());
        for &vertex in &border {
            let [x, y, _] = self.points[vertex];
            self.points.push([0.85 * x, 0.85 * y, -0.5 * HALF_MM[2]]);
            self.led.push((vertex, 0.5));
        }
        let pole = self.points.len();
        self.points.push([0.0, 0.0, -HALF_MM[2]]);
        self.led.push((border[0], 0.0));
        for i in 0..count {
            let next = (i + 1) % count;
            self.triangles.push([border[i], first + i, border[next]]);
            self.triangles.push([border[next], first + i, first + next]);
            self.triangles.push([first + i, pole, first + next]);
        }
    }

    /// Eyes, teeth and tongue.
    fn inside(&mut self, segments: usize) {
        for (name, side) in [("eye_left", 1.0), ("eye_right", -1.0)] {
            self.sphere(name, [side * 30.0, 30.0, 68.0], 12.0, segments);
        }
        let (row, columns) = self.mouth.clone();
        let [_, y, z] = self.points[self.chart.vertex(row, columns.start.midpoint(columns.end - 1))];
        let ivory = [0.96, 0.95, 0.9];
        self.block("teeth_upper", [0.0, y + 6.0, z - 14.0], [16.0, 5.0, 4.0], "head", ivory);
        self.block("teeth_lower", [0.0, y - 6.0, z - 14.0], [15.0, 5.0, 4.0], "teeth_lower", ivory);
        self.block("tongue", [0.0, y - 4.0, z - 30.0], [11.0, 3.0, 12.0], "tongue", [0.8, 0.35, 0.35]);
    }

    fn sphere(&mut self, name: &str, centre: Point, radius: f32, segments: usize) {
        let (first, first_triangle) = (self.points.len(), self.triangles.len());
        let rings = segments / 2 - 1;
        self.points.push([centre[0], centre[1] + radius, centre[2]]);
        for ring in 0..rings {
            let (sin, cos) = libm::sincosf(std::f32::consts::PI * (ring + 1) as f32 / (rings + 1) as f32);
            for segment in 0..segments {
                let (x, z) = libm::sincosf(std::f32::consts::TAU * segment as f32 / segments as f32);
                let direction = [sin * x, cos, sin * z];
                self.points.push(std::array::from_fn(|k| centre[k] + radius * direction[k]));
            }
        }
        self.points.push([centre[0], centre[1] - radius, centre[2]]);
        let at = |ring: usize, segment: usize| first + 1 + ring * segments + segment % segments;
        for s in 0..segments {
            self.triangles.push([first, at(0, s), at(0, s + 1)]);
            for ring in 1..rings {
                self.triangles.push([at(ring - 1, s), at(ring, s), at(ring, s + 1)]);
                self.triangles.push([at(ring - 1, s), at(ring, s + 1), at(ring - 1, s + 1)]);
            }
            self.triangles.push([at(rings - 1, s), self.points.len() - 1, at(rings - 1, s + 1)]);
        }
        self.part(name, first, first_triangle, name, [0.95; 3]);
    }

    fn block(&mut self, name: &str, centre: Point, half: Point, follow: &str, colour: Point) {
        let (first, first_triangle) = (self.points.len(), self.triangles.len());
        for corner in 0..8 {
            let sign = |axis: usize| if corner >> axis & 1 == 1 { 1.0 } else { -1.0 };
            self.points.push(std::array::from_fn(|k| centre[k] + sign(k) * half[k]));
        }
        // corners by bits x, y, z; each face counter-clockwise from outside
        for [a, b, c, d] in [[4, 5, 7, 6], [1, 0, 2, 3], [5, 1, 3, 7], [0, 4, 6, 2], [6, 7, 3, 2], [0, 1, 5, 4]] {
            self.triangles.push([a, b, c].map(|i| first + i));
            self.triangles.push([a, c, d].map(|i| first + i));
        }
        self.part(name, first, first_triangle, follow, colour);
    }

    /// Everything since these became a part.
    fn part(&mut self, name: &str, vertex: usize, triangle: usize, follow: &str, colour: [f32; 3]) {
        self.parts.push(Part {
            name: name.to_owned(),
            vertices: [vertex, self.points.len()],
            triangles: [triangle, self.triangles.len()],
            follow: follow.to_owned(),
            colour,
            texture: None,
            folds: None,
        });
    }

    pub(super) fn config(&self) -> TopologyConfig {
        let (vertices, triangles) = (self.points.len(), self.triangles.len());
        TopologyConfig { vertices, triangles, parts: self.parts.clone(), textures: Vec::new() }
    }

    /// All of `topology.*` and `identities.*`, for a map of `res` texels a side.
    pub(super) fn tensors(&self, res: usize) -> Vec<(String, Weight)> {
        let (row, columns) = self.mouth.clone();
        let pairs: Vec<usize> =
            columns.flat_map(|c| [self.chart.vertex(row, c), self.chart.vertex(row + 1, c)]).collect();
        let upper: Vec<usize> = (0..self.chart.columns * self.chart.rows.div_ceil(3)).collect();
        let triangles: Vec<usize> = self.triangles.iter().flatten().copied().collect();
        let mut tensors = self.chart.tensors(res, self.points.len(), &self.led);
        tensors.extend([
            index("topology.triangles", &[self.triangles.len(), 3], &triangles),
            index("topology.lip", &[pairs.len()], &pairs),
            index("topology.upper", &[upper.len()], &upper),
            index("topology.lip_inner", &[pairs.len() / 2, 2], &pairs),
            Weight::from_f32("topology.head_pivot", &[3], &[0.0, -80.0, -40.0]),
            Weight::from_f32("topology.centre", &[3], &[0.0; 3]),
            Weight::from_f32("topology.extent", &[1], &[120.0]),
        ]);
        for part in self.parts.iter().filter(|part| part.follow == part.name) {
            tensors.extend(self.follow(part));
        }
        for (i, (_, factors)) in IDENTITIES.iter().enumerate() {
            let points: Vec<f32> =
                self.points.iter().flat_map(|p| std::array::from_fn::<f32, 3, _>(|k| p[k] * factors[k])).collect();
            tensors.push(Weight::from_f32(&format!("identities.{i}.vertices"), &[self.points.len(), 3], &points));
        }
        tensors.into_iter().map(|weight| (weight.name().to_owned(), weight)).collect()
    }

    /// The skin that a rigid part follows, below the slit of the mouth or around the eye, and the fit of its motion.
    fn follow(&self, part: &Part) -> [Weight; 2] {
        let own = &self.points[part.vertices[0]..part.vertices[1]];
        let centre: Point = std::array::from_fn(|k| own.iter().map(|p| p[k]).sum::<f32>() / own.len() as f32);
        let (row, columns) = self.mouth.clone();
        let skin: Vec<usize> = if part.name.starts_with("eye") {
            let distance = |&v: &usize| (0..3).map(|k| (self.points[v][k] - centre[k]).powi(2)).sum::<f32>();
            let mut nearest: Vec<usize> = (0..self.chart.len()).collect();
            nearest.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
            nearest.truncate(8);
            nearest
        } else {
            let rows = row + 1..self.chart.rows;
            rows.flat_map(|r| columns.clone().map(move |c| (r, c))).map(|(r, c)| self.chart.vertex(r, c)).collect()
        };
        let arms: Vec<Point> = skin.iter().map(|&v| std::array::from_fn(|k| self.points[v][k] - centre[k])).collect();
        let name = format!("topology.follow.{}", part.follow);
        [
            index(&format!("{name}.index"), &[skin.len()], &skin),
            Weight::from_f32(&format!("{name}.matrix"), &[6, 3 * skin.len()], &fit::rigid(&arms)),
        ]
    }
}

fn index(name: &str, shape: &[usize], values: &[usize]) -> Weight {
    let values: Vec<i32> = values.iter().map(|&v| v as i32).collect();
    Weight::from_i32(name, shape, &values)
}
