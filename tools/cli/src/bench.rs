//! `m2f bench`: wall and processor time of each stage, medians over repetitions of a synthetic clip.

use std::fmt::Write;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use media2face::backend::vulkan::ProfileEntry;
use media2face::pack::{self, Pack};
use media2face::session::{BackendChoice, Model, Session, SessionOptions, Stage, Style};
use serde::Serialize;

use crate::args::Bench;
use crate::profile::{self, OpTime};
use crate::{convert, devices, model, usage};

const SAMPLE_RATE_HZ: u32 = 16_000;
/// How often a running job is asked for its stage; a stage is measured to this.
const POLL: Duration = Duration::from_micros(200);
/// Frames that are decoded at once.
const CHUNK_FRAMES: usize = 128;

/// Everything, as `--json` writes it.
#[derive(Serialize)]
struct Report {
    backend: String,
    backend_reason: String,
    threads: usize,
    audio_s: f64,
    frames: usize,
    repetitions: u32,
    load_ms: f64,
    stages: Vec<StageTime>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ops: Vec<OpTime>,
    frames_per_s: f64,
    /// From the start of this program to the first frame of its first clip, without the making of the clip: once, cold.
    first_frame_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_memory_mb: Option<f64>,
}

/// The row of all stages together.
const WHOLE: &str = "whole";

/// One stage of the data path, or all.
#[derive(Clone, Serialize)]
struct StageTime {
    name: &'static str,
    wall_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_ms: Option<f64>,
    /// On the device, op by op.
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_ms: Option<f64>,
}

/// Measures; gives the text or JSON.
pub fn run(args: &Bench, start: Instant) -> Result<String> {
    let making = Instant::now();
    let samples = voice(args.seconds as usize * SAMPLE_RATE_HZ as usize);
    let random = args.random.map(|size| pack::random(convert::pack_size(size), 0)).transpose()?;
    let made = making.elapsed();

    let load = Instant::now();
    let pack = random.map_or_else(|| model::open_pack(args.model.as_deref()), Ok)?;
    let model = model::load(pack, &args.compute, model::print_warning)?;
    let load_ms = milliseconds(load.elapsed());
    let (backend, on_device) = (model.runtime().backend_name(), model.runtime().vulkan().is_some());
    let (threads, backend_reason) = (model.runtime().threads(), model.runtime().backend_reason().to_owned());
    ensure!(on_device || !args.ops, "--ops measures a Vulkan device, this is {backend}");

    let cold = Take::run(&model, args, &samples, 0)?; // plans are made and memory is touched
    let takes = (0..args.repeat).map(|i| Take::run(&model, args, &samples, i + 1)).collect::<Result<Vec<_>>>()?;
    let mut stages = medians(&takes);
    let whole_s = stages.last().map_or(0.0, |whole| whole.wall_ms / 1e3);
    let blob = if on_device { Some(model.runtime().pipeline_cache()?) } else { None };
    drop(model);
    let ops = blob.map_or_else(|| Ok(Vec::new()), |blob| profile(args, &samples, blob, &mut stages))?;
    let report = Report {
        backend,
        backend_reason,
        threads,
        audio_s: f64::from(args.seconds),
        frames: cold.frames,
        repetitions: args.repeat,
        load_ms,
        stages,
        ops: if args.ops { ops } else { Vec::new() },
        frames_per_s: cold.frames as f64 / whole_s,
        first_frame_ms: milliseconds((cold.first_frame - start).saturating_sub(made)),
        peak_memory_mb: usage::peak_memory_bytes().map(|bytes| bytes as f64 / 1e6),
    };
    if args.json { Ok(serde_json::to_string_pretty(&report)?) } else { Ok(text(&report)?) }
}

/// One more clip on a runtime that measures every op, into the column of the stages; the ops.
fn profile(args: &Bench, samples: &[f32], blob: Vec<u8>, stages: &mut [StageTime]) -> Result<Vec<OpTime>> {
    let mut backend = devices::choice(&args.compute)?;
    if let BackendChoice::Auto(options) | BackendChoice::Vulkan(options) = &mut backend {
        (options.profile, options.pipeline_cache) = (true, Some(blob));
    }
    let random = |size| Ok(pack::random(convert::pack_size(size), 0)?);
    let pack: Result<Pack> = args.random.map_or_else(|| model::open_pack(args.model.as_deref()), random);
    let model = model::load_on(pack?, &args.compute, backend, model::print_warning)?;
    Take::run(&model, args, samples, 0)?;
    let before = model.runtime().profile();
    let take = Take::run(&model, args, samples, 1)?;
    for stage in stages {
        let same = take.stages.iter().filter(|measured| measured.name == stage.name);
        stage.gpu_ms = same.map(|measured| measured.gpu_ms).sum();
    }
    Ok(profile::between(&before, model.runtime().profile()))
}

/// One measured animation.
struct Take {
    /// The last one is the whole.
    stages: Vec<StageTime>,
    frames: usize,
    first_frame: Instant,
}

