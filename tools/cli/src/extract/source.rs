//! The frames of a clip: pictures of a folder, or a film's.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use media2face::picture::Picture;

use crate::ffmpeg::FilmReader;

/// Frames, each with what it is called in messages.
pub enum Source {
    Folder(std::vec::IntoIter<PathBuf>),
    Film { frames: FilmReader, next: usize },
}

impl Source {
    /// A folder of PNG and JPEG files, or a film.
    pub fn open(input: &Path, fps: f32) -> Result<Self> {
        if input.is_dir() {
            let pictures = pictures(input)?;
            ensure!(!pictures.is_empty(), "{} holds no PNG or JPEG pictures", input.display());
            return Ok(Self::Folder(pictures.into_iter()));
        }
        fs::File::open(input).with_context(|| format!("cannot read {}", input.display()))?;
        Ok(Self::Film { frames: FilmReader::open(input, fps)?, next: 0 })
    }

    /// Frames that are still to come, where that is known.
    pub fn expected(&self) -> Option<usize> {
        match self {
            Self::Folder(files) => Some(files.len()),
            Self::Film { .. } => None,
        }
    }

    /// Whether the frames behind one that cannot be read can be.
    pub fn goes_on_after_errors(&self) -> bool {
        matches!(self, Self::Folder(_))
    }
}

impl Iterator for Source {
    type Item = (String, Result<Picture>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Folder(files) => {
                let path = files.next()?;
                let name = path.display().to_string();
                let picture = fs::read(&path)
                    .with_context(|| format!("cannot read {name}"))
                    .and_then(|bytes| Picture::decode(&bytes).with_context(|| name.clone()));
                Some((name, picture))
            }
            Self::Film { frames, next } => {
                let picture = frames.next()?;
                *next += 1;
                Some((format!("frame {}", *next - 1), picture))
            }
        }
    }
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let unread = || format!("cannot read {}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(unread)? {
        let path = entry.with_context(unread)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if ["png", "jpg", "jpeg"].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
            files.push(path);
        }
    }
    files.sort_by(|a, b| by_name(&a.to_string_lossy(), &b.to_string_lossy()));
    Ok(files)
}

/// Numbers by their value, so that `frame9` comes before `frame10`; all else letter by letter.
fn by_name(a: &str, b: &str) -> Ordering {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (mut left, mut right) = (a, b);
    while let (Some(x), Some(y)) = (left.chars().next(), right.chars().next()) {
        let (m, n) = (digits(left), digits(right));
        let (order, m, n) = if m > 0 && n > 0 {
            let [p, q] = [&left[..m], &right[..n]].map(|number| number.trim_start_matches('0'));
            (p.len().cmp(&q.len()).then(p.cmp(q)), m, n)
        } else {
            (x.cmp(&y), x.len_utf8(), y.len_utf8())
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (&left[m..], &right[n..]);
    }
    left.len().cmp(&right.len()).then(a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_by_their_numbers() {
        let mut names = ["b1", "a10", "a9", "a09", "a", "a1b2", "a1b10", "ä2", "a1"];
        names.sort_by(|a, b| by_name(a, b));
        assert_eq!(names, ["a", "a1", "a1b2", "a1b10", "a09", "a9", "a10", "b1", "ä2"]);
    }

    #[test]
    fn folder_gives_its_pictures_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["2.PNG", "10.jpg", "boxes.csv", "1.jpeg"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> =
            pictures(folder.path()).unwrap().iter().map(|p| p.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["1.jpeg", "2.PNG", "10.jpg"]);
    }
}
