//! `cargo xtask test`: one command that checks everything that runs without a GPU. Nothing is skipped silently: what a
//! machine lacks is installed or named, and what was left out is listed at the end.

use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::command::{cargo, command, root, run, target};
use crate::{apt, header, sample, shaders, symbols, validation, vulkan};

/// Cargo would build the shader compiler's C++, which takes minutes, once more for each set of packages and each profile:
/// tools/shaders is always named alone, and in one profile.
const ALL_BUT_SHADERS: [&str; 3] = ["--workspace", "--exclude", "shaders"];

/// All checks, cheapest first.
pub(crate) fn run_all() -> Result<()> {
    let begun = Instant::now();
    let check = |name: &str, check: &dyn Fn() -> Result<()>| {
        let begun = Instant::now();
        println!("── {name}");
        check()?;
        println!("   {name}: {:.0} s", begun.elapsed().as_secs_f32());
        anyhow::Ok(())
    };
    check("format", &|| run(&mut cargo(&["fmt", "--all", "--check"])))?;
    check("lints", &|| {
        run(cargo(&["clippy", "--all-targets"]).args(ALL_BUT_SHADERS).args(["--", "-D", "warnings"]))?;
        run(&mut cargo(&["clippy", "--package", "shaders", "--all-targets", "--", "-D", "warnings"]))
    })?;
    check("documentation", &|| {
        let doc = ["doc", "--no-deps", "--document-private-items"];
        run(cargo(&doc).args(ALL_BUT_SHADERS).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    check("header", &|| header::run(true))?;
    check("shaders", &|| {
        shaders::run_all(true)?;
        run(&mut cargo(&["test", "--quiet", "--package", "shaders", "--profile", "dev"]))
    })?;
    let vulkan = drivers()?;
    check("tests", &|| tests(vulkan.is_ok()))?;
    check("C sample", &|| sample::sample(sample::Language::C))?;
    check("symbols", &|| symbols::check(&target().join("release/libmedia2face.so")))?;
    check("C sample under valgrind", &valgrind)?;
    check("glTF validator", &gltf)?;
    let vulkan = vulkan.err().map_or_else(String::new, |reason| format!("Vulkan: no test drivers ({reason:#}), "));
    println!("all checks passed in {:.0} s; left out: {vulkan}Windows, macOS", begun.elapsed().as_secs_f32());
    Ok(())
}

/// Brings the test drivers, or tells why this machine has none; in CI that is a failure.
fn drivers() -> Result<Result<()>> {
    println!("── Vulkan test drivers");
    let brought = vulkan::environment().map(drop);
    match brought {
        Err(reason) if std::env::var_os("CI").is_some() => Err(reason.context("CI needs the Vulkan test drivers")),
        _ => Ok(brought),
    }
}

/// All tests of the workspace; where there are drivers, with nothing skipped and under validation.
fn tests(on_vulkan: bool) -> Result<()> {
    run(cargo(&["test", "--no-run"]).args(ALL_BUT_SHADERS))?;
    if !on_vulkan {
        return run(cargo(&["test"]).args(ALL_BUT_SHADERS).env_remove("M2F_TEST_VULKAN"));
    }
    validation::run_silent(cargo(&["test"]).args(ALL_BUT_SHADERS))?;
    // What a submission costs the host is measured where no layer watches.
    let mut host_cost = cargo(&["test", "--quiet", "--test", "vulkan"]);
    host_cost.args(ALL_BUT_SHADERS).arg("host_cost");
    run(host_cost.envs(vulkan::environment()?).env("M2F_TEST_VULKAN", "require"))
}

/// The m2f command as the tests built it: the whole of it in release would be compiled for these few seconds.
fn m2f(arguments: &[&str]) -> Command {
    command(&target().join("debug/m2f").to_string_lossy(), arguments)
}

/// The C sample on the tiny test pack and two seconds of the sample audio, which are four windows of it: no invalid
/// access, no leak. Without the machine's Vulkan drivers: the C library reads past its own strings where it loads them.
fn valgrind() -> Result<()> {
    apt::need("valgrind", "valgrind")?;
    let program = sample::build_c("minimal")?;
    let folder = target().join("samples");
    let (pack, audio, csv) = (folder.join("tiny.m2f"), folder.join("two.wav"), folder.join("valgrind.csv"));
    run(&mut m2f(&["convert", "--random", "tiny", "--out", &pack.to_string_lossy()]))?;
    let whole = std::fs::read(root().join("samples/audio/hello.wav"))?;
    std::fs::write(&audio, &whole[..WAV_HEAD + TWO_SECONDS])?;
    let options = ["--quiet", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"];
    let mut valgrind = command("valgrind", &options);
    valgrind.env("VK_DRIVER_FILES", folder.join("no drivers")).env("VK_LOADER_LAYERS_DISABLE", "~all~");
    run(valgrind.arg(program).arg(&pack).arg(&audio).arg(csv))
}

/// Bytes before the samples of samples/audio/hello.wav. Its head tells of more than a part has; the C sample reads what
/// is there.
const WAV_HEAD: usize = 44;
/// Bytes, at 16 kHz and 16 bits.
const TWO_SECONDS: usize = 2 * 2 * 16_000;

/// The .glb files of the sample audio and of the sample scene, judged by the Khronos validator.
fn gltf() -> Result<()> {
    apt::need("node", "nodejs")?;
    let folder = root().join("tests/web");
    let out = target().join("samples/glb");
    for (subcommand, input) in [("animate", "samples/audio/hello.wav"), ("scene", "samples/scenes/dialogue.toml")] {
        let input = root().join(input);
        run(m2f(&[subcommand]).arg(input).arg("--out").arg(&out).args(["--emit", "glb", "--quiet"]))?;
    }
    let install = ["ci", "--silent", "--no-audit", "--no-fund"];
    run(command("npm", &install).current_dir(&folder))
        .or_else(|_| run(command("npm", &install).current_dir(&folder)))?;
    let files = ["hello.glb", "scene.glb"].map(|name| out.join(name));
    run(command("node", &["validate-glb.mjs"]).args(files).current_dir(folder))
}
