//! `cargo xtask dist`: archives that hosts link, `dist/media2face-VERSION-TARGET.tar.gz` or `.zip`.

mod archive;
mod bill;
mod check;
mod compiler;
mod inspect;
mod library;
pub(crate) mod neon;
mod object;
mod plugin;
mod target;
mod template;
mod unity;
mod windows;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::{root, run};
use crate::need::Need;
use crate::{release, shipped};
pub(crate) use archive::{Entries, Entry, unpack, zip};
pub(crate) use compiler::{Compiler, Std};
use target::{State, System, Target};
pub(crate) use unity::unity;

/// The version of everything, from Cargo.toml.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the check of an archive of this machine needs.
pub(crate) const NEEDS: &[Need] = &[
    Need::Zig,
    Need::Program("cmake", "cmake"),
    Need::Program("pkg-config", "pkg-config"),
    Need::Program("gcc", "gcc"),
];

/// Makes and checks the archives of all targets that have been run; this machine's own twice.
pub(crate) fn check_all() -> Result<()> {
    for target in target::TARGETS.iter().filter(|one| matches!(one.state, State::Run | State::Emulated)) {
        let compiler = Compiler::of(target)?;
        let archive = write(&compiler)?;
        check::use_it(&compiler, &archive)?;
        if target.is_native() {
            check::make_it_again(&compiler, &archive)?;
        }
    }
    Ok(())
}

/// Makes the archives of the targets, by default of this machine's; then checks each, if that is asked for, and makes it
/// a second time unless `once`.
pub(crate) fn dist(triples: &[String], check: bool, once: bool) -> Result<()> {
    let own: Vec<String> = target::TARGETS.iter().filter(|one| one.is_native()).map(|one| one.triple.into()).collect();
    let triples = if triples.is_empty() { &own } else { triples };
    ensure!(!triples.is_empty(), "name a target: docs/platforms.md has them");
    let targets = triples.iter().map(|triple| target::find(triple)).collect::<Result<Vec<_>>>()?;
    for target in targets {
        println!("── {}: {}", target.triple, target.state.word());
        let compiler = Compiler::of(target)?;
        if matches!(target.system, System::Android | System::Ios) {
            run(compiler.cargo("check").args(["--locked", "--package", shipped::LIBRARY]))?;
            println!("{}: the library compiles; nothing is linked", target.triple);
            continue;
        }
        let archive = write(&compiler)?;
        if check {
            check::use_it(&compiler, &archive)?;
            if !once {
                check::make_it_again(&compiler, &archive)?;
            }
        }
    }
    Ok(())
}

/// Builds a target's archive, and writes it with the sums of all archives.
fn write(compiler: &Compiler) -> Result<PathBuf> {
    let bytes = pack(compiler)?;
    let folder = root().join("dist");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(file_name(compiler.target));
    std::fs::write(&path, &bytes)?;
    archive::write_sums(&folder)?;
    println!("{}: {:.2} MiB, SHA-256 {}", path.display(), mib(bytes.len() as u64), archive::sha256(&bytes));
    Ok(path)
}

fn folder_name(target: &Target) -> String {
    format!("media2face-{VERSION}-{}", target.triple)
}

fn file_name(target: &Target) -> String {
    let ending = if target.system == System::Windows { "zip" } else { "tar.gz" };
    format!("{}.{ending}", folder_name(target))
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Builds all of an archive.
fn pack(compiler: &Compiler) -> Result<Vec<u8>> {
    let target = compiler.target;
    let mut entries = Entries::new();
    library::add(compiler, VERSION, &mut entries)?;
    release::build_for(compiler, shipped::COMMAND, "")?;
    let command = target.command();
    entries.insert(format!("bin/{command}"), Entry::Program(read(&compiler.built().join(command))?));
    let [starter, finder] = ["starter.m2f", "face-finder.m2f"].map(|name| read(&root().join("models").join(name)));
    let (starter, finder) = (starter?, finder?);
    let bill = bill::bill(target, VERSION, &compiler.version()?, [&starter, &finder])?;
    entries.insert("media2face.cdx.json".to_owned(), Entry::File(bill.into_bytes()));
    entries.insert("models/starter.m2f".to_owned(), Entry::File(starter));
    entries.insert("models/face-finder.m2f".to_owned(), Entry::File(finder));
    add_files(&mut entries)?;
    for (path, text) in template::texts(target, VERSION)? {
        entries.insert(path.to_owned(), Entry::File(text.into_bytes()));
    }
    match target.system {
        System::Windows => archive::zip(&folder_name(target), &entries),
        _ => archive::tar_gz(&folder_name(target), &entries),
    }
}

/// Files whose folder is not taken whole.
const ALONE: [(&str, &str); 3] = [
    ("models/README.md", "models/README.md"),
    ("samples/audio/hello.wav", "samples/audio/hello.wav"),
    // It lies where the command is published from.
    ("LICENSES/three.txt", "tools/cli/assets/three/LICENSE.txt"),
];

/// Files of the repository as they are: headers, samples and licences.
fn add_files(entries: &mut Entries) -> Result<()> {
    for (name, file) in ALONE {
        entries.insert(name.to_owned(), Entry::File(read(&root().join(file))?));
    }
    add_folder("include", ["h", "hpp"], entries)?;
    add_folder("samples/c", ["c", "h"], entries)?;
    add_folder("samples/cpp", ["cpp", "hpp"], entries)?;
    add_licences(entries)
}

/// The licences of the code, and of what is linked.
fn add_licences(entries: &mut Entries) -> Result<()> {
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        entries.insert(name.to_owned(), Entry::File(read(&root().join(name))?));
    }
    add_folder("LICENSES", ["txt", "md"], entries)
}

/// Files of a folder whose names end so.
fn add_folder(folder: &str, endings: [&str; 2], entries: &mut Entries) -> Result<()> {
    for entry in std::fs::read_dir(root().join(folder)).context(folder.to_owned())? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| endings.iter().any(|ending| end == *ending)) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            entries.insert(format!("{folder}/{name}"), Entry::File(read(&path)?));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::{Entries, add_files, file_name, target::find};

    #[test]
    fn an_archive_has_every_header_licence_and_sample() {
        let mut entries = Entries::new();
        add_files(&mut entries).unwrap();
        for name in [
            "include/media2face.h",
            "include/media2face_vulkan.h",
            "LICENSES/three.txt",
            "LICENSE-MIT",
            "samples/c/sample.h",
        ] {
            assert!(entries.contains_key(name), "{name}");
        }
        assert!(!entries.contains_key("include/cbindgen.toml"));
    }

    #[test]
    fn archives_are_named_by_version_and_target() {
        let version = env!("CARGO_PKG_VERSION");
        let name = |triple| file_name(find(triple).unwrap());
        assert_eq!(name("aarch64-apple-darwin"), format!("media2face-{version}-aarch64-apple-darwin.tar.gz"));
        assert_eq!(name("x86_64-pc-windows-gnu"), format!("media2face-{version}-x86_64-pc-windows-gnu.zip"));
    }
}
