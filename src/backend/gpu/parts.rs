//! Ops in parts, so that no binding is larger than a device takes.

use std::ops::Range;

use crate::plan::View;

use super::lowering::Lowering;

/// What a binding may grow by when its ends are moved to where a device can bind.
pub(super) const SLACK_BYTES: u64 = 1024;

/// Some items, and some rows of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) items: Range<usize>,
    pub(super) rows: Range<usize>,
}

impl Part {
    /// This part of a view.
    pub(super) fn of(&self, view: View) -> View {
        view.batch(self.items.clone()).rows(self.rows.clone())
    }
}

/// Bytes that a binding of the view takes.
fn bytes(lowering: &Lowering, view: View) -> u64 {
    let element = if lowering.is_half(view) { 2 } else { 4 };
    (view.end() - view.offset) as u64 * element + SLACK_BYTES
}

/// True when each view can be bound.
pub(super) fn fits(lowering: &Lowering, mut views: impl Iterator<Item = View>) -> bool {
    views.all(|view| bytes(lowering, view) <= lowering.caps().max_storage_bytes)
}

/// Ranges of at most `step` that cover `0..count`.
pub(super) fn ranges(count: usize, step: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    (0..count).step_by(step).map(move |first| first..(first + step).min(count))
}

/// Largest of `count`, `count/2`, ... down to 1 that holds.
pub(super) fn most(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let mut most = count;
    while most > 1 && !holds(most) {
        most = most.div_ceil(2);
    }
    most
}

/// Ranges of the items that all views have, every one as many as fit. A range that does not fit even so is refused when
/// it is bound.
pub(super) fn items(lowering: &Lowering, views: &[View]) -> impl Iterator<Item = Range<usize>> + Clone + use<> {
    let count = views[0].batch;
    ranges(count, most(count, |n| fits(lowering, views.iter().map(|view| view.batch(0..n)))))
}

/// Parts of views that share items and rows: whole items, else single ones by multiples of `step` rows.
pub(super) fn rows(lowering: &Lowering, views: &[View], step: usize) -> Vec<Part> {
    let (count, steps) = (views[0].rows, views[0].rows.div_ceil(step));
    let first_rows = |n: usize| views.iter().map(move |view| view.batch(0..1).rows(0..(n * step).min(count)));
    let step = step * most(steps, |n| fits(lowering, first_rows(n)));
    let by_rows = ranges(count, step);
    items(lowering, views)
        .flat_map(|items| by_rows.clone().map(move |rows| Part { items: items.clone(), rows }))
        .collect()
}
