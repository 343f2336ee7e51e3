//! VRM's expressions: mouths and moods are shapes; lids and looks are driven. Names of VRMC_vrm 1.0 (expressions.preset) and of VRM 0.x
//! (blendShapeMaster's presets).

use super::visemes::{AA, E, IH, OH, OU};
use super::{Recipe, Rig};

type Parts = &'static [(&'static str, f32)];

const HAPPY: Parts = &[("mouthSmile", 0.8), ("cheekSquint", 0.6), ("eyeSquint", 0.3)];
const ANGRY: Parts = &[("browDown", 0.9), ("noseSneer", 0.4), ("eyeSquint", 0.4), ("mouthPress", 0.3)];
const SAD: Parts = &[("browInnerUp", 0.7), ("mouthFrown", 0.7), ("mouthShrugLower", 0.3)];
const RELAXED: Parts = &[("mouthSmile", 0.3), ("mouthDimple", 0.3), ("eyeSquint", 0.3)];
const SURPRISED: Parts = &[("browInnerUp", 0.8), ("browOuterUp", 0.7), ("eyeWide", 0.7), ("jawOpen", 0.3)];

const LOOK_UP: Parts = &[("eyeLookUpLeft", 0.5), ("eyeLookUpRight", 0.5)];
const LOOK_DOWN: Parts = &[("eyeLookDownLeft", 0.5), ("eyeLookDownRight", 0.5)];
const LOOK_LEFT: Parts = &[("eyeLookOutLeft", 0.5), ("eyeLookInRight", 0.5)];
const LOOK_RIGHT: Parts = &[("eyeLookInLeft", 0.5), ("eyeLookOutRight", 0.5)];

const SHAPES_1: [Recipe; 10] = [
    ("aa", AA),
    ("ih", IH),
    ("ou", OU),
    ("ee", E),
    ("oh", OH),
    ("happy", HAPPY),
    ("angry", ANGRY),
    ("sad", SAD),
    ("relaxed", RELAXED),
    ("surprised", SURPRISED),
];

const DRIVEN_1: [Recipe; 6] = [
    ("blinkLeft", &[("eyeBlinkLeft", 1.0)]),
    ("blinkRight", &[("eyeBlinkRight", 1.0)]),
    ("lookUp", LOOK_UP),
    ("lookDown", LOOK_DOWN),
    ("lookLeft", LOOK_LEFT),
    ("lookRight", LOOK_RIGHT),
];

/// VRM 0 has no surprise.
const SHAPES_0: [Recipe; 9] = [
    ("a", AA),
    ("i", IH),
    ("u", OU),
    ("e", E),
    ("o", OH),
    ("joy", HAPPY),
    ("angry", ANGRY),
    ("sorrow", SAD),
    ("fun", RELAXED),
];

const DRIVEN_0: [Recipe; 6] = [
    ("blink_l", &[("eyeBlinkLeft", 1.0)]),
    ("blink_r", &[("eyeBlinkRight", 1.0)]),
    ("lookup", LOOK_UP),
    ("lookdown", LOOK_DOWN),
    ("lookleft", LOOK_LEFT),
    ("lookright", LOOK_RIGHT),
];

pub(super) const VRM_1: Rig = Rig {
    name: "vrm1",
    about: "VRM 1.0: five mouths, five moods, blinks of both eyes, looks (blink and neutral stay 0)",
    shapes: &SHAPES_1,
    driven: &DRIVEN_1,
    rest: None,
};

pub(super) const VRM_0: Rig = Rig {
    name: "vrm0",
    about: "VRM 0.x: the same by its own names, without surprise",
    shapes: &SHAPES_0,
    driven: &DRIVEN_0,
    rest: None,
};
