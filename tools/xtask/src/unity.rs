//! The Unity package without Unity: Mono compiles it as C# 7.2 against stubs of the engine, once for each platform, and a host drives
//! its components as the engine would. What they show is compared with a C program's faces, bit for bit.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::checks::m2f;
use crate::command::{command, root, run, target, text};
use crate::need::Need;
use crate::sample::{Profile, compile_c};
use crate::test::Extent;

/// `mono-mcs` brings the class libraries that the host uses.
pub(crate) const MONO: [Need; 4] = [
    Need::Program("mcs", "mono-mcs"),
    Need::Program("mono", "mono-runtime"),
    Need::Program("as", "binutils"),
    Need::Program("gcc", "gcc"),
];

const PACKAGE: &str = "bindings/unity";

/// What Unity defines for each platform, the one that is run last.
const PLATFORMS: [&str; 5] = ["UNITY_STANDALONE", "UNITY_IOS", "UNITY_ANDROID", "UNITY_WEBGL", EDITOR];
const EDITOR: &str = "UNITY_EDITOR,UNITY_2020_2_OR_NEWER";

/// What the host is linked with.
const OWN: [&str; 3] = ["engine.dll", "Media2Face.dll", "editor.dll"];

/// Commands of the host that run with the library.
const COMMANDS: [&str; 7] = ["rigs", "errors", "clip", "bake", "stream", "lifetimes", "garbage"];

/// Those that are compiled ahead of time as well.
const AHEAD: [&str; 3] = ["rigs", "errors", "clip"];

const NONE: [&str; 0] = [];

/// Class libraries, all that Mono loads for the host.
const CLASSES: [&str; 8] = [
    "mscorlib.dll",
    "System.dll",
    "System.Core.dll",
    "System.Xml.dll",
    "System.Configuration.dll",
    "System.Security.dll",
    "System.Numerics.dll",
    "Mono.Security.dll",
];

/// Rigs whose channels C# makes itself, and the one that it makes them of.
const RIGS: [&str; 6] = ["arkit", "oculus", "ready-player-me", "vrm1", "vrm0", "metahuman"];

pub(crate) fn check(_: Extent) -> Result<()> {
    let folder = target().join("unity");
    std::fs::create_dir_all(&folder)?;
    for platform in PLATFORMS {
        compile(&folder, platform)?;
    }
    println!("   compiled as C# 7.2 for {}", PLATFORMS.join(", "));
    let host = folder.join("host.exe");
    mcs(&host, "", &OWN.map(|name| folder.join(name)), &sources("Tests~/Host")?)?;
    let program = compile_c("tests/c/reference.c", "-std=c99", Profile::Dev)?;
    let reference = folder.join("reference.bin");
    let (model, sound) = (root().join("models/starter.m2f"), root().join("samples/audio/hello.wav"));
    run(Command::new(program).arg(&model).arg(&sound).arg(&reference))?;

    let libraries = Profile::Dev.folder();
    let call = |mono: &mut Command, word: &str, last: &Path, libraries: &Path| {
        run(mono.arg(word).args([&model, &sound]).arg(last).env("LD_LIBRARY_PATH", libraries))
    };
    let jit = || command("mono", &[&host.to_string_lossy()]);
    for word in COMMANDS {
        call(&mut jit(), word, &reference, &libraries)?;
    }
    call(&mut jit(), "tables", &tables(&folder, &sound)?, &libraries)?;
    call(&mut jit(), "missing", &reference, &folder.join("nothing"))?;
    call(&mut jit(), "other", &reference, &another_library(&folder)?)?;
    let aot = ahead_of_time(&folder)?;
    for word in AHEAD {
        let mut mono = command("mono", &["--full-aot"]);
        call(mono.env("MONO_PATH", &aot).arg(aot.join("host.exe")), word, &reference, &libraries)?;
    }
    println!("   compiled ahead of time: {}", AHEAD.join(", "));
    Ok(())
}

