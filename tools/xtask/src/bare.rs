//! The library with less than it has here: without Vulkan, picture files and prompts it builds, passes what remains, and is small;
//! without random bytes of the system it reads prompts.

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, command, run, target};
use crate::shipped::LIBRARY;
use crate::test::Extent;

/// Most bytes of the stripped shared library: 2.67 MiB were measured.
const MOST_BYTES: u64 = 3 << 20;

/// Lints it; in full also runs the tests that need none of the three, weighs it, and reads prompts without random bytes.
pub(crate) fn check(extent: Extent) -> Result<()> {
    let without = "--no-default-features";
    run(&mut cargo(&["clippy", "--package", LIBRARY, without, "--", "-D", "warnings"]))?;
    if extent == Extent::Quick {
        return Ok(());
    }
    run(&mut cargo(&["test", "--package", "media2face", "--lib", "--test", "memory", without]))?;
    let folder = target().join("bare");
    run(cargo(&["build", "--profile", "small", "--package", LIBRARY, without, "--target-dir"]).arg(&folder))?;
    let (built, stripped) = (folder.join("small/libmedia2face.so"), folder.join("libmedia2face.so"));
    run(command("strip", &["-o"]).arg(&stripped).arg(&built))?;
    let bytes = std::fs::metadata(&stripped).with_context(|| stripped.display().to_string())?.len();
    println!("   the bare library, stripped: {:.2} MiB", bytes as f64 / f64::from(1 << 20));
    ensure!(bytes <= MOST_BYTES, "the bare library has {bytes} bytes, at most {MOST_BYTES}");
    let mut prompts = cargo(&["test", "--package", "media2face", "--test", "stages", "prompt", "--target-dir"]);
    run(prompts.arg(folder.join("own-randomness")).env("RUSTFLAGS", "--cfg getrandom_backend=\"custom\""))
}
