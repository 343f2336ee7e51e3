//! The targets of `cargo xtask dist`: how each is built, what its archive has, and how far it was tried. README.md and
//! docs/platforms.md say the same; a test compares.

use anyhow::{Result, ensure};

/// The lowest version of the C library that a Linux archive asks for.
pub(crate) const GLIBC: (u32, u32) = (2, 17);

/// What became of a target on the project's machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// The archive was built, unpacked, linked with the C sample, and that was run on this system and processor.
    Run,
    /// The same in an emulator of the processor or of the system.
    Emulated,
    /// The archive was built and linked. Nothing of it was run.
    Built,
    /// `cargo check` took the library. Nothing was linked.
    Checked,
    /// It was not brought to an end.
    Tried,
}

impl State {
    /// The word of the documents.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Emulated => "emulated",
            Self::Built => "built",
            Self::Checked => "checked",
            Self::Tried => "tried",
        }
    }
}

/// A family of operating systems.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum System {
    Linux,
    Windows,
    MacOs,
    Android,
    Ios,
}

/// What links.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Linker {
    /// Zig's, through cargo-zigbuild: old C libraries, and systems whose own tools are not at hand.
    Zig,
    /// The one that rustc starts by itself: GCC for MinGW-w64.
    Own,
}

/// A program that runs another system's programs.
pub(crate) struct Emulator {
    /// Its command line.
    pub(crate) words: &'static [&'static str],
    /// The Debian package.
    pub(crate) package: &'static str,
}

/// One line of the table.
pub(crate) struct Target {
    pub(crate) triple: &'static str,
    pub(crate) system: System,
    pub(crate) state: State,
    pub(crate) linker: Linker,
    /// Of the cross tools of Debian: `PREFIX-gcc`, `PREFIX-ld`; the machine's own where there is none.
    pub(crate) tools: Option<&'static str>,
    pub(crate) emulator: Option<Emulator>,
}

/// A target whose archive is linked by Zig.
const fn zig(triple: &'static str, system: System, state: State) -> Target {
    Target { triple, system, state, linker: Linker::Zig, tools: None, emulator: None }
}

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    zig("x86_64-unknown-linux-gnu", System::Linux, State::Run),
    Target {
        tools: Some("aarch64-linux-gnu"),
        emulator: Some(Emulator { words: &["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"], package: "qemu-user" }),
        ..zig("aarch64-unknown-linux-gnu", System::Linux, State::Emulated)
    },
    Target {
        linker: Linker::Own,
        tools: Some("x86_64-w64-mingw32"),
        emulator: Some(Emulator { words: &["/usr/lib/wine/wine64"], package: "wine64" }),
        ..zig("x86_64-pc-windows-gnu", System::Windows, State::Emulated)
    },
    zig("aarch64-apple-darwin", System::MacOs, State::Built),
    zig("aarch64-linux-android", System::Android, State::Checked),
    zig("aarch64-apple-ios", System::Ios, State::Checked),
    zig("aarch64-pc-windows-gnullvm", System::Windows, State::Tried),
];

/// The target of that name.
pub(crate) fn find(triple: &str) -> Result<&'static Target> {
    let found = TARGETS.iter().find(|target| target.triple == triple);
    let names: Vec<_> = TARGETS.iter().map(|target| target.triple).collect();
    ensure!(found.is_some(), "there is no target {triple}; there are {}", names.join(", "));
    Ok(found.expect("some"))
}

