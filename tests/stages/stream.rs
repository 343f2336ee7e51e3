//! Streams against the same windows offline, and what a host sees of them.

use std::sync::Arc;

use media2face::internals::motion::{self, Clip, Inpaint, InpaintMode, SampleJob, SampleOptions, Sampler};
use media2face::internals::plan::DeviceFrames;
use media2face::pack::{self, Pack, Size};
use media2face::signal::Frames;
use media2face::signal::noise::Philox;
use media2face::{BackendChoice, Model, Runtime, RuntimeOptions, Stream, StreamOptions, Style};

use crate::live_speech::{Heard, backend, voice};

pub const RATE_HZ: u32 = 16_000;
const FRAME: f64 = 16_000.0 / 30.0;

pub fn model(pack: Pack) -> Arc<Model> {
    let options = RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    Model::new(&Runtime::new(&options).expect("runtime"), pack).expect("model")
}

pub fn tiny() -> Arc<Model> {
    model(pack::random(Size::Tiny, 3).expect("pack"))
}

pub fn options() -> StreamOptions {
    StreamOptions { pack_adjustments: false, default_style: false, seed: 5, ..StreamOptions::new(RATE_HZ, 1) }
}

/// A clock that a test moves.
pub struct Clock {
    model: Arc<Model>,
    now_ns: u64,
}

impl Clock {
    pub fn new(model: &Arc<Model>) -> Self {
        Self { model: Arc::clone(model), now_ns: 0 }
    }

    /// Works on all that is due until then, each unit at its own time.
    pub fn run(&mut self, seconds: f64) {
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

    /// Writes sound in pieces of these lengths, over and over, each as long as it lasts, and a look behind the last.
    pub fn speak(&mut self, stream: &Stream, samples: &[f32], pieces: &[usize]) {
        let (mut at, mut number) = (0, 0);
        while at < samples.len() {
            let end = samples.len().min(at + pieces[number % pieces.len()]);
            let written = stream.write_f32(&samples[at..end]).expect("written");
            at += written.taken;
            number += 1;
            self.run((end - at + written.taken) as f64 / f64::from(RATE_HZ));
        }
        self.run(0.5);
    }
}

/// The motion of the windows of a stream, each sampled as a clip of its own.
struct Offline<'a> {
    pack: &'a Pack,
    samples: &'a [f32],
    /// Past, hop, look-ahead.
    frames: [usize; 3],
    options: SampleOptions,
    style: Option<motion::Style>,
    seed: u64,
}

impl Offline<'_> {
    /// The frames that are committed by the windows that this sound is long enough for.
    fn motion(&self) -> Frames {
        let [past, hop, ahead] = self.frames;
        let window = past + hop + ahead;
        let sampler = Arc::new(Sampler::load(self.pack).expect("sampler"));
        let (backend, width) = (backend(), sampler.denoiser().config().d_x);
        let heard = Heard { pack: self.pack, backend: Arc::clone(&backend), before: window, samples: self.samples };
        // Frame −window has number 0 here.
        let mut motion = Frames::zeros(window, width);
        let mut looked_to = 0;
        let mut done = window;
        while ((done + hop + ahead - window) as f64 * FRAME / 160.0) as usize * 160 + 200 <= self.samples.len() {
            let end = done + hop + ahead;
            let features = heard.features(end - window);
            let first = end - window;
            motion.data.resize(end * width, 0.0);
            let mut mask = Frames::zeros(window, 2);
            for (row, frame) in (first..end).enumerate().filter(|(_, frame)| looked_to > 0 && *frame < looked_to) {
                let head = 1.0 - (frame as f32 - done as f32 + 1.0) / (looked_to as f32 - done as f32 + 1.0);
                let values = if frame < done { [1.0, 1.0] } else { [if frame == done { 0.3 } else { 0.0 }, head] };
                mask.row_mut(row).copy_from_slice(&values);
            }
            let known = Frames::new(width, motion.data[first * width..end * width].to_vec());
            let audio = &features.data[first * features.width..end * features.width];
            let clip = Clip {
                styles: self.style.iter().cloned().collect(),
                edit: Some(Inpaint { known, mask: mask.clone(), mode: InpaintMode::Inpaint }),
                ..Clip::new(DeviceFrames::upload(&*backend, features.width, audio).expect("memory"))
            };
            let mut job = SampleJob::new(Arc::clone(&sampler), vec![clip], &self.options).expect("job");
            job.set_state(self.noise(first as i64 - window as i64, window, width)).expect("noise");
            while !job.advance(&*backend).expect("unit") {}
            let sampled = job.finish().expect("motion").remove(0);
            for (row, frame) in (first..end).enumerate().filter(|(row, _)| mask.row(*row)[0] < 1.0) {
                motion.row_mut(frame).copy_from_slice(sampled.row(row));
            }
            (looked_to, done) = (end, done + hop);
        }
        Frames::new(width, motion.data[window * width..done * width].to_vec())
    }

    fn noise(&self, first: i64, frames: usize, width: usize) -> Frames {
        let philox = Philox::new(self.seed);
        let mut noise = Frames::zeros(frames, width);
        for (row, frame) in noise.data.chunks_exact_mut(width).zip(first..) {
            for (pair, values) in row.chunks_mut(2).enumerate() {
                let normals = philox.normals([frame as u32, pair as u32, 0, 0]);
                values
                    .iter_mut()
                    .zip(normals)
                    .for_each(|(value, normal)| *value = normal as f32 * self.options.noise_scale);
            }
        }
        noise
    }
}

#[test]
fn stream_gives_what_the_same_windows_give_offline_however_its_sound_is_cut() {
    let pack = pack::random(Size::Tiny, 3).expect("pack");
    let samples = voice(2.5, 2);
    let model = tiny();
    let d_p = pack.manifest().denoiser.as_ref().expect("denoiser").d_p;
    let code: Vec<f32> = (0..d_p).map(|i| (i as f32 * 0.7).sin()).collect();
    for (hop, ahead, styled) in [(6, 6, false), (3, 6, true), (7, 2, false)] {
        let sampler = Sampler::load(&pack).expect("sampler");
        let style = styled.then(|| motion::Style { code: code.clone(), strength: 0.8, weights: None });
        let past = 20 - hop - ahead;
        let offline = Offline {
            pack: &pack,
            samples: &samples,
            frames: [past, hop, ahead],
            options: SampleOptions { steps: 4, eta: 0.0, ..sampler.defaults().clone() },
            style,
            seed: 5,
        };
        let expected = offline.motion();
        assert!(expected.len() > 50, "{} frames", expected.len());
        for pieces in [&[160][..], &[1, 479, 4096, 7], &[40_000]] {
            let style = styled.then(|| model.prepare_style(&Arc::new(Style::Code(code.clone()))).expect("style"));
            let options =
                StreamOptions { hop: Some(hop), look_ahead: Some(ahead), style, style_strength: 0.8, ..options() };
            let stream = Stream::new(&model, options).expect("stream");
            Clock::new(&model).speak(&stream, &samples, pieces);
            let result = stream.take_result().expect("result");
            assert_eq!(result.motion().len(), expected.len(), "hop {hop}, look-ahead {ahead}");
            for frame in 0..expected.len() {
                assert_eq!(result.motion().row(frame), expected.row(frame), "frame {frame}, hop {hop}, cut {pieces:?}");
            }
        }
    }
}
