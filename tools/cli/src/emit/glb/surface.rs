//! What of a face is seen: primitives with their materials, and the targets that move them.

use std::collections::BTreeMap;

use gltf_json as json;
use json::validation::Checked::Valid;
use json::{Index, material, mesh};
use media2face::pack::Part;

use super::buffer::Document;
use super::{Figure, METRES};
use crate::render::vector::{Vec3, scale, sub};

/// Vertices that a target moves less than this keep their place in it: a decoder's offsets are never quite zero.
pub const MOVED_MM: f32 = 0.02;
/// The same for the change of a normal.
pub const TURNED: f32 = 0.01;
/// The targets' positions in metres and normals, as differences from the neutral.
pub struct Shapes {
    pub neutral_normals: Vec<Vec3>,
    pub targets: Vec<Shape>,
}

/// What a target does to each vertex.
pub struct Shape {
    pub moves: Vec<Vec3>,
    pub turns: Vec<Vec3>,
}

impl Shapes {
    /// Of all targets of a figure.
    pub fn new(figure: &Figure) -> Self {
        let mesh = figure.mesh;
        let neutral_normals = mesh.normals(&mesh.vertices_mm);
        let stride = mesh.vertices_mm.len() * 3;
        let targets = figure.offsets_mm.chunks_exact(stride);
        let targets = targets
            .map(|offsets_mm| {
                let normals = mesh.normals(&mesh.moved(offsets_mm));
                Shape {
                    moves: offsets_mm.as_chunks::<3>().0.iter().map(|&offset| scale(offset, METRES)).collect(),
                    turns: normals.iter().zip(&neutral_normals).map(|(&to, &from)| sub(to, from)).collect(),
                }
            })
            .collect();
        Self { neutral_normals, targets }
    }
}

impl Document {
    /// One part of the mesh, its vertices its own and about a point; with targets, or as it is at rest.
    pub fn primitive(
        &mut self,
        figure: &Figure,
        part: usize,
        about_mm: Vec3,
        shapes: &Shapes,
        targets: bool,
    ) -> mesh::Primitive {
        let (mesh, part) = (figure.mesh, &figure.mesh.parts[part]);
        let vertices = part.vertices[0]..part.vertices[1];
        let first = vertices.start as u32;
        let indices: Vec<u32> =
            mesh.triangles[part.triangles[0]..part.triangles[1]].iter().flatten().map(|&index| index - first).collect();
        let positions: Vec<Vec3> =
            mesh.vertices_mm[vertices.clone()].iter().map(|&v| scale(sub(v, about_mm), METRES)).collect();
        let normals = &shapes.neutral_normals[vertices.clone()];

        let mut attributes = BTreeMap::from([
            (Valid(mesh::Semantic::Positions), self.vertex_attribute(&positions, true)),
            (Valid(mesh::Semantic::Normals), self.vertex_attribute(normals, false)),
        ]);
        if part.texture.is_some() {
            let texcoord = self.places(&mesh.textures.texcoord[vertices.clone()]);
            attributes.insert(Valid(mesh::Semantic::TexCoords(0)), texcoord);
        }
        let indices = self.indices(&indices, vertices.len());
        let target = |shape: &Shape| mesh::MorphTarget {
            positions: Some(self.sparse(&shape.moves[vertices.clone()], MOVED_MM * METRES, true)),
            normals: Some(self.sparse(&shape.turns[vertices.clone()], TURNED, false)),
            tangents: None,
        };
        let targets = targets.then(|| shapes.targets.iter().map(target).collect());
        mesh::Primitive {
            attributes,
            extensions: None,
            extras: None,
            indices: Some(indices),
            material: Some(self.material(figure, part)),
            mode: Valid(mesh::Mode::Triangles),
            targets,
        }
    }

    fn material(&mut self, figure: &Figure, part: &Part) -> Index<json::Material> {
        let [r, g, b] = part.colour;
        let texture = part.texture.as_ref().and_then(|name| Some((name, figure.mesh.textures.get(name)?)));
        let base_color_texture = texture.map(|(name, texture)| json::texture::Info {
            index: self.texture(name, texture),
            tex_coord: 0,
            extensions: None,
            extras: None,
        });
        self.root.push(json::Material {
            name: Some(figure.name(&part.name)),
            // What follows the map is a sheet (skin, brows), seen from behind at its borders, as hair and clothes are; the rest is
            // closed.
            double_sided: part.follow == "map" || ["hair", "jersey"].iter().any(|stem| part.name.starts_with(stem)),
            pbr_metallic_roughness: material::PbrMetallicRoughness {
                base_color_factor: material::PbrBaseColorFactor([r, g, b, 1.0]),
                base_color_texture,
                metallic_factor: material::StrengthFactor(0.0),
                roughness_factor: material::StrengthFactor(roughness(&part.name)),
                ..Default::default()
            },
            ..Default::default()
        })
    }
}

/// Of a part's material, by its name.
pub fn roughness(part: &str) -> f32 {
    match part {
        name if name.starts_with("eye") => 0.15,
        name if ["teeth", "gums", "tongue"].iter().any(|stem| name.starts_with(stem)) => 0.35,
        name if name.starts_with("jersey") => 0.95,
        _ => 0.6,
    }
}
