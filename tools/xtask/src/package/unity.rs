//! `cargo xtask unity`: the Unity package as users add it, `dist/com.media2face.unity-VERSION.tgz`. It has what bindings/unity has, the
//! libraries of those archives that lie in `dist` as plugins, the starter as a sample, and licences.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::archive::{self, Entries, Entry};
use super::plugin::{PLUGINS, Plugin};
use super::target::{self, Target};
use super::{VERSION, add_licences, file_name, folder_name, mib, read};
use crate::command::{root, target as build_folder};
use crate::interop::unity::{PACKAGE, meta};

/// Where Unity looks for a package in its archive.
const FOLDER: &str = "package";
/// A folder whose name ends so is not imported, and has no `.meta` files.
const HIDDEN: char = '~';
const STARTER: &str = "Samples~/Starter model";
/// What it has of the folder `models`.
const MODELS: [&str; 2] = ["starter.m2f", "face-finder.m2f"];
/// The package's list of samples begins so.
const SAMPLES: &str = "\"samples\": [\n";

/// Packs it from the archives in `dist`; gives its path.
pub(crate) fn unity() -> Result<PathBuf> {
    let folder = root().join("dist");
    let models = MODELS.map(|name| Ok((name, read(&root().join("models").join(name))?)));
    let models = models.into_iter().collect::<Result<Vec<_>>>()?;
    let (entries, targets) = entries(&folder, &build_folder().join("unity/archives"), models)?;
    let bytes = archive::tar_gz(FOLDER, &entries)?;
    let path = folder.join(format!("com.media2face.unity-{VERSION}.tgz"));
    std::fs::write(&path, &bytes)?;
    archive::write_sums(&folder)?;
    let sum = archive::sha256(&bytes);
    println!("{}: {:.2} MiB, for {}, SHA-256 {sum}", path.display(), mib(bytes.len() as u64), targets.join(", "));
    Ok(path)
}

/// All files of the package, and the targets whose libraries are in it. Archives are unpacked into `scratch`.
fn entries(dist: &Path, scratch: &Path, models: Vec<(&'static str, Vec<u8>)>) -> Result<(Entries, Vec<&'static str>)> {
    let mut entries = Entries::new();
    add_folder(&root().join(PACKAGE), "", &mut entries)?;
    entries.insert("package.json".to_owned(), Entry::File(manifest()?.into_bytes()));
    entries.extend(models.into_iter().map(|(name, bytes)| (format!("{STARTER}/{name}"), Entry::File(bytes))));
    entries.insert(format!("{STARTER}/README.md"), Entry::File(read(&root().join("models/README.md"))?));
    add_licences(&mut entries)?;
    let mut targets = Vec::new();
    for plugin in &PLUGINS {
        let target = target::find(plugin.triple)?;
        let archive = dist.join(file_name(target));
        if archive.exists() {
            let library = library(plugin, target, &archive, scratch)?;
            entries.insert(plugin.path.to_owned(), Entry::File(library));
            entries.insert(format!("{}.meta", plugin.path), Entry::File(plugin.meta().into_bytes()));
            targets.push(plugin.triple);
        }
    }
    ensure!(!targets.is_empty(), "no archive lies in {}: run cargo xtask dist", dist.display());
    add_metas(&mut entries);
    Ok((entries, targets))
}

/// The package's files, without its tests, which need the repository.
fn add_folder(folder: &Path, below: &str, entries: &mut Entries) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if path == "Tests~" {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => add_folder(&entry.path(), &format!("{path}/"), entries)?,
            false => drop(entries.insert(path, Entry::File(read(&entry.path())?))),
        }
    }
    Ok(())
}

/// The package's manifest, with the starter as its first sample: only what is packed has it.
fn manifest() -> Result<String> {
    let text = std::fs::read_to_string(root().join(PACKAGE).join("package.json"))?;
    let (before, after) = text.split_once(SAMPLES).context("package.json has a list of samples")?;
    let words =
        "A face with 52 shapes that speaks, and what finds faces in pictures. Card and licence are beside them.";
    let starter = format!(
        "    {{ \"displayName\": \"Starter model\", \"description\": \"{words}\", \"path\": \"{STARTER}\" }},\n"
    );
    Ok([before, SAMPLES, &starter, after].concat())
}

/// The library in an archive.
fn library(plugin: &Plugin, target: &Target, archive: &Path, scratch: &Path) -> Result<Vec<u8>> {
    let into = scratch.join(target.triple);
    let _ = std::fs::remove_dir_all(&into);
    std::fs::create_dir_all(&into)?;
    archive::unpack(archive, &into)?;
    read(&into.join(folder_name(target)).join(plugin.library))
}

