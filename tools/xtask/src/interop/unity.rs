//! `.meta` files of the Unity package: one beside each file and folder that Unity imports. Its guid follows from the path alone, so a
//! reference to a script holds wherever the package is copied, and whoever adds a file gets the same one.

use std::path::Path;

use anyhow::{Context, Result};

/// The package.
pub(crate) const PACKAGE: &str = "bindings/unity";

/// Path in the repository and text of every `.meta` file, in order.
pub(super) fn metas(root: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    visit(&root.join(PACKAGE), "", &mut found)?;
    found.sort();
    Ok(found)
}

/// The `.meta` files that are there.
pub(super) fn committed(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    list(&root.join(PACKAGE), "", &mut |path, _| {
        if path.strip_suffix(".meta").is_some() {
            found.push(format!("{PACKAGE}/{path}"));
        }
    })?;
    found.sort();
    Ok(found)
}

fn visit(folder: &Path, below: &str, found: &mut Vec<(String, String)>) -> Result<()> {
    list(folder, below, &mut |path, is_folder| {
        if path.strip_suffix(".meta").is_none() {
            found.push((format!("{PACKAGE}/{path}.meta"), meta(path, is_folder)));
        }
    })
}

/// Calls for each file and folder that Unity imports: not those with a tilde at the end, nor hidden ones.
fn list(folder: &Path, below: &str, each: &mut dyn FnMut(&str, bool)) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with('~') || name.starts_with('.') {
            continue;
        }
        let (path, is_folder) = (format!("{below}{name}"), entry.file_type()?.is_dir());
        each(&path, is_folder);
        if is_folder {
            list(&entry.path(), &format!("{path}/"), each)?;
        }
    }
    Ok(())
}

/// The text of a `.meta` file, by its file's path in the package.
pub(crate) fn meta(path: &str, is_folder: bool) -> String {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let importer = match ending {
        _ if is_folder => "folderAsset: yes\nDefaultImporter",
        "cs" => "MonoImporter",
        "asmdef" => "AssemblyDefinitionImporter",
        "json" if path == "package.json" => "PackageManifestImporter",
        "md" | "json" | "txt" => "TextScriptImporter",
        _ => "DefaultImporter",
    };
    let guid = guid(path);
    format!("fileFormatVersion: 2\nguid: {guid:032x}\n{importer}:\n  externalObjects: {{}}\n  userData:\n")
}

/// FNV-1a of the path in the package, 128 bits.
pub(crate) fn guid(path: &str) -> u128 {
    let mix = |hash: u128, byte: u8| (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    format!("media2face/unity/{path}").bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, mix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_differ_by_path_and_stay() {
        let paths = ["Runtime", "Runtime/Core", "Runtime/Core/FaceModel.cs", "Editor"];
        let mut guids = paths.map(guid);
        guids.sort_unstable();
        assert!(guids.windows(2).all(|pair| pair[0] != pair[1]));
        // What scenes of users refer to: it must not change.
        assert_eq!(format!("{:032x}", guid("Runtime")), "354f02714e5ad2207b28a22f8b68b08f");
    }

    #[test]
    fn kinds_of_files_have_their_importers() {
        assert!(meta("Runtime", true).contains("folderAsset: yes"));
        assert!(meta("Runtime/A.cs", false).contains("MonoImporter"));
        assert!(meta("package.json", false).contains("PackageManifestImporter"));
        assert!(meta("README.md", false).contains("TextScriptImporter"));
    }
}
