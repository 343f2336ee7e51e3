//! The options of a command line that decide what comes out, as they were given: for the provenance of files.

use std::any::TypeId;
use std::ffi::OsStr;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::input::keyframe::Keyframe;

/// Options that say where and how something is done, not what; the model and the seed are told by themselves.
const BESIDE: [&str; 15] = [
    "audit",
    "emit",
    "jobs",
    "model",
    "out",
    "plan",
    "quiet",
    "seed",
    "shard",
    "size",
    "store",
    "strict",
    "threads",
    "tts",
    "tts-timeout-s",
];

/// Arguments such as `--style=happy`, in their order.
#[derive(Clone, Default)]
pub struct Given(Vec<String>);

impl Given {
    /// Those of a parsed command line.
    pub fn of(command: &Command, matches: &ArgMatches) -> Self {
        let Some((name, matches)) = matches.subcommand() else { return Self::default() };
        let Some(command) = command.find_subcommand(name) else { return Self::default() };
        let mut given = Vec::new();
        for arg in command.get_arguments().filter(|arg| decides(arg)) {
            let id = arg.get_id().as_str();
            if matches.value_source(id) != Some(ValueSource::CommandLine) {
                continue;
            }
            let long = arg.get_long().unwrap_or(id);
            let indices = matches.indices_of(id).into_iter().flatten();
            if arg.get_action().takes_values() {
                let values = matches.get_raw(id).into_iter().flatten();
                given.extend(indices.zip(values).map(|(at, value)| (at, format!("--{long}={}", told(arg, value)))));
            } else {
                given.extend(indices.map(|at| (at, format!("--{long}"))));
            }
        }
        given.sort_by_key(|(at, _)| *at);
        Self(given.into_iter().map(|(_, option)| option).collect())
    }

    /// As the provenance of files has them.
    pub fn options(&self) -> &[String] {
        &self.0
    }

    /// The same in one order, whatever the order in which they were given: for commands where that says nothing.
    pub fn sorted(mut self) -> Self {
        self.0.sort();
        self
    }
}

fn decides(arg: &Arg) -> bool {
    !arg.is_positional() && !BESIDE.contains(&arg.get_long().unwrap_or_default())
}

/// A value without the folders of a file that it names.
fn told(arg: &Arg, value: &OsStr) -> String {
    let text = value.to_string_lossy();
    let kind = arg.get_value_parser().type_id();
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    if kind == TypeId::of::<PathBuf>() {
        name(&text)
    } else if kind == TypeId::of::<Keyframe>() {
        text.split_once('=').map_or_else(|| name(&text), |(time, what)| format!("{time}={}", name(what)))
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::args::Cli;
    use clap::CommandFactory;

    fn given(line: &str) -> Vec<String> {
        let mut command = Cli::command();
        let matches = command.try_get_matches_from_mut(line.split(' ')).unwrap();
        Given::of(&command, &matches).0
    }

    #[test]
    fn options_are_told_in_their_order_without_folders() {
        let line = "m2f animate /a/b.wav --out /tmp/o --style happy --at 0-1 --seed 3 --style sad --portable --threads 2 \
                    --mesh /home/me/head.obj --keyframe 1=/home/me/face.json --model /m/x.m2f --emit csv,json --quiet --style -";
        let expected = [
            "--style=happy",
            "--at=0-1",
            "--style=sad",
            "--portable",
            "--mesh=head.obj",
            "--keyframe=1=face.json",
            "--style=-",
        ];
        assert_eq!(given(line), expected);
        assert_eq!(given("m2f animate a.wav"), [""; 0], "defaults were not given");
    }

    #[test]
    fn options_that_are_left_out_are_options() {
        let commands = Cli::command();
        let known = |name: &&str| {
            let mut arguments = commands.get_subcommands().flat_map(clap::Command::get_arguments);
            arguments.any(|arg| arg.get_long() == Some(name))
        };
        assert_eq!(BESIDE.iter().filter(|name| !known(name)).collect::<Vec<_>>(), [&""; 0]);
    }
}
