//! The op `gather`.

use crate::tensor::Weight;

use super::super::view::View;
use super::Declared;

/// Sparse gather from texels to vertices: `out[b,v,c] = Σ_k weight[v,k]·x[b, index[v,k], c]`.
#[derive(Debug, Clone)]
pub struct Gather {
    /// [B, texels, C]
    pub x: View,
    /// i32 [V, K]
    pub index: Weight,
    /// f32 [V, K]
    pub weight: Weight,
    /// [B, V, C]
    pub out: View,
}

impl Declared for Gather {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.x]
    }

    fn flops(&self) -> u64 {
        2 * (self.out.batch * self.weight.len() * self.x.cols) as u64
    }

    fn check(&self) {
        let Self { x, index, weight, out } = self;
        assert_eq!((x.batch, x.cols), (out.batch, out.cols), "gather");
        assert!(index.shape() == weight.shape() && index.shape()[0] == out.rows, "gather: lists");
    }
}
