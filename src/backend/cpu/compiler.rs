//! From ops to steps, a bounded part at a time.

use std::sync::Arc;

use crate::clock::Instant;
use crate::each_op;
use crate::error::Result;
use crate::plan::{Op, Plan, View};
use crate::tensor::Weight;
use crate::unit::UNIT;

use super::executable::Step;
use super::isa::Isa;
use super::memory::Place;
use super::packing::{Cache, Layout, Packed};

/// An op that becomes steps.
pub(super) trait Compile {
    /// # Errors
    /// `OutOfMemory`; `InvalidPack` for a list out of a pack that does not fit.
    fn compile(&self, compiler: &mut Compiler) -> Result<()>;
}

/// Collects the steps of a plan.
pub(super) struct Compiler {
    pub(super) isa: Isa,
    plan: Arc<Plan>,
    cache: Arc<Cache>,
    /// Of the sections that are done.
    sections: Vec<Vec<Box<dyn Step>>>,
    /// Of the section under way.
    steps: Vec<Box<dyn Step>>,
    /// Next op of the section under way.
    at: usize,
    /// f32s that the op with the largest workspace needs.
    workspace_len: usize,
}

/// What becomes of a plan.
pub(super) struct Steps {
    /// By section.
    pub(super) sections: Vec<Vec<Box<dyn Step>>>,
    /// f32s that live from step to step of one op.
    pub(super) workspace_len: usize,
}

impl Compiler {
    pub(super) fn new(isa: Isa, plan: &Arc<Plan>, cache: &Arc<Cache>) -> Self {
        let (plan, cache) = (Arc::clone(plan), Arc::clone(cache));
        Self { isa, plan, cache, sections: Vec::new(), steps: Vec::new(), at: 0, workspace_len: 0 }
    }

    /// Compiles ops for about a unit of work; the steps when those were the last.
    ///
    /// # Errors
    /// `OutOfMemory`; `InvalidPack` for a list out of a pack that does not fit.
    pub(super) fn advance(&mut self) -> Result<Option<Steps>> {
        let (began, plan) = (Instant::now(), Arc::clone(&self.plan));
        while let Some(ops) = plan.section_ops(self.sections.len()) {
            for op in &ops[self.at..] {
                self.at += 1;
                if !op.output().is_empty() {
                    self.op(op)?;
                }
                if began.elapsed() > UNIT {
                    return Ok(None);
                }
            }
            self.sections.push(std::mem::take(&mut self.steps));
            self.at = 0;
        }
        let (sections, workspace_len) = (std::mem::take(&mut self.sections), self.workspace_len);
        self.plan.check_memory(workspace_len)?;
        Ok(Some(Steps { sections, workspace_len }))
    }

    fn op(&mut self, op: &Op) -> Result<()> {
        macro_rules! compile {
            ($($stem:ident $Name:ident),* $(,)?) => {
                match op {
                    $(Op::$Name(op) => op.compile(self),)*
                }
            };
        }
        each_op!(compile)
    }

    pub(super) fn push(&mut self, step: impl Step + 'static) {
        self.steps.push(Box::new(step));
    }

    pub(super) fn place(&self, view: View) -> Place {
        Place::new(&self.plan, view)
    }

    pub(super) fn pack(&self, weight: &Weight, layout: Layout) -> Result<Arc<Packed>> {
        self.cache.get(self.isa.tiles(), weight, layout)
    }

    /// Asks for `len` f32s that live from step to step of one op.
    pub(super) fn reserve_workspace(&mut self, len: usize) {
        self.workspace_len = self.workspace_len.max(len);
    }
}
