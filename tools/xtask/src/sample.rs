//! Builds and runs the samples, and compares what they write in all languages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::command::{cargo, command, output, root, run, target};
use crate::need::{Need, need};
use crate::{release, unity, web};

/// Languages with samples.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// C99, with the static library.
    C,
    /// C++17, with the static library.
    Cpp,
    /// Rust, with the crate.
    Rust,
    /// C# 7.2 under Mono, with the Unity package's part that has no Unity in it.
    Csharp,
    /// JavaScript under Node, with the WebAssembly module that `cargo xtask web` has built.
    Javascript,
}

/// How the library is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// As the tests are: nothing is compiled for it alone.
    Dev,
    /// As a host gets it.
    Release,
}

impl Profile {
    /// Builds the library.
    pub(crate) fn build(self) -> Result<()> {
        match self {
            Self::Dev => run(&mut cargo(&["build", "--workspace"])),
            Self::Release => release::build_library(),
        }
    }

    /// Where it lies.
    pub(crate) fn folder(self) -> PathBuf {
        match self {
            Self::Dev => target().join("debug"),
            Self::Release => release::folder(),
        }
    }
}

/// Programs that every language has. They write the same numbers.
const SAMPLES: [&str; 4] = ["minimal", "styles", "streaming", "several"];

/// Fewest lines of a file that a sample writes.
const LEAST_LINES: usize = 30;

/// What a program left: its file, and its standard output.
#[derive(PartialEq, Eq)]
struct Written {
    csv: String,
    text: String,
}

/// Builds the samples of a language and runs each on the sample audio with the starter model.
pub(crate) fn sample(language: Language, profile: Profile) -> Result<()> {
    match language {
        Language::Javascript => web::run_all(false)?,
        _ => language.needs().iter().try_for_each(|one| need(*one))?,
    }
    written(language, profile, &[], &audio()).map(drop)
}

/// Runs the samples of languages that have no check of their own, on this sound. Each writes the same bytes in all of them.
pub(crate) fn compare(profile: Profile, audio: &Path) -> Result<()> {
    compare_with_c(&[Language::Cpp, Language::Rust], profile, &[], audio)
}

/// The sample audio.
pub(crate) fn audio() -> PathBuf {
    root().join("samples/audio/hello.wav")
}

/// The samples in C#.
pub(crate) fn compare_csharp() -> Result<()> {
    compare_with_c(&[Language::Csharp], Profile::Dev, &[], &audio())
}

/// The samples in JavaScript, whose module computes as a portable library does.
pub(crate) fn compare_javascript() -> Result<()> {
    compare_with_c(&[Language::Javascript], Profile::Dev, &["-include", "tests/c/portable.h"], &audio())
}

/// Those in C are compiled with these options.
fn compare_with_c(languages: &[Language], profile: Profile, options: &[&str], audio: &Path) -> Result<()> {
    let expected = written(Language::C, profile, options, audio)?;
    for language in languages {
        for (name, found) in written(*language, profile, &[], audio)? {
            let (c, folder) = (&expected[name], language.folder());
            let line = c.csv.lines().zip(found.csv.lines()).position(|(a, b)| a != b);
            ensure!(line.is_none(), "{name}: {folder} differs from samples/c in line {}", line.unwrap_or_default() + 1);
            ensure!(*c == found, "{name}: {folder} writes other text or another number of lines than samples/c");
        }
        println!("samples: {} write the same in C and in {}", SAMPLES.join(", "), language.folder());
    }
    Ok(())
}

fn written(
    language: Language,
    profile: Profile,
    options: &[&str],
    audio: &Path,
) -> Result<BTreeMap<&'static str, Written>> {
    let (mut all, model) = (BTreeMap::new(), root().join("models/starter.m2f"));
    for name in SAMPLES {
        let csv = target().join(format!("samples/{}-{name}.csv", language.name()));
        let _ = std::fs::remove_file(&csv);
        let mut program = language.program(name, profile, options)?;
        let text = output(program.arg(&model).arg(audio).arg(&csv))?;
        let csv_text = std::fs::read_to_string(&csv).with_context(|| csv.display().to_string())?;
        let lines = csv_text.lines().count();
        if lines < LEAST_LINES {
            bail!("{} has {lines} lines", csv.display());
        }
        println!("{}/{name}: {lines} lines in {}", language.folder(), csv.display());
        all.insert(name, Written { csv: csv_text, text });
    }
    Ok(all)
}

