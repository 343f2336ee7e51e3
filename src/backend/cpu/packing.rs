//! Weights as kernels read them: f32 panels, made once and shared by all programs of a backend.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::error::Result;
use crate::tensor::{DType, Weight};

use super::gemm::{Panels, Tiles};
use super::memory::Aligned;
use super::scheme::Kind;

/// What a packed copy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Layout {
    /// The values in their order, padded with zeros to full panels.
    Vector,
    /// [O, I] by rows of I.
    Matrix,
    /// [O, I, K] of so many groups, by rows of K·I.
    Kernel1d { groups: usize },
    /// [O, I, 3, 3] by rows of 3·3·I.
    Kernel2d,
    /// [C, K, K] by taps: K·K rows of C.
    Taps,
    /// [O, I, 3, 3] transformed by a scheme, one panel set per element, each by rows of I.
    Winograd(Kind),
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    identity: (usize, usize, DType),
    shape: Vec<usize>,
    layout: Layout,
}

/// A packed weight. It keeps the weight it came from, so that the address in its key stays taken.
pub(super) struct Packed {
    data: Aligned,
    /// Elements from a group's panels to the next.
    stride: usize,
    depth: usize,
    columns: usize,
    _source: Weight,
}

impl Packed {
    /// Panels of one group or element.
    pub(super) fn panels(&self, group: usize) -> Panels {
        let data = &self.data.as_slice()[group * self.stride..];
        Panels { data: data.as_ptr(), depth: self.depth, columns: self.columns }
    }

    /// The values of a [`Layout::Vector`], or of [`Layout::Taps`].
    pub(super) fn vector(&self) -> &[f32] {
        self.data.as_slice()
    }
}

/// Packed weights in use: programs hold them.
#[derive(Default)]
pub(super) struct Cache {
    entries: Mutex<HashMap<Key, Weak<Packed>>>,
    packed: AtomicUsize,
}

impl Cache {
    /// The weight in this layout, packed unless some program holds it already.
    pub(super) fn get(&self, tiles: &Tiles, weight: &Weight, layout: Layout) -> Result<Arc<Packed>> {
        let key = Key { identity: weight.identity(), shape: weight.shape().to_vec(), layout };
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(packed) = entries.get(&key).and_then(Weak::upgrade) {
            return Ok(packed);
        }
        let packed = Arc::new(pack(tiles, weight, layout)?);
        self.packed.fetch_add(1, Ordering::Relaxed);
        entries.retain(|_, entry| entry.strong_count() > 0);
        entries.insert(key, Arc::downgrade(&packed));
        Ok(packed)
    }

    /// Weights packed so far.
    pub(super) fn packed(&self) -> usize {
        self.packed.load(Ordering::Relaxed)
    }
}

fn pack(tiles: &Tiles, weight: &Weight, layout: Layout) -> Result<Packed> {
    let w = weight.to_f32()?;
    let shape = weight.shape();
    let panels = |groups: usize, depth: usize, columns: usize, at: &dyn Fn(usize, usize, usize) -> f32| {
        let stride = tiles.padded(columns) * depth;
        let mut data = Aligned::zeros(groups * stride)?;
        for (g, group) in data.as_mut_slice().chunks_exact_mut(stride).enumerate() {
            fill(tiles, group, depth, columns, |k, n| at(g, k, n));
        }
        Ok(Packed { data, stride, depth, columns, _source: weight.clone() })
    };
    match layout {
        Layout::Vector => {
            let mut data = Aligned::zeros(tiles.padded(w.len()).max(w.len().next_multiple_of(16)))?;
            data.as_mut_slice()[..w.len()].copy_from_slice(&w);
            Ok(Packed { data, stride: 0, depth: 1, columns: w.len(), _source: weight.clone() })
        }
        Layout::Taps => {
            let (channels, taps) = (shape[0], shape[1] * shape[2]);
            let mut data = Aligned::zeros(w.len().max(1))?;
            let places = data.as_mut_slice().iter_mut().enumerate().take(w.len());
            places.for_each(|(at, value)| *value = w[at % channels * taps + at / channels]);
            Ok(Packed { data, stride: 0, depth: taps, columns: channels, _source: weight.clone() })
        }
        Layout::Matrix => {
            let (o, i) = (shape[0], shape[1]);
            panels(1, i, o, &|_, k, n| w[n * i + k])
        }
        Layout::Kernel1d { groups } => {
            let (o, i, taps) = (shape[0] / groups, shape[1], shape[2]);
            panels(groups, taps * i, o, &|g, k, n| w[((g * o + n) * i + k % i) * taps + k / i])
        }
        Layout::Kernel2d => {
            let (o, i) = (shape[0], shape[1]);
            panels(1, 9 * i, o, &|_, k, n| w[(n * i + k % i) * 9 + k / i])
        }
        Layout::Winograd(kind) => {
            let (o, i) = (shape[0], shape[1]);
            panels(kind.elements(), i, o, &|e, k, n| kind.transform_kernel(&w[(n * i + k) * 9..][..9], e))
        }
    }
}

/// Writes `depth` × `columns` values panel by panel.
fn fill(tiles: &Tiles, data: &mut [f32], depth: usize, columns: usize, at: impl Fn(usize, usize) -> f32) {
    for first in (0..columns).step_by(tiles.columns[0]) {
        let width = tiles.width(columns, first);
        let panel = &mut data[first * depth..][..width * depth];
        for (k, row) in panel.chunks_exact_mut(width).enumerate() {
            for (n, value) in row.iter_mut().enumerate().take(columns - first) {
                *value = at(k, first + n);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::Isa;
    use super::*;

    fn weight() -> Weight {
        Weight::from_f32("w", &[2, 4, 3, 3], &[0.5; 72])
    }

    #[test]
    fn same_weight_and_layout_are_packed_once() {
        let (cache, tiles, weight) = (Cache::default(), Isa::Portable.tiles(), weight());
        let first = cache.get(tiles, &weight, Layout::Kernel2d).expect("packs");
        assert!(Arc::ptr_eq(&first, &cache.get(tiles, &weight.clone(), Layout::Kernel2d).expect("packs")));
        assert!(!Arc::ptr_eq(&first, &cache.get(tiles, &weight, Layout::Winograd(Kind::Down)).expect("packs")));
        let matrix = weight.reshaped(&[8, 9]);
        let other = weight.reshaped(&[9, 8]);
        let matrix = cache.get(tiles, &matrix, Layout::Matrix).expect("packs");
        assert!(!Arc::ptr_eq(&matrix, &cache.get(tiles, &other, Layout::Matrix).expect("packs")));
    }

    #[test]
    fn packed_weight_goes_with_its_last_user() {
        let (cache, tiles, weight) = (Cache::default(), Isa::Portable.tiles(), weight());
        let first = Arc::downgrade(&cache.get(tiles, &weight, Layout::Kernel2d).expect("packs"));
        assert!(first.upgrade().is_none(), "nobody holds it");
        let kept = cache.get(tiles, &weight, Layout::Vector).expect("packs");
        assert_eq!(cache.entries.lock().expect("cache").len(), 1, "dead entries are swept");
        drop(weight);
        assert_eq!(kept.vector()[..72], [0.5; 72], "the packed copy keeps its values");
    }
}
