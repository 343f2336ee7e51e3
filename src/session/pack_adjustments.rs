//! What a pack's motion is adjusted by as its job ends, and how a clip comes from rest and back to it.
//!
//! A layer over the motion as [`Adjustments`](crate::Adjustments) is, on weights through the latent. It is made once of what was
//! sampled: compositions and what is adjusted are made of motion that has it already, and a revision's old frames stay
//! what they are. What is held at a frame, by a keyframe or as a revision's old motion, gives way as little as it
//! is held: not at all with m = 1. A frame's adjustment follows from its own row and its place in the clip, so that an unstyled
//! frame is the same beside styled ones; but a head's play follows from where the head was.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::face::FaceReader;
use crate::output::find_channel;
use crate::signal::Frames;
use crate::signal::play::Play;
use crate::unit::Unit;

use super::calm::{Calm, Part};
use super::options::SessionOptions;
use crate::host::model::Model;
use crate::result::latents::LatentMover;

/// Most closure of a lid at a clip's first frame: eyes that are tired may be so, eyes that are shut are not.
const OPEN: f32 = 0.25;
/// Frames that are adjusted at once for each of one run of the generator: what the mapping nets take at once.
const FRAMES_OF_A_RUN: usize = 8;

/// The adjustments of a session, with their channels found.
pub(crate) struct PackAdjustments {
    /// Whether the pack's are made.
    own: bool,
    gains: Vec<Gain>,
    /// Where the lids are, and whether both move together.
    lids: Option<([usize; 2], bool)>,
    play: Play,
}

/// Factors on a weight.
struct Gain {
    at: usize,
    speaking: f32,
    at_rest: f32,
}

/// What of a clip decides about its adjustments.
#[derive(Default)]
pub(crate) struct Context<'a> {
    pub(crate) calm: Option<&'a Calm>,
    /// m of expression and head at each frame, [frames, 2].
    pub(crate) mask: Option<&'a Frames>,
    /// How far a wink was asked for at each frame, 0..1.
    pub(crate) winks: Option<&'a [f32]>,
}

impl Context<'_> {
    /// How far a frame's expression (0) or head (1) is not held.
    fn free(&self, frame: usize, group: usize) -> f32 {
        self.mask.map_or(1.0, |mask| 1.0 - mask.row(frame)[group])
    }

    fn calm(&self, frame: usize, part: Part) -> f32 {
        self.calm.map_or(0.0, |calm| calm.share(frame, part))
    }
}

impl PackAdjustments {
    /// The pack's, where a session does not leave them out, and what a mouth comes to rest by in a clip that `rests`.
    /// Without the networks between weights and latents heads alone come to rest.
    ///
    /// # Errors
    /// `MissingPart` where the pack lacks a network that its adjustments need.
    pub(crate) fn new(model: &Model, options: &SessionOptions, rests: bool) -> Result<Self> {
        let names = model.blendshape_names();
        let config = model.manifest().adjustments.as_ref().filter(|_| options.pack_adjustments);
        let nothing = Self { own: false, gains: Vec::new(), lids: None, play: Play::default() };
        if config.is_none() && !rests {
            return Ok(nothing);
        }
        let networks = || {
            model.face()?.require_weights()?;
            model.face_encoder()?.require_weights()
        };
        match (networks(), config) {
            (Ok(()), _) => {}
            (Err(Error::MissingPart(_)), None) => return Ok(nothing),
            (Err(Error::MissingPart(part)), Some(_)) => {
                let detail = format!("{part}, which its adjustments need; a session can leave them out");
                return Err(Error::MissingPart(detail));
            }
            (Err(error), _) => return Err(error),
        }
        let find = |name: &str| find_channel(names, name);
        let closes = config.map(|config| &config.pause_gains).filter(|gains| !gains.is_empty());
        let gain = |(at, name): (usize, &String)| {
            let speaking = config.and_then(|config| config.gains.get(name)).copied().unwrap_or(1.0);
            let at_rest = match closes {
                Some(gains) => gains.get(name).copied(),
                None => speaks(name).then_some(0.0),
            };
            let at_rest = at_rest.unwrap_or(speaking);
            (speaking != 1.0 || at_rest != 1.0).then_some(Gain { at, speaking, at_rest })
        };
        let gains = names.iter().enumerate().filter_map(gain).collect();
        let lids = find("eyeBlinkLeft").zip(find("eyeBlinkRight"));
        let lids = lids.zip(config).map(|((left, right), config)| ([left, right], config.lids_together));
        let play = config.map_or_else(Play::default, |config| Play::new(config.head_play_deg));
        Ok(Self { own: config.is_some(), gains, lids, play })
    }

