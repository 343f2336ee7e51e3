//! `m2f animate --shapes FOLDER`: weights of a rig's own blendshapes.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Output;

use media2face::pack::Pack;
use media2face::{Model, Runtime, RuntimeOptions};
use serde_json::Value;

use crate::own_face::{Own, values};
use crate::{Bench, names};

/// What the starter's own shapes give back: mean difference of the weights, largest of jawOpen, mean distance of the meshes in mm.
/// Measured 0.0053, 0.0064 and 0.057; the decoder is not quite linear, and some shapes are nearly sums of others.
const MEAN: f64 = 0.015;
const JAW: f64 = 0.03;
const MESH_MM: f64 = 0.15;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn rows(json: &Value) -> Vec<Vec<f64>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    json["weights"].as_array().unwrap().iter().map(row).collect()
}

/// OBJ lines of points that offsets move.
fn points(neutral: &[f32], offsets: &[f32]) -> String {
    let moved: Vec<f32> = neutral.iter().zip(offsets).map(|(v, o)| v + o).collect();
    moved.as_chunks::<3>().0.iter().fold(String::new(), |mut text, [x, y, z]| {
        writeln!(text, "v {x} {y} {z}").unwrap();
        text
    })
}

#[test]
fn model_s_own_shapes_give_its_weights_and_its_mesh_back() {
    let bench = Bench::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let options = RuntimeOptions { backend: media2face::BackendChoice::Cpu, ..RuntimeOptions::default() };
    let model =
        Model::new(&Runtime::new(&options).unwrap(), Pack::open(root.join("models/starter.m2f")).unwrap()).unwrap();
    let face = model.default_identity().unwrap();
    let shapes = model.blendshape_offsets_mm(&face).unwrap();
    let (neutral, width) = (face.vertices_mm(), face.vertices_mm().len());
    let [a, b, c] = model.topology().unwrap().triangles[0].map(|v| v + 1);
    fs::create_dir(bench.path("rig")).unwrap();
    let mut own = model.blendshape_names().to_vec();
    let still = vec![0.0; width];
    for (name, offsets) in
        own.iter().map(String::as_str).chain(["neutral"]).zip(shapes.chunks_exact(width).chain([&still[..]]))
    {
        let text = format!("{}f {a} {b} {c}\n", points(neutral, offsets));
        fs::write(bench.path(&format!("rig/{name}.obj")), text).unwrap();
    }
    let (sound, spec) = {
        let mut wav = hound::WavReader::open(root.join("samples/audio/hello.wav")).unwrap();
        let sound: Vec<f32> = wav.samples::<i16>().take(16_000).map(|s| f32::from(s.unwrap()) / 32_767.0).collect();
        (sound, wav.spec())
    };
    assert_eq!(spec.sample_rate, 16_000);
    bench.wav("said.wav", crate::INTEGERS, sound);
    let take = |out: &str, more: &[&str]| {
        let args = ["animate", "said.wav", "--backend", "cpu", "--emit", "json,npy", "--out", out];
        let output = bench.m2f(&[&args, more].concat());
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        json(&bench.path(out).join("said.json"))
    };
    let known = take("known", &[]);
    let found = take("found", &["--shapes", "rig", "--shapes-smoothing", "0", "--shapes-sparsity", "0"]);
    assert_eq!((&found["rig"], &found["head"]), (&"rig".into(), &known["head"]));
    let order: Vec<usize> = {
        own.sort_unstable();
        assert_eq!(found["names"], Value::from(own.clone()));
        own.iter().map(|name| model.blendshape_names().iter().position(|other| other == name).unwrap()).collect()
    };
    let mesh = values(&fs::read(bench.path("found/said.offsets.npy")).unwrap());
    let jaw = own.iter().position(|name| name == "jawOpen").unwrap();
    let (mut differences, mut jaws, mut off) = (Vec::new(), 0.0f64, Vec::new());
    for ((found, known), mesh) in rows(&found).iter().zip(rows(&known)).zip(mesh.chunks_exact(width)) {
        differences.extend(found.iter().zip(&order).map(|(value, &at)| (value - known[at]).abs()));
        jaws = jaws.max((found[jaw] - known[order[jaw]]).abs());
        for vertex in (0..width).step_by(3) {
            let square = |at: usize| {
                let sum: f64 = found.iter().zip(&order).map(|(w, &j)| w * f64::from(shapes[j * width + at])).sum();
                (sum - f64::from(mesh[at])).powi(2)
            };
            off.push((vertex..vertex + 3).map(square).sum::<f64>().sqrt());
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean, off) = (mean(&differences), mean(&off));
    println!("weights differ by {mean:.4} on the mean, jawOpen by {jaws:.4} at most; the mesh by {off:.3} mm");
    assert!(rows(&known).iter().any(|row| row[order[jaw]] > 0.1), "somebody speaks");
    assert!(mean < MEAN && jaws < JAW && off < MESH_MM, "{mean} {jaws} {off}");
}

/// An error behind warnings of the rig.
fn assert_refused(output: &Output, message: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    let last = told.lines().last().unwrap_or_default();
    assert!(output.status.code() == Some(1) && last.starts_with("error: ") && last.contains(message), "{told}");
    assert!(output.stdout.is_empty());
}

/// A folder of another mesh on the model's chart: `open` lowers its lower half by 5 mm, `still` does nothing.
fn rig(bench: &Bench) {
    let own = Own::of(bench).obj(1.0, true);
    let lowered = own.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["v", x, y, z] if y.parse::<f32>().unwrap() < 0.0 => {
                format!("v {x} {} {z}\n", y.parse::<f32>().unwrap() - 5.0)
            }
            _ => format!("{line}\n"),
        }
    });
    let lowered: String = lowered.collect();
    assert_ne!(lowered, own);
    fs::create_dir(bench.path("rig")).unwrap();
    for (name, text) in [("neutral", &own), ("open, wide", &lowered), ("still", &own)] {
        fs::write(bench.path(&format!("rig/{name}.obj")), text).unwrap();
    }
}

