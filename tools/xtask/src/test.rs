//! `cargo xtask test`: one command that checks everything that runs without a GPU. What a machine lacks is looked for
//! before the first check; it is brought or named, and what was left out is listed at the end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::need::Need::{Drivers, Installed, Npm, Program, Python, Toolchain};
use crate::need::{self, Need};
use crate::{
    abi, bare, blender, checks, cpp, crates, farms, gltf, godot, header, interop, misuse, notices, package, page,
    release, sample, shipped, standards, unity, unreal, usage, web, wheel, wires,
};

/// How much is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// One device path of every op and network, one whole job: for every change.
    Quick,
    /// Everything: before a release.
    Full,
}

/// One check of the list.
pub(crate) struct Check {
    name: &'static str,
    /// The least extent that it belongs to.
    from: Extent,
    /// Without one of these it is left out.
    needs: &'static [Need],
    /// Without one of these a part of it is left out, which the text names.
    parts: &'static [(Need, &'static str)],
    run: fn(Extent) -> Result<()>,
}

/// A check that always runs.
const fn always(name: &'static str, needs: &'static [Need], run: fn(Extent) -> Result<()>) -> Check {
    Check { name, from: Extent::Quick, needs, parts: &[], run }
}

/// A check that runs with `--full` alone.
const fn full(name: &'static str, needs: &'static [Need], run: fn(Extent) -> Result<()>) -> Check {
    Check { from: Extent::Full, ..always(name, needs, run) }
}

const GCC: Need = Program("gcc", "gcc");
const GPP: Need = Program("g++", "g++");
/// The description of a binary interface, and its comparison.
const ABIGAIL: [Need; 3] = [GCC, Program("abidw", "abigail-tools"), Program("abidiff", "abigail-tools")];
/// Compilers whose part of the standards is left out without them.
const COMPILERS: &[(Need, &str)] = &[
    (Program("clang", "clang"), "the headers under clang"),
    (Program("x86_64-w64-mingw32-g++", "g++-mingw-w64-x86-64"), "the headers for Windows"),
];
const NODE: [Need; 3] = [Program("node", "nodejs"), Program("npm", "npm"), Npm("tests/web")];
/// And a browser; the packages that the drawing part of pages is built from.
const BROWSER: [Need; 5] = [NODE[0], NODE[1], NODE[2], Program("chromium", "chromium"), Npm("tools/cli/assets/three")];
/// A browser alone, and what makes films.
const STUDY: [Need; 4] = [NODE[0], NODE[2], BROWSER[3], Program("ffmpeg", "ffmpeg")];
/// And a compiler, for the samples in C that those in Python are compared with.
const PYTHON: [Need; 3] = [Program("python3", "python3"), Python("ensurepip", "python3-venv"), GCC];
/// And what the job files run with.
const FACES: [Need; 4] = [PYTHON[0], PYTHON[1], PYTHON[2], farms::PACKAGES];
/// What brings its library, and what runs it.
const INSTALLED: [Need; 4] = [package::NEEDS[0], unity::MONO[0], unity::MONO[1], GCC];
/// What tests leave a part out without.
const TESTS: &[(Need, &str)] = &[
    (Drivers, "Vulkan devices"),
    (GCC, "the headers as C reads them"),
    (Program("ffmpeg", "ffmpeg"), "films"),
    (Python("numpy", "python3-numpy"), "data sets as NumPy reads them"),
];

