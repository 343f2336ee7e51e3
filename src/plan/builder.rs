//! Recording: buffers, ports, sections and ops.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::limits::MAX_PLAN_BYTES;
use crate::memory;
use crate::tensor::Weight;

use super::arena::{self, Places};
use super::ops::{self, Activation, Mask, Op};
use super::view::{Buffer, Storage, View};

/// An input or output of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Port(pub(super) Buffer);

impl Port {
    /// The buffer behind it.
    pub fn buffer(self) -> Buffer {
        self.0
    }
}

/// A run of ops that is executed as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Section(pub(super) u32);

impl Section {
    /// Position in [`Plan::sections`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One buffer of a plan.
#[derive(Debug, Clone)]
pub struct BufferInfo {
    /// What it is, for profiles and error texts.
    pub label: &'static str,
    /// Number of f32 elements.
    pub len: usize,
    /// Where it lives.
    pub storage: Storage,
    /// First element in the arena, or in the state for [`Storage::State`], or in the constants.
    pub offset: usize,
    /// False lets a backend keep an intermediate or a state in half precision; ports and constants are always whole.
    pub keep_f32: bool,
}

/// Recorded work, ready for a backend.
#[derive(Debug)]
pub struct Plan {
    buffers: Vec<BufferInfo>,
    constants: Vec<f32>,
    ops: Vec<Op>,
    sections: Vec<(String, Range<usize>)>,
    ports_len: usize,
    arena_len: usize,
    state_len: usize,
    /// Why its constants are not whole: recording cannot fail, compiling can.
    refused: Option<Error>,
}

impl Plan {
    /// All buffers, by [`Buffer::index`].
    pub fn buffers(&self) -> &[BufferInfo] {
        &self.buffers
    }

    /// The buffers that the host writes.
    pub fn inputs(&self) -> impl Iterator<Item = Buffer> + '_ {
        let is_input = |i: &usize| self.buffers[*i].storage == Storage::Input;
        (0..self.buffers.len()).filter(is_input).map(|i| Buffer(i as u32))
    }

    /// Values of the constant buffers, one after another.
    pub fn constants(&self) -> &[f32] {
        &self.constants
    }

    /// Names and ops of the sections, by [`Section::index`].
    pub fn sections(&self) -> impl Iterator<Item = (&str, &[Op])> {
        self.sections.iter().map(|(name, range)| (name.as_str(), &self.ops[range.clone()]))
    }

    /// Ops of one section.
    pub fn ops(&self, section: Section) -> &[Op] {
        &self.ops[self.sections[section.index()].1.clone()]
    }

    /// Ops of the section of this number; `None` past the last.
    pub fn section_ops(&self, index: usize) -> Option<&[Op]> {
        self.sections.get(index).map(|(_, range)| &self.ops[range.clone()])
    }

    /// Elements of the arena.
    pub fn arena_len(&self) -> usize {
        self.arena_len
    }

    /// Elements of the ports, which are the first of the arena.
    pub fn ports_len(&self) -> usize {
        self.ports_len
    }

    /// Elements of one state.
    pub fn state_len(&self) -> usize {
        self.state_len
    }

    /// Values of a port; 0 for one of another plan.
    pub fn port_len(&self, port: Port) -> usize {
        self.buffers.get(port.0.index()).map_or(0, |buffer| buffer.len)
    }

    /// An error unless the port holds so many values.
    pub(crate) fn check_whole(&self, port: Port, len: usize) -> Result<()> {
        let buffer = self.buffers.get(port.0.index());
        let buffer = buffer.ok_or_else(|| Error::InvalidArgument("a port of another plan".to_owned()))?;
        match buffer.len == len {
            true => Ok(()),
            false => Err(Error::InvalidArgument(format!("{} holds {} values, not {len}", buffer.label, buffer.len))),
        }
    }

    /// Where the values `part` of a port lie, for a backend: counted as [`BufferInfo::offset`] is.
    ///
    /// # Errors
    /// `InvalidArgument` unless the port is of this storage and holds them.
    pub fn port_range(&self, port: Port, storage: Storage, part: Range<usize>) -> Result<Range<usize>> {
        let buffer = self.buffers.get(port.0.index()).filter(|buffer| buffer.storage == storage);
        let buffer =
            buffer.ok_or_else(|| Error::InvalidArgument(format!("not a port for {storage:?} of this plan")))?;
        if part.start > part.end || part.end > buffer.len {
            let text = format!("{} holds {} values, not {}..{}", buffer.label, buffer.len, part.start, part.end);
            return Err(Error::InvalidArgument(text));
        }
        Ok(buffer.offset + part.start..buffer.offset + part.end)
    }

