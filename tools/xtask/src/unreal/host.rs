//! The core of the Unreal plugin, run: by g++ and clang++, against the C reference, tables and files of m2f.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{PLUGIN, UNREAL, all_ways, core, folder, own_folders, sources};
use crate::checks::m2f;
use crate::command::{command, output, root, run};
use crate::need::Need;
use crate::sample::{self, Profile, STRICT, compile_c};
use crate::symbols;
use crate::test::Extent;

pub(crate) const NEEDS: [Need; 2] = [Need::Program("g++", "g++"), Need::Program("gcc", "gcc")];
pub(crate) const PARTS: &[(Need, &str)] = &[
    (CLANG, "the core of the Unreal plugin under clang"),
    (MCS, "the Build.cs files of the Unreal plugin"),
    (MONO, "what the Build.cs files of the Unreal plugin ask for"),
];
const CLANG: Need = Need::Program("clang++", "clang");
const MCS: Need = Need::Program("mcs", "mono-mcs");
const MONO: Need = Need::Program("mono", "mono-runtime");

/// Commands of the host that compare with the reference, or with nothing.
const COMMANDS: [&str; 10] =
    ["clip", "stream", "voices", "silence", "threads", "errors", "clocks", "resamplers", "axes", "library"];
/// Those that read bytes from outside, or that several threads run.
const SANITIZED: [&str; 3] = ["errors", "threads", "clocks"];
const SANITIZERS: [&str; 4] = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// Rigs whose channels the core makes itself, and the one that it makes them of.
const RIGS: [&str; 6] = ["arkit", "oculus", "ready-player-me", "vrm1", "vrm0", "metahuman"];

/// What a run of the host needs.
struct Inputs {
    model: PathBuf,
    sound: PathBuf,
    reference: PathBuf,
    tables: PathBuf,
    curves: PathBuf,
}

pub(crate) fn check(_: Extent) -> Result<()> {
    let folder = folder()?;
    let exists = |need: Need| matches!(need, Need::Program(name, _) if crate::command::exists(name));
    let compilers: Vec<&str> = if exists(CLANG) { vec!["g++", "clang++"] } else { vec!["g++"] };
    for compiler in &compilers {
        all_ways(compiler, &folder)?;
    }
    println!("   {} read the core as C++17 and C++20, and the engine layer", compilers.join(" and "));
    if exists(MCS) && exists(MONO) {
        rules(&folder)?;
    }
    let program = compile_c("tests/c/reference.c", "-std=c99", Profile::Dev)?;
    let inputs = inputs(&folder)?;
    run(Command::new(program).args([&inputs.model, &inputs.sound, &inputs.reference]))?;
    for compiler in compilers {
        println!("   by {compiler}:");
        let compiled = Compiled::new(compiler, "plain", &UNREAL)?;
        let host = compiled.host()?;
        for word in COMMANDS {
            inputs.run(&host, word, &inputs.reference)?;
        }
        inputs.run(&host, "rigs", &inputs.tables)?;
        inputs.run(&host, "curves", &inputs.curves)?;
        let mut memory = Command::new(compiled.memory()?);
        run(memory.args([&inputs.model, &inputs.sound]).arg(inputs.curves.join("hello.curves")))?;
        if compiler == "g++" {
            another_library(&compiled, &inputs)?;
        }
    }
    let checked = Compiled::new("g++", "sanitized", &SANITIZERS)?.host()?;
    for word in SANITIZED {
        inputs.run(&checked, word, &inputs.reference)?;
    }
    inputs.run(&checked, "curves", &inputs.curves)?;
    println!("   the same under AddressSanitizer: {}, curves", SANITIZED.join(", "));
    Ok(())
}

impl Inputs {
    fn run(&self, host: &Path, word: &str, last: &Path) -> Result<()> {
        run(Command::new(host).arg(word).args([&self.model, &self.sound]).arg(last))
    }
}

