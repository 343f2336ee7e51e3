//! Styles over time with the starter and the sample audio, on one thread of the CPU: what a prompt costs, what a sampling
//! costs with several styles, how far a style reaches past its range, and when it begins and ends.
//!
//! `cargo bench --bench styles` prints all of it; after `--` the words `prompts`, `branches` and `reach` choose, and
//! `--steps=N` samples in other steps than the pack's. Times are processor time, medians, the contestants in turns.

#[path = "support/clock.rs"]
mod clock;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media2face::pack::Pack;
use media2face::signal::Frames;
use media2face::{
    Animation, BackendChoice, Model, Runtime, RuntimeOptions, Session, SessionOptions, Stage, Style, StyleTrack,
};

use clock::cpu_seconds;

/// Repetitions of what is timed.
const REPEAT: usize = 5;
/// Most styles at once.
const MOST_STYLES: usize = 4;
/// The range of a style, seconds.
const RANGE_S: (f64, f64) = (1.5, 3.0);
/// Frames that the changes are averaged over before their edges are looked for: a syllable hides a style for that long.
const SYLLABLE: usize = 7;
/// What the starter was taught.
const PROMPTS: [&str; 6] = ["happy", "sad", "angry", "surprised", "disgusted", "afraid"];

/// Name and measurement.
type Part = (&'static str, fn(&Bench));

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let steps = words.iter().find_map(|word| word.strip_prefix("--steps="));
    let bench = Bench::new(steps.map(|steps| steps.parse().expect("a number of steps")));
    let chosen: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let parts: [Part; 3] = [("prompts", Bench::prompts), ("branches", Bench::branches), ("reach", Bench::reach)];
    for (name, part) in parts {
        if chosen.is_empty() || chosen.iter().any(|word| *word == name) {
            part(&bench);
        }
    }
}

struct Bench {
    model: Arc<Model>,
    samples: Vec<f32>,
    rate_hz: u32,
    /// Standard deviation of every dimension of motion.
    std: Vec<f32>,
    start: Instant,
    /// Denoising steps; the pack's where not given.
    steps: Option<usize>,
}

