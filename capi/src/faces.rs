//! Faces in pictures: what a model's face finder finds.

use media2face::FoundFace;
use media2face::limits;

use super::buffer::{self, Buffer};
use super::error::m2f_status;
use super::guard::{given, guard};
use super::model::m2f_model;

/// Number of floats that describe a found face. In this order: the box (x, y of the upper left corner, width, height), which
/// `picture_box` of a keyframe takes; the score of the detector and how likely there is a face, 0..1; how far the head is turned
/// to the character's left, radians; x, y of the right eye, the left eye, the tip of the nose, the mouth, the right ear and the
/// left ear, as the character has them; x, y, z of 468 landmarks in MediaPipe's order, z away from the camera. Places are pixels
/// from the upper left corner of the picture.
pub const M2F_FACE_FLOATS: u32 = 1423;

const _: () = assert!(M2F_FACE_FLOATS as usize == 4 + 3 + 12 + 3 * limits::FACE_LANDMARKS);

/// Finds the faces in a picture with the model's face finder (`face_finder_path` of the model's options), the largest first, at
/// most 16. If none is found, the count is 0.
///
/// Parameters: `picture`, `picture_size` bytes of a PNG or JPEG file; `buffer` with room for `capacity` floats, or NULL and 0 to
/// query; `count`, receives the number of floats, `M2F_FACE_FLOATS` a face (may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; INVALID_PICTURE; BUFFER_TOO_SMALL; MISSING_PART (the model has no face finder); OUT_OF_MEMORY.
/// Threads: any but an audio thread. Cost: decodes the picture and runs two networks, also for a query: milliseconds on the CPU.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_find_faces(
    model: Option<&m2f_model>,
    picture: *const u8,
    picture_size: usize,
    buffer: *mut f32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `picture` holds `picture_size` bytes.
        let file = unsafe { buffer::input(picture, picture_size, limits::MAX_PICTURE_BYTES, "picture") }?;
        let faces = model.find_faces(file)?;
        to.fill_with(faces.len() * M2F_FACE_FLOATS as usize, |room| {
            room.chunks_exact_mut(M2F_FACE_FLOATS as usize).zip(&faces).for_each(|(row, face)| write(row, face));
            Ok(())
        })
    })
}

fn write(row: &mut [f32], found: &FoundFace) {
    let FoundFace { face, score, presence, turn_rad, points, landmarks } = found;
    let front = [face.x, face.y, face.width, face.height, *score, *presence, *turn_rad];
    let all = front.iter().chain(points.as_flattened()).chain(landmarks.as_flattened());
    row.iter_mut().zip(all).for_each(|(to, value)| *to = *value);
}
