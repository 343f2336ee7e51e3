//! The C++ wrapper, include/media2face.hpp: it has all functions of the C header, and errors come through it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::checks::{library, tiny_pack};
use crate::command::{command, root, run};
use crate::sample::{Compiler, STRICT, compile, place};
use crate::symbols::declared;
use crate::test::Extent;

/// With exceptions, and without.
const MODES: [&[&str]; 2] = [&["-std=c++17"], &["-std=c++20", "-fno-exceptions", "-fno-rtti"]];
const WRAPPER: [&str; 2] = ["include/media2face.hpp", "include/media2face_base.hpp"];

/// Every function of media2face.h is called by the wrapper.
pub(crate) fn has_all_functions() -> Result<()> {
    let text = |name: &str| std::fs::read_to_string(root().join(name));
    let header = text("include/media2face.h")?;
    let wrapper = WRAPPER.into_iter().map(text).collect::<std::io::Result<Vec<_>>>()?.concat();
    let called = names(&wrapper);
    let functions: BTreeSet<&str> = declared(&header).collect();
    let missing: Vec<_> = functions.iter().filter(|name| !called.contains(*name)).collect();
    ensure!(functions.len() > 50, "only {} functions found: the reader is broken", functions.len());
    ensure!(missing.is_empty(), "include/media2face.hpp does not have {missing:?}");
    println!("the C++ wrapper has all {} functions of media2face.h", functions.len());
    Ok(())
}

/// Names of the C API outside comments.
fn names(code: &str) -> BTreeSet<&str> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    let words = lines.flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    words.filter(|word| word.starts_with("m2f_")).collect()
}

/// Errors through the wrapper, with exceptions and without: the library's own text, and no crash.
pub(crate) fn errors(extent: Extent) -> Result<()> {
    let pack = tiny_pack()?;
    for options in MODES {
        run(command(
            &compile(Compiler::Cpp, "tests/cpp/errors.cpp", options, library(extent))?.to_string_lossy(),
            &[],
        )
        .arg(&pack))?;
        run(&mut command(
            &compile(Compiler::Cpp, "tests/cpp/version.cpp", options, library(extent))?.to_string_lossy(),
            &[],
        ))?;
    }
    shared(&library(extent).folder(), &pack)
}

/// The same with the shared library: where it is missing, the program does not start, and the system says which file it lacks.
fn shared(library: &Path, pack: &Path) -> Result<()> {
    let source = "tests/cpp/errors.cpp";
    let program = place(source, &["-shared-library"])?;
    let mut compiler = command(Compiler::Cpp.program(), &STRICT);
    // Of the two libraries in the folder the linker takes the shared one.
    compiler.args(["-std=c++17", source, "-o"]).arg(&program).arg("-L").arg(library);
    run(compiler.args(["-lmedia2face", "-lpthread"]))?;
    let start = || {
        let mut start = command(&program.to_string_lossy(), &[]);
        start.arg(pack).env_remove("LD_LIBRARY_PATH");
        start
    };
    let alone = start().output()?;
    let said = String::from_utf8_lossy(&alone.stderr);
    ensure!(!alone.status.success(), "it starts without the library");
    let mut words = said.split_whitespace().map(|word| word.trim_end_matches(':'));
    let file = words.find(|word| word.starts_with("libmedia2face.so"));
    let file = file.with_context(|| format!("without the library: {said}"))?;
    println!("without the library: {}", said.trim());
    // Now under the name that it is looked for by, which may have a version.
    let folder = program.with_file_name("shared");
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(library.join("libmedia2face.so"), folder.join(file))?;
    run(start().env("LD_LIBRARY_PATH", folder))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_in_comments_do_not_count() {
        let found = super::names(" * As m2f_a does.\n    // m2f_b(\n    return x(m2f_c, m2f_d(get()));\n");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["m2f_c", "m2f_d"]);
    }
}