/// All checks, cheapest first; a new one is a line.
const CHECKS: &[Check] = &[
    always("format", &[Toolchain("fmt", "rustfmt")], |_| checks::format(true)),
    always("lints", &[Toolchain("clippy", "clippy")], checks::lints),
    always("a bare library", &[Toolchain("clippy", "clippy")], bare::check),
    full("lints of the Python package", &[Toolchain("fmt", "rustfmt"), Toolchain("clippy", "clippy")], |_| {
        wheel::lints()
    }),
    always("documentation", &[], |_| checks::documentation()),
    always("header", &[], |_| header::run(true)),
    always("what bindings take from the header", &[], |_| interop::run(true)),
    always("functions of the C++ wrapper", &[], |_| cpp::has_all_functions()),
    Check { parts: COMPILERS, ..always("headers in all standards", &[GCC, GPP], |_| standards::check()) },
    always("binary interface", &ABIGAIL, |_| abi::run_all(true)),
    always("licences of linked crates", &[], |_| shipped::check()),
    always("notices of linked crates", &[], |_| notices::run(true)),
    always("crates as they are published", &[], crates::check),
    always("cargo deny", &[Installed("deny", "cargo-deny")], |_| checks::deny()),
    always("shaders", &[Program("spirv-val", "spirv-tools")], checks::shaders),
    Check { parts: TESTS, ..always("tests", &[], checks::tests) },
    always("samples in C, C++ and Rust", &[GCC, GPP], checks::samples),
    always("errors of the C++ wrapper", &[GPP], cpp::errors),
    always("Unreal plugin against stubs", &[GPP], unreal::quick),
    always("symbols", &[Program("nm", "binutils")], checks::symbols),
    always("counts past their limits", &[GCC], checks::caps),
    always("a host without memory", &[GCC], checks::memory),
    always("misuse of the C ABI", &[GCC], misuse::natively),
    always("C sample under valgrind", &[GCC, Program("valgrind", "valgrind")], checks::valgrind),
    full("misuse of the C ABI under valgrind", &[GCC, Program("valgrind", "valgrind")], misuse::under_memcheck),
    full("paths of this machine in a release", &[Program("strip", "binutils")], |_| release::check()),
    full("archives", package::NEEDS, |_| package::check_all()),
    full("kernels for NEON under qemu", package::neon::NEEDS, package::neon::check),
    always("glTF: validator, three.js", &NODE, gltf::web),
    always("glTF: the gltf crate", &[], gltf::rust),
    always("glTF: Assimp", &[Program("assimp", "assimp-utils")], gltf::assimp),
    full("glTF: Godot 3", &[Program("godot3-server", "godot3-server")], gltf::godot),
    full("glTF: Blender", &[Program("blender", "blender"), Python("numpy", "python3-numpy")], gltf::blender),
    full("USD: Pixar's library", &[Program("python3", "python3")], gltf::usd),
    full("faces as others receive them", &[Program("python3", "python3")], wires::check),
    full("the Python package", &PYTHON, |_| wheel::check()),
    full(
        "a table on farms",
        &[Program("python3", "python3"), Python("ensurepip", "python3-venv"), farms::PACKAGES],
        farms::check,
    ),
    full("faces of the Python package on Ray", &FACES, farms::faces),
    full("the web package", &web::NEEDS, |_| web::run_all(true)),
    full("Unity package under Mono", &unity::MONO, unity::check),
    full("samples in C#", &unity::MONO, |_| sample::compare_csharp()),
    full("Unity package as it is installed", &INSTALLED, unity::installed),
    Check { parts: unreal::PARTS, ..full("Unreal plugin's core", &unreal::NEEDS, unreal::check) },
    always("core of the add-on for Blender", &[Program("python3", "python3")], blender::core),
    full("the add-on for Blender", &blender::BLENDER, blender::check),
    full("the add-on in Blender's window", &blender::WINDOW, blender::window),
    full("the add-on for Godot", &godot::SERVER, godot::check),
    full("the add-on in Godot's window", &godot::WINDOW, godot::picture),
    full("pages in a browser", &BROWSER, |_| page::run_all()),
    full("page of a study in a browser", &STUDY, |_| page::run_study()),
];

/// Runs the checks of an extent that this machine can run; where there are words, those whose names hold one of them.
pub(crate) fn run_all(extent: Extent, words: &[String]) -> Result<()> {
    let (begun, used) = (Instant::now(), usage::children());
    let mut left_out = Vec::new();
    let _ = std::fs::remove_file(checks::left_out_file());
    let wanted = |check: &&Check| words.is_empty() || words.iter().any(|word| check.name.contains(word));
    let chosen = CHECKS.iter().filter(|check| extent == Extent::Full || check.from == Extent::Quick);
    let mut chosen: Vec<_> = chosen.filter(wanted).collect();
    ensure!(!chosen.is_empty(), "no check is called {}", words.join(" or "));
    println!("── needs");
    let needs = chosen.iter().flat_map(|check| check.needs.iter().chain(check.parts.iter().map(|(need, _)| need)));
    let lacking = need::prepare(&needs.copied().collect::<Vec<_>>())?;
    let reason = |need: &Need| lacking.iter().find(|(missing, _)| missing == need).map(|(_, text)| text);
    chosen.retain(|check| {
        let reasons: Vec<_> = check.needs.iter().filter_map(reason).map(String::as_str).collect();
        if !reasons.is_empty() {
            left_out.push(format!("{}: {}", check.name, reasons.join(", ")));
        }
        reasons.is_empty()
    });
    for (need, part) in chosen.iter().flat_map(|check| check.parts) {
        left_out.extend(reason(need).map(|text| format!("{part}: {text}")));
    }
    left_out.iter().for_each(|line| println!("   will be left out: {line}"));

    for check in &chosen {
        let (begun, used) = (Instant::now(), usage::children());
        println!("── {}", check.name);
        (check.run)(extent).with_context(|| format!("the check {:?}", check.name))?;
        println!("   {}: {}", check.name, cost(begun, used));
    }

    left_out.extend(checks::left_out_by_tests());
    let rest = CHECKS.iter().filter(|check| extent == Extent::Quick && check.from == Extent::Full);
    let rest: String = rest.map(|check| format!("{}, ", check.name)).collect();
    if extent == Extent::Quick {
        left_out.push(format!("{rest}other devices and builds: cargo xtask test --full"));
    }
    left_out.push("Windows, macOS, GPUs".to_owned());
    println!("── {} checks passed: {}; left out:\n   {}", chosen.len(), cost(begun, used), left_out.join("\n   "));
    Ok(())
}

/// Processor time, which does not depend on what else the machine does, and that of the clock.
fn cost(begun: Instant, used: Duration) -> String {
    let cpu = usage::children().saturating_sub(used);
    format!("{:.0} s of processors, {:.0} s", cpu.as_secs_f32(), begun.elapsed().as_secs_f32())
}
