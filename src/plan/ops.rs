//! The op list: every op of every network, declared once. Each backend matches it exhaustively.

use crate::tensor::Weight;

use super::view::View;

/// A function of one value, fused into the op before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// x
    None,
    /// x·Φ(x), exact with erf.
    Gelu,
    /// x·σ(1.702·x), CLIP's.
    QuickGelu,
    /// x·σ(x)
    Silu,
}

/// Which keys a query of [`Op::Attention`] sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mask {
    /// All.
    None,
    /// Key j ≤ query i.
    Causal,
    /// Query row 0 sees all; row i > 0 is frame i − 1 and sees keys with |i − 1 − j| < width.
    Band {
        /// Half-width in frames; at least 1.
        width: usize,
    },
}

/// One op. `x` is read, `out` is written whole and overlaps no input, except where `residual`, `add` or the op's own words
/// say otherwise: those may be the same view as `out`.
///
/// Shapes are [batch, rows, cols] of the views; `B`, `N`, `T` are counts, `I`, `O`, `C` channels.
#[derive(Debug, Clone)]
pub enum Op {
    /// `out[b,r,o] = act(Σ_i x[b,r,i]·weight[o,i] + bias[o]) + residual[b,r,o]`
    Linear {
        /// [B, R, I]
        x: View,
        /// `[O, I]`
        weight: Weight,
        /// `[O]`
        bias: Option<Weight>,
        /// Before the residual is added.
        activation: Activation,
        /// [B, R, O]; batch stride 0 repeats.
        residual: Option<View>,
        /// [B, R, O]
        out: View,
    },
    /// `out[b,t,o] = act(Σ_{k,i} x[b, t·stride + k·dilation − pad, g(o)+i]·weight[o,i,k] + bias[o]) + residual[b,t,o]`, zero
    /// outside the clip; o and i of the same group.
    Conv1d {
        /// [B, T, I]
        x: View,
        /// [O, I/groups, K]
        weight: Weight,
        /// `[O]`
        bias: Option<Weight>,
        /// Frames from a window to the next.
        stride: usize,
        /// Zeros before the first frame; those after the last follow from the rows of `out`.
        pad: usize,
        /// Frames from a tap to the next.
        dilation: usize,
        /// Channel groups.
        groups: usize,
        /// Before the residual is added.
        activation: Activation,
        /// [B, T', O]
        residual: Option<View>,
        /// [B, T', O]
        out: View,
    },
    /// 3×3 convolution with zero padding 1 over a map: `out = act(conv(x) + bias + add)`. With `upsample`, x is read as its
    /// nearest-neighbour double (stride 1 then); a backend may use the four 2×2 phase kernels instead.
    Conv2d {
        /// [B, height·width, I], height and width before upsampling.
        x: View,
        /// Rows of the map.
        height: usize,
        /// Columns of the map.
        width: usize,
        /// [O, I, 3, 3]
        weight: Weight,
        /// `[O]`
        bias: Option<Weight>,
        /// 1 or 2; the output side is ⌈side/stride⌉.
        stride: usize,
        /// Double the map first.
        upsample: bool,
        /// [B, height'·width', O]; batch stride 0 repeats.
        add: Option<View>,
        /// After the sum.
        activation: Activation,
        /// [B, height'·width', O]
        out: View,
    },
    /// `out = softmax(scale·q·kᵀ + mask)·v`, head by head of d = cols/heads.
    Attention {
        /// [B, N, H·d]
        q: View,
        /// [B, M, H·d]
        k: View,
        /// [B, M, H·d]
        v: View,
        /// H
        heads: usize,
        /// Usually d^−½.
        scale: f32,
        /// Hidden keys.
        mask: Mask,
        /// [B, N, H·d]
        out: View,
    },
    /// `out = act((x − mean)/√(var + eps)·weight + bias)` over the columns of each row, population variance.
    LayerNorm {
        /// [B, R, C]
        x: View,
        /// `[C]`
        weight: Weight,
        /// `[C]`
        bias: Weight,
        /// Added to the variance.
        eps: f32,
        /// After the affine map.
        activation: Activation,
        /// [B, R, C]; may be `x`.
        out: View,
    },
    /// `out = act(n·weight + bias)` or, with `film` = (γ, β), `act(n·(1 + γ) + β)`, where n is x normalised over all rows and
    /// the C/groups columns of each group.
    GroupNorm {
        /// [B, R, C]
        x: View,
        /// Divides C.
        groups: usize,
        /// Added to the variance.
        eps: f32,
        /// `[C]` and `[C]`
        affine: Option<(Weight, Weight)>,
        /// [B, 1, 2·C]: γ, then β.
        film: Option<View>,
        /// Last.
        activation: Activation,
        /// [B, R, C]; may be `x`.
        out: View,
    },
    /// `out = act(x)`; with no activation a copy.
    Map {
        /// [B, R, C]; batch stride 0 repeats.
        x: View,
        /// The function.
        activation: Activation,
        /// [B, R, C]
        out: View,
    },
    /// `out[b] = Σ_k weights[k·B + b, row, 0]·x[k·B + b, row]`: guidance over branches (paper eq. 9), the DDIM step over x0, x
    /// and noise. Terms add up in order of k.
    Combine {
        /// [K·B, N, C]
        x: View,
        /// [K·B, N, 1]; row stride 0 gives a branch one weight.
        weights: View,
        /// [B, N, C]; may be the items of one k of `x`: each element is read before it is written.
        out: View,
    },
    /// Linear interpolation over time at positions that the host computes in f64: with (low, part) = `positions[f]`,
    /// `out[b,f] = x[b,low]·(1 − part) + x[b, low+1]·part`; rows past the last one are the last one.
    Interpolate {
        /// [B, T, C]
        x: View,
        /// [1, F, 2]: row, a whole number from 0 on, and part of the way to the next one, 0..1.
        positions: View,
        /// [B, F, C]
        out: View,
    },
    /// Sparse gather from texels to vertices: `out[b,v,c] = Σ_k weight[v,k]·x[b, index[v,k], c]`.
    Gather {
        /// [B, texels, C]
        x: View,
        /// i32 [V, K]
        index: Weight,
        /// f32 [V, K]
        weight: Weight,
        /// [B, V, C]
        out: View,
    },
    /// How far a rigid motion takes points: `out[b,v] = R(motion[b])·p[v] − p[v] + t(motion[b])`, exactly zero for no
    /// motion.
    RigidMotion {
        /// [B, 1, 6]: rotation vector (the axis times the angle in radians, right-handed), translation.
        motion: View,
        /// [1, V, 3], about the centre that they turn about.
        points: View,
        /// [B, V, 3]
        out: View,
    },
    /// Unit vertex normals of `p = neutral + offsets[b]`: the normals (p₁ − p₀)×(p₂ − p₀) of a vertex's triangles add up,
    /// each weighted by its area, in order of the list; where they cancel or there is none, +Z.
    Normals {
        /// [B, V, 3]
        offsets: View,
        /// [1, V, 3]
        neutral: View,
        /// i32 [T, 3]: vertices, counter-clockwise seen from outside.
        triangles: Weight,
        /// i32 `[V + 1]`: where the list of each vertex begins in `incident`, and where the last one ends.
        first: Weight,
        /// i32 `[3·T]`: triangles of vertex 0 in rising order, then those of vertex 1, and so on.
        incident: Weight,
        /// [B, V, 3]
        out: View,
    },
}

