//! A network over any number of items, in batches of fixed sizes: few programs, each prepared at its first use and kept.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Result;
use crate::limits::KEPT_PROGRAM_BYTES;
use crate::plan::{Backend, Executable, Plan, PlanBuilder, Port, Programs, Recorded, Section, State, View};
use crate::unit::{self, Unit};

/// A plan that turns a batch of input items into as many items of each output.
#[derive(Debug, Clone)]
pub(super) struct BatchPlan {
    plan: Arc<Plan>,
    input: Port,
    /// Inputs that all items share: [rows, cols] each.
    shared: Vec<Port>,
    /// A section for each output; it may read the outputs before its own.
    sections: Vec<Section>,
    outputs: Vec<Port>,
}

impl BatchPlan {
    /// Records `network(plan, input)` for items in an input of shape `input`. Its result is kept whole.
    pub(super) fn record(name: &str, input: [usize; 3], network: impl FnOnce(&mut PlanBuilder, View) -> View) -> Self {
        Self::record_shared(input, &[], |plan, x, _| {
            let section = plan.section(name);
            let result = network(plan, x);
            plan.keep_f32(result);
            let (output, out) = plan.output("output", result.batch, result.rows, result.cols);
            plan.copy(result, out);
            vec![(section, output)]
        })
    }

    /// Records what `network(plan, input, shared)` says; it returns a section for each output.
    pub(super) fn record_shared(
        input: [usize; 3],
        shared: &[[usize; 2]],
        network: impl FnOnce(&mut PlanBuilder, View, &[View]) -> Vec<(Section, Port)>,
    ) -> Self {
        let mut plan = PlanBuilder::new();
        let (input, x) = plan.input("input", input[0], input[1], input[2]);
        let (shared, views): (Vec<_>, Vec<_>) =
            shared.iter().map(|&[rows, cols]| plan.input("shared", 1, rows, cols)).unzip();
        let (sections, outputs) = network(&mut plan, x, &views).into_iter().unzip();
        Self { plan: Arc::new(plan.finish()), input, shared, sections, outputs }
    }

    /// The input of this number that all items share.
    pub(super) fn shared(&self, index: usize) -> Port {
        self.shared[index]
    }

    /// The output of this number.
    pub(super) fn output(&self, index: usize) -> Port {
        self.outputs[index]
    }

    /// Reads an output of a batch, which is these of all items, into its place among `values`.
    pub(super) fn read(
        &self,
        executable: &mut dyn Executable,
        output: usize,
        items: Range<usize>,
        values: &mut [f32],
    ) -> Result<()> {
        let port = self.outputs[output];
        let width = self.len(port) / items.len();
        executable.read(port, &mut values[items.start * width..items.end * width])
    }

    fn len(&self, port: Port) -> usize {
        self.plan.buffers()[port.buffer().index()].len
    }
}

/// Batch sizes for runs of at most `largest` items: each an eighth of the one before, down to 1.
fn batch_sizes(largest: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(largest.max(1)), |&size| (size > 1).then(|| (size / 8).max(1)))
}

/// The programs of a pack's face networks on one backend, kept by name and batch size.
pub struct FacePrograms {
    backend: Arc<dyn Backend>,
    kept: Programs<(&'static str, usize), BatchPlan>,
}

impl FacePrograms {
    /// None yet; of at most so many bytes.
    pub fn new(backend: &Arc<dyn Backend>, most_bytes: usize) -> Self {
        Self { backend: Arc::clone(backend), kept: Programs::new(most_bytes) }
    }

    /// For a user that keeps them no longer than a reader.
    pub fn on(backend: &Arc<dyn Backend>) -> Arc<Self> {
        Arc::new(Self::new(backend, KEPT_PROGRAM_BYTES))
    }

    /// The backend.
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }
}

/// Records the network for a batch size.
pub(super) type Record<'a> = dyn Fn(usize) -> BatchPlan + Sync + 'a;

/// Runs one network. Owns its executables: one thread at a time.
pub(super) struct BatchRunner {
    programs: Arc<FacePrograms>,
    name: &'static str,
    shared: Arc<[Vec<f32>]>,
    /// Largest batch first; the last is of one item.
    runs: Vec<Run>,
}

struct Run {
    batch: usize,
    compiled: Option<Compiled>,
}

/// A batch size in use.
struct Compiled {
    recorded: Arc<Recorded<BatchPlan>>,
    executable: Box<dyn Executable>,
    state: State,
    /// The items of a batch side by side.
    input: Vec<f32>,
}

