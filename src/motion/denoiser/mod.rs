//! The denoiser G: noisy motion, timestep, audio features and style code to an estimate x0 of the clean motion.
//!
//! A transformer decoder over a time token and N frames, norms last, that attends to one memory row per frame. What
//! depends on neither motion nor timestep (the memory, and its keys and values in every layer) is a plan section of its
//! own and runs once per window and branch.
//!
//! Cost of a step, per window and branch: 2·N·layers·(6·d² + 2·d·ff + 4·N·d) operations, 9.7 GFLOP at full size
//! (N 200, d 512, ff 1024, 8 layers).

mod position;
mod record;

use crate::error::{Error, Result};
use crate::nn::{LayerNorm, Linear};
use crate::pack::{Concat, DenoiserConfig, Pack};
use crate::tensor::Weight;

pub use record::DenoiserPlan;
pub(super) use record::{Condition, Recorder, StepViews};

/// ε of every layer norm.
const EPS: f32 = 1e-5;

/// What a plan is recorded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Windows in the batch.
    pub windows: usize,
    /// Frames of each window, N.
    pub frames: usize,
    /// Whether G(∅) runs; it is the first branch then.
    pub unconditional: bool,
    /// Number of the branches with a condition.
    pub conditions: usize,
}

impl Shape {
    /// Number of branches.
    pub fn branches(&self) -> usize {
        usize::from(self.unconditional) + self.conditions
    }
}

/// The network's weights.
#[derive(Debug, Clone)]
pub struct Denoiser {
    config: DenoiserConfig,
    memory: Memory,
    /// Memory rows of ∅, whose features are zeros: of audio, `d` values, and of style, as many or none.
    silence: [Vec<f32>; 2],
    time: [Linear; 2],
    input: Linear,
    layers: Vec<Layer>,
    output: Linear,
}

/// How audio and style become memory rows.
#[derive(Debug, Clone)]
enum Memory {
    /// One projection of both, side by side.
    Feature(Linear),
    /// A row per frame of audio, then one row of style.
    Token {
        /// [d, d_a]
        audio: Linear,
        /// [d, d_p]
        style: Linear,
    },
}

/// One decoder layer, norms last.
#[derive(Debug, Clone)]
struct Layer {
    self_attention: Attention,
    cross_attention: Attention,
    feed_forward: [Linear; 2],
    norms: [LayerNorm; 3],
}

/// Projections of an attention: rows of `input` are queries, keys, values.
#[derive(Debug, Clone)]
struct Attention {
    input: Linear,
    output: Linear,
}

impl Denoiser {
    /// Loads and checks `denoiser.*`.
    ///
    /// # Errors
    /// `MissingPart` without a denoiser; those of [`Manifest::check`](crate::pack::Manifest::check); `InvalidPack` when a
    /// tensor does not fit.
    pub fn load(pack: &Pack) -> Result<Self> {
        let config = pack.manifest().denoiser.clone();
        let config = config.ok_or_else(|| Error::MissingPart("the pack has no denoiser".to_owned()))?;
        Self::of(pack, config, "denoiser")
    }

    /// Loads and checks `live.*`.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn load_live(pack: &Pack) -> Result<Self> {
        let config = pack.manifest().live.as_ref().map(|live| live.network.clone());
        let config = config.ok_or_else(|| Error::MissingPart("the pack has no live network (live)".to_owned()))?;
        Self::of(pack, config, "live")
    }

    fn of(pack: &Pack, config: DenoiserConfig, prefix: &str) -> Result<Self> {
        pack.manifest().check()?;
        let &DenoiserConfig { d, d_x, d_a, d_p, ff, .. } = &config;
        let linear = |name: &str, inputs, outputs| Linear::load(pack, &format!("{prefix}.{name}"), inputs, outputs);
        let memory = match config.concat {
            Concat::Feature => Memory::Feature(linear("cond_proj", config.condition_width(), d)?),
            Concat::Token => {
                Memory::Token { audio: linear("audio_proj", d_a, d)?, style: linear("style_proj", d_p, d)? }
            }
        };
        let bias = |linear: &Linear| linear.bias.as_ref().map_or_else(|| Ok(vec![0.0; d]), Weight::to_f32);
        let silence = match &memory {
            Memory::Feature(both) => [bias(both)?, Vec::new()],
            Memory::Token { audio, style } => [bias(audio)?, bias(style)?],
        };
        let layers = (0..config.layers).map(|i| Layer::load(pack, &format!("{prefix}.decoder.layers.{i}"), d, ff));
        Ok(Self {
            memory,
            silence,
            time: [linear("time_embed.0", d, d)?, linear("time_embed.2", d, d)?],
            input: linear("in_proj", d_x, d)?,
            layers: layers.collect::<Result<_>>()?,
            output: linear("out_proj", d, d_x)?,
            config,
        })
    }

    /// The configuration.
    pub fn config(&self) -> &DenoiserConfig {
        &self.config
    }

    /// Columns of [`DenoiserPlan::features`]: audio feature, style code, strengths.
    pub fn condition_width(&self) -> usize {
        self.config.condition_width()
    }

    /// Writes the code of a timestep, the input [`DenoiserPlan::time`], into `row`, d values.
    pub fn encode_time(&self, timestep: usize, row: &mut [f32]) {
        position::encode(timestep, row);
    }

    /// Values of the state of a plan: keys and values of every layer for each window and condition, and once for ∅.
    pub fn state_len(&self, shape: Shape) -> usize {
        let memories = shape.conditions * shape.windows + usize::from(shape.unconditional);
        let mut per_memory = self.memory_rows(shape.frames) * 2 * self.config.d;
        if self.config.align == 1 {
            per_memory += shape.frames * self.config.d;
        }
        memories * per_memory * self.config.layers
    }

    /// Rows that a window attends to.
    fn memory_rows(&self, frames: usize) -> usize {
        match self.memory {
            Memory::Feature(_) => frames,
            Memory::Token { .. } => frames + 1,
        }
    }
}

impl Layer {
    fn load(pack: &Pack, prefix: &str, d: usize, ff: usize) -> Result<Self> {
        let norm = |i: usize| LayerNorm::load(pack, &format!("{prefix}.norm{i}"), d, EPS);
        Ok(Self {
            self_attention: Attention::load(pack, &format!("{prefix}.self_attn"), d)?,
            cross_attention: Attention::load(pack, &format!("{prefix}.multihead_attn"), d)?,
            feed_forward: [
                Linear::load(pack, &format!("{prefix}.linear1"), d, ff)?,
                Linear::load(pack, &format!("{prefix}.linear2"), ff, d)?,
            ],
            norms: [norm(1)?, norm(2)?, norm(3)?],
        })
    }
}

impl Attention {
    fn load(pack: &Pack, prefix: &str, d: usize) -> Result<Self> {
        let weight = pack.tensor(&format!("{prefix}.in_proj_weight"), &[3 * d, d])?;
        let bias = Some(pack.tensor(&format!("{prefix}.in_proj_bias"), &[3 * d])?);
        Ok(Self { input: Linear { weight, bias }, output: Linear::load(pack, &format!("{prefix}.out_proj"), d, d)? })
    }
}
