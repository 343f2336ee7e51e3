//! The starter pack's licence is one text wherever it is told, and each licence in it has its words in the repository.

use super::tree::{root, text};

/// What the pack itself says: a safetensors file begins with the length of its header.
fn of_the_pack() -> String {
    of("starter.m2f")
}

fn of(name: &str) -> String {
    let pack = std::fs::read(root().join("models").join(name)).expect("a pack");
    let (length, rest) = pack.split_first_chunk().expect("a length");
    let header = &rest[..u64::from_le_bytes(*length) as usize];
    let header: serde_json::Value = serde_json::from_slice(header).expect("a header");
    let manifest = header["__metadata__"]["media2face"].as_str().expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(manifest).expect("a manifest");
    manifest["licence"].as_str().expect("a licence").to_owned()
}

#[test]
fn starter_has_one_licence_in_manifest_card_and_readme() {
    let licence = of_the_pack();
    for name in ["README.md", "models/README.md"] {
        assert!(text(name).contains(&format!("`{licence}`")), "{name} does not say {licence}");
    }
    let entries = text("training/media2face_training/manifest.py");
    assert!(entries.contains(&format!("\"licence\": \"{licence}\"")), "new packs will not have {licence}");
}

#[test]
fn face_finder_has_its_licence_and_notice_beside_it() {
    assert_eq!(of("face-finder.m2f"), "Apache-2.0");
    let notice = text("LICENSES/mediapipe.txt");
    assert!(notice.contains("models/face-finder.m2f") && notice.contains("Version 2.0, January 2004"));
    assert!(text("models/README.md").contains("../LICENSES/mediapipe.txt"), "the model card does not lead to it");
}

#[test]
fn every_licence_of_the_starter_has_its_words_here() {
    let licence = of_the_pack();
    let names = licence.split(['(', ')', ' ']).filter(|word| !["", "AND", "OR"].contains(word));
    for name in names {
        let (file, words) = match name {
            "MIT" => ("LICENSE-MIT", "Permission is hereby granted"),
            "Apache-2.0" => ("LICENSE-APACHE", "Version 2.0, January 2004"),
            "CC0-1.0" => ("LICENSES/CC0-1.0.md", "Statement of Purpose"),
            "Unicode-DFS-2016" => ("LICENSES/unicode-cldr.txt", "Unicode data files"),
            other => panic!("where are the words of {other}?"),
        };
        assert!(text(file).contains(words), "{file} is not {name}");
    }
}
