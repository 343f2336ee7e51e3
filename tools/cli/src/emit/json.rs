//! `<stem>.json`: `{fps, frame_rate, frames, seed, provenance, names, weights, head: [{rotation, translation_mm}]}`.
//!
//! `fps` is the quotient of the `frame_rate`, whose two numbers are exact: frame i stands at `i · rate[1] / rate[0]` seconds.
//! `seed` makes the take again; it is not there where none is known. `rig` is there where the weights are of its channels, in
//! place of the model's: a rig that is known by name, or the folder of a rig's own shapes.
//! `weights` has one list a frame in the order of `names`; `rotation` is a quaternion x, y, z, w about the head's
//! pivot.

use std::io::{self, Write};

use media2face::signal::HeadPose;
use serde::{Serialize, Serializer};

use crate::emit::provenance::Provenance;
use crate::emit::track::Track;

#[derive(Serialize)]
struct Document<'a> {
    fps: f64,
    frame_rate: [u32; 2],
    frames: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<&'a Provenance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rig: Option<&'a str>,
    names: &'a [String],
    weights: Rows<'a>,
    head: Heads<'a>,
}

struct Rows<'a>(&'a Track);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.0.frame_count()).map(|frame| self.0.row(frame)))
    }
}

struct Heads<'a>(&'a [HeadPose]);

#[derive(Serialize)]
struct Head {
    rotation: [f32; 4],
    translation_mm: [f32; 3],
}

impl Serialize for Heads<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0.iter().map(|head| Head { rotation: head.rotation, translation_mm: head.translation_mm }),
        )
    }
}

/// Writes the document.
pub fn write(
    track: &Track,
    seed: Option<u64>,
    provenance: Option<&Provenance>,
    rig: Option<&str>,
    out: &mut impl Write,
) -> io::Result<()> {
    let document = Document {
        fps: track.fps.hz(),
        frame_rate: [track.fps.numerator(), track.fps.denominator()],
        frames: track.frame_count(),
        seed,
        provenance,
        rig,
        names: &track.names,
        weights: Rows(track),
        head: Heads(&track.heads),
    };
    serde_json::to_writer(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_reads_back() {
        let mut bytes = Vec::new();
        let provenance = crate::emit::provenance::tests::short();
        write(&crate::emit::track::tests::short(), Some(7), Some(&provenance), None, &mut bytes).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((&value["fps"], &value["frame_rate"]), (&30.0.into(), &serde_json::json!([30, 1])));
        assert_eq!(value["frames"], 3);
        assert_eq!((&value["seed"], value.get("rig")), (&7.into(), None));
        assert_eq!(value["provenance"]["seed"], 7);
        assert_eq!(value["names"], serde_json::json!(["jawOpen", "eyeBlinkLeft"]));
        assert_eq!(value["weights"], serde_json::json!([[0.0, 0.0], [0.5, 0.25], [1.0, 0.125]]));
        assert_eq!(value["head"][0]["rotation"], serde_json::json!([0.0, 0.0, 0.0, 1.0]));
        assert_eq!(value["head"][1]["translation_mm"], serde_json::json!([0.0, 1.0, 0.0]));
    }
}
