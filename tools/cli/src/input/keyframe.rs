//! Keyframes as people write them: `TIME=FILE`, `TIME-END=NAME` or `TIME=CHANNEL=VALUE,…`; a scene's script has the same in keys.
//!
//! What an expression can be: weights by channel, a name that the library knows, or a file: weights (.json, an object of
//! channels and values, named as ARKit, Live Link, MediaPipe or snake_case name them, 0 to 1), a mesh on the model's
//! topology (.obj, mm), a picture of a face (.png, .jpg).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::FacePicture;
use media2face::limits;
use media2face::output::{check_weights, expression_names, find_channel};
use media2face::signal::HeadPose;
use serde::Deserialize;

use crate::input::file;
use crate::input::obj;
use crate::input::text;
use crate::render::vector::multiply;

/// A pose over a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyframe {
    /// Seconds.
    pub start_s: f64,
    /// Seconds; `start_s` for a single frame.
    pub end_s: f64,
    pub expression: Option<Expression>,
    pub head: Option<Head>,
    /// 1 is met exactly, less gives way.
    pub hold: f32,
    /// Length of the way to it and from it, seconds.
    pub ramp_s: f64,
}

impl Keyframe {
    pub const HOLD: f32 = 1.0;
    pub const RAMP_S: f64 = media2face::Keyframe::RAMP_S;

    /// Checks what needs no model and no file.
    pub fn check(&self) -> Result<()> {
        for (name, time_s) in [("start", self.start_s), ("end", self.end_s)] {
            ensure!(time_s.is_finite() && time_s >= 0.0, "its {name} at {time_s} s is not a time: seconds from 0 on");
        }
        ensure!(self.start_s <= self.end_s, "it ends before it starts");
        ensure!((0.0..=1.0).contains(&self.hold), "its hold is {}, expected 0 to 1", self.hold);
        let most_s = limits::MAX_RAMP_S;
        ensure!((0.0..=most_s).contains(&self.ramp_s), "its ramp is {} s, expected 0 to {most_s}", self.ramp_s);
        ensure!(self.expression.is_some() || self.head.is_some(), "it has neither an expression nor a head");
        match self.head {
            Some(Head::Turn(turn)) => turn.check(),
            _ => Ok(()),
        }
    }

    /// As the library takes it, for a model whose channels have these names; reads the files.
    pub fn load(&self, names: &[String]) -> Result<media2face::Keyframe> {
        self.check()?;
        let expression = self.expression.as_ref().map(|expression| expression.load(names)).transpose()?;
        let head = match &self.head {
            None => None,
            Some(Head::Turn(turn)) => Some(media2face::Head::Pose(turn.pose())),
            Some(Head::Picture(path)) => Some(media2face::Head::Picture(picture(path)?)),
        };
        let &Self { start_s, end_s, hold, ramp_s, .. } = self;
        let (expression, head) = (expression.map(Arc::new), head.map(Arc::new));
        Ok(media2face::Keyframe { expression, head, start_s, end_s, hold, ramp_s })
    }
}

/// Where an expression comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// One of the library's names.
    Named(String),
    /// Channels and their weights; those that are not named are 0.
    Weights(BTreeMap<String, f32>),
    /// By its ending: `.json`, `.obj`, `.png`, `.jpg`, `.jpeg`.
    File(PathBuf),
}

/// Where a head pose comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Head {
    Turn(HeadTurn),
    /// Of a face.
    Picture(PathBuf),
}

/// Angles of the head, degrees: yaw to the character's left, pitch down, roll to its right shoulder.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_field_names)] // the unit
pub struct HeadTurn {
    pub yaw_deg: f32,
    pub pitch_deg: f32,
    pub roll_deg: f32,
}

/// MediaPipe's channel of a face that does nothing, which says nothing of the others.
const AT_REST: &str = "_neutral";

impl Expression {
    /// One of the library's.
    pub fn named(name: &str) -> Result<Self> {
        let known = || expression_names().collect::<Vec<_>>().join(", ");
        ensure!(expression_names().any(|known| known == name), "no expression {name:?}; there are: {}", known());
        Ok(Self::Named(name.to_owned()))
    }

    fn load(&self, names: &[String]) -> Result<media2face::Expression> {
        let path = match self {
            Self::Named(name) => return Ok(media2face::Expression::Named(name.clone())),
            Self::Weights(weights) => return Ok(media2face::Expression::Weights(ordered(weights, names)?)),
            Self::File(path) => path,
        };
        match kind(path)? {
            "json" => {
                let text = text::read(path, file::WEIGHTS)?;
                let weights: BTreeMap<String, f32> = serde_json::from_str(&text)
                    .map_err(|error| anyhow!("{} is not an object of channels and weights: {error}", path.display()))?;
                Ok(media2face::Expression::Weights(
                    ordered(&weights, names).with_context(|| path.display().to_string())?,
                ))
            }
            "obj" => Ok(media2face::Expression::Mesh(obj::read(path)?.vertices.as_flattened().to_vec())),
            _ => Ok(media2face::Expression::Picture(picture(path)?)),
        }
    }
}

