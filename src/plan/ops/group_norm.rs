//! The op `group_norm`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Activation, Declared, same, vector, views};

/// `out = act(n·weight + bias)` or, with `film` = (γ, β), `act(n·(1 + γ) + β)`, where n is x normalised over all rows and
/// the C/groups columns of each group.
#[derive(Debug, Clone)]
pub struct GroupNorm {
    /// [B, R, C]
    pub x: View,
    /// Divides C.
    pub groups: usize,
    /// Added to the variance.
    pub eps: f32,
    /// `[C]` and `[C]`
    pub affine: Option<(Weight, Weight)>,
    /// [B, 1, 2·C]: γ, then β.
    pub film: Option<View>,
    /// Last.
    pub activation: Activation,
    /// [B, R, C]; may be `x`.
    pub out: View,
}

impl Declared for GroupNorm {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        views([Some(self.x), self.film])
    }

    fn check(&self) {
        let Self { x, groups, affine, film, out, .. } = self;
        same("group_norm", *x, *out);
        assert!(x.cols % groups == 0, "group_norm: groups");
        if let Some((weight, bias)) = affine {
            vector("group_norm", weight, x.cols);
            vector("group_norm", bias, x.cols);
        }
        film.iter().for_each(|film| assert_eq!(film.shape(), [x.batch, 1, 2 * x.cols], "group_norm: film"));
        assert!(affine.is_none() || film.is_none(), "group_norm: affine and film");
    }
}
