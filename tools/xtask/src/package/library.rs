//! The library's files as hosts link them: the shared one under its own name, the static one, and the import libraries of a
//! DLL.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::archive::{Entries, Entry};
use super::compiler::{Compiler, zig};
use super::object;
use super::target::{System, Target};
use crate::command::run;
use crate::need::{Need, need};
use crate::{release, shipped, symbols};

/// Builds the library and puts its files among the entries of an archive.
pub(crate) fn add(compiler: &Compiler, version: &str, entries: &mut Entries) -> Result<()> {
    let target = compiler.target;
    let soname = target.soname(major(version));
    release::build_for(compiler, shipped::LIBRARY, &link_arguments(target, &soname))?;
    let read = |path: &Path| std::fs::read(path).with_context(|| path.display().to_string());
    let shared = read(&compiler.built().join(target.shared()))?;
    if target.system == System::Windows {
        entries.insert(format!("bin/{soname}"), Entry::Program(shared));
        for (name, bytes) in import_libraries(compiler, &soname)? {
            entries.insert(format!("lib/{name}"), Entry::File(bytes));
        }
    } else {
        entries.insert(format!("lib/{}", target.shared()), Entry::Link(soname.clone()));
        entries.insert(format!("lib/{soname}"), Entry::Program(shared));
    }
    entries.insert("lib/libmedia2face.a".to_owned(), Entry::File(read(&object::library(compiler)?)?));
    Ok(())
}

/// Before 1.0.0 too: the ABI changes with the first number.
pub(crate) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// What the linker is told of the shared library besides what rustc tells it.
fn link_arguments(target: &Target, soname: &str) -> String {
    match target.system {
        System::Linux | System::Android => format!("-Wl,-soname,{soname}"),
        System::MacOs | System::Ios => format!("-Wl,-install_name,@rpath/{soname}"),
        System::Windows => String::new(),
    }
}

/// A name that lives as long as the chore, as `Need` wants it.
pub(crate) fn leaked(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

/// What is linked for a DLL: by MinGW and by MSVC, from a list of its functions.
fn import_libraries(compiler: &Compiler, dll: &str) -> Result<Vec<(&'static str, Vec<u8>)>> {
    need(Need::Zig)?;
    let folder = compiler.folder().join("import");
    std::fs::create_dir_all(&folder)?;
    let (list, library) = (folder.join("media2face.def"), folder.join("media2face.lib"));
    std::fs::write(&list, definitions(dll, &symbols::declared_names()?))?;
    let machine = if compiler.target.processor() == "x86_64" { "i386:x86-64" } else { "arm64" };
    run(Command::new(zig()).args(["dlltool", "-m", machine, "-d"]).arg(&list).arg("-l").arg(&library))?;
    let bytes = std::fs::read(&library)?;
    Ok(vec![("media2face.lib", bytes.clone()), ("libmedia2face.dll.a", bytes)])
}

/// A module definition file.
fn definitions(dll: &str, names: &[String]) -> String {
    let names: String = names.iter().map(|name| format!("    {name}\n")).collect();
    format!("LIBRARY {dll}\nEXPORTS\n{names}")
}

#[cfg(test)]
mod tests {
    use super::{definitions, link_arguments, major};
    use crate::package::target::find;

    #[test]
    fn a_shared_library_is_told_its_name() {
        let of = |triple, soname| link_arguments(find(triple).unwrap(), soname);
        assert_eq!(of("x86_64-unknown-linux-gnu", "libmedia2face.so.0"), "-Wl,-soname,libmedia2face.so.0");
        let dylib = "libmedia2face.0.dylib";
        assert_eq!(of("aarch64-apple-darwin", dylib), format!("-Wl,-install_name,@rpath/{dylib}"));
        assert_eq!((major("0.2.0"), major("13.0.1")), ("0", "13"));
    }

    #[test]
    fn a_definition_lists_every_function() {
        let names = ["m2f_a".to_owned(), "m2f_b".to_owned()];
        assert_eq!(definitions("media2face.dll", &names), "LIBRARY media2face.dll\nEXPORTS\n    m2f_a\n    m2f_b\n");
    }
}
