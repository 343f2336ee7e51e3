//! The op `map`.

use super::super::view::View;
use super::{Activation, Declared, same};

/// `out = act(x)`; with no activation a copy.
#[derive(Debug, Clone)]
pub struct Map {
    /// [B, R, C]; batch stride 0 repeats.
    pub x: View,
    /// The function.
    pub activation: Activation,
    /// [B, R, C]
    pub out: View,
}

impl Declared for Map {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.x]
    }

    fn check(&self) {
        same("map", self.x, self.out);
    }
}
