//! The library and the command as they are shipped: stripped, without paths of the machine that built them. For this
//! machine's own programs, and for the archives of `cargo xtask dist`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, root, run, target};
use crate::package::Compiler;
use crate::shipped::LIBRARY;

/// The profile of Cargo.toml.
pub(crate) const PROFILE: &str = "dist";

/// What of a release the check looks into.
const LIBRARIES: [&str; 2] = ["libmedia2face.so", "libmedia2face.a"];

/// Where this machine's own is built: apart from what `cargo build --release` makes, for the compiler's flags are others.
pub(crate) fn folder() -> PathBuf {
    target().join("dist").join(PROFILE)
}

/// Folders of this machine, and what stands for them in what is built. A path of the standard library is none of them.
pub(crate) fn places() -> Result<Vec<(String, &'static str)>> {
    let text = |path: PathBuf| path.into_os_string().into_string().ok().context("a path that is UTF-8");
    let home = std::env::home_dir().context("a home")?;
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    // Of several that fit the last counts.
    Ok(vec![(text(home)?, "home"), (text(cargo_home)?, "cargo"), (text(root())?, "media2face")])
}

/// Flags of the compiler that replace them, after those that are set already and before others.
pub(crate) fn flags(places: &[(String, &str)], others: &[&str]) -> String {
    let own = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let own = own.split('\x1f').filter(|flag| !flag.is_empty()).map(str::to_owned);
    let remap = places.iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}"));
    own.chain(remap).chain(others.iter().map(|&flag| flag.to_owned())).collect::<Vec<_>>().join("\x1f")
}

/// Builds a package with what cargo was told already. The compiler's flags are the same for both packages, so that what both
/// need is compiled once.
fn build(mut cargo: Command, package: &str, places: &[(String, &str)], others: &[&str]) -> Result<()> {
    cargo.args(["--profile", PROFILE, "--locked", "--package", package]);
    run(cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(places, others)))
}

/// Builds a package for a target, with arguments of the linker for a shared library.
pub(crate) fn build_for(compiler: &Compiler, package: &str, link_arguments: &str) -> Result<()> {
    let mut cargo = compiler.cargo("build");
    // The archive has the pack as a file of its own.
    cargo.env("M2F_STARTER", "beside").env("M2F_LINK_ARGUMENTS", link_arguments);
    build(cargo, package, &[compiler.places()?, places()?].concat(), compiler.flags())
}

/// Builds the library for this machine.
pub(crate) fn build_library() -> Result<()> {
    let mut cargo = cargo(&["build", "--target-dir"]);
    cargo.arg(target().join("dist"));
    build(cargo, LIBRARY, &places()?, &[])
}

/// No path of this machine is in the library.
pub(crate) fn check() -> Result<()> {
    build_library()?;
    for name in LIBRARIES {
        let shipped = target().join("dist").join(name);
        run(Command::new("strip").arg("--strip-debug").arg("-o").arg(&shipped).arg(folder().join(name)))?;
        is_free_of(&places()?, &shipped)?;
    }
    Ok(())
}

/// None of the places is in a file.
pub(crate) fn is_free_of(places: &[(String, &str)], file: &Path) -> Result<()> {
    let bytes = std::fs::read(file)?;
    for (place, _) in places {
        // As the beginning of a path: a short name may stand in the middle of another.
        let beginning = format!("{place}/");
        let found = bytes.windows(beginning.len()).position(|window| window == beginning.as_bytes());
        let around = |at: usize| String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 120)]).into_owned();
        ensure!(found.is_none(), "{} holds {:?}", file.display(), found.map(around));
    }
    Ok(())
}
