//! Triangles → which of them each texel sees, and how far away: a z-buffer. What a triangle looks like there is worked out
//! where it is asked for, so that what is hidden costs nothing.

use crate::render::camera::Camera;
use crate::render::folds;
use crate::render::mesh::Mesh;
use crate::render::vector::{Vec3, add, scale, unit};

/// No triangle: the background.
const NOTHING: u32 = u32::MAX;
/// Triangles reach so far over their edges, texels: two that share one leave no hole between them by their rounding.
const OVERLAP: f32 = 1e-3;

/// A vertex on the picture.
#[derive(Clone, Copy)]
pub struct Corner {
    /// Texels, to the right.
    pub x: f32,
    /// Texels, down.
    pub y: f32,
    /// 1/mm; linear on the picture, and greater what is nearer.
    pub inverse_depth: f32,
    /// Unit length, x right, y up, z out of the picture.
    pub normal: Vec3,
}

/// A triangle that is seen somewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    triangle: u32,
}

/// Which side of which part a triangle shows.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Side {
    /// Number of the part.
    pub part: u16,
    /// The camera sees the inner side.
    pub inside: bool,
}

/// What a point of a triangle looks like.
pub struct Point {
    /// Unit normal towards the camera.
    pub normal: Vec3,
    /// 1/mm.
    pub inverse_depth: f32,
    /// The mean of a value of the corners, here.
    pub shares: [f32; 3],
}

/// A picture of texels.
pub struct Raster<'a> {
    /// Texels.
    pub width: usize,
    /// Texels.
    pub height: usize,
    /// One a vertex.
    pub corners: Vec<Corner>,
    /// How deep skin folds at each vertex; empty where no part folds.
    pub folds: Vec<f32>,
    /// Distance of the foremost tooth before the camera, mm; infinite without teeth. What lies behind it is dark.
    pub teeth_mm: f32,
    mesh: &'a Mesh,
    /// Row by row, 1/mm; 0 is the background.
    nearest: Vec<f32>,
    /// Row by row.
    triangles: Vec<u32>,
    /// Part of each triangle, and whether its inner side is seen.
    sides: Vec<Side>,
    focal_px: f32,
}

impl<'a> Raster<'a> {
    /// Draws `positions_mm` (posed, one a vertex of `mesh`).
    pub fn draw(mesh: &'a Mesh, positions_mm: &[Vec3], camera: &Camera, width: usize, height: usize) -> Self {
        let corner = |(&position, normal): (&Vec3, Vec3)| {
            let [x, y, inverse_depth] = camera.place(position, width, height);
            Corner { x, y, inverse_depth, normal: camera.turned(normal) }
        };
        let mut raster = Self {
            width,
            height,
            corners: positions_mm.iter().zip(mesh.normals(positions_mm)).map(corner).collect(),
            folds: folds::depths(mesh, &mesh.vertices_mm, positions_mm),
            teeth_mm: f32::INFINITY,
            mesh,
            nearest: vec![0.0; width * height],
            triangles: vec![NOTHING; width * height],
            sides: vec![Side::default(); mesh.triangles.len()],
            focal_px: camera.focal_px(),
        };
        let (mut outsides, mut insides) = (Vec::with_capacity(mesh.triangles.len()), Vec::new());
        for (number, part) in mesh.parts.iter().enumerate() {
            if part.name.starts_with("teeth") {
                let teeth = &raster.corners[part.vertices[0]..part.vertices[1]];
                let nearest = teeth.iter().fold(0.0f32, |nearest, tooth| nearest.max(tooth.inverse_depth));
                raster.teeth_mm = raster.teeth_mm.min(1.0 / nearest);
            }
            for triangle in part.triangles[0]..part.triangles[1] {
                let [a, b, c] = raster.corners_of(triangle as u32);
                // y points down in the picture, which turns counter-clockwise outsides negative.
                let inside = doubled_area(a, b, c) > 0.0;
                raster.sides[triangle] = Side { part: number as u16, inside };
                let order = (a.y.min(b.y).min(c.y) as u32, triangle as u32);
                if inside { insides.push(order) } else { outsides.push(order) }
            }
        }
        // From top to bottom: a few rows are at hand at a time, where the whole picture would not fit into the caches.
        outsides.sort_unstable();
        outsides.iter().for_each(|(_, triangle)| raster.fill(*triangle));
        // Of the far side of a head nearly all is behind what is drawn by now.
        let cover = Cover::of(&raster.nearest, width, height);
        insides.retain(|(_, triangle)| !cover.hides(raster.corners_of(*triangle)));
        insides.sort_unstable();
        insides.iter().for_each(|(_, triangle)| raster.fill(*triangle));
        raster
    }

