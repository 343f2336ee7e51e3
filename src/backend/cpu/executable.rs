//! A run of a program: its steps over one arena.

use std::ops::Range;
use std::sync::Arc;

use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::plan::{
    Executable, Plan, Port, Section, State, Storage, Tensor, TimelineSignal, VertexLayout, VertexSource,
};

use super::memory::{Aligned, Memory, Room};
use super::program::CpuProgram;
use super::tensor;
use super::vertices;

/// Tasks for each thread between two looks at the clock.
const TASKS_AT_ONCE: usize = 8;

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
    memory: Room,
    /// Values that are zeroed so far: the first sections do it.
    zeroed: usize,
}

impl CpuState {
    /// Zeroes some of it, until the time is over; true when all is.
    fn zero(&mut self, until: Instant) -> bool {
        while self.zeroed < self.memory.len() {
            let end = self.memory.len().min(self.zeroed + ZEROED_AT_ONCE);
            self.memory.fill(self.zeroed..end, 0.0);
            self.zeroed = end;
            if Instant::now() >= until {
                break;
            }
        }
        self.zeroed == self.memory.len()
    }
}

/// Memory of one run of a program.
pub(super) struct CpuExecutable {
    program: Arc<CpuProgram>,
    ports: Aligned,
    intermediates: Room,
    workspace: Room,
    /// [`CpuProgram::scratch_len`] values for every thread.
    scratch: Room,
    /// Where the section under way goes on.
    at: Option<At>,
}

/// A place inside a section.
#[derive(Clone, Copy)]
struct At {
    section: Section,
    step: usize,
    task: usize,
}

/// Values that are zeroed between two looks at the clock.
const ZEROED_AT_ONCE: usize = 1 << 16;

/// Memory of anything. While we look for faults it is what shows where it is read before it is written.
fn unwritten(len: usize) -> Result<Room> {
    let mut room = Room::new(len)?;
    if cfg!(debug_assertions) {
        room.fill(0..len, f32::NAN);
    }
    Ok(room)
}

impl CpuExecutable {
    pub(super) fn new(program: Arc<CpuProgram>) -> Result<Self> {
        let plan = &program.plan;
        let mut ports = Aligned::zeros(plan.ports_len())?;
        if cfg!(debug_assertions) {
            for buffer in plan.buffers().iter().filter(|b| b.storage == Storage::Output) {
                ports.as_mut_slice()[buffer.offset..][..buffer.len].fill(f32::NAN);
            }
        }
        let intermediates = unwritten(plan.arena_len() - plan.ports_len())?;
        let workspace = unwritten(program.workspace_len())?;
        let scratch = unwritten(program.scratch_len * program.threads.count())?;
        Ok(Self { program, ports, intermediates, workspace, scratch, at: None })
    }

    fn all(&self, port: Port) -> Range<usize> {
        0..self.program.plan.port_len(port)
    }

