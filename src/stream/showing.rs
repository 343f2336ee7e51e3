//! From sampled motion to what is shown: the pack's adjustments, coming to rest, listening; then weights.
//!
//! Each of these is decided frame by frame from what is known as a frame is committed: they lag behind nothing. The motion that
//! windows go on from is the sampled one, without them.

use std::sync::Arc;

use crate::error::Result;
use crate::face::FaceReader;
use crate::host::model::Model;
use crate::output::find_channel;
use crate::result::latents::LatentMover;
use crate::session::calm::eased;
use crate::session::options::SessionOptions;
use crate::session::pack_adjustments::PackAdjustments;
use crate::signal::Frames;
use crate::signal::play::Play;

use super::hearing::Hearing;
use super::listening::{Acts, LOOK_ASIDE, Listening};
use super::options::StreamOptions;
use super::performing::Performing;
use super::timeline::Timeline;

/// How long mouth, eyes and brows, and the head take to rest after an interruption, seconds, scaled by its fade.
const MOUTH_S: f64 = 0.2;
const EYES_S: f64 = 0.3;
const HEAD_S: f64 = 0.8;
/// How long eyes and brows, and the head, take from there into idling.
const EYES_WAKE_S: f64 = 1.0;
const HEAD_WAKES_S: f64 = 2.0;

/// An interruption: the face comes to rest from a time on.
#[derive(Debug, Clone, Copy)]
struct Fall {
    from_s: f64,
    fade: f64,
}

impl Fall {
    /// How far something rests that takes so long there, and so long back.
    fn share(self, time_s: f64, falls_s: f64, wakes_s: f64) -> f64 {
        let (since_s, falls_s) = (time_s - self.from_s, falls_s * self.fade);
        let falls = if falls_s > 0.0 { eased(since_s / falls_s) } else { 1.0 };
        falls.min(1.0 - eased((since_s - falls_s) / wakes_s))
    }
}

/// Channels by what moves them.
struct Parts {
    /// Of eyes and brows.
    upper: Vec<usize>,
    /// Looks to the side, up and down.
    looks: Vec<usize>,
    /// The brows of a listener.
    brows: Vec<usize>,
}

pub(crate) struct Showing {
    model: Arc<Model>,
    reader: FaceReader,
    mover: LatentMover,
    adjustments: PackAdjustments,
    play: Play,
    parts: Parts,
    pub(crate) listening: Listening,
    fall: Option<Fall>,
    /// Nobody has spoken since.
    falls: bool,
    fps: f64,
    d_z: usize,
    rows: Frames,
    own: Frames,
    wanted: Frames,
}

impl Showing {
    /// # Errors
    /// `MissingPart` for a network that the pack lacks.
    pub(crate) fn new(model: &Arc<Model>, options: &StreamOptions, most: usize, width: usize) -> Result<Self> {
        let face = model.face()?;
        let session = SessionOptions {
            pack_adjustments: options.pack_adjustments,
            ..SessionOptions::new(options.sample_rate_hz, options.channels)
        };
        let names = model.blendshape_names();
        let begins = |with: &str| (0..names.len()).filter(|&at| names[at].starts_with(with)).collect::<Vec<_>>();
        let brows = ["browInnerUp", "browOuterUpLeft", "browOuterUpRight"];
        let parts = Parts {
            upper: [begins("eye"), begins("brow")].concat(),
            looks: begins("eyeLook"),
            brows: brows.iter().filter_map(|name| find_channel(names, name)).collect(),
        };
        let adjustments = PackAdjustments::new(model, &session, true)?;
        Ok(Self {
            model: Arc::clone(model),
            reader: FaceReader::new(face, &model.programs().faces, None)?,
            mover: LatentMover::default(),
            play: adjustments.play(),
            adjustments,
            parts,
            listening: Listening::new(options.seed),
            fall: None,
            falls: false,
            fps: f64::from(model.manifest().fps),
            d_z: face.d_z(),
            rows: Frames::try_zeros(most, width)?,
            own: Frames::try_zeros(most, names.len())?,
            wanted: Frames::try_zeros(most, names.len())?,
        })
    }

