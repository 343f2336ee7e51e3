//! A face that speaks live.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rtrb::{Producer, RingBuffer};

use crate::audio::RATE_HZ;
use crate::conditioning::style::check_strength;
use crate::error::{Error, Result};
use crate::face::FaceReader;
use crate::host::model::Model;
use crate::memory;
use crate::result::animation::Animation;
use crate::session::options::SEED_AUTO;
use crate::signal::{FrameRate, Frames, HeadPose};
use crate::unit::{self, Unit};

use super::command::Command;
use super::course::Course;
use super::ensemble::Member;
use super::exclusive::{Entered, Exclusive};
use super::options::{Settings, StreamOptions, StyleHandle};
use super::shared::Shared;
use super::sound::{SoundWriter, Written};
use super::state::{Rates, Sampled, StreamState};
use super::timeline::Timeline;

/// Commands that may wait for the worker: a host that gives more at once is told so.
const COMMANDS: usize = 256;
/// How long a mouth takes to rest after an interruption, seconds, where a host has no wish of its own.
pub const FADE_S: f32 = 0.2;
/// Longest, seconds.
const MAX_FADE_S: f32 = 10.0;

/// A stream: sound is written on one thread, faces are sampled on others, and one more may command it. Writing, sampling weights
/// and heads, and the state take no lock, allocate nothing and make no system call. It keeps its model alive.
pub struct Stream {
    model: Arc<Model>,
    shared: Arc<Shared>,
    member: Arc<Member>,
    writer: Exclusive<SoundWriter>,
    control: Exclusive<Control>,
    faces: Exclusive<Option<Faces>>,
    options: StreamOptions,
    rate: Rates,
    latency_s: f64,
    d_x: usize,
    d_z: usize,
    d_a: usize,
    d_p: usize,
    weight_count: usize,
}

/// The commanding thread's end.
struct Control {
    commands: Producer<Command>,
    /// The frame that the last interruption cuts to, until the worker has obeyed it in this generation.
    cuts: Option<(u64, u32)>,
    guidance: [f32; 2],
}

/// What decodes meshes on the sampling thread.
struct Faces {
    reader: FaceReader,
    row: Frames,
}

impl Stream {
    /// Makes a stream: takes all memory that it will ever need, and prepares its programs.
    ///
    /// # Errors
    /// `InvalidArgument` for options out of range; `Unsupported` for a pack that cannot stream, with the reason; `MissingPart`
    /// for one without a network that it takes; `OutOfMemory`; those of the backend.
    pub fn new(model: &Arc<Model>, mut options: StreamOptions) -> Result<Self> {
        let settings = Settings::new(model, &options)?;
        let identity = options.identity.as_ref();
        if identity.is_some_and(|identity| !Arc::ptr_eq(identity.model(), model)) {
            return Err(Error::InvalidArgument("the identity was made for another model".to_owned()));
        }
        let runtime = model.runtime();
        let number = runtime.ensemble.number();
        if options.seed == SEED_AUTO {
            options.seed = number;
        }
        let config = settings.sampler.denoiser().config();
        let (d_x, d_z, d_a, d_p) = (config.d_x, config.d_z, config.d_a, config.d_p);
        let weight_count = model.face()?.weight_count();
        let timeline = Timeline::new(settings.kept_frames, d_x + weight_count + d_a)?;
        let shared = Arc::new(Shared::new(timeline, options.seed));
        let room = memory::room(size_of::<f32>() * settings.ring_samples, "the ring of a stream")?;
        let (writer, ring) = SoundWriter::new(settings.ring_samples, options.channels as usize, &shared);
        drop(room);
        let (commands, obeyed) = RingBuffer::new(COMMANDS);
        let unit = Arc::new(Unit::default());
        let course = Course::new(model, &options, &settings, &shared, (ring, obeyed), &unit);
        let course = unit::finish(course)?;
        let latency_s =
            settings.latency_s(f64::from(model.manifest().fps), model.speech()?) + course.resampler_delay_s();
        let faces = faces(model, &options, d_x)?;
        let member = Member::new(&shared, &unit, Box::pin(course.run(Arc::clone(&unit))));
        memory::check("a stream")?;
        runtime.ensemble.join(runtime, &member)?;
        let guidance = [settings.sample.guidance_audio, settings.sample.guidance_style];
        Ok(Self {
            model: Arc::clone(model),
            shared,
            member,
            writer: Exclusive::new(writer),
            control: Exclusive::new(Control { commands, cuts: None, guidance }),
            faces: Exclusive::new(faces),
            rate: Rates::new(model, &options),
            options,
            latency_s,
            d_x,
            d_z,
            d_a,
            d_p,
            weight_count,
        })
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Floats of the weights of a face.
    pub fn weight_count(&self) -> usize {
        self.weight_count
    }

    /// Floats of the offsets of a face; 0 for a pack without a mesh.
    pub fn offset_count(&self) -> usize {
        self.model.topology().map_or(0, |topology| topology.vertices * 3)
    }

    /// Interleaved channels of the sound.
    pub fn channel_count(&self) -> u32 {
        self.options.channels
    }

    /// Takes as many whole frames of interleaved floats as there is room for. What is not finite becomes silence and is
    /// counted. For the audio thread: one thread at a time, which never waits.
    ///
    /// # Errors
    /// `InvalidState` while another thread writes, and after [`take_result`](Self::take_result); the worker's failure.
    pub fn write_f32(&self, interleaved: &[f32]) -> Result<Written> {
        Ok(self.writer()?.write(interleaved, f64::from))
    }

    /// As [`write_f32`](Self::write_f32); ±32768 is full scale.
    ///
    /// # Errors
    /// Those of [`write_f32`](Self::write_f32).
    pub fn write_i16(&self, interleaved: &[i16]) -> Result<Written> {
        Ok(self.writer()?.write(interleaved, |sample| f64::from(sample) / 32768.0))
    }

    fn writer(&self) -> Result<Entered<'_, SoundWriter>> {
        self.shared.check()?;
        if self.shared.ended.load(Ordering::Acquire) {
            return Err(Error::Ended);
        }
        self.writer.enter().ok_or(Error::TwoThreads)
    }

