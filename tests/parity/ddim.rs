//! The schedule and the DDIM step against diffusers.

use media2face::internals::motion::Schedule;
use media2face::pack::Spacing;

use super::support::golden::golden;
use super::support::{assert_close, tolerance};

/// The vectors' network.
fn network(x: &[f32], timestep: usize) -> Vec<f32> {
    let wave = |i: usize| 0.01 * (i as f32 * 0.37).cos() * (timestep as f32 / 500.0);
    x.iter().enumerate().map(|(i, x)| (0.5 * x + wave(i)).tanh()).collect()
}

#[test]
fn alpha_bar_matches_its_definition_in_f64() {
    let schedule = Schedule::squared_cosine(500);
    let expected = golden("ddim").f64("alphas_cumprod_f64");
    assert_eq!(schedule.alpha_bar().len(), expected.len());
    for (found, expected) in schedule.alpha_bar().iter().zip(&expected) {
        assert!((found / expected - 1.0).abs() < 1e-11, "{found} against {expected}");
    }
}

#[test]
fn spacings_visit_the_timesteps_of_diffusers() {
    let vectors = golden("ddim");
    let schedule = Schedule::squared_cosine(500);
    for (name, spacing) in
        [("leading", Spacing::Leading), ("trailing", Spacing::Trailing), ("linspace", Spacing::Linspace)]
    {
        for steps in [20, 50] {
            let found: Vec<i32> =
                schedule.pairs(spacing, steps).expect("pairs").iter().map(|pair| pair.0 as i32).collect();
            assert_eq!(found, vectors.i32(&format!("{name}_{steps}_eta0.timesteps")), "{name} {steps}");
        }
    }
}

#[test]
fn trajectories_of_every_spacing_and_eta_match_diffusers() {
    let vectors = golden("ddim");
    let schedule = Schedule::squared_cosine(500);
    let runs: Vec<&str> = vectors.names().filter_map(|name| name.strip_suffix(".traj")).collect();
    assert_eq!(runs.len(), 16, "four lists of timesteps, two counts, two values of eta");
    for run in runs {
        let timesteps = vectors.i32(&format!("{run}.timesteps"));
        let stride = 500 / timesteps.len() as i32;
        let eta = if run.ends_with("eta1") { 1.0 } else { 0.0 };
        let noise = if eta > 0.0 { vectors.f32(&format!("{run}.noise")) } else { vec![0.0; timesteps.len() * 40] };
        let mut x = vectors.f32(&format!("{run}.x_T"));
        let mut trajectory = Vec::new();
        for (&timestep, noise) in timesteps.iter().zip(noise.chunks_exact(40)) {
            // diffusers takes t − ⌊T/n⌋ for the next timestep, whatever the list says.
            let next = usize::try_from(timestep - stride).ok();
            let step = schedule.step(timestep as usize, next, eta);
            let x0 = network(&x, timestep as usize);
            let term = |value: &f32, factor: f64| f64::from(*value) * factor;
            let next = |((x, x0), z)| (term(x, step.x) + term(x0, step.x0) + term(z, step.noise)) as f32;
            x = x.iter().zip(&x0).zip(noise).map(next).collect();
            trajectory.extend_from_slice(&x);
        }
        assert_close(run, &trajectory, &vectors.f32(&format!("{run}.traj")), tolerance::NETWORK_F32);
    }
}
