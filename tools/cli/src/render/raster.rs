//! Triangles → what each pixel sees: depth, normal, colour. A z-buffer with perspective-correct interpolation.

use crate::mesh::Mesh;
use crate::vector::{Vec3, add, dot, rotate, scale, sub, unit};

/// Perspective camera on +Z that looks at the middle of the head, which is turned a little to show its depth.
pub struct Camera {
    target_mm: Vec3,
    distance_mm: f32,
    focal_px: f32,
    turn: [f32; 4],
}

/// Angle of view that the neutral head fills, as a photographer's portrait lens: its tangent's half.
const HALF_VIEW: f32 = 0.14;

impl Camera {
    /// A camera for pictures of `width × height` pixels; the outline of `vertices_mm`, turned by `yaw` radians, would take
    /// the share `fill` of them.
    pub fn framing(vertices_mm: &[Vec3], yaw: f32, width: usize, height: usize, fill: f32) -> Self {
        let turn = [0.0, (yaw / 2.0).sin(), 0.0, (yaw / 2.0).cos()];
        let mut low = [f32::INFINITY; 3];
        let mut high = [f32::NEG_INFINITY; 3];
        for &vertex in vertices_mm {
            let turned = rotate(turn, vertex);
            low = [low[0].min(turned[0]), low[1].min(turned[1]), low[2].min(turned[2])];
            high = [high[0].max(turned[0]), high[1].max(turned[1]), high[2].max(turned[2])];
        }
        let [x, y, z] = scale(sub(high, low), 0.5);
        // Towards the side that the face turns to, and its lower half: the mouth is what counts.
        let target_mm = add(scale(add(low, high), 0.5), [0.25 * z * yaw.sin(), -0.08 * y, 0.0]);
        let distance_mm = x.max(y).max(1.0) / HALF_VIEW + z;
        // The widest outline lies near the middle of the head's depth.
        let focal_px = 0.5 * fill * distance_mm * (width as f32 / x.max(1.0)).min(height as f32 / y.max(1.0));
        Self { target_mm, distance_mm, focal_px, turn }
    }

    /// Head space (mm) → camera space: x right, y up, z the distance before the camera, all mm.
    fn view(&self, position_mm: Vec3) -> Vec3 {
        let [x, y, z] = sub(rotate(self.turn, position_mm), self.target_mm);
        [x, y, self.distance_mm - z]
    }

    /// Head space (mm) → x right and y down on a picture of this size, and 1/distance.
    fn place(&self, position_mm: Vec3, width: usize, height: usize) -> Vec3 {
        let [x, y, depth] = self.view(position_mm);
        // The camera stands far before the head; a vertex behind it comes from damaged motion and is kept finite.
        let inverse_depth = 1.0 / depth.max(1.0);
        let scale = self.focal_px * inverse_depth;
        [width as f32 / 2.0 + scale * x, height as f32 / 2.0 - scale * y, inverse_depth]
    }

    /// Head space (mm) → x right and y down, pixels of a picture of this size.
    pub fn project(&self, position_mm: Vec3, width: usize, height: usize) -> [f32; 2] {
        let [x, y, _] = self.place(position_mm, width, height);
        [x, y]
    }
}

/// What a pixel sees.
#[derive(Clone, Copy)]
pub struct Texel {
    /// Distance before the camera, mm; infinite for the background.
    pub depth_mm: f32,
    /// Unit normal towards the camera, x right, y up, z out of the picture.
    pub normal: Vec3,
    /// Part of the mesh.
    pub part: u16,
    /// The triangle shows its inner side.
    pub inside: bool,
}

const BACKGROUND: Texel = Texel { depth_mm: f32::INFINITY, normal: [0.0, 0.0, 1.0], part: 0, inside: false };

/// A picture of texels.
pub struct Raster {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Row by row.
    pub texels: Vec<Texel>,
    /// Distance of the foremost tooth before the camera, mm; infinite without teeth. What lies behind it is dark.
    pub teeth_mm: f32,
    focal_px: f32,
}

/// A vertex on the picture.
#[derive(Clone, Copy)]
struct Corner {
    x: f32,
    y: f32,
    inverse_depth: f32,
    normal: Vec3,
}

