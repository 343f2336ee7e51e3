//! Another mesh on the model's chart: it moves as the model's own does, and what cannot be bound is named.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::face::Binding;
use media2face::internals::plan::Backend;

use crate::face::{decoder, motion, offsets, reader};
use crate::support::tiny_face::{SKIN, TinyFace, VERTICES, neutral};
use crate::support::{assert_close, every_backend, max_difference};

const OFF: [f32; 2] = [-1.0; 2];

/// The tiny face's own coordinates.
fn own_uv() -> Vec<[f32; 2]> {
    TinyFace::new().tensors["topology.uv"].to_f32().expect("memory").as_chunks::<2>().0.to_vec()
}

fn bind(uv: &[[f32; 2]], neutral_mm: Option<&[f32]>) -> Result<Binding, Error> {
    decoder(&TinyFace::new()).bind(uv, neutral_mm)
}

fn refused(uv: &[[f32; 2]], neutral_mm: Option<&[f32]>, reason: &str) {
    let error = bind(uv, neutral_mm).expect_err(reason);
    assert!(matches!(error, Error::InvalidArgument(_)) && error.to_string().contains(reason), "{error}");
}

/// Offsets of three frames on a backend: the model's own, and those of a binding.
fn frames(backend: &Arc<dyn Backend>, binding: &Binding) -> (Vec<f32>, Vec<f32>) {
    let own = offsets(&mut reader(&decoder(&TinyFace::new()), backend, "ben"), &motion(3));
    let mut bound = vec![f32::NAN; 3 * binding.vertices() * 3];
    binding.apply(&own, &mut bound);
    (own, bound)
}

#[test]
fn own_mesh_moves_as_the_model_wherever_it_is_decoded() {
    let uv = own_uv();
    let binding = bind(&uv, Some(&neutral(1.1))).expect("bound");
    assert_eq!(binding.vertices(), VERTICES);
    assert!((0..VERTICES).all(|v| binding.is_bound(v) == (v < SKIN)));
    for tested in every_backend() {
        let (own, bound) = frames(&tested.backend, &binding);
        for (own, bound) in own.chunks_exact(VERTICES * 3).zip(bound.chunks_exact(VERTICES * 3)) {
            // The coordinates are those of the corners up to their own rounding.
            assert_close(&tested.name, &bound[..SKIN * 3], &own[..SKIN * 3], 1e-5);
            assert_eq!(bound[SKIN * 3..], [0.0; (VERTICES - SKIN) * 3], "what is off the chart stands still");
        }
    }
}

#[test]
fn subdivided_mesh_moves_evenly_between_its_corners() {
    let (backend, own) = (every_backend().swap_remove(0).backend, own_uv());
    // Along an edge of the first row, in nine parts, and down a diagonal that no edge follows.
    let between = |a: usize, b: usize, i: usize| {
        let part = i as f32 / 9.0;
        std::array::from_fn(|c| own[a][c] * (1.0 - part) + own[b][c] * part)
    };
    let uv: Vec<[f32; 2]> = (0..10).map(|i| between(1, 2, i)).chain((0..10).map(|i| between(0, SKIN - 2, i))).collect();
    let (own, bound) = frames(&backend, &bind(&uv, None).expect("bound"));
    let (own, bound) = (own.as_chunks::<3>().0, bound.as_chunks::<3>().0);
    for frame in 0..3 {
        let (own, bound) = (&own[frame * VERTICES..], &bound[frame * 20..]);
        for i in 0..10 {
            let part = i as f32 / 9.0;
            let expected: [f32; 3] = std::array::from_fn(|c| own[1][c] * (1.0 - part) + own[2][c] * part);
            assert_close("edge", &bound[i], &expected, 1e-5);
        }
        // Nowhere further from each other than the corners that lie between them.
        let far = |points: &[[f32; 3]]| {
            points.iter().flat_map(|a| points.iter().map(|b| max_difference(a, b))).fold(0.0, f32::max)
        };
        let skin = far(&own[..SKIN]);
        assert!(bound[10..20].windows(2).all(|pair| max_difference(&pair[0], &pair[1]) <= skin / 2.0));
    }
}

#[test]
fn point_beside_the_skin_moves_as_its_nearest_edge() {
    let backend = every_backend().swap_remove(0).backend;
    // The skin ends at 0.05.
    let binding = bind(&[[0.05, 0.3], [0.01, 0.3]], None).expect("bound");
    let (_, bound) = frames(&backend, &binding);
    for frame in bound.chunks_exact(6) {
        assert_close("beside", &frame[3..], &frame[..3], 1e-6);
    }
}