    /// Memory of the recording itself, bytes.
    pub fn recorded_bytes(&self) -> usize {
        size_of_val(&*self.ops)
            + size_of_val(&*self.buffers)
            + size_of_val(&*self.constants)
            + size_of_val(&*self.sections)
    }

    /// Memory of the arena and one state, bytes.
    pub fn bytes(&self) -> u64 {
        (self.arena_len as u64 + self.state_len as u64) * 4
    }

    /// Refuses a plan that is too large to take memory for, such as one of a hostile pack; a backend asks before it does.
    /// `workspace_len` f32s are its own.
    ///
    /// # Errors
    /// `OutOfMemory` past [`MAX_PLAN_BYTES`], and when there was no memory for the constants.
    pub fn check_memory(&self, workspace_len: usize) -> Result<()> {
        if let Some(error) = &self.refused {
            return Err(error.clone());
        }
        let bytes = (workspace_len as u64).saturating_mul(4).saturating_add(self.bytes());
        if bytes <= MAX_PLAN_BYTES {
            return Ok(());
        }
        let name = self.sections.first().map_or("plan", |(name, _)| name);
        let (wanted, most) = (bytes >> 20, MAX_PLAN_BYTES >> 20);
        Err(Error::OutOfMemory(format!("{name}: the network would take {wanted} MiB, at most {most} are given")))
    }
}

/// Records a plan. The recording methods panic when shapes do not fit: that is a bug of the network that records, since
/// shapes of packs are checked when they are loaded.
#[derive(Default)]
pub struct PlanBuilder {
    buffers: Vec<BufferInfo>,
    constants: Vec<f32>,
    ops: Vec<Op>,
    sections: Vec<(String, Range<usize>)>,
    places: Places,
    refused: Option<Error>,
}

impl PlanBuilder {
    /// An empty plan.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the next section; all ops recorded from here on belong to it.
    pub fn section(&mut self, name: &str) -> Section {
        self.place_section();
        let at = self.ops.len();
        self.sections.push((name.to_owned(), at..at));
        Section(self.sections.len() as u32 - 1)
    }

    fn buffer(
        &mut self,
        label: &'static str,
        storage: Storage,
        batch: usize,
        rows: usize,
        cols: usize,
        offset: usize,
    ) -> View {
        let len = batch * rows * cols;
        assert!(len > 0, "{label}: empty buffer {batch}×{rows}×{cols}");
        let buffer = Buffer(self.buffers.len() as u32);
        let keep_f32 = !matches!(storage, Storage::Scratch | Storage::State);
        self.buffers.push(BufferInfo { label, len, storage, offset, keep_f32 });
        View { buffer, offset: 0, batch, rows, cols, batch_stride: rows * cols, row_stride: cols }
    }

    /// An intermediate.
    pub fn scratch(&mut self, label: &'static str, batch: usize, rows: usize, cols: usize) -> View {
        self.buffer(label, Storage::Scratch, batch, rows, cols, 0)
    }

    /// A buffer that the host writes.
    pub fn input(&mut self, label: &'static str, batch: usize, rows: usize, cols: usize) -> (Port, View) {
        let view = self.buffer(label, Storage::Input, batch, rows, cols, 0);
        (Port(view.buffer), view)
    }

    /// A buffer that the host reads.
    pub fn output(&mut self, label: &'static str, batch: usize, rows: usize, cols: usize) -> (Port, View) {
        let view = self.buffer(label, Storage::Output, batch, rows, cols, 0);
        (Port(view.buffer), view)
    }

    /// A buffer that lasts from section to section.
    pub fn state(&mut self, label: &'static str, batch: usize, rows: usize, cols: usize) -> View {
        self.buffer(label, Storage::State, batch, rows, cols, 0)
    }

    /// Asks for single precision of the view's buffer on every backend: for what is added up over many steps, or where half
    /// a millimetre in 200 shows.
    pub fn keep_f32(&mut self, view: View) -> View {
        self.buffers[view.buffer.index()].keep_f32 = true;
        view
    }

