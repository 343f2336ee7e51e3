//! `cargo xtask wheel`: the Python package as users install it, and its tests in an environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, command, root, run, target};
use crate::need::{Need, need};
use crate::sample::{self, Profile};
use crate::{checks, release};

/// What the package is built with, by its requirements.txt.
const PACKAGE: &str = "bindings/python";
/// What its tests need.
const TEST_TOOLS: [&str; 3] = ["pytest==9.2.0", "mypy==2.4.1", "matplotlib"];
/// The oldest C library that it runs with: 2.17, of 2012.
const SYSTEM: &str = "manylinux2014";
/// Samples in C that those in Python are compared with.
const C_SAMPLES: [&str; 4] = ["minimal", "styles", "streaming", "several"];

const NEEDS: [Need; 3] =
    [Need::Program("python3", "python3"), Need::Python("ensurepip", "python3-venv"), Need::Pip(PACKAGE)];

/// The package's own workspace.
pub(crate) const MANIFEST: &str = "bindings/python/Cargo.toml";

/// Formats its sources, or compares; clippy. No Python is needed for it.
pub(crate) fn lints() -> Result<()> {
    run(&mut cargo(&["fmt", "--manifest-path", MANIFEST, "--check"]))?;
    let clippy = ["clippy", "--locked", "--manifest-path", MANIFEST, "--target-dir"];
    let mut clippy = cargo(&clippy);
    // It is linked against no Python, as an extension.
    clippy.env("PYO3_NO_PYTHON", "1").env("PYO3_BUILD_EXTENSION_MODULE", "1");
    run(clippy.arg(folder()).args(["--", "-D", "warnings"]))
}

/// Builds the package, and tests it where that is asked for.
pub(crate) fn run_all(profile: Profile, check: bool) -> Result<()> {
    NEEDS.into_iter().try_for_each(need)?;
    let wheel = build(profile)?;
    println!("{}", wheel.display());
    if check { test(&wheel) } else { Ok(()) }
}

/// The package as users get it, beside the command and the samples in C.
pub(crate) fn check() -> Result<()> {
    run(&mut cargo(&["build", "--package", "m2f"]))?;
    C_SAMPLES.iter().try_for_each(|name| sample::build_c(name, Profile::Release).map(drop))?;
    run_all(Profile::Release, true)
}

/// The package as tests are built, of the tree as it is.
pub(crate) fn dev() -> Result<PathBuf> {
    NEEDS.into_iter().try_for_each(need)?;
    build(Profile::Dev)
}

fn folder() -> PathBuf {
    target().join("python")
}

fn build(profile: Profile) -> Result<PathBuf> {
    let (tools, out) = (programs(&target().join(PACKAGE)), folder().join("wheels"));
    copy_licences()?;
    let _ = std::fs::remove_dir_all(&out);
    let mut maturin = command(&tools.join("maturin").to_string_lossy(), &["build", "--locked"]);
    maturin.args(["--manifest-path", MANIFEST, "--interpreter", "python3", "--out"]).arg(&out);
    maturin.env("CARGO_TARGET_DIR", folder());
    // Its zig is the one beside it.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(tools).chain(std::env::split_paths(&path));
    maturin.env("PATH", std::env::join_paths(paths)?);
    match profile {
        Profile::Dev => maturin.args(["--profile", "dev"]),
        Profile::Release => {
            maturin.args(["--release", "--zig", "--compatibility", SYSTEM]);
            maturin.env("CARGO_ENCODED_RUSTFLAGS", release::flags(&release::places()?, &[]))
        }
    };
    run(&mut maturin)?;
    let wheel = std::fs::read_dir(&out)?.find_map(|entry| Some(entry.ok()?.path()));
    let wheel = wheel.context("maturin made no wheel")?;
    if matches!(profile, Profile::Release) {
        is_free_of_places(&wheel)?;
    }
    Ok(wheel)
}

/// The licences and notices that the package carries, where its build looks for them.
fn copy_licences() -> Result<()> {
    let to = root().join("bindings/python/licenses");
    let _ = std::fs::remove_dir_all(&to);
    std::fs::create_dir_all(&to)?;
    for folder in [root(), root().join("LICENSES")] {
        for entry in std::fs::read_dir(folder)? {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
            let in_root = path.parent() == Some(&root());
            if path.is_file() && (!in_root || name.to_string_lossy().starts_with("LICENSE-")) {
                std::fs::copy(&path, to.join(name))?;
            }
        }
    }
    Ok(())
}

/// No path of this machine is in what is installed.
fn is_free_of_places(wheel: &Path) -> Result<()> {
    let to = folder().join("unpacked");
    let _ = std::fs::remove_dir_all(&to);
    run(command("python3", &["-m", "zipfile", "-e"]).arg(wheel).arg(&to))?;
    release::is_free_of(&release::places()?, &to.join("media2face/_media2face.abi3.so"))
}

/// Installs the package in a fresh environment, and runs its tests there.
fn test(wheel: &Path) -> Result<()> {
    let wheel = wheel.to_string_lossy();
    let wanted: Vec<&str> = TEST_TOOLS.into_iter().chain([&*wheel]).collect();
    let programs = environment("tests", &wanted)?;
    let mut tests = Command::new(programs.join("python"));
    tests.args(["-m", "pytest", "-p", "no:cacheprovider", "tests"]).current_dir(root().join("bindings/python"));
    tests.env("M2F_ROOT", root()).env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH");
    let m2f = PathBuf::from(checks::m2f(&[]).get_program());
    for (variable, path) in [("M2F_COMMAND", m2f), ("M2F_C_SAMPLES", target().join("samples/c"))] {
        if path.exists() {
            tests.env(variable, path);
        }
    }
    run(&mut tests)
}

fn programs(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// A fresh environment with these packages; the folder of its programs.
fn environment(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let at = folder().join(name);
    run(command("python3", &["-m", "venv", "--clear"]).arg(&at))?;
    let programs = programs(&at);
    ensure!(programs.is_dir(), "{} is no environment", at.display());
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(programs.join("python")).args(install).args(packages))?;
    Ok(programs)
}
