//! Weights as kernels read them, in a device's memory, packed once and shared by all programs of a backend.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::error::Result;
use crate::memory;
use crate::tensor::{DType, Weight};

/// Columns of a product are padded to this, so that no tile reads past them.
pub(super) const COLUMN_TILE: usize = 64;
/// Channels of a tap are padded to this: one load of 16 bytes.
pub(super) const DEPTH_TILE: usize = 8;

/// What a copy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Layout {
    /// f32 in their order, padded with zeros to [`COLUMN_TILE`].
    Vector,
    /// i32 in their order.
    List,
    /// f32 of [C, K, K] by taps: K·K rows of C.
    Taps,
    /// Halves of [O, I], or of [O, I, taps...] with the taps before the channels, in `groups` of columns:
    /// [group, O/groups padded, tap, I padded].
    Matrix {
        /// Groups of columns.
        groups: usize,
    },
    /// Halves of the four 2×2 kernels that a 3×3 kernel becomes on a doubled map: [phase, O padded, tap, I padded].
    Phases,
}

impl Layout {
    /// Bytes of a weight in this layout.
    pub(super) fn bytes(self, weight: &Weight) -> u64 {
        let bytes = match self {
            Self::Vector => weight.len().next_multiple_of(COLUMN_TILE) * 4,
            Self::List | Self::Taps => weight.len() * 4,
            Self::Matrix { .. } | Self::Phases => self.sides(weight).len() * 2,
        };
        bytes as u64
    }

    /// What a product's weight becomes.
    fn sides(self, weight: &Weight) -> Sides {
        let shape = weight.shape();
        let (groups, columns, taps) = match self {
            Self::Matrix { groups } => (groups, shape[0] / groups, shape[2..].iter().product()),
            _ => (4, shape[0], 4),
        };
        Sides { groups, columns, taps, inputs: shape[1] }
    }
}

/// What one copy is told from another by.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    identity: (usize, usize, DType),
    shape: Vec<usize>,
    layout: Layout,
}

impl Key {
    /// Holds as long as the weight does, whose address it has.
    pub(super) fn new(weight: &Weight, layout: Layout) -> Self {
        Self { identity: weight.identity(), shape: weight.shape().to_vec(), layout }
    }
}

/// A weight in a buffer of the device's. It keeps the one it came from, so that the address in its key stays taken.
pub(crate) struct Packed<B> {
    pub(crate) buffer: B,
    _source: Weight,
}

/// Weights in use.
pub(crate) struct Cache<B> {
    entries: Mutex<HashMap<Key, Weak<Packed<B>>>>,
    packed: AtomicUsize,
}

impl<B> Cache<B> {
    pub(crate) fn new() -> Self {
        Self { entries: Mutex::new(HashMap::new()), packed: AtomicUsize::new(0) }
    }

    /// The weight in this layout, which `upload` makes a buffer of unless some program holds it already.
    pub(crate) fn get(
        &self,
        weight: &Weight,
        layout: Layout,
        upload: impl FnOnce(&[u8]) -> Result<B>,
    ) -> Result<Arc<Packed<B>>> {
        let key = Key::new(weight, layout);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(packed) = entries.get(&key).and_then(Weak::upgrade) {
            return Ok(packed);
        }
        let bytes = pack(weight, layout)?;
        assert_eq!(bytes.len() as u64, layout.bytes(weight), "{} in {layout:?}", weight.name());
        let packed = Arc::new(Packed { buffer: upload(&bytes)?, _source: weight.clone() });
        self.packed.fetch_add(1, Ordering::Relaxed);
        entries.retain(|_, entry| entry.strong_count() > 0);
        entries.insert(key, Arc::downgrade(&packed));
        Ok(packed)
    }

    /// Weights packed so far.
    pub(crate) fn packed(&self) -> usize {
        self.packed.load(Ordering::Relaxed)
    }
}

