//! How long units of work last: processor time of the calling thread in each `Session::step` of no budget, with the starter and
//! no threads but that one; and what a second clip costs where the first has left its programs.
//!
//! `cargo bench --bench units`; words choose clips by their length, such as `2` and `3600`, and `style`, `plain`, `second`. Each
//! run has a model of its own, so that recording, packing and preparing are in its units. Medians over nine runs, of an hour three.
//! `control` is no clip: units of plain arithmetic, as many and as long as those of an hour. What of it is longer is the system's.

#[path = "support/clock.rs"]
mod clock;
#[path = "support/faults.rs"]
mod faults;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media2face::pack::Pack;
use media2face::{BackendChoice, Model, Progress, Runtime, RuntimeOptions, Session, SessionOptions, Style};

use clock::cpu_seconds;
use faults::faults;

const RATE_HZ: u32 = 16_000;
const SECONDS: [u32; 4] = [2, 8, 60, 3600];
/// What the longest unit of a run may take.
const BAR_MS: f64 = 2.0;
/// As long as a unit of an hour usually lasts, and as many.
const CONTROL_MS: f64 = 0.55;
const CONTROL_UNITS: usize = 300_000;
/// Repetitions of what a second clip costs.
const REPEAT: usize = 15;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let want = |names: &[&str]| words.is_empty() || names.iter().all(|name| words.iter().any(|word| word == name));
    let chosen = |name: &str, of: &[&str]| !of.iter().any(|of| words.iter().any(|word| word == of)) || want(&[name]);
    let lengths = SECONDS.map(|seconds| seconds.to_string());
    let lengths: Vec<&str> = lengths.iter().map(String::as_str).collect();
    for seconds in SECONDS {
        for styled in [false, true] {
            let kind = if styled { "style" } else { "plain" };
            if chosen(&seconds.to_string(), &lengths) && chosen(kind, &["plain", "style", "second", "control"]) {
                report(seconds, styled);
            }
        }
    }
    if chosen("second", &["plain", "style", "second", "control"]) {
        second_clip();
    }
    if words.iter().any(|word| word == "control") {
        control();
    }
}

fn report(seconds: u32, styled: bool) {
    let runs = if seconds < 1000 { 9 } else { 3 };
    let mut runs: Vec<Run> = (0..runs).map(|_| run(&model(), seconds, styled)).collect();
    runs.sort_by(|a, b| a.longest_ms.total_cmp(&b.longest_ms));
    let (median, style) = (&runs[runs.len() / 2], if styled { ", with a style" } else { "" });
    println!("longest unit {seconds} s: {:.2} ms{style}", median.longest_ms);
    println!(
        "    {} units of {:.0} ms in all, {} longer than {BAR_MS} ms; it came in {} at {:.3}, unit {}, with {} pages mapped and {} \
         interruptions; longest of all runs {:.2} ms",
        median.units,
        median.all_ms,
        median.long,
        median.at.stage.name(),
        median.at.fraction,
        median.number,
        median.faults[0],
        median.faults[1],
        runs.last().map_or(0.0, |run| run.longest_ms)
    );
}

/// A job of its own.
struct Run {
    longest_ms: f64,
    /// Where the job was before it.
    at: Progress,
    number: usize,
    /// What the system did for it.
    faults: [i64; 2],
    units: usize,
    /// Those past the bar.
    long: usize,
    all_ms: f64,
}

fn run(model: &Arc<Model>, seconds: u32, styled: bool) -> Run {
    let session = pushed(model, seconds, styled);
    let start = Instant::now();
    session.finish().expect("finish");
    let at = session.progress();
    let mut run = Run { longest_ms: 0.0, at, number: 0, faults: [0; 2], units: 0, long: 0, all_ms: 0.0 };
    loop {
        let (at, before, begun) = (session.progress(), faults(), cpu_seconds(start));
        let done = session.step(Duration::ZERO).expect("step");
        let ms = (cpu_seconds(start) - begun) * 1e3;
        run.all_ms += ms;
        run.long += usize::from(ms > BAR_MS);
        if ms > run.longest_ms {
            (run.longest_ms, run.at, run.number) = (ms, at, run.units);
            let now = faults();
            run.faults = [now[0] - before[0], now[1] - before[1]];
        }
        run.units += 1;
        if done {
            return run;
        }
    }
}

