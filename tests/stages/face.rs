//! The face stage on a small pack: decoding, identities, rigid parts, the way back, hostile packs.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::face::{FaceDecoder, FaceEncoder, FacePrograms, FaceReader, Generator, Topology};
use media2face::internals::plan::{Backend, PlanBuilder};
use media2face::limits::MAX_MAP_SIDE;
use media2face::signal::pose::quaternion_from_axis_angle;
use media2face::signal::{Frames, HeadPose};

use crate::support::golden::golden;
use crate::support::tiny_face::{CENTRE, D_Z, EXTENT, MOTION, RES, SKIN, TinyFace, VERTICES, jaw_centre, neutral};
use crate::support::tolerance::NETWORK_F32;
use crate::support::{assert_close, backends};

/// Rows that differ in every column.
pub(crate) fn motion(rows: usize) -> Frames {
    let value = |i: usize| ((i as f32 * 0.731).sin() + (i as f32 * 0.317).cos()) * 0.7;
    Frames::new(MOTION, (0..rows * MOTION).map(value).collect())
}

pub(crate) fn decoder(face: &TinyFace) -> Arc<FaceDecoder> {
    Arc::new(FaceDecoder::load(&face.pack()).expect("decoder"))
}

pub(crate) fn reader(decoder: &Arc<FaceDecoder>, backend: &Arc<dyn Backend>, name: &str) -> FaceReader {
    let identity = Arc::new(decoder.identity(&**backend, name).expect("identity"));
    FaceReader::new(decoder, &FacePrograms::on(backend), Some(identity)).expect("reader")
}

pub(crate) fn offsets(reader: &mut FaceReader, motion: &Frames) -> Vec<f32> {
    let mut offsets = vec![f32::NAN; motion.len() * VERTICES * 3];
    reader.offsets_mm(motion, &mut offsets).expect("offsets");
    offsets
}

/// The generator's last convolution gives this everywhere.
fn constant_map(face: &mut TinyFace, value: [f32; 3]) {
    face.set("gnpfa.generator.head.weight", &[3, 8, 3, 3], &[0.0; 3 * 8 * 9]);
    face.set("gnpfa.generator.head.bias", &[3], &value);
}

#[test]
fn zero_map_returns_the_neutral_bit_for_bit() {
    let mut face = TinyFace::new();
    constant_map(&mut face, [0.0; 3]);
    for backend in backends() {
        let mut reader = reader(&decoder(&face), &backend, "ben");
        let neutral = neutral(1.1);
        for frame in offsets(&mut reader, &motion(5)).chunks_exact(VERTICES * 3) {
            let moved: Vec<u32> = neutral.iter().zip(frame).map(|(n, o)| (n + o).to_bits()).collect();
            assert_eq!(moved, neutral.iter().map(|n| n.to_bits()).collect::<Vec<_>>(), "{}", backend.name());
        }
    }
}

#[test]
fn constant_map_moves_skin_and_lower_teeth_alike_in_mm() {
    let mut face = TinyFace::new();
    constant_map(&mut face, [0.5, -1.5, 0.25]);
    // The pack's scale is 2 mm.
    let (moved, still) = ([1.0, -3.0, 0.5], [0.0; 3]);
    for backend in backends() {
        let found = offsets(&mut reader(&decoder(&face), &backend, "ada"), &motion(1));
        let expected: Vec<f32> =
            (0..VERTICES).flat_map(|v| if (SKIN..SKIN + 4).contains(&v) { still } else { moved }).collect();
        assert_close(&backend.name(), &found, &expected, 2e-5);
    }
}

