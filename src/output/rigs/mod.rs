//! Rigs that are not ARKit's: their channels by name, and what a model's weights make of these.
//!
//! A rig has channels of two kinds. *Driven* ones are sums of shares of ARKit's weights, as MetaHuman's curves are. *Shapes* are
//! whole mouths or moods, visemes say, each known by what it is made of in ARKit's weights: a frame's are those, within 0..1, whose sum
//! comes nearest to the frame, by least squares ([`ShapeSolver`]). The tables say where they are from.
//!
//! In: weights [frames, names of a pack], 0..1. Out: channels [frames, channels of the rig], 0..1. One more rig is a table here and its
//! place in [`RIGS`].

mod metahuman;
mod visemes;
mod vrm;

use crate::error::{Error, Result};
use crate::pack::ARKIT_NAMES;

use super::channels::{find_channel, sides};
use super::solver::{ShapeSolver, SolverOptions};

/// A channel and what it is made of, or driven by: names of ARKit's channels, both sides where one has no side of its own.
type Recipe = (&'static str, &'static [(&'static str, f32)]);

/// A rig, by the names that its channels have.
#[derive(Debug, Clone, Copy)]
pub struct Rig {
    /// What users ask for, `vrm1` say.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    shapes: &'static [Recipe],
    driven: &'static [Recipe],
    /// The channel that has what is left of 1 beside all shapes.
    rest: Option<&'static str>,
}

/// All rigs that are known by name.
pub const RIGS: [Rig; 6] =
    [ARKIT, visemes::OCULUS, visemes::READY_PLAYER_ME, vrm::VRM_1, vrm::VRM_0, metahuman::METAHUMAN];

const ARKIT: Rig = Rig {
    name: "arkit",
    about: "Apple's 52 blendshapes in their own order, 0 for those that a pack lacks",
    shapes: &[],
    driven: &[],
    rest: None,
};

impl Rig {
    /// The rig of that name, whatever its case.
    ///
    /// # Errors
    /// `InvalidArgument`; the text lists the names.
    pub fn find(name: &str) -> Result<&'static Self> {
        RIGS.iter().find(|rig| rig.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known: Vec<_> = RIGS.iter().map(|rig| rig.name).collect();
            Error::InvalidArgument(format!("no rig {name:?}; there are: {}", known.join(", ")))
        })
    }

    /// Names of its channels, in the order of [`RigMap::drive`]'s rows.
    pub fn channels(&self) -> Vec<&'static str> {
        if self.is_arkit() {
            return ARKIT_NAMES.to_vec();
        }
        let named = self.shapes.iter().chain(self.driven).map(|(name, _)| *name);
        self.rest.into_iter().chain(named).collect()
    }

    fn is_arkit(&self) -> bool {
        self.shapes.is_empty() && self.driven.is_empty()
    }
}

/// From a model's weights to a rig's channels, matched by name once. Immutable; share it between threads.
#[derive(Debug, Clone)]
pub struct RigMap {
    width: usize,
    channels: usize,
    rest: bool,
    shapes: Option<Shapes>,
    /// For each driven channel the model's weights and their shares.
    driven: Vec<Vec<(usize, f32)>>,
}

/// Shapes over those of ARKit's channels that they are made of.
#[derive(Debug, Clone)]
struct Shapes {
    solver: ShapeSolver,
    /// The model's weight for each of these channels.
    source: Vec<Option<usize>>,
}

impl RigMap {
    /// For a model whose weights have these names; a channel that it lacks is 0 in every frame.
    ///
    /// # Errors
    /// Those of [`ShapeSolver::new`], of a table that cannot be.
    pub fn new<S: AsRef<str>>(rig: &Rig, names: &[S]) -> Result<Self> {
        let own = |(channel, share): &(&str, f32)| {
            let share = *share;
            sides(channel).filter_map(move |side| find_channel(names, &side).map(|at| (at, share))).collect::<Vec<_>>()
        };
        let driven = match rig.is_arkit() {
            true => ARKIT_NAMES.iter().map(|name| own(&(name, 1.0))).collect(),
            false => rig.driven.iter().map(|(_, parts)| parts.iter().flat_map(own).collect()).collect(),
        };
        let shapes = (!rig.shapes.is_empty()).then(|| Shapes::new(rig.shapes, names)).transpose()?;
        Ok(Self { width: names.len(), channels: rig.channels().len(), rest: rig.rest.is_some(), shapes, driven })
    }

    /// Channels, 0..1, [frames, channels] in the order of [`Rig::channels`], of weights [frames, names]. Every frame by itself.
    ///
    /// # Panics
    /// If the weights are no whole number of frames.
    pub fn drive(&self, weights: &[f32]) -> Vec<f32> {
        assert!(weights.len().is_multiple_of(self.width), "{} weights in frames of {}", weights.len(), self.width);
        let mut out = Vec::with_capacity(weights.len() / self.width * self.channels);
        let mut room = Vec::new();
        for frame in weights.chunks_exact(self.width) {
            let shapes = self.shapes.as_ref().map_or_else(Vec::new, |shapes| shapes.solve(frame, &mut room));
            if self.rest {
                out.push((1.0 - shapes.iter().sum::<f32>()).max(0.0));
            }
            out.extend(shapes);
            let value = |parts: &Vec<(usize, f32)>| parts.iter().map(|&(at, share)| share * frame[at]).sum::<f32>();
            out.extend(self.driven.iter().map(|parts| value(parts).clamp(0.0, 1.0)));
        }
        out
    }
}