/// The sound by the channels of every rig, and as curves beside the CSV of the same line, by m2f.
fn inputs(folder: &Path) -> Result<Inputs> {
    let sound = sample::audio();
    let (tables, store) = (folder.join("tables"), folder.join("store"));
    let made = |command: &mut Command, what: &str| {
        let made = command.output()?;
        ensure!(made.status.success(), "{what}: {}", String::from_utf8_lossy(&made.stderr));
        anyhow::Ok(made.stdout)
    };
    for rig in RIGS {
        let options = ["--emit", "table", "--rig", rig, "--seed", "7", "--out"];
        made(m2f(&["animate"]).arg(&sound).args(options).arg(tables.join(rig)), &format!("m2f --rig {rig}"))?;
    }
    // One line of a table, into a store, as curves and as the CSV.
    let _ = std::fs::remove_dir_all(&store);
    let table = folder.join("lines.csv");
    std::fs::write(&table, format!("id,sound,seed\nhello,{},7\n", sound.display()))?;
    let report =
        made(m2f(&["bake"]).arg(&table).arg("--store").arg(&store).args(["--emit", "curves,csv"]), "m2f bake")?;
    let report: serde_json::Value = serde_json::from_slice(&report).context("the report of m2f bake")?;
    let object = report["object"].as_str().context("no object in the report of m2f bake")?;
    let curves = folder.join("curves");
    std::fs::create_dir_all(&curves)?;
    for ending in ["curves", "csv"] {
        let from = store.join("objects").join(&object[..2]).join(format!("{object}.{ending}"));
        std::fs::copy(&from, curves.join(format!("hello.{ending}"))).with_context(|| from.display().to_string())?;
    }
    let (model, reference) = (root().join("models/starter.m2f"), folder.join("reference.bin"));
    Ok(Inputs { model, sound, reference, tables, curves })
}

/// The core and the host, compiled by one compiler in one way.
struct Compiled<'a> {
    compiler: &'a str,
    options: &'a [&'a str],
    folder: PathBuf,
    core: Vec<PathBuf>,
    host: Vec<PathBuf>,
}

