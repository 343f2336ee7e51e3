//! The pages of `m2f`: opened in a headless Chromium and used, and the drawing library inside them built again from its package
//! and compared.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::checks;
use crate::command::{command, root, run, target};
use crate::sample;

/// Two who speak one after the other.
const SCENE: &str = r#"
[[character]]
name = "ann"
position_m = [-0.25, 0, 0]
facing_deg = 50

[[character]]
name = "ben"
identity = "bruno"
position_m = [0.25, 0, 0]
facing_deg = -50

[[line]]
character = "ann"
audio = "two.wav"
look_at = "ben"

[[line]]
character = "ben"
audio = "two.wav"
look_at = "ann"
"#;

/// Pages of a clip and of a scene in the browser; their pictures stay in target/samples/page.
pub(crate) fn run_all() -> Result<()> {
    let out = target().join("samples/page");
    std::fs::create_dir_all(&out)?;
    let hello = sample::audio();
    std::fs::copy(checks::two_seconds()?, out.join("two.wav"))?;
    std::fs::write(out.join("scene.toml"), SCENE)?;
    std::fs::copy(&hello, out.join("hello.wav"))?;
    let styles = ["--style", "happy", "--at", "0-3.5", "--style", "sad", "--at", "3.5-"];
    run(m2f("animate", &hello, &out).args(styles))?;
    run(&mut m2f("scene", &out.join("scene.toml"), &out))?;

    let folder = root().join("tests/web");
    let pages = ["hello.html", "scene.html"].map(|name| out.join(name));
    run(command("node", &["page.mjs", "chromium"]).arg(&out).args(pages).current_dir(folder))?;
    run(command("npm", &["run", "--silent", "check"]).current_dir(root().join("tools/cli/assets/three")))
}

/// The m2f command, for pages alone.
fn m2f(subcommand: &str, input: &Path, out: &Path) -> Command {
    let mut command = checks::m2f(&[subcommand]);
    command.arg(input).arg("--out").arg(out).args(["--emit", "html", "--quiet"]);
    command
}