    /// Takes the memory that it needs for so many frames at once.
    ///
    /// # Errors
    /// Those of the networks.
    pub(crate) fn warm_up(&mut self, counts: &[usize]) -> Result<()> {
        for &count in counts {
            for frames in [&mut self.rows, &mut self.own, &mut self.wanted] {
                frames.data.resize(count * frames.width, 0.0);
            }
            self.reader.weights(&self.rows, &mut self.own.data)?;
            self.wanted.data.fill(0.5);
            self.mover.apply(&self.model, &mut self.reader, &mut self.rows, &self.own, &self.wanted)?;
        }
        Ok(())
    }

    /// As new.
    pub(crate) fn restart(&mut self, seed: u64) {
        self.listening = Listening::new(seed);
        (self.fall, self.falls) = (None, false);
        self.play.restart();
    }

    /// From a frame on the face comes to rest.
    pub(crate) fn fall(&mut self, frame: u64, fade: f32) {
        self.falls = true;
        self.fall = Some(Fall { from_s: frame as f64 / self.fps, fade: f64::from(fade) });
    }

    /// Shows the frames from number `done` to `end`, at most as many as [`new`](Self::new) was told.
    ///
    /// # Errors
    /// Those of the networks.
    pub(crate) fn show(
        &mut self,
        performing: &Performing,
        hearing: &mut Hearing,
        (done, end): (u64, u64),
        timeline: &Timeline,
    ) -> Result<()> {
        let count = (end - done) as usize;
        for frames in [&mut self.rows, &mut self.own, &mut self.wanted] {
            frames.data.resize(count * frames.width, 0.0);
        }
        for (at, frame) in (done..end).enumerate() {
            self.rows.row_mut(at).copy_from_slice(performing.row(frame));
        }
        self.reader.weights(&self.rows, &mut self.own.data)?;
        self.wanted.data.copy_from_slice(&self.own.data);
        for (at, frame) in (done..end).enumerate() {
            let time_s = frame as f64 / self.fps;
            let acts = self.listening.act(time_s, 1.0 / self.fps);
            let quiet = hearing.rests(frame);
            let share = |falls_s, wakes_s| self.fall.map_or(0.0, |fall| fall.share(time_s, falls_s, wakes_s)) as f32;
            self.falls &= quiet > 0.0;
            let mouth = match (self.falls, self.adjustments.is_own()) {
                (true, _) => quiet.min(share(MOUTH_S, f64::INFINITY)),
                (false, true) => quiet,
                (false, false) => 0.0,
            };
            self.adjustments.adjust(self.wanted.row_mut(at), mouth, 0.0, 1.0, performing.winks());
            self.parts.act(self.wanted.row_mut(at), share(EYES_S, EYES_WAKE_S), acts);
            let (head, nod) = (1.0 - share(HEAD_S, HEAD_WAKES_S), acts.nod_rad);
            let pose = &mut self.rows.row_mut(at)[self.d_z..];
            self.play.follow(pose, 1.0);
            pose.iter_mut().for_each(|column| *column *= head);
            // The first column turns about the axis to the left: down is positive.
            pose.iter_mut().take(1).for_each(|pitch| *pitch += nod);
        }
        self.mover.apply(&self.model, &mut self.reader, &mut self.rows, &self.own, &self.wanted)?;
        self.reader.weights(&self.rows, &mut self.own.data)?;
        for at in 0..count {
            let features = hearing.frame(done + at as u64);
            timeline.push(self.rows.row(at).iter().chain(self.own.row(at)).chain(features).copied());
        }
        Ok(())
    }
}

impl Parts {
    /// Rest and listening of eyes and brows.
    fn act(&self, row: &mut [f32], rests: f32, acts: Acts) {
        self.upper.iter().for_each(|&at| row[at] *= 1.0 - rests);
        self.looks.iter().for_each(|&at| row[at] *= 1.0 - (1.0 - LOOK_ASIDE) * acts.listens);
        self.brows.iter().for_each(|&at| row[at] = (row[at] + acts.brow).min(1.0));
    }
}
