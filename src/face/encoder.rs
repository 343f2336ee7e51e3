//! GNPFA's encoders: a map or picture to a code. E_geo reads the deformed face's map, E_exp and E_pose a picture.
//!
//! `conv(3→c0) + SiLU; [conv_s2 + GN + SiLU] × levels; flatten; linear`. At 256² with 32..512 channels 2.9 GFLOP.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits::{MAX_DIMENSION, MAX_MAP_LEVELS, MAX_MAP_SIDE};
use crate::nn::{Conv2d, GroupNorm, Linear};
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View};
use crate::tensor::{Bytes, Weight};

use super::EPS;

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
        check_sizes(prefix, res, ch, groups)?;
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

    /// An encoder whose channels and side only its tensors state: `convs.{i}` of as many levels as there are, and the
    /// inputs of `fc`.
    pub fn load_any(pack: &Pack, prefix: &str, groups: usize, d_out: usize) -> Result<Self> {
        let conv = |i: usize| format!("{prefix}.convs.{i}.weight");
        let levels = (0..MAX_MAP_LEVELS).take_while(|&i| pack.tensors().contains_key(&conv(i)));
        let inputs = |i: usize| Ok(pack.any_shape(&conv(i))?.shape().get(1).copied().unwrap_or(0));
        let ch: Vec<usize> = levels.map(inputs).collect::<Result<_>>()?;
        let flat = pack.any_shape(&format!("{prefix}.fc.weight"))?.shape().get(1).copied().unwrap_or(0);
        let texels = ch.last().and_then(|&deepest| flat.checked_div(deepest)).unwrap_or(0);
        Self::load(pack, prefix, EncoderSizes { res: texels.isqrt() << ch.len(), ch: &ch, groups, d_out })
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
        let code = self.code.record(plan, "code", flat, Activation::None);
        plan.keep_f32(code)
    }
}

/// Sizes that an encoder can be recorded with, of which the manifest states only E_geo's: a side that its levels leave
/// whole, channels that the groups divide.
fn check_sizes(what: &str, res: usize, ch: &[usize], groups: usize) -> Result<()> {
    let invalid = |detail: String| Err(Error::InvalidPack(format!("{what}: {detail}")));
    if ch.is_empty() || ch.len() > MAX_MAP_LEVELS {
        return invalid(format!("{} levels, expected 1 to {MAX_MAP_LEVELS}", ch.len()));
    }
    if res == 0 || res > MAX_MAP_SIDE || !res.is_multiple_of(1 << ch.len()) {
        return invalid(format!("a map of side {res} cannot be halved {} times", ch.len()));
    }
    if groups == 0 || ch.iter().any(|&c| c == 0 || c > MAX_DIMENSION || !c.is_multiple_of(groups)) {
        return invalid(format!("{groups} groups do not divide the channels {ch:?}"));
    }
    Ok(())
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
