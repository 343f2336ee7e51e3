//! The kernels of another processor: their tests are built for aarch64 and run under qemu-user.

use anyhow::Result;

use super::compiler::Compiler;
use super::target;
use crate::command::run;
use crate::need::Need;
use crate::test::Extent;

const TRIPLE: &str = "aarch64-unknown-linux-gnu";

/// Beside Zig and a standard library for the target.
pub(crate) const NEEDS: &[Need] = &[
    Need::Zig,
    Need::Program("qemu-aarch64", "qemu-user"),
    Need::File("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", "libc6-arm64-cross"),
];

/// Every op against the f64 oracle, and the networks against their golden vectors; without whole samplings, which take most of an
/// hour there. The check of the archive has one, in the C sample.
const TESTS: [&str; 9] = ["--test", "ops", "--test", "parity", "--", "--skip", "sampling", "--skip", "denoiser"];

pub(crate) fn check(_: Extent) -> Result<()> {
    let target = target::find(TRIPLE)?;
    let emulator = target.emulator.as_ref().expect("qemu");
    let mut cargo = Compiler::of(target)?.cargo("test");
    cargo.args(["--locked", "--package", "media2face"]).args(TESTS);
    let runner = format!("CARGO_TARGET_{}_RUNNER", TRIPLE.to_uppercase().replace('-', "_"));
    run(cargo.env(runner, emulator.words.join(" ")).env_remove("M2F_TEST_FULL"))
}
