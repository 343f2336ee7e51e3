//! The fifteen visemes of Oculus Lipsync, by its reference of what each looks like; the amounts are those that the starter's rules
//! give the phones of a viseme, spoken with care (training/media2face_training/rules/visemes.py),
//! moved apart where no least squares could tell two of them from a third.

use super::{Recipe, Rig};

type Parts = &'static [(&'static str, f32)];

const PP: Parts = &[("mouthPress", 0.5), ("mouthRollLower", 0.25), ("mouthRollUpper", 0.18), ("mouthShrugLower", 0.15)];
const FF: Parts = &[("mouthRollLower", 0.5), ("mouthUpperUp", 0.28), ("mouthShrugLower", 0.35)];
const TH: Parts = &[("jawOpen", 0.2), ("tongueOut", 0.6), ("mouthUpperUp", 0.15)];
const DD: Parts = &[("jawOpen", 0.12), ("mouthLowerDown", 0.25), ("mouthStretch", 0.15)];
const KK: Parts = &[("jawOpen", 0.25), ("mouthUpperUp", 0.15)];
const CH: Parts = &[("mouthFunnel", 0.4), ("mouthUpperUp", 0.25), ("mouthLowerDown", 0.15), ("jawForward", 0.2)];
const SS: Parts = &[("mouthLowerDown", 0.4), ("mouthStretch", 0.35), ("mouthUpperUp", 0.2), ("jawForward", 0.12)];
const NN: Parts = &[("jawOpen", 0.12), ("mouthLowerDown", 0.2), ("tongueOut", 0.2)];
const RR: Parts = &[("mouthFunnel", 0.25), ("mouthPucker", 0.2), ("jawOpen", 0.15), ("jawForward", 0.15)];
pub(super) const AA: Parts = &[("jawOpen", 0.6), ("mouthLowerDown", 0.45), ("mouthUpperUp", 0.15)];
pub(super) const E: Parts = &[("jawOpen", 0.38), ("mouthLowerDown", 0.35), ("mouthStretch", 0.4), ("mouthSmile", 0.2)];
pub(super) const IH: Parts = &[("jawOpen", 0.2), ("mouthUpperUp", 0.2), ("mouthStretch", 0.3), ("mouthSmile", 0.4)];
pub(super) const OH: Parts = &[("jawOpen", 0.4), ("mouthFunnel", 0.6), ("mouthPucker", 0.2)];
pub(super) const OU: Parts = &[("jawOpen", 0.14), ("mouthFunnel", 0.35), ("mouthPucker", 0.8)];

const OCULUS_SHAPES: [Recipe; 14] = [
    ("PP", PP),
    ("FF", FF),
    ("TH", TH),
    ("DD", DD),
    ("kk", KK),
    ("CH", CH),
    ("SS", SS),
    ("nn", NN),
    ("RR", RR),
    ("aa", AA),
    ("E", E),
    ("ih", IH),
    ("oh", OH),
    ("ou", OU),
];

/// Its last three are written I, O, U.
const READY_PLAYER_ME_SHAPES: [Recipe; 14] = [
    ("viseme_PP", PP),
    ("viseme_FF", FF),
    ("viseme_TH", TH),
    ("viseme_DD", DD),
    ("viseme_kk", KK),
    ("viseme_CH", CH),
    ("viseme_SS", SS),
    ("viseme_nn", NN),
    ("viseme_RR", RR),
    ("viseme_aa", AA),
    ("viseme_E", E),
    ("viseme_I", IH),
    ("viseme_O", OH),
    ("viseme_U", OU),
];

pub(super) const OCULUS: Rig = Rig {
    name: "oculus",
    about: "the fifteen visemes of Oculus Lipsync; sil has what is left of 1",
    shapes: &OCULUS_SHAPES,
    driven: &[],
    rest: Some("sil"),
};

pub(super) const READY_PLAYER_ME: Rig = Rig {
    name: "ready-player-me",
    about: "the same with the names that Ready Player Me's avatars give them",
    shapes: &READY_PLAYER_ME_SHAPES,
    driven: &[],
    rest: Some("viseme_sil"),
};
