//! A folder of tracks as a condition: what was captured, or what another program made of the same sounds.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use media2face::signal::FrameRate;

use super::items::Wanted;
use crate::emit::track::Track;
use crate::input::weights;

/// Endings of files of weights. A folder of `m2f animate` has several of each sound: the first that is there says most.
const ENDINGS: [&str; 4] = ["json", "table.csv", "csv", "a2f.json"];
/// How much shorter or longer than its sound a track may be, seconds.
const MOST_APART_S: f64 = 0.5;

/// The file that a folder has for an item.
fn find(folder: &Path, item: &Wanted) -> Result<PathBuf> {
    let files = ENDINGS.iter().map(|ending| {
        let mut name = folder.join(&item.track).into_os_string();
        name.push(format!(".{ending}"));
        PathBuf::from(name)
    });
    files.into_iter().find(|file| file.is_file()).with_context(|| {
        let (folder, track, audio) = (folder.display(), item.track.display(), item.audio.display());
        format!("{folder} has no track of {audio}: expected {track} with one of the endings .{}", ENDINGS.join(", ."))
    })
}

/// The track of an item.
///
/// # Errors
/// Name the file: for one that is missing, cannot be read, or is not as long as its sound.
pub fn read(folder: &Path, item: &Wanted, sound_s: f64, fps: Option<FrameRate>, warn: &dyn Fn(&str)) -> Result<Track> {
    let path = find(folder, item)?;
    let track = weights::read(&path, fps, warn)?.track;
    weights::check_arkit(&track.names, &path, warn)?;
    let track_s = track.fps.time_s(track.frame_count());
    ensure!(
        (track_s - sound_s).abs() <= MOST_APART_S,
        "{} has {track_s:.2} s, its sound {} {sound_s:.2} s: at most {MOST_APART_S} s may be between them",
        path.display(),
        item.audio.display()
    );
    Ok(track)
}
