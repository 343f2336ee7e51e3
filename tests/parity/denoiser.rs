//! One forward pass of the tiny denoisers against torch.

use media2face::internals::motion::{Denoiser, Shape};
use media2face::internals::plan::Backend;

use super::support::golden::{Golden, golden};
use super::support::tolerance::{DENOISER, DENOISER_GUIDED, Precision};
use super::support::{Tested, assert_close, denoiser, every_backend};

const NETWORKS: [&str; 3] = ["den_tiny", "den_tiny_align1", "den_tiny_token"];

/// Guidance weights of a run and what each conditional branch sees.
struct Case<'a> {
    golden: &'a str,
    unconditional: Option<f32>,
    /// Weight; whether there is audio; name of the style, if any.
    conditions: &'a [(f32, Option<&'a str>)],
}

const CASES: [Case; 4] = [
    Case { golden: "out", unconditional: None, conditions: &[(1.0, Some("P"))] },
    Case { golden: "out_frames", unconditional: None, conditions: &[(1.0, Some("P_frames"))] },
    Case { golden: "out_uncond", unconditional: Some(1.0), conditions: &[] },
    Case { golden: "out_cfg", unconditional: Some(-3.0), conditions: &[(2.5, None), (1.5, Some("P"))] },
];

/// Rows [audio, style] of one condition for one item of the vectors.
fn features(io: &Golden, style: Option<&str>, item: usize) -> Vec<f32> {
    let (audio, frames) = (io.f32("A"), 20);
    let code = style.map(|name| (io.f32(name), io.shape(name)[1]));
    let row = |frame: usize| {
        let mut row = audio[(item * frames + frame) * 24..][..24].to_vec();
        match &code {
            Some((values, rows)) => row.extend(&values[(item * rows + frame.min(rows - 1)) * 16..][..16]),
            None => row.extend([0.0; 16]),
        }
        row
    };
    (0..frames).flat_map(row).collect()
}

/// The case's estimate for both items of the vectors, with each item `copies` times in the batch.
fn run(backend: &dyn Backend, network: &Denoiser, io: &Golden, case: &Case, copies: usize) -> Vec<f32> {
    let (unconditional, conditions) = (case.unconditional.is_some(), case.conditions.len());
    let shape = Shape { windows: copies, frames: 20, unconditional, conditions };
    let plan = network.record(shape);
    let mut executable = backend.compile(plan.plan.clone()).expect("compile");
    let mut out = Vec::new();
    for (item, timestep) in io.i32("t").into_iter().enumerate() {
        let mut state = executable.create_state().expect("state");
        if let Some(port) = plan.features {
            let rows = case.conditions.iter().flat_map(|(_, style)| features(io, *style, item).repeat(copies));
            executable.write(port, &rows.collect::<Vec<_>>()).expect("features");
        }
        executable.run(plan.condition, &mut state).expect("condition");
        let branches = case.unconditional.into_iter().chain(case.conditions.iter().map(|(weight, _)| *weight));
        let weights: Vec<f32> = branches.flat_map(|weight| vec![weight; copies * 20]).collect();
        let mut time = vec![0.0; 32];
        network.encode_time(timestep as usize, &mut time);
        executable.write(plan.x, &io.f32("x")[item * 440..][..440].repeat(copies)).expect("x");
        executable.write(plan.time, &time).expect("time");
        executable.write(plan.weights, &weights).expect("weights");
        let mut x0 = vec![0.0; copies * 440];
        // The second run shows that the state lasts.
        for _ in 0..2 {
            executable.run(plan.step, &mut state).expect("step");
        }
        executable.read(plan.x0, &mut x0).expect("x0");
        assert!(x0.chunks_exact(440).all(|copy| copy == &x0[..440]), "copies in one batch differ");
        out.extend_from_slice(&x0[..440]);
    }
    out
}

fn check(half: bool) {
    for name in NETWORKS {
        let network = Denoiser::load(&denoiser::pack(name, half)).expect("load");
        let io = golden(&format!("{name}_io"));
        for Tested { name: device, backend, precision } in every_backend() {
            let precision = if half { precision.max(Precision::F16Weights) } else { precision };
            for case in &CASES {
                let guided = case.unconditional.is_some() && !case.conditions.is_empty();
                let allowed = if guided { DENOISER_GUIDED } else { DENOISER }.of(precision);
                for copies in [1, 3] {
                    let what = format!("{name} {} ×{copies} on {device}", case.golden);
                    let found = run(&*backend, &network, &io, case, copies);
                    assert_close(&what, &found, &io.f32(case.golden), allowed);
                }
            }
        }
    }
}

#[test]
fn every_variant_and_branch_matches_torch() {
    check(false);
}

#[test]
fn half_weights_stay_near_torch() {
    check(true);
}

#[test]
fn planned_state_is_what_the_plan_takes() {
    for name in NETWORKS {
        let network = Denoiser::load(&denoiser::pack(name, false)).expect("load");
        for (windows, unconditional, conditions) in [(1, true, 0), (2, true, 2), (4, false, 1)] {
            let shape = Shape { windows, frames: 20, unconditional, conditions };
            assert_eq!(network.record(shape).plan.state_len(), network.state_len(shape), "{name} {shape:?}");
        }
    }
}
