//! The op `attention`.

use super::super::view::View;
use super::{Declared, Mask, same};

/// `out = softmax(scale·q·kᵀ + mask)·v`, head by head of d = cols/heads.
#[derive(Debug, Clone)]
pub struct Attention {
    /// [B, N, H·d]
    pub q: View,
    /// [B, M, H·d]
    pub k: View,
    /// [B, M, H·d]
    pub v: View,
    /// H
    pub heads: usize,
    /// Usually d^−½.
    pub scale: f32,
    /// Hidden keys.
    pub mask: Mask,
    /// [B, N, H·d]
    pub out: View,
}

impl Declared for Attention {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.q, self.k, self.v]
    }

    fn flops(&self) -> u64 {
        4 * (self.q.len() * self.k.rows) as u64
    }

    fn check(&self) {
        let Self { q, k, v, heads, out, .. } = self;
        same("attention", *q, *out);
        same("attention", *k, *v);
        let fits = q.batch == k.batch && q.cols == k.cols && q.cols % heads == 0 && k.rows > 0;
        assert!(fits, "attention: heads");
    }
}
