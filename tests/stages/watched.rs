//! A backend that is the oracle, watched.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use media2face::error::{Error, Result};
use media2face::internals::plan::{
    Backend, Executable, Op, Plan, Port, Preparation, Program, Section, State, Tensor, ops, prepared_at_once,
};

use super::support::reference::Reference;

/// What a backend was asked for, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Values of the keys and values in the state.
    State(usize),
    /// Values written where noise is.
    Noise(Vec<f32>),
    /// Sections that were handed on.
    Advance(usize),
    /// Section, windows, branches; of a condition all of its memories, and one branch.
    Run(String, usize, usize),
}

/// The oracle, watched; with `fails`, every third call fails first; with `at_once`, it does all that it is handed.
#[derive(Clone, Default)]
pub struct Watched {
    pub calls: Arc<Mutex<Vec<Call>>>,
    pub fails: bool,
    pub at_once: bool,
}

struct WatchedProgram {
    plan: Arc<Plan>,
    watched: Watched,
}

impl Program for WatchedProgram {
    fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>> {
        let inner = Reference.compile(Arc::clone(&self.plan))?;
        Ok(Box::new(WatchedExecutable { inner, watched: self.watched.clone(), noise: Vec::new(), is_new: false }))
    }
}

pub struct WatchedExecutable {
    inner: Box<dyn Executable>,
    watched: Watched,
    /// What lies where noise is written, and whether it was since the last section.
    noise: Vec<f32>,
    is_new: bool,
}

impl Backend for Watched {
    fn name(&self) -> String {
        Reference.name()
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        Ok(prepared_at_once(WatchedProgram { plan, watched: self.clone() }))
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

impl Executable for WatchedExecutable {
    fn plan(&self) -> &Plan {
        self.inner.plan()
    }

    fn create_state(&self) -> Result<State> {
        let lasts = |label: &str| matches!(label, "keys and values" | "aligned attention");
        let keys = self.inner.plan().buffers().iter().filter(|buffer| lasts(buffer.label));
        self.watched.calls.lock().unwrap().push(Call::State(keys.map(|buffer| buffer.len).sum()));
        self.inner.create_state()
    }

    fn write_part(&mut self, port: Port, first: usize, data: &[f32]) -> Result<()> {
        let buffer = &self.inner.plan().buffers()[port.buffer().index()];
        if buffer.label == "noise" {
            self.noise.resize(buffer.len, 0.0);
            self.noise[first..first + data.len()].copy_from_slice(data);
            self.is_new = true;
        }
        self.inner.write_part(port, first, data)
    }

    fn load_part(&mut self, port: Port, part: Range<usize>, tensor: &Tensor, offset: usize) -> Result<()> {
        self.inner.load_part(port, part, tensor, offset)
    }

    fn store(&mut self, port: Port, part: Range<usize>, tensor: &mut Tensor, offset: usize) -> Result<()> {
        self.inner.store(port, part, tensor, offset)
    }

    fn advance(&mut self, sections: &[Section], state: &mut State) -> Result<usize> {
        let mut calls = self.watched.calls.lock().unwrap();
        if std::mem::take(&mut self.is_new) {
            calls.push(Call::Noise(self.noise.clone()));
        }
        calls.push(Call::Advance(sections.len()));
        if self.watched.fails && calls.len().is_multiple_of(3) {
            return Err(Error::DeviceLost("on purpose".to_owned()));
        }
        let done = if self.watched.at_once { sections.len() } else { 1 };
        for section in &sections[..done] {
            let ops = self.inner.plan().ops(*section);
            let (windows, branches) = ops.iter().find_map(windows_and_branches).unwrap_or_default();
            let name = self.inner.plan().sections().nth(section.index()).expect("section").0.to_owned();
            calls.push(Call::Run(name, windows, branches));
        }
        drop(calls);
        sections[..done].iter().try_for_each(|section| self.inner.run(*section, state))?;
        Ok(done)
    }

    fn read_part(&mut self, port: Port, first: usize, data: &mut [f32]) -> Result<()> {
        self.inner.read_part(port, first, data)
    }
}

/// Those of the guided sum, or the memories of a condition.
fn windows_and_branches(op: &Op) -> Option<(usize, usize)> {
    match op {
        Op::Combine(ops::Combine { x, out, .. }) if out.cols == 22 => Some((out.batch, x.batch / out.batch)),
        Op::Linear(ops::Linear { weight, out, .. }) if weight.name().contains("cond_proj") => Some((out.batch, 1)),
        _ => None,
    }
}

impl Watched {
    pub fn runs(&self, section: &str) -> Vec<(usize, usize)> {
        let calls = self.calls.lock().unwrap();
        let runs = calls.iter().filter_map(|call| match call {
            Call::Run(name, windows, branches) if name == section => Some((*windows, *branches)),
            _ => None,
        });
        runs.collect()
    }

    pub fn noise(&self) -> Vec<Vec<f32>> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter_map(|call| if let Call::Noise(noise) = call { Some(noise.clone()) } else { None }).collect()
    }

    pub fn state_bytes(&self) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.iter().map(|call| if let Call::State(len) = call { 4 * len } else { 0 }).sum()
    }
}
