//! `<stem>.glb`: faces with their blendshapes as sparse morph targets, animated; glTF 2.0, metres.
//!
//! A mesh a face, whose primitives are the parts, each with its own material; the names of the targets stand in
//! `meshes[].extras.targetNames`, where three.js, Blender and the engines' importers look for them. Node `head` turns
//! about the head's pivot and carries the node `face`, whose weights are animated, and `eye_left` and `eye_right`, which turn
//! about their middles and have no targets, so that nothing turns an eye twice. In a scene of several each head hangs
//! under a node of its character's name that says where it stands, and the names of what is its own begin with that name.
//! One animation moves them all; the file of the sound that belongs to it is named in the scene's extras, which importers show.
//! Where it comes from stands in the asset's extras.

mod buffer;
mod motion;
pub mod surface;

use std::io::Write;

use anyhow::{Result, ensure};
use gltf_json as json;
use json::{Index, scene};
use media2face::Eyeball;

use self::buffer::Document;
use self::surface::Shapes;
use crate::emit::provenance::Provenance;
use crate::emit::track::Track;
use crate::render::mesh::Mesh;
use crate::render::placement::Placement;
use crate::render::vector::{scale, sub};

/// Of a millimetre.
pub const METRES: f32 = 1e-3;
/// Names of the nodes of the eyes.
pub const EYES: [&str; 2] = ["eye_left", "eye_right"];

/// A face of the file.
pub struct Figure<'a> {
    /// Name and place in a scene of several.
    pub stands: Option<(&'a str, Placement)>,
    pub mesh: &'a Mesh,
    /// What each weight does at 1: offsets from the neutral, in the order of the track's names, `names × vertices × 3` mm.
    pub offsets_mm: &'a [f32],
    /// All figures of a file have as many frames, at one rate.
    pub track: &'a Track,
}

impl Figure<'_> {
    /// An error unless there is a target for each weight.
    pub fn check(&self) -> Result<()> {
        let (values, names, vertices) = (self.offsets_mm.len(), self.track.names.len(), self.mesh.vertices_mm.len());
        ensure!(values == names * vertices * 3, "{values} values for {names} morph targets of {vertices} vertices");
        Ok(())
    }

    /// A name that no other figure has.
    fn name(&self, part: &str) -> String {
        self.stands.map_or_else(|| part.to_owned(), |(name, _)| format!("{name}.{part}"))
    }
}

/// Writes the file; `sound` is the name of the file that is heard with it.
pub fn write(figures: &[Figure], sound: &str, provenance: Option<&Provenance>, out: &mut impl Write) -> Result<()> {
    figures.iter().try_for_each(Figure::check)?;
    let mut document = Document::default();
    let nodes = figures.iter().map(|figure| document.figure(figure)).collect::<Result<Vec<_>>>()?;
    document.scene(nodes.iter().map(|nodes| nodes.root).collect(), sound)?;
    document.animation(figures, &nodes);
    document.finish(provenance, out)?;
    Ok(())
}

/// Nodes of a figure: the one that carries all of it, and those that the animation moves.
struct Nodes {
    root: Index<json::Node>,
    head: Index<json::Node>,
    face: Index<json::Node>,
    eyes: Vec<Index<json::Node>>,
}

