//! Styles over time: every --style, --style-image or --preset begins one, which the --at, --strength and --ramp that follow
//! refine. The order of different options is what clap's derive does not keep, so it is read from the indices here.

use std::path::PathBuf;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};
use media2face::limits;
use media2face::{Style, StyleTrack};

use super::value::{number, range};
use crate::emit::page::Band;
use crate::input::file;
use crate::input::guidance::strength;

/// What a style is.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Text(String),
    Image(PathBuf),
    Preset(String),
}

/// A style and its refinements, what [`StyleTrack`] is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct StyleGroup {
    pub source: Source,
    /// From when to when, seconds; infinity is the end of the clip.
    pub at: Option<(f64, f64)>,
    pub strength: Option<f32>,
    pub ramp_s: Option<f64>,
}

impl StyleGroup {
    /// As the library takes it; reads the picture.
    pub fn track(&self) -> Result<StyleTrack> {
        let Self { source, at, strength, ramp_s } = self;
        let whole = StyleTrack::new(match source {
            Source::Text(text) => Style::Text(text.clone()),
            Source::Image(path) => Style::Picture(file::read(path, file::PICTURE)?),
            Source::Preset(name) => Style::Preset(name.clone()),
        });
        let (start_s, end_s) = at.unwrap_or((whole.start_s, whole.end_s));
        let (strength, ramp_s) = (strength.unwrap_or(whole.strength), ramp_s.unwrap_or(whole.ramp_s));
        Ok(StyleTrack { start_s, end_s, strength, ramp_s, ..whole })
    }

