//! Programs that checks need: installed where that is possible, named where it is not.

use anyhow::{Result, bail};

use crate::command::{command, exists, run};

/// Makes sure that `program` can be started. On Debian as root its package is installed, with one retry.
pub(crate) fn need(program: &str, package: &str) -> Result<()> {
    if exists(program) {
        return Ok(());
    }
    if exists("apt-get") && is_root() {
        println!("installing {package} for {program}");
        for _ in 0..2 {
            let updated = run(command("apt-get", &["update", "-q"]).stdout(std::process::Stdio::null()));
            let install = ["install", "-y", "-q", "--no-install-recommends", package];
            let installed = run(command("apt-get", &install).stdout(std::process::Stdio::null()));
            if updated.and(installed).is_ok() && exists(program) {
                return Ok(());
            }
        }
    }
    bail!("{program} is missing: install the package {package}, then run this again")
}

fn is_root() -> bool {
    std::process::Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0"))
}
