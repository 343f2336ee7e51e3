//! ARCHITECTURE.md's table of who may import whom, enforced on every `crate::` path under src/.

use std::path::{Path, PathBuf};

const EVERYWHERE: &[&str] = &["clock", "each_op", "error", "limits", "memory", "unit", "Error", "Result"];
const STAGE: &[&str] = &["nn", "plan", "pack", "tensor", "signal"];
const ALL: &[&str] = &[
    "audio",
    "backend",
    "conditioning",
    "face",
    "host",
    "motion",
    "nn",
    "output",
    "pack",
    "picture",
    "plan",
    "prompt",
    "result",
    "session",
    "stream",
    "signal",
    "speech",
    "tensor",
];

/// What a layer may use besides itself.
fn allowed(layer: &str) -> Vec<&'static str> {
    let with = |more: &[&'static str]| STAGE.iter().chain(more).copied().collect();
    match layer {
        "tensor" | "signal" | "clock" | "error" | "limits" | "memory" | "randomness" | "unit" => vec![],
        "picture" => vec!["tensor", "signal"],
        "plan" | "pack" => vec!["tensor"],
        "backend::cpu" | "backend::gpu" | "backend::vulkan" | "backend" => vec!["plan", "tensor"],
        "nn" => vec!["plan", "pack", "tensor"],
        "audio" | "speech" | "motion" | "output" => with(&[]),
        "prompt" | "face" => with(&["picture"]),
        "host" | "conditioning" | "session" | "stream" | "result" | "lib" => ALL.to_vec(),
        "vulkan" => vec!["backend", "plan"],
        other => panic!("src/{other}: give this layer a row in tests/tidy/layers.rs and in ARCHITECTURE.md"),
    }
}

pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("folder").map(|e| e.expect("entry").path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

fn layer_of(file: &Path) -> String {
    let parts: Vec<String> = file.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    let deep = parts.len() > 2 && parts[0] == "backend";
    if deep { parts[..2].join("::") } else { parts[0].clone() }
}

/// The rooms of the backends, and those of them that each may use.
const ROOMS: [(&str, &[&str]); 3] = [("cpu", &[]), ("gpu", &[]), ("vulkan", &["gpu"])];

/// Rooms that a file of `room` names and may not.
fn strange_rooms(room: &str, code: &str) -> Vec<&'static str> {
    let own = ROOMS.iter().find(|(name, _)| *name == room);
    let (_, allowed) = own.unwrap_or_else(|| panic!("backend/{room}: give this room a row in tests/tidy/layers.rs"));
    let lines = || code.lines().map(|line| line.split("//").next().unwrap_or_default());
    let paths = || lines().filter(|line| line.contains("backend::") || line.contains("super::super::"));
    let strange = ROOMS.iter().map(|(name, _)| *name).filter(|name| *name != room && !allowed.contains(name));
    strange.filter(|name| paths().any(|line| has_word(line, name))).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

/// Names after `crate::` in code; comments and documentation may name anything.
fn uses(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in code.lines().map(|line| line.split("//").next().unwrap_or_default()) {
        for rest in line.split("crate::").skip(1) {
            let list = rest.strip_prefix('{').map_or(rest, |inner| inner.split('}').next().unwrap_or_default());
            let heads = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
            let word =
                |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
            names.extend(heads.into_iter().map(word).filter(|name| !name.is_empty()));
        }
    }
    names
}

#[test]
fn every_import_stays_within_its_layer() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    let mut seen = 0;
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).expect("inside");
        let layer = layer_of(relative);
        let own = layer.split("::").next().expect("a name").to_owned();
        let allowed = allowed(&layer);
        let code = std::fs::read_to_string(&file).expect("readable");
        // Names of the façade are everybody's.
        for name in uses(&code).into_iter().filter(|name| name.starts_with(char::is_lowercase)) {
            seen += 1;
            let selects = relative == Path::new("backend/select.rs");
            if name != own && !EVERYWHERE.contains(&name.as_str()) && !allowed.contains(&name.as_str()) && !selects {
                faults.push(format!("src/{}: {layer} may not use crate::{name}", relative.display()));
            }
        }
        if let Some(room) = layer.strip_prefix("backend::") {
            let strange = strange_rooms(room, &code).into_iter();
            faults.extend(strange.map(|other| format!("src/{}: {layer} may not use {other}", relative.display())));
        }
    }
    assert!(seen > 50, "only {seen} imports found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What GPU backends share is written for all of them: no interface of a device, not even in words.
#[test]
fn shared_half_of_gpu_backends_names_no_interface() {
    let files = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/backend/gpu"));
    assert!(files.len() > 20, "only {} files found", files.len());
    for file in files {
        let code = std::fs::read_to_string(&file).expect("readable");
        for word in ["vk", "ash", "gpu_allocator"] {
            assert!(!has_word(&code, word), "{} names {word}", file.display());
        }
    }
}

/// What is shipped beside the library stands on what its users have.
#[test]
fn tools_and_samples_name_the_facade_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files =
        ["tools/cli/src", "samples/rust", "capi/src"].into_iter().flat_map(|folder| rust_files(&root.join(folder)));
    for file in files {
        let code = std::fs::read_to_string(&file).expect("readable");
        let allowed = if file.starts_with(root.join("capi")) { "internals::memory" } else { "no internals" };
        let inside = code.matches("internals").count() - code.matches(allowed).count();
        assert_eq!(inside, 0, "{} names internals", file.display());
    }
}

#[test]
fn forbidden_import_is_seen_by_the_reader() {
    assert_eq!(
        uses("use crate::{face::Topology, signal};\nlet x = crate::motion::Noise; // crate::ffi"),
        ["face", "signal", "motion"]
    );
    assert!(!allowed("speech").contains(&"motion"));
    assert_eq!(strange_rooms("gpu", "use crate::backend::vulkan::Name;\nuse super::super::cpu;"), ["cpu", "vulkan"]);
    assert!(strange_rooms("vulkan", "use crate::backend::gpu::{Caps, Kernel};").is_empty());
    assert!(has_word("use ash::vk;", "ash") && !has_word("use std::hash::Hash;", "ash"));
}
