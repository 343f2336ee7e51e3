//! The speech encoder of a pack: which networks it has, and how a clip meets them.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, Result};
use crate::nn::LayerNorm;
use crate::pack::{Align, AudioConfig, FrontEnd, MelNorm, Pack};
use crate::plan::{self, Backend, Plan, PlanBuilder, Port, Programs, Recorded, Section, ops};
use crate::signal::Frames;
use crate::unit::Unit;

use super::RATE_HZ;
use super::chunks::Chunks;
use super::context_network::ContextNetwork;
use super::feature_extractor::FeatureExtractor;
use super::input::Input;
use super::interpolate::Positions;
use super::live_chunks::ChunkRecording;
use super::live_rows::RowRecording;
use super::mel::{LiveMel, MEL_BANDS, MelMean, NormalizedMel};
use super::residual_conv::ResidualConv;

/// Speech kept from one window, when the pack does not say.
const CHUNK_S: f32 = 20.0;
/// Speech dropped at each cut edge of a window, when the pack does not say.
const CONTEXT_S: f32 = 2.0;
/// Samples from a row of the log-mel network to the next; the row is centred on half of that.
pub(super) const MEL_HOP: usize = 320;

/// Encodes speech: 16 kHz mono → features A [F, [`width`](Self::width)]. Immutable and shared by all jobs.
#[derive(Debug)]
pub struct SpeechEncoder {
    front: Front,
    back: Back,
    width: usize,
    fps: f32,
    align: Align,
    /// Encoder rows kept from one window of a long clip.
    chunk_rows: usize,
    /// Encoder rows dropped at each cut edge.
    context_rows: usize,
}

#[derive(Debug)]
enum Front {
    Wave { extractor: FeatureExtractor, normalize: bool },
    Mel { network: ResidualConv, mean: Mean },
}

/// What the log-mel rows are normalised by.
#[derive(Debug)]
enum Mean {
    Clip,
    Running { start: Box<[f64; MEL_BANDS]>, rate: f64 },
}

#[derive(Debug)]
enum Back {
    Context(Box<ContextNetwork>),
    Norm(LayerNorm),
}

/// Programs of speech windows, kept by their lengths, and of the steps of streams.
pub struct SpeechPrograms {
    windows: Programs<[usize; 3], Recording>,
    pub(super) rows: Programs<[usize; 2], RowRecording>,
    pub(super) chunks: Programs<[usize; 2], ChunkRecording>,
}

impl SpeechPrograms {
    /// None yet; of at most so many bytes each.
    pub fn new(most_bytes: usize) -> Self {
        let (windows, rows) = (Programs::new(most_bytes), Programs::new(most_bytes));
        Self { windows, rows, chunks: Programs::new(most_bytes) }
    }
}

/// What a stream needs of an encoder.
pub(super) enum LiveParts<'a> {
    Rows(RowParts<'a>),
    Chunks(ChunkParts<'a>),
}

/// What a stream needs of the log-mel network.
pub(super) struct RowParts<'a> {
    pub(super) network: &'a ResidualConv,
    pub(super) norm: &'a LayerNorm,
    /// Before the first row.
    pub(super) mean: MelMean,
    pub(super) fps: f32,
}

/// What a stream needs of Wav2Vec2.
pub(super) struct ChunkParts<'a> {
    pub(super) extractor: &'a FeatureExtractor,
    pub(super) context: &'a ContextNetwork,
    /// Rows before those that frames read.
    pub(super) context_rows: usize,
    pub(super) width: usize,
    pub(super) fps: f32,
}

/// A recorded window.
pub(super) struct Recording {
    pub(super) section: Section,
    /// The samples or log-mel rows of the window.
    pub(super) input: Port,
    /// Values of it.
    pub(super) input_len: usize,
    /// What the frames read, [`frames`](Self::frames) × [row of the window, part of the way to the next].
    pub(super) positions: Port,
    /// Features, [`frames`](Self::frames) × d_a.
    pub(super) output: Port,
    /// Most frames that a window gives.
    pub(super) frames: usize,
}

