//! What the kernels that go element by element share: shaders/lib/element.glsl.

use crate::plan::View;

use super::lowering::Lowering;
use super::params::params;

/// Invocations of a workgroup.
pub(super) const GROUP: u32 = 128;

/// True when all views can be read and written by four columns.
pub(super) fn by_four(lowering: &Lowering, views: &[View]) -> bool {
    views.iter().all(|view| lowering.is_vector(*view))
}

params! {
    /// The front of every kernel's parameters.
    pub(super) struct Shape {
        batch: u32,
        rows: u32,
        cols: u32,
    }
}

impl Shape {
    pub(super) fn of(view: View) -> Self {
        let [batch, rows, cols] = view.shape().map(|n| n as u32);
        Self { batch, rows, cols }
    }
}

/// Workgroups that give every invocation one element, or four.
pub(super) fn grid(out: View, four: bool) -> [usize; 3] {
    [out.len().div_ceil(if four { 4 } else { 1 } * GROUP as usize), 1, 1]
}

/// Workgroups that give every invocation one row.
pub(super) fn row_grid(out: View) -> [usize; 3] {
    [(out.batch * out.rows).div_ceil(GROUP as usize), 1, 1]
}
