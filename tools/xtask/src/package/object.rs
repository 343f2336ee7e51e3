//! The static library: one object with all that the functions of the headers reach, in which no other name is visible, so
//! that a host may link another library written in Rust beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::compiler::Compiler;
use super::library::leaked;
use super::target::{System, Target};
use crate::command::{output, run};
use crate::need::{Need, need};
use crate::symbols;

/// The object in the library.
pub(crate) const OBJECT: &str = "media2face.o";

/// Makes it from what cargo built.
pub(crate) fn library(compiler: &Compiler) -> Result<PathBuf> {
    let (target, whole) = (compiler.target, compiler.built().join("libmedia2face.a"));
    // Zig has no tool that hides names in Mach-O files: they stay visible, mangled.
    if target.system == System::MacOs {
        return Ok(whole);
    }
    let folder = compiler.folder().join("static");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    match target.system {
        System::Windows => coff(target, &whole, &folder),
        _ => elf(target, &whole, &folder),
    }
}

fn elf(target: &Target, whole: &Path, folder: &Path) -> Result<PathBuf> {
    let (object, library) = (folder.join(OBJECT), folder.join("libmedia2face.a"));
    link(target, whole, &object)?;
    hide_names(target, &object, &[])?;
    run(tool(target, "ar")?.arg("rcsD").arg(&library).arg(&object))?;
    Ok(library)
}

/// The objects that stand for functions of the system's DLLs stay as they are, beside the object: the tables that the last linker
/// makes of them end where a DLL's files end.
fn coff(target: &Target, whole: &Path, folder: &Path) -> Result<PathBuf> {
    let (object, code, library) = (folder.join(OBJECT), folder.join("code.a"), folder.join("libmedia2face.a"));
    let members = output(tool(target, "ar")?.arg("t").arg(whole))?;
    let (imports, own): (Vec<_>, Vec<_>) = members.lines().partition(|member| is_import(member));
    for (archive, without) in [(&code, &imports), (&library, &own)] {
        std::fs::copy(whole, archive).context("a copy of the library")?;
        run(tool(target, "ar")?.arg("dD").arg(archive).args(without))?;
    }
    // GNU ld wants to fill in the table of thread-local storage although it makes no program yet, and fails where this name
    // has no value yet.
    run(tool(target, "objcopy")?.arg(format!("--redefine-sym={TLS}={TLS_ASIDE}")).arg(&code))?;
    link(target, &code, &object)?;
    hide_names(target, &object, &[format!("--redefine-sym={TLS_ASIDE}={TLS}")])?;
    run(tool(target, "ar")?.arg("qsD").arg(&library).arg(&object))?;
    Ok(library)
}

/// The table of thread-local storage, which MinGW's runtime has.
const TLS: &str = "_tls_used";
const TLS_ASIDE: &str = "media2face_tls_used";

/// Whether a member of an archive is of a DLL's import library, as `dlltool` names them: `kernel32.dllh.o`, `.dllt.o`,
/// `.dlls00012.o`.
fn is_import(member: &str) -> bool {
    let kind = member.rsplit_once(".dll").and_then(|(_, rest)| rest.strip_suffix(".o"));
    kind.is_some_and(|kind| {
        kind == "h" || kind == "t" || kind.strip_prefix('s').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn link(target: &Target, archive: &Path, object: &Path) -> Result<()> {
    let mut ld = tool(target, "ld")?;
    ld.args(["-r", "--gc-sections", "--strip-debug"]);
    for name in symbols::declared_names()? {
        ld.arg("-u").arg(name);
    }
    run(ld.arg("-o").arg(object).arg(archive))
}

fn hide_names(target: &Target, object: &Path, others: &[String]) -> Result<()> {
    // Bitcode of the standard library, at which older tools of LLVM's abort.
    let bitcode = ["--remove-section=.llvmbc", "--remove-section=.llvmcmd"];
    let names = ["--wildcard", "--keep-global-symbol=m2f_*", "--strip-unneeded"];
    run(tool(target, "objcopy")?.args(bitcode).args(others).args(names).arg(object))
}

fn tool(target: &Target, name: &str) -> Result<Command> {
    let name = target.tool(name);
    need(Need::Program(leaked(&name), leaked(&target.cross_package("binutils"))))?;
    Ok(Command::new(name))
}

#[cfg(test)]
mod tests {
    use super::is_import;

    #[test]
    fn members_of_import_libraries_are_told_by_their_names() {
        for member in ["kernel32.dllh.o", "kernel32.dllt.o", "api-ms-win-core-synch-l1-2-0.dlls00002.o"] {
            assert!(is_import(member), "{member}");
        }
        for member in ["media2face.a1b2-cgu.0.rcgu.o", "a.dll.o", "kernel32.dllsx.o", "shapes.o"] {
            assert!(!is_import(member), "{member}");
        }
    }
}
