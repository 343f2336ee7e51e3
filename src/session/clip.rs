//! One clip of a job on its way: pending → heard → conditioned → an animation.

use std::sync::Arc;

use crate::audio::{Converter, RATE_HZ, pauses};
use crate::error::Result;
use crate::memory;
use crate::motion::{self, SampleOptions};
use crate::plan::{Backend, DeviceFrames};
use crate::signal::Frames;
use crate::unit::Unit;

use super::calm::{Calm, Sound};
use super::options::{SEED_AUTO, SessionOptions};
use super::pack_adjustments::{Context, PackAdjustments};
use super::revision::Revision;
use crate::conditioning::conditions::{Conditioning, Conditions};
use crate::conditioning::constraint::Constraint;
use crate::host::model::Model;
use crate::result::animation::Animation;

/// Values that are copied between two pauses.
const VALUES_AT_ONCE: usize = 1 << 16;

/// What a clip is made from.
pub(crate) enum Input {
    /// Everything that was pushed.
    Audio(Converter),
    /// A range of an animation.
    Revision(Revision),
}

impl Input {
    /// Whether there is nothing to animate.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Audio(converter) if converter.is_empty())
    }
}

/// Whose clip it is.
struct Asked {
    model: Arc<Model>,
    options: SessionOptions,
    conditioning: Arc<Conditioning>,
}

/// A clip whose input has ended.
pub(crate) struct Pending {
    asked: Asked,
    input: Input,
}

/// What the frames of a clip come from.
enum Source {
    Sound { sample_count: usize, sound: Sound },
    Revision(Revision),
}

/// A clip with the audio features of the frames that are sampled.
pub(crate) struct Heard {
    asked: Asked,
    source: Source,
    seed: u64,
    audio: DeviceFrames,
}

/// A clip that knows what its motion is made with.
pub(crate) struct Conditioned {
    asked: Asked,
    source: Source,
    seed: u64,
    /// Features of the frames that are sampled, until a sampling takes them.
    audio: Option<DeviceFrames>,
    frames: usize,
    /// Features of the whole clip, where they are asked for again.
    features: Option<Arc<Frames>>,
    conditions: Conditions,
    /// m of the constraint of keyframes and a revision's old motion, [frames, 2].
    mask: Option<Frames>,
    /// Where the clip rests.
    calm: Option<Arc<Calm>>,
}

impl Asked {
    /// The seed; `own` where none was asked for.
    fn seed(&self, own: u64) -> u64 {
        if self.options.seed == SEED_AUTO { own } else { self.options.seed }
    }

    /// What of the sound decides where the clip comes to rest; its last samples are silence that was added.
    async fn listen(&self, samples: &[f32], heard: usize, unit: &Unit) -> Sound {
        let config = self.model.manifest().adjustments.as_ref().filter(|_| self.options.pack_adjustments);
        let seconds = |samples: usize| samples as f64 / f64::from(RATE_HZ);
        let pauses = match config.filter(|config| !config.pause_gains.is_empty()) {
            Some(config) => pauses(samples, f64::from(config.shortest_pause_s), unit).await,
            None => Vec::new(),
        };
        let ease_in_s = config.map_or(0.0, |config| f64::from(config.ease_in_s));
        Sound { pauses, end_s: seconds(heard), clip_s: seconds(samples.len()), ease_in_s }
    }
}

impl Pending {
    /// Nothing is computed yet.
    pub(crate) fn new(
        model: &Arc<Model>,
        options: &SessionOptions,
        conditioning: &Arc<Conditioning>,
        input: Input,
    ) -> Self {
        let (model, options, conditioning) = (Arc::clone(model), options.clone(), Arc::clone(conditioning));
        Self { asked: Asked { model, options, conditioning }, input }
    }

    pub(crate) fn conditioning(&self) -> &Conditioning {
        &self.asked.conditioning
    }

