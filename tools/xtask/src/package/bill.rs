//! The bill of materials: what is linked into an archive's programs, as CycloneDX JSON.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::archive::sha256;
use super::target::{Linker, System, Target};
use crate::command::root;
use crate::shipped::{Allowed, COMMAND, LIBRARY, Linked, linked_for};

/// The bill of a target's archive, with the starter and the face finder. It has no number and no time of its own, so that the same sources make the same bill.
pub(crate) fn bill(target: &Target, version: &str, rustc: &str, packs: [&[u8]; 2]) -> Result<String> {
    let library = linked_for(LIBRARY, target.triple)?;
    let all: BTreeSet<Linked> = library.union(&linked_for(COMMAND, target.triple)?).cloned().collect();
    let (allowed, sums) = (Allowed::read()?, checksums(&std::fs::read_to_string(root().join("Cargo.lock"))?)?);
    let mut components = vec![component("library", "rust-std", rustc, "MIT OR Apache-2.0", &["libmedia2face", "m2f"])];
    if target.linker == Linker::Zig && target.system == System::Linux {
        let licence = "Apache-2.0 WITH LLVM-exception";
        components.push(component("library", "llvm-libunwind", ZIG_LLVM, licence, &["libmedia2face", "m2f"]));
    }
    components.push(component("library", "three.js", THREE, "MIT", &["m2f"]));
    for linked in &all {
        let parts: &[&str] = if library.contains(linked) { &["libmedia2face", "m2f"] } else { &["m2f"] };
        let licence = allowed.choose(linked)?.join(" AND ");
        let mut one = component("library", &linked.name, &linked.version, &licence, parts);
        one["purl"] = json!(format!("pkg:cargo/{}@{}", linked.name, linked.version));
        if let Some(sum) = sums.get(&(linked.name.clone(), linked.version.clone())) {
            one["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        }
        components.push(one);
    }
    let licences = ["(MIT OR Apache-2.0) AND CC0-1.0 AND Unicode-DFS-2016", "Apache-2.0"];
    for ((name, licence), bytes) in ["starter.m2f", "face-finder.m2f"].into_iter().zip(licences).zip(packs) {
        let mut pack = component("machine-learning-model", name, version, licence, &["models"]);
        pack["hashes"] = json!([{ "alg": "SHA-256", "content": sha256(bytes) }]);
        components.push(pack);
    }
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "library",
            "name": "media2face",
            "version": version,
            "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            "properties": [{ "name": "target", "value": target.triple }],
        } },
        "components": components,
    });
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

/// Of the linker's unwinder: what Zig's version has inside.
const ZIG_LLVM: &str = "20.1.2";
/// As tools/cli/assets/three/package.json has it; a test compares.
const THREE: &str = "0.187.0";

fn component(kind: &str, name: &str, version: &str, licence: &str, parts: &[&str]) -> Value {
    let parts: Vec<Value> = parts.iter().map(|part| json!({ "name": "part", "value": part })).collect();
    json!({
        "type": kind,
        "name": name,
        "version": version,
        "licenses": [{ "expression": licence }],
        "properties": parts,
    })
}

/// Checksums of crates, from the text of Cargo.lock.
fn checksums(lock: &str) -> Result<BTreeMap<(String, String), String>> {
    let lock: toml::Table = lock.parse()?;
    let packages = lock.get("package").and_then(toml::Value::as_array).context("Cargo.lock: package")?;
    let text = |package: &toml::Value, key: &str| package.get(key)?.as_str().map(str::to_owned);
    let one = |package| Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")?));
    Ok(packages.iter().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{THREE, bill, checksums};
    use crate::command::root;
    use crate::package::target::find;

    #[test]
    fn checksums_are_those_of_crates_of_the_registry() {
        let lock = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"12\"\n\
            [[package]]\nname = \"own\"\nversion = \"0.2.0\"\n";
        let sums = checksums(lock).unwrap();
        assert_eq!(sums.len(), 1);
        assert_eq!(sums[&("a".to_owned(), "1.0.0".to_owned())], "12");
    }

    #[test]
    fn a_bill_names_every_part_with_its_licence_and_is_the_same_twice() {
        let target = find("x86_64-unknown-linux-gnu").unwrap();
        let text = bill(target, "0.2.0", "1.95.0", [b"pack", b"finder"]).unwrap();
        assert_eq!(text, bill(target, "0.2.0", "1.95.0", [b"pack", b"finder"]).unwrap());
        let bill: Value = serde_json::from_str(&text).unwrap();
        let components = bill["components"].as_array().unwrap();
        let find =
            |name: &str| components.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        assert!(components.iter().all(|one| one["licenses"][0]["expression"].is_string()));
        assert_eq!(find("rustfft")["hashes"][0]["content"].as_str().unwrap().len(), 64);
        assert_eq!(find("rustfft")["properties"].as_array().unwrap().len(), 2);
        assert_eq!(find("symphonia-core")["properties"].as_array().unwrap().len(), 1);
        assert_eq!(find("starter.m2f")["type"], "machine-learning-model");
        assert_eq!(find("face-finder.m2f")["licenses"][0]["expression"], "Apache-2.0");
        let package = std::fs::read_to_string(root().join("tools/cli/assets/three/package.json")).unwrap();
        assert!(package.contains(&format!("\"three\": \"{THREE}\"")));
    }
}
