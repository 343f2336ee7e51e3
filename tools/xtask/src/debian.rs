//! Debian packages unpacked into a folder of ours. The system's packages, sources and lists stay as they are: apt runs
//! on sources, lists and a cache of its own, and `dpkg -x` installs nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{command, exists, output, run};

/// A folder that packages are unpacked into.
pub(crate) struct Folder {
    root: PathBuf,
    /// Release names: the first is the default, packages of the others are asked for as `name/release`.
    releases: Vec<String>,
    /// Packages that come with whatever they depend on and the system lacks.
    packages: Vec<String>,
    /// Packages that come without.
    alone: Vec<String>,
    /// Take the C library and all else from the releases too, instead of building on what the system has.
    whole: bool,
}

impl Folder {
    /// A folder at `root` on what the system has installed: `packages` with whatever they depend on that the system lacks,
    /// and those of `alone` without.
    pub(crate) fn new(root: &Path, releases: &[&str], packages: &[&str], alone: &[&str]) -> Self {
        let [releases, packages, alone] =
            [releases, packages, alone].map(|names| names.iter().map(|&name| name.to_owned()).collect());
        Self { root: root.to_path_buf(), releases, packages, alone, whole: false }
    }

    /// A folder with a C library and loader of its own.
    pub(crate) fn whole(root: &Path, release: &str, packages: &[&str]) -> Self {
        Self { whole: true, ..Self::new(root, &[release], packages, &[]) }
    }

    /// Whether the packages lie there.
    pub(crate) fn is_brought(&self) -> bool {
        std::fs::read_to_string(self.stamp()).is_ok_and(|have| have.starts_with(&self.wanted()))
    }

    /// Unpacks the packages. Does nothing when that is done already; tries twice. `FOLDER/versions.txt` lists what lies
    /// there.
    pub(crate) fn bring(&self) -> Result<()> {
        if self.is_brought() {
            return Ok(());
        }
        for program in ["apt-get", "dpkg"] {
            ensure!(exists(program), "{program} is missing: this machine is no Debian");
        }
        println!("bringing {} into {}", self.names(), self.root.display());
        let versions = self.unpack().or_else(|_| self.unpack());
        let versions = versions.with_context(|| format!("Debian's {} could not be had", self.names()))?;
        std::fs::write(self.stamp(), self.wanted() + &versions)?;
        Ok(())
    }

    fn names(&self) -> String {
        [self.packages.as_slice(), &self.alone].concat().join(", ")
    }

    fn stamp(&self) -> PathBuf {
        self.root.join("versions.txt")
    }

    /// The stamp's first line.
    fn wanted(&self) -> String {
        format!("# {} of {}\n", self.names(), self.releases.join(", "))
    }

    /// The version of a package in the folder.
    pub(crate) fn version(&self, package: &str) -> Result<String> {
        let versions = std::fs::read_to_string(self.root.join("versions.txt"))?;
        let line = versions.lines().find_map(|line| line.strip_prefix(&format!("{package} ")));
        Ok(line.with_context(|| format!("{package} is not in {}", self.root.display()))?.to_owned())
    }

    fn unpack(&self) -> Result<String> {
        let _ = std::fs::remove_dir_all(&self.root);
        let archives = self.root.join("apt/archives");
        std::fs::create_dir_all(self.root.join("apt/lists/partial"))?;
        std::fs::create_dir_all(archives.join("partial"))?;
        std::fs::write(self.root.join("apt/status"), "")?;
        std::fs::write(self.root.join("apt/sources.list"), self.sources()?)?;
        quiet(&mut self.apt(&["update"], self.whole))?;
        let install = ["install", "--download-only", "--no-install-recommends", "--no-remove"];
        quiet(self.apt(&install, self.whole).args(&self.packages))?;
        // What is installed already is not downloaded by the line above. Here nothing counts as installed: the system
        // may have a newer version than the releases offer, which apt would then look for in vain.
        quiet(self.apt(&["download"], true).args(&self.packages).args(&self.alone).current_dir(&archives))?;
        let mut versions = Vec::new();
        for entry in std::fs::read_dir(&archives)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                run(Command::new("dpkg").arg("-x").arg(&path).arg(&self.root))?;
                let show = ["--show", "--showformat=${Package} ${Version}\n"];
                versions.push(output(Command::new("dpkg-deb").args(show).arg(&path))?);
            }
        }
        versions.sort();
        versions.dedup();
        std::fs::remove_dir_all(self.root.join("apt"))?;
        Ok(versions.concat())
    }

    /// apt-get on the folder's own sources and lists; as if nothing were installed where `bare`.
    fn apt(&self, arguments: &[&str], bare: bool) -> Command {
        let own = self.root.join("apt");
        let mut apt = command("apt-get", &["-q", "-y"]);
        let mut option = |name: &str, value: &Path| {
            apt.arg("-o").arg(format!("{name}={}", value.display()));
        };
        option("Dir::Etc::SourceList", &own.join("sources.list"));
        option("Dir::Etc::SourceParts", Path::new("-"));
        option("Dir::State::Lists", &own.join("lists"));
        option("Dir::Cache", &own);
        option("Debug::NoLocking", Path::new("1"));
        option("APT::Sandbox::User", Path::new("root"));
        option("APT::Update::Post-Invoke-Success", Path::new(""));
        option("Acquire::Languages", Path::new("none"));
        if bare {
            option("Dir::State::Status", &own.join("status"));
        }
        apt.args(arguments);
        apt
    }

    /// Lines for the releases from where the machine's own sources have its release.
    fn sources(&self) -> Result<String> {
        let codename = codename()?;
        let own = output(&mut command("apt-get", &["update", "--print-uris"]))?;
        let end = format!("/dists/{codename}/InRelease");
        let mirrors = own.lines().filter_map(|line| line.strip_prefix('\'')?.split('\'').next()?.strip_suffix(&end));
        // Other vendors may name a release of theirs alike.
        let mirror = mirrors.max_by_key(|mirror| mirror.ends_with("/debian"));
        let mirror = mirror.with_context(|| format!("the machine's apt sources have no {codename}"))?;
        let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
        let signed = if Path::new(keyring).exists() { format!("[signed-by={keyring}] ") } else { String::new() };
        Ok(self.releases.iter().map(|release| format!("deb {signed}{mirror} {release} main\n")).collect())
    }
}

/// The name of the Debian release that this machine runs.
pub(crate) fn codename() -> Result<String> {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim_matches('"'));
    match (value("ID="), value("VERSION_CODENAME=")) {
        (Some("debian"), Some(codename)) => Ok(codename.to_owned()),
        (id, _) => bail!("this machine runs {}, not Debian", id.unwrap_or("an unknown system")),
    }
}

/// Where Debian puts the libraries of this machine's architecture, below a root.
pub(crate) fn libraries() -> String {
    format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH)
}

/// Runs without showing what is written; an error carries it.
fn quiet(command: &mut Command) -> Result<()> {
    output(command.stdin(Stdio::null())).map(drop)
}