    /// Encodes its speech; a revision's features are known. `show` hears of the part done, 0..1.
    pub(crate) async fn hear(self, unit: &Unit, show: &mut (dyn FnMut(f32) + Send)) -> Result<Heard> {
        let Self { asked, input } = self;
        let model = Arc::clone(&asked.model);
        let backend = &**model.runtime().backend();
        match input {
            Input::Audio(converter) => {
                let seed = asked.seed(converter.fingerprint());
                let mut samples = converter.finish()?;
                let (heard, tail) = (samples.len(), (asked.options.tail_s * f64::from(RATE_HZ)).round() as usize);
                memory::grow(&mut samples, tail, "the silence after a clip")?;
                samples.resize(heard + tail, 0.0);
                unit.pause().await;
                let sound = asked.listen(&samples, heard, unit).await;
                let programs = &model.programs().speech;
                let audio = model.speech()?.encode_in(backend, Some(programs), &samples, unit, show).await?;
                let sample_count = samples.len();
                memory::free(samples, unit).await;
                Ok(Heard { asked, source: Source::Sound { sample_count, sound }, seed, audio })
            }
            Input::Revision(revision) => {
                let (seed, width) = (asked.seed(revision.base().seed()), revision.features().width);
                let audio = upload(backend, width, revision.sampled_features(), unit).await?;
                Ok(Heard { asked, source: Source::Revision(revision), seed, audio })
            }
        }
    }
}

impl Heard {
    pub(crate) fn conditioning(&self) -> &Conditioning {
        &self.asked.conditioning
    }

    /// Takes the conditioning as it is now, once; what comes later comes too late. `None` while something of it waits to be
    /// encoded.
    pub(crate) fn take_conditions(&self) -> Result<Option<Conditions>> {
        let frames = match &self.source {
            Source::Sound { .. } => self.audio.rows,
            Source::Revision(revision) => revision.features().len(),
        };
        self.asked.conditioning.take(&self.asked.model, frames)
    }

    /// With its conditioning it is ready to be sampled.
    pub(crate) async fn condition(self, conditions: Conditions, unit: &Unit) -> Result<Conditioned> {
        let Self { asked, source, seed, audio } = self;
        let backend = &**asked.model.runtime().backend();
        let (conditions, features, calm) = match &source {
            Source::Revision(revision) => {
                let calm = revision.calm().map(Arc::new);
                (revision.narrow(conditions)?, Some(Arc::clone(revision.features())), calm)
            }
            Source::Sound { sound, .. } => {
                let keeps = asked.options.editable || conditions.unstyled.is_some();
                let features = if keeps { Some(Arc::new(download(backend, &audio, unit).await?)) } else { None };
                let calm = match sound.acts() {
                    true => Some(Arc::new(Calm::new(audio.rows, asked.model.manifest().fps, sound, unit).await?)),
                    false => None,
                };
                (conditions, features, calm)
            }
        };
        unit.pause().await;
        let (frames, mask) = (audio.rows, conditions.constraint.as_ref().map(|constraint| constraint.mask().clone()));
        Ok(Conditioned { asked, source, seed, audio: Some(audio), frames, features, conditions, mask, calm })
    }
}

impl Conditioned {
    /// Whether frames of it have the unstyled motion, which has to be made first.
    pub(crate) fn needs_unstyled(&self) -> bool {
        self.conditions.unstyled.is_some()
    }

