//! What a live stream costs, and how near its face is to the one that is made offline.
//!
//! `cargo bench --bench streams`; words choose `share`, `memory`, `follow` and `hour`, and for `follow` WAV files (by default
//! hello.wav). `hour` runs only if it is asked for: sixteen streams of the tiny random pack for an hour of sound, with styles,
//! interruptions and resets, on a clock that every window is charged to at half load.
//! `share`: processor time of one thread over the length of the sound, weights and heads, on a clock that the bench moves, with the
//! starter; the fast class with a live network of drawn weights. `follow`: correlation of channels with the offline motion of the same
//! seed and steps, and second differences at the first two frames of a hop over those elsewhere.

#[path = "support/clock.rs"]
mod clock;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use media2face::internals::speech::SpeechEncoder;
use media2face::pack::{Pack, random_live};
use media2face::signal::Frames;
use media2face::{
    Animation, BackendChoice, Latency, Model, Runtime, RuntimeOptions, Session, SessionOptions, Stream, StreamOptions,
    Style,
};

use clock::cpu_seconds;

/// Blocks of an audio thread, seconds.
const BLOCK_S: f64 = 0.01;
/// Frames of a window of the live network.
const LIVE_WINDOW: usize = 30;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let parts = ["share", "memory", "follow", "hour"];
    let asked = |name: &str| words.iter().any(|word| word == name);
    let chosen = |name: &str| !words.iter().any(|word| parts.contains(&&**word)) || asked(name);
    let model = model();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if chosen("share") {
        share(&model, &root.join("samples/audio/hello.wav"));
    }
    if chosen("memory") {
        memory(&model);
    }
    if asked("hour") {
        hour();
    }
    if chosen("follow") {
        let mut files: Vec<_> = words.iter().filter(|word| word.contains('.')).map(PathBuf::from).collect();
        if files.is_empty() {
            files.push(root.join("samples/audio/hello.wav"));
        }
        follow(&model, &files);
    }
}

fn model() -> Arc<Model> {
    let options = RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/starter.m2f");
    let pack = Pack::open(pack).expect("the starter pack");
    let pack = random_live(&pack, LIVE_WINDOW, 1).expect("a live network");
    Model::new(&Runtime::new(&options).expect("runtime"), pack).expect("model")
}

/// Samples of a mono WAV file of 16 bits, and their rate.
fn wav(path: &Path) -> (Vec<f32>, u32) {
    let reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = reader.spec();
    let samples = reader.into_samples::<i16>().map(|sample| f32::from(sample.expect("sample")) / 32768.0).collect();
    (samples, spec.sample_rate)
}

/// Writes sound to streams block by block, and works on all that is due.
struct Player {
    model: Arc<Model>,
    now_ns: u64,
}

impl Player {
    fn run(&mut self, seconds: f64) {
        let until = self.now_ns + (seconds * 1e9) as u64;
        loop {
            match self.model.runtime().step_at(self.now_ns) {
                Ok(()) => {}
                Err(Some(due)) if due <= until => self.now_ns = due,
                Err(_) => break,
            }
        }
        self.now_ns = until;
    }

    fn play(&mut self, streams: &[Stream], samples: &[f32], rate_hz: u32) {
        let block = (f64::from(rate_hz) * BLOCK_S) as usize;
        for block in samples.chunks(block) {
            for stream in streams {
                stream.write_f32(block).expect("written");
            }
            self.run(block.len() as f64 / f64::from(rate_hz));
        }
        self.run(0.5);
    }
}

fn share(model: &Arc<Model>, file: &Path) {
    let (samples, rate_hz) = wav(file);
    let style = model.prepare_style(&Arc::new(Style::Text("happy".to_owned()))).expect("style");
    println!("class    hop ahead style streams   share of a core   window ms   hearing");
    for (latency, hop, ahead, styled, count) in [
        (Latency::Careful, 6, 6, false, 1),
        (Latency::Careful, 6, 6, true, 1),
        (Latency::Careful, 3, 6, false, 1),
        (Latency::Careful, 6, 6, false, 4),
        (Latency::Fast, 2, 1, false, 1),
        (Latency::Fast, 2, 1, true, 1),
        (Latency::Fast, 1, 1, false, 1),
        (Latency::Fast, 2, 1, false, 8),
    ] {
        let options = || StreamOptions {
            latency,
            hop: Some(hop),
            look_ahead: Some(ahead),
            style: styled.then(|| Arc::clone(&style)),
            ..StreamOptions::new(rate_hz, 1)
        };
        let mut shares = Vec::new();
        let mut window_ms = 0.0;
        for _ in 0..3 {
            let streams: Vec<Stream> = (0..count).map(|_| Stream::new(model, options()).expect("stream")).collect();
            let (start, mut player) = (Instant::now(), Player { model: Arc::clone(model), now_ns: 0 });
            // The first windows zero memory.
            player.play(&streams, &samples[..samples.len().min(rate_hz as usize)], rate_hz);
            let begun = cpu_seconds(start);
            player.play(&streams, &samples, rate_hz);
            let seconds = samples.len() as f64 / f64::from(rate_hz);
            shares.push((cpu_seconds(start) - begun) / seconds / f64::from(count));
            window_ms = streams[0].state().window_ms;
        }
        let class = if latency == Latency::Fast { "fast" } else { "careful" };
        let share = median(shares) * 100.0;
        let hearing = hearing(&samples, hop, ahead) * 100.0;
        println!(
            "{class:8} {hop:3} {ahead:5} {styled:5} {count:7}   {share:13.1} %   {window_ms:9.1}   {hearing:5.2} %"
        );
    }
}

