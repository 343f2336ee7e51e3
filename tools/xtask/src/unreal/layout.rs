//! What the plugin says of itself: its description names modules that are there, and every header of the engine that a module includes
//! belongs to a module that its Build.cs names.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::stubs::headers;
use super::{PLUGIN, sources};
use crate::command::root;

/// Modules that Media2FaceEditor sees through Media2Face.
const THROUGH: [&str; 4] = ["Core", "CoreUObject", "Engine", "AudioMixer"];

pub(super) fn check() -> Result<()> {
    let folder = root().join(PLUGIN);
    let text = std::fs::read_to_string(folder.join("Media2Face.uplugin")).context("Media2Face.uplugin")?;
    let plugin: Value = serde_json::from_str(&text).context("Media2Face.uplugin")?;
    let version = plugin["VersionName"].as_str().unwrap_or_default();
    ensure!(version == env!("CARGO_PKG_VERSION"), "Media2Face.uplugin says version {version}");
    ensure!(plugin["FileVersion"] == 3, "Media2Face.uplugin: FileVersion");
    let modules = plugin["Modules"].as_array().context("no Modules")?;
    let names: Vec<&str> = modules.iter().filter_map(|module| module["Name"].as_str()).collect();
    ensure!(names == ["Media2Face", "Media2FaceEditor"], "modules {names:?}");
    for module in modules {
        let kind = module["Type"].as_str().unwrap_or_default();
        ensure!(["Runtime", "UncookedOnly"].contains(&kind), "{}: Type {kind}", module["Name"]);
        ensure!(module["LoadingPhase"].is_string(), "{}: no LoadingPhase", module["Name"]);
    }
    let library = std::fs::read_to_string(folder.join("Source/Media2FaceLibrary/Media2FaceLibrary.Build.cs"))?;
    ensure!(library.contains("Type = ModuleType.External;"), "Media2FaceLibrary is not external");
    names.into_iter().try_for_each(module)
}

/// Includes of a module against its Build.cs.
fn module(name: &str) -> Result<()> {
    let build = format!("{PLUGIN}/Source/{name}/{name}.Build.cs");
    let text = std::fs::read_to_string(root().join(&build)).with_context(|| build.clone())?;
    ensure!(text.contains(&format!("class {name} : ModuleRules")), "{build} declares no {name}");
    let mut dependencies: BTreeSet<&str> = text.split('"').skip(1).step_by(2).collect();
    if dependencies.contains("Media2Face") {
        dependencies.extend(THROUGH);
    }
    let (known, mut seen) = (headers()?, 0);
    let public = sources(&format!("Source/{name}/Public"), "h")?;
    let private = [sources(&format!("Source/{name}/Private"), "cpp")?, private_headers(name)?].concat();
    for file in public.iter().chain(&private) {
        let text = std::fs::read_to_string(file)?;
        for header in text.lines().filter_map(|line| line.strip_prefix("#include \"")?.strip_suffix('"')) {
            let own = header.ends_with(".generated.h") || header.starts_with("Core/") || header.contains("Media2Face");
            if own {
                continue;
            }
            seen += 1;
            let of = known.iter().find(|(known, _)| known == header);
            let (_, of) = of.with_context(|| format!("{}: Tests/Stubs/headers.txt lacks {header}", file.display()))?;
            ensure!(dependencies.contains(of.as_str()), "{build} does not name {of}, which has {header}");
        }
    }
    ensure!(seen > 3, "only {seen} headers of the engine found in {name}: the reader is broken");
    Ok(())
}

fn private_headers(name: &str) -> Result<Vec<std::path::PathBuf>> {
    if name == "Media2Face" { sources("Source/Media2Face/Private", "h") } else { Ok(Vec::new()) }
}
