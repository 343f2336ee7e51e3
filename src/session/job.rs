//! The work on one clip as a row of bounded units: style → input → speech → motion. Faces are decoded on read.

use std::sync::Arc;

use crate::audio::Converter;
use crate::error::{Error, Result};
use crate::motion::{SampleJob, SampleOptions, Style};
use crate::plan::{Backend, DeviceFrames};
use crate::signal::Frames;
use crate::speech::EncodeJob;

use super::animation::Animation;
use super::direction::{Direction, Directions, Unencoded};
use super::edits::Known;
use super::model::{Identity, Model};
use super::options::SessionOptions;
use super::revision::Revision;
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
    editable: bool,
    sample_count: usize,
    /// Audio features of the whole clip, where they are asked for again.
    features: Option<Arc<Frames>>,
    revision: Option<Revision>,
    part: Part,
}

/// What a job is made of.
pub(super) enum Input {
    /// Everything that was pushed.
    Audio(Converter),
    /// A range of an animation.
    Revision(Revision),
}

enum Part {
    Audio(Converter),
    Revision,
    Speech(EncodeJob),
    /// Features: the motion begins as soon as every style and every keyframe is encoded.
    Ready(DeviceFrames),
    /// The motion without styles, and what the styled one is made with.
    Unstyled(Box<SampleJob>, Directions),
    /// The motion, what is known of it, and whether an unstyled one came before.
    Motion(Box<SampleJob>, Option<Known>, bool),
    Ended,
}

impl Job {
    /// Nothing is computed yet.
    pub(super) fn new(
        model: &Arc<Model>,
        options: &SessionOptions,
        direction: Arc<Direction>,
        input: Input,
    ) -> Result<Self> {
        let (part, revision) = match input {
            Input::Audio(converter) => (Part::Audio(converter), None),
            Input::Revision(revision) => (Part::Revision, Some(revision)),
        };
        Ok(Self {
            model: Arc::clone(model),
            identity: options.identity.clone(),
            direction,
            sample_options: options.for_sampler(model.sampler()?),
            editable: options.editable,
            sample_count: 0,
            features: None,
            revision,
            part,
        })
    }

    /// Where it is.
    pub(super) fn stage(&self) -> Stage {
        match &self.part {
            Part::Audio(_) | Part::Revision if self.direction.unencoded().is_some() => Stage::Style,
            Part::Audio(_) | Part::Revision | Part::Speech(_) => Stage::Speech,
            Part::Ready(_) | Part::Unstyled(..) | Part::Motion(..) => Stage::Motion,
            Part::Ended => Stage::Done,
        }
    }

    /// Share of the whole work that is done.
    pub(super) fn fraction(&self) -> f32 {
        let motion = |part: f32| STYLE_SHARE + SPEECH_SHARE + (1.0 - STYLE_SHARE - SPEECH_SHARE) * part;
        match &self.part {
            Part::Audio(_) | Part::Revision if self.direction.unencoded().is_some() => 0.0,
            Part::Audio(_) | Part::Revision => STYLE_SHARE,
            Part::Speech(job) => STYLE_SHARE + SPEECH_SHARE * job.fraction(),
            Part::Ready(_) => motion(0.0),
            Part::Unstyled(job, _) => motion(0.5 * job.fraction()),
            Part::Motion(job, _, false) => motion(job.fraction()),
            Part::Motion(job, _, true) => motion(0.5 + 0.5 * job.fraction()),
            Part::Ended => 1.0,
        }
    }

