//! The face as files and pictures take it: one identity's neutral vertices, triangles and parts.

use std::sync::Arc;

use anyhow::{Result, anyhow, ensure};
use media2face::output::vertex_normals;
use media2face::pack::Part;
use media2face::signal::HeadPose;
use media2face::{Eyeball, Identity};

use crate::render::texture::Textures;
use crate::render::vector::{Vec3, add, rotate, sub};

/// A neutral face. Millimetres, right-handed, +Y up, +Z out of the face.
#[derive(Clone)]
pub struct Mesh {
    /// Neutral positions, mm.
    pub vertices_mm: Vec<Vec3>,
    /// Counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
    /// Ranges of vertices and triangles with their colours, at least one; as the face wears them.
    pub parts: Vec<Part>,
    /// The pictures of parts, and where each vertex lies on that of its own.
    pub textures: Arc<Textures>,
    /// The point that the head turns about, mm.
    pub head_pivot_mm: Vec3,
    /// The left and the right eye, where parts are known to be theirs.
    pub eyes: Option<[Eyeball; 2]>,
}

impl Mesh {
    /// The neutral face of somebody.
    pub fn of(identity: &Identity) -> Result<Self> {
        let topology = identity.model().topology().ok_or_else(|| anyhow!("the model has no mesh"))?;
        let mesh = Self {
            vertices_mm: identity.vertices_mm().as_chunks::<3>().0.to_vec(),
            triangles: topology.triangles.clone(),
            parts: identity.parts(),
            textures: Arc::new(Textures::of(identity.model())?),
            head_pivot_mm: topology.head_pivot,
            eyes: identity.eyes(),
        };
        ensure!(mesh.parts.iter().any(Part::is_worn), "the model's mesh has no parts");
        Ok(mesh)
    }

    /// Neutral positions of what is seen of the head itself, mm: of all parts but clothes.
    pub fn head_mm(&self) -> Vec<Vec3> {
        let head = self.parts.iter().filter(|part| part.is_worn() && !part.name.starts_with("jersey"));
        head.flat_map(|part| &self.vertices_mm[part.vertices[0]..part.vertices[1]]).copied().collect()
    }

    /// Neutral + offsets (`vertices × 3`), mm.
    pub fn moved(&self, offsets_mm: &[f32]) -> Vec<Vec3> {
        self.vertices_mm.iter().zip(offsets_mm.as_chunks::<3>().0).map(|(&v, &d)| add(v, d)).collect()
    }

    /// `positions_mm` under the head pose: R·(p − pivot) + pivot + t.
    pub fn posed(&self, positions_mm: &[Vec3], head: &HeadPose) -> Vec<Vec3> {
        let to = add(self.head_pivot_mm, head.translation_mm);
        positions_mm.iter().map(|&p| add(rotate(head.rotation, sub(p, self.head_pivot_mm)), to)).collect()
    }

    /// Smooth unit normals of `positions`, one a vertex, weighted by the area of the triangles around it.
    pub fn normals(&self, positions: &[Vec3]) -> Vec<Vec3> {
        let still = vec![0.0; positions.len() * 3];
        let mut normals = vec![[0.0; 3]; positions.len()];
        vertex_normals(positions.as_flattened(), &still, &self.triangles, normals.as_flattened_mut());
        normals
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::render::vector::{dot, unit};

    /// A ball of 80 mm (`skin`) with a small cube before it (`eye_left`).
    pub fn ball() -> Mesh {
        let (rings, sectors) = (16u32, 24u32);
        let mut vertices_mm = Vec::new();
        let mut triangles = Vec::new();
        for ring in 0..=rings {
            let polar = std::f32::consts::PI * ring as f32 / rings as f32;
            for sector in 0..sectors {
                let turn = std::f32::consts::TAU * sector as f32 / sectors as f32;
                vertices_mm.push([
                    80.0 * polar.sin() * turn.sin(),
                    80.0 * polar.cos(),
                    80.0 * polar.sin() * turn.cos(),
                ]);
            }
        }
        for ring in 0..rings {
            for sector in 0..sectors {
                let next = (sector + 1) % sectors;
                let [a, b] = [ring * sectors + sector, ring * sectors + next];
                let [c, d] = [a + sectors, b + sectors];
                if ring > 0 {
                    triangles.push([a, c, b]);
                }
                if ring + 1 < rings {
                    triangles.push([b, c, d]);
                }
            }
        }
        let skin = (vertices_mm.len(), triangles.len());
        let first = skin.0 as u32;
        for corner in 0..8 {
            let sign = |bit: usize| if corner >> bit & 1 == 1 { 8.0 } else { -8.0 };
            vertices_mm.push([30.0 + sign(0), 20.0 + sign(1), 75.0 + sign(2)]);
        }
        let quads = [[4, 5, 7, 6], [1, 0, 2, 3], [5, 1, 3, 7], [0, 4, 6, 2], [6, 7, 3, 2], [0, 1, 5, 4]];
        for [a, b, c, d] in quads.map(|quad: [u32; 4]| quad.map(|i| first + i)) {
            triangles.extend([[a, b, c], [a, c, d]]);
        }
        let part = |name: &str, vertices, triangles, follow: &str, colour| Part {
            name: name.to_owned(),
            vertices,
            triangles,
            follow: follow.to_owned(),
            colour,
            texture: None,
            folds: None,
        };
        let parts = vec![
            part("skin", [0, skin.0], [0, skin.1], "map", [0.7, 0.4, 0.28]),
            part("eye_left", [skin.0, vertices_mm.len()], [skin.1, triangles.len()], "eye_left", [0.9; 3]),
        ];
        let (textures, head_pivot_mm) = (Arc::default(), [0.0, -60.0, 0.0]);
        Mesh { vertices_mm, triangles, parts, textures, head_pivot_mm, eyes: None }
    }

    #[test]
    fn normals_of_a_ball_point_outwards() {
        let mesh = ball();
        let normals = mesh.normals(&mesh.vertices_mm);
        for (vertex, normal) in mesh.vertices_mm.iter().zip(&normals).take(mesh.parts[0].vertices[1]) {
            let out = unit(*vertex);
            // The poles' duplicates are touched by one triangle each.
            assert!(dot(out, *normal) > 0.95, "{vertex:?} {normal:?}");
        }
    }

    #[test]
    fn head_pose_keeps_the_pivot_but_for_its_translation() {
        let mesh = ball();
        let half = 0.3f32;
        let head = HeadPose { rotation: [half.sin(), 0.0, 0.0, half.cos()], translation_mm: [1.0, 2.0, 3.0] };
        let moved = mesh.posed(&[mesh.head_pivot_mm], &head)[0];
        assert_eq!(moved, [1.0, -58.0, 3.0]);
    }
}
