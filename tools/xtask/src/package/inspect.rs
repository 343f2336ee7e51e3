//! What binaries say of themselves: their names, what they show, what they ask of the system.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::compiler::Compiler;
use super::library::major;
use super::object::OBJECT;
use super::target::{GLIBC, System, Target};
use crate::command::output;
use crate::need::{Need, need};
use crate::symbols;

/// Looks into the library and the command of an unpacked archive.
pub(crate) fn binaries(compiler: &Compiler, folder: &Path, version: &str) -> Result<()> {
    let target = compiler.target;
    let soname = target.soname(major(version));
    let shared = folder.join(if target.system == System::Windows { "bin" } else { "lib" }).join(&soname);
    let bytes = std::fs::metadata(&shared).with_context(|| shared.display().to_string())?.len();
    println!("   {soname}: {:.2} MiB", super::mib(bytes));
    ensure!(bytes <= target.most_bytes(), "{soname} has {bytes} bytes, at most {}", target.most_bytes());
    match target.system {
        System::Linux => elf(folder, &shared, &soname),
        System::Windows => pe(target, folder, &shared),
        // There is no reader of Mach-O files here.
        System::MacOs | System::Android | System::Ios => Ok(()),
    }
}

fn elf(folder: &Path, shared: &Path, soname: &str) -> Result<()> {
    need(Need::Program("readelf", "binutils"))?;
    let readelf =
        |what: &str, file: &Path| output(Command::new("readelf").args(["--wide", what]).arg(file).env("LC_ALL", "C"));
    let dynamic = readelf("--dynamic", shared)?;
    let name = dynamic.lines().find(|line| line.contains("(SONAME)"));
    ensure!(name.is_some_and(|line| line.ends_with(&format!("[{soname}]"))), "the SONAME: {name:?}, not {soname}");
    symbols::compare("the shared library", &visible(&readelf("--dyn-syms", shared)?))?;
    symbols::compare("the static library", &visible(&readelf("--syms", &folder.join("lib/libmedia2face.a"))?))?;
    for file in [shared.to_path_buf(), folder.join("bin/m2f")] {
        let highest = highest_glibc(&readelf("--dyn-syms", &file)?);
        let (major, minor) = highest.with_context(|| format!("{} asks for no C library", file.display()))?;
        ensure!((major, minor) <= GLIBC, "{} asks for glibc {major}.{minor}", file.display());
        let needed = needed(&readelf("--dynamic", &file)?);
        println!("   {}: glibc {major}.{minor}; {}", file.display(), needed.join(", "));
        let system = |name: &String| name.starts_with("ld-linux") || SYSTEM.contains(&name.as_str());
        ensure!(needed.iter().all(system), "{} needs more than the C library: {needed:?}", file.display());
    }
    Ok(())
}

/// Files of the C library that were parts of their own before 2.34.
const SYSTEM: [&str; 6] = ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1"];

/// Names that a table of symbols shows to others: defined, and not local.
fn visible(symbols: &str) -> BTreeSet<String> {
    let columns = symbols.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let shown = columns.filter(|line| {
        line.len() >= 8 && ["GLOBAL", "WEAK"].contains(&line[4]) && line[5] != "HIDDEN" && line[6] != "UND"
    });
    shown.map(|line| line[7].split('@').next().unwrap_or_default().to_owned()).collect()
}

/// The highest version of the C library among the names that a table of symbols asks for.
fn highest_glibc(symbols: &str) -> Option<(u32, u32)> {
    let versions = symbols.split("@GLIBC_").skip(1).filter_map(|rest| {
        let version: Vec<u32> =
            rest.split([' ', '\n']).next()?.split('.').filter_map(|part| part.parse().ok()).collect();
        Some((*version.first()?, *version.get(1)?))
    });
    versions.max()
}

/// Libraries that a dynamic section asks for.
fn needed(dynamic: &str) -> Vec<String> {
    let lines = dynamic.lines().filter(|line| line.contains("(NEEDED)"));
    lines.filter_map(|line| Some(line.split_once('[')?.1.trim_end_matches(']').to_owned())).collect()
}

fn pe(target: &Target, folder: &Path, shared: &Path) -> Result<()> {
    let objdump = |file: &Path| output(Command::new(target.tool("objdump")).arg("-p").arg(file).env("LC_ALL", "C"));
    let text = objdump(shared)?;
    symbols::compare("the DLL", &exports(&text))?;
    for (file, text) in
        [(shared.to_path_buf(), text), (folder.join("bin/m2f.exe"), objdump(&folder.join("bin/m2f.exe"))?)]
    {
        let needed: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: ")).collect();
        println!("   {}: {}", file.display(), needed.join(", "));
        let foreign = |name: &&&str| name.starts_with("lib");
        ensure!(!needed.iter().any(|name| foreign(&name)), "{} needs DLLs of its compiler: {needed:?}", file.display());
    }
    let nm =
        output(Command::new(target.tool("nm")).args(["-g", "--defined-only"]).arg(folder.join("lib/libmedia2face.a")))?;
    // Beside it lie the import libraries of system DLLs.
    let heading = format!("{OBJECT}:");
    let own = nm.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.ends_with(':'));
    let shown = own.filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect();
    symbols::compare("the static library", &shown)
}

/// Names of a DLL's table.
fn exports(objdump: &str) -> BTreeSet<String> {
    let table = objdump.split("[Ordinal/Name Pointer] Table").nth(1).unwrap_or_default();
    let lines = table.lines().skip(1).take_while(|line| line.trim_start().starts_with('['));
    lines.filter_map(|line| Some(line.split_whitespace().last()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::{exports, highest_glibc, needed, visible};

    const SYMBOLS: &str = "
Symbol table '.dynsym' contains 5 entries:
   Num:    Value          Size Type    Bind   Vis      Ndx Name
     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND
     1: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND memcpy@GLIBC_2.14 (3)
     2: 0000000000000000     0 FUNC    WEAK   DEFAULT  UND gettid@GLIBC_2.9 (4)
     3: 0000000000001000    20 FUNC    GLOBAL DEFAULT    7 m2f_version
     4: 0000000000002000    20 FUNC    GLOBAL HIDDEN     7 inner
";

    #[test]
    fn tables_of_symbols_are_read() {
        assert_eq!(visible(SYMBOLS).into_iter().collect::<Vec<_>>(), ["m2f_version"]);
        assert_eq!(highest_glibc(SYMBOLS), Some((2, 14)));
        assert_eq!(highest_glibc("nothing"), None);
    }

    #[test]
    fn dynamic_sections_and_tables_of_exports_are_read() {
        let dynamic = " 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]\n\
             0x000000000000000e (SONAME)             Library soname: [libmedia2face.so.0]\n";
        assert_eq!(needed(dynamic), ["libc.so.6"]);
        let table = "[Ordinal/Name Pointer] Table -- Ordinal Base 1\n\
            \t[   0] +base[   1]  0000 m2f_a\n\t[   1] +base[   2]  0001 m2f_b\n\nThe Function Table\n\t[   3] x\n";
        assert_eq!(exports(table).into_iter().collect::<Vec<_>>(), ["m2f_a", "m2f_b"]);
    }
}
