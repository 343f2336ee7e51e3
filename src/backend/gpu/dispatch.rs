//! A lowered plan as plain data: kernel calls over ranges of memory.

use std::ops::Range;

use crate::plan::Plan;
use crate::tensor::Weight;

use super::kernel::Kernel;
use super::weights::Layout;

/// Memory that a binding lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// Of the executable: ports and intermediates, then what single ops need.
    Arena,
    /// Of the state.
    State,
    /// Of the plan.
    Constants,
    /// By position in [`Lowered::weights`].
    Weight(usize),
}

/// A range of memory that a kernel sees.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    /// The shader's.
    pub(crate) name: &'static str,
    pub(crate) memory: Memory,
    /// Bytes, in whole vectors: it may end past what is there, so memory is a vector longer than that.
    pub(crate) range: Range<u64>,
    pub(crate) writes: bool,
}

/// One kernel call.
pub(crate) struct Dispatch {
    pub(crate) stem: &'static str,
    /// By position in [`Lowered::kernels`].
    pub(crate) kernel: usize,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) params: Vec<u8>,
    pub(crate) groups: [u32; 3],
    /// True when it touches what an earlier one since the last barrier wrote, or writes what one read.
    pub(crate) waits: bool,
    /// Multiplications and additions.
    pub(crate) flops: u64,
}

/// A lowered plan: all that a device is to do, and nothing of the device.
#[derive(Default)]
pub(crate) struct Lowered {
    /// By section.
    pub(crate) sections: Vec<Vec<Dispatch>>,
    /// Each once, in the order of first use.
    pub(crate) kernels: Vec<Kernel>,
    /// Each once for every layout.
    pub(crate) weights: Vec<(Weight, Layout)>,
    /// Bytes behind the arena that some op needs for itself.
    pub(crate) workspace_bytes: u64,
}

/// A dispatch with its bindings and parameters on the heap, about.
const DISPATCH_BYTES: usize = 512;

impl Lowered {
    /// Memory of the host's, about.
    pub(crate) fn bytes(&self) -> usize {
        self.sections.iter().map(Vec::len).sum::<usize>() * DISPATCH_BYTES
    }
}

/// First byte of the workspace in the arena's buffer.
pub(crate) fn workspace_start(plan: &Plan) -> u64 {
    (plan.arena_len() as u64 * 4).next_multiple_of(256)
}
