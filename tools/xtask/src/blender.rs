//! `cargo xtask blender`: the add-on as users install it, `target/blender/media2face-blender.zip`; and its checks, under Python alone
//! and in Blender.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::checks::{left_out_file, m2f};
use crate::command::{command, root, run, target};
use crate::gltf;
use crate::need::{Need, need};
use crate::package::{Entries, Entry, unpack, zip};
use crate::sample::{self, Profile};
use crate::screen::{self, Screen};
use crate::test::Extent;

const PACKAGE: &str = "media2face_blender";
const ARCHIVE: &str = "media2face-blender.zip";

pub(crate) const BLENDER: [Need; 2] = [Need::Program("blender", "blender"), Need::Python("numpy", "python3-numpy")];
/// And a window.
pub(crate) const WINDOW: [Need; 4] = [BLENDER[0], BLENDER[1], screen::XVFB[0], screen::XVFB[1]];

/// Rates of scenes, and what their files are called.
const RATES: [(&str, &str); 2] = [("30", "30"), ("24000/1001", "23.976")];

/// Longest time of Blender, seconds: one that hangs is an error.
const LONGEST: &str = "1200";

/// Makes the archive; then checks it.
pub(crate) fn run_all(check_it: bool) -> Result<()> {
    println!("{}", archive()?.display());
    if check_it {
        WINDOW.into_iter().try_for_each(need)?;
        core(Extent::Full)?;
        check(Extent::Full)?;
        window(Extent::Full)?;
    }
    Ok(())
}

fn folder() -> PathBuf {
    target().join("blender")
}

fn sources() -> PathBuf {
    root().join("bindings/blender")
}

/// The package and the licences.
fn archive() -> Result<PathBuf> {
    let mut entries = Entries::new();
    collect(&sources().join(PACKAGE), "", &mut entries)?;
    ensure!(entries.contains_key("__init__.py") && entries.contains_key("core/track.py"), "the add-on is not whole");
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        entries.insert(name.to_owned(), Entry::File(std::fs::read(root().join(name))?));
    }
    std::fs::create_dir_all(folder())?;
    let path = folder().join(ARCHIVE);
    std::fs::write(&path, zip(PACKAGE, &entries)?)?;
    Ok(path)
}

fn collect(from: &Path, below: &str, entries: &mut Entries) -> Result<()> {
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let name = format!("{below}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), entries)?;
        } else if path.extension().is_some_and(|ending| ending == "py") {
            entries.insert(name, Entry::File(std::fs::read(&path)?));
        }
    }
    Ok(())
}

/// What needs no Blender, under Python.
pub(crate) fn core(_: Extent) -> Result<()> {
    let mut tests = command("python3", &["-m", "unittest", "test_core"]);
    run(tests.current_dir(sources().join("tests")).env("PYTHONDONTWRITEBYTECODE", "1"))
}

/// Blender without a window. Its picture stays in target/blender.
pub(crate) fn check(_: Extent) -> Result<()> {
    Profile::Dev.build()?;
    let hello = sample::audio();
    let faces = folder().join("faces");
    std::fs::create_dir_all(&faces)?;
    for (fps, name) in RATES {
        let options =
            ["animate", "--quiet", "--seed", "7", "--emit", "csv,json,curves", "--eyes", "--fps", fps, "--out"];
        run(m2f(&options).arg(&faces).arg(&hello))?;
        for ending in ["csv", "json", "curves"] {
            std::fs::rename(faces.join(format!("hello.{ending}")), faces.join(format!("{name}.{ending}")))?;
        }
    }
    let mut blender = blender("check.py", &["--background", "--python-exit-code", "3"]);
    blender
        .arg("--")
        .arg(archive()?)
        .arg(gltf::hello()?)
        .args([&hello, &faces])
        .arg(m2f(&[]).get_program())
        .arg(folder());
    if let Some(package) = wheel()? {
        blender.env("M2F_PACKAGE", package);
    }
    run(&mut blender)
}

/// Blender's window: progress, undo, Esc.
pub(crate) fn window(_: Extent) -> Result<()> {
    Profile::Dev.build()?;
    let screen = Screen::new()?;
    let mut blender = blender("modal.py", &["--enable-event-simulate"]);
    blender.arg("--").arg(archive()?).arg(gltf::hello()?).arg(sample::audio());
    let told = blender.arg(m2f(&[]).get_program()).env("DISPLAY", screen.name()).output()?;
    let text = String::from_utf8_lossy(&told.stdout);
    ensure!(text.lines().any(|line| line == "passed"), "{text}{}", String::from_utf8_lossy(&told.stderr));
    Ok(())
}

/// Blender with settings and add-ons of its own.
fn blender(script: &str, options: &[&str]) -> Command {
    let mut blender = command("timeout", &[LONGEST, "blender", "--factory-startup"]);
    blender.args(options).arg("--python").arg(sources().join("tests").join(script));
    blender.env("BLENDER_USER_SCRIPTS", folder().join("scripts")).env("PYTHONDONTWRITEBYTECODE", "1");
    blender.env("M2F_TEST_LEFT_OUT", left_out_file());
    blender
}

/// The Python package, where `cargo xtask wheel` has built it: unpacked, for Blender's Python.
fn wheel() -> Result<Option<PathBuf>> {
    let Ok(built) = std::fs::read_dir(target().join("python/wheels")) else { return Ok(None) };
    let ends = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "whl");
    let Some(wheel) = built.filter_map(|entry| Some(entry.ok()?.path())).find(ends) else { return Ok(None) };
    let (to, copy) = (folder().join("package"), folder().join("package.zip"));
    let _ = std::fs::remove_dir_all(&to);
    std::fs::copy(wheel, &copy)?;
    unpack(&copy, &to)?;
    Ok(Some(to))
}
