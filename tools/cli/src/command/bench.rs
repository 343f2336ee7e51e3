//! `m2f bench`: wall and processor time of each stage, of the encoding of a style and of a range made again, medians over
//! repetitions of a synthetic clip.

mod encoding;
mod revision;
mod stopwatch;

use std::fmt::Write;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use media2face::pack::{self, Pack};
use media2face::{BackendChoice, Model, Session, SessionOptions, Stage, Style};
use serde::Serialize;

use crate::command::args::Bench;
use crate::command::profile::{self, OpTime};
use crate::{command::convert, input::model, process::tell, process::usage};
use stopwatch::{StageTime, Stopwatch, WHOLE, gpu_ms, medians, milliseconds};

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
    /// By the pack's towers: a prompt and a picture that the model has not met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encoding: Vec<StageTime>,
    /// Two seconds of the clip made again, where it is longer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    revision: Vec<StageTime>,
    /// Their time over that of style, speech and motion of the whole clip.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_share: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ops: Vec<OpTime>,
    frames_per_s: f64,
    /// From the start of this program to the first frame of its first clip, without the making of the clip: once, cold.
    first_frame_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_memory_mb: Option<f64>,
}

/// Measures; gives the text or JSON.
pub fn run(args: &Bench, start: Instant) -> Result<String> {
    let making = Instant::now();
    let samples = voice(args.seconds as usize * SAMPLE_RATE_HZ as usize);
    let random = args.random.map(|size| pack::random(convert::pack_size(size), 0)).transpose()?;
    let made = making.elapsed();

    let load = Instant::now();
    let pack = random.map_or_else(|| args.pack.open(), Ok)?;
    let model = model::load(pack, args.compute.options()?, tell::warning)?;
    let load_ms = milliseconds(load.elapsed());
    let (backend, on_device) = (model.runtime().backend_name(), model.runtime().vulkan().is_some());
    let (threads, backend_reason) = (model.runtime().threads(), model.runtime().backend_reason().to_owned());
    ensure!(on_device || !args.ops, "--ops measures a Vulkan device, this is {backend}");

    let cold = Take::run(&model, args, &samples, 0)?; // plans are made and memory is touched
    let takes = (0..args.repeat).map(|i| Take::run(&model, args, &samples, i + 1)).collect::<Result<Vec<_>>>()?;
    let mut stages = medians(&takes.iter().map(|take| &take.stages[..]).collect::<Vec<_>>());
    let revision = medians(&takes.iter().map(|take| &take.revision[..]).collect::<Vec<_>>());
    let whole_s = stages.last().map_or(0.0, |whole| whole.wall_ms / 1e3);
    encoding::encode(&model, 0)?;
    let codes = (0..args.repeat).map(|i| encoding::encode(&model, i + 1)).collect::<Result<Vec<_>>>()?;
    let mut encoding = medians(&codes.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let blob = if on_device { Some(model.runtime().pipeline_cache()?) } else { None };
    drop(model);
    let ops =
        blob.map_or_else(|| Ok(Vec::new()), |blob| profile(args, &samples, blob, [&mut stages, &mut encoding]))?;
    let report = Report {
        backend,
        backend_reason,
        threads,
        audio_s: f64::from(args.seconds),
        frames: cold.frames,
        repetitions: args.repeat,
        load_ms,
        encoding,
        revision_share: revision::share(&revision, &stages),
        stages,
        revision,
        ops: if args.ops { ops } else { Vec::new() },
        frames_per_s: cold.frames as f64 / whole_s,
        first_frame_ms: milliseconds((cold.first_frame - start).saturating_sub(made)),
        peak_memory_mb: usage::peak_memory_bytes().map(|bytes| bytes as f64 / 1e6),
    };
    if args.json { Ok(serde_json::to_string_pretty(&report)?) } else { Ok(text(&report)?) }
}

/// One more clip and its styles on a runtime that measures every op, into the column of both; the clip's ops.
fn profile(
    args: &Bench,
    samples: &[f32],
    blob: Vec<u8>,
    [stages, encoding]: [&mut [StageTime]; 2],
) -> Result<Vec<OpTime>> {
    let mut options = args.compute.options()?;
    if let BackendChoice::Auto(vulkan) | BackendChoice::Vulkan(vulkan) = &mut options.backend {
        (vulkan.profile, vulkan.pipeline_cache) = (true, Some(blob));
    }
    let random = |size| Ok(pack::random(convert::pack_size(size), 0)?);
    let pack: Result<Pack> = args.random.map_or_else(|| args.pack.open(), random);
    let model = model::load(pack?, options, tell::warning)?;
    Take::run(&model, args, samples, 0)?;
    let before = model.runtime().profile();
    let take = Take::run(&model, args, samples, 1)?;
    let ops = profile::between(&before, model.runtime().profile());
    encoding::encode(&model, 0)?;
    let codes = encoding::encode(&model, 1)?;
    for (rows, measured) in [(stages, take.stages), (encoding, codes)] {
        for row in rows {
            let same = measured.iter().filter(|measured| measured.name == row.name);
            row.gpu_ms = same.map(|measured| measured.gpu_ms).sum();
        }
    }
    Ok(ops)
}

/// One measured animation.
struct Take {
    /// The last one is the whole.
    stages: Vec<StageTime>,
    revision: Vec<StageTime>,
    frames: usize,
    first_frame: Instant,
}

impl Take {
    /// The prompt of every `number` is another one, since a model keeps the codes of those it knows.
    fn run(model: &Arc<Model>, args: &Bench, samples: &[f32], number: u32) -> Result<Self> {
        let mut options = args.sampling.over(SessionOptions::new(SAMPLE_RATE_HZ, 1));
        options.style = if args.style { Some(style(model, number)?) } else { None };
        let session = Session::new(model, options.clone())?;

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
        let revision = revision::revise(&animation, &options)?;
        Ok(Self { stages, revision, frames, first_frame })
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
    let rows = |times: &[StageTime]| -> String {
        let figures = |time: &StageTime| [Some(time.wall_ms), time.cpu_ms, time.gpu_ms].map(figure);
        let line = |time: &StageTime| (time.name, figures(time));
        times.iter().map(line).map(|(name, [wall, cpu, gpu])| row(name, &wall, &cpu, &gpu) + "\n").collect()
    };
    writeln!(out, "{}", row("stage", "wall ms", "cpu ms", "gpu ms"))?;
    out += &rows(&report.stages);
    if !report.encoding.is_empty() {
        write!(out, "\nencoding a style that is new to the model\n{}", rows(&report.encoding))?;
    }
    if let Some(share) = report.revision_share {
        write!(out, "\ntwo seconds made again, {share:.3} of the job\n{}", rows(&report.revision))?;
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

    #[test]
    fn voice_is_heard_and_not_clipped() {
        let samples = voice(16_000);
        let loudest = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.05..1.0).contains(&loudest), "{loudest}");
    }
}
