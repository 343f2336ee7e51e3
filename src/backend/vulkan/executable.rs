//! A compiled plan: one arena on the device, command buffers recorded once for each state.

use std::ops::Range;
use std::sync::Arc;

use ash::vk;

use crate::backend::gpu::vertices::Job;
use crate::backend::gpu::{Memory, workspace_start};
use crate::error::{Error, Result};
use crate::plan::{
    Executable, Plan, Port, Section, State, Storage, Tensor, TimelineSignal, VertexLayout, VertexSource,
};

use super::memory::Buffer;
use super::program::VulkanProgram;
use super::recording::Recording;
use super::tensor::DeviceTensor;
use super::transfer::{Part, Transfer, full_barrier, upload, wait};
use super::uploads::Uploads;
use super::vertices::VertexWriter;

/// Most command buffers in one submission.
const MAX_COMMANDS: usize = 512;

/// What all recordings of a plan share.
pub(super) struct Compiled {
    pub(super) program: Arc<VulkanProgram>,
    pub(super) arena: vk::Buffer,
    pub(super) constants: Option<Buffer>,
}

impl Compiled {
    /// The buffer behind a kind of memory.
    pub(super) fn buffer(&self, memory: Memory, state: vk::Buffer) -> vk::Buffer {
        match memory {
            Memory::Arena => self.arena,
            Memory::State => state,
            Memory::Constants => self.constants.as_ref().map_or(vk::Buffer::null(), |buffer| buffer.handle),
            Memory::Weight(index) => self.program.weights[index].buffer.handle,
        }
    }
}

/// State buffers of one use, with the commands that work on them.
struct VulkanState {
    recording: Recording,
    _memory: Option<Buffer>,
}

/// A plan compiled for a device.
pub(super) struct VulkanExecutable {
    compiled: Arc<Compiled>,
    /// Ports, intermediates, workspace.
    arena: Buffer,
    /// What the host writes and reads where the arena is not mapped: the ports, at the same places.
    mirror: Option<Buffer>,
    uploads: Uploads,
    transfer: Transfer,
    /// From the first export on.
    vertex_writer: Option<VertexWriter>,
    fence: vk::Fence,
    /// Commands of the submission being put together.
    commands: Vec<vk::CommandBuffer>,
    /// Slices of the first section that are done.
    slices_done: usize,
    begun: Option<Section>,
}

impl VulkanExecutable {
    pub(super) fn new(program: Arc<VulkanProgram>) -> Result<Self> {
        let (gpu, plan, workspace_bytes) = (&program.gpu, &program.plan, program.lowered.workspace_bytes);
        plan.check_memory((workspace_bytes / 4) as usize)?;
        let bytes = workspace_start(plan) + workspace_bytes;
        let mut arena = Buffer::device(gpu, "arena", bytes)?;
        let mut transfer = Transfer::new(gpu)?;
        poison(plan, &mut arena, bytes, &mut transfer)?;
        let ports_bytes = ports_len(plan) as u64 * 4;
        let mirror = match arena.mapped() {
            Some(_) => None,
            None => Some(Buffer::host(gpu, "ports", ports_bytes)?),
        };
        let constants = plan.constants();
        let constants = (!constants.is_empty()).then(|| -> Result<Buffer> {
            let mut buffer = Buffer::device(gpu, "constants", constants.len() as u64 * 4)?;
            upload(gpu, &mut buffer, 0, bytemuck::cast_slice(constants))?;
            Ok(buffer)
        });
        let constants = constants.transpose()?;
        let uploads = Uploads::new(gpu, plan, mirror.as_ref().map(|mirror| mirror.handle), arena.handle)?;
        // SAFETY: the device lives; the executable destroys the fence.
        let fence = gpu.check("fence", unsafe { gpu.handle.create_fence(&vk::FenceCreateInfo::default(), None) })?;
        Ok(Self {
            compiled: Arc::new(Compiled { program, arena: arena.handle, constants }),
            arena,
            mirror,
            uploads,
            transfer,
            vertex_writer: None,
            fence,
            commands: Vec::with_capacity(MAX_COMMANDS),
            slices_done: 0,
            begun: None,
        })
    }

    /// Bytes of some values of a port in the arena and in the mirror, if it is of this storage.
    fn range(&self, port: Port, storage: Storage, part: Range<usize>) -> Result<Range<usize>> {
        let values = self.compiled.program.plan.port_range(port, storage, part)?;
        Ok(values.start * 4..values.end * 4)
    }