#[test]
fn offsets_are_the_gathered_generator_map() {
    let (io, mut face) = (golden("gen_tiny_io"), TinyFace::new());
    // The golden neutral as an identity's map, so that torch's offsets are known.
    face.set("identities.1.map", &[3, RES, RES], &io.f32("neutral"));
    let maps = golden("gen_tiny_offsets").f32("offsets");
    let index = face.tensors["topology.gather_index"].to_i32().expect("memory");
    let weight = face.tensors["topology.gather_weight"].to_f32().expect("memory");
    let sample = |frame: usize, v: usize, c: usize| -> f32 {
        let texel = |k: usize| maps[(frame * 3 + c) * RES * RES + index[k] as usize];
        (v * 4..v * 4 + 4).map(|k| weight[k] * texel(k) * 2.0).sum()
    };
    let mut rows = Frames::zeros(3, MOTION);
    for (i, z) in io.f32("z").chunks_exact(D_Z).enumerate() {
        rows.row_mut(i)[..D_Z].copy_from_slice(z);
    }
    for backend in backends() {
        let found = offsets(&mut reader(&decoder(&face), &backend, "ben"), &rows);
        for (frame, found) in found.chunks_exact(VERTICES * 3).enumerate() {
            let expected: Vec<f32> = (0..SKIN * 3).map(|at| sample(frame, at / 3, at % 3)).collect();
            assert_close(&backend.name(), &found[..SKIN * 3], &expected, 2.0 * NETWORK_F32);
        }
    }
}

#[test]
fn same_latent_on_two_identities_gives_different_offsets() {
    let decoder = decoder(&TinyFace::new());
    for backend in backends() {
        let [ada, ben] = ["ada", "ben"].map(|name| offsets(&mut reader(&decoder, &backend, name), &motion(1)));
        let difference = ada.iter().zip(&ben).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
        assert!(difference > 1e-3, "{}: {difference}", backend.name());
    }
}

#[test]
fn host_mesh_equals_the_pack_identity_of_that_mesh() {
    let decoder = decoder(&TinyFace::new());
    for backend in backends() {
        for (name, size, tolerance) in [("ada", 1.0, 0.0), ("ben", 1.1, NETWORK_F32)] {
            let own = decoder.identity_from_vertices(&*backend, "own", &neutral(size)).expect("identity");
            assert_eq!((own.name(), own.vertices_mm()), ("own", neutral(size).as_slice()));
            let mut own = FaceReader::new(&decoder, &FacePrograms::on(&backend), Some(Arc::new(own))).expect("reader");
            let expected = offsets(&mut reader(&decoder, &backend, name), &motion(2));
            assert_close(name, &offsets(&mut own, &motion(2)), &expected, tolerance);
        }
    }
}

#[test]
fn frames_alone_match_frames_in_batches() {
    let decoder = decoder(&TinyFace::new());
    for backend in backends() {
        let mut reader = reader(&decoder, &backend, "ada");
        let motion = motion(37);
        let (mut weights, all) = (vec![0.0; 37 * 52], offsets(&mut reader, &motion));
        reader.weights(&motion, &mut weights).expect("weights");
        for i in [0, 3, 4, 31, 32, 36] {
            let row = Frames::new(MOTION, motion.row(i).to_vec());
            let mut one = [0.0; 52];
            reader.weights(&row, &mut one).expect("weights");
            assert_close(&format!("weights {i}"), &one, &weights[i * 52..][..52], 1e-6);
            let one = offsets(&mut reader, &row);
            assert_close(&format!("offsets {i}"), &one, &all[i * VERTICES * 3..][..VERTICES * 3], 1e-6);
            let [.., rx, ry, rz, tx, ty, tz] = *motion.row(i) else { panic!("a pose") };
            let head = HeadPose { rotation: quaternion_from_axis_angle([rx, ry, rz]), translation_mm: [tx, ty, tz] };
            assert_eq!(decoder.head(motion.row(i)), head);
        }
    }
}

