//! The networks at full size on random weights, one thread: CPU milliseconds of a run.
//!
//! `cargo bench --bench networks` prints a table. With `--serve` it reads names of workloads on standard input, a line
//! each, and answers with the milliseconds of one run: so `benches/peers/compare.py` takes turns with other runtimes.

#[path = "support/clock.rs"]
mod clock;

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use clock::cpu_seconds;
use media2face::Result;
use media2face::backend::cpu::{CpuBackend, CpuOptions};
use media2face::face::{Encoder, EncoderSizes, Generator};
use media2face::motion::{Denoiser, Shape};
use media2face::pack::{self, Pack, Size};
use media2face::plan::{Backend, Executable, PlanBuilder, Section, State};
use media2face::speech::{ContextNetwork, FeatureExtractor};

/// A network, ready to run.
struct Workload {
    name: &'static str,
    executable: Box<dyn Executable>,
    /// What a run goes through, in order.
    sections: Vec<Section>,
    state: State,
    /// Multiplications and additions of one run by the ops' definitions, 10⁹.
    gflop: f64,
}

impl Workload {
    fn new(
        backend: &dyn Backend,
        name: &'static str,
        plan: media2face::plan::Plan,
        before: Option<Section>,
        sections: Vec<Section>,
    ) -> Result<Self> {
        let ops = sections.iter().flat_map(|section| plan.ops(*section));
        let gflop = ops.map(|op| op.flops() as f64 * 1e-9).sum();
        let mut executable = backend.compile(Arc::new(plan))?;
        let mut state = executable.create_state()?;
        if let Some(before) = before {
            executable.run(before, &mut state)?;
        }
        Ok(Self { name, executable, sections, state, gflop })
    }

    /// CPU seconds of one run.
    fn run(&mut self, start: Instant) -> f64 {
        let before = cpu_seconds(start);
        for section in &self.sections {
            self.executable.run(*section, &mut self.state).expect("runs");
        }
        cpu_seconds(start) - before
    }
}

/// A frame of the generator, what an identity gives once being cached.
fn generator(backend: &dyn Backend, name: &'static str, pack: &Pack) -> Result<Workload> {
    let generator = Generator::load(pack)?;
    let mut plan = PlanBuilder::new();
    let section = plan.section("frame");
    let cache: Vec<_> =
        generator.cache_shapes().iter().map(|[rows, cols]| plan.input("cache", 1, *rows, *cols).1).collect();
    let z = plan.input("z", 1, 1, generator.d_z()).1;
    generator.record_frames(&mut plan, &cache, z);
    Workload::new(backend, name, plan.finish(), None, vec![section])
}

/// The geometry encoder.
fn encoder(backend: &dyn Backend, pack: &Pack) -> Result<Workload> {
    let gnpfa = pack.manifest().gnpfa.as_ref().expect("the pack has a face");
    let sizes = EncoderSizes { res: gnpfa.res, ch: &gnpfa.ch, groups: gnpfa.groups, d_out: 2 * gnpfa.d_z };
    let encoder = Encoder::load(pack, "gnpfa.encoder", sizes)?;
    let mut plan = PlanBuilder::new();
    let section = plan.section("encode");
    let map = plan.input("map", 1, encoder.res().pow(2), 3).1;
    encoder.record(&mut plan, map);
    Workload::new(backend, "encoder", plan.finish(), None, vec![section])
}

/// Steps of a sampling.
const STEPS: usize = 20;

/// All three guidance branches over one window: a step, memory, keys and values being there, or the whole sampling with
/// the making of these.
fn denoiser(backend: &dyn Backend, pack: &Pack, whole: bool) -> Result<Workload> {
    let shape = Shape { windows: 1, frames: 200, unconditional: true, conditions: 2 };
    let recorded = Denoiser::load(pack)?.record(shape);
    let plan = Arc::try_unwrap(recorded.plan).expect("the only owner");
    let (condition, step) = (recorded.condition, recorded.step);
    if whole {
        let sections = std::iter::once(condition).chain(std::iter::repeat_n(step, STEPS)).collect();
        Workload::new(backend, "sampling", plan, None, sections)
    } else {
        Workload::new(backend, "denoiser", plan, Some(condition), vec![step])
    }
}

/// Wav2Vec2 over 10 s.
fn wav2vec2(backend: &dyn Backend, pack: &Pack) -> Result<Workload> {
    let config = pack.manifest().audio.as_ref().expect("the pack has a speech encoder");
    let extractor = FeatureExtractor::load(pack, config)?;
    let network = ContextNetwork::load(pack, config, extractor.width())?;
    let mut plan = PlanBuilder::new();
    let section = plan.section("encode");
    let x = plan.input("samples", 1, 160_000, 1).1;
    let features = extractor.record(&mut plan, x);
    network.record(&mut plan, features);
    Workload::new(backend, "wav2vec2", plan.finish(), None, vec![section])
}

fn main() -> Result<()> {
    let backend = CpuBackend::new(&CpuOptions::default())?;
    let (small, full) = (pack::random(Size::Small, 0)?, pack::random(Size::Full, 0)?);
    let mut workloads = [
        generator(&backend, "generator_small", &small)?,
        encoder(&backend, &full)?,
        generator(&backend, "generator_full", &full)?,
        denoiser(&backend, &full, false)?,
        denoiser(&backend, &full, true)?,
        wav2vec2(&backend, &full)?,
    ];
    let start = Instant::now();
    if std::env::args().any(|word| word == "--serve") {
        println!("{}", backend.name());
        for name in std::io::stdin().lock().lines() {
            let name = name?;
            let workload = workloads.iter_mut().find(|w| w.name == name).expect("a workload's name");
            println!("{}", workload.run(start) * 1e3);
            std::io::stdout().flush()?;
        }
        return Ok(());
    }
    println!("{}, one thread, CPU time, least of five", backend.name());
    for workload in &mut workloads {
        let seconds = (0..6).map(|_| workload.run(start)).fold(f64::INFINITY, f64::min);
        let rate = workload.gflop / seconds;
        println!("{:18} {:9.3} ms {:8.2} GFLOP {rate:7.1} GFLOP/s", workload.name, seconds * 1e3, workload.gflop);
    }
    Ok(())
}