impl SpeechEncoder {
    /// The pack's speech encoder.
    ///
    /// # Errors
    /// `MissingPart` when the pack has none; those of [`Manifest::check`](crate::pack::Manifest::check); `InvalidPack` for
    /// missing tensors or wrong shapes, by name.
    pub fn load(pack: &Pack) -> Result<Self> {
        let manifest = pack.manifest();
        let Some(config) = &manifest.audio else {
            return Err(Error::MissingPart("the pack has no speech encoder (audio)".to_owned()));
        };
        manifest.check()?;
        let front = Front::load(pack, config)?;
        let back = if config.has_context() {
            Back::Context(Box::new(ContextNetwork::load(pack, config, front.width())?))
        } else {
            Back::Norm(LayerNorm::load(pack, "audio.norm", config.width, config.layer_norm_eps)?)
        };
        // The log-mel rows have one clock only: docs/model-pack.md.
        let align = if config.front_end == FrontEnd::Mel { Align::Rate } else { config.align };
        let (chunk_rows, context_rows) = chunking(config, &front, &back);
        let width = config.feature_width();
        Ok(Self { front, back, width, fps: manifest.fps, align, chunk_rows, context_rows })
    }

    /// Columns of the features, d_a.
    pub fn width(&self) -> usize {
        self.width
    }