    /// Does one unit of work; the animation when it was the last.
    pub(super) fn advance(&mut self) -> Result<Option<Animation>> {
        // What came while the speech was encoded is encoded before the motion.
        if matches!(self.part, Part::Audio(_) | Part::Revision | Part::Ready(_))
            && let Some(unencoded) = self.direction.unencoded()
        {
            match unencoded {
                Unencoded::Style(style) => self.direction.set_code(&style, &self.model.style_code(&style)?),
                Unencoded::Keyframe(number, keyframe) => {
                    self.direction.set_held(number, &keyframe, keyframe.encode(&self.model)?);
                }
            }
            return Ok(None);
        }
        let backend = Arc::clone(self.model.runtime().backend());
        let done = match &mut self.part {
            Part::Audio(_) | Part::Revision | Part::Ready(_) => true,
            Part::Speech(job) => job.advance(&*backend)?,
            Part::Unstyled(job, _) | Part::Motion(job, ..) => job.advance(&*backend)?,
            Part::Ended => return Err(Error::InvalidState("the job has ended".to_owned())),
        };
        if !done {
            return Ok(None);
        }
        self.part = match std::mem::replace(&mut self.part, Part::Ended) {
            Part::Audio(input) => {
                let samples = input.finish()?;
                self.sample_count = samples.len();
                Part::Speech(EncodeJob::new(Arc::clone(self.model.speech()?), samples)?)
            }
            Part::Revision => {
                let revision = self.revision.as_ref().expect("there is what this part is of");
                self.sample_count = revision.base().sample_count();
                let features = revision.features();
                self.features = Some(Arc::clone(features));
                Part::Ready(DeviceFrames::upload(&*backend, features.width, revision.sampled_features())?)
            }
            Part::Speech(job) => Part::Ready(job.finish()?),
            Part::Ready(features) => self.begin_motion(&*backend, features)?,
            Part::Unstyled(job, directions) => self.begin_styled(&*backend, &job.finish()?, directions)?,
            Part::Motion(job, known, _) => {
                let mut motion = job.finish()?;
                known.iter().for_each(|known| known.restore(&mut motion));
                let motion = self.revision.as_ref().map_or_else(|| motion.clone(), |of| of.place(&motion));
                let features = self.features.take().filter(|_| self.editable);
                let (identity, count) = (self.identity.clone(), self.sample_count);
                return Ok(Some(Animation::new(&self.model, identity, motion, features, count)));
            }
            Part::Ended => unreachable!("answered above"),
        };
        Ok(None)
    }

    /// Takes the direction as it stands now; what comes later comes too late.
    fn begin_motion(&mut self, backend: &dyn Backend, features: DeviceFrames) -> Result<Part> {
        let frames = self.revision.as_ref().map_or(features.rows, |revision| revision.features().len());
        let Some(directions) = self.direction.take(&self.model, frames)? else {
            return Ok(Part::Ready(features));
        };
        let mut directions = match &self.revision {
            Some(revision) => revision.narrow(directions)?,
            None => directions,
        };
        self.sample_options.audio_curve = directions.audio_curve.take();
        self.sample_options.style_curve = directions.style_curve.take();
        if self.features.is_none() && (self.editable || directions.kept.is_some()) {
            let mut values = Frames::try_zeros(features.rows, features.width)?;
            features.download(backend, &mut values.data)?;
            self.features = Some(Arc::new(values));
        }
        if directions.kept.is_some() {
            let job = self.sampling(features, Vec::new(), directions.known.as_ref())?;
            return Ok(Part::Unstyled(Box::new(job), directions));
        }
        let Directions { styles, known, .. } = directions;
        Ok(Part::Motion(Box::new(self.sampling(features, styles, known.as_ref())?), known, false))
    }

    /// The styled motion around the frames of the unstyled one that are kept.
    fn begin_styled(&self, backend: &dyn Backend, unstyled: &Frames, directions: Directions) -> Result<Part> {
        let Directions { styles, kept, known: keyframes, .. } = directions;
        let mut known = Known::nothing(unstyled.len(), unstyled.width, self.d_z()?)?;
        let kept = kept.unwrap_or_default();
        kept.iter().enumerate().filter(|(_, kept)| **kept).for_each(|(frame, _)| {
            known.hold_row(frame, unstyled.row(frame), 1.0);
        });
        keyframes.iter().for_each(|keyframes| known.add(keyframes));
        let features = self.features.as_ref().expect("kept for this");
        let features = DeviceFrames::upload(backend, features.width, &features.data)?;
        Ok(Part::Motion(Box::new(self.sampling(features, styles, Some(&known))?), Some(known), true))
    }

    fn d_z(&self) -> Result<usize> {
        Ok(self.model.sampler()?.denoiser().config().d_z)
    }

    fn sampling(&self, features: DeviceFrames, styles: Vec<Style>, known: Option<&Known>) -> Result<SampleJob> {
        let mut job = SampleJob::new(Arc::clone(self.model.sampler()?), features, styles, &self.sample_options)?;
        known.map_or(Ok(()), |known| job.set_inpaint(known.inpaint()))?;
        Ok(job)
    }
}
