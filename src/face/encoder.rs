//! GNPFA's encoders: a map or picture to a code. E_geo reads the deformed face's map, E_exp and E_pose a picture.
//!
//! `conv(3→c0) + SiLU; [conv_s2 + GN + SiLU] × levels; flatten; linear`. At 256² with 32..512 channels 2.9 GFLOP.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::nn::{Conv2d, GroupNorm, Linear};
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View};
use crate::tensor::{Bytes, Weight};

use super::{EPS, check_sizes};

/// Sizes of an encoder.
#[derive(Debug, Clone, Copy)]
pub struct EncoderSizes<'a> {
    /// Side of the input.
    pub res: usize,
    /// Channels, finest level first; every level halves the side.
    pub ch: &'a [usize],
    /// Groups of the norms.
    pub groups: usize,
    /// Columns of the code.
    pub d_out: usize,
}

/// The network's weights.
#[derive(Debug, Clone)]
pub struct Encoder {
    res: usize,
    stem: Conv2d,
    levels: Vec<(Conv2d, GroupNorm)>,
    code: Linear,
}

impl Encoder {
    /// `{prefix}.{stem,convs.{i},norms.{i},fc}.*`
    pub fn load(pack: &Pack, prefix: &str, sizes: EncoderSizes<'_>) -> Result<Self> {
        let EncoderSizes { res, ch, groups, d_out } = sizes;
        check_sizes(prefix, res, ch, groups, ch.len())?;
        if d_out == 0 {
            return Err(Error::InvalidPack(format!("{prefix}: an empty code")));
        }
        let level = |i: usize| -> Result<_> {
            let outputs = ch[(i + 1).min(ch.len() - 1)];
            let conv = Conv2d::load(pack, &format!("{prefix}.convs.{i}"), ch[i], outputs)?;
            Ok((conv, GroupNorm::load(pack, &format!("{prefix}.norms.{i}"), outputs, groups, EPS)?))
        };
        let (channels, texels) = (ch[ch.len() - 1], (res >> ch.len()).pow(2));
        let code = Linear::load(pack, &format!("{prefix}.fc"), channels.saturating_mul(texels), d_out)?;
        Ok(Self {
            res,
            stem: Conv2d::load(pack, &format!("{prefix}.stem"), 3, ch[0])?,
            levels: (0..ch.len()).map(level).collect::<Result<_>>()?,
            code: Linear { weight: channels_last(&code.weight, channels)?, bias: code.bias },
        })
    }

    /// Side of the input.
    pub fn res(&self) -> usize {
        self.res
    }

    /// Maps [B, res², 3] → codes [1, B, d_out].
    pub fn record(&self, plan: &mut PlanBuilder, map: View) -> View {
        let mut side = self.res;
        let mut h = self.stem.record(plan, "stem", map, side, Activation::Silu);
        for (conv, norm) in &self.levels {
            h = conv.record_down(plan, "down", h, side);
            norm.record_in_place(plan, h, Activation::Silu);
            side /= 2;
        }
        let flat = h.reshape(1, h.batch, h.rows * h.cols);
        self.code.record(plan, "code", flat, Activation::None)
    }
}

/// The columns of a [O, channels·texels] matrix in the order of maps that are channels last: torch flattens (channel,
/// texel), our maps lie (texel, channel).
fn channels_last(weight: &Weight, channels: usize) -> Result<Weight> {
    let size = weight.dtype().size();
    let texels = weight.shape()[1] / channels;
    if texels == 1 {
        return Ok(weight.clone());
    }
    let mut bytes = Vec::with_capacity(weight.bytes().len());
    for row in weight.bytes().chunks_exact(channels * texels * size) {
        for (texel, channel) in (0..texels).flat_map(|t| (0..channels).map(move |c| (t, c))) {
            let at = (channel * texels + texel) * size;
            bytes.extend_from_slice(&row[at..at + size]);
        }
    }
    let len = bytes.len();
    Weight::new(weight.name(), weight.shape(), weight.dtype(), Bytes::new(Arc::new(bytes), 0..len))
}
