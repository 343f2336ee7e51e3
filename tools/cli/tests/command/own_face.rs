//! `m2f animate --identity A=W,B=W` and `--mesh FILE`: mixes, own faces on the topology, other meshes on the chart.

use std::fmt::Write;
use std::fs;
use std::sync::Arc;

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::face::FaceDecoder;
use media2face::pack::Pack;

use crate::{Bench, assert_failed, names};

/// The tiny pack's first face: positions, chart coordinates, triangles.
pub(crate) struct Own {
    vertices: Vec<[f32; 3]>,
    uv: Vec<[f32; 2]>,
    triangles: Vec<[u32; 3]>,
}

impl Own {
    pub(crate) fn of(bench: &Bench) -> Self {
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
    pub(crate) fn obj(&self, scale: f32, upwards: bool) -> String {
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

    /// As [`obj`](Self::obj), by other axes.
    fn turned(&self, pass: impl Fn([f32; 3]) -> [f32; 3]) -> String {
        let vertices = self.vertices.iter().map(|&point| pass(point)).collect();
        Self { vertices, uv: self.uv.clone(), triangles: self.triangles.clone() }.obj(1.0, true)
    }

    /// OBJ text of the model's own topology.
    pub(crate) fn topology(&self) -> String {
        let [a, b, c] = self.triangles[0].map(|v| v + 1);
        format!("{}f {a} {b} {c}\n", self.points(|point| point))
    }

    /// Lines of all vertices, passed through something.
    fn points(&self, pass: impl Fn([f32; 3]) -> [f32; 3]) -> String {
        self.vertices.iter().map(|&point| pass(point)).fold(String::new(), |mut text, [x, y, z]| {
            writeln!(text, "v {x} {y} {z}").unwrap();
            text
        })
    }

    /// OBJ text of all of the topology with vertex `order[i]` as the i-th, with its chart coordinates or without them.
    fn reordered(&self, order: &[usize], with_uv: bool) -> String {
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, &vertex)| place[vertex] = at + 1);
        let vertices = order.iter().map(|&vertex| self.vertices[vertex]).collect();
        let mut text = Self { vertices, uv: Vec::new(), triangles: Vec::new() }.points(|point| point);
        self.uv.iter().for_each(|[u, v]| writeln!(text, "vt {u} {}", 1.0 - v).unwrap());
        for corners in &self.triangles {
            let charted = with_uv && corners.iter().all(|&v| self.uv[v as usize][0] >= 0.0);
            let corner = |v: u32| match charted {
                true => format!(" {}/{}", place[v as usize], v + 1),
                false => format!(" {}", place[v as usize]),
            };
            writeln!(text, "f{}", corners.map(corner).concat()).unwrap();
        }
        text
    }
}

