//! `<stem>.a2f.json`: the blendshape weights as Audio2Face exports them, for importers that know its files:
//! `{exportFps, trackPath, numPoses, numFrames, facsNames, weightMat}`, a list of weights a frame in the order of the names. It has no
//! place for a head that turns: `joints`, `rotations` and `translations` are empty there, too.

use std::io::{self, Write};

use serde::Serialize;

use crate::emit::track::Track;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    export_fps: f64,
    track_path: String,
    num_poses: usize,
    num_frames: usize,
    facs_names: Vec<String>,
    weight_mat: Vec<Vec<f32>>,
    joints: Vec<String>,
    rotations: Vec<[f32; 4]>,
    translations: Vec<[f32; 3]>,
}

/// Writes the document; `sound` is the file that the track was made from.
pub fn write(track: &Track, sound: &str, out: &mut impl Write) -> io::Result<()> {
    let frames = track.frame_count();
    let document = Document {
        export_fps: track.fps.hz(),
        track_path: sound.to_owned(),
        num_poses: track.names.len(),
        num_frames: frames,
        facs_names: track.names.clone(),
        weight_mat: (0..frames).map(|frame| track.row(frame).to_vec()).collect(),
        joints: Vec::new(),
        rotations: Vec::new(),
        translations: Vec::new(),
    };
    serde_json::to_writer(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_has_the_names_that_importers_look_for() {
        let mut bytes = Vec::new();
        write(&crate::emit::track::tests::short(), "hello.wav", &mut bytes).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((&value["exportFps"], &value["trackPath"]), (&30.0.into(), &"hello.wav".into()));
        assert_eq!((&value["numPoses"], &value["numFrames"]), (&2.into(), &3.into()));
        assert_eq!(value["facsNames"], serde_json::json!(["jawOpen", "eyeBlinkLeft"]));
        assert_eq!(value["weightMat"], serde_json::json!([[0.0, 0.0], [0.5, 0.25], [1.0, 0.125]]));
    }
}
