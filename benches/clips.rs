//! Clips in one sampling against one sampling after the other, with the starter on one thread of the CPU.
//!
//! `cargo bench --bench clips`; `--steps=N` samples in other steps than four. Processor time, medians, in turns.

#[path = "support/clock.rs"]
mod clock;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::motion::{Clip, SampleJob, SampleOptions, Sampler, Style};
use media2face::internals::plan::{Backend, DeviceFrames};
use media2face::pack::Pack;

use clock::cpu_seconds;

/// Repetitions of what is timed.
const REPEAT: usize = 7;
/// Frames of the clips, at 30 a second: characters with a long part each, lines of one length, lines of any.
const SCENES: [(&str, &[usize]); 3] = [
    ("2 clips of 20 s", &[600, 600]),
    ("4 clips of 3 s", &[90, 90, 90, 90]),
    ("5 clips of 1.1 to 12 s", &[33, 62, 95, 210, 360]),
];

fn main() {
    let steps = std::env::args().find_map(|word| word.strip_prefix("--steps=").map(str::to_owned));
    let steps = steps.map_or(4, |steps| steps.parse().expect("a number of steps"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pack = Pack::open(root.join("models/starter.m2f")).expect("the starter pack");
    let sampler = Arc::new(Sampler::load(&pack).expect("a sampler"));
    let options = SampleOptions { steps, ..sampler.defaults().clone() };
    let backend = CpuBackend::new(&CpuOptions { threads: 1, portable: false }).expect("CPU");
    let start = Instant::now();
    let time_ms = |clips| {
        let begun = cpu_seconds(start);
        let mut job = SampleJob::new(Arc::clone(&sampler), clips, &options).expect("a job");
        while !job.advance(&backend).expect("advances") {}
        job.finish().expect("complete");
        (cpu_seconds(start) - begun) * 1e3
    };
    for (name, lengths) in SCENES {
        let clips = || lengths.iter().map(|&frames| clip(&backend, &sampler, frames)).collect::<Vec<_>>();
        let (mut apart, mut together) = (Vec::new(), Vec::new());
        for round in 0..=REPEAT {
            let each = clips().into_iter().map(|clip| time_ms(vec![clip])).sum::<f64>();
            let all = time_ms(clips());
            if round > 0 {
                apart.push(each);
                together.push(all);
            }
        }
        let (apart, together) = (median(apart), median(together));
        println!("{name}, a style each: apart {apart:.0} ms cpu, together {together:.0} ms, {:.2}", together / apart);
    }
}

/// Features and a style without meaning: their values do not matter to the time.
fn clip(backend: &dyn Backend, sampler: &Sampler, frames: usize) -> Clip {
    let config = sampler.denoiser().config();
    let values: Vec<f32> = (0..frames * config.d_a).map(|i| (i as f32 * 0.7).sin()).collect();
    let audio = DeviceFrames::upload(backend, config.d_a, &values).expect("memory");
    let styles = vec![Style { code: vec![0.1; config.d_p], strength: 1.0, weights: None }];
    Clip { styles, ..Clip::new(audio) }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
