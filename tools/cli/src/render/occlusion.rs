//! Ambient occlusion of the vertices that are seen: what lies near before one darkens it. Between them it is interpolated;
//! the mesh is fine where the face is folded.

use std::f32::consts::TAU;

use crate::render::raster::{Corner, Raster};
use crate::render::vector::{Vec3, dot, sub};

/// Reach: a nose's, not a head's.
const RADIUS_MM: f32 = 22.0;
/// Samples about a vertex, in a spiral over the disc of the reach.
const SAMPLES: usize = 24;
const GOLDEN_ANGLE: f32 = 2.399_963;
/// Spirals that begin elsewhere, so that neighbours together look into many directions.
const TURNS: usize = 16;
/// Walls that reach halfway up the sky leave a crease dark.
const STRENGTH: f32 = 3.4;

/// How much of the hemisphere over each vertex is open, 0..1; 1 where none is seen.
pub fn openness(raster: &Raster) -> Vec<f32> {
    let spirals: [[[f32; 2]; SAMPLES]; TURNS] = std::array::from_fn(|turn| {
        std::array::from_fn(|sample| {
            let reach = ((sample as f32 + 0.5) / SAMPLES as f32).sqrt();
            let angle = turn as f32 * TAU / TURNS as f32 + sample as f32 * GOLDEN_ANGLE;
            [reach * angle.cos(), reach * angle.sin()]
        })
    });
    let vertices = raster.visible().into_iter().zip(&raster.corners).enumerate();
    let openness = |(vertex, (visible, corner)): (usize, (bool, &Corner))| {
        if visible { over(raster, corner, &spirals[vertex % TURNS]) } else { 1.0 }
    };
    vertices.map(openness).collect()
}

fn over(raster: &Raster, corner: &Corner, spiral: &[[f32; 2]]) -> f32 {
    let centre = raster.position(corner.x, corner.y, corner.inverse_depth);
    let radius = raster.texels(RADIUS_MM, corner.inverse_depth).max(2.0);
    // The side that the camera sees.
    let normal = if dot(corner.normal, centre) > 0.0 { corner.normal.map(|c| -c) } else { corner.normal };
    let mut covered = 0.0;
    for [right, down] in spiral {
        covered += wall(raster, centre, normal, corner.x + radius * right, corner.y + radius * down);
    }
    (1.0 - STRENGTH * covered / spiral.len() as f32).clamp(0.0, 1.0)
}

/// What the surface at a place of the picture takes of the light of a point.
fn wall(raster: &Raster, point: Vec3, normal: Vec3, x: f32, y: f32) -> f32 {
    if !(x >= 0.0 && y >= 0.0 && x < raster.width as f32 && y < raster.height as f32) {
        return 0.0;
    }
    let (x, y) = (x as usize, y as usize);
    let inverse_depth = raster.inverse_depth(x, y);
    if inverse_depth == 0.0 {
        return 0.0;
    }
    let towards = sub(raster.position(x as f32 + 0.5, y as f32 + 0.5, inverse_depth), point);
    let distance = dot(towards, towards).sqrt().max(1e-3);
    let near = (1.0 - distance / (2.0 * RADIUS_MM)).max(0.0);
    (dot(normal, towards) / distance - 0.1).max(0.0) * near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mesh::tests::ball;
    use crate::render::raster::tests::drawn;

    #[test]
    fn open_surface_is_lighter_than_a_corner() {
        let mesh = ball();
        let raster = drawn(&mesh);
        let openness = openness(&raster);
        let nearest = |to: Vec3| {
            let distance = |vertex: &usize| {
                let away = sub(mesh.vertices_mm[*vertex], to);
                dot(away, away)
            };
            (0..mesh.parts[0].vertices[1]).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap()
        };
        // The cube stands at x = +30, y = +20.
        let (corner, open) = (openness[nearest([18.0, 16.0, 76.0])], openness[nearest([-40.0, -20.0, 66.0])]);
        assert!(open > corner + 0.1, "{open} in the open, {corner} in the corner");
        assert!(openness.iter().all(|open| (0.0..=1.0).contains(open)));
    }
}
