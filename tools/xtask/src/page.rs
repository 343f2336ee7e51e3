//! The pages of `m2f`: opened in a headless Chromium and used, and the drawing library inside them built again from its package
//! and compared.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::checks;
use crate::command::{command, output, root, run, target};
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

/// Items of a study: one of each number of questions.
const ITEMS: &str = "audio,kind,style\ntwo.wav,speech,\ntwo.wav,speech,sad\n";

/// The page of a study of three conditions in the browser, two packs and a track, and the count of what was answered there;
/// pictures and votes stay in target/samples/study.
pub(crate) fn run_study() -> Result<()> {
    let out = target().join("samples/study");
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;
    let [sound, items, tracks, made] = ["two.wav", "items.csv", "tracks", "made"].map(|name| out.join(name));
    std::fs::copy(checks::two_seconds()?, &sound)?;
    std::fs::write(&items, ITEMS)?;
    let emit = ["--emit", "json", "--seed", "5", "--quiet"];
    run(checks::m2f(&["animate"]).arg(&sound).arg("--out").arg(&tracks).args(emit))?;
    let starter = root().join("models/starter.m2f");
    let compare = &mut checks::m2f(&["compare"]);
    compare.args([&starter, &starter, &tracks]).arg("--face").arg(&starter).arg("--items").arg(&items);
    run(compare.args(["--size", "128", "--quiet", "--out"]).arg(&made))?;

    let (page, key) = (made.join("page/index.html"), made.join("key.json"));
    let browser = &mut command("node", &["study.mjs", "chromium"]);
    run(browser.args([&out, &page, &key]).current_dir(root().join("tests/web")))?;
    let count = &mut checks::m2f(&["compare", "--tally"]);
    let table = output(count.arg(out.join("votes-rater-1.csv")).arg("--key").arg(&key))?;
    ensure!(table.contains("1 raters, 2 items") && table.contains("\n  speech "), "the count is\n{table}");
    Ok(())
}

/// The m2f command, for pages alone.
fn m2f(subcommand: &str, input: &Path, out: &Path) -> Command {
    let mut command = checks::m2f(&[subcommand]);
    command.arg(input).arg("--out").arg(out).args(["--emit", "html", "--quiet"]);
    command
}
