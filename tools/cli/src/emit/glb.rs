//! `<stem>.glb`: the face with its blendshapes as sparse morph targets, animated; glTF 2.0, metres.
//!
//! One mesh whose primitives are the parts, each with its own material; the names of the targets stand in
//! `meshes[0].extras.targetNames`, where three.js, Blender and the engines' importers look for them. Node `head` turns
//! about the head's pivot and carries the node `face`, whose weights are animated.

use std::io::{self, Write};

use anyhow::{Result, ensure};
use bytemuck::Pod;
use gltf_json as json;
use json::accessor::{self, ComponentType, Type, sparse};
use json::validation::Checked::Valid;
use json::validation::USize64;
use json::{Accessor, Index, Value, animation, buffer, material, mesh, scene};
use media2face::pack::Part;

use crate::mesh::Mesh;
use crate::track::Track;
use crate::vector::{Vec3, add, scale, sub};

const METRES: f32 = 1e-3;
/// Vertices that a target moves less than this keep their place in it: a decoder's offsets are never quite zero.
const MOVED_MM: f32 = 0.02;
/// The same for the change of a normal.
const TURNED: f32 = 0.01;

const GLB_MAGIC: u32 = 0x4654_6C67;
const GLB_VERSION: u32 = 2;
const CHUNK_JSON: u32 = 0x4E4F_534A;
const CHUNK_BIN: u32 = 0x004E_4942;

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

/// The JSON part and the binary part while they grow.
#[derive(Default)]
struct Document {
    root: json::Root,
    bin: Vec<u8>,
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

