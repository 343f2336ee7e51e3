//! Vectors of three, for the renderer and the mesh files.

/// x, y, z.
pub type Vec3 = [f32; 3];

/// a + b
pub fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// a − b
pub fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// a · k
pub fn scale(a: Vec3, k: f32) -> Vec3 {
    [a[0] * k, a[1] * k, a[2] * k]
}

/// The inner product.
pub fn dot(a: Vec3, b: Vec3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The cross product, right-handed.
pub fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// `a` at length 1; +Z where it has no direction.
pub fn unit(a: Vec3) -> Vec3 {
    let length = dot(a, a).sqrt();
    if length > 1e-12 { scale(a, 1.0 / length) } else { [0.0, 0.0, 1.0] }
}

/// `v` turned by the unit quaternion x, y, z, w.
pub fn rotate(q: [f32; 4], v: Vec3) -> Vec3 {
    let axis = [q[0], q[1], q[2]];
    let t = scale(cross(axis, v), 2.0);
    add(add(v, scale(t, q[3])), cross(axis, t))
}

/// The unit quaternion x, y, z, w that turns by `b`, then by `a`.
pub fn multiply(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    let ([ax, ay, az, aw], [bx, by, bz, bw]) = (a, b);
    [
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarter_turn_about_y_takes_z_to_x() {
        let half = std::f32::consts::FRAC_PI_4;
        let turned = rotate([0.0, half.sin(), 0.0, half.cos()], [0.0, 0.0, 1.0]);
        assert!(sub(turned, [1.0, 0.0, 0.0]).iter().all(|d| d.abs() < 1e-6), "{turned:?}");
    }

    #[test]
    fn vector_without_direction_becomes_forward() {
        assert_eq!(unit([0.0; 3]), [0.0, 0.0, 1.0]);
    }
}