/// A `.meta` file for all that Unity imports and that has none.
fn add_metas(entries: &mut Entries) {
    let is_meta = |path: &String| Path::new(path).extension().is_some_and(|end| end == "meta");
    let paths: Vec<String> = entries.keys().filter(|path| !path.contains(HIDDEN) && !is_meta(path)).cloned().collect();
    let parents = |path: &str| path.match_indices('/').map(|(at, _)| path[..at].to_owned()).collect::<Vec<_>>();
    let folders: BTreeSet<String> = paths.iter().flat_map(|path| parents(path)).collect();
    for (path, is_folder) in paths.iter().map(|path| (path, false)).chain(folders.iter().map(|path| (path, true))) {
        let text = || Entry::File(meta(path, is_folder).into_bytes());
        entries.entry(format!("{path}.meta")).or_insert_with(text);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::archive::{Entries, Entry, tar_gz, zip};
    use super::super::plugin::PLUGINS;
    use super::super::target::{System, find};
    use super::super::{VERSION, file_name, folder_name};
    use super::{FOLDER, entries};

    /// A folder of this test that is empty.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("media2face-unity-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    /// Archives of all targets, with nothing but a library, whose bytes are its target's name.
    fn packed(name: &str) -> (BTreeMap<String, String>, Vec<u8>) {
        let folder = folder(name);
        for plugin in &PLUGINS {
            let target = find(plugin.triple).unwrap();
            let mut all = Entries::new();
            let bytes = Entry::Program(plugin.triple.as_bytes().to_vec());
            // As in the archives themselves, the name without a number is a link.
            if plugin.library == "lib/libmedia2face.so" {
                all.insert(plugin.library.to_owned(), Entry::Link("libmedia2face.so.0".to_owned()));
                all.insert("lib/libmedia2face.so.0".to_owned(), bytes);
            } else {
                all.insert(plugin.library.to_owned(), bytes);
            }
            let archive = match target.system {
                System::Windows => zip(&folder_name(target), &all),
                _ => tar_gz(&folder_name(target), &all),
            };
            std::fs::write(folder.join(file_name(target)), archive.unwrap()).unwrap();
        }
        let (entries, targets) =
            entries(&folder, &folder.join("scratch"), vec![("starter.m2f", b"starter".to_vec())]).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        assert_eq!(targets.len(), PLUGINS.len());
        let text = |entry: &Entry| match entry {
            Entry::File(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => panic!("{other:?} in a package"),
        };
        (entries.iter().map(|(path, entry)| (path.clone(), text(entry))).collect(), tar_gz(FOLDER, &entries).unwrap())
    }

    #[test]
    fn libraries_are_plugins_of_their_platforms() {
        let (files, _) = packed("plugins");
        for plugin in &PLUGINS {
            assert_eq!(files[plugin.path], plugin.triple);
            let meta = &files[&format!("{}.meta", plugin.path)];
            assert!(meta.contains("PluginImporter:") && meta.contains(plugin.platform), "{meta}");
        }
    }

    #[test]
    fn all_that_is_imported_has_a_meta_file_with_a_guid_of_its_own() {
        let (files, _) = packed("metas");
        let mut guids = BTreeSet::new();
        for (path, text) in &files {
            if let Some(of) = path.strip_suffix(".meta") {
                let guid = text.lines().nth(1).and_then(|line| line.strip_prefix("guid: ")).expect("a guid");
                assert!(guid.len() == 32 && guids.insert(guid.to_owned()), "{path}");
                let there = files.contains_key(of) || files.keys().any(|file| file.starts_with(&format!("{of}/")));
                assert!(there, "{path} belongs to nothing");
            } else if !path.contains('~') {
                let mut needs = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path.as_str()]);
                assert!(needs.all(|need| files.contains_key(&format!("{need}.meta"))), "{path}");
            }
        }
        assert!(guids.len() > 60);
    }

    #[test]
    fn it_has_the_samples_of_its_manifest_and_licences() {
        let (files, _) = packed("samples");
        let manifest: serde_json::Value = serde_json::from_str(&files["package.json"]).unwrap();
        assert_eq!((&manifest["name"], &manifest["version"]), (&"com.media2face.unity".into(), &VERSION.into()));
        let samples = manifest["samples"].as_array().unwrap();
        assert_eq!(samples.len(), 9);
        for sample in samples {
            let below = format!("{}/", sample["path"].as_str().unwrap());
            assert!(files.keys().any(|file| file.starts_with(&below)), "{below}");
        }
        for file in ["LICENSE-MIT", "LICENSE-APACHE", "LICENSES/THIRD-PARTY.md", "Samples~/Starter model/starter.m2f"] {
            assert!(files.contains_key(file), "{file}");
        }
        assert!(!files.keys().any(|file| file.starts_with("Tests~")));
    }

    #[test]
    fn its_bytes_follow_from_its_files() {
        assert_eq!(packed("once").1, packed("again").1);
    }

    #[test]
    fn without_an_archive_it_says_what_makes_one() {
        let folder = folder("none");
        let error = entries(&folder, &folder, Vec::new()).unwrap_err().to_string();
        std::fs::remove_dir_all(folder).unwrap();
        assert!(error.contains("cargo xtask dist"), "{error}");
    }
}
