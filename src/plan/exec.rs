//! What a backend offers to the stages.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};

use super::builder::{Plan, Port, Section};
use super::vertices::{TimelineSignal, VertexLayout, VertexSource};

/// Compiles plans. Cheap to share; packed weights are kept per backend, so that plans of several shapes share them.
pub trait Backend: Send + Sync {
    /// Short name, such as `cpu avx2` or a device's name.
    fn name(&self) -> String;

    /// Prepares a plan for running: packs its weights, takes its memory.
    fn compile(&self, plan: Arc<Plan>) -> Result<Box<dyn Executable>>;

    /// `len` f32s where the backend computes, to hand values from one executable to another. Zero at first.
    fn create_tensor(&self, len: usize) -> Result<Tensor>;

    /// Copies a part of a tensor to the host.
    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()>;

    /// Copies from the host into a part of a tensor.
    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()>;

    /// Frames that one run of a per-frame network should hold at most: few where caches are small, many where there are
    /// thousands of lanes to fill.
    fn frames_per_run(&self) -> usize;

    /// Whether [`Executable::export`] can signal a timeline semaphore.
    fn signals(&self) -> bool {
        false
    }
}

/// The [`Storage::State`](super::Storage::State) buffers of one use of an executable.
pub struct State(pub Box<dyn Any + Send>);

/// f32s on the backend that made it, usable with its executables alone.
pub struct Tensor(pub Box<dyn Any + Send>);

/// A compiled plan. Nothing is allocated by `write`, `advance` and `read`.
pub trait Executable: Send {
    /// The plan.
    fn plan(&self) -> &Plan;

    /// Memory for the state buffers; made by this executable, usable with it alone. Its contents are zero.
    fn create_state(&self) -> Result<State>;

    /// Copies `data` (as many values as the port holds) into an input.
    fn write(&mut self, port: Port, data: &[f32]) -> Result<()>;

    /// Copies as many values as the port holds from a tensor into an input.
    fn load(&mut self, port: Port, tensor: &Tensor, offset: usize) -> Result<()>;

    /// Does the next bounded part of `sections`, in their order, and says how many of them are complete: the CPU runs one,
    /// a device as many as fit into one submission. 0 means that the first is under way: the next call begins with the
    /// same section and goes on inside it. After an error the next call begins anew.
    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize>;

    /// Runs one section to its end.
    fn run(&mut self, section: Section, state: &mut State) -> Result<()> {
        while self.advance(&[section], state)? == 0 {}
        Ok(())
    }

    /// Copies an output into `data`.
    fn read(&mut self, port: Port, data: &mut [f32]) -> Result<()>;

    /// Copies the values `part` of an output into a tensor.
    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()>;

    /// Writes points of an output into frames `first_frame..` of a tensor of another layout, and waits for it: the bytes of
    /// this one attribute, and no others. `signal` is reached by the device's own clock, for work that waits there.
    ///
    /// # Errors
    /// `Unsupported` where a backend has none of this, or no semaphores; `InvalidArgument` as for [`VertexLayout::range`]
    /// and [`VertexSource::range`]. Nothing is written and nothing signalled then.
    fn export(
        &mut self,
        source: &VertexSource,
        tensor: &mut Tensor,
        layout: &VertexLayout,
        first_frame: usize,
        signal: Option<TimelineSignal>,
    ) -> Result<()> {
        let _ = (source, tensor, layout, first_frame, signal);
        Err(Error::Unsupported("no vertices are written by this backend".to_owned()))
    }
}
