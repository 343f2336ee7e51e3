//! The Windows archive under Wine.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::target::Target;
use crate::command::{command, root, run};
use crate::need::{Need, need};

/// Wine's own folder, quiet, and where it finds DLLs.
pub(crate) fn prepare(target: &Target, wine: &mut Command, folder: &Path, dlls: &Path) -> Result<()> {
    let shims = folder.join("shims");
    if !shims.exists() {
        std::fs::create_dir_all(&shims)?;
        let mut gcc = gcc(target, "tests/c/bcryptprimitives.c", &shims.join("bcryptprimitives.dll"))?;
        run(gcc.arg("-shared"))?;
    }
    wine.env("WINEPREFIX", folder.join("wine")).env("WINEDEBUG", "-all").env("WINEDLLOVERRIDES", "mscoree,mshtml=");
    // Arguments of other scripts come through.
    wine.env("LC_ALL", "C.UTF-8").env("WINEPATH", format!("{};{}", drive(dlls), drive(&shims)));
    Ok(())
}

/// The DLL is loaded and unloaded 50 times, each time with a runtime and a pack whose path is not ASCII.
pub(crate) fn check(target: &Target, unpacked: &Path, folder: &Path) -> Result<()> {
    let (program, pack) = (folder.join("reload.exe"), folder.join("größe 大/starter ü.m2f"));
    run(gcc(target, "tests/c/reload.c", &program)?.args(["-municode", "-I"]).arg(unpacked.join("include")))?;
    std::fs::copy(unpacked.join("models/starter.m2f"), &pack)?;
    let emulator = target.emulator.as_ref().expect("Windows has one");
    need(Need::Program(emulator.words[0], emulator.package))?;
    let mut wine = command(emulator.words[0], &emulator.words[1..]);
    prepare(target, &mut wine, folder, &unpacked.join("bin"))?;
    run(wine.arg(&program).arg("media2face.dll").arg(&pack).arg("50"))
}

fn gcc(target: &Target, source: &str, to: &Path) -> Result<Command> {
    need(Need::Program("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"))?;
    let mut gcc = command(&target.tool("gcc"), &["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1"]);
    gcc.arg(root().join(source)).arg("-o").arg(to);
    Ok(gcc)
}

/// A path of this machine as Wine's programs see it.
fn drive(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn paths_are_those_of_wines_drive() {
        assert_eq!(super::drive(Path::new("/a/b c")), "Z:\\a\\b c");
    }
}
