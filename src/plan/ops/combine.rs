//! The op `combine`.

use super::super::view::View;
use super::Declared;

/// `out[b] = Σ_k weights[k·B + b, row, 0]·x[k·B + b, row]`: guidance over branches (paper eq. 9), the DDIM step over x0, x
/// and noise. Terms add up in order of k.
#[derive(Debug, Clone)]
pub struct Combine {
    /// [K·B, N, C]
    pub x: View,
    /// [K·B, N, 1]; row stride 0 gives a branch one weight.
    pub weights: View,
    /// [B, N, C]; may be the items of one k of `x`: each element is read before it is written.
    pub out: View,
}

impl Declared for Combine {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.x, self.weights]
    }

    fn check(&self) {
        let Self { x, weights, out } = self;
        let fits = x.batch % out.batch == 0 && (x.rows, x.cols) == (out.rows, out.cols);
        assert!(fits, "combine: branches");
        assert_eq!(weights.shape(), [x.batch, x.rows, 1], "combine: weights");
    }
}
