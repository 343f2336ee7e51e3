//! `m2f animate --identity A=W,B=W` and `--mesh FILE`: mixes, own faces on the topology, other meshes on the chart.

use std::fmt::Write;
use std::fs;
use std::sync::Arc;

use media2face::backend::cpu::{CpuBackend, CpuOptions};
use media2face::face::FaceDecoder;
use media2face::pack::Pack;

use crate::{Bench, assert_failed, names};

/// The tiny pack's first face: positions, chart coordinates, triangles.
struct Own {
    vertices: Vec<[f32; 3]>,
    uv: Vec<[f32; 2]>,
    triangles: Vec<[u32; 3]>,
}

impl Own {
    fn of(bench: &Bench) -> Self {
        let pack = Pack::open(bench.path("tiny.m2f")).unwrap();
        let decoder = Arc::new(FaceDecoder::load(&pack).unwrap());
        let backend = CpuBackend::new(&CpuOptions { threads: 1, portable: false }).unwrap();
        let name = decoder.identity_names().next().unwrap().to_owned();
        let identity = decoder.identity(&backend, &name).unwrap();
        let topology = decoder.topology().unwrap();
        Self {
            vertices: identity.vertices_mm().as_chunks::<3>().0.to_vec(),
            uv: topology.uv.clone(),
            triangles: topology.triangles.clone(),
        }
    }

    /// OBJ text of the triangles that lie on the chart, in reverse order and with one vertex more than the topology has,
    /// scaled; v upwards as the format has it, or not.
    fn obj(&self, scale: f32, upwards: bool) -> String {
        let mut text = "# another mesh\no face\n".to_owned();
        for [x, y, z] in &self.vertices {
            writeln!(text, "v {} {} {}", x * scale, y * scale, z * scale).unwrap();
        }
        writeln!(text, "v 0 0 0").unwrap();
        for [u, v] in &self.uv {
            writeln!(text, "vt {u} {}", if upwards { 1.0 - v } else { *v }).unwrap();
        }
        for corners in self.triangles.iter().rev() {
            let charted = corners.iter().all(|&v| self.uv[v as usize][0] >= 0.0);
            let [a, b, c] = corners.map(|v| v + 1);
            match charted {
                true => writeln!(text, "f {a}/{a} {b}/{b} {c}/{c}").unwrap(),
                false => writeln!(text, "f {a} {b} {c}").unwrap(),
            }
        }
        text
    }

    /// OBJ text of the model's own topology.
    fn topology(&self) -> String {
        let points = self.vertices.iter().fold(String::new(), |text, [x, y, z]| format!("{text}v {x} {y} {z}\n"));
        let [a, b, c] = self.triangles[0].map(|v| v + 1);
        format!("{points}f {a} {b} {c}\n")
    }
}

/// Values behind the header of an array of f32.
fn values(npy: &[u8]) -> Vec<f32> {
    let header = u16::from_le_bytes([npy[8], npy[9]]) as usize;
    npy[10 + header..].as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

#[test]
fn mix_of_one_is_that_one_and_of_two_another() {
    let bench = Bench::new();
    let pack = Pack::open(bench.path("tiny.m2f")).unwrap();
    let [first, second, ..] = &pack.manifest().identities.names[..] else { panic!("two identities") };
    let emit = |out: &str, identity: &str| {
        let output = bench.animate(out, &["--emit", "npy", "--identity", identity]);
        assert!(output.status.success(), "{output:?}");
        values(&fs::read(bench.path(out).join("hum.offsets.npy")).unwrap())
    };
    let alone = emit("a", second);
    let close = |other: &[f32]| alone.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-4);
    assert!(close(&emit("b", &format!("{second}=.3"))));
    assert!(close(&emit("c", &format!("{first}=0, {second}=2"))));
    assert!(!close(&emit("d", &format!("{first}=.6,{second}=.4"))));

    for (identity, reason) in [
        (format!("{first}=x"), "no number for a weight"),
        (format!("{first}=1,{second}"), "is no NAME=WEIGHT"),
        (format!("{first}=1,nobody=1"), "no identity \"nobody\""),
        (format!("{first}=0"), "not all 0"),
    ] {
        assert_failed(&bench.animate("none", &["--identity", &identity]), reason);
    }
    assert!(!bench.path("none").exists());
}

