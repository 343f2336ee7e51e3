//! The op `conv2d`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Activation, Declared, products, same, vector, views};

/// 3×3 convolution with zero padding 1 over a map: `out = act(conv(x) + bias + add)`. With `upsample`, x is read as its
/// nearest-neighbour double (stride 1 then); a backend may use the four 2×2 phase kernels instead.
#[derive(Debug, Clone)]
pub struct Conv2d {
    /// [B, height·width, I], height and width before upsampling.
    pub x: View,
    /// Rows of the map.
    pub height: usize,
    /// Columns of the map.
    pub width: usize,
    /// [O, I, 3, 3]
    pub weight: Weight,
    /// `[O]`
    pub bias: Option<Weight>,
    /// 1 or 2; the output side is ⌈side/stride⌉.
    pub stride: usize,
    /// Double the map first.
    pub upsample: bool,
    /// [B, height'·width', O]; batch stride 0 repeats.
    pub add: Option<View>,
    /// After the sum.
    pub activation: Activation,
    /// [B, height'·width', O]
    pub out: View,
}

impl Declared for Conv2d {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        views([Some(self.x), self.add])
    }

    fn flops(&self) -> u64 {
        products(self.out, &self.weight)
    }

    fn check(&self) {
        let Self { x, height, width, weight, bias, stride, upsample, add, out, .. } = self;
        assert_eq!(weight.shape(), [out.cols, x.cols, 3, 3], "conv2d: {}", weight.name());
        let scale = if *upsample { 2 } else { 1 };
        assert!(matches!(stride, 1 | 2) && (*stride == 1 || !upsample), "conv2d: stride");
        let side = |n: usize| (n * scale).div_ceil(*stride);
        assert_eq!((x.batch, x.rows), (out.batch, height * width), "conv2d: map");
        assert_eq!(out.rows, side(*height) * side(*width), "conv2d: output map");
        bias.iter().for_each(|bias| vector("conv2d", bias, out.cols));
        add.iter().for_each(|add| same("conv2d", *add, *out));
    }
}
