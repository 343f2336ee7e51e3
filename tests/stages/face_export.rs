//! Normals, and faces written where the backend computes, on the CPU and on devices.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::face::ExportTarget;
use media2face::internals::plan::{Backend, VertexFormat, VertexLayout};
use media2face::output::vertex_normals;

use super::face::{decoder, motion, offsets, reader};
use crate::support::tiny_face::{SKIN, TinyFace, VERTICES, neutral};
use crate::support::tolerance::NETWORK_F32;
use crate::support::{assert_close, backends, vulkan};

#[test]
fn normals_are_those_of_the_decoded_mesh() {
    let face = TinyFace::new();
    let decoder = decoder(&face);
    let (neutral, triangles) = (neutral(1.0), decoder.topology().expect("a mesh").triangles.clone());
    for backend in backends() {
        let mut reader = reader(&decoder, &backend, "ada");
        let mut found = vec![f32::NAN; 7 * VERTICES * 3];
        reader.normals(&motion(7), &mut found).expect("normals");
        for (offsets, found) in
            offsets(&mut reader, &motion(7)).chunks_exact(VERTICES * 3).zip(found.chunks_exact(VERTICES * 3))
        {
            let mut expected = vec![f32::NAN; VERTICES * 3];
            vertex_normals(&neutral, offsets, &triangles, &mut expected);
            assert_close(&backend.name(), found, &expected, 1e-5);
        }
    }
}

/// The CPU's backend and the devices, each with what its offsets may differ by from f64's, mm.
fn exporting() -> Vec<(Arc<dyn Backend>, f32)> {
    let cpu: Arc<dyn Backend> = Arc::new(CpuBackend::new(&CpuOptions::default()).expect("CPU"));
    let devices = vulkan::devices().iter().filter(|device| device.networks);
    std::iter::once((cpu, 2.0 * NETWORK_F32))
        .chain(devices.map(|device| (Arc::clone(&device.backend) as Arc<dyn Backend>, 2e-2)))
        .collect()
}

#[test]
fn faces_on_devices_match_the_oracle() {
    let decoder = decoder(&TinyFace::new());
    let expected = offsets(&mut reader(&decoder, &backends()[0], "ada"), &motion(5));
    for (backend, tolerance) in exporting() {
        let mut reader = reader(&decoder, &backend, "ada");
        let found = offsets(&mut reader, &motion(5));
        assert_close(&backend.name(), &found, &expected, tolerance);
        for frame in found.chunks_exact(VERTICES * 3) {
            assert_eq!(frame[SKIN * 3..(SKIN + 4) * 3], [0.0; 12], "{}: upper teeth", backend.name());
        }
    }
}

#[test]
fn exported_frames_are_those_that_are_read() {
    let decoder = decoder(&TinyFace::new());
    let (rows, neutral) = (motion(20), neutral(1.0));
    for (backend, _) in exporting() {
        let mut reader = reader(&decoder, &backend, "ada");
        let (offsets, mut normals) = (offsets(&mut reader, &rows), vec![f32::NAN; 20 * VERTICES * 3]);
        reader.normals(&rows, &mut normals).expect("normals");
        for positions in [false, true] {
            let words = 20 * VERTICES * 9;
            let mut tensor = backend.create_tensor(words).expect("tensor");
            backend.write_tensor(&mut tensor, 0, &vec![-5.0; words]).expect("fits");
            let points = VertexLayout {
                format: VertexFormat::F32x4,
                offset_bytes: 4,
                vertex_stride_bytes: 36,
                frame_stride_bytes: 36 * VERTICES as u64,
            };
            let shaded = VertexLayout { format: VertexFormat::F32x3, offset_bytes: 20, ..points };
            let mut target =
                ExportTarget { tensor: &mut tensor, points, positions, normals: Some(shaded), signal: None };
            reader.export(&rows, &mut target).expect("written");
            let mut found = vec![0.0; words];
            backend.read_tensor(&tensor, 0, &mut found).expect("fits");
            for (i, vertex) in found.as_chunks::<9>().0.iter().enumerate() {
                let (o, n) = (&offsets[i * 3..i * 3 + 3], &normals[i * 3..i * 3 + 3]);
                let at = |c: usize| if positions { o[c] + neutral[i % VERTICES * 3 + c] } else { o[c] };
                let w = if positions { 1.0 } else { 0.0 };
                let expected = [-5.0, at(0), at(1), at(2), w, n[0], n[1], n[2], -5.0];
                assert_eq!(*vertex, expected, "{}: vertex {i}", backend.name());
            }
        }
    }
}

#[test]
fn exports_without_rows_or_room_are_refused() {
    let (decoder, (backend, _)) = (decoder(&TinyFace::new()), exporting().remove(0));
    let mut reader = reader(&decoder, &backend, "ada");
    let mut tensor = backend.create_tensor(3 * VERTICES).expect("tensor");
    let points = VertexLayout {
        format: VertexFormat::F32x3,
        offset_bytes: 0,
        vertex_stride_bytes: 12,
        frame_stride_bytes: 12 * VERTICES as u64,
    };
    let mut target = ExportTarget { tensor: &mut tensor, points, positions: false, normals: None, signal: None };
    assert!(reader.export(&motion(1), &mut target).is_ok());
    for rows in [0, 2] {
        let result = reader.export(&motion(rows), &mut target);
        assert!(matches!(result, Err(Error::InvalidArgument(_))), "{rows} rows: {result:?}");
    }
}
