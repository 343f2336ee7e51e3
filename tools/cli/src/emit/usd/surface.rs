//! What of a face is seen: meshes with their materials, and the blendshapes that move them.

use anyhow::Result;
use openusd::gf::{Matrix4d, Vec3f};
use openusd::sdf::{Path, Value};

use super::layer::{Layer, Names, tokens};
use super::{METRES, matrix};
use crate::emit::glb::surface::{MOVED_MM, Shape, Shapes, TURNED, roughness};
use crate::emit::glb::{EYES, Figure};
use crate::render::vector::{Vec3, scale};

/// A mesh of some parts of a figure.
struct Skin<'a> {
    name: &'a str,
    parts: Vec<usize>,
    /// That it hangs on, by its number in the skeleton.
    joint: i32,
    shapes: bool,
}

impl Layer {
    /// The meshes `face`, `eye_left` and `eye_right`, and the materials of their parts.
    pub fn surfaces(&mut self, root: &Path, figure: &Figure, skeleton: &Path) -> Result<()> {
        let mesh = figure.mesh;
        let eyeballs = mesh.eyes.as_ref().map_or(&[][..], |eyes| eyes);
        let worn = (0..mesh.parts.len()).filter(|part| mesh.parts[*part].is_worn());
        let rest = worn.filter(|part| eyeballs.iter().all(|eye| !eye.parts.contains(part)));
        let face = Skin { name: "face", parts: rest.collect(), joint: 0, shapes: true };
        let eyes = eyeballs.iter().zip(EYES).zip(1..);
        let eyes = eyes.map(|((eye, name), joint)| Skin { name, parts: eye.parts.clone(), joint, shapes: false });
        // An eye without parts is nothing to see.
        let skins = std::iter::once(face).chain(eyes).filter(|skin| !skin.parts.is_empty());
        let skins: Vec<Skin> = skins.collect();
        let shapes = Shapes::new(figure);
        let materials = self.materials(root, figure)?;
        skins.iter().try_for_each(|skin| self.skin(root, figure, skin, &shapes, skeleton, &materials))
    }

    fn skin(
        &mut self,
        root: &Path,
        figure: &Figure,
        skin: &Skin,
        shapes: &Shapes,
        skeleton: &Path,
        materials: &[Path],
    ) -> Result<()> {
        let all = figure.mesh;
        let (mut vertices, mut corners, mut colours, mut subsets) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for &number in &skin.parts {
            let part = &all.parts[number];
            let (first, shift) = (colours.len(), vertices.len() as i32 - part.vertices[0] as i32);
            vertices.extend(part.vertices[0]..part.vertices[1]);
            for triangle in &all.triangles[part.triangles[0]..part.triangles[1]] {
                corners.extend(triangle.map(|vertex| vertex as i32 + shift));
                colours.push(Vec3f::from(part.colour));
            }
            subsets.push((number, first..colours.len()));
        }
        let prim = self.prim(root, skin.name, "Mesh", &["SkelBindingAPI", "MaterialBindingAPI"])?;
        let points: Vec<Vec3> = vertices.iter().map(|&vertex| scale(all.vertices_mm[vertex], METRES)).collect();
        let most = |start: f32, choose: fn(f32, f32) -> f32| {
            [0, 1, 2].map(|axis| points.iter().fold(start, |most, point| choose(most, point[axis])))
        };
        let extent = vec![most(f32::INFINITY, f32::min).into(), most(f32::NEG_INFINITY, f32::max).into()];
        let normals = vertices.iter().map(|&vertex| shapes.neutral_normals[vertex].into()).collect();
        self.uniform(&prim, "subdivisionScheme", "token", Value::Token("none".into()))?;
        // What follows the map is a sheet, seen from behind at its borders.
        let sheet = skin.parts.iter().any(|&part| all.parts[part].follow == "map");
        self.uniform(&prim, "doubleSided", "bool", Value::Bool(sheet))?;
        self.attribute(&prim, "extent", "float3[]", Value::Vec3fVec(extent))?;
        let points = points.into_iter().map(Vec3f::from).collect();
        self.attribute(&prim, "points", "point3f[]", Value::Vec3fVec(points))?;
        self.attribute(&prim, "normals", "normal3f[]", Value::Vec3fVec(normals))?.add("interpolation", token("vertex"));
        self.attribute(&prim, "faceVertexCounts", "int[]", Value::IntVec(vec![3; colours.len()]))?;
        self.attribute(&prim, "faceVertexIndices", "int[]", Value::IntVec(corners))?;
        let colours = Value::Vec3fVec(colours);
        self.attribute(&prim, "primvars:displayColor", "color3f[]", colours)?.add("interpolation", token("uniform"));
        self.hang(&prim, skin.joint, skeleton)?;
        let mut names = Names::default();
        self.subsets(&prim, figure, &subsets, materials, &mut names)?;
        if skin.shapes { self.blendshapes(&prim, figure, &vertices, shapes, &mut names) } else { Ok(()) }
    }

