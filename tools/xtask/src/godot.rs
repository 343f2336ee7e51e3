//! `cargo xtask godot`: the add-on for Godot 3 with its libraries, `target/godot/addons/media2face`; and its checks in Godot.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::checks::m2f;
use crate::command::{command, root, run, target, text};
use crate::gltf;
use crate::need::{Need, need};
use crate::sample::{self, Profile, STRICT, compile_c};
use crate::screen::{self, Screen};
use crate::test::Extent;

const ADDON: &str = "addons/media2face";

const GCC: Need = Need::Program("gcc", "gcc");
pub(crate) const SERVER: [Need; 2] = [GCC, Need::Program("godot3-server", "godot3-server")];
/// And a window.
pub(crate) const WINDOW: [Need; 5] =
    [GCC, SERVER[1], Need::Program("godot3", "godot3"), screen::XVFB[0], screen::XVFB[1]];

/// What the host checks without more files.
const WORDS: [&str; 5] = ["speaker", "speech", "capture", "errors", "rigs"];

/// Longest time of a word, seconds: an engine that hangs is an error.
const LONGEST: &str = "1200";

/// Makes the add-on with a release of the library; then checks it.
pub(crate) fn run_all(check_it: bool) -> Result<()> {
    need(GCC)?;
    let to = folder().join(ADDON);
    addon(&to, Profile::Release)?;
    println!("{}", to.display());
    if check_it {
        WINDOW.into_iter().try_for_each(need)?;
        check(Extent::Full)?;
        picture(Extent::Full)?;
    }
    Ok(())
}

fn folder() -> PathBuf {
    target().join("godot")
}

fn sources() -> PathBuf {
    root().join("bindings/godot")
}

/// The add-on, with the binding compiled without a warning, and the library beside it.
fn addon(to: &Path, profile: Profile) -> Result<()> {
    profile.build()?;
    let _ = std::fs::remove_dir_all(to);
    let bin = to.join("bin");
    std::fs::create_dir_all(&bin)?;
    copy(&sources().join(ADDON), to)?;
    let mut gcc = command("gcc", &STRICT);
    gcc.args(["-std=c99", "-O2", "-fPIC", "-fvisibility=hidden", "-shared", "-o"]);
    gcc.arg(bin.join("libmedia2face_godot.so")).args(c_files()?).arg("-ldl");
    run(&mut gcc)?;
    let library = "libmedia2face.so";
    std::fs::copy(profile.folder().join(library), bin.join(library)).context(library)?;
    Ok(())
}

fn c_files() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(sources().join("src"))? {
        found.push(entry?.path());
    }
    found.retain(|path| path.extension().is_some_and(|ending| ending == "c"));
    found.sort();
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        std::fs::copy(&path, to.join(path.file_name().context("a name")?))?;
    }
    Ok(())
}

/// A project with the add-on, the host and a head, imported.
fn project() -> Result<PathBuf> {
    let project = folder().join("project");
    let _ = std::fs::remove_dir_all(&project);
    addon(&project.join(ADDON), Profile::Dev)?;
    copy(&sources().join("test"), &project)?;
    std::fs::copy(gltf::hello()?, project.join("hello.glb"))?;
    // An export imports first; the editor alone would go on waiting for its user.
    let mut import = command("timeout", &[LONGEST, "godot3-server", "--path"]);
    import.arg(&project).args(["--export-pack", "pack", "project.pck"]);
    let told = import.output()?;
    ensure!(told.status.success(), "{}: {}", text(&import), String::from_utf8_lossy(&told.stderr));
    Ok(project)
}

/// Everything in Godot's headless server: faces as a C program has them, to the bit; the speaker; errors.
pub(crate) fn check(_: Extent) -> Result<()> {
    let project = project()?;
    let (reference, faces, other) = (folder().join("reference.bin"), folder().join("faces.bin"), other_libraries()?);
    let (pack, sound) = (root().join("models/starter.m2f"), sample::audio());
    let program = compile_c("tests/c/reference.c", "-std=c99", Profile::Dev)?;
    run(Command::new(program).args([&pack, &sound, &reference]))?;
    let host = |word: &str| host(&project, word, &["godot3-server"]);
    passes(host("faces").env("M2F_OUT", &faces))?;
    let same = std::fs::read(&faces)? == std::fs::read(&reference)?;
    ensure!(same, "{} differs from {}", faces.display(), reference.display());

    let baked = folder().join("baked");
    let options = ["animate", "--quiet", "--seed", "7", "--emit", "curves,json", "--out"];
    run(m2f(&options).arg(&baked).arg(&sound))?;
    passes(host("curves").env("M2F_CURVES", baked.join("hello.curves")).env("M2F_JSON", baked.join("hello.json")))?;
    WORDS.iter().try_for_each(|word| passes(&mut host(word)))?;

    let none = PathBuf::from("/nowhere/libmedia2face.so");
    let libraries = [
        (&none, "cannot be loaded|looked for /nowhere/libmedia2face.so|No such file"),
        (&other[0], "is version 0.9.1"),
        (&other[1], "is not the library media2face"),
    ];
    for (path, wanted) in libraries {
        passes(host("library").env("M2F_LIBRARY", path).env("M2F_WANTED", wanted))?;
    }
    // Where the library is looked for unasked.
    std::fs::remove_file(project.join(ADDON).join("bin/libmedia2face.so"))?;
    passes(
        host("library")
            .env("M2F_LIBRARY", "")
            .env("M2F_WANTED", "media2face/bin/libmedia2face.so|looked for libmedia2face.so"),
    )
}

/// Godot's window: the head in the middle of a word, target/godot/picture.png.
pub(crate) fn picture(_: Extent) -> Result<()> {
    let project = project()?;
    let screen = Screen::new()?;
    let mut host = host(&project, "picture", &["godot3", "--audio-driver", "Dummy", "--video-driver", "GLES3"]);
    passes(host.env("M2F_OUT", folder().join("picture.png")).env("DISPLAY", screen.name()))
}

fn host(project: &Path, word: &str, godot: &[&str]) -> Command {
    let mut host = command("timeout", &[LONGEST]);
    host.args(godot).arg("--path").arg(project).env("M2F_WORD", word);
    // Cargo's own folders are in it: a library that is to be missing would be found there.
    host.env_remove("LD_LIBRARY_PATH");
    host.env("M2F_PACK", root().join("models/starter.m2f")).env("M2F_SOUND", sample::audio());
    host
}

/// The host says that it passed. Godot goes on after an error of a script, so these count, too.
fn passes(host: &mut Command) -> Result<()> {
    let told = host.output().with_context(|| text(host))?;
    let all = format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    let passed = all.lines().find(|line| line.ends_with(": passed"));
    match passed {
        Some(line) if told.status.success() && !all.contains("SCRIPT ERROR") => println!("   {line}"),
        _ => anyhow::bail!("{all}"),
    }
    Ok(())
}

/// A library of this name that says it is version 0.9.1, and one that is another.
fn other_libraries() -> Result<[PathBuf; 2]> {
    let make = |name: &str, code: &str| {
        let source = folder().join(format!("{name}.c"));
        std::fs::write(&source, code)?;
        let library = folder().join(format!("{name}.so"));
        run(command("gcc", &["-shared", "-fPIC", "-o"]).arg(&library).arg(&source))?;
        Ok::<_, anyhow::Error>(library)
    };
    Ok([make("other", "unsigned m2f_version(void) { return 9 << 8 | 1; }\n")?, make("none", "int nothing;\n")?])
}
