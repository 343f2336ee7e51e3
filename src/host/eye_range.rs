//! How far a model's look weights turn its eyes: as the pack says, and of a pack that does not, as they turn the eyes of its
//! own mesh, measured once: five frames of the generator.

use std::f32::consts::PI;

use crate::error::Result;
use crate::face::FaceReader;
use crate::output::{EyeRange, find_channel};
use crate::signal::Frames;

use super::model::Model;

/// Weight at which eyes are measured: the middle of what a gaze uses, since a single weight of 1 turns them by less than
/// twice that of a half.
const PROBE: f32 = 0.6;
/// Ranges that eyes can have, rad; those of networks that learned nothing are others.
const PLAUSIBLE_RAD: [f32; 2] = [PI / 36.0, PI / 3.0];
/// Names of the parts that are measured begin with this.
const EYE_PARTS: &str = "eye_";

impl Model {
    /// How far a look weight of 1 turns an eye: the pack's `eyes`, or as far as the eyes of its mesh turn, measured at the
    /// first call; where that cannot be, [`EyeRange::default`].
    pub fn eye_range(&self) -> EyeRange {
        if let Some(eyes) = &self.manifest().eyes {
            return EyeRange::from(eyes);
        }
        *self.eye_range.get_or_init(|| {
            let measured = self.measure_eyes().ok().flatten().unwrap_or_default();
            let [low, high] = PLAUSIBLE_RAD;
            let or = |of: usize, unmeasured: f32| match measured[of] {
                angle if (low..=high).contains(&angle) => angle,
                _ => unmeasured,
            };
            let EyeRange { in_rad, out_rad, up_rad, down_rad } = EyeRange::default();
            EyeRange {
                in_rad: or(0, in_rad),
                out_rad: or(1, out_rad),
                up_rad: or(2, up_rad),
                down_rad: or(3, down_rad),
            }
        })
    }

    /// In, out, up, down; `None` without a mesh with eyes.
    fn measure_eyes(&self) -> Result<Option<[f32; 4]>> {
        let decoder = self.face()?;
        let Some(topology) = self.topology() else { return Ok(None) };
        let eyes: Vec<_> = topology.parts.iter().filter(|part| part.name.starts_with(EYE_PARTS)).collect();
        let names = self.blendshape_names();
        let mut weights = Frames::zeros(5, names.len());
        for (row, direction) in ["In", "Out", "Up", "Down"].iter().enumerate() {
            for side in ["Left", "Right"] {
                let Some(at) = find_channel(names, &format!("eyeLook{direction}{side}")) else { return Ok(None) };
                weights.row_mut(row)[at] = PROBE;
            }
        }
        let latents = self.face_encoder()?.from_weights(&self.programs().faces, &weights)?;
        let motion = latents.widened(decoder.motion_width());
        let face = self.first_face()?;
        let mut offsets = Frames::zeros(5, face.vertices_mm().len());
        FaceReader::new(decoder, &self.programs().faces, Some(face.clone()))?.offsets_mm(&motion, &mut offsets.data)?;
        let points = |row: usize, vertices: [usize; 2]| -> Vec<[f32; 3]> {
            let place = |at: usize| face.vertices_mm()[at] + offsets.row(row)[at];
            (vertices[0]..vertices[1]).map(|vertex| std::array::from_fn(|c| place(vertex * 3 + c))).collect()
        };
        let turn = |row: usize| {
            // Yaw turns z towards x, pitch y towards z.
            let axes = if row < 2 { [2, 0] } else { [1, 2] };
            let each = eyes.iter().map(|eye| turned(&points(4, eye.vertices), &points(row, eye.vertices), axes).abs());
            each.sum::<f32>() / (eyes.len() as f32 * PROBE)
        };
        Ok((!eyes.is_empty()).then(|| [turn(0), turn(1), turn(2), turn(3)]))
    }
}

/// The rotation about the third axis that brings points closest to others, each about their middle, rad.
fn turned(from: &[[f32; 3]], to: &[[f32; 3]], [a, b]: [usize; 2]) -> f32 {
    let middle = |points: &[[f32; 3]], axis: usize| points.iter().map(|p| p[axis]).sum::<f32>() / points.len() as f32;
    let centres = [from, to].map(|points| [middle(points, a), middle(points, b)]);
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (p, q) in from.iter().zip(to) {
        let (pa, pb) = (p[a] - centres[0][0], p[b] - centres[0][1]);
        let (qa, qb) = (q[a] - centres[1][0], q[b] - centres[1][1]);
        sine += pa * qb - pb * qa;
        cosine += pa * qa + pb * qb;
    }
    sine.atan2(cosine)
}