/// Values behind the header of an array of f32.
pub(crate) fn values(npy: &[u8]) -> Vec<f32> {
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
        (format!("{first}=x"), "its weight is not a number"),
        (format!("{first}=1,{second}"), "is not NAME=WEIGHT"),
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
    assert_eq!(
        names(&bench.path("other")),
        ["hum.glb", "hum.json", "hum.offsets.npy", "hum.png", "hum.provenance.json"]
    );
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
fn mesh_in_another_order_is_bound_by_its_chart_or_refused() {
    let bench = Bench::new();
    let own = Own::of(&bench);
    let count = own.vertices.len();
    let same: Vec<usize> = (0..count).collect();
    let emit = |out: &str, mesh: &str| {
        let output = bench.animate(out, &["--emit", "npy", "--mesh", mesh]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr}");
        (values(&fs::read(bench.path(out).join("hum.offsets.npy")).unwrap()), stderr)
    };
    fs::write(bench.path("same.obj"), own.reordered(&same, true)).unwrap();
    let (model, told) = emit("same", "same.obj");
    assert!(told.is_empty(), "{told}");
    // Coordinates of another chart do not matter where the faces are the model's.
    let narrow = own.uv.iter().map(|[u, v]| [0.5 * u, 0.5 * v]).collect();
    let other = Own { vertices: own.vertices.clone(), uv: narrow, triangles: own.triangles.clone() };
    fs::write(bench.path("chart.obj"), other.reordered(&same, true)).unwrap();
    assert_eq!(emit("chart", "chart.obj"), (model.clone(), String::new()));

    // First used first, as exporters write them; backwards; a few exchanged.
    let mut used: Vec<usize> = Vec::new();
    for &vertex in own.triangles.iter().rev().flatten() {
        if !used.contains(&(vertex as usize)) {
            used.push(vertex as usize);
        }
    }
    used.extend(same.iter().filter(|vertex| !own.triangles.as_flattened().contains(&(**vertex as u32))));
    let (backwards, mut few) = (same.iter().rev().copied().collect::<Vec<_>>(), same.clone());
    let charted = same.iter().filter(|&&v| own.uv[v][0] >= 0.0).copied().collect::<Vec<_>>();
    [(0, 30), (5, 47), (12, 52), (23, 39)].iter().for_each(|&(a, b)| few.swap(charted[a], charted[b]));
    for (name, order) in [("used", &used), ("backwards", &backwards), ("few", &few)] {
        let file = format!("{name}.obj");
        fs::write(bench.path(&file), own.reordered(order, true)).unwrap();
        let (found, told) = emit(name, &file);
        assert!(told.contains("have other neighbours than the model's: bound by its texture coordinates"), "{told}");
        for (found, model) in found.chunks_exact(count * 3).zip(model.chunks_exact(count * 3)) {
            for (at, &vertex) in order.iter().enumerate().filter(|(_, vertex)| own.uv[**vertex][0] >= 0.0) {
                let pairs = found[at * 3..][..3].iter().zip(&model[vertex * 3..][..3]);
                assert!(pairs.clone().all(|(a, b)| (a - b).abs() < 1e-3), "{name}, vertex {vertex}");
            }
        }
        fs::write(bench.path(&file), own.reordered(order, false)).unwrap();
        let output = bench.animate("none", &["--mesh", &file]);
        assert_failed(&output, "have other neighbours than the model's: export its vertices in the model's order");
        assert!(!bench.path("none").exists());
    }
}

#[test]
fn mesh_on_the_topology_whose_points_are_no_face_is_refused() {
    let bench = Bench::new();
    let own = Own::of(&bench);
    let pack = Pack::open(bench.path("tiny.m2f")).unwrap();
    let parts = &pack.manifest().topology.as_ref().unwrap().parts;
    let [left, right] =
        ["eye_left", "eye_right"].map(|name| parts.iter().find(|part| part.name == name).unwrap().vertices);
    let mut eyes = own.vertices.clone();
    (left[0]..left[1]).zip(right[0]..right[1]).for_each(|(a, b)| eyes.swap(a, b));
    let face = own.topology().lines().last().unwrap().to_owned();
    let shuffled = own.vertices.iter().rev().copied().collect();
    let with =
        |vertices: Vec<[f32; 3]>| Own { vertices, uv: own.uv.clone(), triangles: own.triangles.clone() }.topology();
    for (name, text, reason) in [
        ("zup", own.points(|[x, y, z]| [x, -z, y]) + &face, "its up seems to be +Z and its front -Y where"),
        (
            "mirrored",
            own.points(|[x, y, z]| [-x, y, z]) + &face,
            "it seems to be mirrored, left for right: pass (-x, y, z)",
        ),
        ("back", own.points(|[x, y, z]| [-x, y, -z]) + &face, "its up seems to be +Y and its front -Z where"),
        ("metres", own.points(|point| point.map(|c| c / 1000.0)) + &face, "it seems to be in metres"),
        ("eyes", with(eyes), "its part \"eye_left\" is far from its place"),
        ("shuffled", with(shuffled), "its vertices are not in the order of the model's"),
    ] {
        let file = format!("{name}.obj");
        fs::write(bench.path(&file), text).unwrap();
        assert_failed(&bench.animate("none", &["--mesh", &file]), reason);
        // A keyframe's mesh is held to the same.
        let keyframe = format!("0.1={}", bench.path(&file).display());
        assert_failed(&bench.animate("none", &["--keyframe", &keyframe]), reason);
        assert!(!bench.path("none").exists());
    }
}

#[test]
fn faces_of_two_corners_are_told_and_passed_over() {
    let bench = Bench::new();
    let own = Own::of(&bench);
    fs::write(bench.path("own.obj"), format!("\u{feff}{}f 1 2\nf 2 3 # a line\n", own.topology())).unwrap();
    let output = bench.animate("a", &["--emit", "json", "--mesh", "own.obj"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stderr.contains("2 faces of fewer than three corners were passed over"),
        "{stderr}"
    );
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
        ("cut.obj", format!("{good}f 1 2 \\\n 3x"), "\"3x\" is not an index"),
        ("zup.obj", own.turned(|[x, y, z]| [x, -z, y]), "its up seems to be +Z and its front -Y"),
        ("back.obj", own.turned(|[x, y, z]| [-x, y, -z]), "its up seems to be +Y and its front -Z"),
        ("comma.obj", good.replace("v 0 0 0", "v 0,5 0 0"), "\"0,5\" has a decimal comma"),
        ("text.obj", "This is not a mesh.".to_owned(), "it has no faces"),
    ] {
        fs::write(bench.path(name), text).unwrap();
        assert_failed(&bench.animate("out", &["--mesh", name]), reason);
        assert!(!bench.path("out").exists(), "{name}");
    }
    assert_failed(&bench.animate("out", &["--mesh", "none.obj"]), "cannot read the mesh none.obj");
}