impl Raster {
    /// Draws `positions_mm` (posed, one a vertex of `mesh`).
    pub fn draw(mesh: &Mesh, positions_mm: &[Vec3], camera: &Camera, width: usize, height: usize) -> Self {
        let texels = vec![BACKGROUND; width * height];
        let mut raster = Self { width, height, texels, teeth_mm: f32::INFINITY, focal_px: camera.focal_px };
        let corners: Vec<Corner> = positions_mm
            .iter()
            .zip(mesh.normals(positions_mm))
            .map(|(&position, normal)| {
                let [x, y, inverse_depth] = camera.place(position, width, height);
                Corner { x, y, inverse_depth, normal: rotate(camera.turn, normal) }
            })
            .collect();
        for (number, part) in mesh.parts.iter().enumerate() {
            if part.name.starts_with("teeth") {
                let teeth = &corners[part.vertices[0]..part.vertices[1]];
                raster.teeth_mm =
                    teeth.iter().fold(raster.teeth_mm, |front, tooth| front.min(1.0 / tooth.inverse_depth));
            }
            for triangle in &mesh.triangles[part.triangles[0]..part.triangles[1]] {
                raster.triangle(triangle.map(|corner| corners[corner as usize]), number as u16);
            }
        }
        raster
    }

    /// Camera space of a texel's middle at its depth.
    pub fn position(&self, x: usize, y: usize, depth_mm: f32) -> Vec3 {
        let per_px = depth_mm / self.focal_px;
        let right = x as f32 + 0.5 - self.width as f32 / 2.0;
        let down = y as f32 + 0.5 - self.height as f32 / 2.0;
        [right * per_px, -down * per_px, -depth_mm]
    }

    /// Pixels that `length_mm` covers at a depth.
    pub fn pixels(&self, length_mm: f32, depth_mm: f32) -> f32 {
        length_mm * self.focal_px / depth_mm
    }

    fn triangle(&mut self, [a, b, c]: [Corner; 3], part: u16) {
        let doubled_area = edge(a, b, c.x, c.y);
        if doubled_area == 0.0 || !doubled_area.is_finite() {
            return;
        }
        // y points down in the picture, which turns counter-clockwise outsides negative.
        let inside = doubled_area > 0.0;
        let span = |values: [f32; 3], limit: usize| {
            let low = values.into_iter().fold(f32::INFINITY, f32::min).floor().max(0.0) as usize;
            let high = values.into_iter().fold(f32::NEG_INFINITY, f32::max).ceil().clamp(0.0, limit as f32) as usize;
            low..high
        };
        for y in span([a.y, b.y, c.y], self.height) {
            for x in span([a.x, b.x, c.x], self.width) {
                let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
                let weights = [edge(b, c, px, py), edge(c, a, px, py), edge(a, b, px, py)].map(|w| w / doubled_area);
                if weights.iter().any(|&w| w < 0.0) {
                    continue;
                }
                // 1/depth and normal/depth are linear on the picture.
                let shares = [0, 1, 2].map(|i| weights[i] * [a, b, c][i].inverse_depth);
                let depth_mm = 1.0 / (shares[0] + shares[1] + shares[2]);
                let texel = &mut self.texels[y * self.width + x];
                if depth_mm >= texel.depth_mm {
                    continue;
                }
                let normal =
                    add(add(scale(a.normal, shares[0]), scale(b.normal, shares[1])), scale(c.normal, shares[2]));
                let normal = unit(if inside { scale(normal, -1.0) } else { normal });
                *texel = Texel { depth_mm, normal, part, inside };
            }
        }
    }
}

/// Twice the signed area of the triangle a, b, (x, y).
fn edge(a: Corner, b: Corner, x: f32, y: f32) -> f32 {
    (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)
}

/// Ambient occlusion in screen space: what lies near before a texel darkens it.
pub struct Occlusion {
    radius_mm: f32,
    /// Spirals of samples in the unit disc, each turned a little further.
    spirals: Vec<[[f32; 2]; Self::SAMPLES]>,
}

impl Occlusion {
    const SAMPLES: usize = 9;
    const TURNS: usize = 64;
    const GOLDEN_ANGLE: f32 = 2.399_963;
    /// Walls that reach halfway up the sky leave a crease dark.
    const STRENGTH: f32 = 3.4;