    fn all(&self, port: Port) -> Range<usize> {
        0..self.compiled.program.plan.port_len(port)
    }

    fn ports(&mut self) -> &mut [u8] {
        let memory = self.mirror.as_mut().unwrap_or(&mut self.arena);
        memory.mapped().expect("ports are mapped: the arena, or else its mirror")
    }

    fn part(&self, bytes: &Range<usize>) -> Part {
        Part { buffer: self.arena.handle, offset: bytes.start as u64 }
    }

    /// Runs the copies of inputs that wait.
    fn upload(&mut self) -> Result<()> {
        self.commands.clear();
        self.commands.extend(self.uploads.pending());
        if self.commands.is_empty() {
            return Ok(());
        }
        let gpu = &self.compiled.program.gpu;
        gpu.submit(&self.commands, self.fence, None)?;
        wait(gpu, self.fence)?;
        self.uploads.done();
        Ok(())
    }

    /// Submits the next part of `sections`; see [`Executable::advance`].
    fn submit(&mut self, sections: &[Section], recording: &mut Recording) -> Result<usize> {
        self.commands.clear();
        self.commands.extend(self.uploads.pending());
        let uploads = self.commands.len();
        let (mut budget_ms, mut complete, mut slice) = (recording.budget_ms(), 0, self.slices_done);
        'all: for section in sections {
            let slices = recording.slices(*section);
            while slice < slices.len() {
                let estimate_ms = recording.estimate_ms(slices.start + slice);
                let full = self.commands.len() == self.commands.capacity();
                if self.commands.len() > uploads && (full || estimate_ms > budget_ms) {
                    break 'all;
                }
                self.commands.push(recording.submit(slices.start + slice));
                budget_ms -= estimate_ms;
                slice += 1;
            }
            (slice, complete) = (0, complete + 1);
        }
        if self.commands.len() > uploads {
            let gpu = &self.compiled.program.gpu;
            gpu.submit(&self.commands, self.fence, None)?;
            wait(gpu, self.fence)?;
            recording.learn();
            self.uploads.done();
        }
        self.slices_done = slice;
        Ok(complete)
    }
}

impl Executable for VulkanExecutable {
    fn plan(&self) -> &Plan {
        &self.compiled.program.plan
    }

    fn create_state(&self) -> Result<State> {
        let gpu = &self.compiled.program.gpu;
        let bytes = self.compiled.program.plan.state_len() as u64 * 4;
        let memory = (bytes > 0).then(|| Buffer::device(gpu, "state", bytes)).transpose()?;
        if let Some(memory) = &memory {
            Transfer::new(gpu)?.clear(Part { buffer: memory.handle, offset: 0 }, memory.bytes)?;
        }
        let handle = memory.as_ref().map_or(vk::Buffer::null(), |memory| memory.handle);
        let recording = Recording::new(&self.compiled, handle)?;
        Ok(State(Box::new(VulkanState { recording, _memory: memory })))
    }

    fn write_part(&mut self, port: Port, first: usize, data: &[f32]) -> Result<()> {
        let range = self.range(port, Storage::Input, first..first + data.len())?;
        self.ports()[range].copy_from_slice(bytemuck::cast_slice(data));
        self.uploads.mark(port.buffer());
        Ok(())
    }

    fn load_part(&mut self, port: Port, part: Range<usize>, tensor: &Tensor, offset: usize) -> Result<()> {
        let (range, whole) = (self.range(port, Storage::Input, part.clone())?, part == self.all(port));
        let from = DeviceTensor::part(tensor, &self.compiled.program.gpu, offset, part.len())?;
        if range.is_empty() {
            return Ok(());
        }
        // A copy that waits would bring the host's values over these.
        if whole {
            self.uploads.forget(port.buffer())
        } else {
            self.upload()?
        }
        self.transfer.copy(from, self.part(&range), range.len() as u64)
    }

    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize> {
        let state = state.0.downcast_mut::<VulkanState>();
        let state = state.filter(|s| Arc::ptr_eq(s.recording.compiled(), &self.compiled));
        let state = state.ok_or_else(|| Error::InvalidArgument("state of another executable".to_owned()))?;
        let Some(first) = sections.first() else { return Ok(0) };
        if sections.iter().any(|section| section.index() >= self.compiled.program.lowered.sections.len()) {
            return Err(Error::InvalidArgument("no such section".to_owned()));
        }
        if self.begun.replace(*first) != Some(*first) {
            self.slices_done = 0;
        }
        let complete = self.submit(sections, &mut state.recording);
        if !matches!(complete, Ok(0)) {
            self.begun = complete.as_ref().ok().and_then(|done| sections.get(*done)).copied();
        }
        if complete.is_err() {
            self.slices_done = 0;
        }
        complete
    }