impl BatchRunner {
    /// For runs of the network of this name on at most `largest` items; `shared` as the plans' shared inputs.
    pub(super) fn new(
        programs: &Arc<FacePrograms>,
        name: &'static str,
        largest: usize,
        shared: Arc<[Vec<f32>]>,
    ) -> Self {
        let runs = batch_sizes(largest).map(|batch| Run { batch, compiled: None }).collect();
        Self { programs: Arc::clone(programs), name, shared, runs }
    }

    /// Whether exports can signal a timeline semaphore.
    pub(super) fn signals(&self) -> bool {
        self.programs.backend.signals()
    }

    /// Prepares, in bounded parts, what [`run`](Self::run) takes for so many items.
    pub(super) async fn prepare(&mut self, record: &Record<'_>, count: usize, unit: &Unit) -> Result<()> {
        let mut rest = count;
        for run in &mut self.runs {
            if run.batch <= rest && run.compiled.is_none() {
                let compiled = Compiled::new(&self.programs, (self.name, run.batch), record, &self.shared, unit);
                run.compiled = Some(compiled.await?);
            }
            rest %= run.batch;
        }
        Ok(())
    }

    /// Writes items `0..count` of the first output, one after another. `record` is the same network at every call; it is
    /// asked for a batch size at the first run of that size, and then alone is memory taken.
    pub(super) fn run<'a>(
        &mut self,
        record: &Record<'_>,
        count: usize,
        item: impl Fn(usize) -> &'a [f32],
        values: &mut [f32],
    ) -> Result<()> {
        self.run_with(record, count, item, 1, |plan, executable, items| plan.read(executable, 0, items, values))
    }

    /// Computes the first `outputs` outputs of items `0..count`, batch by batch; `take` is called with the items of each.
    pub(super) fn run_with<'a>(
        &mut self,
        record: &Record<'_>,
        count: usize,
        item: impl Fn(usize) -> &'a [f32],
        outputs: usize,
        take: impl FnMut(&BatchPlan, &mut dyn Executable, Range<usize>) -> Result<()>,
    ) -> Result<()> {
        unit::finish(self.run_in(record, count, item, outputs, take, &Unit::default()))
    }

    /// [`run_with`](Self::run_with) in bounded parts.
    pub(super) async fn run_in<'a>(
        &mut self,
        record: &Record<'_>,
        count: usize,
        item: impl Fn(usize) -> &'a [f32],
        outputs: usize,
        mut take: impl FnMut(&BatchPlan, &mut dyn Executable, Range<usize>) -> Result<()>,
        unit: &Unit,
    ) -> Result<()> {
        let mut done = 0;
        while done < count {
            let run = self.runs.iter_mut().find(|run| run.batch <= count - done).expect("a batch of one");
            let compiled = match &mut run.compiled {
                Some(compiled) => compiled,
                none => {
                    let (programs, key) = (&self.programs, (self.name, run.batch));
                    none.insert(Compiled::new(programs, key, record, &self.shared, unit).await?)
                }
            };
            let Compiled { recorded, executable, state, input } = compiled;
            let plan = &recorded.ports;
            input.clear();
            for i in done..done + run.batch {
                input.extend_from_slice(item(i));
            }
            executable.write(plan.input, input)?;
            let mut sections = &plan.sections[..outputs];
            while !sections.is_empty() {
                sections = &sections[executable.advance(sections, state)?..];
                unit.pause().await;
            }
            take(plan, &mut **executable, done..done + run.batch)?;
            done += run.batch;
        }
        Ok(())
    }
}

impl Compiled {
    async fn new(
        programs: &FacePrograms,
        key: (&'static str, usize),
        record: &Record<'_>,
        shared: &[Vec<f32>],
        unit: &Unit,
    ) -> Result<Self> {
        let recording = async {
            let plan = record(key.1);
            let recorded = Arc::clone(&plan.plan);
            Ok((plan, recorded))
        };
        let recorded = programs.kept.get_or_prepare(&*programs.backend, key, recording, unit).await?;
        let plan = &recorded.ports;
        let mut executable = Arc::clone(&recorded.program).executable()?;
        for (port, values) in plan.shared.iter().zip(shared) {
            executable.write(*port, values)?;
        }
        let (state, input) = (executable.create_state()?, Vec::with_capacity(plan.len(plan.input)));
        Ok(Self { recorded, executable, state, input })
    }
}

#[cfg(test)]
mod tests {
    use super::batch_sizes;

    #[test]
    fn sizes_fall_by_eighths_to_one() {
        let sizes = |largest| batch_sizes(largest).collect::<Vec<_>>();
        assert_eq!(sizes(4), [4, 1]);
        assert_eq!(sizes(32), [32, 4, 1]);
        assert_eq!(sizes(200), [200, 25, 3, 1]);
        assert_eq!((sizes(1), sizes(0)), (vec![1], vec![1]));
    }
}
