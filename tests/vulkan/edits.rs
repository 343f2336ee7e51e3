//! Edits on a device: keyframes are met and ranges made again as on the CPU.

use std::sync::Arc;

use media2face::{Expression, Keyframe, Session, SessionOptions};

use crate::{animate, finished, network_models};

#[test]
fn keyframes_are_met_and_a_revision_changes_its_range_alone() {
    for (name, model) in network_models() {
        let weights = vec![0.5; model.blendshape_names().len()];
        let d_z = model.manifest().denoiser.as_ref().expect("a denoiser").d_z;
        let latent: Vec<f32> = (0..d_z).map(|i| 0.1 * i as f32).collect();
        let held = |expression, start_s| Keyframe { expression: Some(Arc::new(expression)), ..Keyframe::at(start_s) };
        let keyframes = vec![held(Expression::Latent(latent.clone()), 0.5), held(Expression::Weights(weights), 1.5)];
        let first = animate(&model, SessionOptions { keyframes, ..SessionOptions::new(16_000, 1) });
        assert_eq!(first.motion().row(15)[..d_z], latent, "{name}");
        let keyframes = vec![held(Expression::Latent(latent.clone()), 1.0)];
        let options = SessionOptions { seed: 7, steps: Some(3), keyframes, ..SessionOptions::new(16_000, 1) };
        let second = finished(&Session::revise(&first, 0.8, 1.2, options).expect("a revision"));
        assert_eq!(second.motion().row(30)[..d_z], latent, "{name}");
        for frame in (0..24).chain(37..60) {
            assert_eq!(second.motion().row(frame), first.motion().row(frame), "{name}: frame {frame}");
        }
        assert_ne!(second.motion().row(28), first.motion().row(28), "{name}");
    }
}