    /// What was written so far is animated without waiting for more sound; the stream goes on. For the end of an utterance.
    ///
    /// # Errors
    /// `InvalidState` while another thread commands the stream, or too many commands wait.
    pub fn flush(&self) -> Result<()> {
        self.command(|_| Command::Flush { claim: self.shared.claims() })
    }

    /// Barge-in: sound that was written and motion from a sample on are dropped, but for faces that were asked for. The mouth
    /// comes to rest within `fade_s`, eyes and brows within 1.5 times that, the head within 4 times. The clock goes on at the
    /// sample, or where its frame begins. One that is not written yet is the next one.
    ///
    /// # Errors
    /// `InvalidArgument` for a time outside 0 to 10 s; as for [`flush`](Self::flush).
    pub fn interrupt(&self, sample: u64, fade_s: f32) -> Result<()> {
        if !(0.0..=MAX_FADE_S).contains(&fade_s) {
            return Err(Error::InvalidArgument(format!("fade_s is {fade_s}, expected 0 to {MAX_FADE_S}")));
        }
        self.command(|control| {
            let (shared, rate) = (&self.shared, self.rate);
            let claim = shared.claims();
            let shown = shared.asked.load(Ordering::Acquire);
            let frame = rate.frame_from(sample.max(shown).min(shared.next_sample()));
            let generation = shared.generation.load(Ordering::Acquire);
            let pending = control.cuts.filter(|(_, before)| *before == generation).map_or(u64::MAX, |(frame, _)| frame);
            let frame = frame.min(shared.timeline.frames().end).min(pending);
            control.cuts = Some((frame, generation));
            shared.set_clock(claim, rate.sample(frame));
            Command::Interrupt { claim, frame, fade: fade_s / FADE_S }
        })
    }

    /// As new, from sample 0 on; sound that was written is dropped. With `keep_voice` the loudness that the encoder has got used to
    /// is kept. [`SEED_AUTO`] is the seed so far.
    ///
    /// # Errors
    /// As for [`flush`](Self::flush).
    pub fn reset(&self, seed: u64, keep_voice: bool) -> Result<()> {
        self.command(|control| {
            let claim = self.shared.claims();
            let seed = if seed == SEED_AUTO { self.shared.seed.load(Ordering::Relaxed) } else { seed };
            self.shared.seed.store(seed, Ordering::Relaxed);
            self.shared.set_clock(claim, 0);
            control.cuts = Some((0, self.shared.generation.load(Ordering::Acquire)));
            Command::Reset { claim, seed, keep_mean: keep_voice }
        })
    }