#[test]
fn lower_teeth_turn_rigidly_by_the_fit_of_the_decoded_skin() {
    let face = TinyFace::new();
    let (matrix, neutral) = (face.tensors["topology.follow.jaw.matrix"].to_f32().expect("memory"), neutral(1.0));
    let centre = jaw_centre(&neutral);
    for backend in backends() {
        let found = offsets(&mut reader(&decoder(&face), &backend, "ada"), &motion(1));
        let chin = &found[35 * 3..SKIN * 3];
        let [rx, ry, rz, tx, ty, tz]: [f64; 6] = std::array::from_fn(|row| {
            let weights = &matrix[row * chin.len()..(row + 1) * chin.len()];
            weights.iter().zip(chin).map(|(w, o)| f64::from(*w) * f64::from(*o)).sum()
        });
        let angle = (rx * rx + ry * ry + rz * rz).sqrt();
        assert!(angle > 1e-4, "the test moves the jaw");
        let (axis, sin, cos) = ([rx / angle, ry / angle, rz / angle], angle.sin(), angle.cos());
        for v in SKIN + 4..VERTICES {
            // Rodrigues: p cos + (k × p) sin + k (k·p)(1 − cos)
            let p: [f64; 3] = std::array::from_fn(|c| f64::from(neutral[v * 3 + c]) - centre[c]);
            let dot: f64 = (0..3).map(|c| axis[c] * p[c]).sum();
            for c in 0..3 {
                let (d, e) = ((c + 1) % 3, (c + 2) % 3);
                let cross = axis[d] * p[e] - axis[e] * p[d];
                let turned = p[c] * cos + cross * sin + axis[c] * dot * (1.0 - cos) + [tx, ty, tz][c];
                let offset = f64::from(found[v * 3 + c]);
                assert!((offset - (turned - p[c])).abs() < 1e-4, "vertex {v}: {offset} against {}", turned - p[c]);
            }
        }
        assert_eq!(found[SKIN * 3..(SKIN + 4) * 3], [0.0; 12], "upper teeth follow the head alone");
    }
}

#[test]
fn weights_match_torch_without_any_geometry() {
    let (io, mut face) = (golden("mapping"), TinyFace::new());
    face.drop_part("gnpfa.generator.");
    face.drop_part("topology.");
    face.manifest.topology = None;
    face.manifest.identities.names.clear();
    let mut rows = Frames::zeros(4, MOTION);
    for (i, z) in io.f32("z").chunks_exact(D_Z).enumerate() {
        rows.row_mut(i)[..D_Z].copy_from_slice(z);
    }
    for backend in backends() {
        let mut reader = FaceReader::new(&decoder(&face), &FacePrograms::on(&backend), None).expect("reader");
        let mut weights = vec![0.0; 4 * 52];
        reader.weights(&rows, &mut weights).expect("weights");
        assert_close(&backend.name(), &weights, &io.f32("weights_out"), NETWORK_F32);
        assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)) && weights.contains(&0.0), "clamped");
    }
}

#[test]
fn mesh_and_weights_come_back_as_latents() {
    let (io, face) = (golden("mapping"), TinyFace::new());
    let decoder = decoder(&face);
    let encoder = FaceEncoder::load(&face.pack(), decoder.topology()).expect("encoder");
    for backend in backends() {
        let weights = Frames::new(52, io.f32("weights"));
        let latents = encoder.from_weights(&FacePrograms::on(&backend), &weights).expect("latents");
        assert_close("of weights", &latents.data, &io.f32("z_out"), NETWORK_F32);
        let [ada, ben] =
            [1.0, 1.1].map(|size| encoder.from_mesh(&FacePrograms::on(&backend), &neutral(size)).expect("latent"));
        assert_eq!(ada.len(), D_Z);
        assert!(ada.iter().zip(&ben).any(|(a, b)| (a - b).abs() > 1e-3), "two meshes, two latents");
        assert!(matches!(encoder.from_mesh(&FacePrograms::on(&backend), &[0.0; 6]), Err(Error::InvalidArgument(_))));
    }
}

#[test]
fn map_of_a_mesh_is_centred_scaled_and_gathers_back() {
    let face = TinyFace::new();
    let topology = Topology::load(&face.pack()).expect("loads").expect("a topology");
    let chart = topology.chart.expect("a chart");
    let map = chart.map(&neutral(1.0));
    let index = face.tensors["topology.gather_index"].to_i32().expect("memory");
    let weight = face.tensors["topology.gather_weight"].to_f32().expect("memory");
    for (at, expected) in neutral(1.0)[..SKIN * 3].iter().enumerate() {
        let (v, c) = (at / 3, at % 3);
        let sum: f32 = (v * 4..v * 4 + 4).map(|k| weight[k] * map[index[k] as usize * 3 + c]).sum();
        let found = sum * EXTENT + CENTRE[c];
        assert!((found - expected).abs() < 1.0, "vertex {v}: {found} against {expected} mm");
    }
    let flat = chart.map(&[CENTRE[0] + EXTENT, CENTRE[1], CENTRE[2] - EXTENT].repeat(VERTICES));
    assert_close("a mesh of one point", &flat, &[1.0, 0.0, -1.0].repeat(RES * RES), 1e-6);
}

