//! The frames of a clip: pictures of a folder, or a film's.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use media2face::picture::Picture;
use media2face::signal::FrameRate;

use crate::input::ffmpeg::FilmReader;
use crate::input::file;

/// Frames, each with what it is called in messages.
pub enum Source {
    Folder(std::vec::IntoIter<Entry>),
    Film { frames: FilmReader, next: usize },
}

/// A frame of a folder.
#[derive(Debug, PartialEq)]
pub enum Entry {
    File(PathBuf),
    /// A number that the names leave out.
    Missing(u64),
}

impl Source {
    /// A folder of PNG and JPEG files, or a film. A folder whose numbers leave some out is told to `warn`; with `keep_going`
    /// those are frames that cannot be read, so that no frame behind them takes another's place.
    pub fn open(input: &Path, fps: FrameRate, keep_going: bool, warn: impl Fn(&str)) -> Result<Self> {
        if input.is_dir() {
            let pictures = pictures(input)?;
            ensure!(!pictures.is_empty(), "{} holds no PNG or JPEG pictures", input.display());
            let (count, (entries, first_missing)) = (pictures.len(), numbered(pictures));
            let Some(first) = first_missing else { return Ok(Self::Folder(entries.into_iter())) };
            if keep_going {
                return Ok(Self::Folder(entries.into_iter()));
            }
            let missing = entries.len() - count;
            let told = "frames are counted in order of their names; --keep-going keeps their places";
            warn(&format!("{}: the numbers leave out {missing}, the first is {first}: {told}", input.display()));
            let files: Vec<Entry> = entries.into_iter().filter(|entry| matches!(entry, Entry::File(_))).collect();
            return Ok(Self::Folder(files.into_iter()));
        }
        // ffmpeg reads it from the start, which a pipe has but once.
        file::check(input)?;
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
                let path = match files.next()? {
                    Entry::File(path) => path,
                    Entry::Missing(number) => {
                        let missing = anyhow!("there is no picture with the number {number}");
                        return Some((format!("frame {number}"), Err(missing)));
                    }
                };
                let name = path.display().to_string();
                let picture = file::picture(&path).map(|(_, picture)| picture);
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

/// Endings of pictures that are read, and of others.
const READ: [&str; 5] = ["png", "jpg", "jpeg", "jpe", "jfif"];
const OTHER: [&str; 11] = ["webp", "bmp", "gif", "tif", "tiff", "heic", "avif", "exr", "tga", "ppm", "jxl"];

/// The pictures of a folder in the order of their names. Hidden files are none, whatever they are called; a picture of
/// another kind is a frame, if one that cannot be read, where it is called as the others are but for its number.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let unread = || format!("cannot read {}", folder.display());
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).with_context(unread)? {
        let path = entry.with_context(unread)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let is = |known: &[&str]| known.iter().any(|known| extension.eq_ignore_ascii_case(known));
        if stem(&path).starts_with('.') || path.is_dir() {
            continue;
        }
        match (is(&READ), is(&OTHER)) {
            (true, _) => files.push(path),
            (_, true) => others.push(path),
            _ => {}
        }
    }
    let called: BTreeSet<String> = files.iter().map(|path| without_number(path)).collect();
    files.extend(others.into_iter().filter(|path| number(path).is_some() && called.contains(&without_number(path))));
    files.sort_by(|a, b| by_name(&a.to_string_lossy(), &b.to_string_lossy()));
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The last digits of a name and what stands before them.
fn split(stem: &str) -> (&str, &str) {
    let end = stem.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let begin = stem[..end].rfind(|c: char| !c.is_ascii_digit());
    let begin = begin.map_or(0, |at| at + stem[at..].chars().next().map_or(0, char::len_utf8));
    (&stem[..begin], &stem[begin..end])
}

fn number(path: &Path) -> Option<u64> {
    split(&stem(path)).1.parse().ok()
}

fn without_number(path: &Path) -> String {
    let stem = stem(path);
    let (before, digits) = split(&stem);
    format!("{before}#{}", &stem[before.len() + digits.len()..])
}

/// Files with what their numbers leave out between them, and the first of that. Numbers count frames when all names are the
/// same but for them, and fewer are missing than there; they may go in steps.
fn numbered(files: Vec<PathBuf>) -> (Vec<Entry>, Option<u64>) {
    let numbers: Option<Vec<u64>> = files.iter().map(|path| number(path)).collect();
    let alike = files.windows(2).all(|pair| without_number(&pair[0]) == without_number(&pair[1]));
    let rising = |numbers: &Vec<u64>| alike && numbers.is_sorted_by(|a, b| a < b);
    let plain = |files: Vec<PathBuf>| (files.into_iter().map(Entry::File).collect(), None);
    let Some(numbers) = numbers.filter(rising) else { return plain(files) };
    let step = numbers.windows(2).fold(0, |step, pair| common_divisor(pair[1] - pair[0], step)).max(1);
    let span = numbers.last().zip(numbers.first()).map_or(0, |(last, first)| ((last - first) / step).saturating_add(1));
    if span - numbers.len() as u64 >= numbers.len() as u64 {
        return plain(files);
    }
    let (mut entries, mut missing) = (Vec::with_capacity(span as usize), None);
    for (path, &number) in files.into_iter().zip(&numbers) {
        let before = (number - numbers[0]) / step;
        for next in entries.len() as u64..before {
            let left_out = numbers[0] + next * step;
            missing.get_or_insert(left_out);
            entries.push(Entry::Missing(left_out));
        }
        entries.push(Entry::File(path));
    }
    (entries, missing)
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
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

    fn found(names: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        names.iter().for_each(|name| fs::write(folder.path().join(name), "").unwrap());
        fs::create_dir(folder.path().join("5.png")).unwrap();
        let file = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        pictures(folder.path()).unwrap().iter().map(file).collect()
    }

    #[test]
    fn folder_gives_its_pictures_alone() {
        assert_eq!(found(&["2.PNG", "10.jpg", "boxes.csv", "1.jpeg", "cover.gif"]), ["1.jpeg", "2.PNG", "10.jpg"]);
        let hidden = [".DS_Store", "._1.png", "._2.png", ".cache.jpg", "Thumbs.db", "desktop.ini", "1.png", "2.png"];
        assert_eq!(found(&hidden), ["1.png", "2.png"]);
        // Of another kind, but a frame like the others.
        assert_eq!(found(&["f1.png", "f2.webp", "f3.png", "g2.webp"]), ["f1.png", "f2.webp", "f3.png"]);
        assert!(found(&["1.webp", "2.webp"]).is_empty());
    }

    #[test]
    fn numbers_that_are_left_out_are_found() {
        let entries = |names: &[&str]| {
            let (entries, first) = numbered(names.iter().map(PathBuf::from).collect());
            let missing = |entry: &Entry| match entry {
                Entry::Missing(number) => Some(*number),
                Entry::File(_) => None,
            };
            assert_eq!(entries.iter().find_map(missing), first);
            entries.iter().map(|entry| missing(entry).map_or(-1, |number| number as i64)).collect::<Vec<_>>()
        };
        assert_eq!(entries(&["a0.png", "a1.png", "a3.png"]), [-1, -1, 2, -1]);
        assert_eq!(entries(&["a1_x.png", "a3_x.png", "a5_x.jpg", "a9_x.png"]), [-1, -1, -1, 7, -1]);
        // No numbers, others' numbers, times, one picture.
        for names in
            [&["a.png", "b.png"][..], &["a1.png", "b3.png"], &["1690.png", "1733.png", "1790.png"], &["7.png"], &[]]
        {
            assert_eq!(entries(names), vec![-1; names.len()], "{names:?}");
        }
        assert_eq!(entries(&["1.png", "1.jpg"]), [-1, -1]);
        assert_eq!(entries(&["18446744073709551615.png", "0.png"]), [-1, -1]);
        assert_eq!(entries(&["0.png", "18446744073709551615.png"]), [-1, -1]);
        assert_eq!(entries(&["99999999999999999999.png", "99999999999999999999999.png"]), [-1, -1]);
    }
}