    /// What a stream needs of it.
    ///
    /// # Errors
    /// `Unsupported`, with the reason, where features cannot be known before all of the clip is.
    pub(super) fn live_parts(&self) -> Result<LiveParts<'_>> {
        let refused = |why: &str| Err(Error::Unsupported(format!("this pack cannot stream: {why}")));
        let fps = self.fps;
        match (&self.front, &self.back) {
            (Front::Mel { mean: Mean::Clip, .. }, _) => refused(
                "its log-mel rows are normalised over all of a clip (mel_norm \"clip\"); \"running\" can stream",
            ),
            (Front::Mel { .. }, Back::Context(_)) => {
                refused("its speech encoder has a transformer over log-mel rows, which attends to all of a clip")
            }
            (Front::Wave { normalize: true, .. }, _) => {
                refused("its waveform is normalised over all of a clip (do_normalize true)")
            }
            (Front::Wave { extractor, .. }, _) if extractor.norms_over_clip() => refused(
                "its first convolution is normalised over all of a clip (feat_extract_norm \"group\"); \"layer\" can stream",
            ),
            (Front::Wave { .. }, _) if self.align != Align::Rate => {
                refused("its rows are laid over all of a clip (align \"clip\"); \"rate\" can stream")
            }
            (Front::Wave { .. }, Back::Norm(_)) => refused("its waveform has no transformer"),
            (Front::Wave { extractor, .. }, Back::Context(context)) => {
                let (context_rows, width) = (self.context_rows, self.width);
                Ok(LiveParts::Chunks(ChunkParts { extractor, context, context_rows, width, fps }))
            }
            (Front::Mel { network, mean: Mean::Running { start, rate } }, Back::Norm(norm)) => {
                Ok(LiveParts::Rows(RowParts { network, norm, mean: MelMean::new(start, *rate), fps }))
            }
        }
    }

    /// Samples behind a frame's end that its features wait for in a stream, at most, at 16 kHz.
    pub(crate) fn live_delay(&self) -> usize {
        match &self.front {
            Front::Mel { .. } => LiveMel::DELAY,
            // A frame reads the row after its middle, too: to the end of what that one sees, from the frame's end.
            Front::Wave { extractor, .. } => {
                let half_frame = RATE_HZ / f64::from(self.fps) / 2.0;
                let behind = extractor.receptive_field() as f64 / 2.0 + extractor.hop() as f64 - half_frame;
                behind.max(0.0).ceil() as usize
            }
        }
    }

    /// Animation frames of a clip: max(1, ⌊samples/16000·fps + ½⌋).
    pub fn frame_count(&self, samples: usize) -> usize {
        ((samples as f64 / RATE_HZ * f64::from(self.fps) + 0.5).floor() as usize).max(1)
    }

    /// Features of a whole clip on the host, on the calling thread and the backend's own. `on_progress` hears of the part done, 0 to
    /// 1, after every window; its error ends the work and is returned.
    ///
    /// # Errors
    /// As [`encode_in`](Self::encode_in).
    pub fn encode(
        &self,
        backend: &dyn Backend,
        samples: &[f32],
        on_progress: &mut dyn FnMut(f32) -> Result<()>,
    ) -> Result<Frames> {
        let (unit, done) = (Unit::default(), AtomicU32::new(0));
        let mut show = |part: f32| done.store(part.to_bits(), Ordering::Relaxed);
        let mut work = pin!(self.encode_in(backend, None, samples, &unit, &mut show));
        let mut told = 0.0;
        let features = loop {
            if let Some(features) = unit.advance(work.as_mut()) {
                break features?;
            }
            let part = f32::from_bits(done.load(Ordering::Relaxed));
            if part > told {
                on_progress(part)?;
            }
            told = part;
        };
        on_progress(1.0)?;
        let mut rows = Frames::try_zeros(features.rows, features.width)?;
        features.download(backend, &mut rows.data)?;
        Ok(rows)
    }

    /// Encoder rows of a clip.
    fn row_count(&self, samples: usize) -> usize {
        match &self.front {
            Front::Wave { extractor, .. } => extractor.frame_count(samples.max(extractor.receptive_field())),
            Front::Mel { .. } => samples.div_ceil(MEL_HOP).max(1),
        }
    }

    pub(super) fn chunks(&self, samples: usize) -> Chunks {
        Chunks::new(self.row_count(samples), self.chunk_rows, self.context_rows)
    }

    /// Where the frames of a clip read among its encoder rows.
    pub(super) fn positions(&self, samples: usize) -> Positions {
        let (rows, frames) = (self.row_count(samples), self.frame_count(samples));
        let (hop, centre) = match &self.front {
            Front::Wave { extractor, .. } => (extractor.hop(), extractor.receptive_field() as f64 / 2.0),
            Front::Mel { .. } => (MEL_HOP, MEL_HOP as f64 / 2.0),
        };
        match self.align {
            Align::Clip => Positions::over_clip(rows, frames, false),
            Align::ClipCorners => Positions::over_clip(rows, frames, true),
            Align::Rate => Positions::by_rate(rows, frames, f64::from(self.fps), hop, centre),
        }
    }

    pub(super) fn input(&self, samples: &[f32]) -> Input {
        match &self.front {
            Front::Wave { extractor, normalize: false } => Input::wave(extractor.hop()),
            Front::Wave { extractor, normalize: true } => Input::normalized_wave(extractor.hop(), samples),
            Front::Mel { mean: Mean::Clip, .. } => Input::clip_mel(),
            Front::Mel { mean: Mean::Running { start, rate }, .. } => Input::Mel(NormalizedMel::new(**start, *rate)),
        }
    }

    /// A program for the windows of a clip, from which at most `frames` animation frames are read.
    ///
    /// # Errors
    /// Those of the backend.
    pub(super) async fn program(
        &self,
        backend: &dyn Backend,
        programs: Option<&SpeechPrograms>,
        clip: (&Chunks, &Input, &[f32]),
        frames: usize,
        unit: &Unit,
    ) -> Result<Arc<Recorded<Recording>>> {
        let (chunks, input, samples) = clip;
        let of_this_clip =
            matches!(&self.front, Front::Wave { extractor, .. } if !chunks.is_whole() && extractor.norms_over_clip());
        // Convolutions on a whole clip take in samples behind its last row, too.
        let samples_in = match &self.front {
            Front::Wave { .. } if chunks.is_whole() => samples.len(),
            _ => 0,
        };
        let record = async { self.record(chunks, input, samples, frames) };
        match programs.filter(|_| !of_this_clip) {
            Some(programs) => {
                let key = [chunks.window(), samples_in, frames];
                programs.windows.get_or_prepare(backend, key, record, unit).await
            }
            None => Ok(Arc::new(plan::prepare(backend, record, unit).await?)),
        }
    }

    /// The networks over one window of a clip, from which at most `frames` animation frames are read.
    fn record(&self, chunks: &Chunks, input: &Input, samples: &[f32], frames: usize) -> Result<(Recording, Arc<Plan>)> {
        let (rows, cols) = match &self.front {
            // All samples of a whole clip, for the norm over time sees those past the last row as well.
            Front::Wave { extractor, .. } if chunks.is_whole() => (samples.len().max(extractor.receptive_field()), 1),
            Front::Wave { extractor, .. } => ((chunks.window() - 1) * extractor.hop() + extractor.receptive_field(), 1),
            Front::Mel { .. } => (2 * chunks.window(), MEL_BANDS),
        };
        let mut plan = PlanBuilder::new();
        let section = plan.section("speech");
        let (port, x) = plan.input("speech", 1, rows, cols);
        let features = match &self.front {
            Front::Wave { extractor, .. } if chunks.is_whole() => extractor.record(&mut plan, x),
            Front::Wave { extractor, .. } => {
                extractor.over_clip(samples.len(), |at| input.sample(samples, at))?.record(&mut plan, x)
            }
            Front::Mel { network, .. } => network.record(&mut plan, x),
        };
        let encoded = match &self.back {
            Back::Context(network) => network.record(&mut plan, features).output,
            Back::Norm(norm) => norm.record(&mut plan, "speech_norm", features),
        };
        let (positions, position_view) = plan.input("positions", 1, frames, 2);
        let (output, out) = plan.output("features", 1, frames, encoded.cols);
        plan.push(ops::Interpolate { x: encoded, positions: position_view, out });
        let recording = Recording { section, input: port, input_len: rows * cols, positions, output, frames };
        Ok((recording, Arc::new(plan.finish())))
    }
}

