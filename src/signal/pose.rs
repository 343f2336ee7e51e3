//! Rotations: axis-angle as the motion holds them, quaternions as engines take them.
//!
//! An axis-angle is the axis times the angle in radians, right-handed; a quaternion is x, y, z, w. All arithmetic is
//! f64, so that a way there and back costs no more than the rounding of f32.

use super::HeadPose;

/// Columns of a head pose in a motion row: axis-angle (rad), translation (mm).
pub const POSE_WIDTH: usize = 6;

/// The quaternion of an axis-angle of any length; zero gives the identity exactly.
pub fn quaternion_from_axis_angle(axis_angle: [f32; 3]) -> [f32; 4] {
    let v = axis_angle.map(f64::from);
    let angle = dot3(v, v).sqrt();
    // sin(a/2)/a by its series where the quotient loses digits.
    let scale = if angle < 1e-4 { 0.5 - angle * angle / 48.0 } else { (0.5 * angle).sin() / angle };
    [v[0] * scale, v[1] * scale, v[2] * scale, (0.5 * angle).cos()].map(|c| c as f32)
}

/// The axis-angle of a quaternion of any length but zero, its angle in 0..=π. A zero quaternion is no rotation.
pub fn axis_angle_from_quaternion(quaternion: [f32; 4]) -> [f32; 3] {
    let q = quaternion.map(f64::from);
    let q = if q[3] < 0.0 { q.map(|c| -c) } else { q };
    let v = [q[0], q[1], q[2]];
    let sine = dot3(v, v).sqrt();
    // 2·atan2(s, w)/s, which tends to 2/w.
    let scale = match (sine < 1e-12, q[3] > 0.0) {
        (true, true) => 2.0 / q[3],
        (true, false) => 0.0,
        (false, _) => 2.0 * sine.atan2(q[3]) / sine,
    };
    v.map(|c| (c * scale) as f32)
}

/// The rotation `first`, then `then`, about axes that stay: then · first.
pub fn multiply(then: [f32; 4], first: [f32; 4]) -> [f32; 4] {
    let ([ax, ay, az, aw], [bx, by, bz, bw]) = (then.map(f64::from), first.map(f64::from));
    [
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    ]
    .map(|c| c as f32)
}

/// The way back of a unit quaternion.
pub fn inverse([x, y, z, w]: [f32; 4]) -> [f32; 4] {
    [-x, -y, -z, w]
}