impl Take {
    /// The prompt of every `number` is another one, since a model keeps the codes of those it knows.
    fn run(model: &Arc<Model>, args: &Bench, samples: &[f32], number: u32) -> Result<Self> {
        let mut options = SessionOptions::new(SAMPLE_RATE_HZ, 1);
        options.steps = args.steps.map(|steps| steps as usize);
        options.style = if args.style { Some(style(model, number)?) } else { None };
        let session = Session::new(model, options)?;

        let gpu = || gpu_ms(&model.runtime().profile());
        let whole = Stopwatch::start(WHOLE, &gpu);
        let mut watch = Stopwatch::start(Stage::Input.name(), &gpu);
        for chunk in samples.chunks(4096) {
            session.push_f32(chunk)?;
        }
        session.finish()?;
        while !session.wait(Some(Duration::ZERO))? {
            watch.now_in(session.progress().stage.name());
            thread::sleep(POLL);
        }
        let animation = session.pull()?.ok_or_else(|| anyhow!("the job ended without a result"))?;
        let (fps, frames) = (animation.native_fps(), animation.frame_count(animation.native_fps())?);

        let mut first_frame = None;
        if model.topology().is_some() {
            watch.now_in("face");
            let mut reader = animation.reader()?;
            reader.offsets_mm(fps, 0, 1)?;
            first_frame = Some(Instant::now());
            for first in (1..frames).step_by(CHUNK_FRAMES) {
                reader.offsets_mm(fps, first, CHUNK_FRAMES.min(frames - first))?;
            }
        }
        watch.now_in("weights");
        let mut reader = animation.reader()?;
        reader.weights(fps, 0, 1)?;
        let first_frame = first_frame.unwrap_or_else(Instant::now);
        for first in (1..frames).step_by(CHUNK_FRAMES) {
            reader.weights(fps, first, CHUNK_FRAMES.min(frames - first))?;
        }
        let mut stages = watch.stop();
        stages.extend(whole.stop());
        Ok(Self { stages, frames, first_frame })
    }
}

/// A prompt where the model reads one, else a style code of its width.
fn style(model: &Model, number: u32) -> Result<Style> {
    let manifest = model.manifest();
    match (&manifest.clip, &manifest.denoiser) {
        (Some(clip), _) if clip.text.is_some() => Ok(Style::Text(format!("a happy face {number}"))),
        (_, Some(denoiser)) => Ok(Style::Code(vec![1.0 / (denoiser.d_p as f32).sqrt(); denoiser.d_p])),
        _ => Err(anyhow!("the model has no denoiser")),
    }
}

/// Sum over all ops; `None` where none was measured.
fn gpu_ms(entries: &[ProfileEntry]) -> Option<f64> {
    (!entries.is_empty()).then(|| entries.iter().map(|entry| entry.ms).sum())
}

/// Wall, processor and device time, given to the stage that is under way.
struct Stopwatch<'a> {
    stages: Vec<StageTime>,
    name: &'static str,
    wall: Instant,
    cpu: Option<Duration>,
    gpu: Option<f64>,
    /// Milliseconds on the device so far.
    read_gpu: &'a dyn Fn() -> Option<f64>,
}

impl<'a> Stopwatch<'a> {
    fn start(name: &'static str, read_gpu: &'a dyn Fn() -> Option<f64>) -> Self {
        let (wall, cpu, gpu) = (Instant::now(), usage::cpu_time(), read_gpu());
        Self { stages: Vec::new(), name, wall, cpu, gpu, read_gpu }
    }

    fn now_in(&mut self, name: &'static str) {
        if name != self.name {
            self.split();
            self.name = name;
        }
    }

    fn split(&mut self) {
        let (wall, cpu, gpu) = (Instant::now(), usage::cpu_time(), (self.read_gpu)());
        let cpu_ms = cpu.zip(self.cpu).map(|(now, then)| milliseconds(now.saturating_sub(then)));
        let gpu_ms = gpu.zip(self.gpu).map(|(now, then)| now - then);
        self.stages.push(StageTime { name: self.name, wall_ms: milliseconds(wall - self.wall), cpu_ms, gpu_ms });
        (self.wall, self.cpu, self.gpu) = (wall, cpu, gpu);
    }

    fn stop(mut self) -> Vec<StageTime> {
        self.split();
        // Between the job's end and the first frame nothing is computed.
        self.stages.retain(|stage| stage.name != Stage::Done.name());
        self.stages
    }
}

