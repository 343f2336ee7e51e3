//! The op `depthwise2d`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Declared, same_channels, vector};

/// The largest side of a kernel.
pub const MAX_KERNEL: usize = 7;

/// Convolution of every channel of a map by a kernel of its own: `out[y,x,c] = bias[c] + Σ_{i,j} weight[c,i,j] ·
/// x[y·stride + i − pad, x·stride + j − pad, c]`, where texels outside the map are zero. Less padding before the map than half
/// a kernel leaves the more behind it, as networks need whose even maps are halved from their first texel.
#[derive(Debug, Clone)]
pub struct Depthwise2d {
    /// [B, height·width, C]
    pub x: View,
    /// Rows of the map.
    pub height: usize,
    /// Columns of the map.
    pub width: usize,
    /// [C, K, K], K at most [`MAX_KERNEL`].
    pub weight: Weight,
    /// `[C]`
    pub bias: Weight,
    /// 1 or 2; the output side is ⌈side/stride⌉.
    pub stride: usize,
    /// Texels of zeros before the map, above and to the left; less than K.
    pub pad: usize,
    /// [B, height'·width', C]
    pub out: View,
}

impl Declared for Depthwise2d {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.x]
    }

    fn flops(&self) -> u64 {
        2 * (self.out.batch * self.out.rows * self.weight.len()) as u64
    }

    fn check(&self) {
        let Self { x, height, width, weight, bias, stride, pad, out } = self;
        let kernel = weight.shape().last().copied().unwrap_or(0);
        assert!((1..=MAX_KERNEL).contains(&kernel) && *pad < kernel, "depthwise2d: kernel of {}", weight.name());
        assert_eq!(weight.shape(), [x.cols, kernel, kernel], "depthwise2d: {}", weight.name());
        assert!(matches!(stride, 1 | 2), "depthwise2d: stride");
        same_channels("depthwise2d", *x, *out);
        assert_eq!(x.rows, height * width, "depthwise2d: map");
        assert_eq!(out.rows, height.div_ceil(*stride) * width.div_ceil(*stride), "depthwise2d: output map");
        vector("depthwise2d", bias, x.cols);
    }
}
