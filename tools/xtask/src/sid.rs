//! Debian sid's Mesa, whose llvmpipe has cooperative matrices, in target/vulkan/sid with a C library of its own. A
//! program built here runs on it through that folder's loader.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{output, run, target};
use crate::debian::{Folder, libraries};
use crate::vulkan::announce;

/// Brings the driver. Without a program prints its versions, what it says of cooperative matrices, and how to start a
/// program on it; with one, runs that.
pub(crate) fn sid(program: &[OsString]) -> Result<()> {
    let folder = Folder::whole(&root(), "sid", &["mesa-vulkan-drivers", "libvulkan1", "vulkan-tools"]);
    folder.bring()?;
    let loader = root().join(libraries()).join(LOADER);
    ensure!(loader.exists(), "{} is missing", loader.display());
    if !program.is_empty() {
        return run(&mut on_sid(program)?);
    }
    for package in ["mesa-vulkan-drivers", "libllvm22", "libvulkan1", "libc6"] {
        println!("{package} {}", folder.version(package).unwrap_or_else(|_| "none".to_owned()));
    }
    let info = output(&mut on_sid(&[root().join("usr/bin/vulkaninfo").into_os_string()])?)?;
    for line in info.lines().map(str::trim) {
        if ["deviceName", "VK_KHR_cooperative_matrix", "cooperativeMatrix"].iter().any(|name| line.starts_with(name)) {
            println!("{line}");
        }
    }
    println!("run a program there: cargo xtask sid -- PROGRAM ARGUMENTS…");
    Ok(())
}

const LOADER: &str = match std::env::consts::ARCH.as_bytes() {
    b"aarch64" => "ld-linux-aarch64.so.1",
    _ => "ld-linux-x86-64.so.2",
};

fn root() -> PathBuf {
    target().join("vulkan/sid")
}

/// The folder's loader on a program, with the folder's libraries and its llvmpipe as the only driver: tests leave out
/// SwiftShader.
fn on_sid(program: &[OsString]) -> Result<Command> {
    let libraries = root().join(libraries());
    let icd = target().join("vulkan/sid.json");
    announce(&icd, &libraries.join("libvulkan_lvp.so"), "1.4.0")?;
    let mut command = Command::new(libraries.join(LOADER));
    command.arg("--library-path").arg(&libraries).args(program);
    command.env("VK_DRIVER_FILES", icd).env("VK_LOADER_LAYERS_DISABLE", "~all~").env("M2F_TEST_VULKAN", "available");
    Ok(command)
}
