//! `<stem>.curves`: weights and head as halves, a few kilobytes a second, for engines and stores. docs/bake.md has the layout and a
//! reader.
//!
//! `M2FCURV1`, the length of the header as u32, the header as JSON with blanks behind it up to a multiple of 64 bytes, then
//! `frames × channels` f16, frame after frame. All numbers are little-endian.

use std::io::{self, Write};

use half::f16;
use media2face::output::EyeChannels;
use serde::Serialize;

use crate::emit::provenance::Provenance;
use crate::emit::track::Track;

const MAGIC: &[u8; 8] = b"M2FCURV1";
/// Values begin at a multiple of this, so that a file can be mapped.
const ALIGNMENT: usize = 64;
/// The head's pose behind the weights: a quaternion about its pivot, and mm.
const HEAD: [&str; 7] = ["headX", "headY", "headZ", "headW", "headRight_mm", "headUp_mm", "headFront_mm"];
/// Where the eyes look, radians.
const EYES: [&str; 4] = ["eyeLeftYaw_rad", "eyeLeftPitch_rad", "eyeRightYaw_rad", "eyeRightPitch_rad"];

#[derive(Serialize)]
struct Header<'a> {
    frames: usize,
    /// Frame i stands at `i · rate[1] / rate[0]` seconds.
    frame_rate: [u32; 2],
    channels: Vec<&'a str>,
    provenance: &'a Provenance,
}

/// Writes header and values; with the angles of the eyes where they are asked for and the names have the looks that they
/// follow from.
pub fn write(track: &Track, provenance: &Provenance, eyes: bool, out: &mut impl Write) -> io::Result<()> {
    let looks = eyes.then(|| EyeChannels::find(&track.names).ok()).flatten();
    let mut channels: Vec<&str> = track.names.iter().map(String::as_str).chain(HEAD).collect();
    channels.extend(looks.iter().flat_map(|_| EYES));
    let (frames, frame_rate) = (track.frame_count(), [track.fps.numerator(), track.fps.denominator()]);
    let mut header = serde_json::to_vec(&Header { frames, frame_rate, channels, provenance })?;
    let before = MAGIC.len() + size_of::<u32>();
    header.resize((before + header.len()).next_multiple_of(ALIGNMENT) - before, b' ');
    out.write_all(MAGIC)?;
    out.write_all(&u32::try_from(header.len()).map_err(io::Error::other)?.to_le_bytes())?;
    out.write_all(&header)?;
    for (frame, head) in track.heads.iter().enumerate() {
        let row = track.row(frame);
        let angles = looks.as_ref().map(|looks| looks.angles(row, &track.eye_range));
        let values = row.iter().chain(&head.rotation).chain(&head.translation_mm);
        for value in values.chain(angles.as_ref().map_or(&[][..], |angles| angles.as_flattened())) {
            out.write_all(&f16::from_f32(*value).to_le_bytes())?;
        }
    }
    Ok(())
}

/// Frames of a file, where it is one and whole.
pub fn frames(bytes: &[u8]) -> Option<usize> {
    let (magic, rest) = bytes.split_at_checked(MAGIC.len())?;
    let (length, rest) = rest.split_at_checked(size_of::<u32>())?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let (header, values) = rest.split_at_checked(length)?;
    let header: serde_json::Value = serde_json::from_slice(header).ok()?;
    let frames = usize::try_from(header["frames"].as_u64()?).ok()?;
    let size = frames.checked_mul(header["channels"].as_array()?.len())?.checked_mul(size_of::<f16>())?;
    (magic == MAGIC && values.len() == size).then_some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::provenance;
    use crate::emit::track::tests::short;

    fn written(eyes: bool, track: &Track) -> (serde_json::Value, Vec<f32>) {
        let mut bytes = Vec::new();
        write(track, &provenance::tests::short(), eyes, &mut bytes).unwrap();
        assert_eq!(&bytes[..8], MAGIC);
        let data = 12 + u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
        assert_eq!((data % ALIGNMENT, frames(&bytes)), (0, Some(track.frame_count())));
        assert_eq!(frames(&bytes[..bytes.len() - 1]), None, "it is cut");
        assert_eq!(frames(&bytes[..20]), None);
        let values = bytes[data..].as_chunks::<2>().0.iter().map(|value| f16::from_le_bytes(*value).to_f32());
        (serde_json::from_slice(&bytes[12..data]).unwrap(), values.collect())
    }

    #[test]
    fn rows_have_weights_and_head_under_their_names() {
        let (header, values) = written(true, &short());
        let names: Vec<&str> =
            header["channels"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names, [&["jawOpen", "eyeBlinkLeft"][..], &HEAD].concat(), "no looks, no eyes");
        assert_eq!((&header["frames"], &header["frame_rate"]), (&3.into(), &serde_json::json!([30, 1])));
        assert_eq!(header["provenance"]["seed"], 7);
        assert_eq!(values.len(), 3 * 9);
        assert_eq!((values[9], values[10], values[9 + 7]), (0.5, 0.25, 1.0));
        assert!((values[9 + 3] - 0.1f32.sin()).abs() < 1e-4);
    }

    #[test]
    fn eyes_are_there_where_they_are_asked_for() {
        let mut track = short();
        let looks = ["eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut"];
        track.names = looks.iter().flat_map(|look| ["Left", "Right"].map(|side| format!("{look}{side}"))).collect();
        track.weights = [vec![0.0; 8], vec![0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], vec![0.0; 8]].concat();
        assert_eq!(written(false, &track).1.len(), 3 * 15);
        let (header, values) = written(true, &track);
        assert_eq!(header["channels"].as_array().unwrap()[15..], EYES.map(serde_json::Value::from));
        let angles = EyeChannels::find(&track.names).unwrap().angles(track.row(1), &track.eye_range);
        for (value, angle) in values[19 + 15..2 * 19].iter().zip(angles.as_flattened()) {
            assert!((value - angle).abs() < 1e-3);
        }
    }
}
