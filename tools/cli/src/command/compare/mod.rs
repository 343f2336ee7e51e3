//! `m2f compare`: a blind study of two model packs, and the count of its votes.

mod key;
mod tally;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use media2face::{Model, SessionOptions, Style};

use crate::command::args::Compare;
use crate::emit::staged::{Staged, StagedFolder};
use crate::input::face::Face;
use crate::input::sound::{Copied, Copy, Sound};
use crate::process::progress::Progress;
use crate::render::film::Film;
use crate::{command::generate, input::ffmpeg, input::model, process::interrupt, process::tell, process::temporary};
use key::{Item, Key, Pack};

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

fn make(args: &Compare, out: &Path) -> Result<String> {
    interrupt::watch();
    ffmpeg::check_browser_films()?;
    let kept = out.join("key.json");
    ensure!(!kept.exists(), "{} exists already, and votes may need it: choose another folder", kept.display());
    let progress = Arc::new(Progress::new(args.quiet));
    let sounds = args.audio.iter().map(|audio| heard(audio, &progress)).collect::<Result<Vec<_>>>()?;
    let models = [load(args, 0, &progress)?, load(args, 1, &progress)?];

    let (page, mut key_file) = (StagedFolder::create(&out.join("page"), is_page)?, Staged::create(&kept)?);
    let mut key = Key { packs: BTreeMap::new(), items: Vec::new() };
    for (side, (path, model)) in Pack::BOTH.into_iter().zip(args.packs.iter().zip(&models)) {
        let manifest = model.manifest();
        key.packs.insert(side, format!("{} ({} {})", path.display(), manifest.name, manifest.version));
    }
    let styles: Vec<Option<&str>> =
        if args.style.is_empty() { vec![None] } else { args.style.iter().map(|style| Some(style.as_str())).collect() };
    let named = args.audio.iter().zip(&sounds);
    for ((audio, sound), style) in named.flat_map(|named| styles.iter().map(move |style| (named, *style))) {
        let (mut films, mut seed) = (BTreeMap::new(), args.sampling.seed);
        for (side, model) in Pack::BOTH.into_iter().zip(&models) {
            let name = neutral_name();
            seed = film(args, model, sound.path(), style, &page.path(&format!("{name}.mp4")), &progress)?;
            films.insert(name, side);
        }
        let (id, audio) = (format!("{}", key.items.len() + 1), audio.display().to_string());
        key.items.push(Item { id, audio, style: style.map(str::to_owned), seed, films });
    }
    page.write(INDEX, |file| Ok(file.write_all(page_of(&key)?.as_bytes())?))?;
    key_file.write(|file| Ok(serde_json::to_writer_pretty(file, &key)?))?;
    let naming = temporary::naming();
    interrupt::check()?;
    key_file.persist()?;
    let page = page.persist()?;
    drop(naming);
    Ok(format!("{} items in {}; the key is {}", key.items.len(), page.join(INDEX).display(), kept.display()))
}

fn load(args: &Compare, number: usize, progress: &Arc<Progress>) -> Result<Arc<Model>> {
    let (path, bar) = (&args.packs[number], Arc::clone(progress));
    let warn = move |message: &str| bar.aside(|| tell::warning(message));
    let model = model::load(model::open_pack(Some(path))?, args.compute.options()?, warn)?;
    ensure!(model.topology().is_some(), "the model {} has no mesh", path.display());
    Ok(model)
}

/// A sound as the films of both packs take it: read once, and told of once.
fn heard(audio: &Path, progress: &Arc<Progress>) -> Result<Copied> {
    let sound = Sound::open(audio)?;
    let mut copy = Copy::of(&sound)?;
    let warn = |message: &str| progress.aside(|| tell::warning(message));
    sound.stream(&warn, |piece| copy.add(piece))?;
    copy.finish()
}

/// What one pack makes of an item; the seed of it.
fn film(
    args: &Compare,
    model: &Arc<Model>,
    sound: &Path,
    style: Option<&str>,
    path: &Path,
    progress: &Progress,
) -> Result<u64> {
    let heard = Sound::open(sound)?;
    let options = SessionOptions {
        style: style.map(|text| Style::Text(text.to_owned())),
        identity: args.identity.find(model)?,
        ..args.sampling.over(generate::options(&heard))
    };
    let animation = generate::animation(model, options, heard, progress)?;
    let face = Face::of(&animation, None)?;
    let film = Film::new(&animation, face, animation.native_fps().into(), args.film.size as usize)?;
    film.write_mp4(sound, path, progress)?;
    Ok(animation.seed())
}

/// Whether a study has a file of this name in the folder of its page.
fn is_page(name: &str) -> bool {
    let is_film = |stem: &str| stem.len() == 16 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    name == INDEX || name.strip_suffix(".mp4").is_some_and(is_film)
}

/// A name that says nothing of what it names: random digits.
fn neutral_name() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// The page with what it has to know: items, their styles, and films in the order of their random names.
fn page_of(key: &Key) -> Result<String> {
    let item = |item: &Item| {
        let films: Vec<&String> = item.films.keys().collect();
        serde_json::json!({ "id": item.id, "style": item.style, "films": films })
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
    fn page_tells_films_and_styles_but_no_packs() {
        let films = BTreeMap::from([("0f".to_owned(), Pack::B), ("a1".to_owned(), Pack::A)]);
        let style = Some("</script> happy".to_owned());
        let item = Item { id: "1".to_owned(), audio: "secret.wav".to_owned(), style, seed: 0, films };
        let packs = BTreeMap::from([(Pack::A, "first.m2f".to_owned()), (Pack::B, "second.m2f".to_owned())]);
        let page = page_of(&Key { packs, items: vec![item] }).unwrap();
        assert!(
            page.contains(r#""films":["0f","a1"]"#) && page.contains(r#""style":"\u003c/script> happy""#),
            "{page}"
        );
        assert!(!["first", "second", "secret"].iter().any(|word| page.contains(word)));
        assert!(!page.contains("http"), "nothing is loaded from elsewhere");
    }

    #[test]
    fn names_of_films_are_their_own() {
        assert_ne!(neutral_name(), neutral_name());
        assert_eq!(neutral_name().len(), 16);
        assert!(is_page(&format!("{}.mp4", neutral_name())) && is_page(INDEX) && !is_page("holiday.mp4"));
    }
}
