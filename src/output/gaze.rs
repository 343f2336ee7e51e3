//! Gaze: a motion's own limited, saccades added by a seed, and targets that eyes and head turn to.
//!
//! Angles are yaw (positive to the character's left) and pitch (positive down), rad, as everywhere in `output`. A target is
//! a direction from straight ahead of the body. The eyes jump to it and hold it against every movement of the head; the
//! head follows with its share, and with what is further than the eyes turn. In: weights [frames, names] and the columns of
//! the head pose; out: the same, changed where a layer acts.

use std::f64::consts::PI;

use crate::error::{Error, Result};
use crate::limits::{MAX_GAIN, MAX_GAZE_TARGETS, MAX_LOOK_RAD, MAX_RAMP_S, MAX_SACCADE_RAD, MAX_SACCADES_PER_MINUTE};
use crate::signal::HeadPose;
use crate::signal::eyes::{EyeChannels, EyeRange};
use crate::signal::noise::Philox;
use crate::signal::pose::{inverse, multiply, rotate};

/// Furthest that eyes turn to a target before the head does, rad (25°).
const COMFORT_RAD: f32 = 25.0 * DEGREE;
/// Longest that eyes take to a target, s; the head takes the whole ramp.
const EYE_RAMP_S: f64 = 0.1;
/// Least time between two added saccades, s.
const FIXATION_S: f64 = 0.15;
/// A saccade takes this long and this much longer for each rad.
const SACCADE_S: [f64; 2] = [0.021, 0.126];
/// Last word of the noise's counters.
const PURPOSE: u32 = 3 << 16;
const DEGREE: f32 = std::f32::consts::PI / 180.0;

/// A direction to look at for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GazeTarget {
    /// When eyes and head begin to turn there, seconds; at 0 they are there from the first frame on.
    pub start_s: f64,
    /// When they begin to turn back, or to a target that starts here; infinity for the rest of the clip.
    pub end_s: f64,
    /// To the character's left.
    pub yaw_rad: f32,
    /// Down.
    pub pitch_rad: f32,
    /// Part of the angle that the head turns, 0..1; more where the eyes do not reach.
    pub head_share: f32,
    /// How long the head takes, seconds; the eyes are there within 0.1.
    pub ramp_s: f64,
}

impl GazeTarget {
    /// Default of [`head_share`](Self::head_share).
    pub const HEAD_SHARE: f32 = 0.4;
    /// Default of [`ramp_s`](Self::ramp_s).
    pub const RAMP_S: f64 = 0.4;

    /// Over a whole clip.
    pub fn new(yaw_rad: f32, pitch_rad: f32) -> Self {
        let (head_share, ramp_s) = (Self::HEAD_SHARE, Self::RAMP_S);
        Self { start_s: 0.0, end_s: f64::INFINITY, yaw_rad, pitch_rad, head_share, ramp_s }
    }

    fn check(&self) -> Result<()> {
        let &Self { start_s, end_s, yaw_rad, pitch_rad, head_share, ramp_s } = self;
        let fault = |text: String| Err(Error::InvalidArgument(text));
        if !(start_s.is_finite() && start_s >= 0.0 && end_s > start_s) {
            let times = format!("a gaze from {start_s} s to {end_s} s");
            return fault(format!("{times}: it starts at 0 or later and ends after its start"));
        }
        let most = MAX_LOOK_RAD;
        if !(yaw_rad.abs() <= most && pitch_rad.abs() <= most) {
            return fault(format!(
                "a gaze at yaw {yaw_rad}, pitch {pitch_rad} rad, expected at most {most} either way"
            ));
        }
        if !(0.0..=1.0).contains(&head_share) {
            return fault(format!("a share of the head of {head_share}, expected 0 to 1"));
        }
        if !(0.0..=MAX_RAMP_S).contains(&ramp_s) {
            return fault(format!("a ramp of {ramp_s} s, expected 0 to {MAX_RAMP_S}"));
        }
        Ok(())
    }

    /// 0..1: how far it has come at a time, for eyes or a head that take `ramp_s`.
    fn weight(&self, time_s: f64, ramp_s: f64, duration_s: f64) -> f64 {
        let begun = if self.start_s > 0.0 { eased(time_s - self.start_s, ramp_s) } else { 1.0 };
        let ended = if self.end_s < duration_s { eased(time_s - self.end_s, ramp_s) } else { 0.0 };
        (begun - ended).max(0.0)
    }

    /// The turn of the head, of the whole angles.
    fn head(&self, range: &EyeRange) -> [f64; 2] {
        let part = |angle: f32, reach: f32| {
            let eyes = (angle * (1.0 - self.head_share)).clamp(-reach, reach);
            f64::from(angle - eyes)
        };
        let aside = COMFORT_RAD.min(range.in_rad).min(range.out_rad);
        let upright = COMFORT_RAD.min(if self.pitch_rad < 0.0 { range.up_rad } else { range.down_rad });
        [part(self.yaw_rad, aside), part(self.pitch_rad, upright)]
    }
}