    /// Whether the pack's own are made.
    pub(crate) fn is_own(&self) -> bool {
        self.own
    }

    /// Adjusts all frames, some at a time.
    ///
    /// # Errors
    /// Those of the backend.
    pub(crate) async fn apply(
        &self,
        model: &Model,
        motion: &mut Frames,
        context: &Context<'_>,
        unit: &Unit,
    ) -> Result<()> {
        let at_once = model.runtime().backend().frames_per_run() * FRAMES_OF_A_RUN;
        let (mut reader, mut play) = (None, self.play());
        for first in (0..motion.len()).step_by(at_once) {
            let frames = first..motion.len().min(first + at_once);
            self.head(model, motion, frames.clone(), context, &mut play)?;
            if frames.clone().any(|frame| self.acts_on(frame, context)) {
                let reader = match &mut reader {
                    Some(reader) => reader,
                    none => none.insert(FaceReader::new(model.face()?, &model.programs().faces, None)?),
                };
                reader.prepare_weights(frames.len(), unit).await?;
                model.face_encoder()?.prepare_weights(&model.programs().faces, frames.len(), unit).await?;
                self.expression(model, reader, motion, frames, context)?;
            }
            unit.pause().await;
        }
        Ok(())
    }

    /// The head's play, before its first frame.
    pub(crate) fn play(&self) -> Play {
        self.play.clone()
    }

    /// Lets the head hold still, and brings it to rest.
    fn head(
        &self,
        model: &Model,
        motion: &mut Frames,
        frames: Range<usize>,
        context: &Context<'_>,
        play: &mut Play,
    ) -> Result<()> {
        let d_z = model.sampler()?.denoiser().config().d_z;
        for frame in frames {
            let start = self.stated(frame, Part::Start, context);
            let free = context.free(frame, 1);
            play.follow(&mut motion.row_mut(frame)[d_z..], free);
            let rest = start.max(context.calm(frame, Part::TailHead)) * free;
            if rest > 0.0 {
                motion.row_mut(frame)[d_z..].iter_mut().for_each(|column| *column *= 1.0 - rest);
            }
        }
        Ok(())
    }

    /// Adjusts the weights of some frames, through the latent.
    fn expression(
        &self,
        model: &Model,
        reader: &mut FaceReader,
        motion: &mut Frames,
        frames: Range<usize>,
        context: &Context<'_>,
    ) -> Result<()> {
        let values = frames.start * motion.width..frames.end * motion.width;
        let mut part = Frames::new(motion.width, motion.data[values.clone()].to_vec());
        let mut own = Frames::try_zeros(part.len(), model.blendshape_names().len())?;
        reader.weights(&part, &mut own.data)?;
        let mut wanted = own.clone();
        for (row, frame) in frames.enumerate() {
            let wink = context.winks.map_or(0.0, |winks| winks[frame]);
            let (mouth, lids) = (self.mouth(frame, context), self.stated(frame, Part::Lids, context));
            self.adjust(wanted.row_mut(row), mouth, lids, context.free(frame, 0), wink);
        }
        LatentMover::default().apply(model, reader, &mut part, &own, &wanted)?;
        motion.data[values].copy_from_slice(&part.data);
        Ok(())
    }

    /// How close to rest a part of a frame is where the pack states it.
    fn stated(&self, frame: usize, part: Part, context: &Context<'_>) -> f32 {
        if self.own { context.calm(frame, part) } else { 0.0 }
    }

    /// How close to rest the mouth is.
    fn mouth(&self, frame: usize, context: &Context<'_>) -> f32 {
        self.stated(frame, Part::Pause, context).max(context.calm(frame, Part::TailMouth))
    }

