//! The Unreal plugin without Unreal: compilers read it against stubs of the engine's API, and its core, which knows no engine, is run
//! and compared with a C program's faces, bit for bit.

mod host;
mod layout;
mod stubs;

pub(crate) use host::{NEEDS, PARTS, check};

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::{command, root, run, target};
use crate::sample::STRICT;
use crate::test::Extent;

const PLUGIN: &str = "bindings/unreal";

/// As Unreal compiles.
const UNREAL: [&str; 2] = ["-fno-exceptions", "-fno-rtti"];

/// Names of parameters stay, as Unreal's coding standard has them.
const ENGINE: [&str; 1] = ["-Wno-unused-parameter"];

/// The plugin's description, and that g++ reads the core and the engine layer.
pub(crate) fn quick(_: Extent) -> Result<()> {
    layout::check()?;
    let folder = folder()?;
    let generated = stubs::write(&folder)?;
    let stubs = [generated.as_path(), &root().join(PLUGIN).join("Tests/Stubs")];
    // The engine's macros are there before the core is read, as with Unreal's precompiled headers.
    let forced = ["-std=c++20", "-include", "Unreal.h"];
    syntax("g++", &all(&folder, "core", &core()?)?, &[&UNREAL[..], &forced].concat(), &stubs)?;
    let options = [&UNREAL[..], &ENGINE, &["-std=c++20"]].concat();
    syntax("g++", &all(&folder, "engine", &engine()?)?, &options, &stubs)?;
    for source in engine()? {
        if std::fs::read_to_string(&source)?.contains("#if PLATFORM_WINDOWS") {
            syntax("g++", &source, &[&options[..], &["-DPLATFORM_WINDOWS=1"]].concat(), &stubs)?;
        }
    }
    println!("   g++ reads the core and the engine layer, for Linux and for Windows, against stubs");
    Ok(())
}

/// Every way in which a host may compile the core, and Unreal the engine layer: by one compiler.
pub(super) fn all_ways(compiler: &str, folder: &Path) -> Result<()> {
    let generated = stubs::write(folder)?;
    let stubs = [generated.as_path(), &root().join(PLUGIN).join("Tests/Stubs")];
    for standard in ["-std=c++17", "-std=c++20"] {
        for mode in [&UNREAL[..], &[]] {
            syntax(compiler, &all(folder, "core", &core()?)?, &[mode, &[standard]].concat(), &[])?;
        }
    }
    for source in engine()? {
        syntax(compiler, &source, &[&UNREAL[..], &ENGINE, &["-std=c++20"]].concat(), &stubs)?;
    }
    Ok(())
}

/// What is made of it.
pub(super) fn folder() -> Result<PathBuf> {
    let folder = target().join("unreal");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

pub(super) fn core() -> Result<Vec<PathBuf>> {
    sources("Source/Media2Face/Core", "cpp")
}

fn engine() -> Result<Vec<PathBuf>> {
    Ok([sources("Source/Media2Face/Private", "cpp")?, sources("Source/Media2FaceEditor/Private", "cpp")?].concat())
}

/// Files of a folder of the plugin, in order.
fn sources(below: &str, ending: &str) -> Result<Vec<PathBuf>> {
    let folder = root().join(PLUGIN).join(below);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        found.push(entry?.path());
    }
    found.retain(|path| path.extension().is_some_and(|end| end == ending));
    found.sort();
    ensure!(!found.is_empty(), "no .{ending} in {}", folder.display());
    Ok(found)
}

/// Where the plugin's own headers are, as its Build.cs files say.
pub(super) fn own_folders() -> [PathBuf; 4] {
    ["Media2Face", "Media2Face/Public", "Media2Face/Private", "Media2FaceEditor/Public"]
        .map(|below| root().join(PLUGIN).join("Source").join(below))
}

/// One source that includes all of them, as Unreal's build joins files: names of different files must not clash.
fn all(folder: &Path, name: &str, sources: &[PathBuf]) -> Result<PathBuf> {
    let text: String = sources.iter().map(|path| format!("#include \"{}\"\n", path.display())).collect();
    let file = folder.join(format!("{name}_all.cpp"));
    std::fs::write(&file, text)?;
    Ok(file)
}

/// Reads a source, without a warning.
fn syntax(compiler: &str, source: &Path, options: &[&str], more: &[&Path]) -> Result<()> {
    let mut command = command(compiler, &STRICT);
    command.args(options).arg("-fsyntax-only");
    for folder in own_folders().iter().map(PathBuf::as_path).chain(more.iter().copied()) {
        command.arg("-I").arg(folder);
    }
    run(command.arg(source))
}