/// Share of a core that the ring-less part of hearing takes: mel and encoder.
fn hearing(samples: &[f32], hop: usize, ahead: usize) -> f64 {
    use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
    use media2face::internals::speech::LiveSpeech;
    use media2face::internals::unit::{self, Unit};
    let pack = Pack::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/starter.m2f")).expect("pack");
    let encoder = SpeechEncoder::load(&pack).expect("encoder");
    let backend = CpuBackend::new(&CpuOptions { threads: 1, portable: false }).expect("backend");
    let unit = Unit::default();
    let mut live = unit::finish(LiveSpeech::new(&encoder, &backend, None, [hop, 60], &unit)).expect("live");
    unit::finish(live.hear(0, &unit, &mut |_, _| {})).expect("silence");
    let (start, mut done, mut pushed) = (Instant::now(), 0, 0);
    let begun = cpu_seconds(start);
    while live.samples_for(done + hop + ahead) <= samples.len() {
        while pushed < live.samples_for(done + hop + ahead) {
            live.push(samples[pushed]);
            pushed += 1;
        }
        unit::finish(live.hear(done + hop + ahead, &unit, &mut |_, _| {})).expect("step");
        done += hop;
    }
    (cpu_seconds(start) - begun) / (done as f64 / 30.0)
}

fn memory(model: &Arc<Model>) {
    for latency in [Latency::Careful, Latency::Fast] {
        let options = || StreamOptions { latency, ..StreamOptions::new(16_000, 1) };
        let _first = Stream::new(model, options()).expect("stream");
        let before = resident();
        let streams: Vec<Stream> = (0..8).map(|_| Stream::new(model, options()).expect("stream")).collect();
        let mut player = Player { model: Arc::clone(model), now_ns: 0 };
        player.play(&streams, &vec![0.1; 32_000], 16_000);
        println!("memory of a {latency:?} stream: {:.1} MB resident", (resident() - before) / 8.0);
    }
}

/// What is lost, late or leaked by sixteen streams in an hour.
fn hour() {
    const STREAMS: usize = 16;
    const SECONDS: usize = 3600;
    /// Half of what they may take: a hop of 0.2 s is shared by all.
    const WINDOW_S: f64 = 0.1 / STREAMS as f64;
    let options = RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let pack = media2face::pack::random(media2face::pack::Size::Tiny, 1).expect("pack");
    let model = Model::new(&Runtime::new(&options).expect("runtime"), pack).expect("model");
    let code = |kind: usize| Style::Code((0..32).map(|i| ((i * (kind + 2)) as f32 * 0.37).sin()).collect());
    let styles: Vec<_> = (0..4).map(|kind| model.prepare_style(&Arc::new(code(kind))).expect("style")).collect();
    let streams: Vec<Stream> =
        (0..STREAMS).map(|_| Stream::new(&model, StreamOptions::new(16_000, 1)).expect("stream")).collect();
    let sound: Vec<f32> = (0..16_000 * 7).map(|i| ((i as f32 * 0.05).sin() * (i as f32 * 3e-4).sin()) * 0.3).collect();
    let (mut now_ns, mut windows, mut state) = (0u64, 0, 1u64);
    let mut after_a_minute = 0.0;
    for block in 0..SECONDS * 100 {
        for (number, stream) in streams.iter().enumerate() {
            let at = (block * 160 + number * 7919) % (sound.len() - 160);
            assert_eq!(stream.write_f32(&sound[at..at + 160]).expect("written").taken, 160);
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            match state >> 52 {
                0 => stream.interrupt(stream.state().ready_sample, 0.2).expect("interrupt"),
                1 => stream.reset(state, false).expect("reset"),
                2 | 3 => stream.set_style(Some(&styles[(state >> 40) as usize % 4]), 1.0).expect("style"),
                4 => stream.flush().expect("flush"),
                _ => {}
            }
        }
        let until = (block as u64 + 1) * 10_000_000;
        while now_ns <= until {
            match model.runtime().step_at(now_ns) {
                Ok(()) => {
                    let so_far: u64 = streams.iter().map(|stream| stream.state().windows).sum();
                    now_ns += ((so_far - windows) as f64 * WINDOW_S * 1e9) as u64;
                    windows = so_far;
                }
                Err(Some(due)) if due <= until => now_ns = now_ns.max(due),
                Err(_) => break,
            }
        }
        now_ns = now_ns.max(until);
        if block == 6_000 {
            after_a_minute = resident();
        }
    }
    let sum = |of: &dyn Fn(&Stream) -> u64| streams.iter().map(of).sum::<u64>();
    println!(
        "an hour of {STREAMS} streams: {windows} windows, {} late, {} frames of sound dropped, {} idled; memory {:.1} MB after a \
         minute, {:.1} MB at the end",
        sum(&|stream| stream.state().late_windows),
        sum(&|stream| stream.state().dropped),
        sum(&|stream| stream.state().idled),
        after_a_minute,
        resident()
    );
}

