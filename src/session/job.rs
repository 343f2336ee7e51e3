//! The work on one clip as a row of bounded units: style → input → speech → motion. Faces are decoded on read.

use std::sync::Arc;

use crate::audio::Converter;
use crate::error::{Error, Result};
use crate::motion::{Clip, Inpaint, InpaintMode, SampleJob, SampleOptions};
use crate::plan::{Backend, DeviceFrames};
use crate::signal::Frames;
use crate::speech::EncodeJob;

use super::animation::Animation;
use super::direction::{Direction, Directions};
use super::model::{Identity, Model};
use super::options::SessionOptions;
use super::session::Stage;

/// Shares of the whole work, measured on the starter: style, speech; the rest is motion.
const STYLE_SHARE: f32 = 0.02;
const SPEECH_SHARE: f32 = 0.1;

/// A job between two of its units.
pub(super) struct Job {
    model: Arc<Model>,
    identity: Option<Arc<Identity>>,
    direction: Arc<Direction>,
    sample_options: SampleOptions,
    seed: u64,
    sample_count: usize,
    part: Part,
}

enum Part {
    Input(Converter),
    Speech(EncodeJob),
    /// Features: the motion begins as soon as every style has its code.
    Ready(DeviceFrames),
    /// The motion without styles, and what the styled one is made with.
    Unstyled(Box<SampleJob>, DeviceFrames, Directions),
    /// The motion, and what of the unstyled one is kept: that motion and its mask.
    Motion(Box<SampleJob>, Option<Inpaint>),
    Ended,
}

impl Job {
    /// Of everything that was pushed; nothing is computed yet.
    pub(super) fn new(
        model: &Arc<Model>,
        options: &SessionOptions,
        direction: Arc<Direction>,
        input: Converter,
    ) -> Result<Self> {
        Ok(Self {
            model: Arc::clone(model),
            identity: options.identity.clone(),
            direction,
            sample_options: options.for_sampler(model.sampler()?),
            seed: options.seed,
            sample_count: 0,
            part: Part::Input(input),
        })
    }

    /// Where it is.
    pub(super) fn stage(&self) -> Stage {
        match &self.part {
            Part::Input(_) if self.direction.uncoded().is_some() => Stage::Style,
            Part::Input(_) | Part::Speech(_) => Stage::Speech,
            Part::Ready(_) | Part::Unstyled(..) | Part::Motion(..) => Stage::Motion,
            Part::Ended => Stage::Done,
        }
    }

    /// Share of the whole work that is done.
    pub(super) fn fraction(&self) -> f32 {
        let motion = |part: f32| STYLE_SHARE + SPEECH_SHARE + (1.0 - STYLE_SHARE - SPEECH_SHARE) * part;
        match &self.part {
            Part::Input(_) if self.direction.uncoded().is_some() => 0.0,
            Part::Input(_) => STYLE_SHARE,
            Part::Speech(job) => STYLE_SHARE + SPEECH_SHARE * job.fraction(),
            Part::Ready(_) => motion(0.0),
            Part::Unstyled(job, ..) => motion(0.5 * job.fraction()),
            Part::Motion(job, None) => motion(job.fraction()),
            Part::Motion(job, Some(_)) => motion(0.5 + 0.5 * job.fraction()),
            Part::Ended => 1.0,
        }
    }

    /// Does one unit of work; the animation when it was the last.
    pub(super) fn advance(&mut self) -> Result<Option<Animation>> {
        // Styles that came while the speech was encoded are encoded before the motion.
        if matches!(self.part, Part::Input(_) | Part::Ready(_))
            && let Some(style) = self.direction.uncoded()
        {
            self.direction.set_code(&style, &self.model.style_code(&style)?);
            return Ok(None);
        }
        let backend = Arc::clone(self.model.runtime().backend());
        let done = match &mut self.part {
            Part::Input(_) | Part::Ready(_) => true,
            Part::Speech(job) => job.advance(&*backend)?,
            Part::Unstyled(job, ..) | Part::Motion(job, _) => job.advance(&*backend)?,
            Part::Ended => return Err(Error::InvalidState("the job has ended".to_owned())),
        };
        if !done {
            return Ok(None);
        }
        self.part = match std::mem::replace(&mut self.part, Part::Ended) {
            Part::Input(input) => {
                let samples = input.finish()?;
                self.sample_count = samples.len();
                Part::Speech(EncodeJob::new(Arc::clone(self.model.speech()?), samples)?)
            }
            Part::Speech(job) => Part::Ready(job.finish()?),
            Part::Ready(features) => self.begin_motion(&*backend, features)?,
            Part::Unstyled(job, features, mut directions) => {
                let kept = directions
                    .kept
                    .take()
                    .map(|mask| Ok::<_, Error>(Inpaint { known: motion(*job)?, mask, mode: InpaintMode::Inpaint }));
                let kept = kept.transpose()?;
                let clip = Clip { edit: kept.clone(), ..self.clip(features, directions) };
                Part::Motion(Box::new(self.sampling(clip)?), kept)
            }
            Part::Motion(job, kept) => {
                let mut motion = motion(*job)?;
                kept.iter().for_each(|kept| restore(kept, &mut motion));
                return Ok(Some(Animation::new(&self.model, self.identity.clone(), motion, self.sample_count)));
            }
            Part::Ended => unreachable!("answered above"),
        };
        Ok(None)
    }

    /// Takes the direction as it stands now; what comes later comes too late.
    fn begin_motion(&self, backend: &dyn Backend, features: DeviceFrames) -> Result<Part> {
        let Some(directions) = self.direction.take(&self.model, features.rows) else {
            return Ok(Part::Ready(features));
        };
        if directions.kept.is_none() {
            return Ok(Part::Motion(Box::new(self.sampling(self.clip(features, directions))?), None));
        }
        let mut values = Frames::try_zeros(features.rows, features.width)?;
        features.download(backend, &mut values.data)?;
        let again = DeviceFrames::upload(backend, values.width, &values.data)?;
        let unstyled = Directions { styles: Vec::new(), kept: None, ..directions.clone() };
        Ok(Part::Unstyled(Box::new(self.sampling(self.clip(features, unstyled))?), again, directions))
    }

    fn clip(&self, audio: DeviceFrames, directions: Directions) -> Clip {
        let Directions { styles, audio_curve, style_curve, .. } = directions;
        Clip { styles, audio_curve, style_curve, seed: self.seed, ..Clip::new(audio) }
    }

    fn sampling(&self, clip: Clip) -> Result<SampleJob> {
        SampleJob::new(Arc::clone(self.model.sampler()?), vec![clip], &self.sample_options)
    }
}

/// The motion of the one clip.
fn motion(job: SampleJob) -> Result<Frames> {
    Ok(job.finish()?.remove(0))
}

/// Puts the known rows back where the mask is 1: the sampling met them but for the rounding of a standardisation.
fn restore(kept: &Inpaint, motion: &mut Frames) {
    for frame in (0..motion.len()).filter(|&frame| kept.mask.row(frame) == [1.0]) {
        motion.row_mut(frame).copy_from_slice(kept.known.row(frame));
    }
}