#[test]
fn pack_without_pose_holds_the_head_still() {
    let mut face = TinyFace::new();
    let denoiser = face.manifest.denoiser.as_mut().expect("a denoiser");
    (denoiser.d_pose, denoiser.d_x) = (0, D_Z);
    let decoder = decoder(&face);
    assert_eq!((decoder.motion_width(), decoder.d_pose()), (D_Z, 0));
    assert_eq!(decoder.head(&[0.5; D_Z]), HeadPose::default());
}

#[test]
fn missing_parts_are_named() {
    let backend = &backends()[0];
    let rows = Frames::zeros(1, MOTION);
    let named = |result: media2face::Result<()>, part: &str| match result {
        Err(Error::MissingPart(text)) => assert!(text.contains(part), "{text} names {part}"),
        other => panic!("{part}: {other:?}"),
    };
    let mut face = TinyFace::new();
    face.drop_part("gnpfa.generator.");
    let mut reader = reader(&decoder(&face), backend, "ada");
    named(reader.offsets_mm(&rows, &mut [0.0; VERTICES * 3]), "gnpfa.generator");

    face.drop_part("gnpfa.to_weights.");
    let mut bare = FaceReader::new(&decoder(&face), &FacePrograms::on(backend), None).expect("reader");
    named(bare.weights(&rows, &mut [0.0; 52]), "gnpfa.to_weights");

    face.manifest.topology = None;
    face.manifest.identities.names.clear();
    named(decoder(&face).identity(&**backend, "ada").map(drop), "topology");
    let encoder = FaceEncoder::load(&face.pack(), None).expect("encoder");
    named(encoder.from_mesh(&FacePrograms::on(backend), &neutral(1.0)).map(drop), "topology");
    face.drop_part("gnpfa.encoder.");
    face.drop_part("gnpfa.from_weights.");
    let encoder = FaceEncoder::load(&face.pack(), None).expect("encoder");
    named(encoder.from_mesh(&FacePrograms::on(backend), &neutral(1.0)).map(drop), "gnpfa.encoder");
    named(encoder.from_weights(&FacePrograms::on(backend), &Frames::zeros(1, 52)).map(drop), "gnpfa.from_weights");

    face.manifest.gnpfa = None;
    named(FaceDecoder::load(&face.pack()).map(drop), "gnpfa");
}

#[test]
fn wrong_arguments_are_refused() {
    let (backend, decoder) = (&backends()[0], decoder(&TinyFace::new()));
    let mut bound = reader(&decoder, backend, "ada");
    let mut out = vec![0.0; VERTICES * 3];
    let invalid =
        |result: media2face::Result<()>| assert!(matches!(result, Err(Error::InvalidArgument(_))), "{result:?}");
    invalid(bound.offsets_mm(&Frames::zeros(1, MOTION - 1), &mut out));
    invalid(bound.offsets_mm(&Frames::zeros(2, MOTION), &mut out));
    invalid(bound.offsets_mm(&Frames::new(MOTION, vec![f32::NAN; MOTION]), &mut out));
    invalid(bound.weights(&Frames::zeros(1, MOTION), &mut out));
    invalid(decoder.identity(&**backend, "eve").map(drop));
    invalid(decoder.identity_from_vertices(&**backend, "own", &out[1..]).map(drop));
    out[5] = f32::INFINITY;
    invalid(decoder.identity_from_vertices(&**backend, "own", &out).map(drop));
    assert!(bound.offsets_mm(&Frames::default(), &mut []).is_ok(), "no frames, no work");

    let mut unbound = FaceReader::new(&decoder, &FacePrograms::on(backend), None).expect("reader");
    let result = unbound.offsets_mm(&Frames::zeros(1, MOTION), &mut out);
    assert!(matches!(result, Err(Error::InvalidState(_))), "{result:?}");

    let mut plain = TinyFace::new();
    plain.drop_part("gnpfa.generator.");
    let other = Arc::new(self::decoder(&plain).identity(&**backend, "ada").expect("identity"));
    invalid(FaceReader::new(&decoder, &FacePrograms::on(backend), Some(other)).map(drop));
}

