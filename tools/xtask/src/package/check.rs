//! `cargo xtask dist --check`: the archive as a host uses it. It is unpacked into an empty folder; the C sample is built
//! by the project that lies in it, run, and compared with the library that cargo builds; and a second build has the same
//! hash.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::compiler::Compiler;
use super::target::System;
use super::{VERSION, archive, folder_name, inspect, library, pack, windows};
use crate::checks;
use crate::command::{command, output, run, target as build_folder};
use crate::need::{Need, need};
use crate::release;
use crate::sample::{Profile, build_c};

/// Unpacks an archive and uses it as a host does.
pub(crate) fn use_it(compiler: &Compiler, archive: &Path) -> Result<()> {
    let folder = build_folder().join("dist/check").join(compiler.target.triple);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    archive::unpack(archive, &folder)?;
    let unpacked = folder.join(folder_name(compiler.target));
    let places = [compiler.places()?, release::places()?].concat();
    files(&unpacked)?.iter().try_for_each(|file| release::is_free_of(&places, file))?;
    inspect::binaries(compiler, &unpacked, VERSION)?;
    let host = Host { compiler, unpacked: &unpacked, folder: &folder };
    host.links()?;
    if host.runs() {
        host.animates()?;
        if compiler.target.system == System::Windows {
            windows::check(compiler.target, &unpacked, &folder)?;
        }
    }
    Ok(())
}

/// All files below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => all.extend(files(&path)?),
            false => all.push(path),
        }
    }
    Ok(all)
}

/// A host that has the archive and a compiler of C.
struct Host<'a> {
    compiler: &'a Compiler,
    unpacked: &'a Path,
    folder: &'a Path,
}

impl Host<'_> {
    fn runs(&self) -> bool {
        self.compiler.target.is_native() || self.compiler.target.emulator.is_some()
    }

    /// The samples by CMake, the first with both libraries; on this machine also by pkg-config.
    fn links(&self) -> Result<()> {
        let target = self.compiler.target;
        if target.system == System::MacOs {
            return Ok(());
        }
        let built = self.by_cmake()?;
        if !self.runs() {
            return Ok(());
        }
        let ending = if target.system == System::Windows { ".exe" } else { "" };
        let expected = self.expected()?;
        for name in ["minimal", "minimal-static", "minimal-cpp"] {
            let csv = self.sample(&built.join(format!("{name}{ending}")), name)?;
            compare(name, &csv, &expected, target.is_native())?;
        }
        if target.is_native() {
            let program = self.by_pkg_config()?;
            compare("pkg-config", &self.sample(&program, "pkg-config")?, &expected, true)?;
        }
        Ok(())
    }

    /// Builds the archive's own project without a warning; gives the folder of its programs.
    fn by_cmake(&self) -> Result<PathBuf> {
        need(Need::Program("cmake", "cmake"))?;
        let (target, built) = (self.compiler.target, self.folder.join("build"));
        let mut configure = command("cmake", &["-S"]);
        configure.arg(self.unpacked.join("samples")).arg("-B").arg(&built);
        for (language, program, package) in [("C", "gcc", "gcc"), ("CXX", "g++", "g++")] {
            configure.arg(format!("-DCMAKE_{language}_FLAGS=-Wall -Wextra -Wpedantic -Werror"));
            if !target.is_native() {
                let program = library::leaked(&target.tool(program));
                need(Need::Program(program, library::leaked(&target.cross_package(package))))?;
                configure.arg(format!("-DCMAKE_{language}_COMPILER={program}"));
            }
        }
        if !target.is_native() {
            let system = if target.system == System::Windows { "Windows" } else { "Linux" };
            configure.arg(format!("-DCMAKE_SYSTEM_NAME={system}"));
        }
        output(&mut configure)?;
        output(command("cmake", &["--build"]).arg(&built))?;
        Ok(built)
    }

    /// What the library says that cargo builds for the tests.
    fn expected(&self) -> Result<String> {
        let (program, csv) = (build_c("minimal", Profile::Dev)?, self.folder.join("expected.csv"));
        run(Command::new(program).args(self.arguments()?).arg(&csv))?;
        Ok(std::fs::read_to_string(csv)?)
    }

    /// The archive's model, and the sample audio; where the processor is another, the beginning of it.
    fn arguments(&self) -> Result<[PathBuf; 2]> {
        let same = self.compiler.target.processor() == std::env::consts::ARCH;
        let audio = if same { self.unpacked.join("samples/audio/hello.wav") } else { checks::two_seconds()? };
        Ok([self.unpacked.join("models/starter.m2f"), audio])
    }

    /// Runs the sample; gives its CSV.
    fn sample(&self, program: &Path, name: &str) -> Result<String> {
        let csv = self.folder.join(format!("{name}.csv"));
        run(self.start(program)?.args(self.arguments()?).arg(&csv))?;
        std::fs::read_to_string(&csv).with_context(|| csv.display().to_string())
    }

    /// A program of the target, with the archive's shared library.
    fn start(&self, program: &Path) -> Result<Command> {
        let target = self.compiler.target;
        match &target.emulator {
            Some(emulator) if !target.is_native() => {
                need(Need::Program(emulator.words[0], emulator.package))?;
                let mut start = command(emulator.words[0], &emulator.words[1..]);
                if target.system == System::Windows {
                    windows::prepare(target, &mut start, self.folder, &self.unpacked.join("bin"))?;
                }
                start.arg(program);
                Ok(start)
            }
            _ => Ok(Command::new(program)),
        }
    }

    /// The sample as pkg-config would have it compiled.
    fn by_pkg_config(&self) -> Result<PathBuf> {
        need(Need::Program("pkg-config", "pkg-config"))?;
        let mut pkg_config = command("pkg-config", &["--cflags", "--libs", "media2face"]);
        let flags = output(pkg_config.env("PKG_CONFIG_PATH", self.unpacked.join("lib/pkgconfig")))?;
        let program = self.folder.join("by-pkg-config");
        let mut path = OsString::from("-Wl,-rpath,");
        path.push(self.unpacked.join("lib"));
        let mut gcc = command("gcc", &["-std=c99", "samples/c/minimal.c", "-o"]);
        run(gcc.arg(&program).args(flags.split_whitespace()).arg(path))?;
        Ok(program)
    }

    /// The command with the pack that lies beside it, in a folder whose name is not ASCII.
    fn animates(&self) -> Result<()> {
        let out = self.folder.join("größe 大");
        let program = self.unpacked.join("bin").join(self.compiler.target.command());
        let mut start = self.start(&program)?;
        let [_, audio] = self.arguments()?;
        start.arg("animate").arg(&audio).arg("--out").arg(&out);
        run(start.args(["--emit", "csv"]))?;
        let csv = out.join(audio.with_extension("csv").file_name().context("a name")?);
        let rows = std::fs::read_to_string(&csv).with_context(|| csv.display().to_string())?.lines().count();
        ensure!(rows > 30, "{} has {rows} rows", csv.display());
        println!("   {}: {rows} rows", program.display());
        Ok(())
    }
}

