//! The op `prelu`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Declared, vector, views};

/// `v = x + add`, `out = max(v, 0) + slope·min(v, 0)` with a slope for each channel: with slopes of 0 a ReLU, with slopes of 1 a
/// sum. A narrower `add` is added to the first channels: a shortcut past a layer that makes more channels.
#[derive(Debug, Clone)]
pub struct Prelu {
    /// [B, R, C]; may be the same view as `out`.
    pub x: View,
    /// [B, R, A], A at most C; may be the same view as `out`.
    pub add: Option<View>,
    /// `[C]`
    pub slope: Weight,
    /// [B, R, C]
    pub out: View,
}

impl Declared for Prelu {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        views([Some(self.x), self.add])
    }

    fn check(&self) {
        let Self { x, add, slope, out } = self;
        assert_eq!(x.shape(), out.shape(), "prelu: shapes differ");
        if let Some(add) = add {
            assert!((add.batch, add.rows) == (x.batch, x.rows) && add.cols <= x.cols, "prelu: sum");
        }
        vector("prelu", slope, x.cols);
    }
}