#[test]
fn overflowing_networks_give_an_error_instead_of_infinities() {
    let mut face = TinyFace::new();
    constant_map(&mut face, [3e38, 0.0, 0.0]);
    face.set("gnpfa.to_weights.2.bias", &[32], &[100.0; 32]);
    face.set("gnpfa.to_weights.4.weight", &[52, 32], &[3e38; 52 * 32]);
    for backend in backends() {
        let mut reader = reader(&decoder(&face), &backend, "ada");
        let result = reader.offsets_mm(&motion(1), &mut [0.0; VERTICES * 3]);
        assert!(matches!(result, Err(Error::InvalidPack(_))), "{result:?}");
        let result = reader.weights(&motion(1), &mut [0.0; 52]);
        assert!(matches!(result, Err(Error::InvalidPack(_))), "{result:?}");
    }
}

#[test]
fn largest_map_of_a_hostile_pack_is_out_of_memory() {
    let mut face = TinyFace::new();
    face.manifest.gnpfa.as_mut().expect("gnpfa").res = MAX_MAP_SIDE;
    let generator = Generator::load(&face.pack()).expect("the limits allow this side");
    let mut plan = PlanBuilder::new();
    let shapes = generator.cache_shapes();
    let cache: Vec<_> = shapes.iter().map(|&[rows, cols]| plan.input("cache", 1, rows, cols).1).collect();
    let (_, z) = plan.input("z", 1, 4, D_Z);
    generator.record_frames(&mut plan, &cache, z);
    let cpu = CpuBackend::new(&CpuOptions::default()).expect("CPU");
    let compiled = cpu.compile(Arc::new(plan.finish())).map(drop);
    assert!(matches!(compiled, Err(Error::OutOfMemory(_))), "{compiled:?}");
}

/// Spoils a pack.
type Damage = fn(&mut TinyFace);

