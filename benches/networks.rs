//! The networks at full size on random weights, on one thread of the CPU or on a Vulkan device: time of a run.
//!
//! `cargo bench --bench networks` prints a table; words after `--` filter it, `--vulkan[=NAME]` takes a device, `--json`
//! prints a line of JSON for each row, `--quick` runs once. With `--serve` it reads names of workloads on standard input,
//! a line each, and answers with the milliseconds of one run: so `benches/peers` takes turns with other runtimes.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use media2face::Result;
use media2face::internals::face::{Encoder, EncoderSizes, Generator};
use media2face::internals::motion::{Denoiser, Shape};
use media2face::internals::plan::{Activation, Backend, Executable, Plan, PlanBuilder, Port, Section, State};
use media2face::internals::prompt::{Recorded, TextTower, VisionTower};
use media2face::internals::speech::{ContextNetwork, FeatureExtractor};
use media2face::internals::tensor::Weight;
use media2face::pack::{self, Pack, Size};
use serde_json::json;
use support::{Subject, Words, values};

/// Every workload.
const NAMES: [&str; 8] =
    ["generator_small", "encoder", "generator_full", "denoiser", "sampling", "wav2vec2", "clip_picture", "clip_text"];
/// What a GPU alone is asked for.
const LARGE: [&str; 3] = ["unet_200_frames", "product_512", "product_4096"];

/// Frames of a window of the denoiser, and of the UNet's long run.
const FRAMES: usize = 200;
/// Steps of a sampling.
const STEPS: usize = 20;
/// Tokens of a prompt that fills CLIP's context.
const TOKENS: usize = 77;
/// Products one after the other, so that the first one's f32 input and the last one's output weigh little.
const PRODUCTS: usize = 8;

/// A network, ready to run.
struct Workload {
    name: &'static str,
    executable: Box<dyn Executable>,
    /// What a run goes through, in order.
    sections: Vec<Section>,
    state: State,
    /// Multiplications and additions of one run by the ops' definitions, 10⁹.
    gflop: f64,
    /// Frames or products of one run; its time is told for one of them.
    parts: usize,
    /// Frames of one run, where the face's generator makes them.
    frames: Option<usize>,
}

impl Workload {
    fn new(
        backend: &dyn Backend,
        name: &'static str,
        plan: Plan,
        inputs: &[Port],
        before: Option<Section>,
        sections: Vec<Section>,
    ) -> Result<Self> {
        let ops = sections.iter().flat_map(|section| plan.ops(*section));
        let gflop = ops.map(|op| op.flops() as f64 * 1e-9).sum();
        let mut executable = backend.compile(Arc::new(plan))?;
        let mut state = executable.create_state()?;
        for (seed, &port) in (0..).zip(inputs) {
            let len = executable.plan().buffers()[port.buffer().index()].len;
            executable.write(port, &values(len, seed))?;
        }
        if let Some(before) = before {
            executable.run(before, &mut state)?;
        }
        Ok(Self { name, executable, sections, state, gflop, parts: 1, frames: None })
    }

    /// All sections, as many in one submission as the backend allows.
    fn run(&mut self) {
        let mut done = 0;
        while done < self.sections.len() {
            done += self.executable.advance(&self.sections[done..], &mut self.state).expect("runs");
        }
    }

    /// Milliseconds of a part, by the subject's clock and by the processor's.
    fn time_ms(&mut self, subject: &Subject, start: Instant) -> (f64, f64) {
        let now = || (subject.seconds(start), support::cpu_seconds(start));
        let before = now();
        self.run();
        let after = now();
        let per_part = 1e3 / self.parts as f64;
        ((after.0 - before.0) * per_part, (after.1 - before.1) * per_part)
    }
}

/// Frames of the generator, what an identity gives once being cached; `runs` times one after the other.
fn generator(backend: &dyn Backend, name: &'static str, pack: &Pack, [frames, runs]: [usize; 2]) -> Result<Workload> {
    let generator = Generator::load(pack)?;
    let mut plan = PlanBuilder::new();
    let section = plan.section("frame");
    let (mut inputs, cache): (Vec<_>, Vec<_>) =
        generator.cache_shapes().iter().map(|[rows, cols]| plan.input("cache", 1, *rows, *cols)).unzip();
    let (port, z) = plan.input("z", 1, frames, generator.d_z());
    inputs.push(port);
    generator.record_frames(&mut plan, &cache, z);
    Workload::new(backend, name, plan.finish(), &inputs, None, vec![section; runs])
}

