//! One clip of a job: what it is made from and of, from its input to its animation.

use std::sync::Arc;

use crate::audio::{Converter, RATE_HZ, pauses};
use crate::error::Result;
use crate::memory;
use crate::motion::{self, SampleOptions};
use crate::plan::{Backend, DeviceFrames};
use crate::signal::Frames;
use crate::speech::EncodeJob;

use super::adjustments::{Adjustments, Context};
use super::animation::Animation;
use super::calm::{Calm, Sound};
use super::direction::{Direction, Directions};
use super::edits::Known;
use super::model::Model;
use super::options::{SEED_AUTO, SessionOptions};
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
    /// Known once its input is opened.
    seed: u64,
    sample_count: usize,
    sound: Sound,
    /// Audio features of the frames that are sampled, until a sampling takes them.
    audio: Option<DeviceFrames>,
    /// Those of the whole clip, where they are asked for again.
    features: Option<Arc<Frames>>,
    /// Taken as the motion begins.
    directions: Option<Directions>,
    /// What is adjusted by then: m of keyframes and of a revision's old motion, [frames, 2], and where the clip rests.
    held: Option<Frames>,
    calm: Option<Arc<Calm>>,
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
            seed: options.seed,
            sample_count: 0,
            sound: Sound::default(),
            audio: None,
            features: None,
            directions: None,
            held: None,
            calm: None,
        }
    }

    /// Opens its input: the speech that is to be encoded; none for a revision, whose features are known.
    pub(super) fn open(&mut self, backend: &dyn Backend) -> Result<Option<EncodeJob>> {
        match self.input.take().expect("opened once") {
            Input::Audio(converter) => {
                self.draw_by(converter.fingerprint());
                let mut samples = converter.finish()?;
                let (heard, tail) = (samples.len(), (self.options.tail_s * f64::from(RATE_HZ)).round() as usize);
                memory::grow(&mut samples, tail, "the silence after a clip")?;
                samples.resize(heard + tail, 0.0);
                self.sample_count = samples.len();
                self.sound = self.listen(&samples, heard);
                EncodeJob::new(Arc::clone(self.model.speech()?), samples).map(Some)
            }
            Input::Revision(revision) => {
                self.draw_by(revision.base().seed());
                self.sample_count = revision.base().sample_count();
                let features = revision.features();
                self.audio = Some(DeviceFrames::upload(backend, features.width, revision.sampled_features())?);
                self.features = Some(Arc::clone(features));
                self.revision = Some(revision);
                Ok(None)
            }
        }
    }

    /// The seed where none was asked for.
    fn draw_by(&mut self, own: u64) {
        if self.seed == SEED_AUTO {
            self.seed = own;
        }
    }

    /// What of the sound decides where the clip comes to rest; its last samples are silence that was added.
    fn listen(&self, samples: &[f32], heard: usize) -> Sound {
        let config = self.model.manifest().adjustments.as_ref().filter(|_| self.options.adjustments);
        let seconds = |samples: usize| samples as f64 / f64::from(RATE_HZ);
        let closes = config.filter(|config| !config.pause_gains.is_empty());
        Sound {
            pauses: closes.map_or_else(Vec::new, |config| pauses(samples, f64::from(config.shortest_pause_s))),
            end_s: seconds(heard),
            clip_s: seconds(samples.len()),
            ease_in_s: config.map_or(0.0, |config| f64::from(config.ease_in_s)),
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
        self.held = directions.known.as_ref().map(|known| known.mask().clone());
        self.calm = match &self.revision {
            Some(revision) => revision.calm().map(Arc::new),
            None if self.sound.acts() => Some(Arc::new(Calm::new(frames, self.model.manifest().fps, &self.sound)?)),
            None => None,
        };
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
            default_code: directions.default_code.clone(),
            audio_curve: curve(&directions.audio_curve, own.guidance_audio, common.guidance_audio),
            style_curve: curve(&directions.style_curve, own.guidance_style, common.guidance_style),
            seed: self.seed,
            first_frame: self.revision.as_ref().map_or(0, Revision::first_frame),
            edit: directions.known.as_ref().map(|known| known.inpaint(self.options.edit_mode)),
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

    /// Puts what is fully known back into the motion that was sampled.
    pub(super) fn restore(&self, motion: &mut Frames) {
        let known = self.directions.as_ref().and_then(|directions| directions.known.as_ref());
        known.iter().for_each(|known| known.restore(motion));
    }

    /// Adjusts some frames of it from `first` on; the next one, until all are done.
    pub(super) fn adjust(&self, motion: &mut Frames, first: usize) -> Result<Option<usize>> {
        let winks = self.directions.as_ref().and_then(|directions| directions.winks.as_deref());
        let context = Context { calm: self.calm.as_deref(), held: self.held.as_ref(), winks };
        Adjustments::new(&self.model, &self.options, self.calm.is_some())?.apply(&self.model, motion, first, &context)
    }

    /// Its animation, of the motion as it is now.
    pub(super) fn finish(self, motion: Frames) -> Animation {
        let features = self.features.filter(|_| self.options.editable);
        // A revised clip keeps the seed that the whole of it was made with.
        let (motion, calm, seed) = match &self.revision {
            Some(revision) => (revision.place(&motion), revision.base().calm().cloned(), revision.base().seed()),
            None => (motion, self.calm, self.seed),
        };
        Animation::new(&self.model, self.options.identity, motion, features, calm, self.sample_count, seed)
    }
}
