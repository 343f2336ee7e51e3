//! The CPU backend: f32 arithmetic on f16 or f32 weights, packed once.
//!
//! [`compiler`] turns ops into the steps of a [`program`], one file per op; [`executable`] runs them over one arena; [`threads`] shares the
//! tasks of a step. Kernels are written once over [`simd`] and compiled for every instruction set in [`isa`]; products
//! go through [`gemm`] with weights from [`packing`]. One instruction set gives the same bits on any number of threads.

mod compiler;
mod executable;
mod gemm;
mod isa;
mod math;
mod memory;
mod packing;
mod program;
mod scheme;
mod simd;
mod tensor;
#[cfg(test)]
mod tests;
mod threads;
mod vertices;
mod weighted;
mod winograd;

macro_rules! files {
    ($($stem:ident $Name:ident),* $(,)?) => {
        $(mod $stem;)*
    };
}
// A file for each op.
each_op!(files);

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::clock::Duration;
use crate::each_op;
use crate::error::Result;
use crate::plan::{Backend, Plan, Preparation, Prepared, Tensor};
use crate::unit::UNIT;

use isa::Isa;
use packing::Cache;
use program::CpuPreparation;
use threads::Threads;

/// How the CPU backend runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpuOptions {
    /// Threads that compute, the calling one among them; 0 and 1 both mean the calling thread alone.
    pub threads: usize,
    /// Leave the instruction set extensions unused.
    pub portable: bool,
}

/// Compiles plans for this machine's processor.
pub struct CpuBackend {
    isa: Isa,
    threads: Arc<Threads>,
    cache: Arc<Cache>,
    programs: AtomicUsize,
    /// What an executable does at once.
    unit: Duration,
}

impl CpuBackend {
    /// Finds the instruction set and starts the threads.
    ///
    /// # Errors
    /// `OutOfMemory` when the system gives no thread.
    pub fn new(options: &CpuOptions) -> Result<Self> {
        Self::with(Isa::detect(options.portable), options.threads)
    }

    fn with(isa: Isa, threads: usize) -> Result<Self> {
        Ok(Self {
            isa,
            threads: Arc::new(Threads::new(threads)?),
            cache: Arc::default(),
            programs: AtomicUsize::new(0),
            unit: UNIT,
        })
    }
}

impl Backend for CpuBackend {
    fn name(&self) -> String {
        format!("cpu {}", self.isa.name())
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        plan.check_memory(0)?;
        self.programs.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(CpuPreparation::new(self.isa, plan, &self.cache, &self.threads, self.unit)))
    }

    fn prepared(&self) -> Prepared {
        Prepared { programs: self.programs.load(Ordering::Relaxed), weights: self.cache.packed() }
    }

    fn create_tensor(&self, len: usize) -> Result<Tensor> {
        tensor::create(len)
    }

    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()> {
        data.copy_from_slice(tensor::part(tensor, offset, data.len())?);
        Ok(())
    }

    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()> {
        tensor::part_mut(tensor, offset, data.len())?.copy_from_slice(data);
        Ok(())
    }

    fn free_part(&self, tensor: &mut Tensor) -> bool {
        tensor::free_part(tensor)
    }

    fn frames_per_run(&self) -> usize {
        4
    }
}
