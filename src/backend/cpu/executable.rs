//! A compiled plan: steps over one arena.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{
    Executable, Plan, Port, Section, State, Storage, Tensor, TimelineSignal, VertexLayout, VertexSource,
};

use super::memory::{Aligned, Memory};
use super::tensor;
use super::threads::Threads;
use super::vertices;

/// Work below this many multiplications stays on the calling thread: waking another one costs more.
const MIN_SHARED_WORK: usize = 1 << 17;

/// One pass of an op. Its tasks may run at the same time and in any order: each writes elements of its own and reads
/// none that another one writes, and none of their results depends on how many threads there are.
pub(super) trait Step: Send + Sync {
    /// Number of tasks.
    fn tasks(&self) -> usize;

    /// Rough count of multiplications in all tasks.
    fn work(&self) -> usize;

    /// f32s of private memory that a task needs; their contents are anything.
    fn scratch_len(&self) -> usize {
        0
    }

    /// Runs one task.
    ///
    /// # Safety
    /// `memory` is that of the plan that the step was compiled for, no other step is running on it, no other call has
    /// the same `task`, and `scratch` holds [`Step::scratch_len`] values aligned to a cache line.
    unsafe fn run(&self, task: usize, memory: &Memory, scratch: *mut f32);
}

/// State buffers of one use.
struct CpuState {
    plan: Arc<Plan>,
    memory: Aligned,
}

/// A plan compiled for this machine's processor.
pub(super) struct CpuExecutable {
    plan: Arc<Plan>,
    threads: Arc<Threads>,
    /// By section.
    steps: Vec<Vec<Box<dyn Step>>>,
    arena: Aligned,
    workspace: Aligned,
    /// `scratch_len` values for every thread.
    scratch: Aligned,
    scratch_len: usize,
}

impl CpuExecutable {
    pub(super) fn new(
        plan: Arc<Plan>,
        threads: Arc<Threads>,
        steps: Vec<Vec<Box<dyn Step>>>,
        workspace_len: usize,
    ) -> Result<Self> {
        let scratch_len = steps.iter().flatten().map(|step| step.scratch_len()).max().unwrap_or(0);
        let scratch_len = scratch_len.next_multiple_of(16);
        // What is read before it is written shall show.
        let mut arena = Aligned::filled(plan.arena_len(), f32::NAN)?;
        for buffer in plan.buffers().iter().filter(|b| b.storage == Storage::Input) {
            arena.as_mut_slice()[buffer.offset..][..buffer.len].fill(0.0);
        }
        let workspace = Aligned::filled(workspace_len, f32::NAN)?;
        let scratch = Aligned::filled(scratch_len * threads.count(), f32::NAN)?;
        Ok(Self { plan, threads, steps, arena, workspace, scratch, scratch_len })
    }

    /// Values of a port; 0 for one of another plan.
    fn len(&self, port: Port) -> usize {
        self.plan.buffers().get(port.buffer().index()).map_or(0, |buffer| buffer.len)
    }

    /// Where the values of a port lie, if it is of this storage and so long.
    fn range(&self, port: Port, storage: Storage, len: usize) -> Result<Range<usize>> {
        let buffer = self.plan.buffers().get(port.buffer().index()).filter(|b| b.storage == storage);
        let buffer =
            buffer.ok_or_else(|| Error::InvalidArgument(format!("not a port for {storage:?} of this plan")))?;
        if buffer.len != len {
            let text = format!("{} holds {} values, not {len}", buffer.label, buffer.len);
            return Err(Error::InvalidArgument(text));
        }
        Ok(buffer.offset..buffer.offset + len)
    }
}

impl Executable for CpuExecutable {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn create_state(&self) -> Result<State> {
        let memory = Aligned::filled(self.plan.state_len(), 0.0)?;
        Ok(State(Box::new(CpuState { plan: Arc::clone(&self.plan), memory })))
    }

    fn write(&mut self, port: Port, data: &[f32]) -> Result<()> {
        let range = self.range(port, Storage::Input, data.len())?;
        self.arena.as_mut_slice()[range].copy_from_slice(data);
        Ok(())
    }

    fn load(&mut self, port: Port, tensor: &Tensor, offset: usize) -> Result<()> {
        let len = self.len(port);
        let range = self.range(port, Storage::Input, len)?;
        self.arena.as_mut_slice()[range].copy_from_slice(tensor::part(tensor, offset, len)?);
        Ok(())
    }

    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize> {
        let Some(section) = sections.first() else { return Ok(0) };
        let state = state.0.downcast_mut::<CpuState>().filter(|s| Arc::ptr_eq(&s.plan, &self.plan));
        let state = state.ok_or_else(|| Error::InvalidArgument("state of another executable".to_owned()))?;
        let steps = self.steps.get(section.index());
        let steps = steps.ok_or_else(|| Error::InvalidArgument("no such section".to_owned()))?;
        let memory = Memory {
            arena: self.arena.as_mut_slice().as_mut_ptr(),
            state: state.memory.as_mut_slice().as_mut_ptr(),
            constants: self.plan.constants().as_ptr(),
            workspace: self.workspace.as_mut_slice().as_mut_ptr(),
            scratch: self.scratch.as_mut_slice().as_mut_ptr(),
        };
        for step in steps {
            let task = |task: usize, thread: usize| {
                // SAFETY: this plan's memory, borrowed exclusively; tasks are given out once each, steps one after the
                // other; every thread has scratch of its own.
                unsafe { step.run(task, &memory, memory.scratch.add(thread * self.scratch_len)) }
            };
            if step.work() < MIN_SHARED_WORK {
                (0..step.tasks()).for_each(|t| task(t, 0));
            } else {
                self.threads.run(step.tasks(), &task);
            }
        }
        Ok(1)
    }

    fn read(&mut self, port: Port, data: &mut [f32]) -> Result<()> {
        let range = self.range(port, Storage::Output, data.len())?;
        data.copy_from_slice(&self.arena.as_slice()[range]);
        Ok(())
    }

    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()> {
        let range = self.range(port, Storage::Output, self.len(port))?;
        let values = self.arena.as_slice()[range].get(part).ok_or_else(|| tensor::outside("output"))?;
        tensor::part_mut(tensor, offset, values.len())?.copy_from_slice(values);
        Ok(())
    }

    fn export(
        &mut self,
        source: &VertexSource,
        tensor: &mut Tensor,
        layout: &VertexLayout,
        first_frame: usize,
        signal: Option<TimelineSignal>,
    ) -> Result<()> {
        if signal.is_some() {
            return Err(Error::Unsupported("the CPU signals no semaphores".to_owned()));
        }
        let vertices = source.vertices;
        let output = self.range(source.port, Storage::Output, self.len(source.port))?;
        let values = &self.arena.as_slice()[output.clone()][source.range(output.len())?];
        let base = source.base.map(|base| self.range(base, Storage::Input, vertices * 3)).transpose()?;
        let base = base.map(|base| &self.arena.as_slice()[base]);
        let words = tensor::all_mut(tensor)?;
        layout.range(vertices, source.frames(first_frame)?, words.len() as u64 * 4)?;
        vertices::write(values, base, vertices, layout, first_frame, words);
        Ok(())
    }
}
