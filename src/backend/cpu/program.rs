//! A prepared plan: its steps, which any number of runs share.

use std::sync::Arc;

use crate::clock::Duration;
use crate::error::Result;
use crate::plan::{Executable, Plan, Preparation, Program};

use super::compiler::{Compiler, Steps};
use super::executable::{CpuExecutable, Step};
use super::isa::Isa;
use super::packing::Cache;
use super::threads::Threads;

/// A plan of which some ops are steps.
pub(super) struct CpuPreparation {
    plan: Arc<Plan>,
    threads: Arc<Threads>,
    compiler: Compiler,
    unit: Duration,
}

impl CpuPreparation {
    pub(super) fn new(isa: Isa, plan: Arc<Plan>, cache: &Arc<Cache>, threads: &Arc<Threads>, unit: Duration) -> Self {
        let compiler = Compiler::new(isa, &plan, cache);
        Self { plan, threads: Arc::clone(threads), compiler, unit }
    }
}

impl Preparation for CpuPreparation {
    fn advance(&mut self) -> Result<Option<Arc<dyn Program>>> {
        let Some(steps) = self.compiler.advance()? else { return Ok(None) };
        let scratch_len = steps.sections.iter().flatten().map(|step| step.scratch_len()).max().unwrap_or(0);
        let (plan, threads, unit) = (Arc::clone(&self.plan), Arc::clone(&self.threads), self.unit);
        let scratch_len = scratch_len.next_multiple_of(16);
        Ok(Some(Arc::new(CpuProgram { plan, threads, steps, scratch_len, unit })))
    }
}

/// A plan for this machine's processor.
pub(super) struct CpuProgram {
    pub(super) plan: Arc<Plan>,
    pub(super) threads: Arc<Threads>,
    steps: Steps,
    /// f32s of private memory that a task of any step needs.
    pub(super) scratch_len: usize,
    /// What an executable does at once.
    pub(super) unit: Duration,
}

/// A step with its place on the heap, about.
const STEP_BYTES: usize = 320;

impl CpuProgram {
    /// f32s that live from step to step of one op.
    pub(super) fn workspace_len(&self) -> usize {
        self.steps.workspace_len
    }

    /// The steps of a section.
    pub(super) fn steps(&self, section: usize) -> Option<&[Box<dyn Step>]> {
        self.steps.sections.get(section).map(Vec::as_slice)
    }
}

impl Program for CpuProgram {
    fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>> {
        Ok(Box::new(CpuExecutable::new(self)?))
    }

    fn bytes(&self) -> usize {
        self.plan.recorded_bytes() + self.steps.sections.iter().map(Vec::len).sum::<usize>() * STEP_BYTES
    }
}