impl<'a> Compiled<'a> {
    fn new(compiler: &'a str, name: &str, options: &'a [&'a str]) -> Result<Self> {
        let folder = folder()?.join(format!("{name}-{compiler}"));
        std::fs::create_dir_all(&folder)?;
        let mut compiled = Self { compiler, options, folder, core: Vec::new(), host: Vec::new() };
        compiled.core = compiled.objects(&core()?)?;
        compiled.host = compiled.objects(&sources("Tests/Host", "cpp")?)?;
        Ok(compiled)
    }

    fn command(&self) -> Command {
        let mut command = command(self.compiler, &STRICT);
        command.arg("-std=c++17").args(self.options);
        command.args(own_folders().iter().flat_map(|folder| [Path::new("-I"), folder]));
        command
    }

    fn objects(&self, sources: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let object = |source: &PathBuf| {
            let object = self.folder.join(source.with_extension("o").file_name().unwrap_or_default());
            run(self.command().arg("-c").arg(source).arg("-o").arg(&object))?;
            Ok(object)
        };
        sources.iter().map(object).collect()
    }

    /// A program with the core and the static library.
    fn program(&self, name: &str, objects: &[PathBuf]) -> Result<PathBuf> {
        let program = self.folder.join(name);
        let link = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
        let mut command = self.command();
        command.arg("-o").arg(&program).args(objects).args(&self.core);
        run(command.arg(Profile::Dev.folder().join("libmedia2face.a")).args(link))?;
        Ok(program)
    }

    fn host(&self) -> Result<PathBuf> {
        self.program("host", &self.host)
    }

    fn memory(&self) -> Result<PathBuf> {
        self.program("memory", &self.objects(&[root().join(PLUGIN).join("Tests/memory.cpp")])?)
    }
}

/// The Build.cs files: UnrealBuildTool's stand-in makes each for each platform, with archives that are there and without.
fn rules(folder: &Path) -> Result<()> {
    let program = folder.join("rules.exe");
    let plugin = root().join(PLUGIN);
    let modules = ["Media2FaceLibrary", "Media2Face", "Media2FaceEditor"];
    let files = modules.map(|name| plugin.join(format!("Source/{name}/{name}.Build.cs")));
    let mut mcs = command("mcs", &["-langversion:7.2", "-warn:4", "-warnaserror", "-nologo"]);
    mcs.arg(format!("-out:{}", program.display())).arg(plugin.join("Tests/Stubs/UnrealBuildTool.cs"));
    run(mcs.args(files))?;
    let modules = folder.join("modules");
    let _ = std::fs::remove_dir_all(&modules);
    let ask = || output(command("mono", &[]).arg(&program).arg(&modules));
    let without = ask()?;
    for (platform, triple) in ARCHIVES {
        let told = without.lines().find(|line| line.starts_with(&format!("Media2FaceLibrary {platform} fails")));
        let told = told.with_context(|| format!("{platform} does without its archive:\n{without}"))?;
        ensure!(told.contains(triple) && told.contains("README"), "{told}");
        let include = modules.join("Media2FaceLibrary").join(triple).join("include");
        std::fs::create_dir_all(&include)?;
        std::fs::write(include.join("media2face.hpp"), "")?;
    }
    ensure!(without.contains("Media2FaceLibrary Android fails media2face has no library for Android"), "{without}");
    let with = ask()?;
    for line in [
        "Win64 delay media2face.dll",
        "Win64 library MODULES/x86_64-pc-windows-gnu/lib/media2face.lib",
        "Win64 stage PLUGIN/Win64/media2face.dll MODULES/x86_64-pc-windows-gnu/bin/media2face.dll",
        "Linux library MODULES/x86_64-unknown-linux-gnu/lib/libmedia2face.so",
        "Linux stage PLUGIN/Linux/libmedia2face.so.0 MODULES/x86_64-unknown-linux-gnu/lib/libmedia2face.so.0",
        "Mac stage PLUGIN/Mac/libmedia2face.0.dylib MODULES/aarch64-apple-darwin/lib/libmedia2face.0.dylib",
    ] {
        let line = line.replace("MODULES", &modules.join("Media2FaceLibrary").to_string_lossy());
        let line = line.replace("PLUGIN", "$(PluginDir)/Binaries/ThirdParty/Media2FaceLibrary");
        let line = format!("Media2FaceLibrary {line}");
        ensure!(with.lines().any(|found| found == line), "no line {line:?} in\n{with}");
    }
    println!("   the Build.cs files ask for what archives have, and say what is missing");
    Ok(())
}

/// Unreal's platforms and the archives for them.
const ARCHIVES: [(&str, &str); 3] =
    [("Win64", "x86_64-pc-windows-gnu"), ("Linux", "x86_64-unknown-linux-gnu"), ("Mac", "aarch64-apple-darwin")];

/// With a library that says it is version 0.9.1 the core stops before it calls anything else, which here ends the program.
fn another_library(compiled: &Compiled<'_>, inputs: &Inputs) -> Result<()> {
    let mut text = String::from(
        "#include <stdlib.h>\nunsigned m2f_version(void) { return 9 << 8 | 1; }\n\
         const char *m2f_version_string(void) { return \"0.9.1\"; }\n",
    );
    for name in symbols::declared_names()?.iter().filter(|name| !name.starts_with("m2f_version")) {
        writeln!(text, "void {name}(void) {{ abort(); }}")?;
    }
    let other = compiled.folder.join("other");
    std::fs::create_dir_all(&other)?;
    let (source, library) = (other.join("library.c"), other.join("libmedia2face.so"));
    std::fs::write(&source, text)?;
    let shared = ["-shared", "-fPIC", "-Wl,-soname,libmedia2face.so", "-o"];
    run(command("gcc", &shared).arg(&library).arg(&source))?;
    let program = compiled.folder.join("version");
    let mut link = compiled.command();
    link.arg("-o").arg(&program).args(&compiled.host).args(&compiled.core);
    run(link.arg("-L").arg(&other).args(["-lmedia2face", "-lpthread"]))?;
    let mut version = Command::new(program);
    version.arg("version").args([&inputs.model, &inputs.sound, &inputs.reference]);
    run(version.env("LD_LIBRARY_PATH", &other))
}
