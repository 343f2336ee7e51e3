//! The op `interpolate`.

use super::super::view::View;
use super::Declared;

/// Linear interpolation over time at positions that the host computes in f64: with (low, part) = `positions[f]`,
/// `out[b,f] = x[b,low]·(1 − part) + x[b, low+1]·part`; rows past the last one are the last one.
#[derive(Debug, Clone)]
pub struct Interpolate {
    /// [B, T, C]
    pub x: View,
    /// [1, F, 2]: row, a whole number from 0 on, and part of the way to the next one, 0..1.
    pub positions: View,
    /// [B, F, C]
    pub out: View,
}

impl Declared for Interpolate {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.x, self.positions]
    }

    fn check(&self) {
        let Self { x, positions, out } = self;
        assert_eq!((x.batch, x.cols), (out.batch, out.cols), "interpolate");
        assert_eq!(positions.shape(), [1, out.rows, 2], "interpolate: positions");
    }
}