    /// Runs steps from a place on, until their section or the time is over; where it goes on then.
    fn run(&mut self, from: At, state: &mut CpuState, until: Instant) -> Result<Option<At>> {
        let steps = self.program.steps(from.section.index());
        let steps = steps.ok_or_else(|| Error::InvalidArgument("no such section".to_owned()))?;
        let memory = Memory {
            ports: self.ports.as_mut_slice().as_mut_ptr(),
            intermediates: self.intermediates.as_mut_ptr(),
            state: state.memory.as_mut_ptr(),
            constants: self.program.plan.constants().as_ptr(),
            workspace: self.workspace.as_mut_ptr(),
            scratch: self.scratch.as_mut_ptr(),
        };
        let (threads, scratch_len) = (&self.program.threads, self.program.scratch_len);
        let mut at = from;
        while let Some(step) = steps.get(at.step) {
            let task = |task: usize, thread: usize| {
                // SAFETY: this plan's memory, borrowed exclusively; tasks are given out once each, steps one after the
                // other; every thread has scratch of its own.
                unsafe { step.run(task, &memory, memory.scratch.add(thread * scratch_len)) }
            };
            let tasks = step.tasks();
            let shares = threads.count() > 1 && step.work() >= MIN_SHARED_WORK;
            while at.task < tasks {
                if shares {
                    let end = tasks.min(at.task + TASKS_AT_ONCE * threads.count());
                    threads.run(end - at.task, &|number, thread| task(at.task + number, thread));
                    at.task = end;
                } else {
                    task(at.task, 0);
                    at.task += 1;
                }
                if Instant::now() >= until {
                    break;
                }
            }
            if at.task < tasks {
                return Ok(Some(at));
            }
            at = At { step: at.step + 1, task: 0, ..at };
            if at.step < steps.len() && Instant::now() >= until {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

impl Executable for CpuExecutable {
    fn plan(&self) -> &Plan {
        &self.program.plan
    }

    fn create_state(&self) -> Result<State> {
        let plan = Arc::clone(&self.program.plan);
        let memory = Room::new(plan.state_len())?;
        Ok(State(Box::new(CpuState { plan, memory, zeroed: 0 })))
    }

    fn write_part(&mut self, port: Port, first: usize, data: &[f32]) -> Result<()> {
        let range = self.program.plan.port_range(port, Storage::Input, first..first + data.len())?;
        self.ports.as_mut_slice()[range].copy_from_slice(data);
        Ok(())
    }

    fn load_part(&mut self, port: Port, part: Range<usize>, tensor: &Tensor, offset: usize) -> Result<()> {
        let range = self.program.plan.port_range(port, Storage::Input, part)?;
        let values = tensor::part(tensor, offset, range.len())?;
        self.ports.as_mut_slice()[range].copy_from_slice(values);
        Ok(())
    }

    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize> {
        let state = state.0.downcast_mut::<CpuState>().filter(|s| Arc::ptr_eq(&s.plan, &self.program.plan));
        let state = state.ok_or_else(|| Error::InvalidArgument("state of another executable".to_owned()))?;
        let (until, mut under_way) = (Instant::now() + self.program.unit, self.at.take());
        if !state.zero(until) {
            return Ok(0);
        }
        for (complete, &section) in sections.iter().enumerate() {
            let begins = At { section, step: 0, task: 0 };
            let at = under_way.take().filter(|at| at.section == section).unwrap_or(begins);
            self.at = self.run(at, state, until)?;
            if self.at.is_some() {
                return Ok(complete);
            }
            if Instant::now() >= until {
                return Ok(complete + 1);
            }
        }
        Ok(sections.len())
    }

    fn read_part(&mut self, port: Port, first: usize, data: &mut [f32]) -> Result<()> {
        let range = self.program.plan.port_range(port, Storage::Output, first..first + data.len())?;
        data.copy_from_slice(&self.ports.as_slice()[range]);
        Ok(())
    }

    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()> {
        let range = self.program.plan.port_range(port, Storage::Output, part)?;
        let values = &self.ports.as_slice()[range];
        tensor::part_mut(tensor, offset, values.len())?.copy_from_slice(values);
        Ok(())
    }

    fn free_part(&mut self, state: &mut State) -> bool {
        let state = state.0.downcast_mut::<CpuState>();
        state.is_none_or(|state| state.memory.free_part()) && self.ports.free_part() && self.intermediates.free_part()
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
        let output = self.program.plan.port_range(source.port, Storage::Output, self.all(source.port))?;
        let values = &self.ports.as_slice()[output.clone()][source.range(output.len())?];
        let base = source.base.map(|base| {
            self.program.plan.check_whole(base, vertices * 3)?;
            self.program.plan.port_range(base, Storage::Input, 0..vertices * 3)
        });
        let base = base.transpose()?;
        let base = base.map(|base| &self.ports.as_slice()[base]);
        let words = tensor::all_mut(tensor)?;
        layout.range(vertices, source.frames(first_frame)?, words.len() as u64 * 4)?;
        vertices::write(values, base, vertices, layout, first_frame, words);
        Ok(())
    }
}