    /// Another style, or none, from the next window on.
    ///
    /// # Errors
    /// `InvalidArgument` for a strength out of range or another model's style; as for [`flush`](Self::flush).
    pub fn set_style(&self, style: Option<&Arc<StyleHandle>>, strength: f32) -> Result<()> {
        check_strength("strength of the style", strength)?;
        if let Some(style) = style.filter(|style| style.code.len() != self.d_p) {
            let len = style.code.len();
            return Err(Error::InvalidArgument(format!("the style is another model's: its code has {len} values")));
        }
        self.command(|_| Command::Style(style.cloned(), strength))
    }

    /// Other strengths of the guidance, from the next window on; `None` is that of the options.
    ///
    /// # Errors
    /// `InvalidArgument` for a strength out of range; as for [`flush`](Self::flush).
    pub fn set_guidance(&self, audio: Option<f32>, style: Option<f32>) -> Result<()> {
        [audio, style].iter().flatten().try_for_each(|value| check_strength("audio or style", *value))?;
        self.command(|control| {
            let [own_audio, own_style] = control.guidance;
            Command::Guidance([audio.unwrap_or(own_audio), style.unwrap_or(own_style)])
        })
    }

    /// Whether the face listens to somebody: it nods now and then, raises its brows, and looks at who speaks.
    ///
    /// # Errors
    /// As for [`flush`](Self::flush).
    pub fn set_listening(&self, listens: bool) -> Result<()> {
        self.command(|_| Command::Listen(listens))
    }

    fn command(&self, make: impl FnOnce(&mut Control) -> Command) -> Result<()> {
        self.shared.check()?;
        if self.shared.ended.load(Ordering::Acquire) {
            return Err(Error::Ended);
        }
        let mut control = self.control.enter().ok_or(Error::TwoThreads)?;
        if control.commands.is_full() {
            return Err(Error::InvalidState(format!("{COMMANDS} commands wait for the stream's worker")));
        }
        let command = make(&mut control);
        // There is room: nobody else pushes.
        let _ = control.commands.push(command);
        drop(control);
        self.model.runtime().ensemble.wake(&self.member);
        Ok(())
    }

    /// Tells whether its worker works: for who waits for faces by the [state](Self::state) alone. Any thread.
    ///
    /// # Errors
    /// The worker's failure.
    pub fn check(&self) -> Result<()> {
        self.shared.check()
    }

    /// Where it is. Any thread.
    pub fn state(&self) -> StreamState {
        let shared = &self.shared;
        let frames = shared.timeline.frames();
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        StreamState {
            generation: shared.generation.load(Ordering::Acquire),
            seed: count(&shared.seed),
            next_sample: shared.next_sample(),
            first_sample: self.rate.sample(frames.start),
            ready_sample: self.rate.sample(frames.end),
            dropped: count(&shared.dropped),
            silenced: count(&shared.silenced),
            idled: count(&shared.idled),
            underruns: count(&shared.underruns),
            windows: count(&shared.windows),
            late_windows: count(&shared.late_windows),
            latency_ms: (self.latency_s * 1e3) as f32,
            window_ms: count(&shared.window_ns) as f32 / 1e6,
        }
    }

