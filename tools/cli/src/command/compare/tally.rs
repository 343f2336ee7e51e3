//! Votes → tables: how often each condition was preferred, by kinds and whole, with 95 % intervals.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::key::{Condition, Item, Key};
use super::shares::{bootstrap, wilson};
use crate::{input::file, input::text};

/// What the table calls all kinds together.
pub const ALL: &str = "all";
/// Most questions of a study.
const MOST_QUESTIONS: usize = 16;
/// Most raters of a study: the time of a count follows from them.
const MOST_RATERS: usize = 20_000;

/// A row of the page's CSV.
#[derive(Debug, Deserialize)]
struct Ballot {
    rater: String,
    item: String,
    question: String,
    /// One of the films, or `none`; of pages before there were three films `left`, `right` or `none`.
    vote: String,
    /// Their names as they were shown, with blanks between them.
    #[serde(default)]
    films: Option<String>,
    /// The same of those pages.
    #[serde(default)]
    left: Option<String>,
    #[serde(default)]
    right: Option<String>,
    /// RFC 3339, so that the later of two is the larger.
    time: String,
}

/// How often each condition was preferred, and none of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    wins: [usize; Condition::ALL.len()],
    none: usize,
}

/// Votes on one question.
#[derive(Default)]
struct Answers<'a> {
    /// Items without a kind are counted under none.
    kinds: BTreeMap<&'a str, Count>,
    raters: BTreeMap<&'a str, Count>,
    all: Count,
}

/// The votes that count: of rater, item and question the last, with its time.
type Votes = BTreeMap<[String; 3], (String, Option<Condition>)>;

/// The table.
pub fn run(votes: &[PathBuf], key: &Path) -> Result<String> {
    let json = text::read(key, file::VOTES)?;
    let key: Key = serde_json::from_str(&json).with_context(|| format!("{} is not a key", key.display()))?;
    ensure!(key.conditions.len() >= 2, "the key has fewer than two conditions");
    let items: BTreeMap<&str, &Item> = key.items.iter().map(|item| (item.id.as_str(), item)).collect();
    // A rater may hand in a file twice, or vote again: the last vote counts.
    let mut last = Votes::new();
    votes.iter().try_for_each(|path| read(path, &key, &items, &mut last))?;
    let mut questions: BTreeMap<&str, Answers> = BTreeMap::new();
    let mut raters = BTreeSet::new();
    for ([rater, item, question], (_, preferred)) in &last {
        raters.insert(rater.as_str());
        let answers = questions.entry(question).or_default();
        let kind = items[item.as_str()].kind.as_deref();
        let counts = [answers.raters.entry(rater).or_default(), &mut answers.all].into_iter();
        counts.chain(kind.map(|kind| answers.kinds.entry(kind).or_default())).for_each(|count| count.add(*preferred));
    }
    ensure!(questions.len() <= MOST_QUESTIONS, "{} questions, at most {MOST_QUESTIONS} are counted", questions.len());
    ensure!(raters.len() <= MOST_RATERS, "{} raters, at most {MOST_RATERS} are counted", raters.len());
    Ok(table(&key, &questions, raters.len())?)
}

/// Reads a file of votes.
fn read(path: &Path, key: &Key, items: &BTreeMap<&str, &Item>, last: &mut Votes) -> Result<()> {
    let table = text::read(path, file::VOTES)?;
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(text::delimiter(&table)).trim(csv::Trim::All);
    let mut reader = reader.from_reader(table.as_bytes());
    for (i, vote) in reader.deserialize::<Ballot>().enumerate() {
        let place = || format!("{} row {}", path.display(), i + 1);
        let vote = vote.with_context(place)?;
        let item = items.get(vote.item.as_str()).with_context(|| format!("the key has no item {:?}", vote.item));
        let preferred = item.and_then(|item| preferred(&vote, item, key)).with_context(place)?;
        let voted = last.entry([vote.rater, vote.item, vote.question]).or_insert((String::new(), None));
        if vote.time >= voted.0 {
            *voted = (vote.time, preferred);
        }
    }
    Ok(())
}