/// The sound by the channels of every rig, as the library makes them.
fn tables(folder: &Path, sound: &Path) -> Result<PathBuf> {
    let tables = folder.join("tables");
    for rig in RIGS {
        let options = ["--emit", "table", "--rig", rig, "--seed", "7", "--out"];
        let made = m2f(&["animate"]).arg(sound).args(options).arg(tables.join(rig)).output()?;
        ensure!(made.status.success(), "m2f --rig {rig}: {}", String::from_utf8_lossy(&made.stderr));
    }
    Ok(tables)
}

/// The stubs, the package, its samples and, where there is an editor, the editor's part.
fn compile(folder: &Path, platform: &str) -> Result<()> {
    let [engine, package, editor] = OWN.map(|name| folder.join(name));
    mcs(&engine, platform, &NONE, &[root().join(PACKAGE).join("Tests~/UnityStubs.cs")])?;
    let parts = [sources("Runtime/Interop")?, sources("Runtime/Core")?, sources("Runtime/Component")?];
    mcs(&package, platform, &[&engine], &parts.concat())?;
    if platform == EDITOR {
        mcs(&editor, platform, &[&engine, &package], &sources("Editor")?)?;
    }
    mcs(&folder.join("samples.dll"), platform, &[&engine, &package], &samples()?)
}

/// Without a warning.
fn mcs(to: &Path, defines: &str, references: &[impl AsRef<Path>], sources: &[PathBuf]) -> Result<()> {
    ensure!(!sources.is_empty(), "no sources for {}", to.display());
    let mut mcs = command("mcs", &["-langversion:7.2", "-unsafe", "-warn:4", "-warnaserror", "-nologo"]);
    mcs.arg(if to.extension().is_some_and(|ending| ending == "exe") { "-target:exe" } else { "-target:library" });
    mcs.arg(format!("-out:{}", to.display()))
        .args(references.iter().map(|of| format!("-reference:{}", of.as_ref().display())));
    if !defines.is_empty() {
        mcs.arg(format!("-define:{defines}"));
    }
    run(mcs.args(sources))
}

fn sources(below: &str) -> Result<Vec<PathBuf>> {
    let folder = root().join(PACKAGE).join(below);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        found.push(entry?.path());
    }
    found.retain(|path| path.extension().is_some_and(|ending| ending == "cs"));
    found.sort();
    Ok(found)
}

fn samples() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(PACKAGE).join("Samples~"))? {
        found.extend(sources(&format!("Samples~/{}", entry?.file_name().to_string_lossy()))?);
    }
    found.sort();
    Ok(found)
}

/// A library of this name that says it is version 0.9.1.
fn another_library(folder: &Path) -> Result<PathBuf> {
    let other = folder.join("other");
    std::fs::create_dir_all(&other)?;
    let source = other.join("other.c");
    std::fs::write(&source, "unsigned m2f_version(void) { return 9 << 8 | 1; }\n")?;
    run(command("gcc", &["-shared", "-fPIC", "-o"]).arg(other.join("libmedia2face.so")).arg(&source))?;
    Ok(other)
}

/// What iOS, consoles and IL2CPP do: nothing is compiled while the program runs. The class libraries are kept from run to run.
fn ahead_of_time(folder: &Path) -> Result<PathBuf> {
    let aot = folder.join("aot");
    std::fs::create_dir_all(&aot)?;
    let own = OWN.into_iter().chain(["host.exe"]).map(|name| folder.join(name));
    let classes = CLASSES.into_iter().map(|name| Path::new("/usr/lib/mono/4.5").join(name));
    for from in classes.chain(own) {
        let name = from.file_name().unwrap_or_default().to_string_lossy();
        let to = aot.join(&*name);
        let new = std::fs::read(&from).with_context(|| from.display().to_string())?;
        let compiled = aot.join(format!("{name}.so"));
        if compiled.exists() && std::fs::read(&to).is_ok_and(|old| old == new) {
            continue;
        }
        let _ = std::fs::remove_file(&compiled);
        std::fs::write(&to, new)?;
        let mut mono = command("mono", &["--aot=full"]);
        let output = mono.arg(&to).env("MONO_PATH", &aot).output().with_context(|| text(&mono))?;
        ensure!(output.status.success(), "{}: {}", text(&mono), String::from_utf8_lossy(&output.stdout));
    }
    Ok(aot)
}
