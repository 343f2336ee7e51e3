//! The files of the repository, without what is made in it.

use std::path::{Path, PathBuf};

/// Folders and files that builds and tests make, as .gitignore has them.
const MADE: [&str; 10] = [
    ".git",
    "target",
    "out",
    "node_modules",
    "__pycache__",
    "corpus",
    "artifacts",
    "coverage",
    ".pytest_cache",
    "licenses",
];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file, by its path from the root.
pub(crate) fn text(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// All files, by their paths from the root, in order.
pub(crate) fn files() -> Vec<String> {
    let mut files = Vec::new();
    collect(root(), &mut files);
    files.sort();
    files
}

/// Those whose names end so.
pub(crate) fn ending(end: &str) -> Vec<String> {
    files().into_iter().filter(|name| name.ends_with(end)).collect()
}

/// What is read as a document: not the history, nor the words of licences.
pub(crate) fn documents() -> Vec<String> {
    let history = |name: &String| name == "CHANGELOG.md" || name.starts_with("LICENSES/");
    ending(".md").into_iter().filter(|name| !history(name)).collect()
}

fn collect(folder: &Path, files: &mut Vec<String>) {
    for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if MADE.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            let path: PathBuf = path.strip_prefix(root()).expect("inside").to_owned();
            files.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
}