#[test]
fn mesh_on_the_topology_is_a_face_of_its_own() {
    let bench = Bench::new();
    let own = Own::of(&bench);
    fs::write(bench.path("own.obj"), own.topology()).unwrap();
    assert!(bench.animate("a", &["--emit", "npy,glb", "--mesh", "own.obj"]).status.success());
    assert!(bench.animate("b", &["--emit", "npy,glb"]).status.success());
    let [a, b] = ["a", "b"].map(|out| values(&fs::read(bench.path(out).join("hum.offsets.npy")).unwrap()));
    assert!(a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-4));

    let name = Pack::open(bench.path("tiny.m2f")).unwrap().manifest().identities.names[0].clone();
    assert_failed(&bench.animate("c", &["--mesh", "own.obj", "--identity", &name]), "give one of them");
    assert!(!bench.path("c").exists());
}

#[test]
fn other_mesh_moves_along_in_every_file() {
    let bench = Bench::new();
    let own = Own::of(&bench);
    fs::write(bench.path("other.obj"), own.obj(1.0, true)).unwrap();
    let output = bench.animate("other", &["--mesh", "other.obj", "--emit", "npy,glb,png,json"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("are not on the chart and stand still"), "{stderr}");
    assert_eq!(names(&bench.path("other")), ["hum.glb", "hum.json", "hum.offsets.npy", "hum.png"]);
    assert!(bench.animate("own", &["--emit", "npy"]).status.success());

    let [other, model] =
        ["other", "own"].map(|out| values(&fs::read(bench.path(out).join("hum.offsets.npy")).unwrap()));
    let (count, charted) = (own.vertices.len(), |v: usize| own.uv.get(v).is_some_and(|uv| uv[0] >= 0.0));
    let in_use = own.triangles.as_flattened();
    for (other, model) in other.chunks_exact((count + 1) * 3).zip(model.chunks_exact(count * 3)) {
        for v in (0..=count).filter(|&v| !charted(v) || in_use.contains(&(v as u32))) {
            for c in 0..3 {
                // The coordinates went through text and 1 - v twice.
                let expected = if charted(v) { model[v * 3 + c] } else { 0.0 };
                assert!((other[v * 3 + c] - expected).abs() < 1e-3, "vertex {v}");
            }
        }
    }
}

#[test]
fn meshes_that_cannot_be_used_make_nothing() {
    let bench = Bench::new();
    let own = Own::of(&bench);
    let good = own.obj(1.0, true);
    let plain: String = good.lines().filter(|line| !line.starts_with("vt")).fold(String::new(), |text, line| {
        let corners: Vec<&str> = line.split(' ').map(|word| word.split('/').next().unwrap()).collect();
        format!("{text}{}\n", corners.join(" "))
    });
    for (name, text, reason) in [
        ("metres.obj", own.obj(0.001, true), "it seems to be in metres"),
        ("flipped.obj", own.obj(1.0, false), "flipped, v runs upwards"),
        ("plain.obj", plain, "no vt coordinates in the model's chart"),
        ("nan.obj", good.replacen("v ", "v nan 0 0\nv ", 1), "not finite"),
        ("tile.obj", good.replace("vt 0", "vt 10"), "outside the unit square"),
        ("cut.obj", format!("{good}f 1 2"), "a face of 2 corners"),
        ("text.obj", "This is not a mesh.".to_owned(), "it has no faces"),
    ] {
        fs::write(bench.path(name), text).unwrap();
        assert_failed(&bench.animate("out", &["--mesh", name]), reason);
        assert!(!bench.path("out").exists(), "{name}");
    }
    assert_failed(&bench.animate("out", &["--mesh", "none.obj"]), "cannot read the mesh none.obj");
}
