//! What a module is made of: its hash says whether a committed module is that of its sources, without a compiler.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::variants::Module;

/// SHA-256 of all that goes into a module: compiler, target, macros, source, and every file that an `#include` names,
/// whether or not this module's macros let it in.
pub(crate) fn hash(folder: &Path, module: &Module) -> Result<String> {
    let path = folder.join(&module.source);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut hash = Sha256::new();
    for part in [env!("GLSLANG"), module.target(), &module.preamble(), &text] {
        mix(&mut hash, part);
    }
    let mut met = Vec::new();
    follow(folder, folder, &text, &mut met, &mut hash).with_context(|| path.display().to_string())?;
    Ok(hex(hash))
}

/// SHA-256 of some bytes.
pub(crate) fn hash_of(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// The file that `#include "name"` means in a file of the folder `beside`: names are relative to that, or to the folder
/// of the table.
pub(crate) fn included(folder: &Path, beside: &Path, name: &str) -> Option<PathBuf> {
    [beside.join(name), folder.join(name)].into_iter().find(|path| path.is_file())
}

/// Mixes the files that `text` includes and that were not met yet, and theirs.
fn follow(folder: &Path, beside: &Path, text: &str, met: &mut Vec<PathBuf>, hash: &mut Sha256) -> Result<()> {
    for name in text.lines().filter_map(include_of) {
        let path = included(folder, beside, name).with_context(|| format!("#include {name:?}: no such file"))?;
        if met.contains(&path) {
            continue;
        }
        let data = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        mix(hash, name);
        mix(hash, &data);
        let beside = path.parent().unwrap_or(folder).to_path_buf();
        met.push(path);
        follow(folder, &beside, &data, met, hash)?;
    }
    Ok(())
}

/// The name on a line `#include "name"`.
fn include_of(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("include")?;
    rest.trim_start().strip_prefix('"')?.split('"').next()
}

/// Each part with its length, so that no two lists of parts give the same bytes.
fn mix(hash: &mut Sha256, part: &str) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of a module in a folder with files of these texts.
    fn hash_with(files: &[(&str, &str)], name: &str, value: &str) -> Result<String> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("lib"))?;
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text)?;
        }
        let defines = [("VALUE".to_owned(), value.to_owned())].into();
        hash(folder.path(), &Module { source: "a.comp".into(), name: name.into(), defines })
    }

    #[test]
    fn every_input_is_in_the_hash() {
        let files = [
            ("a.comp", "#include \"lib/b.glsl\"\n  # include \"lib/d.glsl\"\nvoid main() {}\n"),
            ("lib/b.glsl", "#ifdef NEVER\n#include \"c.glsl\"\n#endif\n"),
            ("lib/c.glsl", "// c\n"),
            ("lib/d.glsl", "#include \"lib/c.glsl\"\n"),
        ];
        let first = hash_with(&files, "a.packed", "1.0").expect("a hash");
        assert_eq!(first, hash_with(&files, "a.half", "1.0").expect("a hash"), "the name is none of its inputs");
        assert_ne!(first, hash_with(&files, "a.matrix", "1.0").expect("a hash"), "the target is");
        assert_ne!(first, hash_with(&files, "a.packed", "2.0").expect("a hash"));
        for changed in 0..files.len() {
            let mut files = files.map(|(name, text)| (name, text.to_owned()));
            files[changed].1.push_str("// more\n");
            let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
            assert_ne!(first, hash_with(&files, "a.packed", "1.0").expect("a hash"), "{}", files[changed].0);
        }
    }

    #[test]
    fn missing_files_are_named() {
        let fault = hash_with(&[("a.comp", "#include \"none.glsl\"\n")], "a.packed", "").expect_err("a fault");
        assert!(format!("{fault:#}").ends_with("a.comp: #include \"none.glsl\": no such file"), "{fault:#}");
    }
}
