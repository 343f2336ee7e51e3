//! What a backend offers to the stages.

use std::any::Any;
use std::sync::Arc;

use crate::error::Result;

use super::builder::{Plan, Port, Section};

/// Compiles plans. Cheap to share; packed weights are kept per backend, so that plans of several shapes share them.
pub trait Backend: Send + Sync {
    /// Short name, such as `cpu avx2` or a device's name.
    fn name(&self) -> String;

    /// Prepares a plan for running: packs its weights, takes its memory.
    fn compile(&self, plan: Arc<Plan>) -> Result<Box<dyn Executable>>;
}

/// The [`Storage::State`](super::Storage::State) buffers of one use of an executable.
pub struct State(pub Box<dyn Any + Send>);

/// A compiled plan. Nothing is allocated by `write`, `run` and `read`.
pub trait Executable: Send {
    /// The plan.
    fn plan(&self) -> &Plan;

    /// Memory for the state buffers; made by this executable, usable with it alone. Its contents are zero.
    fn create_state(&self) -> Result<State>;

    /// Copies `data` (as many values as the port holds) into an input.
    fn write(&mut self, port: Port, data: &[f32]) -> Result<()>;

    /// Runs one section.
    fn run(&mut self, section: Section, state: &mut State) -> Result<()>;

    /// Copies an output into `data`.
    fn read(&mut self, port: Port, data: &mut [f32]) -> Result<()>;
}