    /// Values known when recording, such as a positional code.
    ///
    /// # Panics
    /// If the values do not fill the shape.
    pub fn constant(&mut self, label: &'static str, batch: usize, rows: usize, cols: usize, values: &[f32]) -> View {
        assert_eq!(values.len(), batch * rows * cols, "{label}: values do not fill the shape");
        let view = self.buffer(label, Storage::Constant, batch, rows, cols, self.constants.len());
        let end = arena::align(self.constants.len() + values.len());
        let more = end - self.constants.len();
        match memory::grow(&mut self.constants, more, label) {
            Ok(()) => {
                self.constants.extend_from_slice(values);
                self.constants.resize(end, 0.0);
            }
            Err(error) => self.refused = Some(error),
        }
        view
    }

    /// Appends an op to the current section.
    ///
    /// # Panics
    /// If its shapes do not fit or it writes an input.
    pub fn push(&mut self, op: impl Into<Op>) {
        let op = op.into();
        for view in op.inputs().iter().chain([&op.output()]) {
            assert!(view.end() <= self.buffers[view.buffer.index()].len, "{}: view past its buffer", op.stem());
        }
        let out = op.output();
        assert!(out.batch == 1 || out.batch_stride >= out.cols, "{}: repeated output", op.stem());
        let storage = self.buffers[out.buffer.index()].storage;
        assert!(!matches!(storage, Storage::Input | Storage::Constant), "{}: writes an input", op.stem());
        op.check();
        if self.sections.is_empty() {
            self.section("main");
        }
        self.ops.push(op);
        let end = self.ops.len();
        self.sections.last_mut().expect("a section").1.end = end;
    }

    /// [`Op::Linear`] into a new intermediate.
    pub fn linear(
        &mut self,
        label: &'static str,
        x: View,
        weight: &Weight,
        bias: Option<&Weight>,
        activation: Activation,
    ) -> View {
        let out = self.scratch(label, x.batch, x.rows, weight.shape()[0]);
        self.push(ops::Linear { x, weight: weight.clone(), bias: bias.cloned(), activation, residual: None, out });
        out
    }

    /// [`Op::Linear`] plus a residual, into a new intermediate.
    pub fn linear_add(
        &mut self,
        label: &'static str,
        x: View,
        weight: &Weight,
        bias: Option<&Weight>,
        residual: View,
    ) -> View {
        let out = self.scratch(label, x.batch, x.rows, weight.shape()[0]);
        let activation = Activation::None;
        self.push(ops::Linear {
            x,
            weight: weight.clone(),
            bias: bias.cloned(),
            activation,
            residual: Some(residual),
            out,
        });
        out
    }

    /// [`Op::Attention`] into a new intermediate; scale (cols/heads)^−½.
    pub fn attention(&mut self, label: &'static str, q: View, k: View, v: View, heads: usize, mask: Mask) -> View {
        let out = self.scratch(label, q.batch, q.rows, q.cols);
        let scale = ((q.cols / heads) as f32).sqrt().recip();
        self.push(ops::Attention { q, k, v, heads, scale, mask, out });
        out
    }

    /// [`Op::LayerNorm`] into a new intermediate.
    pub fn layer_norm(&mut self, label: &'static str, x: View, weight: &Weight, bias: &Weight, eps: f32) -> View {
        let out = self.scratch(label, x.batch, x.rows, x.cols);
        self.push(ops::LayerNorm {
            x,
            weight: weight.clone(),
            bias: bias.clone(),
            eps,
            activation: Activation::None,
            out,
        });
        out
    }

    /// [`Op::Map`] without a function: a copy.
    pub fn copy(&mut self, x: View, out: View) {
        self.push(ops::Map { x, activation: Activation::None, out });
    }

    /// Gives the intermediates of the section that ends here their places.
    fn place_section(&mut self) {
        if let Some((name, range)) = self.sections.last() {
            self.places.section(name, &self.ops[range.clone()], &mut self.buffers);
        }
    }

    /// Gives every buffer its place.
    pub fn finish(mut self) -> Plan {
        self.place_section();
        let (ports_len, arena_len, state_len) = self.places.finish(&mut self.buffers);
        Plan {
            buffers: self.buffers,
            constants: self.constants,
            ops: self.ops,
            sections: self.sections,
            ports_len,
            arena_len,
            state_len,
            refused: self.refused,
        }
    }
}
