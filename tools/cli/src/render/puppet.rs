//! A face that weights alone move: the sum of its blendshapes, with eyes that turn about their middles. It is what a .glb file
//! makes of the same weights.

use anyhow::Result;
use media2face::Eyeball;
use media2face::output::{EyeChannels, EyeRange, eye_rotation};

use crate::input::face::Face;
use crate::render::vector::{add, rotate, sub};

/// A face and its blendshapes.
pub struct Puppet {
    face: Face,
    names: Vec<String>,
    /// [names, vertices, 3] mm.
    shapes_mm: Vec<f32>,
    /// None where the model lacks some of them: then eyes move as everything else.
    looks: Option<EyeChannels>,
    eye_range: EyeRange,
}

impl Puppet {
    /// Decodes a face for each blendshape.
    pub fn new(face: Face) -> Result<Self> {
        let model = face.identity().model();
        let (names, eye_range) = (model.blendshape_names().to_vec(), model.eye_range());
        let (shapes_mm, looks) = (face.blendshape_offsets_mm(model)?, EyeChannels::find(&names).ok());
        Ok(Self { face, names, shapes_mm, looks, eye_range })
    }

    /// The face at rest.
    pub fn face(&self) -> &Face {
        &self.face
    }

    /// Of its weights, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Offsets of so many frames from one on, [count, vertices, 3] mm, of weights [frames, names].
    pub fn offsets_mm(&self, weights: &[f32], first: usize, count: usize) -> Vec<f32> {
        let rows = weights.chunks_exact(self.names.len()).skip(first).take(count);
        rows.flat_map(|row| self.moved(row)).collect()
    }

    /// Offsets of one frame.
    fn moved(&self, weights: &[f32]) -> Vec<f32> {
        let width = self.face.mesh.vertices_mm.len() * 3;
        let mut offsets_mm = vec![0.0; width];
        for (shape, &weight) in self.shapes_mm.chunks_exact(width).zip(weights).filter(|(_, weight)| **weight != 0.0) {
            offsets_mm.iter_mut().zip(shape).for_each(|(offset, shape)| *offset += weight * shape);
        }
        if let (Some(looks), Some(eyes)) = (&self.looks, &self.face.mesh.eyes) {
            let turns = looks.angles(weights, &self.eye_range).map(eye_rotation);
            eyes.iter().zip(turns).for_each(|(eye, turn)| self.turn(eye, turn, &mut offsets_mm));
        }
        offsets_mm
    }

    /// An eye is rigid: a sum of its turns would shrink it.
    fn turn(&self, eye: &Eyeball, turn: [f32; 4], offsets_mm: &mut [f32]) {
        let parts = eye.parts.iter().map(|&part| &self.face.mesh.parts[part]);
        for vertex in parts.flat_map(|part| part.vertices[0]..part.vertices[1]) {
            let at = self.face.mesh.vertices_mm[vertex];
            let turned = add(rotate(turn, sub(at, eye.centre_mm)), eye.centre_mm);
            offsets_mm[3 * vertex..][..3].copy_from_slice(&sub(turned, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::starter;
    use media2face::{Model, Runtime, RuntimeOptions};

    fn puppet() -> Puppet {
        let runtime = Runtime::new(&RuntimeOptions { threads: Some(1), ..RuntimeOptions::default() }).unwrap();
        let model = Model::new(&runtime, starter::open().unwrap()).unwrap();
        Puppet::new(Face::on(model.default_identity().unwrap(), None).unwrap()).unwrap()
    }

    #[test]
    fn weights_move_what_they_name_and_eyes_stay_balls() {
        let puppet = puppet();
        let mut weights = vec![0.0; 3 * puppet.names().len()];
        let mut set = |frame: usize, name: &str, weight: f32| {
            let at = puppet.names().iter().position(|own| own == name).unwrap();
            weights[frame * puppet.names().len() + at] = weight;
        };
        set(1, "jawOpen", 0.5);
        set(2, "eyeLookOutLeft", 0.8);
        let offsets_mm = puppet.offsets_mm(&weights, 0, 3);
        let mesh = &puppet.face().mesh;
        let frames: Vec<&[f32]> = offsets_mm.chunks_exact(mesh.vertices_mm.len() * 3).collect();
        let most = |offsets: &[f32]| offsets.iter().fold(0.0f32, |most, offset| most.max(offset.abs()));
        assert!(most(frames[0]) < 1e-5, "no weight moves by {} mm", most(frames[0]));
        assert!((4.0..40.0).contains(&most(frames[1])), "a jaw opens by {} mm", most(frames[1]));
        assert_eq!(puppet.offsets_mm(&weights, 1, 1), frames[1]);

        let eye = &mesh.eyes.as_ref().unwrap()[0];
        let vertices = mesh.parts[eye.parts[0]].vertices;
        let length = |v: [f32; 3]| v.iter().map(|c| c * c).sum::<f32>().sqrt();
        let turned = mesh.moved(frames[2]);
        let mut furthest = 0.0f32;
        for vertex in vertices[0]..vertices[1] {
            let [before, after] = [mesh.vertices_mm[vertex], turned[vertex]].map(|v| length(sub(v, eye.centre_mm)));
            assert!((before - after).abs() < 1e-3, "vertex {vertex} is {after} mm from the middle, was {before}");
            furthest = furthest.max(length(sub(turned[vertex], mesh.vertices_mm[vertex])));
        }
        assert!(furthest > 2.0, "the eye turns by {furthest} mm");
    }
}