    /// Whether weights of a frame may change.
    fn acts_on(&self, frame: usize, context: &Context<'_>) -> bool {
        let (mouth, lids) = (self.mouth(frame, context), self.stated(frame, Part::Lids, context));
        self.acts(mouth, lids) && context.free(frame, 0) > 0.0
    }

    /// Whether weights of a frame may change that is so close to rest.
    fn acts(&self, mouth: f32, lids: f32) -> bool {
        let gains = self.gains.iter().any(|gain| gain.speaking != 1.0 || mouth > 0.0);
        gains || self.lids.is_some_and(|(_, tied)| tied || lids > 0.0)
    }

    /// Adjusts a row of weights, as far as it is `free`.
    pub(crate) fn adjust(&self, row: &mut [f32], mouth: f32, open: f32, free: f32, wink: f32) {
        for gain in &self.gains {
            let factor = gain.speaking + (gain.at_rest - gain.speaking) * mouth;
            row[gain.at] = (row[gain.at] * (1.0 + free * (factor - 1.0))).clamp(0.0, 1.0);
        }
        let Some((lids, tied)) = self.lids else { return };
        if tied {
            // A blink that one lid leaves out is still one: the mean of both would leave the eyes half shut. A keyframe that
            // winks keeps most of the other lid's freedom over its ramp.
            let share = free.powi(3) * (1.0 - wink);
            let top = row[lids[0]].max(row[lids[1]]);
            lids.iter().for_each(|&lid| row[lid] += share * (top - row[lid]));
        }
        let most = 1.0 - open * (1.0 - OPEN);
        lids.iter().for_each(|&lid| row[lid] -= free * (row[lid] - most).max(0.0));
    }
}

/// Whether a blendshape moves a mouth that speaks, by the names of ARKit; smiles and frowns stay.
fn speaks(name: &str) -> bool {
    let begins = |with: &[&str]| with.iter().any(|with| name.starts_with(with));
    begins(&["jaw", "mouth", "tongue"]) && !begins(&["mouthSmile", "mouthFrown", "mouthDimple"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack_adjustments() -> PackAdjustments {
        let gain = |at, speaking, at_rest| Gain { at, speaking, at_rest };
        PackAdjustments {
            own: true,
            gains: vec![gain(0, 0.5, 0.0), gain(1, 1.0, 0.0)],
            lids: Some(([2, 3], true)),
            play: Play::default(),
        }
    }

    fn adjusted(row: [f32; 4], mouth: f32, open: f32, free: f32, wink: f32) -> [f32; 4] {
        let mut row = row;
        pack_adjustments().adjust(&mut row, mouth, open, free, wink);
        row
    }

    #[test]
    fn gains_go_over_to_rest_and_hold_of_what_is_held() {
        let row = [0.5, 0.25, 0.0, 0.0];
        assert_eq!(adjusted(row, 0.0, 0.0, 1.0, 0.0), [0.25, 0.25, 0.0, 0.0]);
        assert_eq!(adjusted(row, 0.5, 0.0, 1.0, 0.0), [0.125, 0.125, 0.0, 0.0]);
        assert_eq!(adjusted(row, 1.0, 0.0, 1.0, 0.0), [0.0; 4]);
        assert_eq!(adjusted(row, 1.0, 0.0, 0.5, 0.0), [0.25, 0.125, 0.0, 0.0]);
        assert_eq!(adjusted(row, 1.0, 0.0, 0.0, 0.0), row);
    }

    #[test]
    fn lids_follow_the_one_that_is_further_closed_unless_a_wink_was_asked_for() {
        let row = [0.0, 0.0, 0.75, 0.25];
        assert_eq!(adjusted(row, 0.0, 0.0, 1.0, 0.0)[2..], [0.75, 0.75]);
        assert_eq!(adjusted(row, 0.0, 0.0, 1.0, 1.0), row);
        assert_eq!(adjusted(row, 0.0, 0.0, 0.0, 0.0), row);
        assert_eq!(adjusted(row, 0.0, 1.0, 1.0, 0.0)[2..], [OPEN, OPEN]);
    }
}
