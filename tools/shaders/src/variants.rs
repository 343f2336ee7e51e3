//! Which modules a folder of shaders gives, from which source, with which macros: those of `variants.toml`, and of every source that
//! it does not name `half` and `packed`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    module: Vec<Module>,
}

/// One `[[module]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Module {
    /// The GLSL file, relative to the folder.
    pub(crate) source: String,
    /// The module's name, `<stem>.<variant>`: its file is `spirv/<name>.spv`.
    pub(crate) name: String,
    /// `#define KEY VALUE` before the source.
    #[serde(default)]
    pub(crate) defines: BTreeMap<String, String>,
}

impl Module {
    /// Cooperative matrices need Vulkan 1.3; everything else stays within what Vulkan 1.1 drivers take.
    pub(crate) fn is_matrix(&self) -> bool {
        self.name.ends_with(".matrix")
    }

    /// The name of that, as it is part of the hash.
    pub(crate) fn target(&self) -> &'static str {
        if self.is_matrix() { "Vulkan1_3" } else { "Vulkan1_1" }
    }

    /// Its macros, as lines before the source.
    pub(crate) fn preamble(&self) -> String {
        self.defines.iter().map(|(name, value)| format!("#define {name} {value}\n")).collect()
    }
}

/// The modules of a folder: the table's in its order, then those of the other sources by their names.
pub(crate) fn read(folder: &Path) -> Result<Vec<Module>> {
    let path = folder.join("variants.toml");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let table: Table = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let mut names = BTreeSet::new();
    for Module { name, .. } in &table.module {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        ensure!(plain && !name.starts_with('.'), "{}: {name:?} is no file name", path.display());
        ensure!(names.insert(name), "{}: {name} stands twice", path.display());
    }
    let mut modules = table.module;
    for source in sources(folder)? {
        if !modules.iter().any(|module| module.source == source) {
            let stem = source.trim_end_matches(".comp");
            let module = |variant: &str, half: bool| Module {
                source: source.clone(),
                name: format!("{stem}.{variant}"),
                defines: half.then(|| ("HALF".to_owned(), "1".to_owned())).into_iter().collect(),
            };
            modules.extend([module("half", true), module("packed", false)]);
        }
    }
    Ok(modules)
}

/// Names of the sources in a folder, sorted.
fn sources(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let is_source = path.extension().is_some_and(|end| end == "comp");
        names.extend(path.file_name().filter(|_| is_source).map(|name| name.to_string_lossy().into_owned()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_that_the_table_does_not_name_has_two_modules() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("variants.toml", "[[module]]\nsource = \"b.comp\"\nname = \"b\"\n");
        ["a.comp", "b.comp", "c.comp", "lib.glsl"].iter().for_each(|name| write(name, ""));
        let modules = read(folder.path()).expect("modules");
        let names: Vec<&str> = modules.iter().map(|module| module.name.as_str()).collect();
        assert_eq!(names, ["b", "a.half", "a.packed", "c.half", "c.packed"]);
        assert_eq!(modules[1].preamble(), "#define HALF 1\n");
    }
}
