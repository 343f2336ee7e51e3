//! Where the vertices of a face come to lie on a picture.

use crate::render::vector::{Vec3, add, rotate, scale, sub};

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
    pub fn place(&self, position_mm: Vec3, width: usize, height: usize) -> Vec3 {
        let [x, y, depth] = self.view(position_mm);
        // The camera stands far before the head; a vertex behind it comes from damaged motion and is kept finite.
        let inverse_depth = 1.0 / depth.max(1.0);
        let scale = self.focal_px * inverse_depth;
        [width as f32 / 2.0 + scale * x, height as f32 / 2.0 - scale * y, inverse_depth]
    }

    /// A direction of head space, as the camera sees it: x right, y up, z out of the picture.
    pub fn turned(&self, direction: Vec3) -> Vec3 {
        rotate(self.turn, direction)
    }

    /// Pixels that 1 mm covers at a distance of 1 mm.
    pub fn focal_px(&self) -> f32 {
        self.focal_px
    }

    /// Head space (mm) → x right and y down, pixels of a picture of this size.
    pub fn project(&self, position_mm: Vec3, width: usize, height: usize) -> [f32; 2] {
        let [x, y, _] = self.place(position_mm, width, height);
        [x, y]
    }
}
