//! What the checks need from outside the repository: looked for before the first check begins, brought where that is
//! allowed, named where it is not.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, command, exists, in_ci, root, run, target, text};
use crate::vulkan;

/// Something that a check cannot run without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Need {
    /// A program, and the Debian package that has it.
    Program(&'static str, &'static str),
    /// A file of the system, and the Debian package that has it.
    File(&'static str, &'static str),
    /// A module of Python's, and the Debian package that has it.
    Python(&'static str, &'static str),
    /// A command of cargo's, and the component of the Rust toolchain that has it.
    Toolchain(&'static str, &'static str),
    /// A command of cargo's, and the crate that has it: minutes to compile, so nobody installs it unasked.
    Installed(&'static str, &'static str),
    /// The packages of a folder's `package-lock.json`, in its `node_modules`.
    Npm(&'static str),
    /// The packages of a folder's `requirements.txt`, in an environment of Python's: the folder of its name in `target`.
    Pip(&'static str),
    /// The Vulkan drivers for tests, in `target/vulkan`.
    Drivers,
    /// Zig, which links for old and other systems, and cargo-zigbuild: Python packages in `target/zig`.
    Zig,
}

/// What `Need::Zig` is. The linker and its C libraries are part of what an archive's bytes follow from.
const ZIG: [&str; 2] = ["ziglang==0.15.1", "cargo-zigbuild==0.24.1"];

/// Pythons that may have a module: the first on the path may be of another make than Debian's packages are for.
const PYTHONS: [&str; 2] = ["python3", "/usr/bin/python3"];

impl Need {
    fn is_there(self) -> bool {
        match self {
            Self::Program(program, _) => exists(program),
            Self::File(path, _) => std::path::Path::new(path).exists(),
            Self::Toolchain(subcommand, _) | Self::Installed(subcommand, _) => {
                succeeds(&mut cargo(&[subcommand, "--version"]))
            }
            Self::Python(module, _) => {
                PYTHONS.iter().any(|python| succeeds(Command::new(python).args(["-c", &format!("import {module}")])))
            }
            Self::Npm(folder) => {
                let folder = root().join(folder);
                let (wanted, have) = (folder.join(LOCK), folder.join(STAMP));
                std::fs::read(wanted).is_ok_and(|wanted| std::fs::read(have).is_ok_and(|have| have == wanted))
            }
            Self::Pip(folder) => {
                let (wanted, have) = (root().join(folder).join(REQUIREMENTS), target().join(folder).join(REQUIREMENTS));
                std::fs::read(wanted).is_ok_and(|wanted| std::fs::read(have).is_ok_and(|have| have == wanted))
            }
            Self::Drivers => vulkan::are_there(),
            Self::Zig => std::fs::read_to_string(zig().join(ZIG_STAMP)).is_ok_and(|have| have == ZIG.join(" ")),
        }
    }

    fn name(self) -> String {
        match self {
            Self::Program(name, _) | Self::File(name, _) => name.to_owned(),
            Self::Toolchain(subcommand, _) | Self::Installed(subcommand, _) => format!("cargo {subcommand}"),
            Self::Python(module, _) => format!("Python's {module}"),
            Self::Npm(folder) => format!("the npm packages of {folder}"),
            Self::Pip(folder) => format!("the Python packages of {folder}"),
            Self::Drivers => "the Vulkan drivers for tests in target/vulkan".to_owned(),
            Self::Zig => "Zig and cargo-zigbuild in target/zig".to_owned(),
        }
    }

    /// How to get it by hand.
    fn remedy(self) -> String {
        match self {
            Self::Program(_, package) | Self::File(_, package) | Self::Python(_, package) => {
                format!("apt install {package}")
            }
            Self::Toolchain(_, component) => format!("rustup component add {component}"),
            Self::Installed(_, package) => format!("cargo install --locked {package}"),
            Self::Npm(folder) => format!("npm ci in {folder}"),
            Self::Pip(folder) => format!("pip install -r {folder}/{REQUIREMENTS} in target/{folder}"),
            Self::Drivers => "cargo xtask vulkan, on Debian".to_owned(),
            Self::Zig => format!("pip install --target {} {}", zig().display(), ZIG.join(" ")),
        }
    }

    fn apt_package(self) -> Option<&'static str> {
        match self {
            Self::Program(_, package) | Self::File(_, package) | Self::Python(_, package) => Some(package),
            _ => None,
        }
    }

    /// Whether this machine and this user can have it. What is in the working tree needs no permission; the system and the
    /// user's toolchain are changed as root or in CI alone.
    fn can_be_brought(self, brought: &[Need]) -> bool {
        let leave = is_root() || in_ci();
        match self {
            Self::Program(..) | Self::File(..) | Self::Python(..) => {
                leave && exists("apt-get") && (is_root() || exists("sudo"))
            }
            Self::Toolchain(..) => leave && exists("rustup"),
            Self::Installed(..) => false,
            Self::Npm(_) => exists("npm") || brought.iter().any(|need| matches!(need, Self::Program("npm", _))),
            Self::Pip(_) => exists("python3"),
            Self::Drivers => vulkan::can_be_had(),
            Self::Zig => exists("python3"),
        }
    }

    /// Brings what comes alone; packages of apt come together.
    fn bring(self) -> Result<()> {
        match self {
            Self::Program(..) | Self::File(..) | Self::Python(..) | Self::Installed(..) => Ok(()),
            Self::Toolchain(_, component) => run(&mut command("rustup", &["component", "add", component])),
            Self::Npm(folder) => {
                let folder = root().join(folder);
                let install = ["ci", "--silent", "--no-audit", "--no-fund"];
                twice(|| run(command("npm", &install).current_dir(&folder)))?;
                std::fs::copy(folder.join(LOCK), folder.join(STAMP)).context("npm ci leaves node_modules")?;
                Ok(())
            }
            Self::Pip(folder) => {
                let (requirements, place) = (root().join(folder).join(REQUIREMENTS), target().join(folder));
                run(command("python3", &["-m", "venv"]).arg(&place))?;
                let pip = place.join("bin/pip");
                let quiet = ["install", "-q", "--disable-pip-version-check", "-r"];
                twice(|| run(Command::new(&pip).args(quiet).arg(&requirements)))?;
                std::fs::copy(&requirements, place.join(REQUIREMENTS)).context("pip leaves its environment")?;
                Ok(())
            }
            Self::Drivers => vulkan::environment().map(drop),
            Self::Zig => {
                let _ = std::fs::remove_dir_all(zig());
                let install = ["-m", "pip", "install", "--quiet", "--no-input", "--target"];
                twice(|| run(command("python3", &install).arg(zig()).args(ZIG)))?;
                Ok(std::fs::write(zig().join(ZIG_STAMP), ZIG.join(" "))?)
            }
        }
    }
}