    /// All of a mesh on one joint.
    fn hang(&mut self, prim: &Path, joint: i32, skeleton: &Path) -> Result<()> {
        let still: Matrix4d = matrix([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.0; 3]);
        for (name, kind, value) in [
            ("primvars:skel:jointIndices", "int[]", Value::IntVec(vec![joint])),
            ("primvars:skel:jointWeights", "float[]", Value::FloatVec(vec![1.0])),
        ] {
            let spec = self.attribute(prim, name, kind, value)?;
            spec.add("interpolation", token("constant"));
            spec.add("elementSize", Value::Int(1));
        }
        self.attribute(prim, "primvars:skel:geomBindTransform", "matrix4d", Value::Matrix4d(still))?;
        self.relation(prim, "skel:skeleton", [skeleton.clone()])
    }

    /// The parts of a mesh, each with its material.
    fn subsets(
        &mut self,
        prim: &Path,
        figure: &Figure,
        subsets: &[(usize, std::ops::Range<usize>)],
        materials: &[Path],
        names: &mut Names,
    ) -> Result<()> {
        self.uniform(prim, "subsetFamily:materialBind:familyType", "token", token("partition"))?;
        for (part, triangles) in subsets {
            let name = names.take(&figure.mesh.parts[*part].name);
            let subset = self.prim(prim, &name, "GeomSubset", &["MaterialBindingAPI"])?;
            let triangles = triangles.clone().map(|triangle| triangle as i32).collect();
            self.uniform(&subset, "elementType", "token", token("face"))?;
            self.uniform(&subset, "familyName", "token", token("materialBind"))?;
            self.attribute(&subset, "indices", "int[]", Value::IntVec(triangles))?;
            self.relation(&subset, "material:binding", [materials[*part].clone()])?;
        }
        Ok(())
    }

    /// A blendshape for each weight: the points that it moves.
    fn blendshapes(
        &mut self,
        prim: &Path,
        figure: &Figure,
        vertices: &[usize],
        shapes: &Shapes,
        names: &mut Names,
    ) -> Result<()> {
        let mut targets = Vec::new();
        for (name, shape) in figure.track.names.iter().zip(&shapes.targets) {
            let target = self.prim(prim, &names.take(name), "BlendShape", &[])?;
            let mut moved: Vec<usize> = (0..vertices.len()).filter(|&at| moves(shape, vertices[at])).collect();
            // One that moves nothing keeps its name.
            if moved.is_empty() && !vertices.is_empty() {
                moved.push(0);
            }
            let of = |rows: &[Vec3]| moved.iter().map(|&at| rows[vertices[at]].into()).collect();
            self.uniform(&target, "offsets", "vector3f[]", Value::Vec3fVec(of(&shape.moves)))?;
            self.uniform(&target, "normalOffsets", "vector3f[]", Value::Vec3fVec(of(&shape.turns)))?;
            let indices = moved.iter().map(|&at| at as i32).collect();
            self.uniform(&target, "pointIndices", "int[]", Value::IntVec(indices))?;
            targets.push(target);
        }
        self.uniform(prim, "skel:blendShapes", "token[]", tokens(&figure.track.names))?;
        self.relation(prim, "skel:blendShapeTargets", targets)
    }

    /// A material for each part.
    fn materials(&mut self, root: &Path, figure: &Figure) -> Result<Vec<Path>> {
        let (scope, mut names) = (self.prim(root, "materials", "Scope", &[])?, Names::default());
        let mut materials = Vec::with_capacity(figure.mesh.parts.len());
        for part in &figure.mesh.parts {
            let material = self.prim(&scope, &names.take(&part.name), "Material", &[])?;
            let shader = self.prim(&material, "surface", "Shader", &[])?;
            self.uniform(&shader, "info:id", "token", token("UsdPreviewSurface"))?;
            self.attribute(&shader, "inputs:diffuseColor", "color3f", Value::Vec3f(part.colour.into()))?;
            self.attribute(&shader, "inputs:roughness", "float", Value::Float(roughness(&part.name)))?;
            self.attribute(&shader, "inputs:metallic", "float", Value::Float(0.0))?;
            let surface = self.output(&shader, "outputs:surface", "token", None)?;
            self.output(&material, "outputs:surface", "token", Some(surface))?;
            materials.push(material);
        }
        Ok(materials)
    }
}

/// Whether a vertex is moved or its normal turned, as the .glb has it.
fn moves(shape: &Shape, vertex: usize) -> bool {
    let reaches = |by: Vec3, least: f32| by.iter().any(|c| c.abs() >= least);
    reaches(shape.moves[vertex], MOVED_MM * METRES) || reaches(shape.turns[vertex], TURNED)
}

fn token(text: &str) -> Value {
    Value::Token(text.into())
}
