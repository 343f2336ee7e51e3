//! Frame → a bundle of the VMC protocol (Virtual Motion Capture, over Open Sound Control), for programs that move an avatar:
//! one bundle a frame, of about 3 KB for 52 weights. A receiver listens on UDP port 39539.
//!
//! | message | values |
//! |---|---|
//! | `/VMC/Ext/Blend/Val`, one for each weight | name, 0..1 |
//! | `/VMC/Ext/Blend/Apply` | – : the weights before it belong together |
//! | `/VMC/Ext/Bone/Pos` | `Head`, position x y z (m), rotation x y z w, both relative to the bone above |
//! | `/VMC/Ext/OK` | 1: a model is loaded |
//! | `/VMC/Ext/T` | seconds |
//!
//! Axes are Unity's: left-handed, +X the character's right, +Y up, +Z out of the face. From ours (right-handed, +X the
//! character's left) only X turns round, so a position (x, y, z) becomes (−x, y, z) and a rotation (x, y, z, w) becomes
//! (x, −y, −z, w): a positive turn about X still looks down, one about Y now looks to the character's right.

use anyhow::{Result, ensure};
use clap::ValueEnum;

use super::frame::{Frame, finite};
use super::osc::{Bundle, Value};

/// Where programs that draw an avatar listen.
pub const PORT: u16 = 39_539;

/// From the neck to the head of an avatar of usual size, m.
pub const HEAD_OVER_NECK_M: [f32; 3] = [0.0, 0.08, 0.0];

/// The largest datagram.
const MAX_BYTES: usize = 65_507;

/// How the weights are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Naming {
    /// As the model calls them: `jawOpen`.
    Model,
    /// With a capital, as avatars made for face tracking call them: `JawOpen`. Case matters to some receivers.
    Capital,
}

/// What of a bundle stays the same.
#[derive(Debug, Clone)]
pub struct Vmc {
    names: Vec<String>,
    /// The head at rest, relative to the neck, m: receivers put the bone where they are told.
    rest_m: [f32; 3],
}

impl Vmc {
    /// Bundles of weights with these names, for an avatar whose head is at `rest_m` over its neck, in Unity's axes.
    ///
    /// # Errors
    /// More names than a datagram holds, or a place that is none.
    pub fn new(names: &[String], naming: Naming, rest_m: [f32; 3]) -> Result<Self> {
        let named = |name: &String| match (naming, name.chars().next()) {
            (Naming::Capital, Some(first)) => first.to_uppercase().chain(name.chars().skip(1)).collect(),
            _ => name.clone(),
        };
        let sender = Self { names: names.iter().map(named).collect(), rest_m };
        ensure!(rest_m.iter().all(|part| part.is_finite()), "the head cannot be at {rest_m:?} metres over the neck");
        let (zeros, mut out) = (vec![0.0; names.len()], Vec::new());
        sender.encode(&Frame { sample: 0, time_s: 0.0, names, weights: &zeros, head: Frame::HEAD_AT_REST }, &mut out);
        let (count, size) = (names.len(), out.len());
        ensure!(size <= MAX_BYTES, "{count} weights take {size} bytes: a frame of VMC has at most {MAX_BYTES}");
        Ok(sender)
    }

    /// Writes the bundle of a frame.
    pub fn encode(&self, frame: &Frame, out: &mut Vec<u8>) {
        let mut bundle = Bundle::new(out);
        for (name, &weight) in self.names.iter().zip(frame.weights) {
            bundle.message("/VMC/Ext/Blend/Val", &[Value::Text(name), Value::Float(finite(weight))]);
        }
        bundle.message("/VMC/Ext/Blend/Apply", &[]);
        let ([x, y, z], [rx, ry, rz, rw]) = self.head(frame);
        let pose = [x, y, z, rx, ry, rz, rw].map(Value::Float);
        let [x, y, z, rx, ry, rz, rw] = pose;
        bundle.message("/VMC/Ext/Bone/Pos", &[Value::Text("Head"), x, y, z, rx, ry, rz, rw]);
        bundle.message("/VMC/Ext/OK", &[Value::Int(1)]);
        bundle.message("/VMC/Ext/T", &[Value::Float(finite(frame.time_s as f32))]);
    }