/// What pip is to install, and, beside its packages, what it did.
const REQUIREMENTS: &str = "requirements.txt";
const LOCK: &str = "package-lock.json";
/// What pip was run for last.
const ZIG_STAMP: &str = ".installed";
/// What `npm ci` was run for last.
const STAMP: &str = "node_modules/.installed.json";

/// Where Zig lies.
pub(crate) fn zig() -> std::path::PathBuf {
    target().join("zig")
}

/// Looks for all of `needs`, says what will be brought and brings it. What is still missing comes back, each with the
/// way to get it; in CI that is an error.
pub(crate) fn prepare(needs: &[Need]) -> Result<Vec<(Need, String)>> {
    let mut missing: Vec<Need> = Vec::new();
    for need in needs {
        if !missing.contains(need) && !need.is_there() {
            missing.push(*need);
        }
    }
    let mut brought: Vec<Need> = Vec::new();
    for need in &missing {
        if need.can_be_brought(&brought) {
            brought.push(*need);
        }
    }
    for need in &brought {
        println!("   will be installed: {} ({})", need.name(), need.remedy());
    }
    let packages: Vec<_> = brought.iter().filter_map(|need| need.apt_package()).collect();
    // What did not come is told below; one that cannot be had must not keep the others away.
    if !packages.is_empty() && apt(&packages).is_err() {
        packages.iter().for_each(|package| drop(apt(&[package])));
    }
    let mut lacking = Vec::new();
    for need in missing {
        let came = if brought.contains(&need) { need.bring() } else { Ok(()) };
        if !need.is_there() {
            let why = came.err().map_or_else(String::new, |reason| format!("; {reason:#}"));
            lacking.push((need, format!("{} is missing ({}{why})", need.name(), need.remedy())));
        }
    }
    let wanted = |(need, _): &(Need, String)| !matches!(need, Need::Installed(..));
    if in_ci() && lacking.iter().any(wanted) {
        let texts: Vec<_> = lacking.into_iter().filter(wanted).map(|(_, text)| text).collect();
        bail!("CI leaves nothing out, and here\n{}", texts.join("\n"));
    }
    Ok(lacking)
}

/// Makes sure of one need, for a chore of its own.
pub(crate) fn need(need: Need) -> Result<()> {
    match need.is_there() {
        true => Ok(()),
        false => match prepare(&[need])?.pop() {
            Some((_, text)) => bail!(text),
            None => Ok(()),
        },
    }
}

/// Installs packages, with one retry.
fn apt(packages: &[&str]) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut apt = match is_root() {
            true => command("apt-get", &[]),
            false => command("sudo", &["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]),
        };
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        let output = apt.output().with_context(|| format!("cannot start {}", text(&apt)))?;
        match output.status.success() {
            true => Ok(()),
            false => bail!("{} failed: {}", text(&apt), String::from_utf8_lossy(&output.stderr)),
        }
    };
    twice(|| {
        apt(&["update", "-q"])?;
        apt(&[&["install", "-y", "-q", "--no-install-recommends"], packages].concat())
    })
}

fn twice(attempt: impl Fn() -> Result<()>) -> Result<()> {
    attempt().or_else(|_| attempt())
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