/// Memory of the process, MB; 0 where the system does not tell.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).unwrap_or(0.0) * 4096.0 / 1e6
}

fn follow(model: &Arc<Model>, files: &[PathBuf]) {
    let names = model.blendshape_names();
    let channel = |name: &str| names.iter().position(|other| other == name).expect("a channel");
    let channels = ["jawOpen", "mouthClose", "mouthPressLeft"].map(channel);
    println!("file, hop and look-ahead: r of jawOpen, mouthClose, mouthPressLeft; seams of latent, head");
    for (hop, ahead) in [(6, 6), (3, 6)] {
        let mut sums = [0.0; 5];
        for file in files {
            let (samples, rate_hz) = wav(file);
            let offline = offline(model, &samples, rate_hz);
            let stream = streamed(model, &samples, rate_hz, hop, ahead);
            let frames = stream.motion().len().min(offline.motion().len());
            let [own, other] = [&stream, &offline].map(|animation| weights(animation, frames));
            let r = channels.map(|channel| correlation(&column(&own, channel), &column(&other, channel)));
            let width = stream.motion().width;
            let seams = [0..width - 6, width - 6..width - 3].map(|columns| seam(stream.motion(), columns, hop));
            let all = [r[0], r[1], r[2], seams[0], seams[1]];
            sums.iter_mut().zip(all).for_each(|(sum, value)| *sum += value);
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            println!("{name:36} {hop} {ahead}: {:.3} {:.3} {:.3}; {:.2} {:.2}", all[0], all[1], all[2], all[3], all[4]);
        }
        let mean = sums.map(|sum| sum / files.len() as f64);
        println!(
            "{:36} {hop} {ahead}: {:.3} {:.3} {:.3}; {:.2} {:.2}",
            "mean", mean[0], mean[1], mean[2], mean[3], mean[4]
        );
    }
}

fn offline(model: &Arc<Model>, samples: &[f32], rate_hz: u32) -> Arc<Animation> {
    let options =
        SessionOptions { seed: 1, steps: Some(4), pack_adjustments: false, ..SessionOptions::new(rate_hz, 1) };
    let session = Session::new(model, options).expect("session");
    session.push_f32(samples).expect("push");
    session.finish().expect("finish");
    session.wait(None).expect("wait");
    session.pull().expect("job").expect("done")
}

fn streamed(model: &Arc<Model>, samples: &[f32], rate_hz: u32, hop: usize, ahead: usize) -> Arc<Animation> {
    let options = StreamOptions {
        seed: 1,
        hop: Some(hop),
        look_ahead: Some(ahead),
        pack_adjustments: false,
        ..StreamOptions::new(rate_hz, 1)
    };
    let stream = Stream::new(model, options).expect("stream");
    let mut player = Player { model: Arc::clone(model), now_ns: 0 };
    player.play(std::slice::from_ref(&stream), samples, rate_hz);
    stream.flush().expect("flush");
    player.run(1.0);
    stream.take_result().expect("result")
}

fn weights(animation: &Arc<Animation>, frames: usize) -> Frames {
    let mut reader = animation.reader().expect("reader");
    let width = reader.weight_count();
    Frames::new(width, reader.weights(animation.native_fps(), 0, frames).expect("weights"))
}

fn column(frames: &Frames, column: usize) -> Vec<f64> {
    (0..frames.len()).map(|frame| f64::from(frames.row(frame)[column])).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - ma, y - mb)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt().max(1e-12)
}

/// Second differences at the first two frames of a hop, over those elsewhere; columns weigh by their deviation.
fn seam(motion: &Frames, columns: std::ops::Range<usize>, hop: usize) -> f64 {
    let deviation = columns.clone().map(|c| {
        let values = column(motion, c);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt().max(1e-9)
    });
    let deviation: Vec<f64> = deviation.collect();
    let mut sums = [[0.0; 2]; 2];
    for t in 2..motion.len() {
        let second = columns.clone().zip(&deviation).map(|(c, deviation)| {
            let at = |frame: usize| f64::from(motion.row(frame)[c]);
            ((at(t) - 2.0 * at(t - 1) + at(t - 2)) / deviation).powi(2)
        });
        let of = &mut sums[usize::from(t % hop >= 2)];
        of[0] += second.sum::<f64>().sqrt();
        of[1] += 1.0;
    }
    (sums[0][0] / sums[0][1]) / (sums[1][0] / sums[1][1])
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
