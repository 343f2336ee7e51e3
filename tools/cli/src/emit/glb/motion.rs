//! What moves: weights of the faces, turns of heads and eyes, over the frames.

use gltf_json as json;
use json::accessor::Type;
use json::validation::Checked::Valid;
use json::{Index, animation};
use media2face::output::{EyeChannels, eye_rotation};
use media2face::signal::HeadPose;

use super::buffer::Document;
use super::{Figure, METRES, Nodes};
use crate::render::vector::{Vec3, add, scale};

impl Document {
    /// Weights of each `face`, rotation and translation of each `head`, rotations of its eyes, linear between frames.
    pub fn animation(&mut self, figures: &[Figure], nodes: &[Nodes]) {
        let Some(Figure { track, .. }) = figures.first() else { return };
        let times: Vec<f32> = (0..track.frame_count()).map(|frame| track.fps.time_s(frame) as f32).collect();
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
        for (Figure { mesh, track, .. }, nodes) in figures.iter().zip(nodes) {
            let rotations: Vec<[f32; 4]> = track.heads.iter().map(|head| head.rotation).collect();
            let moved = |head: &HeadPose| scale(add(mesh.head_pivot_mm, head.translation_mm), METRES);
            let translations: Vec<Vec3> = track.heads.iter().map(moved).collect();
            let weights = self.floats(&track.weights, Type::Scalar);
            channel(weights, nodes.face, animation::Property::MorphTargetWeights);
            channel(self.floats(&rotations, Type::Vec4), nodes.head, animation::Property::Rotation);
            channel(self.floats(&translations, Type::Vec3), nodes.head, animation::Property::Translation);
            let Ok(looks) = EyeChannels::find(&track.names) else { continue };
            for (side, &eye) in nodes.eyes.iter().enumerate() {
                let turn = |frame| eye_rotation(looks.angles(track.row(frame), &track.eye_range)[side]);
                let turns: Vec<[f32; 4]> = (0..track.frame_count()).map(turn).collect();
                channel(self.floats(&turns, Type::Vec4), eye, animation::Property::Rotation);
            }
        }
        self.root.push(json::Animation {
            extensions: None,
            extras: None,
            channels,
            name: Some("speech".to_owned()),
            samplers,
        });
    }
}
