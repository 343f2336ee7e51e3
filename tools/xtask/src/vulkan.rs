//! Vulkan drivers for tests, in target/vulkan: Mesa's llvmpipe (fp16, subgroups), SwiftShader (neither) and the Khronos
//! validation layer out of Debian's Chromium. Nothing is installed; programs find them by the environment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{exists, output, target};
use crate::debian::{Folder, codename, libraries};
use crate::validation;

/// Variables for a child process.
pub(crate) type Environment = Vec<(&'static str, OsString)>;

/// Brings the drivers. Without a program prints the environment that finds them; with one, runs it there under
/// validation.
pub(crate) fn vulkan(program: &[OsString]) -> Result<()> {
    if let [program, arguments @ ..] = program {
        return validation::run_silent(Command::new(program).args(arguments));
    }
    for (name, value) in environment()?.iter().chain(&layer(None)) {
        println!("export {name}={}", value.display());
    }
    println!("# {}", devices()?.join("\n# "));
    Ok(())
}

/// Brings the drivers; the variables with which a program finds them, and no other driver or layer.
pub(crate) fn environment() -> Result<Environment> {
    bring()?;
    let (settings, libraries) = (settings(), root().join(libraries()));
    let icds = std::env::join_paths(["llvmpipe.json", "swiftshader.json"].map(|name| settings.join(name)))?;
    Ok(vec![
        ("VK_DRIVER_FILES", icds),
        ("VK_LAYER_PATH", settings.into_os_string()),
        ("LD_LIBRARY_PATH", libraries.into_os_string()),
        ("VK_LOADER_LAYERS_DISABLE", "~implicit~".into()),
        // llvmpipe compiles a network's kernels for minutes of processor time, but once.
        ("MESA_SHADER_CACHE_DIR", target().join("vulkan/kernels").into_os_string()),
        // Of what its compiler does to a kernel only what makes it run: a test is over before the rest pays off.
        ("GALLIVM_PERF", "nopt".into()),
    ])
}

/// The validation layer with synchronization checks over every instance, writing to `log` or the standard output.
/// Hazards between dispatches are found with both switches only.
pub(crate) fn layer(log: Option<&Path>) -> Environment {
    let mut environment: Environment = vec![
        ("VK_INSTANCE_LAYERS", "VK_LAYER_KHRONOS_validation".into()),
        ("VK_LAYER_VALIDATE_SYNC", "1".into()),
        ("VK_LAYER_SYNCVAL_SHADER_ACCESSES_HEURISTIC", "1".into()),
        ("VK_LAYER_REPORT_FLAGS", "error,warn".into()),
    ];
    environment.extend(log.map(|log| ("VK_LAYER_LOG_FILENAME", log.into())));
    environment
}

/// Names and versions of the devices, as the drivers tell them.
pub(crate) fn devices() -> Result<Vec<String>> {
    let summary = output(Command::new(root().join("usr/bin/vulkaninfo")).arg("--summary").envs(environment()?))?;
    let field = |line: &str, name: &str| Some(line.trim().strip_prefix(name)?.split_once("= ")?.1.to_owned());
    let names = summary.lines().filter_map(|line| field(line, "deviceName"));
    let versions = summary.lines().filter_map(|line| field(line, "apiVersion"));
    Ok(names.zip(versions).map(|(name, version)| format!("{name}, Vulkan {version}")).collect())
}

fn root() -> PathBuf {
    target().join("vulkan/drivers")
}

/// Where the loader's JSON files lie.
fn settings() -> PathBuf {
    target().join("vulkan/settings")
}

/// Whether the drivers were brought already.
pub(crate) fn are_there() -> bool {
    folder().is_ok_and(|folder| folder.is_brought())
}

/// Whether this machine can bring them.
pub(crate) fn can_be_had() -> bool {
    codename().is_ok() && ["apt-get", "dpkg"].into_iter().all(exists)
}

fn folder() -> Result<Folder> {
    let codename = codename()?;
    let backports = format!("{codename}-backports");
    // Bookworm's own Mesa is ten times slower and lacks what we use.
    let (releases, mesa) = match codename.as_str() {
        "bookworm" => (vec!["bookworm", &backports], "mesa-vulkan-drivers/bookworm-backports"),
        _ => (vec![codename.as_str()], "mesa-vulkan-drivers"),
    };
    Ok(Folder::new(&root(), &releases, &[mesa, "libvulkan1", "vulkan-tools"], &["chromium-common"]))
}

fn bring() -> Result<()> {
    folder()?.bring()?;
    let (mesa, chromium) = (root().join(libraries()), root().join("usr/lib/chromium"));
    std::fs::create_dir_all(settings())?;
    announce(&settings().join("llvmpipe.json"), &mesa.join("libvulkan_lvp.so"), "1.4.305")?;
    announce(&settings().join("swiftshader.json"), &chromium.join("libvk_swiftshader.so"), "1.3.0")?;
    let layer = existing(&chromium.join("libVkLayer_khronos_validation.so"))?;
    std::fs::write(settings().join("validation.json"), LAYER.replace("LIBRARY", &layer))?;
    Ok(())
}

/// Writes the file that tells the loader of a driver.
pub(crate) fn announce(icd: &Path, library: &Path, api_version: &str) -> Result<()> {
    let library = existing(library)?;
    let driver = format!(r#"{{"library_path": "{library}", "api_version": "{api_version}"}}"#);
    Ok(std::fs::write(icd, format!(r#"{{"file_format_version": "1.0.0", "ICD": {driver}}}"#))?)
}

fn existing(library: &Path) -> Result<String> {
    ensure!(library.exists(), "{} is missing: its Debian package no longer has it", library.display());
    Ok(library.to_str().context("a path in UTF-8")?.to_owned())
}

/// Chromium ships the layer without the file that announces it.
const LAYER: &str = r#"{
  "file_format_version": "1.2.0",
  "layer": {
    "name": "VK_LAYER_KHRONOS_validation",
    "type": "GLOBAL",
    "library_path": "LIBRARY",
    "api_version": "1.4.350",
    "implementation_version": "1",
    "description": "Khronos validation",
    "instance_extensions": [
      {"name": "VK_EXT_debug_report", "spec_version": "9"},
      {"name": "VK_EXT_debug_utils", "spec_version": "1"},
      {"name": "VK_EXT_layer_settings", "spec_version": "2"},
      {"name": "VK_EXT_validation_features", "spec_version": "2"}
    ]
  }
}
"#;