/// The geometry encoder.
fn encoder(backend: &dyn Backend, pack: &Pack) -> Result<Workload> {
    let gnpfa = pack.manifest().gnpfa.as_ref().expect("the pack has a face");
    let sizes = EncoderSizes { res: gnpfa.res, ch: &gnpfa.ch, groups: gnpfa.groups, d_out: 2 * gnpfa.d_z };
    let encoder = Encoder::load(pack, "gnpfa.encoder", sizes)?;
    let mut plan = PlanBuilder::new();
    let section = plan.section("encode");
    let (port, map) = plan.input("map", 1, encoder.res().pow(2), 3);
    encoder.record(&mut plan, map);
    Workload::new(backend, "encoder", plan.finish(), &[port], None, vec![section])
}

/// All three guidance branches over one window: a step, memory, keys and values being there, or the whole sampling with
/// the making of these.
fn denoiser(backend: &dyn Backend, pack: &Pack, whole: bool) -> Result<Workload> {
    let shape = Shape { windows: 1, frames: FRAMES, unconditional: true, conditions: 2 };
    let recorded = Denoiser::load(pack)?.record(shape);
    let plan = Arc::try_unwrap(recorded.plan).expect("the only owner");
    let (condition, step) = (recorded.condition, recorded.step);
    let mut inputs = vec![recorded.x, recorded.time, recorded.weights];
    inputs.extend(recorded.features);
    if whole {
        let sections = std::iter::once(condition).chain(std::iter::repeat_n(step, STEPS)).collect();
        Workload::new(backend, "sampling", plan, &inputs, None, sections)
    } else {
        Workload::new(backend, "denoiser", plan, &inputs, Some(condition), vec![step])
    }
}

/// Wav2Vec2 over 10 s.
fn wav2vec2(backend: &dyn Backend, pack: &Pack) -> Result<Workload> {
    let config = pack.manifest().audio.as_ref().expect("the pack has a speech encoder");
    let extractor = FeatureExtractor::load(pack, config)?;
    let network = ContextNetwork::load(pack, config, extractor.width())?;
    let mut plan = PlanBuilder::new();
    let section = plan.section("encode");
    let (port, x) = plan.input("samples", 1, 160_000, 1);
    let features = extractor.record(&mut plan, x);
    network.record(&mut plan, features);
    Workload::new(backend, "wav2vec2", plan.finish(), &[port], None, vec![section])
}

/// A tower of CLIP ViT-B/32, from patches or token embeddings to the style code.
fn tower(
    backend: &dyn Backend,
    name: &'static str,
    record: impl FnOnce(&mut PlanBuilder) -> Recorded,
) -> Result<Workload> {
    let mut plan = PlanBuilder::new();
    let section = plan.section("style");
    let input = record(&mut plan).input;
    Workload::new(backend, name, plan.finish(), &[input], None, vec![section])
}

/// Square matrices times each other, the weights of a variance that keeps that of the values.
fn products(backend: &dyn Backend, name: &'static str, size: usize) -> Result<Workload> {
    let scale = (size as f32).sqrt().recip();
    let weight: Vec<f32> = values(size * size, 1).iter().map(|value| value * scale).collect();
    let weight = Weight::from_f32("w", &[size, size], &weight);
    let mut plan = PlanBuilder::new();
    let section = plan.section("products");
    let (port, mut x) = plan.input("x", 1, size, size);
    for _ in 0..PRODUCTS {
        x = plan.linear("product", x, &weight, None, Activation::None);
    }
    Workload::new(backend, name, plan.finish(), &[port], None, vec![section])
}

/// The packs and what was made of them.
struct Workloads<'a> {
    subject: &'a Subject,
    small: Pack,
    full: Pack,
}

impl<'a> Workloads<'a> {
    fn new(subject: &'a Subject) -> Result<Self> {
        Ok(Self { subject, small: pack::random(Size::Small, 0)?, full: pack::random(Size::Full, 0)? })
    }

    /// Frames of the generator in one run; on the CPU one, as its peers run it.
    fn frames(&self) -> usize {
        if matches!(self.subject, Subject::Cpu(_)) { 1 } else { self.subject.backend().frames_per_run() }
    }