/// What is done about the gaze.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaze {
    /// Factor on the motion's own gaze, 0..[`MAX_GAIN`]; 0 turns it off.
    pub gain: f32,
    /// Most turn of the motion's own gaze after that, rad; infinity for none.
    pub limit_rad: f32,
    /// Saccades to be added; 0 for none.
    pub saccades_per_minute: f32,
    /// Standard deviation of their yaw; their pitch has half of it.
    pub saccade_rad: f32,
    /// Directions to look at. Where several are in force at once their directions are blended.
    pub targets: Vec<GazeTarget>,
    /// How far a look weight of 1 turns an eye; `None` for what it does on the model's own mesh.
    pub range: Option<EyeRange>,
}

impl Default for Gaze {
    /// Keeps the gaze as it is.
    fn default() -> Self {
        let saccade_rad = 4.0 * DEGREE;
        let targets = Vec::new();
        Self { gain: 1.0, limit_rad: f32::INFINITY, saccades_per_minute: 0.0, saccade_rad, targets, range: None }
    }
}

impl Gaze {
    /// An error for numbers out of their range.
    pub(crate) fn check(&self) -> Result<()> {
        let within = |what: &str, value: f32, most: f32| {
            if (0.0..=most).contains(&value) {
                return Ok(());
            }
            Err(Error::InvalidArgument(format!("{what} of {value}, expected 0 to {most}")))
        };
        within("a gain of the gaze", self.gain, MAX_GAIN)?;
        within("a limit of the gaze", self.limit_rad, f32::INFINITY)?;
        within("saccades a minute", self.saccades_per_minute, MAX_SACCADES_PER_MINUTE)?;
        within("a deviation of saccades", self.saccade_rad, MAX_SACCADE_RAD)?;
        if let Some(range @ EyeRange { in_rad, out_rad, up_rad, down_rad }) = self.range
            && [in_rad, out_rad, up_rad, down_rad].iter().any(|range| !(DEGREE..=MAX_LOOK_RAD).contains(range))
        {
            return Err(Error::InvalidArgument(format!("{range:?}: each from a degree to {MAX_LOOK_RAD} rad")));
        }
        if self.targets.len() > MAX_GAZE_TARGETS {
            let count = self.targets.len();
            return Err(Error::InvalidArgument(format!("{count} targets of a gaze, at most {MAX_GAZE_TARGETS}")));
        }
        self.targets.iter().try_for_each(GazeTarget::check)
    }

    /// Whether eyes change.
    pub(crate) fn acts(&self) -> bool {
        self.gain != 1.0 || self.limit_rad.is_finite() || self.saccades_per_minute > 0.0 || !self.targets.is_empty()
    }

    /// The gaze over the frames of a clip, by eyes that a look weight of 1 turns as far as `range` says.
    pub fn track(&self, range: EyeRange, seed: u64, frames: usize, fps: f32) -> GazeTrack<'_> {
        let duration_s = frames as f64 / f64::from(fps);
        let time_s = |frame: usize| frame as f64 / f64::from(fps);
        let saccades = self.saccades(seed, duration_s);
        let mut places = Place { fixations: &saccades, at: 0 };
        let aim = |frame| Aim::new(self, &range, time_s(frame), duration_s, &mut places);
        let aims = (0..frames).map(aim).collect();
        GazeTrack { gaze: self, range, aims }
    }

    /// Where the added saccades rest: from when on, yaw and pitch. The first one is there from the start.
    fn saccades(&self, seed: u64, duration_s: f64) -> Vec<(f64, [f64; 2])> {
        let mut fixations = Vec::new();
        if self.saccades_per_minute <= 0.0 {
            return fixations;
        }
        let (noise, mean_s) = (Philox::new(seed), 60.0 / f64::from(self.saccades_per_minute));
        let mut start_s = 0.0;
        for number in 0.. {
            if start_s > duration_s {
                break;
            }
            // Cut, so that no look is far from all others.
            let [yaw, pitch] = noise.normals([number, 0, 0, PURPOSE]).map(|normal| normal.clamp(-2.5, 2.5));
            let deviation = f64::from(self.saccade_rad);
            fixations.push((start_s, [deviation * yaw, 0.5 * deviation * pitch]));
            let [chance, _] = noise.uniforms([number, 1, 0, PURPOSE]);
            start_s += FIXATION_S - libm::log(chance) * (mean_s - FIXATION_S).max(0.0);
        }
        fixations
    }
}

/// A walk along the fixations, forwards in time.
struct Place<'a> {
    fixations: &'a [(f64, [f64; 2])],
    at: usize,
}

impl Place<'_> {
    fn look(&mut self, time_s: f64) -> [f64; 2] {
        while self.fixations.get(self.at + 1).is_some_and(|(start_s, _)| *start_s <= time_s) {
            self.at += 1;
        }
        let Some((start_s, to)) = self.fixations.get(self.at) else { return [0.0; 2] };
        let from = self.at.checked_sub(1).map_or(*to, |before| self.fixations[before].1);
        let size = ((to[0] - from[0]).powi(2) + (to[1] - from[1]).powi(2)).sqrt();
        let part = eased(time_s - start_s, SACCADE_S[0] + SACCADE_S[1] * size);
        [0, 1].map(|i| from[i] + (to[i] - from[i]) * part)
    }
}

