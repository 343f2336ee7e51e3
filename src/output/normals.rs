//! Vertex normals of a deformed face.

/// Unit normals of `neutral + offsets` (both V × 3 mm) into `normals` (V × 3): the sum of the normals of a vertex's
/// triangles, each weighted by its area. The mesh shares its vertices across chart seams, so that none shows. A vertex
/// without area points out of the face, +Z.
///
/// # Panics
/// If the lengths differ or a triangle names a vertex that is not there.
pub fn vertex_normals(neutral_mm: &[f32], offsets_mm: &[f32], triangles: &[[u32; 3]], normals: &mut [f32]) {
    assert!(neutral_mm.len() == offsets_mm.len() && neutral_mm.len() == normals.len(), "lengths of a mesh differ");
    let point = |v: u32| -> [f32; 3] {
        let at = v as usize * 3;
        std::array::from_fn(|c| neutral_mm[at + c] + offsets_mm[at + c])
    };
    normals.fill(0.0);
    for triangle in triangles {
        let [a, b, c] = triangle.map(point);
        let (u, w): ([f32; 3], [f32; 3]) = (std::array::from_fn(|i| b[i] - a[i]), std::array::from_fn(|i| c[i] - a[i]));
        // Twice the area long, which is the weight.
        let cross = [u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]];
        for v in triangle {
            let at = *v as usize * 3;
            for (sum, part) in normals[at..at + 3].iter_mut().zip(cross) {
                *sum += part;
            }
        }
    }
    for normal in normals.chunks_exact_mut(3) {
        let length = normal.iter().map(|c| f64::from(*c).powi(2)).sum::<f64>().sqrt();
        if length > 0.0 && length.is_finite() {
            for c in normal {
                *c = (f64::from(*c) / length) as f32;
            }
        } else {
            normal.copy_from_slice(&[0.0, 0.0, 1.0]);
        }
    }
}
