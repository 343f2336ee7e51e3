//! What a newcomer meets first agrees with itself.

use super::tree::text;

/// rustup downloads a channel that is not installed, and builds nothing without a network, even where the default
/// toolchain would do.
#[test]
fn toolchain_file_names_no_toolchain() {
    let file = text("rust-toolchain.toml");
    let settings: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(settings, ["[toolchain]", "components = [\"clippy\", \"rustfmt\"]"]);
}

#[test]
fn readme_asks_for_the_toolchain_that_cargo_asks_for() {
    let manifest = text("Cargo.toml");
    let version = manifest.split_once("rust-version = \"").expect("a version").1.split('"').next().expect("its end");
    assert!(text("README.md").contains(&format!("Rust {version} or later")), "README.md does not ask for {version}");
}

#[test]
fn ci_runs_the_command_of_the_readme() {
    let command = "cargo xtask test\n";
    assert!(text(".ci/run").ends_with(command));
    assert!(text("README.md").contains(&format!("```sh\n{command}```")));
}
