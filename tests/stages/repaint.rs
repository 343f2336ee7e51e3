//! Mode repaint: known motion painted into the state, and steps that are taken again.

use media2face::internals::motion::{Clip, Inpaint, InpaintMode, SampleJob, SampleOptions, Sampler, Schedule, Shape};
use media2face::internals::plan::Backend;
use media2face::signal::Frames;

use super::motion::{audio, clip, run, sampler, three_steps};
use super::support::reference::Reference;
use super::support::{assert_close, backends, tolerance};
use super::watched::Watched;

const FRAMES: usize = 18;
const WIDTH: usize = 22;
/// Dimensions of expression.
const D_Z: usize = 16;

/// Motion that the network would not make.
fn known(frames: usize) -> Frames {
    Frames::new(WIDTH, (0..frames * WIDTH).map(|i| (i as f32 * 0.3).sin()).collect())
}

fn edit(frames: usize, columns: usize, mask: impl Fn(usize) -> f32, mode: InpaintMode) -> Inpaint {
    let mask = Frames::new(columns, (0..frames * columns).map(mask).collect());
    Inpaint { known: known(frames), mask, mode }
}

fn repainted(backend: &dyn Backend, frames: usize, columns: usize, mask: fn(usize) -> f32, loops: usize) -> Clip {
    let edit = Some(edit(frames, columns, mask, InpaintMode::Repaint { loops }));
    Clip { seed: 5, edit, ..clip(backend, frames, vec![]) }
}

/// None, half, and all of it known.
fn mixed(i: usize) -> f32 {
    [0.0, 0.0, 1.0, 0.5, 0.0, 1.0, 1.0][i / 3 % 7]
}

/// The guided estimate of x.
fn estimate(sampler: &Sampler, options: &SampleOptions, timestep: usize, x: &[f64]) -> Vec<f64> {
    let shape = Shape { windows: 1, frames: FRAMES, unconditional: true, conditions: 1 };
    let recorded = sampler.denoiser().record(shape);
    let mut executable = Reference.compile(recorded.plan).expect("compiles");
    let mut state = executable.create_state().expect("state");
    let features: Vec<f32> =
        audio(FRAMES).data.chunks(24).flat_map(|row| row.iter().copied().chain([0.0; 16])).collect();
    executable.write(recorded.features.expect("a condition"), &features).expect("write");
    let mut time = vec![0.0; sampler.denoiser().config().d];
    sampler.denoiser().encode_time(timestep, &mut time);
    executable.write(recorded.time, &time).expect("write");
    let weights = [vec![1.0 - options.guidance_audio; FRAMES], vec![options.guidance_audio; FRAMES]].concat();
    executable.write(recorded.weights, &weights).expect("write");
    executable.write(recorded.x, &x.iter().map(|x| *x as f32).collect::<Vec<_>>()).expect("write");
    executable.run(recorded.condition, &mut state).expect("run");
    executable.run(recorded.step, &mut state).expect("run");
    let mut x0 = vec![0.0; FRAMES * WIDTH];
    executable.read(recorded.x0, &mut x0).expect("read");
    x0.into_iter().map(f64::from).collect()
}

/// RePaint as the paper writes it, with the noise that the sampling drew, matrix by matrix.
fn reference_loop(
    options: &SampleOptions,
    edit: &Inpaint,
    loops: usize,
    start: &[f32],
    noise: &[Vec<f32>],
) -> Vec<f32> {
    let sampler = sampler();
    let schedule: &Schedule = sampler.schedule();
    let pairs = schedule.pairs(options.spacing, options.steps).expect("pairs");
    let (mut x, mut noise) = (start.iter().map(|x| f64::from(*x)).collect::<Vec<_>>(), noise.iter());
    let columns = edit.mask.width;
    for &(from, to) in &pairs {
        for left in (0..if to.is_some() { loops } else { 1 }).rev() {
            let (now, next) = (schedule.alpha_bar()[from], to.map_or(1.0, |to| schedule.alpha_bar()[to]));
            let drawn = noise.next().expect("noise of a pass");
            let purposes: Vec<&[f32]> = drawn.chunks(FRAMES * WIDTH).collect();
            let (z, known_noise) =
                if options.eta > 0.0 { (Some(purposes[0]), purposes[1]) } else { (None, purposes[0]) };
            let x0 = estimate(&sampler, options, from, &x);
            let step = schedule.step(from, to, f64::from(options.eta));
            for i in 0..x.len() {
                let stepped = step.x * x[i] + step.x0 * x0[i] + z.map_or(0.0, |z| step.noise * f64::from(z[i]));
                let known =
                    next.sqrt() * f64::from(edit.known.data[i]) + (1.0 - next).sqrt() * f64::from(known_noise[i]);
                let column = usize::from(columns == 2 && i % WIDTH >= D_Z);
                let m = f64::from(edit.mask.row(i / WIDTH)[column]);
                x[i] = m * known + (1.0 - m) * stepped;
            }
            if left > 0 {
                let again = purposes.last().expect("three");
                let ratio = now / next;
                x.iter_mut()
                    .zip(*again)
                    .for_each(|(x, z)| *x = ratio.sqrt() * *x + (1.0 - ratio).sqrt() * f64::from(*z));
            }
        }
    }
    assert!(noise.next().is_none());
    x.into_iter().map(|x| x as f32).collect()
}