/// A vector turned by a unit quaternion.
pub fn rotate(quaternion: [f32; 4], v: [f64; 3]) -> [f64; 3] {
    let [x, y, z, w] = quaternion.map(f64::from);
    let cross =
        |a: [f64; 3], b: [f64; 3]| [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let axis = [x, y, z];
    let twice = cross(axis, v).map(|c| 2.0 * c);
    let turned = cross(axis, twice);
    std::array::from_fn(|i| v[i] + w * twice[i] + turned[i])
}

/// Spherical interpolation along the shorter arc: `part` 0 gives `from`, 1 gives `to` (or its negative, the same
/// rotation).
pub fn slerp(from: [f32; 4], to: [f32; 4], part: f32) -> [f32; 4] {
    let (a, mut b) = (from.map(f64::from), to.map(f64::from));
    let mut cosine: f64 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
    if cosine < 0.0 {
        (b, cosine) = (b.map(|c| -c), -cosine);
    }
    let part = f64::from(part);
    let angle = cosine.min(1.0).acos();
    // Nearly the same rotation: the arc is its chord.
    let (wa, wb) = if angle < 1e-4 {
        (1.0 - part, part)
    } else {
        (((1.0 - part) * angle).sin() / angle.sin(), (part * angle).sin() / angle.sin())
    };
    let q: [f64; 4] = std::array::from_fn(|i| wa * a[i] + wb * b[i]);
    let length = q.iter().map(|c| c * c).sum::<f64>().sqrt();
    q.map(|c| (c / length) as f32)
}

impl HeadPose {
    /// Of the last columns of a motion row: axis-angle (rad, 3), translation (mm, 3). No columns mean no movement.
    ///
    /// # Panics
    /// If there are neither 0 nor [`POSE_WIDTH`] columns.
    pub fn from_columns(columns: &[f32]) -> Self {
        match *columns {
            [] => Self::default(),
            [rx, ry, rz, tx, ty, tz] => {
                Self { rotation: quaternion_from_axis_angle([rx, ry, rz]), translation_mm: [tx, ty, tz] }
            }
            _ => panic!("a head pose has {POSE_WIDTH} columns, not {}", columns.len()),
        }
    }

    /// The columns of a motion row.
    pub fn to_columns(self) -> [f32; POSE_WIDTH] {
        let [rx, ry, rz] = axis_angle_from_quaternion(self.rotation);
        let [tx, ty, tz] = self.translation_mm;
        [rx, ry, rz, tx, ty, tz]
    }

    /// Rotation by [`slerp`], translation linearly.
    #[must_use]
    pub fn interpolate(self, to: Self, part: f32) -> Self {
        let line = |i: usize| self.translation_mm[i] + (to.translation_mm[i] - self.translation_mm[i]) * part;
        Self { rotation: slerp(self.rotation, to.rotation, part), translation_mm: std::array::from_fn(line) }
    }
}

fn dot3(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::PI;

    fn close<const N: usize>(a: [f32; N], b: [f32; N]) {
        assert!(a.iter().zip(&b).all(|(x, y)| (x - y).abs() < 2e-6), "{a:?} against {b:?}");
    }

    #[test]
    fn quarter_turn_is_half_its_angle_along_the_axis() {
        let half = (PI / 4.0).sin();
        close(quaternion_from_axis_angle([0.0, PI / 2.0, 0.0]), [0.0, half, 0.0, half]);
    }

    #[test]
    fn axis_angle_survives_the_way_there_and_back() {
        for v in [[0.0; 3], [1e-9, 0.0, 0.0], [1e-5, -2e-5, 3e-5], [0.3, -0.2, 0.5], [0.0, 3.1, 0.0]] {
            close(axis_angle_from_quaternion(quaternion_from_axis_angle(v)), v);
        }
    }

    #[test]
    fn angle_beyond_half_a_turn_comes_back_as_the_shorter_one() {
        let back = axis_angle_from_quaternion(quaternion_from_axis_angle([0.0, PI + 0.5, 0.0]));
        close(back, [0.0, 0.5 - PI, 0.0]);
        let turns = axis_angle_from_quaternion(quaternion_from_axis_angle([4.0 * PI + 0.25, 0.0, 0.0]));
        close(turns, [0.25, 0.0, 0.0]);
    }

    #[test]
    fn zero_rotation_is_exact_both_ways() {
        assert_eq!(quaternion_from_axis_angle([0.0; 3]), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(axis_angle_from_quaternion([0.0; 4]), [0.0; 3]);
    }

    #[test]
    fn product_turns_by_the_second_factor_first() {
        let quarter = |axis: [f32; 3]| quaternion_from_axis_angle(axis.map(|c| c * PI / 2.0));
        // A quarter about X takes Z to −Y, a quarter about Y leaves it there; the other way round Z comes to X.
        let (x, y) = (quarter([1.0, 0.0, 0.0]), quarter([0.0, 1.0, 0.0]));
        let turned = |q| rotate(q, [0.0, 0.0, 1.0]).map(|c| c as f32);
        close(turned(multiply(y, x)), [0.0, -1.0, 0.0]);
        close(turned(multiply(x, y)), [1.0, 0.0, 0.0]);
        close(multiply(inverse(x), x), [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn slerp_has_constant_speed_and_takes_the_shorter_arc() {
        let turn = |a: f32| quaternion_from_axis_angle([0.0, 0.0, a]);
        for part in [0.0, 0.25, 0.5, 0.9, 1.0] {
            close(slerp(turn(0.2), turn(1.2), part), turn(0.2 + part));
            close(slerp(turn(0.2), turn(1.2).map(|c| -c), part), turn(0.2 + part));
        }
        close(slerp(turn(0.2), turn(0.2), 0.5), turn(0.2));
        close(slerp(turn(0.2), turn(0.2 + 1e-6), 0.5), turn(0.2));
    }

    #[test]
    fn pose_columns_survive_the_way_there_and_back() {
        let columns = [0.1, -0.2, 0.3, 4.0, -5.0, 6.0];
        close(HeadPose::from_columns(&columns).to_columns(), columns);
        assert_eq!(HeadPose::from_columns(&[]), HeadPose::default());
    }
}
