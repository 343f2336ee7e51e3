//! The op `max_pool2d`.

use super::super::view::View;
use super::{Declared, same_channels};

/// Every channel's largest of 2×2 texels: `out[y,x,c] = max_{i,j ∈ 0,1} x[2y + i, 2x + j, c]`.
#[derive(Debug, Clone)]
pub struct MaxPool2d {
    /// [B, height·width, C]
    pub x: View,
    /// Rows of the map; even.
    pub height: usize,
    /// Columns of the map; even.
    pub width: usize,
    /// [B, height/2 · width/2, C]
    pub out: View,
}

impl Declared for MaxPool2d {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.x]
    }

    fn check(&self) {
        let Self { x, height, width, out } = self;
        assert!(height.is_multiple_of(2) && width.is_multiple_of(2), "max_pool2d: {height}×{width}");
        same_channels("max_pool2d", *x, *out);
        assert_eq!((x.rows, out.rows), (height * width, height / 2 * (width / 2)), "max_pool2d: map");
    }
}