#[test]
fn sampling_is_the_papers_loop_over_the_same_noise() {
    for (columns, loops, eta) in [(1, 1, 0.0), (1, 3, 0.0), (2, 3, 0.0), (2, 2, 0.6)] {
        let options = SampleOptions { eta, ..three_steps() };
        let watched = Watched::default();
        let clip = repainted(&watched, FRAMES, columns, mixed, loops);
        let edit = clip.edit.clone().expect("an edit");
        let mut job = SampleJob::new(sampler(), vec![clip], &options).expect("job");
        let start = job.state().expect("noise").data;
        while !job.advance(&watched).expect("advance") {}
        let found = job.finish().expect("complete").remove(0).data;
        // What x starts from was written first.
        let noise = watched.noise().split_off(1);
        assert_eq!(noise.len(), 2 * loops + 1, "each pass its own");
        let expected = reference_loop(&options, &edit, loops, &start, &noise);
        assert_close(&format!("{columns} columns, {loops} loops, η {eta}"), &found, &expected, tolerance::ROUNDING);
    }
}

#[test]
fn every_pass_and_purpose_has_noise_of_its_own() {
    let watched = Watched::default();
    run(&watched, vec![repainted(&watched, FRAMES, 1, mixed, 3)], &SampleOptions { eta: 1.0, ..three_steps() });
    let mut all: Vec<Vec<u32>> = Vec::new();
    for pass in watched.noise().split_off(1) {
        all.extend(pass.chunks(FRAMES * WIDTH).map(|matrix| matrix.iter().map(|v| v.to_bits()).collect()));
    }
    assert_eq!(all.len(), 7 * 3);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 7 * 3, "two are the same");
}

#[test]
fn known_rows_are_met_and_the_rest_is_the_networks() {
    for backend in backends() {
        let sure = |i: usize| f32::from(mixed(i) == 1.0);
        let edit = Some(edit(44, 1, sure, InpaintMode::Repaint { loops: 2 }));
        let clip = Clip { edit, ..clip(&*backend, 44, vec![]) };
        let motion = run(&*backend, vec![clip], &three_steps()).remove(0);
        for frame in 0..44 {
            let difference = super::support::max_difference(motion.row(frame), known(44).row(frame));
            assert_eq!(difference < 1e-6, sure(frame) == 1.0, "frame {frame} on {}: {difference}", backend.name());
        }
    }
}

#[test]
fn nothing_known_and_one_loop_is_plain_sampling() {
    for eta in [0.0, 1.0] {
        let options = SampleOptions { eta, ..three_steps() };
        let plain = run(&Reference, vec![Clip { seed: 5, ..clip(&Reference, 44, vec![]) }], &options);
        assert_eq!(run(&Reference, vec![repainted(&Reference, 44, 1, |_| 0.0, 1)], &options), plain);
    }
}

#[test]
fn nothing_known_and_several_loops_have_the_spread_of_plain_sampling() {
    let cpu = &*backends()[1];
    let options = SampleOptions { steps: 10, eta: 1.0, ..three_steps() };
    let spread = |loops: Option<usize>| {
        let of = |seed| {
            let edit = loops.map(|loops| edit(20, 1, |_| 0.0, InpaintMode::Repaint { loops }));
            Clip { seed, edit, ..clip(cpu, 20, vec![]) }
        };
        let motions = run(cpu, (0..32).map(of).collect(), &options);
        let values: Vec<f64> = motions.iter().flat_map(|motion| &motion.data).map(|v| f64::from(*v)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let square = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        [mean, square.sqrt()]
    };
    let (plain, again) = (spread(None), spread(Some(3)));
    println!("{plain:?} {again:?}");
    assert!((plain[0] - again[0]).abs() < 0.05 * plain[1] && (again[1] / plain[1] - 1.0).abs() < 0.05);
}

#[test]
fn clips_of_other_loops_and_modes_keep_their_bits_beside_a_repainted_one() {
    for backend in &backends()[1..] {
        for eta in [0.0, 1.0] {
            let options = SampleOptions { eta, state_bytes: 60_000, ..three_steps() };
            let scene = || {
                vec![
                    clip(&**backend, 44, vec![]),
                    repainted(&**backend, 46, 2, mixed, 3),
                    Clip { edit: Some(edit(20, 1, mixed, InpaintMode::Inpaint)), ..clip(&**backend, 20, vec![]) },
                    repainted(&**backend, 20, 1, mixed, 2),
                    repainted(&**backend, 20, 1, mixed, 1),
                ]
            };
            let together = run(&**backend, scene(), &options);
            for (at, clip) in scene().into_iter().enumerate() {
                let alone = run(&**backend, vec![clip], &options).remove(0);
                assert_eq!(together[at], alone, "clip {at}, η {eta}, on {}", backend.name());
            }
        }
    }
}

#[test]
fn loops_are_taken_at_every_step_but_the_last_by_their_own_clips_alone() {
    let watched = Watched::default();
    let clips = vec![clip(&watched, 15, vec![]), repainted(&watched, 20, 1, mixed, 3)];
    let mut job = SampleJob::new(sampler(), clips, &three_steps()).expect("job");
    let mut steps = vec![0];
    while !job.advance(&watched).expect("advance") {
        steps.push(job.steps_done());
    }
    steps.dedup();
    assert_eq!(steps, [0, 1, 2, 3]);
    assert_eq!(watched.runs("step").len(), (1 + 3) + (1 + 3) + (1 + 1));
    assert_eq!(watched.runs("again").len(), 2 + 2);
    assert_eq!(watched.runs("condition").len(), 2, "keys and values are computed once");
}
