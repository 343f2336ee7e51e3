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

/// It is a workspace of its own, which inherits nothing.
#[test]
fn python_package_has_the_version_and_the_toolchain_of_the_library() {
    let value = |file: &str, key: &str| {
        let manifest = text(file);
        let after = manifest.split_once(&format!("\n{key} = \"")).unwrap_or_else(|| panic!("{file}: no {key}")).1;
        after.split('"').next().expect("its end").to_owned()
    };
    for key in ["version", "rust-version", "edition", "license"] {
        assert_eq!(value("bindings/python/Cargo.toml", key), value("Cargo.toml", key), "{key}");
    }
}

/// Another version of a dependency may round otherwise: the package gives the library's bytes.
#[test]
fn python_package_is_locked_to_the_library_s_dependencies() {
    let locked = |file: &str| {
        let lock = text(file);
        let packages = lock.split("[[package]]\nname = \"").skip(1);
        let named = packages.filter_map(|package| {
            let (name, rest) = package.split_once("\"\nversion = \"")?;
            Some((name.to_owned(), rest.split('"').next()?.to_owned()))
        });
        named.collect::<Vec<_>>()
    };
    let library = locked("Cargo.lock");
    let mut shared = 0;
    for (name, version) in locked("bindings/python/Cargo.lock") {
        let own: Vec<&str> = library.iter().filter(|(own, _)| *own == name).map(|(_, version)| &**version).collect();
        shared += own.len();
        assert!(own.is_empty() || own.contains(&&*version), "{name} {version}: the library has {own:?}");
    }
    assert!(shared > 50, "only {shared} crates of both: the reader is broken");
}
