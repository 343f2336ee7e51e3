//! One clip of a job: what it is made from and of, from its input to its animation.

use std::sync::Arc;

use crate::audio::Converter;
use crate::error::Result;
use crate::motion::{self, SampleOptions};
use crate::plan::{Backend, DeviceFrames};
use crate::signal::Frames;
use crate::speech::EncodeJob;

use super::animation::Animation;
use super::direction::{Direction, Directions};
use super::edits::Known;
use super::model::Model;
use super::options::SessionOptions;
use super::revision::Revision;

/// What a clip is made from.
pub(super) enum Input {
    /// Everything that was pushed.
    Audio(Converter),
    /// A range of an animation.
    Revision(Revision),
}

impl Input {
    /// Whether there is nothing to animate.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Audio(converter) if converter.is_empty())
    }
}

/// A clip between two units of its job.
pub(super) struct Clip {
    pub(super) model: Arc<Model>,
    pub(super) direction: Arc<Direction>,
    options: SessionOptions,
    /// Until it is opened.
    input: Option<Input>,
    revision: Option<Revision>,
    sample_count: usize,
    /// Audio features of the frames that are sampled, until a sampling takes them.
    audio: Option<DeviceFrames>,
    /// Those of the whole clip, where they are asked for again.
    features: Option<Arc<Frames>>,
    /// Taken as the motion begins.
    directions: Option<Directions>,
}

impl Clip {
    /// Nothing is computed yet.
    pub(super) fn new(model: &Arc<Model>, options: &SessionOptions, direction: &Arc<Direction>, input: Input) -> Self {
        Self {
            model: Arc::clone(model),
            direction: Arc::clone(direction),
            options: options.clone(),
            input: Some(input),
            revision: None,
            sample_count: 0,
            audio: None,
            features: None,
            directions: None,
        }
    }

    /// Opens its input: the speech that is to be encoded; none for a revision, whose features are known.
    pub(super) fn open(&mut self, backend: &dyn Backend) -> Result<Option<EncodeJob>> {
        match self.input.take().expect("opened once") {
            Input::Audio(converter) => {
                let samples = converter.finish()?;
                self.sample_count = samples.len();
                EncodeJob::new(Arc::clone(self.model.speech()?), samples).map(Some)
            }
            Input::Revision(revision) => {
                self.sample_count = revision.base().sample_count();
                let features = revision.features();
                self.audio = Some(DeviceFrames::upload(backend, features.width, revision.sampled_features())?);
                self.features = Some(Arc::clone(features));
                self.revision = Some(revision);
                Ok(None)
            }
        }
    }

    /// Takes the features of its speech.
    pub(super) fn hear(&mut self, features: DeviceFrames) {
        self.audio = Some(features);
    }

    /// Takes the direction as it stands now, once; what comes later comes too late. False while something of it waits to be
    /// encoded.
    pub(super) fn direct(&mut self, backend: &dyn Backend) -> Result<bool> {
        if self.directions.is_some() {
            return Ok(true);
        }
        let audio = self.audio.as_ref().expect("heard before");
        let frames = self.revision.as_ref().map_or(audio.rows, |revision| revision.features().len());
        let Some(directions) = self.direction.take(&self.model, frames)? else { return Ok(false) };
        let directions = match &self.revision {
            Some(revision) => revision.narrow(directions)?,
            None => directions,
        };
        if self.features.is_none() && (self.options.editable || directions.kept.is_some()) {
            let mut values = Frames::try_zeros(audio.rows, audio.width)?;
            audio.download(backend, &mut values.data)?;
            self.features = Some(Arc::new(values));
        }
        self.directions = Some(directions);
        Ok(true)
    }

    /// Whether frames of it keep the unstyled motion, which has to be made first.
    pub(super) fn keeps_unstyled(&self) -> bool {
        self.directions.as_ref().is_some_and(|directions| directions.kept.is_some())
    }

    /// As the sampler takes it beside others of these options; without its styles if asked for.
    pub(super) fn sampled(
        &mut self,
        backend: &dyn Backend,
        common: &SampleOptions,
        styled: bool,
    ) -> Result<motion::Clip> {
        let directions = self.directions.as_ref().expect("directed before");
        let audio = if let Some(audio) = self.audio.take() {
            audio
        } else {
            let features = self.features.as_ref().expect("kept for this");
            DeviceFrames::upload(backend, features.width, &features.data)?
        };
        // What differs from the job's own guidance is a level curve.
        let own = self.options.for_sampler(self.model.sampler()?);
        let curve = |curve: &Option<Vec<f32>>, own: f32, common: f32| {
            curve.clone().or_else(|| (own != common).then(|| vec![own; audio.rows]))
        };
        Ok(motion::Clip {
            styles: if styled { directions.styles.clone() } else { Vec::new() },
            audio_curve: curve(&directions.audio_curve, own.guidance_audio, common.guidance_audio),
            style_curve: curve(&directions.style_curve, own.guidance_style, common.guidance_style),
            seed: self.options.seed,
            first_frame: self.revision.as_ref().map_or(0, Revision::first_frame),
            edit: directions.known.as_ref().map(Known::inpaint),
            ..motion::Clip::new(audio)
        })
    }

    /// Takes the unstyled motion: the frames without a style keep it.
    pub(super) fn keep(&mut self, unstyled: &Frames) -> Result<()> {
        let d_z = self.model.sampler()?.denoiser().config().d_z;
        let directions = self.directions.as_mut().expect("directed before");
        let mut known = Known::nothing(unstyled.len(), unstyled.width, d_z)?;
        let kept = directions.kept.take().unwrap_or_default();
        kept.iter().enumerate().filter(|(_, kept)| **kept).for_each(|(frame, _)| {
            known.hold_row(frame, unstyled.row(frame), 1.0);
        });
        directions.known.iter().for_each(|keyframes| known.add(keyframes));
        directions.known = Some(known);
        Ok(())
    }

    /// Its animation, of the motion that was sampled.
    pub(super) fn finish(self, mut motion: Frames) -> Animation {
        let known = self.directions.and_then(|directions| directions.known);
        known.iter().for_each(|known| known.restore(&mut motion));
        let motion = match &self.revision {
            Some(revision) => revision.place(&motion),
            None => motion,
        };
        let features = self.features.filter(|_| self.options.editable);
        Animation::new(&self.model, self.options.identity, motion, features, self.sample_count)
    }
}
