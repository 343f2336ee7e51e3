//! The UV chart of a random head: a grid of vertices in the square, with the gathers between mesh and map.

use crate::tensor::Weight;

/// Chart space between the square's edge and the grid.
const MARGIN: f32 = 0.06;

/// A grid of `rows × columns` vertices, row by row from the top; vertex indices start at 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chart {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Chart {
    pub(super) fn len(self) -> usize {
        self.columns * self.rows
    }

    pub(super) fn vertex(self, row: usize, column: usize) -> usize {
        row * self.columns + column
    }

    /// Chart coordinates in 0..1, v downwards.
    pub(super) fn uv(self, vertex: usize) -> [f32; 2] {
        let place = |i: usize, count: usize| MARGIN + (1.0 - 2.0 * MARGIN) * i as f32 / (count - 1) as f32;
        [place(vertex % self.columns, self.columns), place(vertex / self.columns, self.rows)]
    }

    /// The outermost vertices, counter-clockwise seen from the front.
    pub(super) fn border(self) -> Vec<usize> {
        let (last_row, last_column) = (self.rows - 1, self.columns - 1);
        let left = (0..last_row).map(|r| (r, 0));
        let bottom = (0..last_column).map(|c| (last_row, c));
        let right = (1..=last_row).rev().map(|r| (r, last_column));
        let top = (1..=last_column).rev().map(|c| (0, c));
        left.chain(bottom).chain(right).chain(top).map(|(r, c)| self.vertex(r, c)).collect()
    }

    /// `uv`, gather and raster of a mesh of `vertices`: those of the chart, then the led ones, then rigid parts.
    pub(super) fn tensors(self, res: usize, vertices: usize, led: &[(usize, f32)]) -> Vec<Weight> {
        let mut uv = vec![-1.0; 2 * vertices];
        let (mut gather_index, mut gather_weight) = (vec![0; 4 * vertices], vec![0.0; 4 * vertices]);
        let leaders = (0..self.len()).map(|v| (v, 1.0)).chain(led.iter().copied());
        for (vertex, (leader, share)) in leaders.enumerate() {
            let (texels, weights) = self.bilinear(leader, res);
            gather_index[4 * vertex..][..4].copy_from_slice(&texels);
            gather_weight[4 * vertex..][..4].copy_from_slice(&weights.map(|w| w * share));
        }
        for vertex in 0..self.len() {
            uv[2 * vertex..][..2].copy_from_slice(&self.uv(vertex));
        }
        let (mut raster_index, mut raster_weight) = (Vec::new(), Vec::new());
        for texel in 0..res * res {
            let (corners, weights) = self.barycentric(texel, res);
            raster_index.extend(corners);
            raster_weight.extend(weights);
        }
        vec![
            Weight::from_f32("topology.uv", &[vertices, 2], &uv),
            Weight::from_i32("topology.gather_index", &[vertices, 4], &gather_index),
            Weight::from_f32("topology.gather_weight", &[vertices, 4], &gather_weight),
            Weight::from_i32("topology.raster_index", &[res * res, 3], &raster_index),
            Weight::from_f32("topology.raster_weight", &[res * res, 3], &raster_weight),
        ]
    }

    /// The four texels around a vertex and their weights.
    fn bilinear(self, vertex: usize, res: usize) -> ([i32; 4], [f32; 4]) {
        let [(x, fx), (y, fy)] = self.uv(vertex).map(|place| cell(place * res as f32 - 0.5, res));
        let corner = y * res + x;
        let texels = [corner, corner + 1, corner + res, corner + res + 1].map(|texel| texel as i32);
        (texels, [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy])
    }

    /// The triangle over a texel's centre and its weights; outside the grid, its nearest border.
    fn barycentric(self, texel: usize, res: usize) -> ([i32; 3], [f32; 3]) {
        let across = |i: usize, count: usize| {
            let place = ((i as f32 + 0.5) / res as f32 - MARGIN) / (1.0 - 2.0 * MARGIN);
            cell(place * (count - 1) as f32, count)
        };
        let (column, right) = across(texel % res, self.columns);
        let (row, down) = across(texel / res, self.rows);
        let top = self.vertex(row, column) as i32;
        let bottom = top + self.columns as i32;
        if down >= right {
            ([top, bottom, bottom + 1], [1.0 - down, down - right, right])
        } else {
            ([top, bottom + 1, top + 1], [1.0 - right, down, right - down])
        }
    }
}

/// The interval of `count` points that a place lies in, and how far; places outside go to the ends.
fn cell(place: f32, count: usize) -> (usize, f32) {
    let place = place.clamp(0.0, (count - 1) as f32);
    let first = (place as usize).min(count - 2);
    (first, place - first as f32)
}
