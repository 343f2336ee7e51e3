//! The CPU backend: f32 arithmetic on f16 or f32 weights, packed once.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{Backend, Executable, Plan};

/// How the CPU backend runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpuOptions {
    /// Threads that compute, the calling one among them; 0 and 1 both mean the calling thread alone.
    pub threads: usize,
    /// Leave the instruction set extensions unused.
    pub portable: bool,
}

/// Compiles plans for this machine's processor.
pub struct CpuBackend {}

impl CpuBackend {
    /// Finds the instruction set and starts the threads.
    pub fn new(_options: &CpuOptions) -> Result<Self> {
        Ok(Self {})
    }
}

impl Backend for CpuBackend {
    fn name(&self) -> String {
        "cpu".to_owned()
    }

    fn compile(&self, _plan: Arc<Plan>) -> Result<Box<dyn Executable>> {
        Err(Error::Unsupported("not there yet".to_owned()))
    }
}