/// The median of each stage that a take passed through, and last of the whole; a stage that a take was too quick to be
/// seen in counts as zero.
fn medians(takes: &[Take]) -> Vec<StageTime> {
    let mut names: Vec<&'static str> = Vec::new();
    for stage in takes.iter().flat_map(|take| &take.stages) {
        if !names.contains(&stage.name) {
            names.push(stage.name);
        }
    }
    names.sort_by_key(|name| *name == WHOLE);
    let times = |name: &str, time: &dyn Fn(&StageTime) -> f64| {
        let of_take = |take: &Take| take.stages.iter().filter(|stage| stage.name == name).map(time).sum();
        median(takes.iter().map(of_take))
    };
    let has_cpu = takes.iter().flat_map(|take| &take.stages).all(|stage| stage.cpu_ms.is_some());
    names
        .into_iter()
        .map(|name| StageTime {
            name,
            wall_ms: times(name, &|stage| stage.wall_ms),
            cpu_ms: has_cpu.then(|| times(name, &|stage| stage.cpu_ms.unwrap_or_default())),
            gpu_ms: None,
        })
        .collect()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Something like a voice: a buzz whose pitch and loudness wander, with pauses.
fn voice(count: usize) -> Vec<f32> {
    let mut phase = 0.0f32;
    (0..count)
        .map(|i| {
            let time_s = i as f32 / SAMPLE_RATE_HZ as f32;
            phase = (phase + (140.0 + 30.0 * (2.1 * time_s).sin()) / SAMPLE_RATE_HZ as f32).fract();
            let loudness = (9.0 * time_s).sin().max(0.0) * (0.6 + 0.4 * (1.3 * time_s).sin());
            (1..8)
                .map(|overtone| (std::f32::consts::TAU * phase * overtone as f32).sin() / overtone as f32)
                .sum::<f32>()
                * 0.2
                * loudness
        })
        .collect()
}

fn text(report: &Report) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{} ({}), {} s of audio", report.backend, report.backend_reason, report.audio_s)?;
    writeln!(out, "medians of {}, loaded in {:.0} ms\n", report.repetitions, report.load_ms)?;
    let on_device = report.stages.iter().any(|stage| stage.gpu_ms.is_some());
    let figure = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
    let row = |name: &str, wall: &str, cpu: &str, gpu: &str| match on_device {
        true => format!("{name:<10}{wall:>12}{cpu:>12}{gpu:>12}"),
        false => format!("{name:<10}{wall:>12}{cpu:>12}"),
    };
    writeln!(out, "{}", row("stage", "wall ms", "cpu ms", "gpu ms"))?;
    for &StageTime { name, wall_ms, cpu_ms, gpu_ms } in &report.stages {
        writeln!(out, "{}", row(name, &figure(Some(wall_ms)), &figure(cpu_ms), &figure(gpu_ms)))?;
    }
    if !report.ops.is_empty() {
        write!(out, "\n{}", profile::text(&report.ops)?)?;
    }
    write!(
        out,
        "\n{} frames, {:.0} frames/s, first frame {:.0} ms after the start",
        report.frames, report.frames_per_s, report.first_frame_ms
    )?;
    report.peak_memory_mb.map_or(Ok(()), |mb| write!(out, ", peak memory {mb:.0} MB"))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(stages: &[(&'static str, f64)]) -> Take {
        let stages = stages.iter().map(|&(name, wall_ms)| StageTime {
            name,
            wall_ms,
            cpu_ms: Some(2.0 * wall_ms),
            gpu_ms: None,
        });
        Take { stages: stages.collect(), frames: 1, first_frame: Instant::now() }
    }

    #[test]
    fn medians_sum_what_a_stage_took_in_each_take() {
        let takes = [
            take(&[("speech", 1.0), ("motion", 5.0), ("speech", 2.0)]),
            take(&[("speech", 4.0), ("motion", 7.0), (WHOLE, 11.0)]),
            take(&[("motion", 6.0), ("weights", 1.0)]),
        ];
        let medians = medians(&takes);
        let rows: Vec<_> = medians.iter().map(|stage| (stage.name, stage.wall_ms, stage.cpu_ms)).collect();
        assert_eq!(
            rows,
            [
                ("speech", 3.0, Some(6.0)),
                ("motion", 6.0, Some(12.0)),
                ("weights", 0.0, Some(0.0)),
                (WHOLE, 0.0, Some(0.0))
            ]
        );
    }

    #[test]
    fn stopwatch_gives_every_stage_its_time_and_leaves_done_out() {
        let gpu = std::cell::Cell::new(1.0);
        let read_gpu = || Some(gpu.get());
        let mut watch = Stopwatch::start("input", &read_gpu);
        thread::sleep(Duration::from_millis(3));
        watch.now_in("speech");
        gpu.set(5.0);
        watch.now_in("speech");
        watch.now_in(Stage::Done.name());
        watch.now_in("face");
        let stages = watch.stop();
        let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names, ["input", "speech", "face"]);
        assert!(stages[0].wall_ms >= 3.0);
        assert_eq!(stages.iter().map(|stage| stage.gpu_ms).collect::<Vec<_>>(), [Some(0.0), Some(4.0), Some(0.0)]);
    }

    #[test]
    fn voice_is_heard_and_not_clipped() {
        let samples = voice(16_000);
        let loudest = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.05..1.0).contains(&loudest), "{loudest}");
    }
}
