//! Weights over time that `m2f retarget` reads: whole frames of weights within 0 to 1, which every rig can be driven by.

use m2f::reads;
use media2face::output::{RIGS, RigMap};

use crate::folder;
use crate::world::well_told;

pub(crate) const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "],",
    "\"fps\":",
    "\"frame_rate\":[30,1]",
    "\"names\":",
    "\"weights\":",
    "\"exportFps\":",
    "\"facsNames\":",
    "\"weightMat\":",
    "\"numFrames\":",
    "\"head\":",
    "\"jawOpen\"",
    "Timecode",
    "BlendShapeCount",
    "HeadYaw,HeadPitch,HeadRoll",
    "time_s",
    "headX,headY,headZ,headW,headRight_mm,headUp_mm,headFront_mm",
    "00:00:01:29.000",
    ";",
    ",",
    "\"",
    "\n",
    "nan",
    "inf",
    "-1",
    "1e39",
    "1e999",
    "null",
    "\u{FEFF}",
];

/// Frames that are driven: time follows from them.
const FRAMES: usize = 8;
/// Channels of a file whose frames are driven.
const CHANNELS: usize = 128;

pub(crate) fn run(input: &[u8]) {
    let path = folder::write("weights", input);
    let Some((names, weights)) = well_told(reads::weights(&path)) else { return };
    assert!(!names.is_empty() && !weights.is_empty() && weights.len().is_multiple_of(names.len()), "no whole frames");
    assert!(weights.iter().all(|weight| (0.0..=1.0).contains(weight)), "a weight outside 0 to 1");
    if names.len() > CHANNELS {
        return;
    }
    let rig = &RIGS[weights.len() / names.len() % RIGS.len()];
    let map = RigMap::new(rig, &names).expect("a rig of any names");
    let driven = map.drive(&weights[..weights.len().min(FRAMES * names.len())]);
    assert!(driven.iter().all(|value| (0.0..=1.0).contains(value)), "{} outside 0 to 1", rig.name);
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let head = "\"head\":[{\"rotation\":[0,0,0,1],\"translation_mm\":[0,1,0]}]";
    let own = format!(
        "{{\"fps\":30.0,\"frame_rate\":[30,1],\"frames\":1,\"seed\":7,\"names\":[\"jawOpen\",\"mouthPucker\"],\
         \"weights\":[[0.5,0.25]],{head}}}"
    );
    let table = "time_s,jawOpen,headX,headY,headZ,headW,headRight_mm,headUp_mm,headFront_mm\n\
                 0,0.5,0,0,0,1,0,0,0\n0.033333,0.25,0,0,0,1,0,1,0\n";
    let live: String = (0..3).map(|frame| format!("00:00:0{frame}:00.000,61,0.{frame},0,0.1,0.2,0\n")).collect();
    let live = format!("Timecode,BlendShapeCount,JawOpen,TongueOut,HeadYaw,HeadPitch,HeadRoll\n{live}");
    let texts = [
        own,
        "{\"exportFps\":60.0,\"trackPath\":\"a.wav\",\"numPoses\":1,\"numFrames\":2,\"facsNames\":[\"JawOpen\"],\
         \"weightMat\":[[0.0],[1.25]],\"joints\":[],\"rotations\":[],\"translations\":[]}"
            .to_owned(),
        format!("{live}00:00:03:00.000,0\n"),
        live.replace(',', ";"),
        table.to_owned(),
        table.replace(',', "\t"),
    ];
    texts.map(String::into_bytes).to_vec()
}