    /// Position (m) and rotation of the head in Unity's axes, relative to the neck.
    fn head(&self, frame: &Frame) -> ([f32; 3], [f32; 4]) {
        let [x, y, z] = frame.translation_mm().map(|part| part / 1000.0);
        let [rx, ry, rz, rw] = frame.rotation();
        let [rest_x, rest_y, rest_z] = self.rest_m;
        ([rest_x - x, rest_y + y, rest_z + z], [rx, -ry, -rz, rw])
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::with;
    use super::super::osc::tests::{Read, read};
    use super::*;

    fn bundle(naming: Naming, head: [f32; 7]) -> Vec<(String, Vec<Read>)> {
        with(&["jawOpen", "eyeBlinkLeft"], head, |frame| {
            let mut out = Vec::new();
            Vmc::new(frame.names, naming, [0.0, 0.08, 0.0]).unwrap().encode(frame, &mut out);
            read(&out)
        })
    }

    #[test]
    fn bundle_reads_back() {
        let head = [0.1, 0.2, 0.3, 0.9, 10.0, 20.0, 30.0];
        let blend = |name: &str, value| {
            ("/VMC/Ext/Blend/Val".to_owned(), vec![Read::Text(name.to_owned()), Read::Float(value)])
        };
        let pose = [-0.01, 0.08 + 0.02, 0.03, 0.1, -0.2, -0.3, 0.9].map(Read::Float);
        let bone = std::iter::once(Read::Text("Head".to_owned())).chain(pose).collect();
        let expected = [
            blend("jawOpen", 0.1),
            blend("eyeBlinkLeft", 0.2),
            ("/VMC/Ext/Blend/Apply".to_owned(), vec![]),
            ("/VMC/Ext/Bone/Pos".to_owned(), bone),
            ("/VMC/Ext/OK".to_owned(), vec![Read::Int(1)]),
            ("/VMC/Ext/T".to_owned(), vec![Read::Float(0.5)]),
        ];
        assert_eq!(bundle(Naming::Model, head), expected);
    }

    #[test]
    fn names_get_a_capital_where_asked() {
        let names: Vec<Read> = bundle(Naming::Capital, Frame::HEAD_AT_REST)
            .into_iter()
            .filter(|(address, _)| address == "/VMC/Ext/Blend/Val")
            .map(|(_, values)| values[0].clone())
            .collect();
        assert_eq!(names, ["JawOpen", "EyeBlinkLeft"].map(|name| Read::Text(name.to_owned())));
    }

    /// A vector turned by a quaternion, by the product q·v·q* written out; the formula is the same in both hands.
    fn turned([x, y, z, w]: [f32; 4], [a, b, c]: [f32; 3]) -> [f32; 3] {
        let [ta, tb, tc] = [2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)];
        [a + w * ta + y * tc - z * tb, b + w * tb + z * ta - x * tc, c + w * tc + x * tb - y * ta]
    }

    #[test]
    fn points_of_the_head_are_mirrored_in_x() {
        let sender = Vmc::new(&[], Naming::Model, [0.0; 3]).unwrap();
        let rotation = [0.2, -0.4, 0.1, 0.8888194];
        let head = [rotation[0], rotation[1], rotation[2], rotation[3], 0.0, 0.0, 0.0];
        let (_, unity) = with(&[], head, |frame| sender.head(frame));
        for [x, y, z] in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.3, -0.5, 0.7]] {
            let [ours_x, ours_y, ours_z] = turned(rotation, [x, y, z]);
            let theirs = turned(unity, [-x, y, z]);
            let mirrored = [-ours_x, ours_y, ours_z];
            assert!(theirs.iter().zip(mirrored).all(|(a, b)| (a - b).abs() < 1e-6), "{theirs:?} against {mirrored:?}");
        }
    }

    #[test]
    fn more_names_than_a_datagram_holds_are_refused() {
        let names = vec!["x".repeat(200); 300];
        assert!(Vmc::new(&names, Naming::Model, [0.0; 3]).is_err());
        assert!(Vmc::new(&names[..200], Naming::Model, [0.0; 3]).is_ok());
        assert!(Vmc::new(&[], Naming::Model, [f32::NAN, 0.0, 0.0]).is_err());
    }

    #[test]
    fn empty_names_and_missing_weights_do_no_harm() {
        let names = [String::new(), "jawOpen".to_owned()];
        let frame = Frame { sample: 0, time_s: f64::NAN, names: &names, weights: &[f32::NAN], head: [0.0; 7] };
        let mut out = Vec::new();
        Vmc::new(&names, Naming::Capital, [0.0; 3]).unwrap().encode(&frame, &mut out);
        let messages = read(&out);
        assert_eq!(messages[0].1, [Read::Text(String::new()), Read::Float(0.0)]);
        assert_eq!(messages.len(), 5);
    }
}