        let view = self.view(&times, None);
        let mut input = accessor(view, frames, ComponentType::F32, Type::Scalar);
        input.min = times.first().map(|&time| Value::from(vec![time]));
        input.max = times.last().map(|&time| Value::from(vec![time]));
        let input = self.root.push(input);

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
        let view = self.view(&track.weights, None);
        let weights = self.root.push(accessor(view, track.weights.len(), ComponentType::F32, Type::Scalar));
        channel(weights, nodes.face, animation::Property::MorphTargetWeights);
        let view = self.view(&rotations, None);
        let rotations = self.root.push(accessor(view, frames, ComponentType::F32, Type::Vec4));
        channel(rotations, nodes.head, animation::Property::Rotation);
        let view = self.view(&translations, None);
        let translations = self.root.push(accessor(view, frames, ComponentType::F32, Type::Vec3));
        channel(translations, nodes.head, animation::Property::Translation);
        self.root.push(json::Animation {
            extensions: None,
            extras: None,
            channels,
            name: Some("speech".to_owned()),
            samplers,
        });
    }

    /// Appends values to the binary part, at a multiple of 4 bytes.
    fn view<T: Pod>(&mut self, values: &[T], target: Option<buffer::Target>) -> Index<buffer::View> {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let offset = self.bin.len();
        self.bin.extend_from_slice(bytes);
        self.bin.resize(self.bin.len().next_multiple_of(4), 0);
        self.root.push(buffer::View {
            buffer: Index::new(0),
            byte_length: USize64::from(bytes.len()),
            byte_offset: Some(USize64::from(offset)),
            byte_stride: None,
            name: None,
            target: target.map(Valid),
            extensions: None,
            extras: None,
        })
    }

    fn vertex_attribute(&mut self, values: &[Vec3], bounds: bool) -> Index<Accessor> {
        let view = self.view(values, Some(buffer::Target::ArrayBuffer));
        let mut accessor = accessor(view, values.len(), ComponentType::F32, Type::Vec3);
        if bounds {
            set_bounds(&mut accessor, values);
        }
        self.root.push(accessor)
    }

    fn indices(&mut self, indices: &[u32], vertex_count: usize) -> Index<Accessor> {
        let (view, component) = self.narrow(indices, vertex_count, Some(buffer::Target::ElementArrayBuffer));
        self.root.push(accessor(view, indices.len(), component, Type::Scalar))
    }

    /// Indices below `bound` in 16 bits where they fit; 65,535 itself is glTF's primitive restart.
    fn narrow(
        &mut self,
        indices: &[u32],
        bound: usize,
        target: Option<buffer::Target>,
    ) -> (Index<buffer::View>, ComponentType) {
        if u16::try_from(bound).is_ok() {
            let short: Vec<u16> = indices.iter().map(|&index| index as u16).collect();
            (self.view(&short, target), ComponentType::U16)
        } else {
            (self.view(indices, target), ComponentType::U32)
        }
    }

    /// An accessor of zeros but for the rows in which a component reaches `threshold`.
    fn sparse(&mut self, rows: &[Vec3], threshold: f32, bounds: bool) -> Index<Accessor> {
        let kept: Vec<u32> = (0..rows.len() as u32)
            .filter(|&row| rows[row as usize].iter().any(|value| value.abs() >= threshold))
            .collect();
        let values: Vec<Vec3> = kept.iter().map(|&row| rows[row as usize]).collect();
        let mut accessor = accessor(Index::new(0), rows.len(), ComponentType::F32, Type::Vec3);
        accessor.buffer_view = None;
        accessor.byte_offset = None;
        if !kept.is_empty() {
            let (indices, component) = self.narrow(&kept, rows.len(), None);
            accessor.sparse = Some(sparse::Sparse {
                count: USize64::from(kept.len()),
                indices: sparse::Indices {
                    buffer_view: indices,
                    byte_offset: USize64(0),
                    component_type: Valid(accessor::IndexComponentType(component)),
                    extensions: None,
                    extras: None,
                },
                values: sparse::Values {
                    buffer_view: self.view(&values, None),
                    byte_offset: USize64(0),
                    extensions: None,
                    extras: None,
                },
                extensions: None,
                extras: None,
            });
        }
        if bounds {
            let zeros = (kept.len() < rows.len()).then_some([0.0; 3]);
            let all: Vec<Vec3> = values.into_iter().chain(zeros).collect();
            set_bounds(&mut accessor, &all);
        }
        self.root.push(accessor)
    }

    /// Header, JSON chunk (padded with spaces), binary chunk.
    fn finish(mut self, out: &mut impl Write) -> Result<()> {
        self.root.asset.generator = Some(concat!("media2face ", env!("CARGO_PKG_VERSION")).to_owned());
        self.root.push(json::Buffer {
            byte_length: USize64::from(self.bin.len()),
            name: None,
            uri: None,
            extensions: None,
            extras: None,
        });
        let mut text = self.root.to_vec()?;
        text.resize(text.len().next_multiple_of(4), b' ');
        let total = 12 + 8 + text.len() + 8 + self.bin.len();
        ensure!(u32::try_from(total).is_ok(), "the animation is too long for a .glb file: {total} bytes");
        write_words(out, [GLB_MAGIC, GLB_VERSION, total as u32])?;
        write_words(out, [text.len() as u32, CHUNK_JSON])?;
        out.write_all(&text)?;
        write_words(out, [self.bin.len() as u32, CHUNK_BIN])?;
        out.write_all(&self.bin)?;
        Ok(())
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

fn accessor(view: Index<buffer::View>, count: usize, component: ComponentType, type_: Type) -> Accessor {
    Accessor {
        buffer_view: Some(view),
        byte_offset: Some(USize64(0)),
        count: USize64::from(count),
        component_type: Valid(accessor::GenericComponentType(component)),
        extensions: None,
        extras: None,
        type_: Valid(type_),
        min: None,
        max: None,
        name: None,
        normalized: false,
        sparse: None,
    }
}

fn set_bounds(accessor: &mut Accessor, values: &[Vec3]) {
    let fold = |pick: fn(f32, f32) -> f32| {
        let bound = values.iter().copied().reduce(|a, b| [pick(a[0], b[0]), pick(a[1], b[1]), pick(a[2], b[2])]);
        bound.map(|bound| Value::from(bound.to_vec()))
    };
    accessor.min = fold(f32::min);
    accessor.max = fold(f32::max);
}

fn write_words<const N: usize>(out: &mut impl Write, words: [u32; N]) -> io::Result<()> {
    words.iter().try_for_each(|word| out.write_all(&word.to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tests::ball;
    use crate::track::tests::short;

    /// `jawOpen` lowers the lower half by 10 mm, `eyeBlinkLeft` does nothing.
    fn targets(mesh: &Mesh) -> Targets {
        let jaw = mesh.vertices_mm.iter().flat_map(|v| if v[1] < -1.0 { [0.0, -10.0, 0.0] } else { [0.0, 0.001, 0.0] });
        let still = std::iter::repeat_n(0.0, mesh.vertices_mm.len() * 3);
        Targets { offsets_mm: jaw.chain(still).collect() }
    }

    fn chunks(bytes: &[u8]) -> (json::Root, &[u8]) {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!([word(0), word(4), word(8)], [GLB_MAGIC, 2, bytes.len() as u32]);
        let text = word(12) as usize;
        assert_eq!(word(16), CHUNK_JSON);
        let bin = 20 + text;
        assert_eq!([word(bin), word(bin + 4)], [(bytes.len() - bin - 8) as u32, CHUNK_BIN]);
        (json::Root::from_slice(&bytes[20..bin]).unwrap(), &bytes[bin + 8..])
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