/// The same faces: to the byte where the processor is this one, else within what its rounding may change.
fn compare(name: &str, found: &str, expected: &str, to_the_byte: bool) -> Result<()> {
    let difference = difference(found, expected).with_context(|| format!("the CSV of {name}"))?;
    println!("   the C sample, {name}: {} rows, at most {difference} from cargo's library", found.lines().count());
    ensure!(!to_the_byte || found == expected, "the CSV of {name} is not that of cargo's library");
    ensure!(difference <= TOLERANCE, "the CSV of {name} differs by {difference}");
    Ok(())
}

/// Between instruction sets weights agree within 1e-5, and the sample writes four digits.
const TOLERANCE: f64 = 1.01e-4;

/// The largest difference of two CSVs of one shape.
fn difference(a: &str, b: &str) -> Result<f64> {
    ensure!(a.lines().count() == b.lines().count(), "{} rows and {}", a.lines().count(), b.lines().count());
    ensure!(a.lines().next() == b.lines().next(), "other heads");
    let mut most = 0.0_f64;
    for (a, b) in a.lines().zip(b.lines()).skip(1) {
        ensure!(a.split(',').count() == b.split(',').count(), "rows of other lengths");
        for (a, b) in a.split(',').zip(b.split(',')) {
            most = most.max((a.parse::<f64>()? - b.parse::<f64>()?).abs());
        }
    }
    Ok(most)
}

/// Builds all of it again, in the same place without what was built, and compares the hashes.
pub(crate) fn make_it_again(compiler: &Compiler, path: &Path) -> Result<()> {
    let first = archive::sha256(&std::fs::read(path)?);
    println!("   building again");
    std::fs::remove_dir_all(compiler.folder())?;
    let second = archive::sha256(&pack(compiler)?);
    ensure!(first == second, "two builds differ: {first} and {second}");
    println!("   two builds have one hash: {first}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn csvs_are_compared_by_value_and_by_shape() {
        let csv = "frame,a,b\n0,0.1000,0.2000\n1,0.3000,0.4000\n";
        assert_eq!(difference(csv, csv).unwrap(), 0.0);
        let near = difference(csv, &csv.replace("0.4000", "0.4001")).unwrap();
        assert!((near - 1e-4).abs() < 1e-9);
        assert!(difference(csv, "frame,a,b\n0,0.1000,0.2000\n").is_err());
        assert!(difference(csv, &csv.replace("frame,a,b", "frame,a,c")).is_err());
        assert!(difference(csv, &csv.replace("0.4000", "x")).is_err());
    }
}
