//! The work on one clip, or on several in one batch, as a row of bounded units: style → input → speech → motion. Faces are
//! decoded on read.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::motion::{SampleJob, SampleOptions};
use crate::plan::Backend;
use crate::signal::Frames;
use crate::speech::EncodeJob;

use super::animation::Animation;
use super::clip::Clip;
use super::direction::Unencoded;
use super::model::Model;
use super::progress::Stage;

/// Shares of the whole work, measured on the starter: style, speech; the rest is motion.
const STYLE_SHARE: f32 = 0.02;
const SPEECH_SHARE: f32 = 0.1;

/// A job between two of its units.
pub(super) struct Job {
    model: Arc<Model>,
    options: SampleOptions,
    clips: Vec<Clip>,
    part: Part,
}

enum Part {
    /// The input of this clip is opened next; behind the last the motion begins as soon as every style and every keyframe
    /// is encoded.
    Input(usize),
    /// The speech of this clip.
    Speech(usize, EncodeJob),
    /// The unstyled motion of the clips with these numbers, frames of which are kept.
    Unstyled(Box<SampleJob>, Vec<usize>),
    /// The motion of all clips, and whether an unstyled one came before.
    Motion(Box<SampleJob>, bool),
    /// The motions of all clips, and which frame of which is adjusted next.
    Adjusting(Vec<Frames>, usize, usize),
    Ended,
}

impl Job {
    /// Of clips of one model; `options` are theirs but for what a clip says itself. Nothing is computed yet.
    pub(super) fn new(model: &Arc<Model>, options: SampleOptions, clips: Vec<Clip>) -> Self {
        Self { model: Arc::clone(model), options, clips, part: Part::Input(0) }
    }

    /// Where it is.
    pub(super) fn stage(&self) -> Stage {
        match &self.part {
            Part::Input(0) if self.unencoded().is_some() => Stage::Style,
            Part::Input(clip) if *clip == self.clips.len() => Stage::Motion,
            Part::Input(_) | Part::Speech(..) => Stage::Speech,
            Part::Unstyled(..) | Part::Motion(..) | Part::Adjusting(..) => Stage::Motion,
            Part::Ended => Stage::Done,
        }
    }

    /// Share of the whole work that is done.
    pub(super) fn fraction(&self) -> f32 {
        let speech = |clips: f32| STYLE_SHARE + SPEECH_SHARE * clips / self.clips.len() as f32;
        let motion = |part: f32| STYLE_SHARE + SPEECH_SHARE + (1.0 - STYLE_SHARE - SPEECH_SHARE) * part;
        match &self.part {
            Part::Input(0) if self.unencoded().is_some() => 0.0,
            Part::Input(clip) => speech(*clip as f32),
            Part::Speech(clip, job) => speech(*clip as f32 + job.fraction()),
            Part::Unstyled(job, _) => motion(0.5 * job.fraction()),
            Part::Motion(job, false) => motion(job.fraction()),
            Part::Motion(job, true) => motion(0.5 + 0.5 * job.fraction()),
            Part::Adjusting(..) | Part::Ended => 1.0,
        }
    }

    /// Does one unit of work; the animations, one a clip, when it was the last.
    pub(super) fn advance(&mut self) -> Result<Option<Vec<Animation>>> {
        // Styles and keyframes are encoded first; what came while the speech was encoded, before the motion.
        if let Part::Input(at) = self.part
            && (at == 0 || at == self.clips.len())
            && let Some((clip, unencoded)) = self.unencoded()
        {
            let direction = &self.clips[clip].direction;
            match unencoded {
                Unencoded::Style(style) => direction.set_code(&style, &self.model.style_code(&style)?),
                Unencoded::Keyframe(number, keyframe) => {
                    direction.set_held(number, &keyframe, keyframe.encode(&self.model)?);
                }
            }
            return Ok(None);
        }
        let backend = Arc::clone(self.model.runtime().backend());
        let done = match &mut self.part {
            Part::Input(_) => true,
            Part::Adjusting(motions, clip, frame) => {
                let next = self.clips[*clip].adjust(&mut motions[*clip], *frame)?;
                (*clip, *frame) = next.map_or((*clip + 1, 0), |frame| (*clip, frame));
                *clip == motions.len()
            }
            Part::Speech(_, job) => job.advance(&*backend)?,
            Part::Unstyled(job, _) | Part::Motion(job, _) => job.advance(&*backend)?,
            Part::Ended => return Err(Error::InvalidState("the job has ended".to_owned())),
        };
        if !done {
            return Ok(None);
        }
        self.part = match std::mem::replace(&mut self.part, Part::Ended) {
            Part::Input(clip) if clip < self.clips.len() => match self.clips[clip].open(&*backend)? {
                Some(job) => Part::Speech(clip, job),
                None => Part::Input(clip + 1),
            },
            Part::Input(all) => self.begin_motion(&*backend)?.unwrap_or(Part::Input(all)),
            Part::Speech(clip, job) => {
                self.clips[clip].hear(job.finish()?);
                Part::Input(clip + 1)
            }
            Part::Unstyled(job, clips) => {
                let motions = job.finish()?;
                clips.iter().zip(&motions).try_for_each(|(&clip, motion)| self.clips[clip].keep(motion))?;
                Part::Motion(self.sampling(&*backend, 0..self.clips.len(), true)?, true)
            }
            Part::Motion(job, _) => {
                let mut motions = job.finish()?;
                self.clips.iter().zip(&mut motions).for_each(|(clip, motion)| clip.restore(motion));
                Part::Adjusting(motions, 0, 0)
            }
            Part::Adjusting(motions, ..) => {
                let clips = std::mem::take(&mut self.clips).into_iter();
                return Ok(Some(clips.zip(motions).map(|(clip, motion)| clip.finish(motion)).collect()));
            }
            Part::Ended => unreachable!("answered above"),
        };
        Ok(None)
    }

    /// A style or keyframe that waits to be encoded, and its clip.
    fn unencoded(&self) -> Option<(usize, Unencoded)> {
        self.clips.iter().enumerate().find_map(|(at, clip)| Some((at, clip.direction.unencoded()?)))
    }

    /// None while a style or keyframe that came in between waits to be encoded.
    fn begin_motion(&mut self, backend: &dyn Backend) -> Result<Option<Part>> {
        for clip in &mut self.clips {
            if !clip.direct(backend)? {
                return Ok(None);
            }
        }
        let unstyled: Vec<usize> = (0..self.clips.len()).filter(|&clip| self.clips[clip].keeps_unstyled()).collect();
        if unstyled.is_empty() {
            return Ok(Some(Part::Motion(self.sampling(backend, 0..self.clips.len(), true)?, false)));
        }
        Ok(Some(Part::Unstyled(self.sampling(backend, unstyled.iter().copied(), false)?, unstyled)))
    }

    /// One sampling of the clips with these numbers.
    fn sampling(
        &mut self,
        backend: &dyn Backend,
        clips: impl Iterator<Item = usize>,
        styled: bool,
    ) -> Result<Box<SampleJob>> {
        let options = &self.options;
        let clips = clips.map(|clip| self.clips[clip].sampled(backend, options, styled)).collect::<Result<_>>()?;
        Ok(Box::new(SampleJob::new(Arc::clone(self.model.sampler()?), clips, &self.options)?))
    }
}
