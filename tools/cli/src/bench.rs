//! `m2f bench`: wall and processor time of each stage, medians over repetitions of a synthetic clip.

use std::fmt::Write;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use media2face::pack;
use media2face::session::{Model, Session, SessionOptions, Stage, Style};
use serde::Serialize;

use crate::args::Bench;
use crate::{convert, model, usage};

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

    let cold = Take::run(&model, args, &samples)?; // plans are made and memory is touched
    let takes = (0..args.repeat).map(|_| Take::run(&model, args, &samples)).collect::<Result<Vec<_>>>()?;
    let stages = medians(&takes);
    let whole_s = stages.last().map_or(0.0, |whole| whole.wall_ms / 1e3);
    let report = Report {
        backend: model.runtime().backend_name(),
        backend_reason: model.runtime().backend_reason().to_owned(),
        threads: model.runtime().threads(),
        audio_s: f64::from(args.seconds),
        frames: cold.frames,
        repetitions: args.repeat,
        load_ms,
        stages,
        frames_per_s: cold.frames as f64 / whole_s,
        first_frame_ms: milliseconds((cold.first_frame - start).saturating_sub(made)),
        peak_memory_mb: usage::peak_memory_bytes().map(|bytes| bytes as f64 / 1e6),
    };
    if args.json { Ok(serde_json::to_string_pretty(&report)?) } else { Ok(text(&report)?) }
}

/// One measured animation.
struct Take {
    /// The last one is the whole.
    stages: Vec<StageTime>,
    frames: usize,
    first_frame: Instant,
}

impl Take {
    fn run(model: &Arc<Model>, args: &Bench, samples: &[f32]) -> Result<Self> {
        let mut options = SessionOptions::new(SAMPLE_RATE_HZ, 1);
        options.steps = args.steps.map(|steps| steps as usize);
        options.style = if args.style { Some(style(model)?) } else { None };
        let session = Session::new(model, options)?;

        let whole = Stopwatch::start(WHOLE);
        let mut watch = Stopwatch::start(Stage::Input.name());
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
fn style(model: &Model) -> Result<Style> {
    let manifest = model.manifest();
    match (&manifest.clip, &manifest.denoiser) {
        (Some(clip), _) if clip.text.is_some() => Ok(Style::Text("happy".to_owned())),
        (_, Some(denoiser)) => Ok(Style::Code(vec![1.0 / (denoiser.d_p as f32).sqrt(); denoiser.d_p])),
        _ => Err(anyhow!("the model has no denoiser")),
    }
}

/// Wall and processor time, given to the stage that is under way.
struct Stopwatch {
    stages: Vec<StageTime>,
    name: &'static str,
    wall: Instant,
    cpu: Option<Duration>,
}

impl Stopwatch {
    fn start(name: &'static str) -> Self {
        Self { stages: Vec::new(), name, wall: Instant::now(), cpu: usage::cpu_time() }
    }

    fn now_in(&mut self, name: &'static str) {
        if name != self.name {
            self.split();
            self.name = name;
        }
    }

    fn split(&mut self) {
        let (wall, cpu) = (Instant::now(), usage::cpu_time());
        let cpu_ms = cpu.zip(self.cpu).map(|(now, then)| milliseconds(now.saturating_sub(then)));
        self.stages.push(StageTime { name: self.name, wall_ms: milliseconds(wall - self.wall), cpu_ms });
        (self.wall, self.cpu) = (wall, cpu);
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
    writeln!(out, "{:<10}{:>12}{:>12}", "stage", "wall ms", "cpu ms")?;
    for StageTime { name, wall_ms, cpu_ms } in &report.stages {
        let cpu_ms = cpu_ms.map_or_else(|| "-".to_owned(), |cpu_ms| format!("{cpu_ms:.1}"));
        writeln!(out, "{name:<10}{wall_ms:>12.1}{cpu_ms:>12}")?;
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
        let stages = stages.iter().map(|&(name, wall_ms)| StageTime { name, wall_ms, cpu_ms: Some(2.0 * wall_ms) });
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
        let mut watch = Stopwatch::start("input");
        thread::sleep(Duration::from_millis(3));
        watch.now_in("speech");
        watch.now_in("speech");
        watch.now_in(Stage::Done.name());
        watch.now_in("face");
        let stages = watch.stop();
        let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names, ["input", "speech", "face"]);
        assert!(stages[0].wall_ms >= 3.0);
    }

    #[test]
    fn voice_is_heard_and_not_clipped() {
        let samples = voice(16_000);
        let loudest = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.05..1.0).contains(&loudest), "{loudest}");
    }
}