/// A picture of a face, which takes all of it.
fn picture(path: &Path) -> Result<FacePicture> {
    let (file, _) = file::picture(path)?;
    Ok(FacePicture { file, face: None })
}

/// The ending of a file that can be an expression.
fn kind(path: &Path) -> Result<&'static str> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let known = ["json", "obj", "png", "jpg", "jpeg"].into_iter().find(|known| *known == ending);
    known.ok_or_else(|| anyhow!("{} is not an expression: give a .json, .obj, .png or .jpg file", path.display()))
}

/// Weights in the order of a model's names.
fn ordered(weights: &BTreeMap<String, f32>, names: &[String]) -> Result<Vec<f32>> {
    let mut all = vec![0.0; names.len()];
    let mut known: BTreeMap<usize, &str> = BTreeMap::new();
    for (channel, &weight) in weights.iter().filter(|(channel, _)| *channel != AT_REST) {
        let at = find_channel(names, channel).ok_or_else(|| anyhow!("the model has no channel {channel:?}"))?;
        if let Some(other) = known.insert(at, channel) {
            bail!("{other} and {channel} are the same channel");
        }
        all[at] = weight;
    }
    check_weights(names, &all)?;
    Ok(all)
}

impl FromStr for Keyframe {
    type Err = anyhow::Error;

    /// `TIME[-END]=WHAT`; head angles are channels too: `headYaw`, `headPitch`, `headRoll`, in degrees.
    fn from_str(text: &str) -> Result<Self> {
        let (time, what) = text.split_once('=').context("expected TIME=FILE, TIME=NAME or TIME=CHANNEL=VALUE,…")?;
        let seconds =
            |text: &str| f64::from_str(text.trim()).map_err(|_| anyhow!("{text:?} is not a time: seconds from 0 on"));
        let (start_s, end_s) = match time.split_once('-') {
            Some((start, end)) => (seconds(start)?, seconds(end)?),
            None => (seconds(time)?, seconds(time)?),
        };
        let (expression, head) = match what {
            _ if what.contains('=') => channels(what)?,
            _ if Path::new(what).extension().is_some() => {
                kind(Path::new(what))?;
                (Some(Expression::File(what.into())), None)
            }
            _ => (Some(Expression::named(what)?), None),
        };
        let keyframe = Self { start_s, end_s, expression, head, hold: Self::HOLD, ramp_s: Self::RAMP_S };
        keyframe.check()?;
        Ok(keyframe)
    }
}

/// `CHANNEL=VALUE,CHANNEL=VALUE`.
fn channels(text: &str) -> Result<(Option<Expression>, Option<Head>)> {
    let (mut weights, mut head) = (BTreeMap::new(), None::<HeadTurn>);
    for pair in text.split(',') {
        let (channel, value) = pair.split_once('=').ok_or_else(|| anyhow!("{pair:?} is not CHANNEL=VALUE"))?;
        let (channel, value) = (channel.trim(), value.trim());
        let value: f32 = value.parse().map_err(|_| anyhow!("{value:?} of {channel} is not a number"))?;
        let mut turn = head.unwrap_or_default();
        match channel {
            "headYaw" => turn.yaw_deg = value,
            "headPitch" => turn.pitch_deg = value,
            "headRoll" => turn.roll_deg = value,
            _ => {
                ensure!(weights.insert(channel.to_owned(), value).is_none(), "{channel} is given twice");
                continue;
            }
        }
        head = Some(turn);
    }
    Ok(((!weights.is_empty()).then_some(Expression::Weights(weights)), head.map(Head::Turn)))
}

impl HeadTurn {
    /// No neck turns further.
    const MOST_DEG: f32 = 90.0;

    /// Yaw, then pitch about the turned axis, then roll.
    pub fn pose(self) -> HeadPose {
        let about = |axis: usize, degrees: f32| {
            let half = degrees.to_radians() / 2.0;
            let mut quaternion = [0.0, 0.0, 0.0, half.cos()];
            quaternion[axis] = half.sin();
            quaternion
        };
        let rotation = multiply(multiply(about(1, self.yaw_deg), about(0, self.pitch_deg)), about(2, self.roll_deg));
        HeadPose { rotation, translation_mm: [0.0; 3] }
    }

