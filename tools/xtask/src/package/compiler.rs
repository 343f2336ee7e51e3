//! What compiles and links for a target: cargo with a standard library that is installed or built from source, and Zig,
//! GCC or MinGW to link.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::target::{Linker, System, Target};
use crate::command::{cargo, command, output, target as build_folder};
use crate::need::{self, Need, need};

/// A compiler of Debian's that is new enough, and where the sources of its standard library lie.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_STD: &str = "/usr/lib/rustlib/src/rust";
const DEBIAN: [Need; 2] =
    [Need::Program(DEBIAN_RUSTC, "rustc-web"), Need::File("/usr/lib/rustlib/src/rust/library/std", "rust-web-src")];

/// Where the standard library of a target comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Std {
    /// The toolchain has it: `rustup target add`.
    Installed,
    /// It is built from Debian's sources by Debian's compiler.
    Debian,
}

impl Std {
    /// That of a target; brings what may be brought.
    pub(crate) fn of(triple: &str) -> Result<Self> {
        if has_std(triple)? {
            return Ok(Self::Installed);
        }
        for one in DEBIAN {
            let missing = |error| anyhow::anyhow!("{error}\nor, with rustup: rustup target add {triple}");
            need(one).map_err(missing).with_context(|| format!("no standard library for {triple}"))?;
        }
        Ok(Self::Debian)
    }

    /// Tells cargo of it; `panic` is the crate that a panic ends in.
    pub(crate) fn tell(self, cargo: &mut Command, panic: &str) {
        if self == Self::Debian {
            cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1").arg(format!("-Zbuild-std=std,{panic}"));
        }
    }

    /// Folders of this machine that it would name, and what stands for them.
    pub(crate) fn places(self) -> Result<Vec<(String, &'static str)>> {
        if self == Self::Installed {
            return Ok(Vec::new());
        }
        let real = std::fs::canonicalize(DEBIAN_STD).context(DEBIAN_STD)?;
        let real = real.into_os_string().into_string().ok().context("a path that is UTF-8")?;
        Ok(vec![(DEBIAN_STD.to_owned(), "rust"), (real, "rust")])
    }
}

/// All that it takes to build for a target.
pub(crate) struct Compiler {
    pub(crate) target: &'static Target,
    std: Std,
}

impl Compiler {
    /// Looks for what the target needs, and brings what may be brought.
    pub(crate) fn of(target: &'static Target) -> Result<Self> {
        let std = Std::of(target.triple)?;
        match (target.linker, target.system) {
            // Nothing is linked for these.
            (_, System::Android | System::Ios) => {}
            (Linker::Zig, _) => need(Need::Zig)?,
            (Linker::Own, System::Windows) => need(Need::Program("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"))?,
            (Linker::Own, _) => bail!("{} has no linker here", target.triple),
        }
        Ok(Self { target, std })
    }

    /// Cargo for this target: `build`, `test` or `check`.
    pub(crate) fn cargo(&self, work: &str) -> Command {
        let links = work != "check" && self.target.linker == Linker::Zig;
        let mut cargo = if links {
            let work = if work == "build" { "zigbuild" } else { work };
            let mut zigbuild = command(&need::zig().join("bin/cargo-zigbuild").to_string_lossy(), &[work]);
            zigbuild.env("CARGO_ZIGBUILD_ZIG_PATH", zig()).env("CARGO_ZIGBUILD_CACHE_DIR", need::zig().join("cache"));
            zigbuild.env("ZIG_GLOBAL_CACHE_DIR", need::zig().join("cache"));
            zigbuild
        } else {
            cargo(&[work])
        };
        cargo.arg("--target").arg(if links { self.target.zig_name() } else { self.target.triple.to_owned() });
        cargo.arg("--target-dir").arg(build_folder().join("dist"));
        self.std.tell(&mut cargo, "panic_unwind");
        if self.target.system == System::MacOs {
            // For a flag of theirs that is not stable.
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        cargo
    }

    /// Where it builds; what runs while building is compiled once for all targets, beside it.
    pub(crate) fn folder(&self) -> PathBuf {
        build_folder().join("dist").join(self.target.triple)
    }

    /// Where what was built lies.
    pub(crate) fn built(&self) -> PathBuf {
        self.folder().join(crate::release::PROFILE)
    }

    /// Folders of this machine that the standard library would name, and what stands for them.
    pub(crate) fn places(&self) -> Result<Vec<(String, &'static str)>> {
        self.std.places()
    }

    /// Flags of the compiler for this target.
    pub(crate) fn flags(&self) -> &'static [&'static str] {
        match self.target.system {
            // The time of the build would be in each program.
            System::Windows => &["-Clink-arg=-Wl,--no-insert-timestamp"],
            // The linker strips: rustc would call a tool of LLVM that few machines have. It takes no list of what is to be
            // visible: without the last flag every name of Rust would be.
            System::MacOs => &["-Cstrip=none", "-Clink-arg=-Wl,-s", "-Zdefault-visibility=hidden"],
            _ => &[],
        }
    }

    /// The version of the compiler.
    pub(crate) fn version(&self) -> Result<String> {
        let rustc = if self.std == Std::Debian { DEBIAN_RUSTC } else { "rustc" };
        let line = output(&mut command(rustc, &["--version"]))?;
        Ok(line.split_whitespace().nth(1).context("rustc's version")?.to_owned())
    }
}

/// Whether the toolchain has the target's standard library.
fn has_std(triple: &str) -> Result<bool> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let folder = output(&mut command(&rustc, &["--print", "target-libdir", "--target", triple]))?;
    let files = std::fs::read_dir(folder.trim()).into_iter().flatten();
    let is_std = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("libstd-");
    Ok(files.filter_map(Result::ok).any(|file| is_std(&file.file_name())))
}

/// The program of `Need::Zig`.
pub(crate) fn zig() -> PathBuf {
    need::zig().join("ziglang/zig")
}