impl Op {
    /// The op's stem: names of its kernels, its tests and its line in a profile.
    pub fn stem(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Conv1d { .. } => "conv1d",
            Self::Conv2d { .. } => "conv2d",
            Self::Attention { .. } => "attention",
            Self::LayerNorm { .. } => "layer_norm",
            Self::GroupNorm { .. } => "group_norm",
            Self::Map { .. } => "map",
            Self::Combine { .. } => "combine",
            Self::Interpolate { .. } => "interpolate",
            Self::Gather { .. } => "gather",
            Self::RigidMotion { .. } => "rigid_motion",
            Self::Normals { .. } => "normals",
        }
    }

    /// The view that is written.
    pub fn output(&self) -> View {
        match self {
            Self::Linear { out, .. }
            | Self::Conv1d { out, .. }
            | Self::Conv2d { out, .. }
            | Self::Attention { out, .. }
            | Self::LayerNorm { out, .. }
            | Self::GroupNorm { out, .. }
            | Self::Map { out, .. }
            | Self::Combine { out, .. }
            | Self::Interpolate { out, .. }
            | Self::Gather { out, .. }
            | Self::RigidMotion { out, .. }
            | Self::Normals { out, .. } => *out,
        }
    }

    /// The views that are read, in no particular order.
    pub fn inputs(&self) -> Vec<View> {
        match self {
            Self::Linear { x, residual, .. } | Self::Conv1d { x, residual, .. } => {
                [Some(*x), *residual].into_iter().flatten().collect()
            }
            Self::Conv2d { x, add, .. } => [Some(*x), *add].into_iter().flatten().collect(),
            Self::Attention { q, k, v, .. } => vec![*q, *k, *v],
            Self::GroupNorm { x, film, .. } => [Some(*x), *film].into_iter().flatten().collect(),
            Self::Combine { x, weights, .. } => vec![*x, *weights],
            Self::Interpolate { x, positions, .. } => vec![*x, *positions],
            Self::RigidMotion { motion, points, .. } => vec![*motion, *points],
            Self::Normals { offsets, neutral, .. } => vec![*offsets, *neutral],
            Self::LayerNorm { x, .. } | Self::Map { x, .. } | Self::Gather { x, .. } => vec![*x],
        }
    }

    /// Multiplications and additions of the products as defined above (not of a cleverer algorithm), for profiles.
    pub fn flops(&self) -> u64 {
        let n = match self {
            Self::Linear { weight, out, .. } => out.batch * out.rows * weight.len(),
            Self::Conv1d { weight, out, .. } | Self::Conv2d { weight, out, .. } => out.batch * out.rows * weight.len(),
            Self::Attention { q, k, .. } => 2 * q.len() * k.rows,
            Self::Gather { weight, x, out, .. } => out.batch * weight.len() * x.cols,
            _ => 0,
        };
        2 * n as u64
    }
}