fn preferred(vote: &Ballot, item: &Item, key: &Key) -> Result<Option<Condition>> {
    let (shown, places) = match (&vote.films, &vote.left, &vote.right) {
        (Some(films), _, _) => (films.split_whitespace().collect::<Vec<_>>(), None),
        (None, Some(left), Some(right)) => (vec![left.as_str(), right], Some(["left", "right"])),
        _ => bail!("it does not say which films were shown: expected a column films, or left and right"),
    };
    let mut whose = Vec::new();
    for film in &shown {
        let condition = item.films.get(*film).copied();
        let condition = condition.with_context(|| format!("item {:?} of the key has no film {film:?}", item.id))?;
        ensure!(key.conditions.contains_key(&condition), "the key has no condition {condition}");
        ensure!(!whose.contains(&condition), "the same film twice");
        whose.push(condition);
    }
    let (there, all) = (shown.len(), item.films.len());
    ensure!(there == all && there >= 2, "it shows {there} films, item {:?} of the key has {all}", item.id);
    if vote.vote == "none" {
        return Ok(None);
    }
    let at = match places {
        Some(places) => places.iter().position(|place| *place == vote.vote),
        None => shown.iter().position(|film| *film == vote.vote),
    };
    let ways = if places.is_some() { "left, right or none" } else { "one of its films, or none" };
    let at = at.with_context(|| format!("{:?} is not a vote: use {ways}", vote.vote))?;
    Ok(Some(whose[at]))
}

impl Count {
    fn add(&mut self, preferred: Option<Condition>) {
        match preferred {
            Some(condition) => self.wins[condition as usize] += 1,
            None => self.none += 1,
        }
    }

    /// How often a condition was preferred, and how often it or one of `others`.
    fn of(&self, condition: Condition, others: &[Condition]) -> [usize; 2] {
        let wins = self.wins[condition as usize];
        [wins, wins + others.iter().map(|other| self.wins[*other as usize]).sum::<usize>()]
    }
}

fn table(key: &Key, questions: &BTreeMap<&str, Answers>, raters: usize) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    for (condition, name) in &key.conditions {
        writeln!(out, "{condition}  {name}")?;
    }
    if let Some(face) = &key.face {
        writeln!(out, "all by their weights on the face of {face}")?;
    }
    writeln!(out, "{raters} raters, {} items", key.items.len())?;
    let conditions: Vec<Condition> = key.conditions.keys().copied().collect();
    for (question, answers) in questions {
        write_counts(&mut out, question, &conditions, answers)?;
        write_shares(&mut out, &conditions, answers)?;
    }
    let chance = 100.0 / conditions.len() as f64;
    if conditions.len() > 2 {
        write!(
            out,
            "\nShares of all preferences, by chance {chance:.0} %; of a pair of those for one of the two, by chance 50 %."
        )?;
    } else {
        write!(out, "\nShares of all preferences, by chance 50 %.")?;
    }
    write!(
        out,
        "\nWilson's interval takes every vote for itself. The other draws whole raters, whose votes hang together."
    )?;
    Ok(out)
}

/// Votes of each kind, and of all.
fn write_counts(out: &mut String, question: &str, conditions: &[Condition], answers: &Answers) -> std::fmt::Result {
    write!(out, "\n{question:<16}")?;
    conditions.iter().try_for_each(|condition| write!(out, "{:>7}", condition.to_string()))?;
    writeln!(out, "{:>7}", "none")?;
    for (kind, count) in answers.kinds.iter().chain([(&ALL, &answers.all)]) {
        write!(out, "  {kind:<14}")?;
        conditions.iter().try_for_each(|condition| write!(out, "{:>7}", count.wins[*condition as usize]))?;
        writeln!(out, "{:>7}", count.none)?;
    }
    Ok(())
}

/// Each condition's share, where there are more than two, and each pair's.
fn write_shares(out: &mut String, conditions: &[Condition], answers: &Answers) -> std::fmt::Result {
    writeln!(out, "  {:<14}{:>7}   {:<16}by raters 95 %", "preferred", "share", "Wilson 95 %")?;
    let mut rows: Vec<(String, Condition, Vec<Condition>)> = Vec::new();
    if conditions.len() > 2 {
        let others = |own: Condition| conditions.iter().copied().filter(|other| *other != own).collect();
        rows.extend(conditions.iter().map(|own| (own.to_string(), *own, others(*own))));
    }
    for (at, own) in conditions.iter().enumerate() {
        rows.extend(conditions[at + 1..].iter().map(|other| (format!("{own} over {other}"), *own, vec![*other])));
    }
    for (name, own, others) in rows {
        let [wins, trials] = answers.all.of(own, &others);
        let share = if trials == 0 { "-".to_owned() } else { format!("{:.0} %", percent(wins, trials)) };
        let written = |interval: Option<[f64; 2]>| {
            interval.map_or("-".to_owned(), |[low, high]| format!("{:.0} to {:.0} %", 100.0 * low, 100.0 * high))
        };
        let by_raters = written(bootstrap(answers.raters.values().map(|count| count.of(own, &others))));
        writeln!(out, "  {name:<14}{share:>7}   {:<16}{by_raters}", written(wilson(wins, trials)))?;
    }
    Ok(())
}

fn percent(wins: usize, trials: usize) -> f64 {
    100.0 * wins as f64 / trials as f64
}

#[cfg(test)]
mod tests;
