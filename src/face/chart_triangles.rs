//! The skin's triangles as they lie in the chart, found by place: a chart point (u, v in 0..1, v downwards) in, three vertices
//! and barycentric weights out. Used once for a binding; a point looks into the cells around its own.

use crate::limits::MAX_CHART_DISTANCE;

use super::chart::Chart;
use super::topology::Topology;

/// Cells to a side of the grid that finds triangles; about the size of a triangle.
const CELLS: usize = 64;
/// Chart coordinates that are the same point.
const SAME: f64 = 1e-6;

/// A point of a triangle: vertices and their weights, which sum up to 1, or are 0 for a point of nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Place {
    pub(super) corners: [u32; 3],
    pub(super) weights: [f32; 3],
}

impl Place {
    /// What the vertices have, at this point.
    pub(super) fn of(&self, vertices: &[[f32; 3]]) -> [f32; 3] {
        let [a, b, c] = self.corners.map(|v| vertices[v as usize]);
        let [wa, wb, wc] = self.weights;
        std::array::from_fn(|i| wa * a[i] + wb * b[i] + wc * c[i])
    }
}

/// Triangles by the cells of a grid that their boxes touch.
pub(super) struct ChartTriangles {
    triangles: Vec<([u32; 3], [[f64; 2]; 3])>,
    cells: Vec<Vec<u32>>,
}

impl ChartTriangles {
    /// Those with all corners on the chart. One that crosses the chart's cut has corners on either side of the square, and
    /// would cover others there: the texels, which were made with both places of such corners, tell which are true.
    pub(super) fn new(topology: &Topology, chart: &Chart) -> Self {
        let mut found = Self { triangles: Vec::new(), cells: vec![Vec::new(); CELLS * CELLS] };
        for &corners in &topology.triangles {
            let shape = corners.map(|v| topology.uv[v as usize].map(f64::from));
            let charted = shape.as_flattened().iter().all(|c| (0.0..=1.0).contains(c));
            if !charted || area(&shape).abs() < f64::EPSILON || !lies_there(topology, chart, &shape) {
                continue;
            }
            let [columns, rows] = [0, 1].map(|axis| {
                let (low, high) = bounds(&shape, axis);
                cell(low)..=cell(high)
            });
            for row in rows {
                for column in columns.clone() {
                    found.cells[row * CELLS + column].push(found.triangles.len() as u32);
                }
            }
            found.triangles.push((corners, shape));
        }
        found
    }

    /// The place of a chart point: in the triangle that it lies in, or on the nearest one. None further away than
    /// [`MAX_CHART_DISTANCE`]. Where parts of the skin lie over one another, the triangle with the nearest corner is taken,
    /// so that a vertex of the model finds itself.
    pub(super) fn place(&self, point: [f32; 2]) -> Option<Place> {
        let point = point.map(f64::from);
        let [column, row] = point.map(|c| cell(c) as isize);
        let reach = (MAX_CHART_DISTANCE * CELLS as f64).ceil() as isize + 1;
        let mut best: Option<(f64, [f64; 3], u32)> = None;
        for ring in 0..=reach {
            // What lies beyond the last ring is at least that far away.
            if best.is_some_and(|(distance, ..)| distance <= (ring - 1).max(0) as f64 / CELLS as f64) {
                break;
            }
            for (y, x) in ring_cells(row, column, ring) {
                for &at in &self.cells[y * CELLS + x] {
                    let (distance, weights) = nearest(&self.triangles[at as usize].1, point);
                    let better = best.is_none_or(|(least, held, _)| {
                        distance < least || distance == 0.0 && least == 0.0 && largest(weights) > largest(held)
                    });
                    if better {
                        best = Some((distance, weights, at));
                    }
                }
            }
        }
        let (_, weights, at) = best.filter(|(distance, ..)| *distance <= MAX_CHART_DISTANCE)?;
        Some(Place { corners: self.triangles[at as usize].0, weights: weights.map(|w| w as f32) })
    }
}

/// No texel in the middle of this shape shows another triangle.
fn lies_there(topology: &Topology, chart: &Chart, shape: &[[f64; 2]; 3]) -> bool {
    let texel = |c: f64| c * chart.res as f64 - 0.5;
    let [columns, rows] = [0, 1].map(|axis| {
        let (low, high) = bounds(shape, axis);
        texel(low).ceil().max(0.0) as usize..=(texel(high).floor().max(0.0) as usize).min(chart.res - 1)
    });
    let centre = |at: usize| (at as f64 + 0.5) / chart.res as f64;
    rows.flat_map(|y| columns.clone().map(move |x| (y, x))).all(|(y, x)| {
        let weights = barycentric(shape, [centre(x), centre(y)]);
        if weights.iter().any(|w| *w < SAME) {
            return true;
        }
        let shown = chart.texel_corners(y * chart.res + x).map(|v| topology.uv[v as usize].map(f64::from));
        let same = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).abs() < SAME && (a[1] - b[1]).abs() < SAME;
        shown.iter().all(|a| shape.iter().any(|b| same(a, b)))
    })
}

/// The cells at this distance from one, row and column.
fn ring_cells(row: isize, column: isize, ring: isize) -> impl Iterator<Item = (usize, usize)> {
    let span = move |centre: isize| (centre - ring).max(0)..=(centre + ring).min(CELLS as isize - 1);
    span(row)
        .flat_map(move |y| span(column).map(move |x| (y, x)))
        .filter_map(move |(y, x)| ((y - row).abs().max((x - column).abs()) == ring).then_some((y as usize, x as usize)))
}

fn cell(c: f64) -> usize {
    ((c * CELLS as f64) as usize).min(CELLS - 1)
}

fn bounds(shape: &[[f64; 2]; 3], axis: usize) -> (f64, f64) {
    let along = shape.map(|corner| corner[axis]);
    (along.into_iter().fold(f64::INFINITY, f64::min), along.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

/// Twice the signed area.
fn area(&[a, b, c]: &[[f64; 2]; 3]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
}

fn barycentric(&[a, b, c]: &[[f64; 2]; 3], p: [f64; 2]) -> [f64; 3] {
    let whole = area(&[a, b, c]);
    [area(&[p, b, c]) / whole, area(&[a, p, c]) / whole, area(&[a, b, p]) / whole]
}

fn largest(weights: [f64; 3]) -> f64 {
    weights.into_iter().fold(0.0, f64::max)
}

/// Distance from a triangle and the weights of its nearest point.
fn nearest(shape: &[[f64; 2]; 3], p: [f64; 2]) -> (f64, [f64; 3]) {
    let inside = barycentric(shape, p);
    if inside.iter().all(|w| *w >= 0.0) {
        return (0.0, inside);
    }
    let edge = |from: usize| {
        let to = (from + 1) % 3;
        let (a, b) = (shape[from], shape[to]);
        let along = [b[0] - a[0], b[1] - a[1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let part = (((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1]) / length).clamp(0.0, 1.0);
        let mut weights = [0.0; 3];
        (weights[from], weights[to]) = (1.0 - part, part);
        let away = [p[0] - a[0] - part * along[0], p[1] - a[1] - part * along[1]];
        // No `hypot`, which is each C library's own.
        ((away[0] * away[0] + away[1] * away[1]).sqrt(), weights)
    };
    let [first, second, third] = [0, 1, 2].map(edge);
    [second, third].into_iter().fold(first, |best, other| if other.0 < best.0 { other } else { best })
}