    /// Puts a triangle where nothing nearer is.
    fn fill(&mut self, triangle: u32) {
        let [a, b, c] = self.corners_of(triangle);
        let area = doubled_area(a, b, c);
        if area == 0.0 || !area.is_finite() {
            return;
        }
        // Each share is a plane over the picture: right · x + down · y + start, with a at the origin: thin triangles have
        // steep planes, which far from it would be told by few digits.
        let plane = |from: Corner, to: Corner| {
            let (right, down) = ((from.y - to.y) / area, (to.x - from.x) / area);
            [right, down, -right * (from.x - a.x) - down * (from.y - a.y), 1.0 / right]
        };
        let planes = [plane(b, c), plane(c, a), plane(a, b)];
        let slope = [0, 1].map(|axis| {
            planes[1][axis] * (b.inverse_depth - a.inverse_depth)
                + planes[2][axis] * (c.inverse_depth - a.inverse_depth)
        });
        let foremost = a.inverse_depth.max(b.inverse_depth).max(c.inverse_depth);
        let columns = span([a.x, b.x, c.x], self.width);
        for y in span([a.y, b.y, c.y], self.height) {
            let middle = y as f32 + 0.5 - a.y;
            let (mut from, mut to) = (columns.start as f32, columns.end as f32);
            for [right, down, start, per_right] in planes {
                let here = down * middle + start;
                if right > 0.0 {
                    from = from.max(a.x - here * per_right - 0.5 - OVERLAP);
                } else if right < 0.0 {
                    to = to.min(a.x - here * per_right + 0.5 + OVERLAP);
                } else if here < 0.0 {
                    to = from;
                }
            }
            let (from, to) = (above(from), to as usize);
            if from >= to {
                continue;
            }
            let row = y * self.width;
            let start = a.inverse_depth + slope[1] * middle + slope[0] * (from as f32 + 0.5 - a.x);
            let texels = self.nearest[row + from..row + to].iter_mut().zip(&mut self.triangles[row + from..row + to]);
            // Written whether it is nearer or not: no branch to guess, and several texels at once.
            for (column, (nearest, seen)) in texels.enumerate() {
                let plane = start + slope[0] * column as i32 as f32;
                let inverse_depth = if plane < foremost { plane } else { foremost };
                let nearer = inverse_depth > *nearest;
                *nearest = if nearer { inverse_depth } else { *nearest };
                *seen = if nearer { triangle } else { *seen };
            }
        }
    }

    fn corners_of(&self, triangle: u32) -> [Corner; 3] {
        self.mesh.triangles[triangle as usize].map(|corner| self.corners[corner as usize])
    }

    /// What a texel sees; none is the background.
    pub fn seen(&self, x: usize, y: usize) -> Option<Seen> {
        let triangle = self.triangles[y * self.width + x];
        (triangle != NOTHING).then_some(Seen { triangle })
    }

    /// 1/mm before the camera of what a texel sees; 0 for the background.
    pub fn inverse_depth(&self, x: usize, y: usize) -> f32 {
        self.nearest[y * self.width + x]
    }

    /// Part of the mesh that a triangle belongs to, and which side of it is seen.
    pub fn side(&self, seen: Seen) -> Side {
        self.sides[seen.triangle as usize]
    }

    /// The three vertices of a triangle.
    pub fn vertices(&self, seen: Seen) -> [usize; 3] {
        self.mesh.triangles[seen.triangle as usize].map(|vertex| vertex as usize)
    }