    /// As the sampler takes it beside others of these options; without its styles if asked for.
    pub(crate) async fn sampled(
        &mut self,
        backend: &dyn Backend,
        common: &SampleOptions,
        styled: bool,
        unit: &Unit,
    ) -> Result<motion::Clip> {
        let audio = match (self.audio.take(), &self.features) {
            (Some(audio), _) => audio,
            (None, Some(features)) => upload(backend, features.width, &features.data, unit).await?,
            (None, None) => return Err(crate::Error::Internal("features were taken twice".to_owned())),
        };
        // What differs from the job's own guidance is a level curve.
        let (own, frames) = (self.asked.options.for_sampler(self.asked.model.sampler()?), self.frames);
        let curve = |curve: &Option<Vec<f32>>, own: f32, common: f32| {
            curve.clone().or_else(|| (own != common).then(|| vec![own; frames]))
        };
        let conditions = &self.conditions;
        let first_frame = match &self.source {
            Source::Sound { .. } => 0,
            Source::Revision(revision) => revision.first_frame(),
        };
        Ok(motion::Clip {
            styles: if styled { conditions.styles.clone() } else { Vec::new() },
            default_code: conditions.default_code.clone(),
            audio_curve: curve(&conditions.audio_curve, own.guidance_audio, common.guidance_audio),
            style_curve: curve(&conditions.style_curve, own.guidance_style, common.guidance_style),
            seed: self.seed,
            first_frame,
            edit: conditions.constraint.as_ref().map(|constraint| constraint.inpaint(self.asked.options.edit_mode)),
            ..motion::Clip::new(audio)
        })
    }

    /// Takes the unstyled motion: the frames without a style are constrained to it.
    pub(crate) fn constrain(&mut self, unstyled: &Frames) -> Result<()> {
        let d_z = self.asked.model.sampler()?.denoiser().config().d_z;
        let mut constraint = Constraint::free(unstyled.len(), unstyled.width, d_z)?;
        let chosen = self.conditions.unstyled.take().unwrap_or_default();
        chosen.iter().enumerate().filter(|(_, chosen)| **chosen).for_each(|(frame, _)| {
            constraint.add_row(frame, unstyled.row(frame), 1.0);
        });
        self.conditions.constraint.iter().for_each(|keyframes| constraint.add_all(keyframes));
        self.conditions.constraint = Some(constraint);
        Ok(())
    }

    /// Its animation, of the motion that was sampled: what is fully constrained is put back into it, the rest is adjusted.
    pub(crate) async fn finish(self, mut motion: Frames, unit: &Unit) -> Result<Animation> {
        let Self { asked, source, seed, features, conditions, mask, calm, .. } = self;
        conditions.constraint.iter().for_each(|constraint| constraint.restore(&mut motion));
        let adjustments = PackAdjustments::new(&asked.model, &asked.options, calm.is_some())?;
        let context = Context { calm: calm.as_deref(), mask: mask.as_ref(), winks: conditions.winks.as_deref() };
        adjustments.apply(&asked.model, &mut motion, &context, unit).await?;
        let features = features.filter(|_| asked.options.editable);
        // A revised clip keeps the seed that the whole of it was made with.
        let (motion, calm, seed, sample_count) = match source {
            Source::Sound { sample_count, .. } => (motion, calm, seed, sample_count),
            Source::Revision(revision) => {
                let base = revision.base();
                (revision.place(&motion), base.calm().cloned(), base.seed(), base.sample_count())
            }
        };
        Ok(Animation::new(&asked.model, asked.options.identity, motion, features, calm, sample_count, seed))
    }
}

/// Rows from the host to the backend.
async fn upload(backend: &dyn Backend, width: usize, values: &[f32], unit: &Unit) -> Result<DeviceFrames> {
    let mut frames = DeviceFrames::zeros(backend, values.len() / width, width)?;
    for (number, piece) in values.chunks(VALUES_AT_ONCE).enumerate() {
        backend.write_tensor(&mut frames.tensor, number * VALUES_AT_ONCE, piece)?;
        unit.pause().await;
    }
    Ok(frames)
}

/// Rows from the backend to the host.
async fn download(backend: &dyn Backend, frames: &DeviceFrames, unit: &Unit) -> Result<Frames> {
    let mut values = Frames::try_zeros(frames.rows, frames.width)?;
    for (number, piece) in values.data.chunks_mut(VALUES_AT_ONCE).enumerate() {
        backend.read_tensor(&frames.tensor, number * VALUES_AT_ONCE, piece)?;
        unit.pause().await;
    }
    Ok(values)
}
