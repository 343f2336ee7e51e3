//! From ops to dispatches: which kernel, on which parts of memory, with which parameters.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use crate::backend::device::Tier;
use crate::each_op;
use crate::error::{Error, Result};
use crate::plan::{Op, Plan, Storage, View};
use crate::tensor::Weight;

use super::caps::Caps;
use super::dispatch::{Binding, Dispatch, Lowered, Memory, workspace_start};
use super::hazards::Hazards;
use super::kernel::{Kernel, MAX_BINDINGS, MAX_GROUPS, PUSH_BYTES};
use super::params::Params;
use super::weights::{Key, Layout};

/// What the start of a binding is a multiple of at least: a vector load stays aligned.
const VECTOR_BYTES: u64 = 16;

/// Where a view lies inside its binding, in elements: offset, batch stride, row stride. The three words that every kernel
/// takes of a view.
pub(super) type Span = [u32; 3];

/// An op that becomes dispatches.
pub(super) trait Lower {
    /// # Errors
    /// `OutOfMemory`; `Unsupported` for what passes the device's bounds; `InvalidPack` for a list out of a pack that does not fit.
    fn lower(&self, lowering: &mut Lowering<'_>) -> Result<()>;

    /// Records the op, with what it may do without and without it: tests lower these on devices of all kinds.
    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder);
}

/// Lowers the ops of a plan, section by section.
pub(super) struct Lowering<'a> {
    caps: &'a Caps,
    plan: &'a Plan,
    lowered: Lowered,
    /// Positions of what has one in `lowered`.
    kernels: HashMap<Kernel, usize>,
    weights: HashMap<Key, usize>,
    dispatches: Vec<Dispatch>,
    hazards: Hazards,
}

/// A kernel call being put together.
pub(super) struct Call {
    stem: &'static str,
    bindings: Vec<Binding>,
}

impl Call {
    /// Begins a call of the kernel with this stem.
    pub(super) fn new(stem: &'static str) -> Self {
        Self { stem, bindings: Vec::new() }
    }

    /// Binds the memory before once more, at the place that a kernel has for what this op does without.
    pub(super) fn without(&mut self, name: &'static str) {
        let before = self.bindings.last().expect("a binding before").clone();
        self.bindings.push(Binding { name, writes: false, ..before });
    }
}

/// Lowers a plan for a device that can do this.
///
/// # Errors
/// As [`Lower::lower`].
pub(crate) fn lower(caps: &Caps, plan: &Plan) -> Result<Lowered> {
    let mut lowering = Lowering {
        caps,
        plan,
        lowered: Lowered::default(),
        kernels: HashMap::new(),
        weights: HashMap::new(),
        dispatches: Vec::new(),
        hazards: Hazards::default(),
    };
    for (_, ops) in plan.sections() {
        lowering.hazards = Hazards::default();
        for op in ops.iter().filter(|op| !op.output().is_empty()) {
            lowering.op(op)?;
        }
        let section = std::mem::take(&mut lowering.dispatches);
        lowering.lowered.sections.push(section);
    }
    Ok(lowering.lowered)
}