    /// The vertices of all that is seen.
    pub fn visible(&self) -> Vec<bool> {
        let mut drawn = vec![false; self.mesh.triangles.len()];
        let mut last = NOTHING;
        for &triangle in &self.triangles {
            if triangle != last && triangle != NOTHING {
                drawn[triangle as usize] = true;
            }
            last = triangle;
        }
        let mut visible = vec![false; self.corners.len()];
        for (triangle, _) in self.mesh.triangles.iter().zip(drawn).filter(|(_, drawn)| *drawn) {
            triangle.iter().for_each(|&vertex| visible[vertex as usize] = true);
        }
        visible
    }

    /// A triangle at a place on the picture, or where it is nearest to that.
    pub fn point(&self, seen: Seen, x: f32, y: f32) -> Point {
        let [a, b, c] = self.corners_of(seen.triangle);
        let at = Corner { x, y, ..a };
        let area = doubled_area(a, b, c);
        let share = |from, to| (doubled_area(from, to, at) / area).max(0.0);
        let (wa, wb, wc) = (share(b, c), share(c, a), share(a, b));
        let sum = wa + wb + wc;
        // 1/depth and what is divided by the depth are linear on the picture.
        let (wa, wb, wc) = (wa * a.inverse_depth, wb * b.inverse_depth, wc * c.inverse_depth);
        let nearness = wa + wb + wc;
        let normal = unit(add(add(scale(a.normal, wa), scale(b.normal, wb)), scale(c.normal, wc)));
        let normal = if area > 0.0 { scale(normal, -1.0) } else { normal };
        Point { normal, inverse_depth: nearness / sum, shares: scale([wa, wb, wc], 1.0 / nearness) }
    }

    /// Camera space (mm; x right, y up, z out of the picture) of a place on the picture.
    pub fn position(&self, x: f32, y: f32, inverse_depth: f32) -> Vec3 {
        let depth_mm = 1.0 / inverse_depth;
        let per_px = depth_mm / self.focal_px;
        [(x - self.width as f32 / 2.0) * per_px, (self.height as f32 / 2.0 - y) * per_px, -depth_mm]
    }

    /// Texels that `length_mm` covers there.
    pub fn texels(&self, length_mm: f32, inverse_depth: f32) -> f32 {
        length_mm * self.focal_px * inverse_depth
    }
}

/// How far away the farthest texel of each block of a picture is.
struct Cover {
    /// 1/mm, block by block, row by row; 0 where the background is seen.
    farthest: Vec<f32>,
    /// Blocks.
    width: usize,
    /// Blocks.
    height: usize,
}

impl Cover {
    /// Texels on a side of a block.
    const SIDE: usize = 8;

    fn of(nearest: &[f32], width: usize, height: usize) -> Self {
        let (across, down) = (width.div_ceil(Self::SIDE), height.div_ceil(Self::SIDE));
        let mut farthest = vec![f32::INFINITY; across * down];
        for (y, row) in nearest.chunks_exact(width).enumerate() {
            let blocks = &mut farthest[y / Self::SIDE * across..][..across];
            for (block, texels) in blocks.iter_mut().zip(row.chunks(Self::SIDE)) {
                *block = texels.iter().fold(*block, |farthest, texel| farthest.min(*texel));
            }
        }
        Self { farthest, width: across, height: down }
    }

    /// Whether a triangle is behind every texel that it could be seen at.
    fn hides(&self, [a, b, c]: [Corner; 3]) -> bool {
        let foremost = a.inverse_depth.max(b.inverse_depth).max(c.inverse_depth);
        let blocks = |values: [f32; 3], limit: usize| {
            let texels = span(values.map(|value| value / Self::SIDE as f32), limit);
            texels.start.saturating_sub(1)..(texels.end + 1).min(limit)
        };
        let columns = blocks([a.x, b.x, c.x], self.width);
        blocks([a.y, b.y, c.y], self.height)
            .all(|y| self.farthest[y * self.width..][columns.clone()].iter().all(|farthest| foremost <= *farthest))
    }
}

