//! The .glb files of `m2f`, and the .usdc files beside them, as other programs read them: the sample's, one of a clip of a single frame, and a scene's. The
//! validator passes what some of them refuse.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

use crate::checks::{left_out_file, m2f};
use crate::command::{command, root, run, target};
use crate::sample;
use crate::test::Extent;

/// Blendshapes of a face.
const SHAPES: usize = 52;

/// Writes the files, once a run.
fn files() -> Result<&'static [PathBuf]> {
    static FILES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    if let Some(files) = FILES.get() {
        return Ok(files);
    }
    let out = target().join("samples/glb");
    fs::create_dir_all(&out)?;
    let frame = out.join("frame.wav");
    fs::write(&frame, wav(&[0; FRAME]))?;
    let hello = sample::audio();
    let scene = root().join("samples/scenes/dialogue.toml");
    for (arguments, input) in [(&["animate"][..], hello), (&["animate", "--tail", "0"], frame), (&["scene"], scene)] {
        run(m2f(arguments).arg(input).arg("--out").arg(&out).args(["--emit", "glb,usd", "--quiet"]))?;
    }
    Ok(FILES.get_or_init(|| ["hello.glb", "frame.glb", "scene.glb"].map(|name| out.join(name)).to_vec()))
}

/// The head of the sample's clip.
pub(crate) fn hello() -> Result<PathBuf> {
    files().map(|files| files[0].clone())
}

/// Samples of less than one frame.
const FRAME: usize = 320;

/// Mono at 16 kHz.
fn wav(samples: &[i16]) -> Vec<u8> {
    let bytes = 2 * samples.len() as u32;
    let mut wav = [&b"RIFF"[..], &(36 + bytes).to_le_bytes(), b"WAVEfmt ", &16u32.to_le_bytes()].concat();
    wav.extend([1u16, 1].map(u16::to_le_bytes).concat());
    wav.extend([16_000u32, 32_000].map(u32::to_le_bytes).concat());
    wav.extend([2u16, 16].map(u16::to_le_bytes).concat());
    wav.extend([&b"data"[..], &bytes.to_le_bytes()].concat());
    wav.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    wav
}

/// The Khronos validator, and three.js, which plays them.
pub(crate) fn web(_: Extent) -> Result<()> {
    for script in ["validate-glb.mjs", "load-glb.mjs"] {
        run(command("node", &[script]).args(files()?).current_dir(root().join("tests/web")))?;
    }
    Ok(())
}

/// The `gltf` crate, as hosts in Rust read them.
pub(crate) fn rust(_: Extent) -> Result<()> {
    files()?.iter().try_for_each(|file| read(file).with_context(|| format!("{}", file.display())))
}

fn read(file: &PathBuf) -> Result<()> {
    let gltf::Gltf { document, blob } = gltf::Gltf::from_slice(&fs::read(file)?)?;
    let blob = blob.context("no binary part")?;
    let names: Vec<_> = document.nodes().filter_map(|node| node.name().map(str::to_owned)).collect();
    for wanted in ["head", "face", "eye_left", "eye_right"] {
        // In a scene the names begin with a character's.
        ensure!(names.iter().any(|name| name.rsplit('.').next() == Some(wanted)), "no node {wanted} among {names:?}");
    }
    for mesh in document.meshes() {
        let targets = if mesh.name().is_some_and(|name| name.ends_with("face")) { SHAPES } else { 0 };
        for primitive in mesh.primitives() {
            let reader = primitive.reader(|_| Some(&blob));
            let count = reader.read_positions().context("no positions")?.count();
            let read = reader.read_morph_targets();
            let lengths: Vec<_> =
                read.map(|(moves, turns, _)| [moves.map(Iterator::count), turns.map(Iterator::count)]).collect();
            ensure!(lengths == vec![[Some(count); 2]; targets], "{lengths:?} in targets of {count} vertices");
        }
    }
    for animation in document.animations() {
        for channel in animation.channels() {
            let reader = channel.reader(|_| Some(&blob));
            ensure!(reader.read_inputs().is_some_and(|times| times.count() > 0), "a channel without times");
            ensure!(reader.read_outputs().is_some(), "a channel without values");
        }
    }
    println!("{}: {} nodes", file.display(), names.len());
    Ok(())
}

/// Assimp, which many engines and programs import with.
pub(crate) fn assimp(_: Extent) -> Result<()> {
    let info = |file: &PathBuf| run(command("assimp", &["info"]).arg(file).stdout(std::process::Stdio::null()));
    files()?.iter().try_for_each(info)
}

/// Godot 3's importer, and what it made of them.
pub(crate) fn godot(_: Extent) -> Result<()> {
    let project = target().join("samples/godot");
    let _ = fs::remove_dir_all(&project);
    fs::create_dir_all(&project)?;
    for file in files()? {
        fs::copy(file, project.join(file.file_name().context("a name")?))?;
    }
    fs::copy(root().join("tests/readers/godot.gd"), project.join("godot.gd"))?;
    fs::write(project.join("project.godot"), "config_version=4\n")?;
    fs::write(project.join("export_presets.cfg"), PRESET)?;
    // An export imports first; the editor alone would go on waiting for its user.
    let godot = |arguments: &[&str]| run(command("godot3-server", &["--path"]).arg(&project).args(arguments));
    godot(&["--export-pack", "pack", "samples.pck"])?;
    godot(&["-s", "godot.gd"])
}

const PRESET: &str = "[preset.0]\nname=\"pack\"\nplatform=\"Linux/X11\"\nrunnable=false\nexport_filter=\"all_resources\"\n\
                      [preset.0.options]\n";

/// Pixar's library for USD, which skins the faces: they stand where those of the .glb do. Without its package all is left out by
/// name.
pub(crate) fn usd(_: Extent) -> Result<()> {
    let script = root().join("tests/readers/usd.py");
    let files = files()?.iter().map(|file| file.with_extension("usdc"));
    run(command("python3", &[]).arg(script).args(files).env("M2F_TEST_LEFT_OUT", left_out_file()))
}

/// Blender's importer.
pub(crate) fn blender(_: Extent) -> Result<()> {
    let script = root().join("tests/readers/blender.py");
    let mut blender = command("blender", &["--background", "--factory-startup", "--python-exit-code", "1", "--python"]);
    run(blender.arg(script).arg("--").args(files()?))
}
