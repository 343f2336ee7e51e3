//! How much the tests do, and the list of what they leave out, which `cargo xtask test` ends with.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::fs::File;
use std::io::Write;

/// Whether everything is tested (`M2F_TEST_FULL`), or what a change has to pass each time.
pub fn is_full() -> bool {
    std::env::var_os("M2F_TEST_FULL").is_some()
}

/// Says that this test leaves something out: to its own output, and to the file `M2F_TEST_LEFT_OUT`.
pub fn left_out(why: &str) {
    println!("left out: {why}");
    let Some(list) = std::env::var_os("M2F_TEST_LEFT_OUT") else { return };
    let thread = std::thread::current();
    let line = format!("{why}\t{} {}\n", env!("CARGO_CRATE_NAME"), thread.name().unwrap_or_default());
    let list = File::options().append(true).create(true).open(list);
    list.and_then(|mut list| list.write_all(line.as_bytes())).expect("the list of what is left out");
}

/// Why a test that takes minutes does not run each time.
pub const IN_FULL: &str = "it takes minutes: cargo xtask test --full";

/// Why some cases of a test have no device.
pub const CASES_IN_FULL: &str = "more sizes on a device: cargo xtask test --full";

/// Why a test has no device.
pub const NO_DEVICE: &str = "no Vulkan device was asked for (M2F_TEST_VULKAN)";