    /// As pages show it.
    pub fn band(&self) -> Band {
        let source = match &self.source {
            Source::Text(text) => text.clone(),
            Source::Image(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Source::Preset(name) => name.clone(),
        };
        let label = match self.strength {
            Some(strength) if strength != 1.0 => format!("{source} × {strength}"),
            _ => source,
        };
        let (start_s, end_s) = self.at.unwrap_or((0.0, f64::INFINITY));
        Band { label, start_s, end_s: end_s.is_finite().then_some(end_s) }
    }
}

/// All styles of a clip, in the order of the command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Styles(pub Vec<StyleGroup>);

/// One option of a group, as it stands on the command line.
enum Item {
    Begin(Source),
    At((f64, f64)),
    Strength(f32),
    Ramp(f64),
}

impl Args for Styles {
    fn augment_args(command: Command) -> Command {
        let option = |name: &'static str, value: &'static str, help: &str| {
            let arg = Arg::new(name).long(name).value_name(value).help(help.to_owned());
            arg.action(ArgAction::Append).allow_negative_numbers(true)
        };
        let image = option(
            "style-image",
            "FILE",
            "How it is said: a picture, PNG or JPEG, on white where it is transparent; begins a style too",
        );
        let at = option("at", "START-END", "When, seconds: 1.5-3, or 1.5- to the end; the whole clip by default");
        let blend = format!("Length of the blend at its start and end; {} by default", StyleTrack::RAMP_S);
        let ramp_s = option("ramp", "SECONDS", &blend);
        command
            .arg(option(
                "style",
                "TEXT",
                "How it is said: words or an emoji; --at, --strength, --ramp behind it refine it",
            ))
            .arg(image.value_parser(value_parser!(PathBuf)))
            .arg(option("preset", "NAME", "How it is said: a style of the pack by its name; begins a style too"))
            .arg(at.value_parser(range))
            .arg(
                option("strength", "X", "How strong the style is: 0 is none of it, 1 (default) all, 2 twice as far")
                    .value_parser(strength),
            )
            .arg(ramp_s.value_parser(ramp))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Styles {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut items = Vec::new();
        collect(matches, "style", &mut items, |text: &String| Item::Begin(Source::Text(text.clone())));
        collect(matches, "style-image", &mut items, |path: &PathBuf| Item::Begin(Source::Image(path.clone())));
        collect(matches, "preset", &mut items, |name: &String| Item::Begin(Source::Preset(name.clone())));
        collect(matches, "at", &mut items, |range: &(f64, f64)| Item::At(*range));
        collect(matches, "strength", &mut items, |strength: &f32| Item::Strength(*strength));
        collect(matches, "ramp", &mut items, |ramp_s: &f64| Item::Ramp(*ramp_s));
        items.sort_by_key(|(index, ..)| *index);
        group(items.into_iter().map(|(_, name, item)| (name, item)))
            .map_err(|fault| Error::raw(ErrorKind::ArgumentConflict, format!("{fault}\n")))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Adds every value of an option with its place on the command line.
fn collect<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &'static str,
    items: &mut Vec<(usize, &'static str, Item)>,
    item: impl Fn(&T) -> Item,
) {
    let (indices, values) = (matches.indices_of(name), matches.get_many::<T>(name));
    items.extend(indices.into_iter().flatten().zip(values.into_iter().flatten()).map(|(at, v)| (at, name, item(v))));
}

fn group(items: impl Iterator<Item = (&'static str, Item)>) -> Result<Styles, String> {
    let mut groups: Vec<StyleGroup> = Vec::new();
    for (name, item) in items {
        if let Item::Begin(source) = item {
            groups.push(StyleGroup { source, at: None, strength: None, ramp_s: None });
            continue;
        }
        let Some(group) = groups.last_mut() else {
            return Err(format!("--{name} refines a style: put --style, --style-image or --preset before it"));
        };
        let twice = match item {
            Item::Begin(_) => unreachable!("it has its group above"),
            Item::At(range) => group.at.replace(range).is_some(),
            Item::Strength(strength) => group.strength.replace(strength).is_some(),
            Item::Ramp(ramp_s) => group.ramp_s.replace(ramp_s).is_some(),
        };
        if twice {
            return Err(format!("--{name} is given twice for one style"));
        }
    }
    Ok(Styles(groups))
}

fn ramp(text: &str) -> Result<f64, String> {
    number(text, 0.0, limits::MAX_RAMP_S as f32).map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        styles: Styles,
    }

    fn parse(line: &str) -> Result<Vec<StyleGroup>, String> {
        let words = std::iter::once("m2f").chain(line.split(' ').filter(|word| !word.is_empty()));
        Line::try_parse_from(words).map(|line| line.styles.0).map_err(|error| error.to_string())
    }

    fn group(source: Source) -> StyleGroup {
        StyleGroup { source, at: None, strength: None, ramp_s: None }
    }

    #[test]
    fn refinements_belong_to_the_style_before_them() {
        let happy = Source::Text("happy".to_owned());
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse("--style happy"), Ok(vec![group(happy.clone())]));
        let found = parse("--style happy --at 1.5-3 --strength .8 --preset x --ramp 0 --style-image a.png --at 2-");
        let expected = vec![
            StyleGroup { at: Some((1.5, 3.0)), strength: Some(0.8), ..group(happy) },
            StyleGroup { ramp_s: Some(0.0), ..group(Source::Preset("x".to_owned())) },
            StyleGroup { at: Some((2.0, f64::INFINITY)), ..group(Source::Image("a.png".into())) },
        ];
        assert_eq!(found, Ok(expected));
    }

    #[test]
    fn style_without_refinements_is_the_librarys() {
        let track = group(Source::Text("happy".to_owned())).track().unwrap();
        assert_eq!(track, StyleTrack::new(Style::Text("happy".to_owned())));
    }

    #[test]
    fn refinement_without_a_style_or_given_twice_is_refused() {
        assert!(parse("--at 1-2 --style happy").unwrap_err().contains("--at refines a style"));
        assert!(parse("--style happy --at 1-2 --at 3-4").unwrap_err().contains("--at is given twice"));
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        for at in ["3-1.5", "1-1", "-3", "-1-3", "nan-2", "1-nan", "1-inf", "1", "-", "a-b"] {
            assert!(parse(&format!("--style happy --at {at}")).is_err(), "{at}");
        }
        for option in ["--strength nan", "--strength 1e9", "--ramp -1", "--ramp inf"] {
            assert!(parse(&format!("--style happy {option}")).is_err(), "{option}");
        }
        assert!(parse("--style happy --strength -0.5").is_ok());
        assert!(parse("--style --at 1-2").is_err(), "an option is no prompt");
    }
}