    fn read_part(&mut self, port: Port, first: usize, data: &mut [f32]) -> Result<()> {
        let range = self.range(port, Storage::Output, first..first + data.len())?;
        if range.is_empty() {
            return Ok(());
        }
        self.compiled.program.gpu.check_alive()?;
        if let Some(mirror) = &self.mirror {
            let to = Part { buffer: mirror.handle, offset: range.start as u64 };
            self.transfer.copy(Part { buffer: self.arena.handle, ..to }, to, range.len() as u64)?;
        }
        bytemuck::cast_slice_mut(data).copy_from_slice(&self.ports()[range]);
        Ok(())
    }

    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()> {
        let bytes = self.range(port, Storage::Output, part.clone())?;
        let to = DeviceTensor::part(tensor, &self.compiled.program.gpu, offset, part.len())?;
        if bytes.is_empty() {
            return Ok(());
        }
        self.transfer.copy(self.part(&bytes), to, bytes.len() as u64)
    }

    fn export(
        &mut self,
        source: &VertexSource,
        tensor: &mut Tensor,
        layout: &VertexLayout,
        first_frame: usize,
        signal: Option<TimelineSignal>,
    ) -> Result<()> {
        let points = self.range(source.port, Storage::Output, self.all(source.port))?;
        let items = source.range(points.len() / 4)?;
        let base = source.base.map(|base| {
            self.compiled.program.plan.check_whole(base, source.vertices * 3)?;
            self.range(base, Storage::Input, 0..source.vertices * 3)
        });
        let base = base.transpose()?;
        let (target, bytes) = DeviceTensor::target(tensor, &self.compiled.program.gpu)?;
        let frames = source.frames(first_frame)?;
        layout.range(source.vertices, frames.clone(), bytes)?;
        if signal.is_some() && !self.compiled.program.gpu.caps.timeline {
            return Err(Error::Unsupported(format!("{} has no timeline semaphores", self.compiled.program.gpu.name)));
        }
        let writer = match &mut self.vertex_writer {
            Some(writer) => writer,
            none => none.insert(VertexWriter::new(&self.compiled)?),
        };
        let points = (points.start + items.start * 4) as u64;
        let base = base.map(|base| base.start as u64);
        let job = Job { points, base, vertices: source.vertices, layout, frames };
        writer.run(&job, target, &mut self.transfer, signal)
    }
}

impl Drop for VulkanExecutable {
    fn drop(&mut self) {
        // SAFETY: every submission was waited for.
        unsafe { self.compiled.program.gpu.handle.destroy_fence(self.fence, None) };
    }
}

/// One past the last value of a port.
pub(super) fn ports_len(plan: &Plan) -> usize {
    let ports = plan.buffers().iter().filter(|b| matches!(b.storage, Storage::Input | Storage::Output));
    ports.map(|b| b.offset + b.len).max().unwrap_or(0)
}

/// What is read before it is written must show, in halves and in singles; inputs are zero.
fn poison(plan: &Plan, arena: &mut Buffer, bytes: u64, transfer: &mut Transfer) -> Result<()> {
    let inputs = plan.buffers().iter().filter(|b| b.storage == Storage::Input);
    if let Some(mapped) = arena.mapped() {
        mapped.fill(0xff);
        inputs.for_each(|b| mapped[b.offset * 4..(b.offset + b.len) * 4].fill(0));
        return Ok(());
    }
    let (handle, ranges) = (arena.handle, inputs.map(|b| (b.offset as u64 * 4, b.len as u64 * 4)).collect::<Vec<_>>());
    transfer.run(|gpu, commands| {
        // SAFETY: `commands` is being recorded; the ranges are whole words inside the buffer.
        unsafe {
            gpu.handle.cmd_fill_buffer(commands, handle, 0, bytes, u32::MAX);
            full_barrier(gpu, commands);
            ranges.iter().for_each(|&(at, bytes)| gpu.handle.cmd_fill_buffer(commands, handle, at, bytes, 0));
        }
    })
}
