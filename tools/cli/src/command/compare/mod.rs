//! `m2f compare`: a blind study of two to four conditions, model packs or tracks, and the count of its votes.

mod items;
mod key;
mod shares;
mod studio;
mod tally;
mod tracks;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use crate::command::args::Compare;
use crate::emit::staged::{Staged, StagedFolder};
use crate::process::progress::Progress;
use crate::{input::ffmpeg, process::interrupt, process::tell, process::temporary};
use items::Wanted;
use key::{Condition, Item, Key};
use studio::{Heard, Studio};
pub use tally::run as count;

/// The page; its items stand in place of [`ITEMS`].
const PAGE: &str = include_str!("page.html");
const ITEMS: &str = "[/* items */]";
/// What opens it.
const INDEX: &str = "index.html";

/// Makes the study, or counts its votes; gives what is to be printed.
pub fn run(args: &Compare) -> Result<String> {
    match (&args.key, &args.out) {
        (Some(key), _) => tally::run(&args.tally, key),
        (None, Some(out)) => make(args, out),
        (None, None) => unreachable!("clap asks for one of them"),
    }
}

/// How many items a table of `--items` has.
pub fn item_count(path: &Path) -> Result<usize> {
    Ok(items::read(path)?.len())
}

fn make(args: &Compare, out: &Path) -> Result<String> {
    interrupt::watch();
    ffmpeg::check_browser_films()?;
    let kept = out.join("key.json");
    ensure!(!kept.exists(), "{} exists already, and votes may need it: choose another folder", kept.display());
    let progress = Arc::new(Progress::new(args.quiet));
    let wanted = items::of(args)?;
    let mut sounds: BTreeMap<PathBuf, Heard> = BTreeMap::new();
    for item in &wanted {
        if !sounds.contains_key(&item.audio) {
            sounds.insert(item.audio.clone(), Heard::new(&item.audio, &progress)?);
        }
    }
    check_tracks(args, &wanted, &sounds, &progress)?;
    let studio = Studio::open(args, &progress)?;

    let (page, mut key_file) = (StagedFolder::create(&out.join("page"), is_page)?, Staged::create(&kept)?);
    let face = args.face.as_ref().map(|face| face.display().to_string());
    let mut key = Key { conditions: studio.names(), face, items: Vec::new() };
    for (number, item) in wanted.iter().enumerate() {
        progress.part("item", number, wanted.len());
        let heard = &sounds[&item.audio];
        let films: BTreeMap<String, Condition> =
            key.conditions.keys().map(|condition| (neutral_name(), *condition)).collect();
        // In the order of the names, so that the times of the files tell nothing.
        let mut seed = None;
        for (name, condition) in &films {
            let made = studio.film(*condition, item, heard, &page.path(&format!("{name}.mp4")), &progress)?;
            seed = seed.or(made);
        }
        let sound = neutral_name();
        ffmpeg::write_sound(heard.path(), &page.path(&format!("{sound}.m4a")))?;
        let Wanted { audio, kind, style, .. } = item.clone();
        let (id, audio, sound) = (format!("{}", number + 1), audio.display().to_string(), Some(sound));
        key.items.push(Item { id, audio, kind, style, seed, sound, films });
    }
    page.write(INDEX, |file| Ok(file.write_all(page_of(&key)?.as_bytes())?))?;
    key_file.write(|file| Ok(serde_json::to_writer_pretty(file, &key)?))?;
    let naming = temporary::naming();
    interrupt::check()?;
    key_file.persist()?;
    let page = page.persist()?;
    drop(naming);
    let (items, conditions) = (key.items.len(), key.conditions.len());
    let (page, kept) = (page.join(INDEX), kept.display());
    Ok(format!("{items} items of {conditions} conditions in {}; the key is {kept}", page.display()))
}

/// Reads all tracks before any work, so that one that is missing costs no time.
fn check_tracks(
    args: &Compare,
    items: &[Wanted],
    sounds: &BTreeMap<PathBuf, Heard>,
    progress: &Progress,
) -> Result<()> {
    let folders: Vec<&PathBuf> = args.conditions.iter().filter(|path| path.is_dir()).collect();
    if folders.is_empty() {
        return Ok(());
    }
    items::check_tracks(items)?;
    let warn = |message: &str| progress.aside(|| tell::warning(message));
    let mut checked = BTreeSet::new();
    for (folder, item) in folders.iter().flat_map(|folder| items.iter().map(move |item| (folder, item))) {
        interrupt::check()?;
        // Styles of one sound have one track.
        if !checked.insert((folder, &item.track, &item.audio)) {
            continue;
        }
        tracks::read(folder, item, sounds[&item.audio].duration_s(), args.fps, &warn)?;
    }
    Ok(())
}

/// Whether a study has a file of this name in the folder of its page.
fn is_page(name: &str) -> bool {
    let is_neutral = |stem: &str| stem.len() == 16 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    name == INDEX || [".mp4", ".m4a"].iter().any(|ending| name.strip_suffix(ending).is_some_and(is_neutral))
}

/// A name that says nothing of what it names: random digits.
fn neutral_name() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// The page with what it has to know: items, their styles, sounds, and films in the order of their random names.
fn page_of(key: &Key) -> Result<String> {
    let item = |item: &Item| {
        let films: Vec<&String> = item.films.keys().collect();
        serde_json::json!({ "id": item.id, "style": item.style, "sound": item.sound, "films": films })
    };
    let items = serde_json::to_string(&key.items.iter().map(item).collect::<Vec<_>>())?;
    // A style is free text: it must not end the script.
    let items = items.replace('<', "\\u003c");
    let (head, tail) = PAGE.split_once(ITEMS).context("the page has no place for its items")?;
    Ok(format!("{head}{items}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_tells_films_and_styles_but_no_conditions() {
        let films = BTreeMap::from([("0f".to_owned(), Condition::B), ("a1".to_owned(), Condition::A)]);
        let (audio, style) = ("secret.wav".to_owned(), Some("</script> happy".to_owned()));
        let (kind, sound) = (Some("opera".to_owned()), Some("77".to_owned()));
        let item = Item { id: "1".to_owned(), audio, kind, style, seed: None, sound, films };
        let conditions = ["first.m2f", "second.m2f"].map(str::to_owned);
        let conditions = Condition::ALL.into_iter().zip(conditions).collect();
        let page = page_of(&Key { conditions, face: Some("third.m2f".to_owned()), items: vec![item] }).unwrap();
        assert!(
            page.contains(r#""films":["0f","a1"]"#)
                && page.contains(r#""style":"\u003c/script> happy""#)
                && page.contains(r#""sound":"77""#),
            "{page}"
        );
        assert!(!["first.m2f", "second.m2f", "third.m2f", "secret", "opera"].iter().any(|word| page.contains(word)));
        assert!(!page.contains("http"), "nothing is loaded from elsewhere");
    }

    #[test]
    fn names_of_films_are_their_own() {
        assert_ne!(neutral_name(), neutral_name());
        assert_eq!(neutral_name().len(), 16);
        let [film, sound] = ["mp4", "m4a"].map(|ending| format!("{}.{ending}", neutral_name()));
        assert!(is_page(&film) && is_page(&sound) && is_page(INDEX) && !is_page("holiday.mp4"));
    }
}