#[test]
fn damaged_packs_are_refused_and_the_damage_named() {
    fn gnpfa(face: &mut TinyFace) -> &mut media2face::pack::GnpfaConfig {
        face.manifest.gnpfa.as_mut().expect("gnpfa")
    }
    fn topology(face: &mut TinyFace) -> &mut media2face::pack::TopologyConfig {
        face.manifest.topology.as_mut().expect("topology")
    }
    let cases: &[(&str, Damage)] = &[
        ("gnpfa.res", |f| gnpfa(f).res = 0),
        ("gnpfa.res", |f| gnpfa(f).res = 33),
        ("gnpfa.res", |f| gnpfa(f).res = 1 << 40),
        ("gnpfa.ch", |f| gnpfa(f).ch.clear()),
        ("gnpfa.ch", |f| gnpfa(f).ch = vec![8; 13]),
        ("groups", |f| gnpfa(f).groups = 3),
        ("groups", |f| gnpfa(f).groups = 0),
        ("gnpfa.ch", |f| gnpfa(f).ch[1] = 0),
        ("e_down.0", |f| gnpfa(f).ch[1] = 32),
        ("zmap", |f| gnpfa(f).w_dim = 64),
        ("w_dim", |f| gnpfa(f).w_dim = 0),
        ("d_z", |f| gnpfa(f).d_z = 13),
        ("scale", |f| gnpfa(f).scale = f32::NAN),
        ("raster_index", |f| gnpfa(f).res = 64),
        ("d_pose", |f| f.manifest.denoiser.as_mut().expect("denoiser").d_pose = 7),
        ("empty layer", |f| f.manifest.blendshapes.names.clear()),
        ("to_weights.4", |f| f.manifest.blendshapes.names.truncate(51)),
        ("up_s.1.weight is missing", |f| f.drop_part("gnpfa.generator.up_s.1")),
        ("gather_index is missing", |f| {
            f.drop_part("topology.gather_");
            f.drop_part("topology.raster_");
        }),
        ("vertices", |f| topology(f).vertices = 0),
        ("vertices", |f| topology(f).vertices = usize::MAX),
        ("triangles", |f| topology(f).triangles = usize::MAX),
        ("last part", |f| topology(f).parts.clear()),
        ("teeth_lower", |f| topology(f).parts[2].vertices[1] += 1),
        ("teeth_upper", |f| topology(f).parts[1].vertices[0] -= 1),
        ("teeth_upper", |f| topology(f).parts[1].triangles = [73, 72]),
        ("twice", |f| topology(f).parts[1].name = "skin".to_owned()),
        ("name", |f| topology(f).parts[1].name.clear()),
        ("colour", |f| topology(f).parts[1].colour[0] = f32::INFINITY),
        ("follow.tongue", |f| topology(f).parts[1].follow = "tongue".to_owned()),
        ("index -1", |f| f.set_indices("topology.lip", &[1], &[-1])),
        ("index 57", |f| f.set_indices("topology.upper", &[1], &[VERTICES as i32])),
        ("integers", |f| f.set("topology.lip", &[1], &[1.0])),
        ("integers", |f| f.set_indices("topology.uv", &[VERTICES, 2], &[0; VERTICES * 2])),
        ("lip_inner", |f| f.set_indices("topology.lip_inner", &[2], &[1, 2])),
        ("index 1024", |f| f.set_indices("topology.gather_index", &[VERTICES, 1], &[1024; VERTICES])),
        ("no columns", |f| f.set_indices("topology.gather_index", &[VERTICES, 0], &[])),
        ("gather_weight", |f| f.set("topology.gather_weight", &[VERTICES, 4], &[f32::NAN; VERTICES * 4])),
        ("gather_weight", |f| f.set("topology.gather_weight", &[VERTICES, 4], &[3e38; VERTICES * 4])),
        ("index 57", |f| f.set_indices("topology.raster_index", &[RES * RES, 3], &[VERTICES as i32; RES * RES * 3])),
        ("raster_weight", |f| f.set("topology.raster_weight", &[RES * RES, 2], &[0.0; RES * RES * 2])),
        ("extent", |f| f.set("topology.extent", &[], &[1.0])),
        ("centre", |f| f.set("topology.centre", &[3], &[f32::NAN; 3])),
        ("head_pivot", |f| f.drop_part("topology.head_pivot")),
        ("jaw.matrix", |f| f.set_indices("topology.follow.jaw.index", &[1], &[4])),
        ("identities.1.vertices", |f| f.drop_part("identities.1.vertices")),
        ("identities.0.vertices", |f| f.set("identities.0.vertices", &[VERTICES, 3], &[f32::NAN; VERTICES * 3])),
        ("identities.1.map", |f| f.set("identities.1.map", &[RES, RES, 3], &[0.0; RES * RES * 3])),
        ("identities", |f| f.manifest.identities.names[0] = "x".repeat(257)),
    ];
    for (at, (named, damage)) in cases.iter().enumerate() {
        let mut face = TinyFace::new();
        damage(&mut face);
        match FaceDecoder::load(&face.pack()) {
            Err(Error::InvalidPack(text)) => assert!(text.contains(named), "case {at}: {text:?} names {named:?}"),
            other => panic!("case {at} ({named}): {:?}", other.map(drop)),
        }
    }
}

#[test]
fn damaged_encoders_are_refused_and_the_damage_named() {
    let cases: &[(&str, Damage)] = &[
        ("gnpfa.encoder.fc.weight", |f| f.set("gnpfa.encoder.fc.weight", &[24, 255], &vec![0.0; 24 * 255])),
        ("not a multiple of 2 to the levels", |f| f.manifest.gnpfa.as_mut().expect("gnpfa").res = 4),
        ("gnpfa.encoder.norms.2.bias", |f| f.drop_part("gnpfa.encoder.norms.2.bias")),
        ("gnpfa.from_weights.0.bias", |f| f.set("gnpfa.from_weights.0.bias", &[4, 8], &[0.0; 32])),
        ("empty", |f| f.set("gnpfa.from_weights.0.bias", &[0], &[])),
    ];
    for (named, damage) in cases {
        let mut face = TinyFace::new();
        damage(&mut face);
        match FaceEncoder::load(&face.pack(), None) {
            Err(Error::InvalidPack(text)) => assert!(text.contains(named), "{text:?} names {named:?}"),
            other => panic!("{named}: {:?}", other.map(drop)),
        }
    }
}