fn pack(weight: &Weight, layout: Layout) -> Result<Vec<u8>> {
    Ok(match layout {
        Layout::Vector => {
            let mut values = weight.to_f32()?;
            let more = values.len().next_multiple_of(COLUMN_TILE) - values.len();
            memory::grow(&mut values, more, weight.name())?;
            values.resize(values.len() + more, 0.0);
            memory::copy(bytemuck::cast_slice(&values), weight.name())?
        }
        Layout::List => memory::copy(bytemuck::cast_slice(&weight.to_i32()?), weight.name())?,
        Layout::Taps => {
            let (w, channels) = (weight.to_f32()?, weight.shape()[0]);
            let taps = w.len() / channels;
            let values = (0..w.len()).map(|at| w[at % channels * taps + at / channels]);
            let values = memory::collect(values, weight.name())?;
            memory::copy(bytemuck::cast_slice(&values), weight.name())?
        }
        Layout::Matrix { .. } => {
            let (w, sides) = (weight.to_f32()?, layout.sides(weight));
            let Sides { columns, taps, inputs, .. } = sides;
            halves(sides, |g, n, tap, i| w[((g * columns + n) * inputs + i) * taps + tap])
        }
        Layout::Phases => {
            let (w, sides) = (weight.to_f32()?, layout.sides(weight));
            halves(sides, |phase, n, tap, i| {
                let kernel = &w[(n * sides.inputs + i) * 9..][..9];
                let rows = merged_taps(phase / 2, tap / 2);
                let columns = merged_taps(phase % 2, tap % 2);
                rows.flat_map(|y| columns.clone().map(move |x| kernel[y * 3 + x])).sum()
            })
        }
    })
}

/// Taps of a kernel of 3 over a doubled line that fall on the same source: output 2y + phase sees the sources
/// y + phase − 1 (tap 0) and y + phase (tap 1).
fn merged_taps(phase: usize, tap: usize) -> std::ops::Range<usize> {
    match (phase, tap) {
        (0, 0) => 0..1,
        (0, _) => 1..3,
        (_, 0) => 0..2,
        _ => 2..3,
    }
}

/// Sides of a product's weight, before padding.
#[derive(Clone, Copy)]
struct Sides {
    groups: usize,
    columns: usize,
    taps: usize,
    inputs: usize,
}

impl Sides {
    /// Columns and channels with their padding.
    fn padded(self) -> [usize; 2] {
        [self.columns.next_multiple_of(COLUMN_TILE), self.inputs.next_multiple_of(DEPTH_TILE)]
    }

    /// Elements, with padding.
    fn len(self) -> usize {
        self.padded().iter().product::<usize>() * self.groups * self.taps
    }
}

fn halves(sides: Sides, at: impl Fn(usize, usize, usize, usize) -> f32) -> Vec<u8> {
    let (Sides { groups, columns, taps, inputs }, [wide, deep]) = (sides, sides.padded());
    let mut values = vec![f16::ZERO; sides.len()];
    let mut row = vec![0.0f32; inputs];
    for g in 0..groups {
        for n in 0..columns {
            for tap in 0..taps {
                row.iter_mut().enumerate().for_each(|(i, value)| *value = at(g, n, tap, i));
                let start = ((g * wide + n) * taps + tap) * deep;
                values[start..start + inputs].convert_from_f32_slice(&row);
            }
        }
    }
    bytemuck::cast_slice::<u16, u8>(values.reinterpret_cast()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tap_of_a_kernel_falls_on_one_source_of_each_phase() {
        for phase in 0..2 {
            let taps: Vec<usize> = (0..2).flat_map(|tap| merged_taps(phase, tap)).collect();
            assert_eq!(taps, [0, 1, 2]);
        }
    }

    #[test]
    fn taps_of_a_kernel_for_each_channel_lie_in_rows_of_channels() {
        let values: Vec<f32> = (0..8).map(|v| v as f32).collect();
        let bytes = pack(&Weight::from_f32("w", &[2, 2, 2], &values), Layout::Taps).expect("memory");
        assert_eq!(bytemuck::cast_slice::<u8, f32>(&bytes), [0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0]);
    }

    #[test]
    fn taps_come_before_channels_and_groups_before_columns() {
        let values: Vec<f32> = (0..12).map(|v| v as f32).collect();
        let weight = Weight::from_f32("w", &[2, 2, 3], &values);
        let bytes = pack(&weight, Layout::Matrix { groups: 2 }).expect("memory");
        let found: &[u16] = bytemuck::cast_slice(&bytes);
        let at = |g: usize, tap: usize, i: usize| f16::from_bits(found[(g * COLUMN_TILE * 3 + tap) * 8 + i]).to_f32();
        assert_eq!(at(0, 2, 1), 5.0, "group 0, tap 2, channel 1");
        assert_eq!(at(1, 0, 1), 9.0, "group 1, tap 0, channel 1");
        assert_eq!(at(1, 0, 2), 0.0, "padding");
    }
}