impl Document {
    /// The meshes with their materials under the nodes `head`, `face` and those of the eyes.
    fn figure(&mut self, figure: &Figure) -> Result<Nodes> {
        let &Figure { stands, mesh, track, .. } = figure;
        let shapes = Shapes::new(figure);
        let eyeballs = mesh.eyes.as_ref().map_or(&[][..], |eyes| eyes);
        let worn = (0..mesh.parts.len()).filter(|part| mesh.parts[*part].is_worn());
        let rest = worn.filter(|part| eyeballs.iter().all(|eye| !eye.parts.contains(part)));
        let primitives = rest.map(|part| self.primitive(figure, part, [0.0; 3], &shapes, true)).collect();
        let names = serde_json::json!({ "targetNames": track.names });
        let index = self.root.push(json::Mesh {
            extensions: None,
            extras: Some(serde_json::value::to_raw_value(&names)?),
            name: Some(figure.name("face")),
            primitives,
            weights: Some(vec![0.0; track.names.len()]),
        });
        let pivot = scale(mesh.head_pivot_mm, METRES);
        let face = self.root.push(json::Node {
            mesh: Some(index),
            name: Some(figure.name("face")),
            translation: Some(scale(pivot, -1.0)),
            ..Default::default()
        });
        let eyes: Vec<_> = EYES.iter().zip(eyeballs).map(|(name, eye)| self.eye(figure, name, eye, &shapes)).collect();
        let head = self.root.push(json::Node {
            children: Some([vec![face], eyes.clone()].concat()),
            name: Some(figure.name("head")),
            translation: Some(pivot),
            rotation: Some(scene::UnitQuaternion([0.0, 0.0, 0.0, 1.0])),
            ..Default::default()
        });
        let Some((name, placement)) = stands else { return Ok(Nodes { root: head, head, face, eyes }) };
        let root = self.root.push(json::Node {
            children: Some(vec![head]),
            name: Some(name.to_owned()),
            translation: Some(placement.position_m),
            rotation: Some(scene::UnitQuaternion(placement.rotation())),
            ..Default::default()
        });
        Ok(Nodes { root, head, face, eyes })
    }

    /// A node in an eye's middle, which carries its parts.
    fn eye(&mut self, figure: &Figure, name: &str, eye: &Eyeball, shapes: &Shapes) -> Index<json::Node> {
        let parts = eye.parts.iter();
        let primitives = parts.map(|&part| self.primitive(figure, part, eye.centre_mm, shapes, false)).collect();
        let name = Some(figure.name(name));
        let (extensions, extras) = (None, None);
        let mesh = json::Mesh { extensions, extras, name: name.clone(), primitives, weights: None };
        let mesh = self.root.push(mesh);
        self.root.push(json::Node {
            mesh: Some(mesh),
            name,
            translation: Some(scale(sub(eye.centre_mm, figure.mesh.head_pivot_mm), METRES)),
            rotation: Some(scene::UnitQuaternion([0.0, 0.0, 0.0, 1.0])),
            ..Default::default()
        })
    }