impl Lowering<'_> {
    fn op(&mut self, op: &Op) -> Result<()> {
        macro_rules! lower {
            ($($stem:ident $Name:ident),* $(,)?) => {
                match op {
                    $(Op::$Name(op) => op.lower(self),)*
                }
            };
        }
        each_op!(lower)
    }

    pub(super) fn caps(&self) -> &Caps {
        self.caps
    }

    /// True when the view's buffer is kept in half precision.
    pub(super) fn is_half(&self, view: View) -> bool {
        self.caps.half && !self.plan.buffers()[view.buffer.index()].keep_f32
    }

    /// True when rows of `width` of this view can be read 16 bytes at a time.
    pub(super) fn is_vector(&self, view: View) -> bool {
        let lanes = if self.is_half(view) { 8 } else { 4 };
        // Buffers begin at multiples of 64 bytes, bindings at multiples of 16.
        [view.offset, view.cols].iter().all(|n| n.is_multiple_of(lanes))
            && (view.rows == 1 || view.row_stride.is_multiple_of(lanes))
            && (view.batch == 1 || view.batch_stride.is_multiple_of(lanes))
    }

    fn element_bytes(&self, view: View) -> u64 {
        if self.is_half(view) { 2 } else { 4 }
    }

    fn bind(&self, call: &mut Call, name: &'static str, view: View, writes: bool) -> Result<Span> {
        let buffer = &self.plan.buffers()[view.buffer.index()];
        let memory = match buffer.storage {
            Storage::Scratch | Storage::Input | Storage::Output => Memory::Arena,
            Storage::State => Memory::State,
            Storage::Constant => Memory::Constants,
        };
        let element = self.element_bytes(view);
        let at = |index: usize| buffer.offset as u64 * 4 + index as u64 * element;
        let alignment = self.caps.storage_alignment.max(VECTOR_BYTES);
        let start = at(view.offset) / alignment * alignment;
        let end = at(view.end()).next_multiple_of(VECTOR_BYTES);
        let bound = self.caps.max_storage_bytes;
        if end - start > bound {
            let (bytes, bound) = ((end - start) >> 20, bound >> 20);
            let text = format!("{}: {bytes} MiB of {} pass the {bound} MiB of a binding", call.stem, buffer.label);
            return Err(Error::Unsupported(text));
        }
        call.bindings.push(Binding { name, memory, range: start..end, writes });
        let word = |n: usize| u32::try_from(n).map_err(|_| Error::Unsupported(format!("{}: stride of {n}", call.stem)));
        let offset = (at(view.offset) - start) / element;
        Ok([offset as u32, word(view.batch_stride)?, word(view.row_stride)?])
    }

    /// Binds a view that is read, at the next place of the kernel, which has this name in the shader.
    pub(super) fn read(&self, call: &mut Call, name: &'static str, view: View) -> Result<Span> {
        self.bind(call, name, view, false)
    }

    /// Binds a view that is written, and perhaps read.
    pub(super) fn write(&self, call: &mut Call, name: &'static str, view: View) -> Result<Span> {
        self.bind(call, name, view, true)
    }

    /// Binds a weight in this layout.
    pub(super) fn weight(
        &mut self,
        call: &mut Call,
        name: &'static str,
        weight: &Weight,
        layout: Layout,
    ) -> Result<()> {
        let bytes = layout.bytes(weight).max(1).next_multiple_of(VECTOR_BYTES);
        if bytes > self.caps.max_storage_bytes {
            let text = format!("{}: {} MiB pass the bound of a binding", weight.name(), bytes >> 20);
            return Err(Error::Unsupported(text));
        }
        let list = &mut self.lowered.weights;
        let index = number(&mut self.weights, Key::new(weight, layout), |_| list.push((weight.clone(), layout)));
        call.bindings.push(Binding { name, memory: Memory::Weight(index), range: 0..bytes, writes: false });
        Ok(())
    }

    /// Binds `bytes` of memory that holds values from one kernel of an op to its next.
    pub(super) fn workspace(&mut self, call: &mut Call, name: &'static str, bytes: u64, writes: bool) {
        self.lowered.workspace_bytes = self.lowered.workspace_bytes.max(bytes);
        let start = workspace_start(self.plan);
        call.bindings.push(Binding { name, memory: Memory::Arena, range: start..start + bytes, writes });
    }

    /// The variant of a kernel for this device: `<stem>.half` or `<stem>.packed`.
    pub(super) fn variant(&self, stem: &str) -> String {
        format!("{stem}.{}", if self.caps().tier() == Tier::Packed { "packed" } else { "half" })
    }

    /// Appends the call. `constants` begins with the size of a workgroup; `groups` are cut to what a device takes, since
    /// every kernel loops over its grid.
    pub(super) fn dispatch<P: Params>(
        &mut self,
        call: Call,
        module: String,
        constants: Vec<u32>,
        params: &P,
        groups: [usize; 3],
        flops: u64,
    ) {
        let params = bytemuck::bytes_of(params).to_vec();
        assert!(params.len() <= PUSH_BYTES as usize && call.bindings.len() <= MAX_BINDINGS as usize, "{}", call.stem);
        let bindings = call.bindings.iter().map(|binding| (binding.name, binding.writes));
        let kernel = Kernel::new::<P>(module, constants, bindings);
        let list = &mut self.lowered.kernels;
        let kernel = number(&mut self.kernels, kernel, |kernel| list.push(kernel.clone()));
        let waits = self.hazards.admit(&call.bindings);
        let groups = groups.map(|n| n.clamp(1, MAX_GROUPS as usize) as u32);
        let Call { stem, bindings } = call;
        self.dispatches.push(Dispatch { stem, kernel, bindings, params, groups, waits, flops });
    }
}

/// The position of `key` among those that were numbered; `add` lists what is new.
fn number<K: Eq + Hash>(positions: &mut HashMap<K, usize>, key: K, add: impl FnOnce(&K)) -> usize {
    let next = positions.len();
    match positions.entry(key) {
        Entry::Occupied(known) => *known.get(),
        Entry::Vacant(new) => {
            add(new.key());
            *new.insert(next)
        }
    }
}
