//! `cargo xtask web`: what bindings/web publishes, in `target/web`: the module, and a page that needs no server. Its check runs the
//! tests under Node, and uses the page in a headless Chromium.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, command, output, root, run, target};
use crate::need::{Need, need};
use crate::package::Std;
use crate::{checks, release, sample, shipped};

const TRIPLE: &str = "wasm32-unknown-unknown";
const MODULE: &str = "media2face.wasm";
/// What builds it, besides a compiler; the last two are for its check.
pub(crate) const NEEDS: [Need; 5] = [
    Need::Program("node", "nodejs"),
    Need::Program("npm", "npm"),
    Need::Npm("bindings/web"),
    Need::Npm("tests/web"),
    Need::Program("chromium", "chromium"),
];
/// Most bytes of the module.
const MOST_BYTES: u64 = 6 << 20;

/// Where the module lies once it is built.
pub(crate) fn module() -> PathBuf {
    target().join("web").join(MODULE)
}

/// Builds module and page; then checks them.
pub(crate) fn run_all(check: bool) -> Result<()> {
    NEEDS[..3].iter().try_for_each(|one| need(*one))?;
    let folder = target().join("web");
    std::fs::create_dir_all(folder.join("native"))?;
    let module = build(&folder)?;
    let page = page(&folder, &module)?;
    for file in [&module, &page] {
        println!("{}: {} bytes", file.display(), std::fs::metadata(file)?.len());
    }
    if check { use_it(&folder, &page) } else { Ok(()) }
}

/// Builds the module.
fn build(folder: &Path) -> Result<PathBuf> {
    let std = Std::of(TRIPLE)?;
    let mut build = cargo(&["build", "--locked", "--profile", release::PROFILE, "--package", shipped::LIBRARY]);
    build
        .args(["--no-default-features", "--features", "pictures,text", "--target", TRIPLE, "--target-dir"])
        .arg(folder);
    // A module cannot unwind. Its host asks for the text of the last error.
    build.args(["--config", &format!("profile.{}.panic='abort'", release::PROFILE)]);
    std.tell(&mut build, "panic_abort");
    let places = [std.places()?, release::places()?].concat();
    // Portable kernels with vectors of 128 bits; src/randomness.rs has the backend.
    let others = ["-Ctarget-feature=+simd128", "--cfg=getrandom_backend=\"custom\""];
    build.env("CARGO_ENCODED_RUSTFLAGS", release::flags(&places, &others));
    build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker()?);
    run(&mut build)?;
    let module = folder.join(MODULE);
    std::fs::copy(folder.join(TRIPLE).join(release::PROFILE).join(MODULE), &module)?;
    release::is_free_of(&places, &module)?;
    let bytes = std::fs::metadata(&module)?.len();
    ensure!(bytes <= MOST_BYTES, "{MODULE} has {bytes} bytes, more than {MOST_BYTES}");
    Ok(module)
}

/// The linker that belongs to this toolchain: Debian's compiler has none for modules.
fn linker() -> Result<PathBuf> {
    let told = output(Command::new("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names its host")?;
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let linker = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/rust-lld");
    ensure!(linker.exists(), "{} is missing: a Rust toolchain of rustup has it", linker.display());
    Ok(linker)
}

/// Puts the page together: the face is that of the command.
fn page(folder: &Path, module: &Path) -> Result<PathBuf> {
    let part = folder.join("native/part.wav");
    std::fs::copy(checks::two_seconds()?, &part)?;
    run(&mut cargo(&["build", "--package", "m2f"]))?;
    run(checks::m2f(&["animate", "--quiet", "--emit", "glb", "--out"]).arg(folder).arg(&part))?;
    let (page, hello) = (folder.join("media2face.html"), sample::audio());
    let files = [module, &root().join("models/starter.m2f"), &folder.join("part.glb"), &hello, &page];
    run(command("node", &["bindings/web/page/build.mjs"]).args(files))?;
    Ok(page)
}

/// The package as npm packs and installs it: what bindings/web has and `cargo xtask web` makes, in a folder of its own.
fn packed(folder: &Path) -> Result<()> {
    let (package, host) = (folder.join("package"), folder.join("host"));
    for clean in [&package, &host] {
        let _ = std::fs::remove_dir_all(clean);
        std::fs::create_dir_all(clean)?;
    }
    lay_out(&package, &folder.join(MODULE))?;
    let npm = |words: &[&str], at: &Path| {
        let mut npm = Command::new("npm");
        npm.args(words).current_dir(at).env("npm_config_update_notifier", "false");
        npm
    };
    let name = output(&mut npm(&["pack", "--silent", "--pack-destination", ".."], &package))?;
    let archive = folder.join(name.trim());
    std::fs::write(host.join("package.json"), "{\"private\": true, \"type\": \"module\"}\n")?;
    let install = ["install", "--offline", "--no-audit", "--no-fund", "--silent"];
    run(npm(&install, &host).arg(&archive))?;
    let typescript = root().join("bindings/web/node_modules/typescript/bin/tsc");
    let test = root().join("bindings/web/installed");
    for name in ["use.mjs", "use.ts", "tsconfig.json"] {
        std::fs::copy(test.join(name), host.join(name))?;
    }
    run(Command::new("node").arg(typescript).args(["--project", "."]).current_dir(&host))?;
    run(Command::new("node").arg("use.mjs").arg(folder.join("native/part.curves")).current_dir(&host))
}

/// All files that are published, and some that are not.
fn lay_out(package: &Path, module: &Path) -> Result<()> {
    let web = root().join("bindings/web");
    for folder in ["src", "test"] {
        copy_folder(&web.join(folder), &package.join(folder))?;
    }
    copy_folder(&root().join("LICENSES"), &package.join("LICENSES"))?;
    let files =
        ["LICENSE-MIT", "LICENSE-APACHE", "models/starter.m2f", "models/face-finder.m2f"].map(|name| root().join(name));
    for from in files.into_iter().chain([module.to_owned(), web.join("package.json"), web.join("README.md")]) {
        std::fs::copy(&from, package.join(from.file_name().unwrap_or_default()))
            .with_context(|| from.display().to_string())?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &to.join(entry.file_name()))?,
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name()))?),
        }
    }
    Ok(())
}

/// Node's tests, then the page in the browser. Both compare with what the command makes of the same sound.
fn use_it(folder: &Path, page: &Path) -> Result<()> {
    NEEDS.iter().try_for_each(|one| need(*one))?;
    let native = folder.join("native");
    let same =
        ["animate", "--portable", "--seed", "7", "--style", "happy", "--smooth-head", "0", "--tail", "0", "--quiet"];
    run(checks::m2f(&same)
        .args(["--emit", "json,csv,table,curves", "--eyes", "--out"])
        .arg(&native)
        .arg(native.join("part.wav")))?;
    run(command("node", &["--test", "bindings/web/test/"]).env("M2F_WEB", folder))?;
    packed(folder)?;
    sample::compare_javascript()?;
    run(command("node", &["tests/web/talk.mjs", "chromium"]).arg(page).arg(native).arg(checks::m2f(&[]).get_program()))
}