/// What is asked of one frame, rad.
struct Aim {
    /// How much of the eyes is the targets', 0..1.
    held: f64,
    /// Yaw and pitch of what is looked at, from straight ahead of the body.
    target: [f64; 2],
    /// Turn of the head.
    head: [f64; 2],
    saccade: [f64; 2],
}

impl Aim {
    fn new(gaze: &Gaze, range: &EyeRange, time_s: f64, duration_s: f64, places: &mut Place<'_>) -> Self {
        let blend = |ramp: fn(&GazeTarget) -> f64, angles: &dyn Fn(&GazeTarget) -> [f64; 2]| {
            let (mut sum, mut total) = ([0.0; 2], 0.0);
            for target in &gaze.targets {
                let weight = target.weight(time_s, ramp(target), duration_s);
                sum.iter_mut().zip(angles(target)).for_each(|(sum, angle)| *sum += weight * angle);
                total += weight;
            }
            (sum, total)
        };
        let whole = |target: &GazeTarget| [f64::from(target.yaw_rad), f64::from(target.pitch_rad)];
        let (target, held) = blend(|target| target.ramp_s.min(EYE_RAMP_S), &whole);
        let (head, turned) = blend(|target| target.ramp_s, &|target| target.head(range));
        Self {
            held: held.min(1.0),
            target: target.map(|angle| if held > 0.0 { angle / held } else { 0.0 }),
            head: head.map(|angle| angle / turned.max(1.0)),
            saccade: places.look(time_s),
        }
    }
}

/// A clip's gaze, frame by frame.
pub struct GazeTrack<'a> {
    gaze: &'a Gaze,
    range: EyeRange,
    aims: Vec<Aim>,
}

impl GazeTrack<'_> {
    /// Turns a frame's head towards the targets; its own movement goes on about the turned axes.
    ///
    /// # Panics
    /// If there is no such frame, or no pose among the columns.
    pub fn turn_head(&self, frame: usize, columns: &mut [f32]) {
        let [yaw, pitch] = self.aims[frame].head;
        if yaw == 0.0 && pitch == 0.0 {
            return;
        }
        let (yaw, pitch) = (libm::sincos(0.5 * yaw), libm::sincos(0.5 * pitch));
        let turn = multiply([0.0, yaw.0 as f32, 0.0, yaw.1 as f32], [pitch.0 as f32, 0.0, 0.0, pitch.1 as f32]);
        let own = HeadPose::from_columns(columns);
        columns.copy_from_slice(&HeadPose { rotation: multiply(turn, own.rotation), ..own }.to_columns());
    }

    /// Turns a frame's eyes, in a head that stands like `head`.
    ///
    /// # Panics
    /// If there is no such frame or channel.
    pub fn turn_eyes(&self, frame: usize, eyes: &EyeChannels, head: &HeadPose, weights: &mut [f32]) {
        let (aim, gaze, range) = (&self.aims[frame], self.gaze, &self.range);
        let (held, target) = (aim.held as f32, within(aim.target, head));
        let target = [
            target[0].clamp(-COMFORT_RAD, COMFORT_RAD),
            target[1].clamp(-COMFORT_RAD.min(range.up_rad), COMFORT_RAD.min(range.down_rad)),
        ];
        eyes.turn(weights, range, |own| {
            let new: [f32; 2] = std::array::from_fn(|i| {
                let free = (own[i] * gaze.gain).clamp(-gaze.limit_rad, gaze.limit_rad) + aim.saccade[i] as f32;
                free * (1.0 - held) + target[i] * held
            });
            // Both directions of an axis may be a little in use at once: that is left, unless the gaze is turned off.
            (new != own || gaze.gain == 0.0).then_some(new)
        });
    }
}

/// A direction from straight ahead of the body, from straight ahead of a head.
fn within([yaw, pitch]: [f64; 2], head: &HeadPose) -> [f32; 2] {
    let ((sin_yaw, cos_yaw), (sin_pitch, cos_pitch)) = (libm::sincos(yaw), libm::sincos(pitch));
    let [x, y, z] = rotate(inverse(head.rotation), [sin_yaw * cos_pitch, -sin_pitch, cos_yaw * cos_pitch]);
    [libm::atan2(x, z) as f32, libm::asin((-y).clamp(-1.0, 1.0)) as f32]
}

/// A raised cosine from 0 to 1 over `ramp_s`, this long after its start.
fn eased(time_s: f64, ramp_s: f64) -> f64 {
    match time_s {
        t if t < 0.0 => 0.0,
        t if t >= ramp_s => 1.0,
        t => 0.5 - 0.5 * libm::cos(PI * t / ramp_s),
    }
}
