//! Where a character of a scene stands: metres, +Y up; facing 0 looks along +Z, positive turns towards +X.

use crate::render::vector::{Vec3, add, rotate, scale};

/// Millimetres of a metre.
const MM: f32 = 1e3;

/// Place and direction of a character in a scene; its own space has the face looking along +Z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Where the origin of its mesh is, metres.
    pub position_m: Vec3,
    /// Turn about +Y, degrees.
    pub facing_deg: f32,
}

impl Placement {
    /// The turn as a quaternion x, y, z, w.
    pub fn rotation(&self) -> [f32; 4] {
        let half = self.facing_deg.to_radians() / 2.0;
        [0.0, half.sin(), 0.0, half.cos()]
    }

    /// A point of its own space in the scene, both mm.
    pub fn to_scene_mm(self, point_mm: Vec3) -> Vec3 {
        add(rotate(self.rotation(), point_mm), scale(self.position_m, MM))
    }

    /// A direction of the scene in its own space.
    pub fn to_own(self, direction: Vec3) -> Vec3 {
        let [x, y, z, w] = self.rotation();
        rotate([-x, -y, -z, w], direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::vector::sub;

    #[test]
    fn facing_ninety_looks_along_x_and_turns_back() {
        let placement = Placement { position_m: [1.0, 0.5, 0.0], facing_deg: 90.0 };
        let before = placement.to_scene_mm([0.0, 0.0, 100.0]);
        assert!(sub(before, [1100.0, 500.0, 0.0]).iter().all(|d| d.abs() < 1e-3), "{before:?}");
        let own = placement.to_own([1.0, 0.0, 0.0]);
        assert!(sub(own, [0.0, 0.0, 1.0]).iter().all(|d| d.abs() < 1e-6), "{own:?}");
    }
}
