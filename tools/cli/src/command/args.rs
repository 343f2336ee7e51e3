//! The command line. An option is declared once, in the struct of its group, which the commands that have the group flatten
//! into theirs; the group's own method makes of it what the library takes, and names every field, so that none is forgotten.

mod adjustments;
mod animate;
mod bake;
mod bench;
mod clip;
mod compare;
mod compute;
mod convert;
mod extract;
mod files;
mod given;
mod inspect;
mod live;
mod retarget;
mod sampling;
mod scene;
mod session;
mod shapes;
mod strict;
mod styles;
mod tts;
pub mod value;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use adjustments::Adjustments;
pub use animate::Animate;
pub use bake::{Bake, Shard};
pub use bench::Bench;
pub use clip::Clip;
pub use compare::Compare;
pub use compute::{Backend, Compute, Pack};
pub use convert::{Convert, Size};
pub use extract::Extract;
pub use files::{Eyes, Files, FilmSize, Fps};
pub use given::Given;
pub use inspect::{Devices, Identities, Inspect};
pub use live::{Format, Heard, Live};
pub use retarget::Retarget;
pub use sampling::{Sampling, seed};
pub use scene::Scene;
pub use session::{Identity, Session};
pub use shapes::Shapes;
pub use strict::Strict;
pub use styles::{Source, StyleGroup, Styles};
pub use tts::Tts;

/// Speech in, moving face out.
#[derive(Parser)]
#[command(name = "m2f", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// A command line, and what of it decides the result.
    pub fn read(words: impl Iterator<Item = OsString>) -> Result<(Self, Given), clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(words)?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        Ok((cli, Given::of(&command, &matches)))
    }
}

const EXAMPLES: &str = "Examples:
  m2f animate speech.wav --out out/
  m2f animate speech.wav --out out/ --style \"angry\" --seed 7 --emit csv,png
  m2f bake lines.csv --store voices/
  m2f live --wav speech.wav --to livelink
  m2f inspect model.m2f
  m2f bench --seconds 10";

#[derive(Subcommand)]
pub enum Command {
    Animate(Animate),
    Scene(Scene),
    Bake(Bake),
    Live(Live),
    Retarget(Retarget),
    Extract(Extract),
    Compare(Compare),
    Inspect(Inspect),
    Identities(Identities),
    Bench(Bench),
    Devices(Devices),
    Convert(Convert),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::Emit;
    use clap::error::ErrorKind;

    fn parse(line: &str) -> Result<Cli, ErrorKind> {
        Cli::try_parse_from(line.split(' ')).map_err(|error| error.kind())
    }

    #[test]
    fn definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn numbers_out_of_limits_are_usage_errors() {
        for option in [
            "--fps 0",
            "--fps nan",
            "--fps 1e9",
            "--steps 0",
            "--threads 0",
            "--guidance-audio inf",
            "--noise-scale 1.1",
            "--tail 11",
            "--tail nan",
            "--tail -1",
        ] {
            assert!(parse(&format!("m2f animate a.wav --out o {option}")).is_err(), "{option}");
        }
        for option in ["--fps -5", "--steps -1", "--threads -1", "--seed -1", "--noise-scale -1", "--noise-scale nan"] {
            let error = parse(&format!("m2f animate a.wav --out o {option}")).err();
            assert_eq!(error, Some(ErrorKind::ValueValidation), "{option}");
        }
        assert!(parse("m2f animate a.wav --out o --fps 29.97 --guidance-audio -1 --noise-scale 0.6").is_ok());
    }

    #[test]
    fn files_come_in_one_list() {
        let Ok(Cli { command: Command::Animate(animate) }) = parse("m2f animate a.wav --out o --emit csv,npy") else {
            panic!("is valid");
        };
        assert!(animate.files.emit == Some(vec![Emit::Csv, Emit::Npy]));
        assert_eq!(parse("m2f animate a.wav --out o --emit obj").err(), Some(ErrorKind::InvalidValue));
    }

    #[test]
    fn conversion_needs_one_kind_of_source() {
        assert_eq!(parse("m2f convert --out o").err(), Some(ErrorKind::MissingRequiredArgument));
        assert_eq!(parse("m2f convert --random tiny --clip c --out o").err(), Some(ErrorKind::ArgumentConflict));
        assert!(parse("m2f convert --wav2vec2 a --clip config.json c.safetensors --out o").is_ok());
    }
}