impl Target {
    /// `x86_64` or `aarch64`.
    pub(crate) fn processor(&self) -> &'static str {
        self.triple.split('-').next().unwrap_or_default()
    }

    /// What cargo-zigbuild calls it: with the version of the C library.
    pub(crate) fn zig_name(&self) -> String {
        match self.system {
            System::Linux => format!("{}.{}.{}", self.triple, GLIBC.0, GLIBC.1),
            _ => self.triple.to_owned(),
        }
    }

    /// Whether its programs run here without an emulator.
    pub(crate) fn is_native(&self) -> bool {
        self.system == System::Linux && cfg!(target_os = "linux") && self.processor() == std::env::consts::ARCH
    }

    /// A file of the cross tools.
    pub(crate) fn tool(&self, name: &str) -> String {
        self.tools.filter(|_| !self.is_native()).map_or_else(|| name.to_owned(), |prefix| format!("{prefix}-{name}"))
    }

    /// The Debian package with this target's form of a package of tools: `gcc`, `g++`, `binutils`.
    pub(crate) fn cross_package(&self, name: &str) -> String {
        match self.tools.filter(|_| !self.is_native()) {
            None => name.to_owned(),
            Some(_) if self.system == System::Windows => {
                format!("{name}-mingw-w64-{}", self.processor().replace('_', "-"))
            }
            Some(prefix) => format!("{name}-{prefix}"),
        }
    }

    /// The command, `m2f`.
    pub(crate) fn command(&self) -> &'static str {
        if self.system == System::Windows { "m2f.exe" } else { "m2f" }
    }

    /// The shared library as cargo names it.
    pub(crate) fn shared(&self) -> &'static str {
        match self.system {
            System::Windows => "media2face.dll",
            System::MacOs | System::Ios => "libmedia2face.dylib",
            System::Linux | System::Android => "libmedia2face.so",
        }
    }

    /// The name that programs look for when they start: with the number that changes when old programs no longer run.
    pub(crate) fn soname(&self, major: &str) -> String {
        match self.system {
            System::Windows => self.shared().to_owned(),
            System::MacOs | System::Ios => format!("libmedia2face.{major}.dylib"),
            System::Linux | System::Android => format!("libmedia2face.so.{major}"),
        }
    }

    /// What the static library needs of the system, as arguments of a linker.
    pub(crate) fn static_libraries(&self) -> &'static [&'static str] {
        match self.system {
            System::Windows => {
                &["-lbcrypt", "-ladvapi32", "-lkernel32", "-lntdll", "-luserenv", "-lws2_32", "-ldbghelp"]
            }
            System::MacOs | System::Ios => &["-lSystem", "-lc", "-lm"],
            System::Linux | System::Android => &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"],
        }
    }

    /// Most bytes of the shared library.
    pub(crate) fn most_bytes(&self) -> u64 {
        if self.system == System::Windows { 14 << 20 } else { 8 << 20 }
    }
}

#[cfg(test)]
mod tests {
    use super::{TARGETS, find};
    use crate::command::root;

    /// A line of both documents names the target and says how far it got.
    #[test]
    fn documents_have_a_row_for_each_target_with_its_state() {
        for document in ["README.md", "docs/platforms.md"] {
            let text = std::fs::read_to_string(root().join(document)).expect("readable");
            let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
            for target in TARGETS {
                let (name, word) = (format!("| `{}` |", target.triple), format!("| {} |", target.state.word()));
                let row = rows.iter().find(|row| row.starts_with(&name));
                let row = row.unwrap_or_else(|| panic!("{document} has no row {name}"));
                assert!(row.contains(&word), "{document}: {row} does not say {word}");
            }
        }
    }

    #[test]
    fn a_name_that_is_no_target_is_answered_with_those_that_are() {
        assert!(find("aarch64-apple-darwin").is_ok());
        let error = find("aarch64-apple").err().expect("no target").to_string();
        assert!(error.contains("there is no target aarch64-apple;") && error.contains("x86_64-pc-windows-gnu"));
    }

    #[test]
    fn names_of_files_are_those_of_each_system() {
        let of = |triple| find(triple).expect("a target");
        let (linux, windows) = (of("x86_64-unknown-linux-gnu"), of("x86_64-pc-windows-gnu"));
        assert_eq!(linux.soname("0"), "libmedia2face.so.0");
        assert_eq!(linux.zig_name(), "x86_64-unknown-linux-gnu.2.17");
        assert_eq!((windows.soname("0").as_str(), windows.command()), ("media2face.dll", "m2f.exe"));
        assert_eq!(windows.tool("ld"), "x86_64-w64-mingw32-ld");
        assert_eq!(windows.cross_package("binutils"), "binutils-mingw-w64-x86-64");
        assert_eq!(of("aarch64-unknown-linux-gnu").cross_package("g++"), "g++-aarch64-linux-gnu");
        assert_eq!(of("aarch64-apple-darwin").soname("0"), "libmedia2face.0.dylib");
    }
}
