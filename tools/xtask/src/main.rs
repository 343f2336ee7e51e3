//! The project's own chores: `cargo xtask test` checks everything that runs without a GPU.

mod abi;
mod bare;
mod blender;
mod checks;
mod command;
mod cpp;
mod crates;
mod debian;
#[cfg(test)]
mod documented;
mod farms;
mod fuzz;
mod gltf;
mod godot;
mod header;
mod interop;
mod misuse;
mod need;
mod notices;
mod package;
mod page;
mod release;
mod sample;
mod screen;
mod shaders;
mod shipped;
mod sid;
mod standards;
mod symbols;
mod test;
mod unity;
mod unreal;
mod usage;
mod validation;
mod vulkan;
mod web;
mod wheel;
mod wires;

use clap::{Parser, Subcommand};

/// The project's own chores.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Format all of the sources; with --check only compare.
    Format {
        /// Fail when a file is not formatted.
        #[arg(long)]
        check: bool,
    },
    /// Write the headers in include/ from capi/src; with --check only compare.
    Header {
        /// Fail when a committed header is not the generated one.
        #[arg(long)]
        check: bool,
    },
    /// Write include/media2face.abi, the binary interface that programs rely on; with --check only compare.
    Abi {
        /// Fail when programs that were linked against the committed interface would break.
        #[arg(long)]
        check: bool,
    },
    /// Write what bindings take from the header: numbers and layouts of the C ABI; with --check only compare.
    Interop {
        /// Fail when a committed file is not the generated one.
        #[arg(long)]
        check: bool,
    },
    /// Compile shaders/*.comp to shaders/spirv; with --check only compare. Then validate the modules.
    Shaders {
        /// Fail when a committed module is not what its source compiles to.
        #[arg(long)]
        check: bool,
    },
    /// Bring the drivers for tests (llvmpipe, SwiftShader, validation) into target/vulkan; print their environment, or
    /// run a program on them under validation.
    Vulkan {
        /// A program and its arguments; it must cause no message of the validation layer.
        #[arg(last = true)]
        program: Vec<std::ffi::OsString>,
    },
    /// Bring Debian sid's Mesa with its own C library into target/vulkan/sid, and run a program there.
    Sid {
        /// A program that was built here, and its arguments.
        #[arg(last = true)]
        program: Vec<std::ffi::OsString>,
    },
    /// Check what runs without a GPU: format, lints, docs, layers, tests, header, symbols, samples. Quick unless --full is
    /// given: one device path of every op and network, one whole job on a device.
    Test {
        /// Everything: all devices, all builds, the shaders compiled again. Before a release.
        #[arg(long)]
        full: bool,
        /// Only checks whose names hold one of these words.
        words: Vec<String>,
    },
    /// Fuzz what reads bytes from outside, under AddressSanitizer: one target of fuzz/, or each in turn. Needs cargo-fuzz.
    Fuzz {
        /// The target.
        target: Option<String>,
        /// How long each runs.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Write LICENSES/THIRD-PARTY.md, the notices of linked crates; with --check only compare.
    Notices {
        /// Fail when the committed file is not that of Cargo.lock.
        #[arg(long)]
        check: bool,
    },
    /// Build the Python package as users install it: a wheel in target/python/wheels.
    Wheel {
        /// Install it in a fresh environment and run its tests.
        #[arg(long)]
        check: bool,
        /// As tests are built: in a fraction of the time, for this machine alone.
        #[arg(long)]
        dev: bool,
    },
    /// Make the archives that hosts link, dist/media2face-VERSION-TARGET: library, headers, CMake and pkg-config files, the
    /// command, the starter, notices, a bill of materials. docs/platforms.md has the targets.
    Dist {
        /// Targets by rustc's names; by default this machine's.
        targets: Vec<String>,
        /// Then unpack each, build the C sample with it, run that, look into its binaries, and build it again for one hash.
        #[arg(long)]
        check: bool,
        /// Leave out of the check that it is built again.
        #[arg(long, requires = "check")]
        once: bool,
    },
    /// Build bindings/web: the WebAssembly module, and a page that needs no server, in target/web.
    Web {
        /// Then run its tests under Node, and use the page in Chromium.
        #[arg(long)]
        check: bool,
    },
    /// Make the add-on for Blender, target/blender/media2face-blender.zip.
    Blender {
        /// Then run its tests under Python, and in Blender without and with a window.
        #[arg(long)]
        check: bool,
    },
    /// Build the add-on for Godot 3 with its libraries, target/godot/addons/media2face.
    Godot {
        /// Then run it in Godot without and with a window.
        #[arg(long)]
        check: bool,
    },
    /// Make the Unity package as users add it, dist/com.media2face.unity-VERSION.tgz, with the libraries of the archives in dist.
    Unity {
        /// Then unpack it, and use it under Mono.
        #[arg(long)]
        check: bool,
    },
    /// Build and run a sample.
    Sample {
        /// The language.
        language: sample::Language,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Format { check } => checks::format(check),
        Chore::Header { check } => header::run(check),
        Chore::Abi { check } => abi::run_all(check),
        Chore::Interop { check } => interop::run(check),
        Chore::Shaders { check } => shaders::run_all(check),
        Chore::Vulkan { program } => vulkan::vulkan(&program),
        Chore::Sid { program } => sid::sid(&program),
        Chore::Test { full, words } => {
            test::run_all(if full { test::Extent::Full } else { test::Extent::Quick }, &words)
        }
        Chore::Fuzz { target, seconds } => fuzz::fuzz(target.as_deref(), seconds),
        Chore::Notices { check } => notices::run(check),
        Chore::Wheel { check, dev } => {
            wheel::run_all(if dev { sample::Profile::Dev } else { sample::Profile::Release }, check)
        }
        Chore::Dist { targets, check, once } => package::dist(&targets, check, once),
        Chore::Web { check } => web::run_all(check),
        Chore::Blender { check } => blender::run_all(check),
        Chore::Godot { check } => godot::run_all(check),
        Chore::Unity { check: true } => unity::installed(test::Extent::Full),
        Chore::Unity { check: false } => package::unity().map(drop),
        Chore::Sample { language } => sample::sample(language, sample::Profile::Release),
    }
}
