//! Speech as it comes against the same rows all at once, window by window.

use std::collections::BTreeMap;
use std::sync::Arc;

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::nn::LayerNorm;
use media2face::internals::plan::{Backend, PlanBuilder, ops};
use media2face::internals::speech::{LiveSpeech, MEL_BANDS, MelSpectrum, ResidualConv, SpeechEncoder};
use media2face::internals::unit::{self, Unit};
use media2face::pack::{self, Pack, Size};
use media2face::signal::Frames;

use crate::support::max_difference;

const RATE: usize = 16_000;
/// Samples of a frame.
const FRAME: f64 = 16_000.0 / 30.0;
/// Rows of the log-mel network in a frame.
const ROWS: f64 = FRAME / 320.0;

pub fn backend() -> Arc<dyn Backend> {
    Arc::new(CpuBackend::new(&CpuOptions { threads: 1, portable: false }).expect("backend"))
}

/// Syllables that swell and pause.
pub fn voice(seconds: f64, seed: usize) -> Vec<f32> {
    let value = |i: usize| {
        let t = i as f64 / RATE as f64;
        let hz = 120.0 + 300.0 * (t * 4.1 + seed as f64).sin().powi(2);
        let swell = (t * 9.0).sin().max(0.0) * if (t * 0.9 + seed as f64).fract() < 0.75 { 1.0 } else { 0.0 };
        let noise = ((i * 7919 + seed * 31) % 1013) as f64 / 1013.0 - 0.5;
        0.3 * swell * (hz * t * std::f64::consts::TAU).sin() + 0.004 * noise
    };
    (0..(seconds * RATE as f64) as usize).map(|i| value(i) as f32).collect()
}

/// Features of the frames from −`before` on and before number `end`, all rows at once: silence, and what was heard of the rest.
pub struct Heard<'a> {
    pub pack: &'a Pack,
    pub backend: Arc<dyn Backend>,
    pub before: usize,
    pub samples: &'a [f32],
}

impl Heard<'_> {
    pub fn features(&self, end: usize) -> Frames {
        let config = self.pack.manifest().audio.clone().expect("audio");
        let mean = self.pack.tensor("audio.mel.mean", &[MEL_BANDS]).and_then(|mean| mean.to_f32()).expect("mean");
        let mut mean: Vec<f64> = mean.into_iter().map(f64::from).collect();
        let mut spectrum = MelSpectrum::new();
        let normalized = |row: &[f64], mean: &[f64]| -> Vec<f32> {
            row.iter().zip(mean).map(|(x, m)| ((x - m) / 2.5) as f32).collect()
        };
        let silence = (self.before as f64 * ROWS).ceil() as usize + 1;
        let quiet = normalized(&spectrum.row(&[], 0), &mean);
        let mut rows: Vec<f32> = std::iter::repeat_n(quiet, 2 * silence).flatten().collect();
        let known = (end as f64 * FRAME / 160.0) as usize;
        for row in 0..=known {
            let row = spectrum.row(self.samples, row);
            mean.iter_mut().zip(&row).for_each(|(m, x)| *m += (x - *m) * f64::from(config.mel_rate));
            rows.extend(normalized(&row, &mean));
        }
        let count = silence + (end as f64 * ROWS).ceil() as usize;
        rows.resize(2 * count * MEL_BANDS, 0.0);
        let network = ResidualConv::load(self.pack, &config).expect("network");
        let norm = LayerNorm::load(self.pack, "audio.norm", config.width, config.layer_norm_eps).expect("norm");
        let mut plan = PlanBuilder::new();
        let section = plan.section("reference");
        let (input, x) = plan.input("rows", 1, 2 * count, MEL_BANDS);
        let features = network.record(&mut plan, x);
        let features = norm.record(&mut plan, "norm", features);
        let frames = self.before + end;
        let (positions, view) = plan.input("positions", 1, frames, 2);
        let (output, out) = plan.output("features", 1, frames, config.width);
        plan.push(ops::Interpolate { x: features, positions: view, out });
        let mut executable = self.backend.compile(Arc::new(plan.finish())).expect("program");
        let mut state = executable.create_state().expect("state");
        executable.write(input, &rows).expect("input");
        let position = |frame: usize| {
            let position = (0.5 * ROWS - 0.5) + silence as f64 + (frame as f64 - self.before as f64) * ROWS;
            let position = position.clamp(0.0, (count - 1) as f64);
            [position.floor() as f32, position.fract() as f32]
        };
        executable.write(positions, &(0..frames).flat_map(position).collect::<Vec<_>>()).expect("positions");
        executable.run(section, &mut state).expect("run");
        let mut all = Frames::zeros(frames, config.width);
        executable.read(output, &mut all.data).expect("output");
        all
    }
}

#[test]
fn live_features_are_those_of_all_rows_at_once() {
    let pack = pack::random(Size::Tiny, 3).expect("pack");
    let (backend, encoder) = (backend(), SpeechEncoder::load(&pack).expect("encoder"));
    let samples = voice(3.0, 1);
    for (hop, ahead, before) in [(6, 6, 8), (2, 1, 5), (1, 0, 3), (7, 2, 20)] {
        let unit = Unit::default();
        let live = LiveSpeech::new(&encoder, &*backend, None, [hop, before], &unit);
        let mut live = unit::finish(live).expect("live");
        let heard = Heard { pack: &pack, backend: Arc::clone(&backend), before, samples: &samples };
        let mut kept: BTreeMap<isize, Vec<f32>> = BTreeMap::new();
        let (mut done, mut pushed) = (0, 0);
        while live.samples_for(done + hop + ahead) <= samples.len() {
            let end = done + hop + ahead;
            while pushed < live.samples_for(end) {
                live.push(samples[pushed]);
                pushed += 1;
            }
            let mut take = |frame: isize, row: &[f32]| drop(kept.insert(frame, row.to_vec()));
            unit::finish(live.hear(end, &unit, &mut take)).expect("step");
            let expected = heard.features(end);
            for (row, frame) in (-(before as isize)..end as isize).enumerate() {
                let own = kept.get(&frame).unwrap_or_else(|| panic!("frame {frame} of {end} was never given"));
                let difference = max_difference(own, expected.row(row));
                assert!(difference == 0.0, "frame {frame} of {end}, hop {hop}: {difference:e}");
            }
            done += hop;
        }
        assert!(done > 60);
    }
}
