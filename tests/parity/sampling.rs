//! Whole samplings with the tiny denoiser: windows, guidance, styles over time, inpainting, every step.

use std::sync::Arc;

use media2face::motion::{Inpaint, SampleJob, Sampler, Style};
use media2face::plan::Backend;
use media2face::signal::Frames;

use super::support::golden::{Golden, golden};
use super::support::tolerance::{Precision, SAMPLING};
use super::support::{Tested, assert_close, denoiser, every_backend, upload};

fn frames(vectors: &Golden, name: &str) -> Frames {
    Frames::new(*vectors.shape(name).last().expect("columns"), vectors.f32(name))
}

/// The tiny sampler starting from the vectors' noise.
fn job(backend: &dyn Backend, half: bool, x: Frames, audio: &Frames, styles: Vec<Style>) -> SampleJob {
    let sampler = Arc::new(Sampler::load(&denoiser::pack("den_tiny", half)).expect("load"));
    let options = sampler.defaults().clone();
    let mut job = SampleJob::new(sampler, upload(backend, audio), styles, &options).expect("job");
    job.set_state(x).expect("state");
    job
}

/// States between steps, by how many are done; a device may do all of them at once.
fn trajectory(job: &mut SampleJob, backend: &dyn Backend) -> Vec<(usize, Vec<f32>)> {
    let (mut states, mut step) = (Vec::new(), 0);
    loop {
        let complete = job.advance(backend).expect("advance");
        if job.steps_done() > step {
            step = job.steps_done();
            states.push((step, job.state().expect("state").data));
        }
        if complete {
            return states;
        }
    }
}

fn check_trajectories(half: bool) {
    let vectors = golden("e2e");
    for Tested { name, backend, precision } in every_backend() {
        let allowed = SAMPLING.of(if half { precision.max(Precision::F16Weights) } else { precision });
        for run in ["plain", "inpaint"] {
            let style = Style { code: vectors.f32("P"), strength: 1.0, weights: None };
            let mut job = job(&*backend, half, frames(&vectors, "x_T"), &frames(&vectors, "A"), vec![style]);
            if run == "inpaint" {
                let edit = Inpaint { known: frames(&vectors, "known"), mask: frames(&vectors, "mask") };
                job.set_inpaint(edit).expect("inpaint");
            }
            let found = trajectory(&mut job, &*backend);
            let expected = vectors.f32(&format!("{run}.traj"));
            for (step, state) in &found {
                let expected = &expected[(step - 1) * state.len()..step * state.len()];
                assert_close(&format!("{run}, step {step} on {name}"), state, expected, allowed);
            }
            let (last, end) = found.last().expect("states");
            assert_eq!(*last, expected.len() / end.len());
            assert!(found.len() == *last || precision != Precision::F32, "only a device does several steps at once");
            assert_eq!(&job.finish().expect("complete").data, end, "mean 0 and deviation 1 leave the state as it is");
        }
    }
}

#[test]
fn every_state_of_a_sampling_matches_diffusers_and_torch() {
    check_trajectories(false);
}

#[test]
fn half_weights_stay_near_torch_over_a_sampling() {
    check_trajectories(true);
}

#[test]
fn every_window_layout_and_count_of_styles_matches_torch() {
    let vectors = golden("e2e_more");
    for Tested { name, backend, precision } in every_backend() {
        for count in [15, 20, 21, 46] {
            let tensor = |name: &str| vectors.f32(&format!("{count}.{name}"));
            let second = tensor("w_b");
            let first = second.iter().map(|w| 1.0 - w).collect();
            let style = |code: &str, strength, weights| Style { code: tensor(code), strength, weights };
            for (run, styles) in [
                ("none", vec![]),
                ("one", vec![style("P_a", 1.0, None)]),
                ("two", vec![style("P_a", 1.0, Some(first)), style("P_b", 0.7, Some(second))]),
            ] {
                let matrix = |name: &str| frames(&vectors, &format!("{count}.{name}"));
                let mut job = job(&*backend, false, matrix("x_T"), &matrix("A"), styles);
                while !job.advance(&*backend).expect("advance") {}
                let (what, found) = (format!("{count} frames, {run}, on {name}"), job.finish().expect("complete").data);
                assert_close(&what, &found, &tensor(run), SAMPLING.of(precision));
            }
        }
    }
}