    fn check(self) -> Result<()> {
        for angle in [self.yaw_deg, self.pitch_deg, self.roll_deg] {
            let most = Self::MOST_DEG;
            ensure!(angle.abs() <= most, "the head at {angle} degrees, expected at most {most} either way");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocations::{MOST_BYTES, peak_of};
    use media2face::output::HeadAngles;

    fn weights(text: &str) -> BTreeMap<String, f32> {
        match text.parse::<Keyframe>().unwrap().expression {
            Some(Expression::Weights(weights)) => weights,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn expressions_of_the_library_go_by_their_names() {
        let keyframe: Keyframe = "1.5=smile".parse().unwrap();
        assert_eq!(keyframe.expression, Some(Expression::Named("smile".to_owned())));
        assert_eq!(
            keyframe.load(&[]).unwrap().expression.as_deref(),
            Some(&media2face::Expression::Named("smile".to_owned()))
        );
        assert!(Expression::named("smirk").unwrap_err().to_string().contains("neutral, smile"));
    }

    #[test]
    fn times_channels_and_files_are_told_apart() {
        let keyframe: Keyframe = "1-2.5=jawOpen=.6,headYaw=-20,headPitch=5".parse().unwrap();
        assert_eq!((keyframe.start_s, keyframe.end_s, keyframe.hold), (1.0, 2.5, 1.0));
        assert_eq!(keyframe.head, Some(Head::Turn(HeadTurn { yaw_deg: -20.0, pitch_deg: 5.0, roll_deg: 0.0 })));
        assert_eq!(weights("1=jawOpen=.6"), BTreeMap::from([("jawOpen".to_owned(), 0.6)]));
        assert_eq!("0=headRoll=3".parse::<Keyframe>().unwrap().expression, None);
        let file: Keyframe = "0.5=faces/a.PNG".parse().unwrap();
        assert_eq!((file.start_s, file.end_s), (0.5, 0.5));
        assert_eq!(file.expression, Some(Expression::File("faces/a.PNG".into())));
    }

    #[test]
    fn keyframes_that_cannot_be_are_refused() {
        for (text, reason) in [
            ("smile", "expected TIME="),
            ("x=smile", "is not a time"),
            ("-1=smile", "is not a time"),
            ("nan=smile", "is not a time"),
            ("2-1=smile", "ends before it starts"),
            ("1=smirk", "no expression"),
            ("1=a.txt", ".json, .obj"),
            ("1=jawOpen=x", "is not a number"),
            ("1=jawOpen=.5,jawOpen=.6", "jawOpen is given twice"),
            ("1=jawOpen=.5,smile", "is not CHANNEL=VALUE"),
            ("1=headYaw=120", "at most 90"),
            ("1=headYaw=nan", "at most 90"),
        ] {
            let error = text.parse::<Keyframe>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        let names = ["jawOpen".to_owned()];
        let read = |weights: &[(&str, f32)]| {
            let weights = weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
            Expression::Weights(weights).load(&names)
        };
        assert_eq!(read(&[("JawOpen", 0.5)]).unwrap(), media2face::Expression::Weights(vec![0.5]));
        assert!(read(&[("jawOpen", 1.5)]).is_err() && read(&[("jawOpen", f32::NAN)]).is_err());
        assert!(read(&[("jaw", 0.5)]).unwrap_err().to_string().contains("no channel \"jaw\""));
    }

    #[test]
    fn head_turns_as_its_angles_are_read_back() {
        let turn = HeadTurn { yaw_deg: 20.0, pitch_deg: -10.0, roll_deg: 5.0 };
        let angles = HeadAngles::from_quaternion(turn.pose().rotation);
        let read = [angles.yaw_rad, angles.pitch_rad, angles.roll_rad].map(f32::to_degrees);
        assert!(read.iter().zip([20.0, -10.0, 5.0]).all(|(a, b)| (a - b).abs() < 1e-3), "{read:?}");
    }

    #[test]
    fn small_files_take_little_memory_whatever_they_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for (begin, again) in
            [("{", "\"jawOpen\":1,"), ("", "["), ("", "{\"a\":"), ("{\"", "a"), ("[", "1,"), ("", " ")]
        {
            std::fs::write(&path, begin.to_owned() + &again.repeat((100_000 - begin.len()) / again.len())).unwrap();
            let (read, bytes) = peak_of(|| Expression::File(path.clone()).load(&[]));
            assert!(read.is_err() && bytes <= MOST_BYTES, "{begin:?} {again:?}: {bytes}");
        }
        let all: String = (0..9_000).map(|number| format!("\"{number}\":0,")).collect();
        std::fs::write(&path, format!("{{{all}\"a\":0}}")).unwrap();
        let (read, bytes) = peak_of(|| Expression::File(path.clone()).load(&[]));
        assert!(read.unwrap_err().to_string().contains("a.json") && bytes <= MOST_BYTES, "{bytes}");
    }
}