impl Front {
    fn load(pack: &Pack, config: &AudioConfig) -> Result<Self> {
        if config.front_end == FrontEnd::Wave {
            let extractor = FeatureExtractor::load(pack, config)?;
            return Ok(Self::Wave { extractor, normalize: config.do_normalize });
        }
        let mean = match config.mel_norm {
            MelNorm::Clip => Mean::Clip,
            MelNorm::Running => {
                let stored = pack.tensor("audio.mel.mean", &[MEL_BANDS])?.to_f32()?;
                let start = Box::new(std::array::from_fn(|i| f64::from(stored[i])));
                Mean::Running { start, rate: f64::from(config.mel_rate) }
            }
        };
        Ok(Self::Mel { network: ResidualConv::load(pack, config)?, mean })
    }

    /// Columns that it gives.
    fn width(&self) -> usize {
        match self {
            Self::Wave { extractor, .. } => extractor.width(),
            Self::Mel { network, .. } => network.width(),
        }
    }
}

/// Rows kept from one window, and dropped at a cut edge.
fn chunking(config: &AudioConfig, front: &Front, back: &Back) -> (usize, usize) {
    let (hop, least_context) = match front {
        Front::Wave { extractor, .. } => (extractor.hop(), 1),
        // The row after the last kept one is read as well, so it must be exact, too.
        Front::Mel { network, .. } => (MEL_HOP, network.context() + 1),
    };
    let rows = |seconds: f32| (f64::from(seconds) * RATE_HZ / hop as f64).round() as usize;
    let chunk_s = config.chunk_s.unwrap_or(CHUNK_S);
    // Without attention nothing reaches further than the convolutions.
    let context_s = config.context_s.unwrap_or(if matches!(back, Back::Norm(_)) { 0.0 } else { CONTEXT_S });
    (rows(chunk_s).max(1), rows(context_s).max(least_context))
}
