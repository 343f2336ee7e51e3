//! `<stem>.glb`: the face with its blendshapes as sparse morph targets, animated; glTF 2.0, metres.
//!
//! One mesh whose primitives are the parts, each with its own material; the names of the targets stand in
//! `meshes[0].extras.targetNames`, where three.js, Blender and the engines' importers look for them. Node `head` turns
//! about the head's pivot and carries the node `face`, whose weights are animated.

mod buffer;

use std::io::Write;

use anyhow::{Result, ensure};
use gltf_json as json;
use json::accessor::Type;
use json::validation::Checked::Valid;
use json::{Index, animation, material, mesh, scene};
use media2face::pack::Part;

use self::buffer::Document;
use crate::mesh::Mesh;
use crate::track::Track;
use crate::vector::{Vec3, add, scale, sub};

const METRES: f32 = 1e-3;
/// Vertices that a target moves less than this keep their place in it: a decoder's offsets are never quite zero.
const MOVED_MM: f32 = 0.02;
/// The same for the change of a normal.
const TURNED: f32 = 0.01;

/// What each weight does at 1: names in the track's order and offsets from the neutral, `names × vertices × 3` mm.
pub struct Targets {
    /// `names × vertices × 3` mm.
    pub offsets_mm: Vec<f32>,
}

/// Writes the file.
pub fn write(mesh: &Mesh, targets: &Targets, track: &Track, out: &mut impl Write) -> Result<()> {
    let stride = mesh.vertices_mm.len() * 3;
    ensure!(
        targets.offsets_mm.len() == track.names.len() * stride,
        "{} values for {} morph targets of {} vertices",
        targets.offsets_mm.len(),
        track.names.len(),
        mesh.vertices_mm.len()
    );
    let mut document = Document::default();
    let face = document.face(mesh, targets, track)?;
    document.animation(mesh, track, &face);
    document.finish(out)?;
    Ok(())
}

/// Nodes that the animation moves.
struct Nodes {
    head: Index<json::Node>,
    face: Index<json::Node>,
}

impl Document {
    /// The mesh with its materials under the nodes `head` and `face`.
    fn face(&mut self, mesh: &Mesh, targets: &Targets, track: &Track) -> Result<Nodes> {
        let shapes = Shapes::new(mesh, targets, track.names.len());
        let primitives = mesh.parts.iter().map(|part| self.primitive(mesh, part, &shapes)).collect();
        let names = serde_json::json!({ "targetNames": track.names });
        let index = self.root.push(json::Mesh {
            extensions: None,
            extras: Some(serde_json::value::to_raw_value(&names)?),
            name: Some("face".to_owned()),
            primitives,
            weights: Some(vec![0.0; track.names.len()]),
        });
        let pivot = scale(mesh.head_pivot_mm, METRES);
        let face = self.root.push(json::Node {
            mesh: Some(index),
            name: Some("face".to_owned()),
            translation: Some(scale(pivot, -1.0)),
            ..Default::default()
        });
        let head = self.root.push(json::Node {
            children: Some(vec![face]),
            name: Some("head".to_owned()),
            translation: Some(pivot),
            rotation: Some(scene::UnitQuaternion([0.0, 0.0, 0.0, 1.0])),
            ..Default::default()
        });
        let scene = self.root.push(json::Scene {
            extensions: None,
            extras: None,
            name: Some("media2face".to_owned()),
            nodes: vec![head],
        });
        self.root.scene = Some(scene);
        Ok(Nodes { head, face })
    }

    /// One part of the mesh; its vertices are its own.
    fn primitive(&mut self, mesh: &Mesh, part: &Part, shapes: &Shapes) -> mesh::Primitive {
        let vertices = part.vertices[0]..part.vertices[1];
        let first = vertices.start as u32;
        let indices: Vec<u32> =
            mesh.triangles[part.triangles[0]..part.triangles[1]].iter().flatten().map(|&index| index - first).collect();
        let positions: Vec<Vec3> = mesh.vertices_mm[vertices.clone()].iter().map(|&v| scale(v, METRES)).collect();
        let normals = &shapes.neutral_normals[vertices.clone()];

        let attributes = [
            (Valid(mesh::Semantic::Positions), self.vertex_attribute(&positions, true)),
            (Valid(mesh::Semantic::Normals), self.vertex_attribute(normals, false)),
        ];
        let indices = self.indices(&indices, vertices.len());
        let targets = shapes
            .targets
            .iter()
            .map(|shape| mesh::MorphTarget {
                positions: Some(self.sparse(&shape.moves[vertices.clone()], MOVED_MM * METRES, true)),
                normals: Some(self.sparse(&shape.turns[vertices.clone()], TURNED, false)),
                tangents: None,
            })
            .collect();
        mesh::Primitive {
            attributes: attributes.into(),
            extensions: None,
            extras: None,
            indices: Some(indices),
            material: Some(self.material(part)),
            mode: Valid(mesh::Mode::Triangles),
            targets: Some(targets),
        }
    }

    fn material(&mut self, part: &Part) -> Index<json::Material> {
        let [r, g, b] = part.colour;
        let roughness = match part.name.as_str() {
            name if name.starts_with("eye") => 0.15,
            name if name.starts_with("teeth") || name.starts_with("tongue") => 0.35,
            _ => 0.6,
        };
        self.root.push(json::Material {
            name: Some(part.name.clone()),
            // What follows the map is a sheet (skin, brows), seen from behind at its borders; the rest is closed.
            double_sided: part.follow == "map",
            pbr_metallic_roughness: material::PbrMetallicRoughness {
                base_color_factor: material::PbrBaseColorFactor([r, g, b, 1.0]),
                metallic_factor: material::StrengthFactor(0.0),
                roughness_factor: material::StrengthFactor(roughness),
                ..Default::default()
            },
            ..Default::default()
        })
    }