impl Shapes {
    fn new<S: AsRef<str>>(recipes: &[Recipe], names: &[S]) -> Result<Self> {
        let mut used: Vec<String> =
            recipes.iter().flat_map(|(_, parts)| parts.iter().flat_map(|(channel, _)| sides(channel))).collect();
        used.sort_unstable();
        used.dedup();
        // The solver takes points of a mesh: three channels are one.
        let points = used.len().div_ceil(3);
        let mut amounts = vec![0.0; recipes.len() * points * 3];
        for ((_, parts), row) in recipes.iter().zip(amounts.chunks_exact_mut(points * 3)) {
            for (channel, amount) in *parts {
                for side in sides(channel) {
                    let at = used.iter().position(|name| *name == side).expect("it was listed");
                    row[at] = *amount;
                }
            }
        }
        let source = used.iter().map(|name| find_channel(names, name)).collect();
        let options = SolverOptions { smoothing_s: 0.0, sparsity: 0.0 };
        let shapes = recipes.iter().map(|(name, _)| (*name).to_owned()).collect();
        Ok(Self { solver: ShapeSolver::new(shapes, points, &amounts, options)?, source })
    }

    /// Weights of the shapes in a frame.
    fn solve(&self, frame: &[f32], room: &mut Vec<f64>) -> Vec<f32> {
        let mut asked: Vec<f32> = self.source.iter().map(|at| at.map_or(0.0, |at| frame[at])).collect();
        asked.resize(self.solver.vertices() * 3, 0.0);
        let mut products = Vec::new();
        self.solver.project(&asked, &mut products);
        let mut weights = vec![0.0; products.len()];
        self.solver.solve(&products, 1.0, &mut weights, room);
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights of ARKit's channels in which a recipe is done to this degree.
    fn made(parts: &[(&str, f32)], degree: f32) -> Vec<f32> {
        let mut weights = vec![0.0; ARKIT_NAMES.len()];
        for (channel, amount) in parts {
            for side in sides(channel) {
                weights[find_channel(&ARKIT_NAMES, &side).expect("a channel of ARKit's")] = amount * degree;
            }
        }
        weights
    }

    #[test]
    fn every_table_names_channels_of_arkit_and_no_channel_of_its_own_twice() {
        for rig in RIGS {
            for (name, parts) in rig.shapes.iter().chain(rig.driven) {
                for (channel, amount) in *parts {
                    assert!(sides(channel).all(|side| ARKIT_NAMES.contains(&side.as_str())), "{}: {channel}", rig.name);
                    assert!(*amount > 0.0 && *amount <= 1.0, "{}: {name}", rig.name);
                }
            }
            let mut channels = rig.channels();
            let count = channels.len();
            channels.sort_unstable();
            channels.dedup();
            assert_eq!(channels.len(), count, "{}", rig.name);
            assert_eq!(Rig::find(&rig.name.to_uppercase()).expect("found").name, rig.name);
        }
        let error = Rig::find("daz").expect_err("unknown");
        assert!(matches!(&error, Error::InvalidArgument(text) if text.contains("vrm1")), "{error}");
    }

    #[test]
    fn shape_that_a_frame_is_made_of_comes_back_alone_and_as_far() {
        for rig in RIGS.iter().filter(|rig| !rig.shapes.is_empty()) {
            let (map, channels) = (RigMap::new(rig, &ARKIT_NAMES).expect("a map"), rig.channels());
            for (name, parts) in rig.shapes {
                let row = map.drive(&made(parts, 0.5));
                for (channel, value) in channels.iter().zip(&row) {
                    let expected = if channel == name || Some(*channel) == rig.rest { 0.5 } else { 0.0 };
                    let driven = rig.driven.iter().any(|(driven, _)| driven == channel);
                    assert!(driven || (value - expected).abs() < 0.01, "{}: {name} as {channel} {value}", rig.name);
                }
            }
            let still = map.drive(&[0.0; ARKIT_NAMES.len()]);
            let rest = |(channel, value): (&&str, &f32)| *value == f32::from(u8::from(Some(*channel) == rig.rest));
            assert!(channels.iter().zip(&still).all(rest), "{}: {still:?}", rig.name);
        }
    }

    #[test]
    fn channels_are_matched_by_name_and_those_that_a_model_lacks_stay_at_rest() {
        let names = ["EyeBlinkLeft", "jaw_open"];
        let weights = [0.25, 0.5, 1.0, 0.75];
        let arkit = RigMap::new(Rig::find("arkit").unwrap(), &names).unwrap().drive(&weights);
        let at = |name: &str| ARKIT_NAMES.iter().position(|own| *own == name).unwrap();
        assert_eq!([arkit[at("eyeBlinkLeft")], arkit[52 + at("jawOpen")]], [0.25, 0.75]);
        assert_eq!(arkit.iter().filter(|value| **value != 0.0).count(), 4);
        let rig = Rig::find("metahuman").unwrap();
        let row = RigMap::new(rig, &names).unwrap().drive(&weights[..2]);
        let value = |name: &str| row[rig.channels().iter().position(|own| *own == name).unwrap()];
        assert_eq!([value("CTRL_expressions_eyeBlinkL"), value("CTRL_expressions_jawOpen")], [0.25, 0.5]);
        assert_eq!(value("CTRL_expressions_eyeBlinkR"), 0.0);
    }
}
