//! Files that are none, or too large; folders that are not ours.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::{Bench, assert_failed, names};

/// As [`Bench::m2f`], of a command that may wait for ever where it should not.
fn ended(bench: &Bench, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
    command.env_remove("VK_INSTANCE_LAYERS").current_dir(bench.folder.path()).args(args);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for _ in 0..30_000 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    panic!("{args:?} waits");
}

/// Every command with a path of each kind that is read whole: what comes before the path, what its name has to end in, and
/// what comes behind.
const READERS: [(&[&str], &str, &[&str]); 12] = [
    (&["scene"], ".toml", &[]),
    (&["animate", "hum.wav", "--model", "tiny.m2f", "--mesh"], ".obj", &[]),
    (&["animate", "hum.wav", "--model", "tiny.m2f", "--style-image"], ".png", &[]),
    (&["animate", "hum.wav", "--model", "tiny.m2f", "--keyframe", "0.1="], ".json", &[]),
    (&["animate", "hum.wav", "--model", "tiny.m2f", "--keyframe", "0.1="], ".obj", &[]),
    (&["animate", "hum.wav", "--model", "tiny.m2f", "--keyframe", "0.1="], ".png", &[]),
    (&["extract", "pictures", "--model", "tiny.m2f", "--out", "set", "--boxes"], ".csv", &[]),
    (&["extract"], ".mp4", &["--model", "tiny.m2f", "--out", "set"]),
    (&["retarget", "--rig", "arkit"], ".csv", &[]),
    (&["inspect"], ".m2f", &[]),
    (&["compare", "--tally", "votes.csv", "--key"], ".json", &[]),
    (&["convert", "--out", "new.m2f", "--wav2vec2", "model.safetensors"], ".json", &[]),
];

fn read(bench: &Bench, (before, ending, behind): (&[&str], &str, &[&str]), name: &str) -> Output {
    let name = format!("{name}{ending}");
    let joined = before.last().filter(|last| last.ends_with('=')).map(|last| format!("{last}{name}"));
    let before = if joined.is_some() { &before[..before.len() - 1] } else { before };
    ended(bench, &[before, &[joined.as_deref().unwrap_or(&name)], behind].concat())
}

fn with_files() -> Bench {
    let bench = Bench::new();
    fs::create_dir(bench.path("pictures")).unwrap();
    fs::write(bench.path("pictures/1.png"), "").unwrap();
    fs::write(bench.path("votes.csv"), "").unwrap();
    fs::write(bench.path("model.safetensors"), "").unwrap();
    bench
}

#[cfg(unix)]
#[test]
fn pipes_devices_and_folders_are_refused_at_once() {
    let bench = with_files();
    for reader in READERS {
        let (_, ending, _) = reader;
        let path = |name: &str| bench.path(&format!("{name}{ending}"));
        if !path("pipe").exists() {
            assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
            std::os::unix::fs::symlink("/dev/zero", path("zero")).unwrap();
            fs::create_dir(path("folder")).unwrap();
        }
        for (name, what) in [("pipe", "a pipe"), ("zero", "a device"), ("folder", "a folder")] {
            let output = read(&bench, reader, name);
            let told = String::from_utf8_lossy(&output.stderr);
            // A folder is what `extract` takes in place of a film.
            if (ending, name) == (".mp4", "folder") {
                assert_failed(&output, "holds no PNG or JPEG pictures");
                continue;
            }
            assert_failed(&output, &format!("it is {what}, and only files are read"));
            assert!(told.contains("cannot read ") && told.contains(&format!("{name}{ending}: ")), "{told}");
        }
    }
    assert!(!bench.path("out").exists() && !bench.path("set").exists());
}

#[test]
fn files_larger_than_their_kind_are_refused_unread() {
    let bench = with_files();
    for (reader, most) in READERS.into_iter().zip([
        Some(4 << 20),
        Some(256 << 20),
        Some(256 << 20),
        Some(1 << 20),
        Some(256 << 20),
        Some(256 << 20),
        Some(128 << 20),
        None,
        Some(1 << 30),
        None,
        Some(64 << 20),
        Some(16u64 << 20),
    ]) {
        let Some(most) = most else { continue };
        let file = fs::File::create(bench.path(&format!("large{}", reader.1))).unwrap();
        // It takes no place on the disk.
        file.set_len(most + 1).unwrap();
        let output = read(&bench, reader, "large");
        assert_failed(&output, &format!("it has {} bytes, at most {most} are read", most + 1));
    }
}

#[cfg(unix)]
#[test]
fn sound_may_come_from_a_pipe_but_not_from_a_device() {
    let bench = Bench::new();
    let animate = |name: &str| ended(&bench, &["animate", name, "--model", "tiny.m2f"]);
    assert_failed(&animate("/dev/zero"), "cannot read /dev/zero: it is a device");
    assert_failed(&animate("."), "cannot read .: it is a folder");
    assert!(!bench.path("out").exists());
}

#[test]
fn folder_of_frames_with_a_users_files_stays() {
    let bench = Bench::new();
    let frames = |fps: &str| bench.animate("out", &["--emit", "csv,frames", "--size", "64", "--fps", fps]);
    assert!(frames("10").status.success());
    let folder = bench.path("out/hum.frames");
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let before = names(&folder);
    fs::remove_file(bench.path("out/hum.csv")).unwrap();
    assert_failed(&frames("4"), "cannot replace the folder out/hum.frames: notes.txt in it does not come from m2f");
    assert_eq!(
        (names(&bench.path("out")), names(&folder)),
        (vec!["hum.frames".to_owned(), "hum.provenance.json".to_owned()], before)
    );
    fs::remove_file(folder.join("notes.txt")).unwrap();
    assert!(frames("4").status.success());
    assert_eq!(names(&folder), ["0000000.png", "0000001.png", "0000002.png", "boxes.csv"]);
    assert_eq!(names(&bench.path("out")), ["hum.csv", "hum.frames", "hum.provenance.json"]);

    // A folder of the user's that happens to be called so.
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir_all(folder.join("holiday")).unwrap();
    assert_failed(&frames("4"), "holiday in it does not come from m2f");
    assert!(Path::new(&folder.join("holiday")).is_dir());
}