    /// Weights of `face`, rotation and translation of `head`, linear between frames.
    fn animation(&mut self, mesh: &Mesh, track: &Track, nodes: &Nodes) {
        let frames = track.frame_count();
        let times: Vec<f32> = (0..frames).map(|frame| (frame as f64 / f64::from(track.fps)) as f32).collect();
        let rotations: Vec<[f32; 4]> = track.heads.iter().map(|head| head.rotation).collect();
        let translations: Vec<Vec3> =
            track.heads.iter().map(|head| scale(add(mesh.head_pivot_mm, head.translation_mm), METRES)).collect();

        let input = self.times(&times);

        let mut samplers = Vec::new();
        let mut channels = Vec::new();
        let mut channel = |output, node, path| {
            samplers.push(animation::Sampler {
                extensions: None,
                extras: None,
                input,
                interpolation: Valid(animation::Interpolation::Linear),
                output,
            });
            channels.push(animation::Channel {
                sampler: Index::new(samplers.len() as u32 - 1),
                target: animation::Target { extensions: None, extras: None, node, path: Valid(path) },
                extensions: None,
                extras: None,
            });
        };
        channel(self.floats(&track.weights, Type::Scalar), nodes.face, animation::Property::MorphTargetWeights);
        channel(self.floats(&rotations, Type::Vec4), nodes.head, animation::Property::Rotation);
        channel(self.floats(&translations, Type::Vec3), nodes.head, animation::Property::Translation);
        self.root.push(json::Animation {
            extensions: None,
            extras: None,
            channels,
            name: Some("speech".to_owned()),
            samplers,
        });
    }
}

/// The targets' positions in metres and normals, as differences from the neutral.
struct Shapes {
    neutral_normals: Vec<Vec3>,
    targets: Vec<Shape>,
}

struct Shape {
    moves: Vec<Vec3>,
    turns: Vec<Vec3>,
}

impl Shapes {
    fn new(mesh: &Mesh, targets: &Targets, count: usize) -> Self {
        let neutral_normals = mesh.normals(&mesh.vertices_mm);
        let stride = mesh.vertices_mm.len() * 3;
        let targets = (0..count)
            .map(|target| {
                let offsets_mm = &targets.offsets_mm[target * stride..][..stride];
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

#[cfg(test)]
mod tests {
    use super::buffer::tests::chunks;
    use super::*;
    use crate::mesh::tests::ball;
    use crate::track::tests::short;

    /// `jawOpen` lowers the lower half by 10 mm, `eyeBlinkLeft` does nothing.
    fn targets(mesh: &Mesh) -> Targets {
        let jaw = mesh.vertices_mm.iter().flat_map(|v| if v[1] < -1.0 { [0.0, -10.0, 0.0] } else { [0.0, 0.001, 0.0] });
        let still = std::iter::repeat_n(0.0, mesh.vertices_mm.len() * 3);
        Targets { offsets_mm: jaw.chain(still).collect() }
    }

    #[test]
    fn targets_are_named_and_sparse() {
        let mesh = ball();
        let mut bytes = Vec::new();
        write(&mesh, &targets(&mesh), &short(), &mut bytes).unwrap();
        let (root, bin) = chunks(&bytes);

        let face = &root.meshes[0];
        assert_eq!(face.extras.as_ref().unwrap().get(), r#"{"targetNames":["jawOpen","eyeBlinkLeft"]}"#);
        assert_eq!(face.primitives.len(), 2);
        let targets = face.primitives[0].targets.as_ref().unwrap();
        let jaw = root.get(targets[0].positions.unwrap()).unwrap();
        let below = mesh.vertices_mm[..mesh.parts[0].vertices[1]].iter().filter(|v| v[1] < -1.0).count();
        assert!(jaw.buffer_view.is_none());
        let sparse = jaw.sparse.as_ref().unwrap();
        assert_eq!(sparse.count.0 as usize, below);
        assert_eq!(jaw.min, Some(serde_json::json!([0.0, -10.0f32 * METRES, 0.0])));

        let view = root.get(sparse.values.buffer_view).unwrap();
        let at = view.byte_offset.unwrap().0 as usize + 4;
        assert_eq!(f32::from_le_bytes(bin[at..at + 4].try_into().unwrap()), -10.0 * METRES);
        let still = root.get(targets[1].positions.unwrap()).unwrap();
        assert!(still.sparse.is_none() && still.buffer_view.is_none());
    }

    #[test]
    fn animation_moves_weights_and_head() {
        let mesh = ball();
        let mut bytes = Vec::new();
        write(&mesh, &targets(&mesh), &short(), &mut bytes).unwrap();
        let (root, _) = chunks(&bytes);
        let animation = &root.animations[0];
        let counts: Vec<u64> =
            animation.samplers.iter().map(|sampler| root.get(sampler.output).unwrap().count.0).collect();
        assert_eq!(counts, [3 * 2, 3, 3]);
        let input = root.get(animation.samplers[0].input).unwrap();
        assert_eq!(input.max, Some(serde_json::json!([2.0f32 / 30.0])));
        let nodes: Vec<&str> = animation
            .channels
            .iter()
            .map(|channel| root.get(channel.target.node).unwrap().name.as_deref().unwrap())
            .collect();
        assert_eq!(nodes, ["face", "head", "head"]);
    }

    #[test]
    fn targets_of_another_mesh_are_refused() {
        let mesh = ball();
        let few = Targets { offsets_mm: vec![0.0; 9] };
        assert!(write(&mesh, &few, &short(), &mut Vec::new()).is_err());
    }
}
