//! Live streams on a device: what they give on the CPU, and several at once.

use std::sync::Arc;

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::backend::select::BackendChoice;
use media2face::internals::motion::KeptBatches;
use media2face::internals::plan::Backend;
use media2face::pack::{self, Size};
use media2face::{Model, Runtime, RuntimeOptions, Stream, StreamOptions};

use crate::network_models;
use crate::support::tolerance::JOB_WEIGHTS;
use crate::support::vulkan::devices;
use crate::support::windows::{FRAMES as WINDOW_FRAMES, given, options, sampler, seats, together};

/// Frames that are compared: two windows, the second of which goes on from the first.
const FRAMES: u64 = 12;
/// What windows of half precision may differ by, of the largest value.
const WINDOW: f32 = 0.03;
/// A frame begins with a sample.
const RATE_HZ: u32 = 48_000;

fn spoken(model: &Arc<Model>, seed: u64) -> Stream {
    let stream = Stream::new(model, StreamOptions { seed, ..StreamOptions::new(RATE_HZ, 1) }).expect("stream");
    let tone: Vec<f32> = (0..48_000).map(|i| 0.3 * (i as f32 * 0.02).sin()).collect();
    assert_eq!(stream.write_f32(&tone).expect("written").taken, tone.len());
    stream
}

/// Weights of the first frames, as soon as they are ready.
fn weights(stream: &Stream) -> Vec<f32> {
    let width = stream.weight_count();
    let mut weights = vec![0.0; width * FRAMES as usize];
    for (frame, row) in (0..FRAMES).zip(weights.chunks_exact_mut(width)) {
        let sample = frame * u64::from(RATE_HZ) / 30;
        while !stream.sample(sample, Some(row), None).expect("face").ready {
            stream.model().runtime().step(std::time::Duration::from_millis(20));
            std::thread::yield_now();
        }
    }
    weights
}

#[test]
fn streams_on_a_device_are_those_of_the_cpu_alone_and_four_at_once() {
    let options = RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let pack = pack::random(Size::Tiny, 1).expect("a pack");
    let cpu = Model::new(&Runtime::new(&options).expect("runtime"), pack).expect("model");
    let expected = [3, 4, 5, 6].map(|seed| weights(&spoken(&cpu, seed)));
    for (name, model) in network_models() {
        let together = [3, 4, 5, 6].map(|seed| spoken(&model, seed));
        for (stream, expected) in together.iter().zip(&expected) {
            let found = weights(stream);
            let mean = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).sum::<f32>() / found.len() as f32;
            let most = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let [allowed_mean, allowed] = JOB_WEIGHTS;
            assert!(mean <= allowed_mean && most <= allowed, "{name}: weights differ by {mean:e}, at most {most:e}");
        }
        assert!(weights(&spoken(&model, 3)) == weights(&together[0]), "{name}: alone as among others");
    }
}

#[test]
fn windows_that_wait_together_are_one_batch_on_a_device() {
    let (sampler, count) = (sampler(), 4);
    let options = options(&sampler);
    let given: Vec<_> = (0..count).map(|number| given(&sampler, number, false)).collect();
    let on = |backend: &Arc<dyn Backend>| {
        let batches = KeptBatches::default().of(&sampler, backend, &options, WINDOW_FRAMES, None).expect("batches");
        let found = together(&mut seats(&batches, given.len()), &given, &options);
        assert_eq!(batches.sampled(), (1, given.len() as u64), "{}", backend.name());
        found.into_iter().map(|motion| motion.expect("motion")).collect::<Vec<_>>()
    };
    let cpu: Arc<dyn Backend> = Arc::new(CpuBackend::new(&CpuOptions { threads: 1, portable: false }).expect("CPU"));
    let expected = on(&cpu);
    for device in devices().iter().filter(|device| device.networks) {
        let backend: Arc<dyn Backend> = device.backend.clone();
        for (number, (found, expected)) in on(&backend).iter().zip(&expected).enumerate() {
            let most = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let scale = expected.iter().map(|x| x.abs()).fold(0.0, f32::max);
            assert!(most <= WINDOW * scale, "{}, window {number}: {most:e} of {scale:e}", device.name);
        }
    }
}
