//! A network over any number of items, in batches of fixed sizes: few plans, each compiled at its first use.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Backend, Executable, Plan, PlanBuilder, Port, Section, State, View};

/// A plan that turns a batch of input items into as many output items.
#[derive(Debug, Clone)]
pub(super) struct BatchPlan {
    plan: Arc<Plan>,
    section: Section,
    batch: usize,
    input: Port,
    /// Inputs that all items share: [rows, cols] each.
    shared: Vec<Port>,
    output: Port,
}

impl BatchPlan {
    /// Records `network(plan, input, shared)` for `batch` items in an input of shape `input`.
    pub(super) fn record(
        name: &str,
        batch: usize,
        input: [usize; 3],
        shared: &[[usize; 2]],
        network: impl FnOnce(&mut PlanBuilder, View, &[View]) -> View,
    ) -> Self {
        let mut plan = PlanBuilder::new();
        let section = plan.section(name);
        let (input, x) = plan.input("input", input[0], input[1], input[2]);
        let (shared, views): (Vec<_>, Vec<_>) =
            shared.iter().map(|&[rows, cols]| plan.input("shared", 1, rows, cols)).unzip();
        let result = network(&mut plan, x, &views);
        let (output, out) = plan.output("output", result.batch, result.rows, result.cols);
        plan.copy(result, out);
        Self { plan: Arc::new(plan.finish()), section, batch, input, shared, output }
    }

    fn len(&self, port: Port) -> usize {
        self.plan.buffers()[port.buffer().index()].len
    }
}

/// Runs the plans of one network. Owns its executables: one thread at a time.
pub(super) struct BatchRunner {
    backend: Arc<dyn Backend>,
    shared: Arc<[Vec<f32>]>,
    /// Largest batch first; the last is of one item.
    runs: Vec<Run>,
}

struct Run {
    plan: BatchPlan,
    compiled: Option<(Box<dyn Executable>, State)>,
    /// The items of a batch side by side.
    input: Vec<f32>,
}

impl BatchRunner {
    /// `plans` of falling batch sizes down to 1; `shared` as the plans' shared inputs.
    pub(super) fn new(backend: &Arc<dyn Backend>, plans: &[BatchPlan], shared: Arc<[Vec<f32>]>) -> Self {
        assert_eq!(plans.last().map(|p| p.batch), Some(1), "the smallest batch is one item");
        let run = |plan: &BatchPlan| Run { plan: plan.clone(), compiled: None, input: Vec::new() };
        Self { backend: Arc::clone(backend), shared, runs: plans.iter().map(run).collect() }
    }

    /// Writes the outputs of items `0..count`, one behind the other. Allocates at the first run of a batch size only.
    pub(super) fn run<'a>(
        &mut self,
        count: usize,
        item: impl Fn(usize) -> &'a [f32],
        mut output: &mut [f32],
    ) -> Result<()> {
        let mut done = 0;
        while done < count {
            let run = self.runs.iter_mut().find(|run| run.plan.batch <= count - done).expect("a batch of one");
            let Run { plan, compiled, input } = run;
            if compiled.is_none() {
                let mut executable = self.backend.compile(Arc::clone(&plan.plan))?;
                for (port, values) in plan.shared.iter().zip(self.shared.iter()) {
                    executable.write(*port, values)?;
                }
                let state = executable.create_state()?;
                *compiled = Some((executable, state));
                input.reserve_exact(plan.len(plan.input));
            }
            let (executable, state) = compiled.as_mut().expect("compiled above");
            input.clear();
            for i in done..done + plan.batch {
                input.extend_from_slice(item(i));
            }
            executable.write(plan.input, input)?;
            executable.run(plan.section, state)?;
            let (chunk, rest) = output.split_at_mut(plan.len(plan.output));
            executable.read(plan.output, chunk)?;
            output = rest;
            done += plan.batch;
        }
        Ok(())
    }
}
