//! Whole samplings with the tiny denoiser: windows, guidance, styles over time, inpainting, every step.

use std::sync::Arc;

use media2face::internals::motion::{Clip, Inpaint, InpaintMode, SampleJob, Sampler, Style};
use media2face::internals::plan::Backend;
use media2face::signal::Frames;

use super::support::golden::{Golden, golden};
use super::support::reference::Reference;
use super::support::tolerance::{Precision, SAMPLING};
use super::support::{Tested, assert_close, denoiser, every_backend, upload};

fn frames(vectors: &Golden, name: &str) -> Frames {
    Frames::new(*vectors.shape(name).last().expect("columns"), vectors.f32(name))
}

/// The tiny sampler starting from the vectors' noise.
fn job(half: bool, x: Frames, clips: Vec<Clip>) -> SampleJob {
    let sampler = Arc::new(Sampler::load(&denoiser::pack("den_tiny", half)).expect("load"));
    let options = sampler.defaults().clone();
    let mut job = SampleJob::new(sampler, clips, &options).expect("job");
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
            let styles = vec![Style { code: vectors.f32("P"), strength: 1.0, weights: None }];
            let edit = (run == "inpaint")
                .then(|| (frames(&vectors, "known"), frames(&vectors, "mask")))
                .map(|(known, mask)| Inpaint { known, mask, mode: InpaintMode::Inpaint });
            let clip = Clip { styles, edit, ..Clip::new(upload(&*backend, &frames(&vectors, "A"))) };
            let mut job = job(half, frames(&vectors, "x_T"), vec![clip]);
            let found = trajectory(&mut job, &*backend);
            let expected = vectors.f32(&format!("{run}.traj"));
            for (step, state) in &found {
                let expected = &expected[(step - 1) * state.len()..step * state.len()];
                assert_close(&format!("{run}, step {step} on {name}"), state, expected, allowed);
            }
            let (last, end) = found.last().expect("states");
            assert_eq!(*last, expected.len() / end.len());
            // A quick backend does several steps at once, and shows those states alone.
            assert_eq!(
                &job.finish().expect("complete")[0].data,
                end,
                "mean 0 and deviation 1 leave the state as it is"
            );
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

/// Lengths of the vectors' clips, each without a style, with one and with two.
const LAYOUTS: [usize; 4] = [15, 20, 21, 46];
const STYLES: [&str; 3] = ["none", "one", "two"];

/// One of them, with the noise that it starts from and its motion.
fn layout(vectors: &Golden, backend: &dyn Backend, count: usize, styles: &str) -> (Clip, Frames, Vec<f32>) {
    let name = |name: &str| format!("{count}.{name}");
    let tensor = |tensor: &str| vectors.f32(&name(tensor));
    let style = |code: &str, strength, weights| Style { code: tensor(code), strength, weights };
    let second = tensor("w_b");
    let first = second.iter().map(|w| 1.0 - w).collect();
    let of_clip = match styles {
        "none" => vec![],
        "one" => vec![style("P_a", 1.0, None)],
        _ => vec![style("P_a", 1.0, Some(first)), style("P_b", 0.7, Some(second))],
    };
    let audio = upload(backend, &frames(vectors, &name("A")));
    (Clip { styles: of_clip, ..Clip::new(audio) }, frames(vectors, &name("x_T")), tensor(styles))
}

#[test]
fn every_window_layout_and_count_of_styles_matches_torch() {
    let vectors = golden("e2e_more");
    for Tested { name, backend, precision } in every_backend() {
        for count in LAYOUTS {
            for styles in STYLES {
                let (clip, x, expected) = layout(&vectors, &*backend, count, styles);
                let mut job = job(false, x, vec![clip]);
                while !job.advance(&*backend).expect("advance") {}
                let found = job.finish().expect("complete").remove(0).data;
                assert_close(
                    &format!("{count} frames, {styles}, on {name}"),
                    &found,
                    &expected,
                    SAMPLING.of(precision),
                );
            }
        }
    }
}

#[test]
fn all_of_them_in_one_batch_match_torch() {
    let vectors = golden("e2e_more");
    for Tested { name, backend, precision } in every_backend().into_iter().filter(|tested| !tested.is_oracle()) {
        let all = LAYOUTS.into_iter().flat_map(|count| STYLES.map(|styles| layout(&vectors, &*backend, count, styles)));
        let (mut clips, mut x, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for (clip, start, motion) in all {
            clips.push(clip);
            x.extend(start.data);
            expected.push(motion);
        }
        let mut job = job(false, Frames::new(22, x), clips);
        while !job.advance(&*backend).expect("advance") {}
        for (at, (found, expected)) in job.finish().expect("complete").iter().zip(&expected).enumerate() {
            assert_close(&format!("clip {at} on {name}"), &found.data, expected, SAMPLING.of(precision));
        }
    }
}

/// The oracle has the papers' loop in tests/stages/repaint.rs.
#[test]
fn repainted_motion_is_the_oracles() {
    let vectors = golden("e2e");
    let sample = |backend: &dyn Backend| {
        let styles = vec![Style { code: vectors.f32("P"), strength: 1.0, weights: None }];
        let (known, mask) = (frames(&vectors, "known"), frames(&vectors, "mask"));
        let edit = Some(Inpaint { known, mask, mode: InpaintMode::Repaint { loops: 2 } });
        let clip = Clip { styles, edit, ..Clip::new(upload(backend, &frames(&vectors, "A"))) };
        let mut job = job(false, frames(&vectors, "x_T"), vec![clip]);
        while !job.advance(backend).expect("advance") {}
        job.finish().expect("complete").remove(0).data
    };
    let expected = sample(&Reference);
    for Tested { name, backend, precision } in every_backend().into_iter().filter(|tested| !tested.is_oracle()) {
        assert_close(&name, &sample(&*backend), &expected, SAMPLING.of(precision));
    }
}
