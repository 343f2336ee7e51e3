//! What a backend offers to the stages.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};

use super::builder::{Plan, Port, Section};
use super::vertices::{TimelineSignal, VertexLayout, VertexSource};

/// Prepares plans. Cheap to share; plans of several shapes share the packed weights that are in use.
pub trait Backend: Send + Sync {
    /// Short name, such as `cpu avx2` or a device's name.
    fn name(&self) -> String;

    /// Begins to prepare a plan for running: its weights are packed, its kernels chosen.
    ///
    /// # Errors
    /// `OutOfMemory` for a plan that is too large to run; those of the backend.
    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>>;

    /// Prepares a plan at once, and takes the memory of a run.
    ///
    /// # Errors
    /// As for [`prepare`](Self::prepare).
    fn compile(&self, plan: Arc<Plan>) -> Result<Box<dyn Executable>> {
        let mut preparation = self.prepare(plan)?;
        loop {
            if let Some(program) = preparation.advance()? {
                return program.executable();
            }
        }
    }

    /// What was prepared since the backend was made.
    fn prepared(&self) -> Prepared {
        Prepared::default()
    }

    /// `len` f32s where the backend computes, to hand values from one executable to another. Zero at first.
    fn create_tensor(&self, len: usize) -> Result<Tensor>;

    /// Copies a part of a tensor to the host.
    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()>;

    /// Copies from the host into a part of a tensor.
    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()>;

    /// Gives back a part of a tensor, which is of no further use then; true when little is left.
    fn free_part(&self, tensor: &mut Tensor) -> bool {
        let _ = tensor;
        true
    }

    /// Frames that one run of a per-frame network should hold at most: few where caches are small, many where there are
    /// thousands of lanes to fill.
    fn frames_per_run(&self) -> usize;

    /// Whether several windows in one run are quicker than one after another.
    fn prefers_batches(&self) -> bool {
        false
    }

    /// Whether [`Executable::export`] can signal a timeline semaphore.
    fn signals(&self) -> bool {
        false
    }
}

/// A plan on its way to a [`Program`].
pub trait Preparation: Send {
    /// Does the next bounded part of it; the program when that was the last.
    ///
    /// # Errors
    /// `OutOfMemory`, and those of the backend; the preparation is of no further use then.
    fn advance(&mut self) -> Result<Option<Arc<dyn Program>>>;
}

/// A prepared plan, for any number of runs at once.
pub trait Program: Send + Sync {
    /// The plan.
    fn plan(&self) -> &Arc<Plan>;

    /// Takes the memory of a run: inputs are zero.
    ///
    /// # Errors
    /// `OutOfMemory`, and those of the backend.
    fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>>;

    /// Memory of the program itself, bytes, about: neither that of its weights, which others may share, nor that of runs.
    fn bytes(&self) -> usize {
        self.plan().recorded_bytes()
    }
}

/// Programs and weights that were prepared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Plans that became programs.
    pub programs: usize,
    /// Weights that were packed.
    pub weights: usize,
}

/// A program that needed no preparation.
pub fn prepared_at_once(program: impl Program + 'static) -> Box<dyn Preparation> {
    struct Done(Option<Arc<dyn Program>>);
    impl Preparation for Done {
        fn advance(&mut self) -> Result<Option<Arc<dyn Program>>> {
            Ok(self.0.take())
        }
    }
    Box::new(Done(Some(Arc::new(program))))
}

/// The [`Storage::State`](super::Storage::State) buffers of one use of an executable.
pub struct State(pub Box<dyn Any + Send>);

/// f32s on the backend that made it, usable with its executables alone.
pub struct Tensor(pub Box<dyn Any + Send + Sync>);

/// A run of a program, with its memory. Nothing is allocated by `write`, `advance` and `read`.
pub trait Executable: Send {
    /// The plan.
    fn plan(&self) -> &Plan;

    /// Memory for the state buffers; made by this executable, usable with it alone. Its contents are zero.
    fn create_state(&self) -> Result<State>;

    /// Copies `data` into an input, from its value number `first` on.
    fn write_part(&mut self, port: Port, first: usize, data: &[f32]) -> Result<()>;

    /// Copies `data` (as many values as the port holds) into an input.
    fn write(&mut self, port: Port, data: &[f32]) -> Result<()> {
        self.plan().check_whole(port, data.len())?;
        self.write_part(port, 0, data)
    }

    /// Copies values of a tensor, from its number `offset` on, into the values `part` of an input.
    fn load_part(&mut self, port: Port, part: Range<usize>, tensor: &Tensor, offset: usize) -> Result<()>;

    /// Copies as many values as the port holds from a tensor into an input.
    fn load(&mut self, port: Port, tensor: &Tensor, offset: usize) -> Result<()> {
        let len = self.plan().port_len(port);
        self.load_part(port, 0..len, tensor, offset)
    }

    /// Does the next bounded part of `sections`, in their order, and says how many of them are complete: the CPU does what
    /// fits into a [`UNIT`](crate::unit::UNIT), a device what fits into one submission. 0 means that the first is under
    /// way: the next call begins with the same section and goes on inside it. After an error the next call starts over.
    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize>;

    /// Runs one section to its end.
    fn run(&mut self, section: Section, state: &mut State) -> Result<()> {
        while self.advance(&[section], state)? == 0 {}
        Ok(())
    }

    /// Copies an output, from its value number `first` on, into `data`.
    fn read_part(&mut self, port: Port, first: usize, data: &mut [f32]) -> Result<()>;

    /// Copies an output into `data`.
    fn read(&mut self, port: Port, data: &mut [f32]) -> Result<()> {
        self.plan().check_whole(port, data.len())?;
        self.read_part(port, 0, data)
    }

    /// Copies the values `part` of an output into a tensor.
    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()>;

    /// Gives back a part of its memory and of a state's, which are of no further use then; true when little is left. For what
    /// is so large that its end would take long at once.
    fn free_part(&mut self, state: &mut State) -> bool {
        let _ = state;
        true
    }

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