#[test]
fn json_and_table_have_the_shapes_weights_and_others_keep_the_model_s() {
    let bench = Bench::new();
    rig(&bench);
    let emit = ["--emit", "json,table,a2f,csv"];
    let output = bench.animate("out", &[&emit[..], &["--shapes", "rig"]].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("still.obj moves nothing that follows the model's face"), "{told}");
    assert!(bench.animate("plain", &emit).status.success());
    let (solved, plain) = (json(&bench.path("out/hum.json")), json(&bench.path("plain/hum.json")));
    assert_eq!((&solved["rig"], &solved["names"]), (&"rig".into(), &serde_json::json!(["open, wide", "still"])));
    assert_eq!((&solved["head"], &solved["seed"]), (&plain["head"], &plain["seed"]));
    let solved = rows(&solved);
    assert_eq!(solved.len(), rows(&plain).len());
    assert!(solved.iter().all(|row| (0.0..=1.0).contains(&row[0]) && row[1] == 0.0), "{solved:?}");
    assert!(solved.iter().any(|row| row[0] > 0.0), "{solved:?}");
    let table = fs::read_to_string(bench.path("out/hum.table.csv")).unwrap();
    assert!(table.starts_with("time_s,\"open, wide\",still,headX,"), "{table}");
    for file in ["hum.a2f.json", "hum.csv"] {
        let [own, other] = ["out", "plain"].map(|out| fs::read(bench.path(out).join(file)).unwrap());
        assert!(own == other, "{file}");
    }
}

#[test]
fn character_of_a_scene_has_shapes_of_its_own() {
    let bench = Bench::new();
    rig(&bench);
    let script = crate::scene::SCRIPT.replacen("name = \"ann\"", "name = \"ann\"\nshapes = \"rig\"", 1);
    let output = bench.scene(&script, "out", &["--emit", "json"]);
    assert!(output.status.success(), "{output:?}");
    let [ann, ben] = ["ann", "ben"].map(|name| json(&bench.path("out").join(format!("{name}.json"))));
    assert_eq!((&ann["rig"], ben.get("rig")), (&"rig".into(), None));
    assert_eq!(ann["names"].as_array().unwrap().len(), 2);
    assert_refused(&bench.scene(&script, "none", &["--rig", "vrm1"]), "--rig and a character's shapes both say");
    let both = script.replacen("shapes = ", "mesh = \"rig/neutral.obj\"\nshapes = ", 1);
    assert!(bench.faults(&both)[0].contains("it has a mesh, and shapes"));
    let lost = bench.faults(&script.replace("\"rig\"", "\"lost\""));
    assert!(lost.len() == 1 && lost[0].contains("shapes: cannot read the folder of shapes"), "{lost:?}");
}

#[test]
fn folders_that_are_no_rig_are_refused_with_the_file_at_fault() {
    let bench = Bench::new();
    rig(&bench);
    let good = fs::read_to_string(bench.path("rig/still.obj")).unwrap();
    let animate = |more: &[&str]| bench.animate("none", &[&["--shapes", "rig"], more].concat());
    for (text, reason) in [
        (good.replacen("v 0 0 0\n", "", 1), "rig/neutral.obj has"),
        (good.replacen("v ", "v nan 0 0\nv ", 1).replacen("v 0 0 0\n", "", 1), "still.obj: vertex 1 is not finite"),
        (good.replacen("v ", "v x ", 1), "cannot read rig/still.obj as a mesh: line 3: \"x\" is not a number"),
        (String::new(), "it has no faces"),
    ] {
        fs::write(bench.path("rig/still.obj"), text).unwrap();
        assert_refused(&animate(&[]), reason);
        assert_refused(&animate(&[]), "rig/still.obj");
    }
    fs::write(bench.path("rig/still.obj"), &good).unwrap();
    fs::rename(bench.path("rig/open, wide.obj"), bench.path("open.obj")).unwrap();
    assert_refused(&animate(&[]), "the shapes in rig: ");
    assert_refused(&animate(&[]), "no shape moves any vertex");
    fs::remove_file(bench.path("rig/still.obj")).unwrap();
    assert_refused(&animate(&[]), "rig has no shapes beside neutral.obj");
    fs::remove_file(bench.path("rig/neutral.obj")).unwrap();
    assert_refused(&animate(&[]), "rig has no neutral.obj");
    fs::write(bench.path("rig/neutral.obj"), Own::of(&bench).topology()).unwrap();
    for other in [["--rig", "vrm1"], ["--mesh", "open.obj"], ["--shapes-sparsity", "2"]] {
        assert_eq!(animate(&other).status.code(), Some(2), "{other:?}");
    }
    assert_eq!(bench.animate("none", &["--shapes-smoothing", "1"]).status.code(), Some(2), "without --shapes");
    assert!(!names(bench.folder.path()).contains(&"none".to_owned()));
}