    fn scene(&mut self, nodes: Vec<Index<json::Node>>, sound: &str) -> Result<()> {
        let name = Some("media2face".to_owned());
        let extras = Some(serde_json::value::to_raw_value(&serde_json::json!({ "sound": sound }))?);
        let scene = self.root.push(json::Scene { extensions: None, extras, name, nodes });
        self.root.scene = Some(scene);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::buffer::tests::chunks;
    use super::*;
    use crate::render::texture;
    use json::mesh;
    use json::validation::Checked::Valid;
    use media2face::output::eye_rotation;

    use crate::emit::provenance;
    use crate::emit::track::tests::short;
    use crate::render::mesh::tests::ball;

    /// `jawOpen` lowers the lower half by 10 mm, `eyeBlinkLeft` does nothing.
    fn targets(mesh: &Mesh) -> Vec<f32> {
        let jaw = mesh.vertices_mm.iter().flat_map(|v| if v[1] < -1.0 { [0.0, -10.0, 0.0] } else { [0.0, 0.001, 0.0] });
        let still = std::iter::repeat_n(0.0, mesh.vertices_mm.len() * 3);
        jaw.chain(still).collect()
    }

    fn written(stands: &[Option<(&str, Placement)>]) -> Vec<u8> {
        let (mesh, track) = (ball(), short());
        let offsets_mm = &targets(&mesh)[..];
        let figure = |&stands: &_| Figure { stands, mesh: &mesh, offsets_mm, track: &track };
        let figures: Vec<Figure> = stands.iter().map(figure).collect();
        let mut bytes = Vec::new();
        write(&figures, "hello.wav", Some(&provenance::tests::short()), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn targets_are_named_and_sparse() {
        let (mesh, bytes) = (ball(), written(&[None]));
        let (root, bin) = chunks(&bytes);

        let face = &root.meshes[0];
        assert_eq!(face.extras.as_ref().unwrap().get(), r#"{"targetNames":["jawOpen","eyeBlinkLeft"]}"#);
        assert_eq!(face.primitives.len(), 2);
        let targets = face.primitives[0].targets.as_ref().unwrap();
        let jaw = root.get(targets[0].positions.unwrap()).unwrap();
        let below = mesh.vertices_mm[..mesh.parts[0].vertices[1]].iter().filter(|v| v[1] < -1.0).count();
        let zeros = root.get(jaw.buffer_view.unwrap()).unwrap();
        let at = zeros.byte_offset.unwrap().0 as usize;
        assert_eq!(bin[at..at + zeros.byte_length.0 as usize], vec![0; 12 * jaw.count.0 as usize]);
        let sparse = jaw.sparse.as_ref().unwrap();
        assert_eq!(sparse.count.0 as usize, below);
        assert_eq!(jaw.min, Some(serde_json::json!([0.0, -10.0f32 * METRES, 0.0])));

        let view = root.get(sparse.values.buffer_view).unwrap();
        let at = view.byte_offset.unwrap().0 as usize + 4;
        assert_eq!(f32::from_le_bytes(bin[at..at + 4].try_into().unwrap()), -10.0 * METRES);
        // Readers that ask for values of every accessor find some. Where nothing moves there is one accessor for all of a count.
        assert!(root.accessors.iter().all(|accessor| accessor.buffer_view.is_some()));
        assert_eq!(targets[1].positions.unwrap().value(), targets[1].normals.unwrap().value());
        let zeros = Some(serde_json::json!([0.0, 0.0, 0.0]));
        let still = root.get(targets[1].positions.unwrap()).unwrap();
        assert_eq!((&still.min, &still.max), (&zeros, &zeros));
    }

    #[test]
    fn animation_moves_weights_and_head() {
        let bytes = written(&[None]);
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
    fn scene_names_the_sound() {
        let bytes = written(&[None]);
        let (root, _) = chunks(&bytes);
        assert_eq!(root.scenes[0].extras.as_ref().unwrap().get(), r#"{"sound":"hello.wav"}"#);
    }

    #[test]
    fn asset_says_where_it_comes_from() {
        let bytes = written(&[None]);
        let (root, _) = chunks(&bytes);
        let extras: serde_json::Value = serde_json::from_str(root.asset.extras.as_ref().unwrap().get()).unwrap();
        assert_eq!(extras["provenance"]["seed"], 7);
    }

    #[test]
    fn eyes_are_nodes_of_their_own_that_turn_once() {
        let (mut mesh, mut track) = (ball(), short());
        let look = ["eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut"];
        track.names = look.iter().flat_map(|look| ["Left", "Right"].map(|side| format!("{look}{side}"))).collect();
        track.weights = [vec![0.0; 8], vec![0.0, 0.0, 0.5, 0.5, 0.0, 0.5, 0.5, 0.0], vec![0.0; 8]].concat();
        let eye = |parts, x| Eyeball { parts, centre_mm: [x, 20.0, 75.0] };
        mesh.eyes = Some([eye(vec![1], 30.0), eye(vec![], -30.0)]);
        let offsets_mm = vec![0.0; 8 * mesh.vertices_mm.len() * 3];
        let figure = Figure { stands: None, mesh: &mesh, offsets_mm: &offsets_mm, track: &track };
        let mut bytes = Vec::new();
        write(&[figure], "hello.wav", None, &mut bytes).unwrap();
        let (root, bin) = chunks(&bytes);

        let named = |name: &str| root.nodes.iter().find(|node| node.name.as_deref() == Some(name)).unwrap();
        assert_eq!(named("head").children.as_ref().unwrap().len(), 3);
        let (left, face) = (named("eye_left"), named("face"));
        assert_eq!(left.translation, Some([30.0 * METRES, 80.0 * METRES, 75.0 * METRES]));
        let [eye, face] = [left, face].map(|node| root.get(node.mesh.unwrap()).unwrap());
        assert_eq!((eye.primitives.len(), face.primitives.len()), (1, 1));
        assert!(eye.primitives[0].targets.is_none(), "nothing else turns it");
        // Its vertices are about its middle, as the cube is.
        let positions = root.get(eye.primitives[0].attributes[&Valid(mesh::Semantic::Positions)]).unwrap();
        assert_eq!(positions.max, Some(serde_json::json!([8.0 * METRES, 8.0 * METRES, 8.0 * METRES])));

        let animation = &root.animations[0];
        let channel = animation
            .channels
            .iter()
            .find(|channel| root.get(channel.target.node).unwrap().name.as_deref() == Some("eye_left"));
        let output = animation.samplers[channel.unwrap().sampler.value()].output;
        let view = root.get(root.get(output).unwrap().buffer_view.unwrap()).unwrap();
        let at = view.byte_offset.unwrap().0 as usize + 16;
        let turn: Vec<f32> =
            bin[at..at + 16].chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
        // Down and to the character's left by half of 30 degrees each, about one axis.
        let expected = eye_rotation([0.5, 0.5].map(|weight| weight * std::f32::consts::FRAC_PI_6));
        assert!(turn.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{turn:?} {expected:?}");
    }

    #[test]
    fn worn_parts_bring_their_picture_once_and_others_nothing() {
        let (mut mesh, track) = (ball(), short());
        mesh.textures = Arc::new(texture::tests::single("fur", mesh.vertices_mm.len()));
        mesh.parts.iter_mut().for_each(|part| part.texture = Some("fur".to_owned()));
        let offsets_mm = targets(&mesh);
        let written = |mesh: &Mesh| {
            let mut bytes = Vec::new();
            let figure = Figure { stands: None, mesh, offsets_mm: &offsets_mm, track: &track };
            write(&[figure], "hello.wav", None, &mut bytes).unwrap();
            bytes
        };
        let bytes = written(&mesh);
        let (root, bin) = chunks(&bytes);
        assert_eq!((root.meshes[0].primitives.len(), root.images.len(), root.textures.len()), (2, 1, 1));
        let view = root.get(root.images[0].buffer_view.unwrap()).unwrap();
        assert_eq!(&bin[view.byte_offset.unwrap().0 as usize..][..4], b"\x89PNG");
        for primitive in &root.meshes[0].primitives {
            let places = root.get(primitive.attributes[&Valid(mesh::Semantic::TexCoords(0))]).unwrap();
            let points = root.get(primitive.attributes[&Valid(mesh::Semantic::Positions)]).unwrap();
            assert_eq!(places.count, points.count);
            let material = root.get(primitive.material.unwrap()).unwrap();
            assert!(material.pbr_metallic_roughness.base_color_texture.is_some());
        }
        mesh.parts[1].triangles[1] = mesh.parts[1].triangles[0];
        let bytes = written(&mesh);
        let (root, _) = chunks(&bytes);
        assert_eq!((root.meshes[0].primitives.len(), root.materials.len()), (1, 1));
    }

    #[test]
    fn targets_of_another_mesh_are_refused() {
        let mesh = ball();
        let few = Figure { stands: None, mesh: &mesh, offsets_mm: &[0.0; 9], track: &short() };
        assert!(write(&[few], "hello.wav", None, &mut Vec::new()).is_err());
    }

    #[test]
    fn several_figures_stand_apart_under_their_names_and_move_together() {
        let place = |x, facing_deg| Placement { position_m: [x, 0.0, 0.0], facing_deg };
        let bytes = written(&[Some(("anna", place(-0.3, 90.0))), Some(("ben", place(0.3, -90.0)))]);
        let (root, _) = chunks(&bytes);
        let names: Vec<&str> = root.nodes.iter().map(|node| node.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["anna.face", "anna.head", "anna", "ben.face", "ben.head", "ben"]);
        let roots = root.scenes[0].nodes.iter().map(|node| root.get(*node).unwrap());
        let places: Vec<_> = roots.map(|node| (node.translation.unwrap(), node.rotation.unwrap().0)).collect();
        let half = std::f32::consts::FRAC_1_SQRT_2;
        assert_eq!([places[0].0, places[1].0], [[-0.3, 0.0, 0.0], [0.3, 0.0, 0.0]]);
        for (place, turn) in places.iter().zip([half, -half]) {
            assert!(place.1.iter().zip([0.0, turn, 0.0, half]).all(|(a, b)| (a - b).abs() < 1e-6), "{place:?}");
        }
        assert_eq!((root.animations.len(), root.animations[0].channels.len()), (1, 6));
        assert_eq!(root.materials.len(), 4);
    }
}
