//! Faces of other people: mixes of the pack's, and meshes of the host's.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::face::{FacePrograms, FaceReader, Identity};

use crate::face::{decoder, motion, offsets, reader};
use crate::support::tiny_face::{TinyFace, VERTICES, neutral};
use crate::support::tolerance::NETWORK_F32;
use crate::support::{assert_close, backends};

fn mix(parts: &[(&str, f32)]) -> Result<Identity, Error> {
    decoder(&TinyFace::new()).identity_mix(&*backends()[0], "mix", parts)
}

#[test]
fn mix_is_the_weighted_mean_of_the_neutrals() {
    // Ben is a tenth larger than Ada.
    for (weights, size) in [([1.0, 0.0], 1.0), ([0.0, 7.0], 1.1), ([0.5, 0.5], 1.05), ([30.0, 10.0], 1.025)] {
        let [ada, ben] = weights;
        let face = mix(&[("ada", ada), ("ben", ben)]).expect("mix");
        assert_eq!(face.name(), "mix");
        assert_close(&format!("{weights:?}"), face.vertices_mm(), &neutral(size), 1e-4);
    }
    let twice = mix(&[("ada", 1.0), ("ada", 1.0)]).expect("mix");
    assert_eq!(twice.vertices_mm(), neutral(1.0));
}

#[test]
fn mix_of_one_is_that_one() {
    let decoder = decoder(&TinyFace::new());
    for backend in backends() {
        for name in ["ada", "ben"] {
            let alone = Arc::new(decoder.identity_mix(&*backend, "mix", &[(name, 0.3)]).expect("mix"));
            let mut alone = FaceReader::new(&decoder, &FacePrograms::on(&backend), Some(alone)).expect("reader");
            let expected = offsets(&mut reader(&decoder, &backend, name), &motion(2));
            assert_close(name, &offsets(&mut alone, &motion(2)), &expected, NETWORK_F32);
        }
    }
}

#[test]
fn mixes_that_are_none_are_refused() {
    let refused = |parts: &[(&str, f32)], reason: &str| {
        let error = mix(parts).expect_err(reason);
        assert!(matches!(error, Error::InvalidArgument(_)) && error.to_string().contains(reason), "{error}");
    };
    refused(&[], "weights of a mix");
    refused(&[("ada", 0.0), ("ben", 0.0)], "not all 0");
    refused(&[("ada", 1.0), ("ben", -0.5)], "at least 0");
    refused(&[("ada", f32::NAN)], "finite");
    refused(&[("ada", f32::INFINITY)], "finite");
    refused(&[("ada", 1.0), ("eve", 1.0)], "no identity \"eve\"");
}

#[test]
fn mesh_of_another_unit_is_named() {
    let (decoder, backend) = (decoder(&TinyFace::new()), backends().swap_remove(0));
    for (factor, unit) in [(0.001, "metres"), (0.1, "centimetres")] {
        let mesh: Vec<f32> = neutral(1.0).iter().map(|v| v * factor).collect();
        let error = decoder.identity_from_vertices(&*backend, "own", &mesh).expect_err(unit);
        let text = error.to_string();
        assert!(text.starts_with("own: its largest side is") && text.ends_with(&format!("in {unit}")), "{text}");
    }
    let turned =
        |pass: fn(&[f32; 3]) -> [f32; 3]| neutral(1.0).as_chunks::<3>().0.iter().flat_map(pass).collect::<Vec<_>>();
    for (mesh, reason) in [
        (
            turned(|&[x, y, z]| [x, -z, y]),
            "its up seems to be +Z and its front -Y where +Y and +Z are expected: pass (x, z, -y)",
        ),
        (turned(|&[x, y, z]| [-x, y, z]), "it seems to be mirrored, left for right: pass (-x, y, z)"),
        (turned(|&[x, y, z]| [-x, y, -z]), "its up seems to be +Y and its front -Z where +Y and +Z are expected"),
        (neutral(1.0).as_chunks::<3>().0.iter().rev().flatten().copied().collect(), "not in the order of the model's"),
    ] {
        let error = decoder.identity_from_vertices(&*backend, "own", &mesh).expect_err(reason);
        assert!(error.to_string().contains(reason), "{error}");
    }
    let mut spoilt = neutral(1.0);
    spoilt[3 * VERTICES - 1] = f32::INFINITY;
    let error = decoder.identity_from_vertices(&*backend, "own", &spoilt).expect_err("infinite");
    assert_eq!(error.to_string(), format!("own: vertex {} is not finite", VERTICES - 1));
    let error = decoder.identity_from_vertices(&*backend, "own", &spoilt[3..]).expect_err("count");
    assert!(error.to_string().contains(&format!("expected {VERTICES} vertices × 3")), "{error}");
}