impl Bench {
    fn new(steps: Option<usize>) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let pack = Pack::open(root.join("models/starter.m2f")).expect("the starter pack");
        let std = pack.any_shape("denoiser.std").expect("deviations").to_f32().expect("memory");
        let options = RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
        let model = Model::new(&Runtime::new(&options).expect("runtime"), pack).expect("model");
        let mut wav = hound::WavReader::open(root.join("samples/audio/hello.wav")).expect("the sample audio");
        let samples: Vec<f32> = wav.samples::<i16>().map(|s| f32::from(s.expect("a sample")) / 32768.0).collect();
        Self { model, samples, rate_hz: wav.spec().sample_rate, std, start: Instant::now(), steps }
    }

    /// A session whose job waits for its first step.
    fn session(&self, styles: Vec<StyleTrack>, isolate_styles: bool) -> Session {
        let plain = SessionOptions::new(self.rate_hz, 1);
        let options = SessionOptions { steps: self.steps, styles, isolate_styles, ..plain };
        let session = Session::new(&self.model, options).expect("session");
        session.push_f32(&self.samples).expect("push");
        session.finish().expect("finish");
        session
    }

    fn animate(&self, styles: Vec<StyleTrack>, isolate_styles: bool) -> Arc<Animation> {
        let session = self.session(styles, isolate_styles);
        session.wait(None).expect("job");
        session.pull().expect("job").expect("done")
    }

    /// Processor time of the motion's part of a job, milliseconds.
    fn sampling_ms(&self, styles: Vec<StyleTrack>) -> f64 {
        let session = self.session(styles, false);
        while session.progress().stage != Stage::Motion {
            session.step(Duration::ZERO).expect("style and speech");
        }
        let begun = cpu_seconds(self.start);
        session.wait(None).expect("job");
        (cpu_seconds(self.start) - begun) * 1e3
    }

    /// Encoding prompts that the model has not met.
    fn prompts(&self) {
        let encode = |prompt: String| {
            let begun = cpu_seconds(self.start);
            self.model.style_code(&Arc::new(Style::Text(prompt))).expect("a code");
            (cpu_seconds(self.start) - begun) * 1e3
        };
        let cold = encode("a smiling face at first".to_owned());
        let times = (0..9).map(|i| encode(format!("a very happy and excited face {i}"))).collect();
        let known = encode("a very happy and excited face 0".to_owned());
        println!("prompt: {:.2} ms cpu (the first {cold:.1} ms, a known one {known:.3} ms)", median(times));
        for text in ["a", "😂", "\u{301}", " ", "<|startoftext|>"] {
            let time = encode(text.repeat(1_000_000 / text.len()));
            println!("a megabyte of {text:?}: {time:.1} ms cpu");
        }
    }

    /// The sampling with 0 to [`MOST_STYLES`] styles over the whole clip.
    fn branches(&self) {
        let mut times = vec![Vec::new(); MOST_STYLES + 1];
        for round in 0..=REPEAT {
            for (count, times) in times.iter_mut().enumerate() {
                let styles = PROMPTS[..count].iter().map(|prompt| track(prompt, (0.0, f64::INFINITY))).collect();
                let time = self.sampling_ms(styles);
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let times: Vec<f64> = times.into_iter().map(median).collect();
        for (count, time) in times.iter().enumerate() {
            let allowed = (2.0 + count as f64) / 3.0 * 1.1 * times[1];
            println!("{count} styles: {time:.0} ms cpu, (2+K)/3 × 1.1 of one style's is {allowed:.0} ms");
        }
    }

    /// How much a style changes outside its range, relative to inside, and when.
    fn reach(&self) {
        let plain = self.animate(Vec::new(), false);
        let fps = f64::from(plain.native_fps());
        let [first, end] = [RANGE_S.0, RANGE_S.1].map(|time_s| (time_s * fps) as usize);
        let ramp = (StyleTrack::RAMP_S / 2.0 * fps).ceil() as usize;
        for prompt in PROMPTS {
            let ratio = |isolate| {
                let styled = self.animate(vec![track(prompt, RANGE_S)], isolate);
                let changes = self.changes(styled.motion(), plain.motion());
                let outside = [&changes[..first - ramp], &changes[end + ramp..]].concat();
                (mean(&outside) / mean(&changes[first..end]), changes)
            };
            let ((free, changes), (isolated, apart)) = (ratio(false), ratio(true));
            println!(
                "{prompt}: outside {:.1} % of inside, {isolated} isolated; {RANGE_S:?} s is {first}..{end}, changed {:?}, {:?} isolated",
                free * 100.0,
                changed(&changes, first..end),
                changed(&apart, first..end),
            );
        }
    }

    /// Mean absolute change of each frame in standard deviations.
    fn changes(&self, a: &Frames, b: &Frames) -> Vec<f64> {
        let change = |frame: usize| {
            let pairs = a.row(frame).iter().zip(b.row(frame)).zip(&self.std);
            mean(&pairs.map(|((a, b), std)| f64::from((a - b).abs() / std)).collect::<Vec<_>>())
        };
        (0..a.len()).map(change).collect()
    }
}

fn track(prompt: &str, (start_s, end_s): (f64, f64)) -> StyleTrack {
    StyleTrack { start_s, end_s, ..StyleTrack::new(Style::Text(prompt.to_owned())) }
}

/// First frame and one past the last whose change, over a syllable, is half of that in the range.
fn changed(changes: &[f64], range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let half = mean(&changes[range]) / 2.0;
    let smooth = |frame: usize| {
        mean(&changes[frame.saturating_sub(SYLLABLE / 2)..(frame + SYLLABLE / 2 + 1).min(changes.len())])
    };
    let over: Vec<usize> = (0..changes.len()).filter(|&frame| smooth(frame) > half).collect();
    over.first().copied().unwrap_or(0)..over.last().map_or(0, |last| last + 1)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
