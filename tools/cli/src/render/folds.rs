//! How deep skin folds at each vertex: where the triangles about it are smaller than at rest, it is pressed together.

use crate::render::mesh::Mesh;
use crate::render::vector::{Vec3, cross, dot, sub};

/// Share of its area that skin loses before it folds.
const SLACK: f32 = 0.05;
/// Share that it loses where a fold is as deep as it gets.
const DEEPEST: f32 = 0.30;

/// Depth of the folds at each vertex, 0..1, of a face; empty where no part folds. Positions in mm, at rest and now.
pub fn depths(mesh: &Mesh, rest_mm: &[Vec3], now_mm: &[Vec3]) -> Vec<f32> {
    let mut depths = Vec::new();
    for part in &mesh.parts {
        let Some(folds) = &part.folds else { continue };
        depths.resize(rest_mm.len(), 0.0);
        let mut areas = vec![[0.0f32; 2]; part.vertices[1] - part.vertices[0]];
        for &corners in &mesh.triangles[part.triangles[0]..part.triangles[1]] {
            let sizes = [rest_mm, now_mm].map(|points| area(points, corners));
            for vertex in corners {
                let sums = &mut areas[vertex as usize - part.vertices[0]];
                sums.iter_mut().zip(sizes).for_each(|(sum, size)| *sum += size);
            }
        }
        let own = &mut depths[part.vertices[0]..part.vertices[1]];
        for (depth, [rest, now]) in own.iter_mut().zip(areas) {
            let lost = 1.0 - now / rest.max(1e-6);
            *depth = folds.rest.max(((lost - SLACK) / (DEEPEST - SLACK)).clamp(0.0, 1.0));
        }
    }
    depths
}

/// Twice the area of a triangle.
fn area(points: &[Vec3], corners: [u32; 3]) -> f32 {
    let [a, b, c] = corners.map(|corner| points[corner as usize]);
    let normal = cross(sub(b, a), sub(c, a));
    dot(normal, normal).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mesh::tests::ball;
    use media2face::pack::Folds;

    #[test]
    fn skin_folds_where_it_is_pressed_together_and_by_its_rest_elsewhere() {
        let mut mesh = ball();
        assert!(depths(&mesh, &mesh.vertices_mm, &mesh.vertices_mm).is_empty());
        mesh.parts[0].folds = Some(Folds { texture: "folds".to_owned(), rest: 0.1 });
        let still = depths(&mesh, &mesh.vertices_mm, &mesh.vertices_mm);
        assert!(still[..mesh.parts[0].vertices[1]].iter().all(|depth| *depth == 0.1));
        assert_eq!(still[mesh.parts[1].vertices[0]], 0.0, "the cube does not fold");

        // The upper half is half as high.
        let now: Vec<Vec3> =
            mesh.vertices_mm.iter().map(|&[x, y, z]| [x, if y > 0.0 { 0.4 * y } else { y }, z]).collect();
        let pressed = depths(&mesh, &mesh.vertices_mm, &now);
        let (vertices, skin) = (&mesh.vertices_mm, mesh.parts[0].vertices[1]);
        let at = |height: f32| (0..skin).filter(move |&vertex| (vertices[vertex][1] - height).abs() < 12.0);
        assert!(at(22.0).all(|vertex| pressed[vertex] > 0.9));
        assert!(at(-40.0).all(|vertex| pressed[vertex] == 0.1));
    }
}
