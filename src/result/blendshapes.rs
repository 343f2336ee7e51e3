//! A face's blendshapes as offsets: what morph targets, and a host's solver on the model's own mesh, are made of.
//!
//! The decoder is not quite linear, its training faces were: a face is near the sum of its blendshapes times their weights
//! where each of them is taken in the middle of what speech uses. So a shape is twice what half a weight does, and closed
//! lips are taken where lips close. docs/model-notes/face.md has what that is off by, and what else was tried.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::face::FaceReader;
use crate::output::find_channel;
use crate::signal::{Frames, try_zeros};

use crate::host::model::{Identity, Model};

/// The weight that a shape is decoded at, by itself.
const PROBE: f32 = 0.5;
/// `mouthClose` means something only over an open jaw, of which it takes back the opening. Of all pairs no other is further
/// than 1 mm from the sum of its two at what speech uses; this one is by 9.
const CLOSE: &str = "mouthClose";
/// The weight that it is decoded at: lips seal a little before it reaches that of the jaw.
const CLOSE_PROBE: f32 = 0.28;
/// What it is decoded on: half way into an m, b or p, where lips are pressed and rolled in while they close.
const UNDER_CLOSE: [(&str, f32); 5] = [
    ("jawOpen", 0.32),
    ("mouthPressLeft", 0.18),
    ("mouthPressRight", 0.18),
    ("mouthRollLower", 0.1),
    ("mouthRollUpper", 0.07),
];

impl Model {
    /// Floats of all blendshapes, `weights × V × 3`.
    ///
    /// # Errors
    /// `MissingPart` without M or the generator.
    pub fn blendshape_offset_count(&self) -> Result<usize> {
        self.face_encoder()?.require_weights()?;
        let vertices = self.face()?.require_offsets()?.vertices;
        Ok(self.blendshape_names().len() * vertices * 3)
    }

    /// What each blendshape does to a face at full weight, mm, `weights × V × 3`: what a host needs to build morph targets.
    /// Their sums are near the decoded faces, closed lips too. Decodes a face for each name and two.
    ///
    /// # Errors
    /// As [`blendshape_offset_count`](Self::blendshape_offset_count); `InvalidArgument` for another model's identity.
    pub fn blendshape_offsets_mm(&self, identity: &Identity) -> Result<Vec<f32>> {
        let mut shapes = try_zeros(self.blendshape_offset_count()?, 1)?;
        self.blendshape_offsets_mm_into(identity, &mut shapes)?;
        Ok(shapes)
    }

    /// As [`blendshape_offsets_mm`](Self::blendshape_offsets_mm), into memory of the caller's.
    ///
    /// # Errors
    /// As [`blendshape_offsets_mm`](Self::blendshape_offsets_mm).
    ///
    /// # Panics
    /// If `shapes_mm` is not [`blendshape_offset_count`](Self::blendshape_offset_count) long.
    pub fn blendshape_offsets_mm_into(&self, identity: &Identity, shapes_mm: &mut [f32]) -> Result<()> {
        assert_eq!(shapes_mm.len(), self.blendshape_offset_count()?, "floats of all blendshapes");
        if !std::ptr::eq(Arc::as_ptr(identity.model()), self) {
            return Err(Error::InvalidArgument("the identity was made for another model".to_owned()));
        }
        let names = self.blendshape_names();
        let (count, width) = (names.len(), identity.vertices_mm().len());
        let close = find_channel(names, CLOSE);
        // Behind the faces of the shapes those that they differ from: at rest, and about to close.
        let mut weights = Frames::zeros(count + 2, count);
        (0..count).for_each(|shape| weights.row_mut(shape)[shape] = PROBE);
        for (name, weight) in UNDER_CLOSE {
            for row in close.into_iter().chain([count + 1]) {
                find_channel(names, name).into_iter().for_each(|at| weights.row_mut(row)[at] = weight);
            }
        }
        close.into_iter().for_each(|close| weights.row_mut(close)[close] = CLOSE_PROBE);
        let (decoder, programs) = (self.face()?, &self.programs().faces);
        let mut motion = self.face_encoder()?.from_weights(programs, &weights)?.widened(decoder.motion_width());
        let before = Frames::new(motion.width, motion.data.split_off(count * motion.width));
        let mut reader = FaceReader::new(decoder, programs, Some(Arc::clone(&identity.face)))?;
        let mut without = Frames::try_zeros(2, width)?;
        reader.offsets_mm(&before, &mut without.data)?;
        reader.offsets_mm(&motion, shapes_mm)?;
        for (shape, offsets) in shapes_mm.chunks_exact_mut(width).enumerate() {
            let (before, weight) = if close == Some(shape) { (1, CLOSE_PROBE) } else { (0, PROBE) };
            offsets.iter_mut().zip(without.row(before)).for_each(|(face, before)| *face = (*face - before) / weight);
        }
        Ok(())
    }
}