impl Language {
    fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Rust => "rust",
            Self::Csharp => "csharp",
            Self::Javascript => "javascript",
        }
    }

    /// What it needs besides compilers of C.
    fn needs(self) -> &'static [Need] {
        match self {
            Self::Csharp => &unity::MONO,
            Self::Javascript => &web::NEEDS[..1],
            Self::C | Self::Cpp | Self::Rust => &[],
        }
    }

    fn folder(self) -> String {
        format!("samples/{}", self.name())
    }

    /// The built program, without its arguments.
    fn program(self, name: &str, profile: Profile, options: &[&str]) -> Result<Command> {
        Ok(match self {
            Self::C => {
                let options = [&["-std=c99"], options].concat();
                Command::new(compile(Compiler::C, &format!("samples/c/{name}.c"), &options, profile)?)
            }
            Self::Cpp => {
                Command::new(compile(Compiler::Cpp, &format!("samples/cpp/{name}.cpp"), &["-std=c++17"], profile)?)
            }
            Self::Rust => {
                // Of the whole workspace, whose features the tests are compiled with: nothing is compiled for it alone.
                run(&mut cargo(&["build", "--workspace", "--example", name]))?;
                Command::new(target().join("debug/examples").join(name))
            }
            Self::Csharp => {
                profile.build()?;
                let mut mono = Command::new("mono");
                mono.arg(unity::sample(name)?).env("LD_LIBRARY_PATH", profile.folder());
                mono
            }
            Self::Javascript => {
                let mut node = Command::new("node");
                node.arg(root().join(format!("samples/javascript/{name}.mjs"))).arg(web::module());
                node
            }
        })
    }
}

/// Compilers of hosts.
#[derive(Clone, Copy)]
pub(crate) enum Compiler {
    C,
    Cpp,
}

impl Compiler {
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::C => "gcc",
            Self::Cpp => "g++",
        }
    }
}

/// What every program of the repository is compiled with: no warning passes.
pub(crate) const STRICT: [&str; 6] = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-Iinclude"];

/// Compiles samples/c/{name}.c as strictly as C99 can be.
pub(crate) fn build_c(name: &str, profile: Profile) -> Result<PathBuf> {
    compile_c(&format!("samples/c/{name}.c"), "-std=c99", profile)
}

/// Compiles a C program of the repository with the static library, without a warning.
pub(crate) fn compile_c(source: &str, standard: &str, profile: Profile) -> Result<PathBuf> {
    compile(Compiler::C, source, &[standard], profile)
}

/// Compiles a program of the repository with the static library, without a warning.
pub(crate) fn compile(compiler: Compiler, source: &str, options: &[&str], profile: Profile) -> Result<PathBuf> {
    need(Need::Program(compiler.program(), compiler.program()))?;
    profile.build()?;
    let program = place(source, options)?;
    let library = profile.folder().join("libmedia2face.a");
    let link = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
    let mut command = command(compiler.program(), &STRICT);
    command.args(options).args(["-O1", "-g", source, "-o"]).arg(&program).arg(library).args(link);
    run(&mut command)?;
    Ok(program)
}

/// Where a program goes: its name tells its source and how it is compiled.
pub(crate) fn place(source: &str, options: &[&str]) -> Result<PathBuf> {
    let source = Path::new(source);
    let folder = target().join("samples").join(source.extension().unwrap_or_default());
    std::fs::create_dir_all(&folder)?;
    let options: String = options.iter().filter(|option| !option.starts_with("-std")).copied().collect();
    let options = options.replace('/', "-");
    Ok(folder.join(format!("{}{options}", source.file_stem().unwrap_or_default().to_string_lossy())))
}