    /// Looks for walls within `radius_mm`.
    pub fn new(radius_mm: f32) -> Self {
        let spiral = |turn: usize| {
            std::array::from_fn(|sample| {
                let reach = ((sample as f32 + 0.5) / Self::SAMPLES as f32).sqrt();
                let turned = turn as f32 * std::f32::consts::TAU / Self::TURNS as f32;
                let angle = turned + sample as f32 * Self::GOLDEN_ANGLE;
                [reach * angle.cos(), reach * angle.sin()]
            })
        };
        Self { radius_mm, spirals: (0..Self::TURNS).map(spiral).collect() }
    }

    /// How much of the hemisphere over a texel is open, 0..1.
    pub fn openness(&self, raster: &Raster, x: usize, y: usize) -> f32 {
        let texel = raster.texels[y * raster.width + x];
        let centre = raster.position(x, y, texel.depth_mm);
        let radius_px = raster.pixels(self.radius_mm, texel.depth_mm).max(2.0);
        // Each texel turns the spiral, so that neighbours together sample many directions.
        let mut covered = 0.0;
        for [right, down] in self.spirals[(x * 73 + y * 151) % Self::TURNS] {
            let (sx, sy) = (x as f32 + radius_px * right, y as f32 + radius_px * down);
            if sx < 0.0 || sy < 0.0 || sx >= raster.width as f32 || sy >= raster.height as f32 {
                continue;
            }
            let (sx, sy) = (sx as usize, sy as usize);
            let depth_mm = raster.texels[sy * raster.width + sx].depth_mm;
            if depth_mm.is_finite() {
                let towards = sub(raster.position(sx, sy, depth_mm), centre);
                let distance = dot(towards, towards).sqrt().max(1e-3);
                let near = (1.0 - distance / (2.0 * self.radius_mm)).max(0.0);
                covered += (dot(texel.normal, towards) / distance - 0.1).max(0.0) * near;
            }
        }
        (1.0 - Self::STRENGTH * covered / Self::SAMPLES as f32).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tests::ball;

    fn drawn() -> (Mesh, Raster) {
        let mesh = ball();
        let camera = Camera::framing(&mesh.vertices_mm, 0.0, 120, 120, 0.9);
        let raster = Raster::draw(&mesh, &mesh.vertices_mm, &camera, 120, 120);
        (mesh, raster)
    }

    #[test]
    fn ball_fills_the_picture_without_holes_and_shows_its_outside() {
        let (_, raster) = drawn();
        let covered = raster.texels.iter().filter(|texel| texel.depth_mm.is_finite()).count() as f32;
        let disc = std::f32::consts::PI * (0.45 * 120.0f32).powi(2);
        assert!((covered / disc - 1.0).abs() < 0.06, "{covered} texels of {disc}");
        assert!(raster.texels.iter().all(|texel| !texel.depth_mm.is_finite() || !texel.inside));
        let middle = raster.texels[60 * 120 + 60];
        assert!(middle.normal[2] > 0.98, "{:?}", middle.normal);
    }

    #[test]
    fn nearer_part_hides_the_farther_on_its_own_side() {
        let (_, raster) = drawn();
        // The cube stands at x = +30, y = +20: right of and above the middle.
        let cube: Vec<usize> = (0..raster.texels.len()).filter(|&i| raster.texels[i].part == 1).collect();
        assert!(!cube.is_empty());
        assert!(cube.iter().all(|i| i % 120 > 60 && i / 120 < 60));
    }

    #[test]
    fn open_surface_is_lighter_than_a_corner() {
        let (_, raster) = drawn();
        let beside_cube = (0..raster.texels.len())
            .filter(|&i| raster.texels[i].part == 0 && raster.texels[i].depth_mm.is_finite())
            .find(|&i| raster.texels[i + 1].part == 1)
            .unwrap();
        let occlusion = Occlusion::new(12.0);
        let corner = occlusion.openness(&raster, beside_cube % 120, beside_cube / 120);
        assert!(occlusion.openness(&raster, 30, 80) > corner + 0.1, "{corner}");
    }
}
