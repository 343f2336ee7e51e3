//! The op `rigid_motion`.

use super::super::view::View;
use super::Declared;

/// How far a rigid motion takes points: `out[b,v] = R(motion[b])·p[v] − p[v] + t(motion[b])`, exactly zero for no
/// motion.
#[derive(Debug, Clone)]
pub struct RigidMotion {
    /// [B, 1, 6]: rotation vector (the axis times the angle in radians, right-handed), translation.
    pub motion: View,
    /// [1, V, 3], about the centre that they turn about.
    pub points: View,
    /// [B, V, 3]
    pub out: View,
}

impl Declared for RigidMotion {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.motion, self.points]
    }

    fn check(&self) {
        let Self { motion, points, out } = self;
        assert_eq!(motion.shape(), [out.batch, 1, 6], "rigid_motion: motion");
        assert_eq!((points.shape(), out.cols), ([1, out.rows, 3], 3), "rigid_motion: points");
    }
}
