//! One moment of a face that is sent out.

/// Weights and head pose of one moment, in plain numbers.
///
/// Space: right-handed, +X the character's left, +Y up, +Z out of the face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame<'a> {
    /// Where the moment stands in the sound, in samples from its start.
    pub sample: u64,
    /// The same in seconds.
    pub time_s: f64,
    /// Names of the weights, in the model's order.
    pub names: &'a [String],
    /// One weight for each name, 0..1.
    pub weights: &'a [f32],
    /// Rotation of the head as a unit quaternion x, y, z, w, then its translation x, y, z in the neck's frame, mm.
    pub head: [f32; 7],
}

impl Frame<'_> {
    /// The head at rest: no rotation, no translation.
    pub const HEAD_AT_REST: [f32; 7] = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];

    /// Rotation of the head, a unit quaternion x, y, z, w.
    pub fn rotation(&self) -> [f32; 4] {
        let [x, y, z, w, ..] = self.head;
        [x, y, z, w].map(finite)
    }

    /// Translation of the head, mm.
    pub fn translation_mm(&self) -> [f32; 3] {
        let [.., x, y, z] = self.head;
        [x, y, z].map(finite)
    }
}

/// A number that every receiver takes: 0 for what is none. An engine keeps a NaN in a curve for good, and JSON has no word
/// for it.
pub(crate) fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A frame with these names, weights 0.1, 0.2 and so on.
    pub(crate) fn with<R>(names: &[&str], head: [f32; 7], then: impl FnOnce(&Frame) -> R) -> R {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let weights: Vec<f32> = (1..=names.len()).map(|i| i as f32 / 10.0).collect();
        then(&Frame { sample: 8000, time_s: 0.5, names: &names, weights: &weights, head })
    }

    #[test]
    fn head_comes_apart_into_rotation_and_translation() {
        with(&[], [0.1, 0.2, 0.3, 0.9, 4.0, 5.0, 6.0], |frame| {
            assert_eq!(frame.rotation(), [0.1, 0.2, 0.3, 0.9]);
            assert_eq!(frame.translation_mm(), [4.0, 5.0, 6.0]);
        });
    }

    #[test]
    fn what_is_no_number_is_zero() {
        let head = [f32::NAN, 0.0, 0.0, 1.0, f32::INFINITY, f32::NEG_INFINITY, 1.0];
        with(&[], head, |frame| {
            assert_eq!(frame.rotation(), [0.0, 0.0, 0.0, 1.0]);
            assert_eq!(frame.translation_mm(), [0.0, 0.0, 1.0]);
        });
    }
}