/// Units that are alike, in registers, without a system call: by the bench's own clock, the longest and how many pass the bar.
fn control() {
    let start = Instant::now();
    let unit = |turns: u32| {
        let begun = cpu_seconds(start);
        std::hint::black_box(
            (0..turns).fold(1u32, |x, i| std::hint::black_box(x).wrapping_mul(747_796_405).wrapping_add(i)),
        );
        (cpu_seconds(start) - begun) * 1e3
    };
    let turns = (1e6 * CONTROL_MS / unit(1_000_000)) as u32;
    let (mut longest, mut long) = (0.0f64, 0);
    for _ in 0..CONTROL_UNITS {
        let ms = unit(turns);
        longest = longest.max(ms);
        long += usize::from(ms > BAR_MS);
    }
    println!(
        "control: {CONTROL_UNITS} units of {CONTROL_MS} ms: longest {longest:.2} ms, {long} longer than {BAR_MS} ms"
    );
}

/// Jobs of two seconds one after the other on one model, and the first face of each.
fn second_clip() {
    let (model, start) = (model(), Instant::now());
    let (mut jobs, mut faces) = (Vec::new(), Vec::new());
    let mut prepared = model.runtime().prepared();
    for number in 0..=REPEAT {
        let job = run(&model, 2, false);
        let session = pushed(&model, 2, false);
        session.finish().expect("finish");
        session.wait(None).expect("wait");
        let animation = session.pull().expect("job").expect("done");
        let begun = cpu_seconds(start);
        let mut reader = animation.reader().expect("reader");
        reader.offsets_mm(30.0, 30, 1).expect("offsets");
        let ms = (cpu_seconds(start) - begun) * 1e3;
        let now = model.runtime().prepared();
        if number == 0 {
            println!("first job of 2 s: {:.0} ms, first offsets {ms:.1} ms; prepared {now:?}", job.all_ms);
        } else {
            assert_eq!(now, prepared, "a second clip prepares nothing");
            jobs.push(job.all_ms);
            faces.push(ms);
        }
        prepared = now;
    }
    println!("later jobs of 2 s: {:.1} ms, first offsets {:.2} ms", median(jobs), median(faces));
    both(&model, start);
}

/// Offsets, normals, and both in one decode, of thirty frames.
fn both(model: &Arc<Model>, start: Instant) {
    let session = pushed(model, 2, false);
    session.finish().expect("finish");
    session.wait(None).expect("wait");
    let animation = session.pull().expect("job").expect("done");
    let mut reader = animation.reader().expect("reader");
    let count = 30 * reader.offset_count().expect("mesh");
    let (mut offsets, mut normals) = (vec![0.0; count], vec![0.0; count]);
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..=REPEAT {
        let mut begun = cpu_seconds(start);
        let mut lap = |times: &mut Vec<f64>| {
            let now = cpu_seconds(start);
            times.push((now - begun) * 1e3);
            begun = now;
        };
        reader.offsets_mm_into(30.0, 0, &mut offsets).expect("offsets");
        lap(&mut times[0]);
        reader.normals_into(30.0, 0, &mut normals).expect("normals");
        lap(&mut times[1]);
        reader.offsets_and_normals_into(30.0, 0, &mut offsets, &mut normals).expect("both");
        lap(&mut times[2]);
    }
    let [offsets, normals, both] = times.map(median);
    let ratio = both / offsets.max(normals);
    println!(
        "thirty frames: offsets {offsets:.1} ms, normals {normals:.1}, both at once {both:.1}: {ratio:.2} of the dearer"
    );
}

fn model() -> Arc<Model> {
    let options = RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let runtime = Runtime::new(&options).expect("runtime");
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/starter.m2f");
    Model::new(&runtime, Pack::open(pack).expect("the starter pack")).expect("model")
}

/// A session that heard syllables and pauses.
fn pushed(model: &Arc<Model>, seconds: u32, styled: bool) -> Session {
    let style = styled.then(|| Style::Text("happy".to_owned()));
    let options = SessionOptions { style, tail_s: 0.3, ..SessionOptions::new(RATE_HZ, 1) };
    let session = Session::new(model, options).expect("session");
    for second in 0..seconds {
        let sample = |i: u32| {
            let time_s = (second * RATE_HZ + i) as f32 / RATE_HZ as f32;
            let speaks = time_s % 3.0 < 2.2;
            let loudness = if speaks { (time_s * 25.0).sin().abs() } else { 0.002 };
            0.3 * loudness * ((time_s * 900.0).sin() + 0.4 * (time_s * 5100.0).sin())
        };
        session.push_f32(&(0..RATE_HZ).map(sample).collect::<Vec<_>>()).expect("push");
    }
    session
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