#[test]
fn offsets_of_nothing_are_nothing() {
    let binding = bind(&own_uv(), None).expect("bound");
    let mut bound = vec![f32::NAN; VERTICES * 3];
    binding.apply(&vec![0.0; VERTICES * 3], &mut bound);
    assert_eq!(bound, vec![0.0; VERTICES * 3]);
}

#[test]
fn number_of_threads_does_not_change_a_bit() {
    let binding = bind(&own_uv(), None).expect("bound");
    let [one, two] = [1, 2].map(|threads| {
        let backend = CpuBackend::new(&CpuOptions { threads, portable: false }).expect("backend");
        let backend: Arc<dyn Backend> = Arc::new(backend);
        frames(&backend, &binding).1.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    });
    assert_eq!(one, two);
}

#[test]
fn coordinates_that_are_no_place_are_named() {
    let own = own_uv();
    let with = |point: [f32; 2]| {
        let mut uv = own.clone();
        uv[5] = point;
        uv
    };
    refused(&[], None, "0 vertices, expected 1..=");
    refused(&[OFF; 4], None, "no vertex is on the chart");
    refused(&with([f32::NAN, 0.5]), None, "vertex 5 at (NaN, 0.5): chart coordinates are 0 to 1");
    refused(&with([0.5, 1.5]), None, "vertex 5 at (0.5, 1.5)");
    refused(&with([-1.0, 0.5]), None, "vertex 5 at (-1, 0.5)");

    let mut face = TinyFace::new();
    // The skin fills a half of the square.
    let narrow: Vec<f32> = own.iter().flat_map(|&[u, v]| if u < 0.0 { OFF } else { [0.5 * u, v] }).collect();
    face.set("topology.uv", &[VERTICES, 2], &narrow);
    let error = decoder(&face).bind(&[[0.1, 0.1], [0.9, 0.5]], None).expect_err("far from the skin");
    assert!(error.to_string().contains("vertex 1 at (0.9, 0.5) is more than 0.1 from the skin"), "{error}");
    face.drop_part("topology.gather_");
    face.drop_part("topology.raster_");
    face.drop_part("gnpfa.generator.");
    let error = decoder(&face).bind(&[[0.1, 0.1]], None).expect_err("no chart");
    assert!(matches!(error, Error::MissingPart(_)), "{error}");
}

#[test]
fn mesh_that_does_not_fit_its_coordinates_is_named() {
    let (uv, mesh) = (own_uv(), neutral(1.0));
    let scaled = |factor: f32| mesh.iter().map(|v| v * factor).collect::<Vec<_>>();
    refused(&uv, Some(&mesh[3..]), &format!("{} numbers, expected {VERTICES} vertices × 3", mesh.len() - 3));
    let mut spoilt = mesh.clone();
    spoilt[31] = f32::NAN;
    refused(&uv, Some(&spoilt), "vertex 10 is not finite");
    refused(&uv, Some(&scaled(0.001)), "it seems to be in metres");
    refused(&uv, Some(&scaled(0.1)), "it seems to be in centimetres");
    refused(&uv, Some(&scaled(1.0 / 25.4)), "it seems to be in inches");
    refused(&uv, Some(&scaled(0.0)), "its largest side is 0");

    let mirrored = |mirror: fn([f32; 2]) -> [f32; 2]| {
        uv.iter().map(|&point| if point == OFF { OFF } else { mirror(point) }).collect::<Vec<_>>()
    };
    refused(&mirrored(|[u, v]| [u, 1.0 - v]), Some(&mesh), "flipped, v runs upwards: pass 1 - v");
    refused(&mirrored(|[u, v]| [1.0 - u, v]), Some(&mesh), "flipped, u runs to the left");
    refused(&mirrored(|[u, v]| [1.0 - u, 1.0 - v]), Some(&mesh), "flipped, both run backwards");
    let turned = |pass: fn(&[f32; 3]) -> [f32; 3]| mesh.as_chunks::<3>().0.iter().flat_map(pass).collect::<Vec<_>>();
    refused(&uv, Some(&turned(|&[x, y, z]| [x, -z, y])), "its up seems to be +Z and its front -Y where");
    refused(
        &uv,
        Some(&turned(|&[x, y, z]| [-x, y, z])),
        "flipped, u runs to the left: pass 1 - u, or, if the mesh is mirrored, -x",
    );
    // A small head far from the origin is still a face.
    let shifted: Vec<f32> = mesh.iter().map(|v| v * 0.6 + 1000.0).collect();
    assert!(bind(&uv, Some(&shifted)).is_ok());
    // And one with a body that is not on the chart.
    let (mut body_uv, mut body) = (uv.clone(), mesh.clone());
    body_uv.push(OFF);
    body.extend([0.0, -1700.0, 0.0]);
    assert!(bind(&body_uv, Some(&body)).is_ok());
}
