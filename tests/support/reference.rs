//! The oracle as a backend, and the same with the storage of a device.

use std::ops::Range;
use std::sync::Arc;

use half::f16;
use media2face::error::Result;
use media2face::internals::plan::{
    Backend, BufferInfo, Executable, Plan, Port, Preparation, Program, Section, State, Storage, Tensor, View,
    prepared_at_once,
};

use super::oracle::{each, execute};
use super::tolerance::Precision;

pub struct Reference;

impl Backend for Reference {
    fn name(&self) -> String {
        "f64 reference".to_owned()
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        Twin(Precision::F32).prepare(plan)
    }

    fn create_tensor(&self, len: usize) -> Result<Tensor> {
        Ok(Tensor(Box::new(vec![0.0f64; len])))
    }

    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()> {
        let from = &values_of(tensor)[offset..offset + data.len()];
        data.iter_mut().zip(from).for_each(|(d, f)| *d = *f as f32);
        Ok(())
    }

    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()> {
        let into = tensor.0.downcast_mut::<Vec<f64>>().expect("tensor of this backend");
        into[offset..offset + data.len()].iter_mut().zip(data).for_each(|(i, d)| *i = f64::from(*d));
        Ok(())
    }

    fn frames_per_run(&self) -> usize {
        3
    }
}

/// The oracle with the storage of a device: weights of products and intermediates rounded to halves, arithmetic in f64.
/// What it shows against f32 vectors is what that storage costs.
pub struct Twin(pub Precision);

impl Backend for Twin {
    fn name(&self) -> String {
        format!("f64 reference, {:?}", self.0)
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        Ok(prepared_at_once(TwinProgram { plan, precision: self.0 }))
    }

    fn create_tensor(&self, len: usize) -> Result<Tensor> {
        Reference.create_tensor(len)
    }

    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()> {
        Reference.read_tensor(tensor, offset, data)
    }

    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()> {
        Reference.write_tensor(tensor, offset, data)
    }

    fn frames_per_run(&self) -> usize {
        Reference.frames_per_run()
    }
}

struct TwinProgram {
    plan: Arc<Plan>,
    precision: Precision,
}

impl Program for TwinProgram {
    fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>> {
        let (plan, precision) = (Arc::clone(&self.plan), self.precision);
        let constant =
            |offset: usize, len: usize| plan.constants()[offset..offset + len].iter().map(|v| f64::from(*v)).collect();
        let contents = |b: &BufferInfo| match b.storage {
            Storage::Constant => constant(b.offset, b.len),
            Storage::Input => vec![0.0; b.len],
            _ => vec![f64::NAN; b.len],
        };
        let buffers = plan.buffers().iter().map(contents).collect();
        Ok(Box::new(Run { plan, precision, buffers }))
    }
}

fn values_of(tensor: &Tensor) -> &[f64] {
    tensor.0.downcast_ref::<Vec<f64>>().expect("tensor of this backend")
}

struct Run {
    plan: Arc<Plan>,
    precision: Precision,
    buffers: Vec<Vec<f64>>,
}

impl Run {
    /// Rounds what an op left, where a device keeps halves.
    fn store_halves(&mut self, out: View) {
        if self.precision == Precision::F16 && !self.plan.buffers()[out.buffer.index()].keep_f32 {
            let values = &mut self.buffers[out.buffer.index()];
            each(out, |b, r, c| {
                let value = &mut values[out.offset + b * out.batch_stride + r * out.row_stride + c];
                *value = f16::from_f64(*value).to_f64();
            });
        }
    }
}

impl Executable for Run {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn create_state(&self) -> Result<State> {
        let state = self
            .plan
            .buffers()
            .iter()
            .map(|b| if b.storage == Storage::State { vec![0.0f64; b.len] } else { Vec::new() });
        Ok(State(Box::new(state.collect::<Vec<_>>())))
    }

    fn write_part(&mut self, port: Port, first: usize, data: &[f32]) -> Result<()> {
        let buffer = &mut self.buffers[port.buffer().index()][first..first + data.len()];
        buffer.iter_mut().zip(data).for_each(|(b, d)| *b = f64::from(*d));
        Ok(())
    }

    fn load_part(&mut self, port: Port, part: Range<usize>, tensor: &Tensor, offset: usize) -> Result<()> {
        let buffer = &mut self.buffers[port.buffer().index()][part];
        let len = buffer.len();
        buffer.copy_from_slice(&values_of(tensor)[offset..offset + len]);
        Ok(())
    }

    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()> {
        let values = &self.buffers[port.buffer().index()][part];
        let into = tensor.0.downcast_mut::<Vec<f64>>().expect("tensor of this backend");
        into[offset..offset + values.len()].copy_from_slice(values);
        Ok(())
    }

    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize> {
        let Some(&section) = sections.first() else { return Ok(0) };
        let state = state.0.downcast_mut::<Vec<Vec<f64>>>().expect("state of this backend");
        let plan = Arc::clone(&self.plan);
        let is_state = |i: usize| plan.buffers()[i].storage == Storage::State;
        (0..state.len()).filter(|&i| is_state(i)).for_each(|i| std::mem::swap(&mut self.buffers[i], &mut state[i]));
        for op in plan.ops(section) {
            execute(op, &mut self.buffers, self.precision);
            self.store_halves(op.output());
        }
        (0..state.len()).filter(|&i| is_state(i)).for_each(|i| std::mem::swap(&mut self.buffers[i], &mut state[i]));
        Ok(1)
    }

    fn read_part(&mut self, port: Port, first: usize, data: &mut [f32]) -> Result<()> {
        let buffer = &self.buffers[port.buffer().index()][first..first + data.len()];
        data.iter_mut().zip(buffer).for_each(|(d, b)| *d = *b as f32);
        Ok(())
    }
}
