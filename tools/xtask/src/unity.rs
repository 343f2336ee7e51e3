//! The Unity package without Unity: Mono compiles it as C# 7.2 against stubs of the engine, once for each platform, and a host drives
//! its components as the engine would. What they show is compared with a C program's faces, bit for bit.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::checks::m2f;
use crate::command::{command, root, run, target, text};
use crate::need::Need;
use crate::package;
use crate::sample::{self, Profile, compile_c};
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

/// What the host is linked with: stubs of the engine and of Timeline's package, and the package's assemblies.
const OWN: [&str; 5] = ["engine.dll", "Media2Face.dll", "playables.dll", "timeline.dll", "editor.dll"];

/// Commands of the host that run with the library.
const COMMANDS: [&str; 8] = ["rigs", "errors", "clip", "bake", "stream", "devices", "lifetimes", "garbage"];

/// Those that need no library, and are run without one.
const BAKED: [&str; 2] = ["curves", "timeline"];

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
    let package = root().join(PACKAGE);
    for platform in PLATFORMS {
        compile(&package, &folder, platform)?;
    }
    println!("   compiled as C# 7.2 for {}", PLATFORMS.join(", "));
    let host = build_host(&folder)?;
    let program = compile_c("tests/c/reference.c", "-std=c99", Profile::Dev)?;
    let reference = folder.join("reference.bin");
    let (model, sound) = (root().join("models/starter.m2f"), sample::audio());
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
    let (baked, nothing) = (baked(&folder, &sound)?, folder.join("nothing"));
    BAKED.iter().try_for_each(|word| call(&mut jit(), word, &baked, &nothing))?;
    call(&mut jit(), "missing", &reference, &nothing)?;
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

/// A line as `m2f bake` makes it, beside the CSV of the same faces.
fn baked(folder: &Path, sound: &Path) -> Result<PathBuf> {
    let baked = folder.join("baked");
    let options = ["--emit", "csv,table,curves", "--eyes", "--seed", "7", "--quiet", "--out"];
    run(m2f(&["animate"]).arg(sound).args(options).arg(&baked))?;
    Ok(baked)
}

/// The package as it is installed: packed, unpacked, compiled, and run with the library of this machine that is in it.
pub(crate) fn installed(_: Extent) -> Result<()> {
    let archive = package::unity()?;
    let folder = target().join("unity/installed");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    package::unpack(&archive, &folder)?;
    let unpacked = folder.join("package");
    compile(&unpacked, &folder, EDITOR)?;
    let host = build_host(&folder)?;
    let program = compile_c("tests/c/reference.c", "-std=c99", Profile::Dev)?;
    let (model, sound) = (unpacked.join("Samples~/Starter model/starter.m2f"), sample::audio());
    let reference = folder.join("reference.bin");
    run(Command::new(program).arg(&model).arg(&sound).arg(&reference))?;
    let mut mono = Command::new("mono");
    mono.arg(host).arg("clip").args([&model, &sound, &reference]);
    run(mono.env("LD_LIBRARY_PATH", unpacked.join("Plugins/Linux")))
}

/// A sample in C#, with the package's part that has no Unity in it.
pub(crate) fn sample(name: &str) -> Result<PathBuf> {
    let folder = target().join("samples/csharp");
    std::fs::create_dir_all(&folder)?;
    let (package, core) = (root().join(PACKAGE), folder.join("Media2Face.dll"));
    mcs(&core, "", &NONE, &[sources(&package, "Runtime/Interop")?, sources(&package, "Runtime/Core")?].concat())?;
    let program = folder.join(format!("{name}.exe"));
    let texts = ["sample", name].map(|text| root().join(format!("samples/csharp/{text}.cs")));
    mcs(&program, "", &[&core], &texts)?;
    Ok(program)
}

fn build_host(folder: &Path) -> Result<PathBuf> {
    let host = folder.join("host.exe");
    mcs(&host, "", &OWN.map(|name| folder.join(name)), &sources(&root().join(PACKAGE), "Tests~/Host")?)?;
    Ok(host)
}

/// The stubs, the package, its samples and, where there is an editor, the editor's part. Only the face track sees Timeline.
fn compile(package: &Path, folder: &Path, platform: &str) -> Result<()> {
    let [engine, runtime, playables, timeline, editor] = OWN.map(|name| folder.join(name));
    let stubs = |name: &str| root().join(PACKAGE).join("Tests~").join(name);
    mcs(&engine, platform, &NONE, &[stubs("UnityStubs.cs")])?;
    let parts = ["Runtime/Interop", "Runtime/Core", "Runtime/Component"].map(|part| sources(package, part));
    mcs(&runtime, platform, &[&engine], &parts.into_iter().collect::<Result<Vec<_>>>()?.concat())?;
    mcs(&playables, platform, &[&engine], &[stubs("TimelineStubs.cs")])?;
    mcs(&timeline, platform, &[&engine, &runtime, &playables], &sources(package, "Timeline")?)?;
    let mut references = vec![engine, runtime, playables, timeline];
    let is_editor = platform == EDITOR;
    if is_editor {
        mcs(&editor, platform, &references[..2], &sources(package, "Editor")?)?;
        references.push(editor);
    }
    mcs(&folder.join("samples.dll"), platform, &references, &samples(package, is_editor)?)
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

fn sources(package: &Path, below: &str) -> Result<Vec<PathBuf>> {
    let folder = package.join(below);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        found.push(entry?.path());
    }
    found.retain(|path| path.extension().is_some_and(|ending| ending == "cs"));
    found.sort();
    Ok(found)
}

/// Scripts of all samples; those below a folder `Editor` are for the editor.
fn samples(package: &Path, is_editor: bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(package.join("Samples~"))? {
        let sample = entry?.path();
        found.extend(sources(&sample, "")?);
        if is_editor && sample.join("Editor").exists() {
            found.extend(sources(&sample, "Editor")?);
        }
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
    let all: Vec<_> = classes.chain(own).map(|from| (aot.join(from.file_name().unwrap_or_default()), from)).collect();
    let compiled = |to: &Path| PathBuf::from(format!("{}.so", to.display()));
    let is_kept = |(to, from): &(PathBuf, PathBuf)| {
        compiled(to).exists() && matches!((std::fs::read(to), std::fs::read(from)), (Ok(old), Ok(new)) if old == new)
    };
    // An image holds for the assemblies that it was compiled beside: behind one that is new, none is kept.
    let new = &all[all.iter().take_while(|one| is_kept(one)).count()..];
    new.iter().for_each(|(to, _)| drop(std::fs::remove_file(compiled(to))));
    for (to, from) in new {
        std::fs::copy(from, to).with_context(|| from.display().to_string())?;
        let mut mono = command("mono", &["--aot=full"]);
        let output = mono.arg(to).env("MONO_PATH", &aot).output().with_context(|| text(&mono))?;
        ensure!(output.status.success(), "{}: {}", text(&mono), String::from_utf8_lossy(&output.stdout));
    }
    Ok(aot)
}