    /// The face at a sample, wherever that is heard; parts without a buffer are not computed. Never waits for a window: past the
    /// ready sample it is the last face that is ready, before any is the face at rest. Any thread for weights and heads; offsets
    /// are decoded on the calling thread, one at a time.
    ///
    /// # Errors
    /// `InvalidArgument` for a sample that is not kept any more, which names the first that is; `InvalidState` while another
    /// thread decodes offsets; `MissingPart` for offsets that the pack has no networks for; the worker's failure.
    ///
    /// # Panics
    /// If a buffer is not one face.
    pub fn sample(&self, sample: u64, weights: Option<&mut [f32]>, offsets_mm: Option<&mut [f32]>) -> Result<Sampled> {
        self.shared.check()?;
        self.shared.ask(sample);
        let timeline = &self.shared.timeline;
        let (asked, part) = self.rate.frame(sample);
        let frames = timeline.frames();
        if asked < frames.start {
            return Err(Error::NotKept);
        }
        let ready = asked < frames.end;
        let (frame, part) = match frames.end.checked_sub(1) {
            None => (0, None),
            Some(last) if asked >= last => (last, Some(0.0)),
            Some(_) => (asked, Some(part)),
        };
        let read = |first: usize, out: &mut [f32]| {
            // A row that is overwritten just now was dropped: the face at rest is as good.
            if !part.is_some_and(|part| timeline.between(frame, part, first, out)) {
                out.fill(0.0);
            }
        };
        // What may fail comes first: nothing is written then.
        if let Some(offsets_mm) = offsets_mm {
            let mut faces = self.faces.enter().ok_or(Error::TwoThreads)?;
            let faces = faces.as_mut().ok_or_else(|| Error::MissingPart("the pack has no mesh".to_owned()))?;
            read(0, faces.row.row_mut(0));
            faces.reader.offsets_mm(&faces.row, offsets_mm)?;
        }
        if let Some(weights) = weights {
            assert_eq!(weights.len(), self.weight_count, "weights of a face");
            read(self.d_x, weights);
        }
        let mut pose = [0.0; crate::signal::pose::POSE_WIDTH];
        let pose = &mut pose[..self.d_x - self.d_z];
        self.pose(frame, part, pose);
        Ok(Sampled { head: HeadPose::from_columns(pose), ready })
    }

    /// Columns of the pose at a part of the way from a frame to the next.
    fn pose(&self, frame: u64, part: Option<f32>, pose: &mut [f32]) {
        let (timeline, first) = (&self.shared.timeline, self.d_z);
        let Some(part) = part.filter(|_| timeline.read(frame, first, pose)) else {
            pose.fill(0.0);
            return;
        };
        let mut next = [0.0; crate::signal::pose::POSE_WIDTH];
        let next = &mut next[..pose.len()];
        if part > 0.0 && timeline.read(frame + 1, first, next) {
            let between = HeadPose::from_columns(pose).interpolate(HeadPose::from_columns(next), part);
            pose.copy_from_slice(&between.to_columns()[..pose.len()]);
        }
    }

    /// Ends the stream; what it keeps of its motion is an ordinary animation, which begins with the first frame that is kept. Faces can be
    /// sampled further, sound cannot be written.
    ///
    /// # Errors
    /// `InvalidState` when nothing was animated, or it was called before; `OutOfMemory`; the worker's failure.
    pub fn take_result(&self) -> Result<Arc<Animation>> {
        self.shared.check()?;
        if self.shared.ended.swap(true, Ordering::AcqRel) {
            return Err(Error::Ended);
        }
        self.model.runtime().ensemble.leave(&self.member);
        let frames = self.shared.timeline.frames();
        let count = (frames.end - frames.start) as usize;
        if count == 0 {
            return Err(Error::InvalidState("nothing was animated yet".to_owned()));
        }
        let mut motion = Frames::try_zeros(count, self.d_x)?;
        let mut features = Frames::try_zeros(count, self.d_a)?;
        for (at, frame) in frames.enumerate() {
            self.shared.timeline.read(frame, 0, motion.row_mut(at));
            self.shared.timeline.read(frame, self.d_x + self.weight_count, features.row_mut(at));
        }
        let rate = FrameRate::from(self.model.manifest().fps);
        let samples = (rate.time_s(count) * f64::from(RATE_HZ)).round() as usize;
        let (identity, seed) = (self.options.identity.clone(), self.shared.seed.load(Ordering::Relaxed));
        let features = Some(Arc::new(features));
        Ok(Arc::new(Animation::new(&self.model, identity, motion, features, None, samples, seed)))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.model.runtime().ensemble.leave(&self.member);
    }
}

/// What decodes the identity's mesh, prepared for one face; `None` for a pack without.
fn faces(model: &Arc<Model>, options: &StreamOptions, width: usize) -> Result<Option<Faces>> {
    let face = model.face()?;
    let (true, Some(topology)) = (face.has_offsets(), model.topology()) else { return Ok(None) };
    let vertices = topology.vertices;
    let identity = match &options.identity {
        Some(identity) => Arc::clone(&identity.face),
        None => model.first_face()?,
    };
    let mut reader = FaceReader::new(face, &model.programs().faces, Some(identity))?;
    let row = Frames::try_zeros(1, width)?;
    reader.offsets_mm(&row, &mut memory::zeros(vertices * 3, "offsets")?)?;
    Ok(Some(Faces { reader, row }))
}
