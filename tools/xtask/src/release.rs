//! `cargo xtask release`: the library and the command as they are shipped, without paths of the machine that built them.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, root, run, target};
use crate::shipped::{COMMAND, LIBRARY};

/// What of a release the check looks into.
const LIBRARIES: [&str; 2] = ["libmedia2face.so", "libmedia2face.a"];

/// Where it is built: apart from what `cargo build --release` makes, for the compiler's flags are others.
pub(crate) fn folder() -> PathBuf {
    target().join("dist/release")
}

/// Folders of this machine, and what stands for them in what is built. A path of the standard library is none of them.
fn places() -> Result<Vec<(String, &'static str)>> {
    let text = |path: PathBuf| path.into_os_string().into_string().ok().context("a path that is UTF-8");
    let home = std::env::home_dir().context("a home")?;
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    // Of several that fit the last counts.
    Ok(vec![(text(home)?, "home"), (text(cargo_home)?, "cargo"), (text(root())?, "media2face")])
}

fn build_package(package: &str) -> Result<()> {
    let mut build = cargo(&["build", "--release", "--locked", "--package", package, "--target-dir"]);
    run(build.arg(target().join("dist")).env("CARGO_ENCODED_RUSTFLAGS", flags()?))
}

/// Flags of the compiler that replace them, after those that are set already.
pub(crate) fn flags() -> Result<String> {
    let own = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let remap = places()?.into_iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}"));
    let flags: Vec<String> =
        own.split('\x1f').filter(|flag| !flag.is_empty()).map(str::to_owned).chain(remap).collect();
    Ok(flags.join("\x1f"))
}

/// Builds the library.
pub(crate) fn build_library() -> Result<()> {
    build_package(LIBRARY)
}

/// Builds and strips both; tells where they are.
pub(crate) fn run_all() -> Result<()> {
    build_library()?;
    build_package(COMMAND)?;
    for name in LIBRARIES.iter().chain(&[COMMAND]) {
        let stripped = stripped(name)?;
        is_free_of_places(&stripped)?;
        println!("{}", stripped.display());
    }
    Ok(())
}

/// No path of this machine is in the stripped library.
pub(crate) fn check() -> Result<()> {
    build_library()?;
    LIBRARIES.iter().try_for_each(|name| is_free_of_places(&stripped(name)?))
}

/// A copy without what a debugger reads.
fn stripped(name: &str) -> Result<PathBuf> {
    let shipped = target().join("dist").join(name);
    run(Command::new("strip").arg("--strip-debug").arg("-o").arg(&shipped).arg(folder().join(name)))?;
    Ok(shipped)
}

/// Whether a file holds none of them.
pub(crate) fn is_free_of_places(file: &std::path::Path) -> Result<()> {
    let bytes = std::fs::read(file)?;
    for (place, _) in places()? {
        // As the beginning of a path: a short name may stand in the middle of another.
        let beginning = format!("{place}/");
        let found = bytes.windows(beginning.len()).position(|window| window == beginning.as_bytes());
        let around = |at: usize| String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 120)]).into_owned();
        ensure!(found.is_none(), "{} holds {:?}", file.display(), found.map(around));
    }
    Ok(())
}
