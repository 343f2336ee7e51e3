//! `variants.toml`: which modules a folder of shaders gives, from which source, with which macros.

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

/// Reads the table of a folder, in the file's order.
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
    Ok(table.module)
}