/// Twice the signed area of a triangle.
fn doubled_area(a: Corner, b: Corner, c: Corner) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// The texels below `limit` whose middles values may lie about.
fn span(values: [f32; 3], limit: usize) -> std::ops::Range<usize> {
    let low = values.into_iter().fold(f32::INFINITY, f32::min);
    let high = values.into_iter().fold(f32::NEG_INFINITY, f32::max);
    (low as usize).min(limit)..above(high).min(limit)
}

/// The next whole number; 0 for what is below it. The plain target has no instruction for it, and calls a function.
fn above(value: f32) -> usize {
    let whole = value as usize;
    whole.saturating_add(usize::from((whole as f32) < value))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::render::mesh::tests::ball;

    pub const SIDE: usize = 120;

    pub fn drawn(mesh: &Mesh) -> Raster<'_> {
        let camera = Camera::framing(&mesh.vertices_mm, 0.0, SIDE, SIDE, 0.9);
        Raster::draw(mesh, &mesh.vertices_mm, &camera, SIDE, SIDE)
    }

    pub fn places() -> impl Iterator<Item = (usize, usize)> {
        (0..SIDE * SIDE).map(|i| (i % SIDE, i / SIDE))
    }

    #[test]
    fn ball_fills_the_picture_without_holes_and_shows_its_outside() {
        let mesh = ball();
        let raster = drawn(&mesh);
        let covered: Vec<Seen> = places().filter_map(|(x, y)| raster.seen(x, y)).collect();
        let disc = std::f32::consts::PI * (0.45 * SIDE as f32).powi(2);
        assert!((covered.len() as f32 / disc - 1.0).abs() < 0.06, "{} texels of {disc}", covered.len());
        assert!(covered.iter().all(|&seen| !raster.side(seen).inside));
        for y in 0..SIDE {
            let row: Vec<usize> = (0..SIDE).filter(|&x| raster.seen(x, y).is_some()).collect();
            assert!(row.windows(2).all(|pair| pair[1] == pair[0] + 1), "a hole in row {y}");
        }
        let middle = raster.point(raster.seen(60, 60).unwrap(), 60.5, 60.5);
        assert!(middle.normal[2] > 0.98, "{:?}", middle.normal);
        assert!((middle.shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!((middle.inverse_depth / raster.inverse_depth(60, 60) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn nearer_part_hides_the_farther_on_its_own_side() {
        let mesh = ball();
        let raster = drawn(&mesh);
        // The cube stands at x = +30, y = +20: right of and above the middle.
        let part = |x, y| raster.seen(x, y).map(|seen| raster.side(seen).part);
        let cube: Vec<(usize, usize)> = places().filter(|&(x, y)| part(x, y) == Some(1)).collect();
        assert!(!cube.is_empty());
        assert!(cube.iter().all(|&(x, y)| x > 60 && y < 60));
    }

    #[test]
    fn vertices_of_what_is_hidden_are_not_visible() {
        let mesh = ball();
        let visible = drawn(&mesh).visible();
        let back = mesh.vertices_mm.iter().zip(&visible).filter(|(vertex, _)| vertex[2] < -30.0);
        assert!(back.into_iter().all(|(_, visible)| !visible));
        let front = mesh.vertices_mm.iter().position(|vertex| vertex[2] > 79.0).unwrap();
        assert!(visible[front]);
    }

    #[test]
    fn broken_positions_are_drawn_nowhere() {
        let mesh = ball();
        let camera = Camera::framing(&mesh.vertices_mm, 0.0, SIDE, SIDE, 0.9);
        for wrong in [f32::NAN, f32::INFINITY, 1e30] {
            let positions: Vec<Vec3> = mesh.vertices_mm.iter().map(|v| [v[0] * wrong, v[1], v[2]]).collect();
            let raster = Raster::draw(&mesh, &positions, &camera, SIDE, SIDE);
            assert!(places().filter(|&(x, y)| raster.seen(x, y).is_some()).count() <= SIDE * SIDE);
        }
    }
}
