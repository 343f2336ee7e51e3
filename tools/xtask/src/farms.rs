//! A table in shards, as farms run them: the job files of pipelines/, on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::checks::{self, m2f};
use crate::command::{command, output, run, target};
use crate::need::Need;
use crate::test::Extent;
use crate::{sample, wheel};

/// What the job files run with, from a package index.
pub(crate) const PACKAGES: Need = Need::Pip("pipelines");

const SHARDS: usize = 3;

/// Each farm's store is that of `m2f bake` alone.
pub(crate) fn check(_: Extent) -> Result<()> {
    let place = target().join("samples/farms");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;
    let at = |name: &str| place.join(name);
    let (pack, table) = (at("tiny.m2f"), at("lines.csv"));
    run(m2f(&["convert", "--random", "tiny", "--out"]).arg(&pack))?;
    fs::copy(sample::audio(), at("hello.wav"))?;
    let lines: String = (0..7).map(|seed| format!("line {seed},hello.wav,{seed}\n")).collect();
    fs::write(&table, format!("id,sound,seed\n{lines}"))?;
    let store = |name: &str| [PathBuf::from("--store"), at(name)];
    run(m2f(&["bake", "--quiet"])
        .arg(&table)
        .args(store("whole"))
        .arg("--model")
        .arg(&pack)
        .stdout(fs::File::create(at("report"))?))?;

    let program = PathBuf::from(m2f(&[]).get_program());
    let set = |name: &str, value: &Path| format!("{name}={}", value.display());
    let mut farm = tool("openjd");
    farm.args(["run", "pipelines/openjd/bake.yaml", "-p", &set("Table", &table), "-p", &set("Store", &at("openjd"))]);
    farm.args(["-p", &set("Command", &program), "-p", &format!("Shards={SHARDS}")]);
    output(farm.args(["-p", &format!("Options=--quiet --model '{}'", pack.display())]))?;
    let mut farm = tool("python");
    farm.arg("pipelines/ray/bake.py").arg(&table).args(store("ray")).arg("--command").arg(&program);
    let report = output(farm.args(["--shards", &SHARDS.to_string(), "--", "--model"]).arg(&pack))?;
    ensure!(report.lines().count() == 7 && report.lines().all(|line| line.contains("\"made\"")), "{report}");

    let whole = objects(&at("whole"))?;
    ensure!(whole.len() == 7, "{} objects", whole.len());
    for farm in ["openjd", "ray"] {
        ensure!(objects(&at(farm))? == whole, "the store of {farm} is another");
    }
    Ok(())
}

/// The Python package in Ray Data: lines as the command makes them, and two that fail.
pub(crate) fn faces(_: Extent) -> Result<()> {
    let place = target().join("samples/faces");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;
    let wheel = wheel::dev()?;
    run(tool("pip")
        .args(["install", "--quiet", "--disable-pip-version-check", "--force-reinstall", "--no-deps"])
        .arg(wheel))?;
    let (sound, table, out) = (checks::two_seconds()?, place.join("lines.jsonl"), place.join("out"));
    let line = |id: &str, sound: &Path, more: &str| {
        format!("{{\"id\": {id:?}, \"sound\": {:?}{more}}}\n", sound.to_string_lossy())
    };
    let lines = line("plain", &sound, "") + &line("happy", &sound, ", \"style\": \"happy\", \"seed\": 7");
    let mute = "{\"id\": \"mute\", \"sound\": null}\n";
    fs::write(&table, lines + &line("bad", &place.join("none.wav"), "") + mute)?;
    let mut faces = tool("python");
    faces.arg("pipelines/ray/faces.py").arg(&table).args(["--portable", "--out"]).arg(&out);
    let status = faces.status()?;
    ensure!(status.code() == Some(3), "two lines fail, and the status is {status}");

    let mut reader = tool("python");
    reader.arg("tests/readers/faces.py").arg(&out);
    for (name, style) in [("plain", &[][..]), ("happy", &["--style", "happy", "--seed", "7"])] {
        let same = ["animate", "--portable", "--smooth-head", "0", "--tail", "0", "--quiet", "--emit", "json", "--out"];
        run(m2f(&same).arg(place.join(name)).args(style).arg(&sound))?;
        reader.arg(format!("{name}={}", place.join(name).join("two.json").display()));
    }
    run(&mut reader)
}

fn tool(name: &str) -> Command {
    command(&target().join("pipelines/bin").join(name).display().to_string(), &[])
}

/// Objects of a store and their bytes.
fn objects(store: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut objects = BTreeMap::new();
    for folder in fs::read_dir(store.join("objects"))? {
        for file in fs::read_dir(folder?.path())? {
            let path = file?.path();
            objects.insert(path.strip_prefix(store)?.to_owned(), fs::read(&path)?);
        }
    }
    Ok(objects)
}
