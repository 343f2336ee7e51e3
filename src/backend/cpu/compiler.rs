//! From ops to steps.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Op, Plan, View};
use crate::tensor::Weight;

use super::executable::Step;
use super::isa::Isa;
use super::memory::Place;
use super::packing::{Cache, Layout, Packed};
use super::rigid_motion;
use super::{attention, combine, conv1d, conv2d, gather, group_norm, interpolate, layer_norm, linear, map, normals};

/// Collects the steps of a section.
pub(super) struct Compiler<'a> {
    pub(super) isa: Isa,
    plan: &'a Plan,
    cache: &'a Cache,
    steps: Vec<Box<dyn Step>>,
    /// f32s that the op with the largest workspace needs.
    pub(super) workspace_len: usize,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(isa: Isa, plan: &'a Plan, cache: &'a Cache) -> Self {
        Self { isa, plan, cache, steps: Vec::new(), workspace_len: 0 }
    }

    /// The steps of some ops.
    pub(super) fn section(&mut self, ops: &[Op]) -> Result<Vec<Box<dyn Step>>> {
        for op in ops.iter().filter(|op| !op.output().is_empty()) {
            match op {
                Op::Linear { .. } => linear::compile(op, self)?,
                Op::Conv1d { .. } => conv1d::compile(op, self)?,
                Op::Conv2d { .. } => conv2d::compile(op, self)?,
                Op::Attention { .. } => attention::compile(op, self),
                Op::LayerNorm { .. } => layer_norm::compile(op, self)?,
                Op::GroupNorm { .. } => group_norm::compile(op, self)?,
                Op::Map { .. } => map::compile(op, self),
                Op::Combine { .. } => combine::compile(op, self),
                Op::Interpolate { .. } => interpolate::compile(op, self),
                Op::Gather { .. } => gather::compile(op, self)?,
                Op::RigidMotion { .. } => rigid_motion::compile(op, self),
                Op::Normals { .. } => normals::compile(op, self)?,
            }
        }
        Ok(std::mem::take(&mut self.steps))
    }

    pub(super) fn push(&mut self, step: impl Step + 'static) {
        self.steps.push(Box::new(step));
    }

    pub(super) fn place(&self, view: View) -> Place {
        Place::new(self.plan, view)
    }

    pub(super) fn pack(&self, weight: &Weight, layout: Layout) -> Result<Arc<Packed>> {
        self.cache.get(self.isa.tiles(), weight, layout)
    }

    /// Asks for `len` f32s that live from step to step of one op.
    pub(super) fn reserve_workspace(&mut self, len: usize) {
        self.workspace_len = self.workspace_len.max(len);
    }
}
