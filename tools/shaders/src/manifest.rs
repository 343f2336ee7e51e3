//! `spirv/manifest.toml`: what each committed module was made from, and what it is; and the comparison with what lies
//! there, which takes no compiler.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::variants::Module;
use crate::{sources, variants};

/// The whole file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) module: Vec<Entry>,
}

/// One module, in the order of `variants.toml`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) source: String,
    /// Of what it was made from.
    pub(crate) hash: String,
    /// Of its bytes.
    pub(crate) spirv_hash: String,
    pub(crate) size_bytes: usize,
}

/// Its name in `spirv/`.
pub(crate) const NAME: &str = "manifest.toml";

/// The file's text.
#[cfg(any(feature = "compile", test))]
pub(crate) fn text(manifest: &Manifest) -> Result<String> {
    let head = "# Written by `cargo xtask shaders` from ../variants.toml.\n\n";
    Ok(head.to_owned() + &toml::to_string(manifest)?)
}

/// The list of the modules for the library, in `spirv/`.
pub(crate) const LIST: &str = "modules.rs";

/// That list's text: an array of names and bytes.
pub(crate) fn list(modules: &[Module]) -> String {
    let line = |Module { name, .. }: &Module| format!("    (\"{name}\", include_bytes!(\"{name}.spv\")),\n");
    let lines: String = modules.iter().map(line).collect();
    format!("// Written by `cargo xtask shaders`.\n[\n{lines}]\n")
}

/// Fails unless the committed modules are those of the sources, by the hashes of both; gives their count.
pub(crate) fn check(folder: &Path) -> Result<usize> {
    let spirv = folder.join("spirv");
    let path = spirv.join(NAME);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let Manifest { module: entries } = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let modules = variants::read(folder)?;
    let mut faults = Vec::new();
    let mut expected = BTreeSet::from([NAME.to_owned(), LIST.to_owned()]);
    if std::fs::read_to_string(spirv.join(LIST)).ok() != Some(list(&modules)) {
        faults.push(format!("{LIST}: not the list of these modules"));
    }
    for module in &modules {
        let (name, file) = (&module.name, format!("{}.spv", module.name));
        let entry = entries.iter().find(|entry| entry.name == *name && entry.source == module.source);
        match (entry, std::fs::read(spirv.join(&file))) {
            (_, Err(_)) => faults.push(format!("{name}: missing")),
            (None, _) => faults.push(format!("{name}: not in {NAME}")),
            (Some(entry), Ok(bytes)) => {
                if sources::hash(folder, module)? != entry.hash {
                    faults.push(format!("{name}: its sources have changed since it was compiled"));
                }
                if sources::hash_of(&bytes) != entry.spirv_hash || bytes.len() != entry.size_bytes {
                    faults.push(format!("{name}: not what was compiled"));
                }
            }
        }
        expected.insert(file);
    }
    if entries.len() > modules.len() {
        faults.push(format!("{NAME}: more modules than variants.toml has"));
    }
    let stray = present(&spirv)?.into_iter().filter(|name| !expected.contains(name));
    faults.extend(stray.map(|name| format!("{name}: variants.toml does not name it")));
    if !faults.is_empty() {
        bail!("{}:\n{}\nrun cargo xtask shaders", spirv.display(), faults.join("\n"));
    }
    Ok(modules.len())
}

/// Names of the files in `spirv/`.
pub(crate) fn present(folder: &Path) -> Result<BTreeSet<String>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with one module, as the compiler would leave it.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let write = |name: &str, bytes: &[u8]| std::fs::write(path.join(name), bytes).expect("written");
        std::fs::create_dir(path.join("spirv")).expect("made");
        write("variants.toml", b"[[module]]\nsource = \"a.comp\"\nname = \"a.half\"\ndefines = { HALF = \"1\" }\n");
        write("a.comp", b"#include \"a.glsl\"\nvoid main() {}\n");
        write("a.glsl", b"// shared\n");
        write("spirv/a.half.spv", b"spirv");
        let mut modules = variants::read(path).expect("a table");
        write("spirv/modules.rs", list(&modules).as_bytes());
        let module = modules.remove(0);
        let hash = sources::hash(path, &module).expect("a hash");
        let entry = Entry {
            name: module.name,
            source: module.source,
            hash,
            spirv_hash: sources::hash_of(b"spirv"),
            size_bytes: 5,
        };
        write("spirv/manifest.toml", text(&Manifest { module: vec![entry] }).expect("text").as_bytes());
        folder
    }

    #[test]
    fn modules_of_their_sources_pass() {
        assert_eq!(check(folder().path()).expect("no fault"), 1);
    }

    #[test]
    fn stale_changed_missing_and_stray_modules_are_found_without_a_compiler() {
        let faults: [(&str, &str, &str); 8] = [
            ("a.comp", "#include \"a.glsl\"\nvoid main() { }\n", "a.half: its sources have changed"),
            ("a.glsl", "// another\n", "a.half: its sources have changed"),
            ("variants.toml", "[[module]]\nsource = \"a.comp\"\nname = \"a.half\"\n", "its sources have changed"),
            ("variants.toml", "[[module]]\nsource = \"a.comp\"\nname = \"b.half\"\n", "b.half: missing"),
            ("spirv/a.half.spv", "other", "a.half: not what was compiled"),
            ("spirv/old.spv", "spirv", "old.spv: variants.toml does not name it"),
            ("spirv/modules.rs", "[]", "modules.rs: not the list of these modules"),
            ("b.comp", "void main() {}\n", "b.packed: missing"),
        ];
        for (name, text, expected) in faults {
            let folder = folder();
            std::fs::write(folder.path().join(name), text).expect("written");
            let fault = check(folder.path()).expect_err(expected).to_string();
            assert!(fault.contains(expected) && fault.ends_with("run cargo xtask shaders"), "{fault}");
        }
    }
}
