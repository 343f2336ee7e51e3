//! What a study asks about: sounds of kinds in styles, from the command line or from a table.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::command::args::Compare;
use crate::input::{file, text};

/// Most items of a study.
const MOST_ITEMS: usize = 1000;
/// Most bytes of the name of a kind.
const MOST_KIND_BYTES: usize = 32;
/// Most bytes of a style.
const MOST_STYLE_BYTES: usize = 1024;

/// A sound in a style.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub audio: PathBuf,
    pub kind: Option<String>,
    pub style: Option<String>,
    /// Where folders of tracks have it, without its ending.
    pub track: PathBuf,
    /// Whether that was said, and does not follow from the sound's name.
    track_is_named: bool,
}

/// A row of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    audio: PathBuf,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    track: Option<PathBuf>,
}

/// The items that a command line asks for.
pub fn of(args: &Compare) -> Result<Vec<Wanted>> {
    if let Some(table) = &args.items {
        return read(table);
    }
    let styles: Vec<Option<&String>> =
        if args.style.is_empty() { vec![None] } else { args.style.iter().map(Some).collect() };
    let pairs = args.audio.iter().flat_map(|audio| styles.iter().map(move |style| (audio, *style)));
    let rows = pairs.map(|(audio, style)| {
        let (audio, style) = (audio.clone(), style.cloned());
        Wanted::of(Row { audio, kind: None, style, track: None }, Path::new(""))
    });
    let items = rows.collect::<Result<Vec<_>>>()?;
    check_count(items.len())?;
    Ok(items)
}

/// Reads a table with the columns audio, kind, style and track; all but the first may be missing. Paths begin at its folder.
///
/// # Errors
/// Name the table and the line.
pub fn read(path: &Path) -> Result<Vec<Wanted>> {
    let table = text::read(path, file::ITEMS)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(text::delimiter(&table)).trim(csv::Trim::All);
    let mut reader = reader.from_reader(table.as_bytes());
    let name = || path.display().to_string();
    let header = reader.headers().with_context(name)?.clone();
    let mut items = Vec::new();
    for record in reader.records() {
        let record = record.with_context(name)?;
        let row = record.deserialize::<Row>(Some(&header)).map_err(Into::into);
        let item = row.and_then(|row| Wanted::of(row, folder));
        items.push(item.with_context(|| format!("{} line {}", path.display(), text::line_of(&record, &table)))?);
        check_count(items.len()).with_context(name)?;
    }
    ensure!(!items.is_empty(), "{} has no items", path.display());
    Ok(items)
}

fn check_count(items: usize) -> Result<()> {
    ensure!(items <= MOST_ITEMS, "a study has at most {MOST_ITEMS} items");
    Ok(())
}

/// An error where two sounds would have the same tracks, and nobody said so.
pub fn check_tracks(items: &[Wanted]) -> Result<()> {
    for (at, item) in items.iter().enumerate().filter(|(_, item)| !item.track_is_named) {
        let twin = items[..at].iter().find(|other| other.track == item.track && other.audio != item.audio);
        if let Some(twin) = twin {
            let [one, other] = [&twin.audio, &item.audio].map(|audio| audio.display());
            anyhow::bail!(
                "{one} and {other} would have the same track, {}: name them in the column track of --items",
                item.track.display()
            );
        }
    }
    Ok(())
}

impl Wanted {
    fn of(row: Row, folder: &Path) -> Result<Self> {
        let Row { audio, kind, style, track } = row;
        ensure!(!audio.as_os_str().is_empty(), "column audio is empty");
        if let Some(kind) = &kind {
            let plain = kind.len() <= MOST_KIND_BYTES && !kind.contains(char::is_control);
            ensure!(plain, "column kind: a name of at most {MOST_KIND_BYTES} bytes in one line is expected");
            ensure!(kind != super::tally::ALL, "column kind: {kind:?} is what the count calls all kinds together");
        }
        if let Some(style) = &style {
            ensure!(style.len() <= MOST_STYLE_BYTES, "a style has at most {MOST_STYLE_BYTES} bytes");
        }
        let track_is_named = track.is_some();
        let track = match track {
            Some(track) => track,
            None => PathBuf::from(audio.file_stem().with_context(|| format!("{} has no name", audio.display()))?),
        };
        let inside = track.components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(inside, "column track: {} is not a place inside of a folder of tracks", track.display());
        Ok(Self { audio: folder.join(audio), kind, style, track, track_is_named })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_table(table: &str) -> Result<Vec<Wanted>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("items.csv");
        std::fs::write(&path, table).unwrap();
        let inside = |mut item: Wanted| {
            item.audio = item.audio.strip_prefix(folder.path()).unwrap().to_owned();
            item
        };
        let items = read(&path).map(|items| items.into_iter().map(inside).collect());
        items.map_err(|error| format!("{error:#}").replace(&format!("{}", path.display()), "items.csv"))
    }

    #[test]
    fn rows_are_items_and_all_columns_but_one_may_be_missing() {
        let items = of_table("audio,kind,style,track\na/1.wav,song,happy,x/1\n2.wav,,,\n").unwrap();
        let [song, plain] = &items[..] else { panic!("{items:?}") };
        assert_eq!((song.audio.to_str(), song.kind.as_deref()), (Some("a/1.wav"), Some("song")));
        assert_eq!((song.style.as_deref(), song.track.to_str()), (Some("happy"), Some("x/1")));
        assert_eq!((&plain.kind, &plain.style, plain.track.to_str()), (&None, &None, Some("2")));
        let items = of_table("\u{feff}audio;kind\r\na b.wav;dialogue\r\n").unwrap();
        assert_eq!((items[0].kind.as_deref(), items[0].track.to_str()), (Some("dialogue"), Some("a b")));
    }

    #[test]
    fn rows_that_are_wrong_are_named() {
        let many = format!("audio\n{}", "a.wav\n".repeat(MOST_ITEMS + 1));
        let long = format!("audio,style\na.wav,{}\n", "x".repeat(MOST_STYLE_BYTES + 1));
        for (table, reason) in [
            ("audio,kind\na.wav,song\n\n,speech\n", "items.csv line 4: column audio is empty"),
            ("audio,mood\na.wav,happy\n", "items.csv line 2: "),
            ("kind\nsong\n", "missing field `audio`"),
            ("audio,kind\na.wav\n", "items.csv: "),
            ("audio,track\na.wav,../b\n", "items.csv line 2: column track: ../b is not a place inside"),
            ("audio,track\na.wav,/b\n", "is not a place inside"),
            ("audio,kind\na.wav,all\n", "line 2: column kind: \"all\" is what the count calls"),
            ("audio,kind\na.wav,123456789012345678901234567890123\n", "at most 32 bytes"),
            ("audio\n", "items.csv has no items"),
            (&many, "at most 1000 items"),
            (&long, "line 2: a style has at most 1024 bytes"),
        ] {
            let error = of_table(table).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn sounds_of_one_name_need_tracks_of_their_own() {
        let twins = of_table("audio\nsong/1.wav\nspeech/1.wav\n").unwrap();
        let error = check_tracks(&twins).unwrap_err().to_string();
        assert!(error.contains("song/1.wav and ") && error.contains("would have the same track, 1"), "{error}");
        let apart = of_table("audio,track\nsong/1.wav,song/1\nspeech/1.wav,speech/1\n").unwrap();
        let styles = of_table("audio,style\n1.wav,happy\n1.wav,sad\n").unwrap();
        assert!(check_tracks(&apart).is_ok() && check_tracks(&styles).is_ok());
    }
}