    fn make(&self, name: &str) -> Result<Workload> {
        let (backend, frames) = (self.subject.backend(), self.frames());
        let clip = self.full.manifest().clip.as_ref().expect("the pack has CLIP's towers");
        let mut workload = match name {
            "generator_small" => generator(backend, "generator_small", &self.small, [frames, 1])?,
            "generator_full" => generator(backend, "generator_full", &self.full, [frames, 1])?,
            "unet_200_frames" => generator(backend, "unet_200_frames", &self.full, [frames, FRAMES.div_ceil(frames)])?,
            "encoder" => encoder(backend, &self.full)?,
            "denoiser" => denoiser(backend, &self.full, false)?,
            "sampling" => denoiser(backend, &self.full, true)?,
            "wav2vec2" => wav2vec2(backend, &self.full)?,
            "clip_picture" => {
                let config = clip.vision.as_ref().expect("a picture tower");
                let vision = VisionTower::load(&self.full, config, clip.projection_dim)?;
                tower(backend, "clip_picture", |plan| vision.record(plan))?
            }
            "clip_text" => {
                let config = clip.text.as_ref().expect("a text tower");
                let text = TextTower::load(&self.full, config, clip.projection_dim)?;
                tower(backend, "clip_text", |plan| text.record(plan, TOKENS))?
            }
            "product_512" => products(backend, "product_512", 512)?,
            "product_4096" => products(backend, "product_4096", 4096)?,
            _ => panic!("no workload {name}"),
        };
        (workload.parts, workload.frames) = match name {
            "generator_small" | "generator_full" => (frames, Some(frames)),
            "unet_200_frames" => (1, Some(FRAMES)),
            "product_512" | "product_4096" => (PRODUCTS, None),
            _ => (1, None),
        };
        Ok(workload)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs what standard input names and tells the milliseconds.
fn serve(workloads: &Workloads, start: Instant) -> Result<()> {
    println!("{}", workloads.subject.backend().name());
    let mut made: BTreeMap<String, Workload> = BTreeMap::new();
    for name in std::io::stdin().lock().lines() {
        let name = name?;
        if !made.contains_key(&name) {
            made.insert(name.clone(), workloads.make(&name)?);
        }
        let workload = made.get_mut(&name).expect("made above");
        println!("{}", workload.time_ms(workloads.subject, start).0);
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Times one workload after a run that is not counted, and prints its row.
fn measure(workload: &mut Workload, subject: &Subject, words: &Words, start: Instant) {
    workload.run();
    let submissions = || match subject {
        Subject::Cpu(_) => 0,
        Subject::Vulkan(backend) => backend.submissions(),
    };
    let before = submissions();
    workload.run();
    let submissions = submissions() - before;
    let most = if words.has("--quick") { 1 } else { 50 };
    let (begun, mut times) = (Instant::now(), Vec::new());
    while times.len() < most && (times.len() < 5 || begun.elapsed().as_secs_f64() < 3.0) {
        times.push(workload.time_ms(subject, start));
    }
    let least = times.iter().fold(f64::INFINITY, |least, time| least.min(time.0));
    let (median_ms, cpu_ms) =
        (median(times.iter().map(|time| time.0).collect()), median(times.iter().map(|time| time.1).collect()));
    let (name, parts, gflop) = (workload.name, workload.parts, workload.gflop / workload.parts as f64);
    let rate = gflop / median_ms * 1e3;
    let frames_per_s = workload.frames.map(|frames| frames as f64 / (median_ms * 1e-3 * parts as f64));
    if words.has("--json") {
        let row = json!({
            "workload": name, "backend": subject.backend().name(), "clock": subject.clock(), "runs": times.len(),
            "ms": median_ms, "least_ms": least, "cpu_ms": cpu_ms, "parts_per_run": parts, "submissions": submissions,
            "gflop": gflop, "gflop_per_s": rate, "frames_per_s": frames_per_s,
        });
        println!("{row}");
    } else {
        let frames = frames_per_s.map_or_else(String::new, |rate| format!(", {rate:.0} frames/s, {parts} parts a run"));
        println!(
            "{name:16} {median_ms:9.3} ms (least {least:9.3}, processor {cpu_ms:9.3}) {gflop:8.2} GFLOP {rate:8.1} \
             GFLOP/s, {submissions} submissions{frames}"
        );
    }
}

fn main() -> Result<()> {
    let (words, start) = (Words::from_command_line(), Instant::now());
    let subject = Subject::open(&words);
    let workloads = Workloads::new(&subject)?;
    if words.has("--serve") {
        return serve(&workloads, start);
    }
    if !words.has("--json") {
        println!("{}, {}, medians", subject.backend().name(), subject.clock());
    }
    let large: &[&str] = if subject.is_hardware() { &LARGE } else { &[] };
    for name in NAMES.iter().chain(large).filter(|name| words.want(name)) {
        measure(&mut workloads.make(name)?, &subject, &words, start);
    }
    Ok(())
}
