//! What moves: joints, and their turns and places with the weights over the frames.

use anyhow::Result;
use media2face::output::{EyeChannels, eye_rotation};
use openusd::gf::{Quatf, Vec3f, Vec3h, f16};
use openusd::sdf::{Path, Value};

use super::layer::{Layer, tokens};
use super::{METRES, matrix};
use crate::emit::glb::{EYES, Figure};
use crate::render::vector::{Vec3, add, scale, sub};

/// The joint that all others hang on.
const HEAD: &str = "head";

/// x, y, z, w as USD has it.
fn turn([x, y, z, w]: [f32; 4]) -> Quatf {
    Quatf::from([w, x, y, z])
}

/// A pure shift, metres.
fn at(place_mm: Vec3) -> openusd::gf::Matrix4d {
    matrix([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], scale(place_mm, METRES))
}

impl Layer {
    /// The skeleton with its animation.
    pub fn skeleton(&mut self, root: &Path, figure: &Figure) -> Result<Path> {
        let (mesh, track) = (figure.mesh, figure.track);
        let pivot = mesh.head_pivot_mm;
        let centres: Vec<Vec3> = mesh.eyes.iter().flatten().map(|eye| eye.centre_mm).collect();
        let eyes = EYES.iter().take(centres.len()).map(|eye| format!("{HEAD}/{eye}"));
        let joints: Vec<String> = std::iter::once(HEAD.to_owned()).chain(eyes).collect();
        let bound = std::iter::once(&pivot).chain(&centres).map(|&place| at(place)).collect();
        let rest = std::iter::once(pivot).chain(centres.iter().map(|&centre| sub(centre, pivot))).map(at).collect();

        let skeleton = self.prim(root, "skeleton", "Skeleton", &["SkelBindingAPI"])?;
        self.uniform(&skeleton, "joints", "token[]", tokens(&joints))?;
        self.uniform(&skeleton, "bindTransforms", "matrix4d[]", Value::Matrix4dVec(bound))?;
        self.uniform(&skeleton, "restTransforms", "matrix4d[]", Value::Matrix4dVec(rest))?;

        let animation = self.prim(root, "animation", "SkelAnimation", &[])?;
        self.uniform(&animation, "joints", "token[]", tokens(&joints))?;
        self.uniform(&animation, "blendShapes", "token[]", tokens(&track.names))?;
        let frames = || 0..track.frame_count();
        let weights = frames().map(|frame| Value::FloatVec(track.row(frame).to_vec()));
        self.samples(&animation, "blendShapeWeights", "float[]", weights)?;

        let looks = EyeChannels::find(&track.names).ok();
        let turns = frames().map(|frame| {
            let eyes = looks.as_ref().map(|looks| looks.angles(track.row(frame), &track.eye_range).map(eye_rotation));
            let eyes = eyes.unwrap_or([[0.0, 0.0, 0.0, 1.0]; 2]).into_iter().take(centres.len());
            Value::QuatfVec(std::iter::once(track.heads[frame].rotation).chain(eyes).map(turn).collect())
        });
        self.samples(&animation, "rotations", "quatf[]", turns)?;
        let places = frames().map(|frame| {
            let head = add(pivot, track.heads[frame].translation_mm);
            let eyes = centres.iter().map(|&centre| sub(centre, pivot));
            let places = std::iter::once(head).chain(eyes).map(|place| Vec3f::from(scale(place, METRES)));
            Value::Vec3fVec(places.collect())
        });
        self.samples(&animation, "translations", "float3[]", places)?;
        let scales = vec![Vec3h::from([f16::ONE; 3]); joints.len()];
        self.attribute(&animation, "scales", "half3[]", Value::Vec3hVec(scales))?;
        self.relation(&skeleton, "skel:animationSource", [animation])?;
        Ok(skeleton)
    }
}
