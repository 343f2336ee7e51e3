//! Votes → a table: how often each pack was preferred, with 95 % intervals.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::key::{Key, Pack};
use crate::{input::file, input::text};

/// A row of the page's CSV.
#[derive(Debug, Deserialize)]
struct Ballot {
    rater: String,
    item: String,
    question: String,
    /// `left`, `right` or `none`.
    vote: String,
    /// Names of the films that were shown there.
    left: String,
    right: String,
    /// RFC 3339, so that the later of two is the larger.
    time: String,
}

/// Votes on one question.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    a: usize,
    b: usize,
    none: usize,
}

/// The table.
pub fn run(votes: &[PathBuf], key: &Path) -> Result<String> {
    let json = text::read(key, file::VOTES)?;
    let key: Key = serde_json::from_str(&json).with_context(|| format!("{} is not a key", key.display()))?;
    // A rater may hand in a file twice, or vote again: the last vote counts.
    let mut last: BTreeMap<[String; 3], (String, Option<Pack>)> = BTreeMap::new();
    for path in votes {
        let table = text::read(path, file::VOTES)?;
        let mut reader = csv::ReaderBuilder::new();
        reader.delimiter(text::delimiter(&table)).trim(csv::Trim::All);
        let mut reader = reader.from_reader(table.as_bytes());
        for (i, vote) in reader.deserialize::<Ballot>().enumerate() {
            let place = || format!("{} row {}", path.display(), i + 1);
            let vote = vote.with_context(place)?;
            let preferred = preferred(&vote, &key).with_context(place)?;
            let voted = last.entry([vote.rater, vote.item, vote.question]).or_insert((String::new(), None));
            if vote.time >= voted.0 {
                *voted = (vote.time, preferred);
            }
        }
    }
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for ([_, _, question], (_, preferred)) in &last {
        counts.entry(question).or_default().add(*preferred);
    }
    let mut raters: Vec<&String> = last.keys().map(|[rater, ..]| rater).collect();
    raters.dedup();
    Ok(table(&key, &counts, raters.len())?)
}

fn preferred(vote: &Ballot, key: &Key) -> Result<Option<Pack>> {
    let item = key.items.iter().find(|item| item.id == vote.item);
    let item = item.with_context(|| format!("the key has no item {:?}", vote.item))?;
    let whose = |film: &String| {
        let pack = item.films.get(film).copied();
        pack.with_context(|| format!("item {:?} of the key has no film {film:?}", vote.item))
    };
    let (left, right) = (whose(&vote.left)?, whose(&vote.right)?);
    ensure!(left != right, "the same film on both sides");
    match vote.vote.as_str() {
        "left" => Ok(Some(left)),
        "right" => Ok(Some(right)),
        other => {
            ensure!(other == "none", "{other:?} is not a vote: use left, right or none");
            Ok(None)
        }
    }
}

impl Count {
    fn add(&mut self, preferred: Option<Pack>) {
        match preferred {
            Some(Pack::A) => self.a += 1,
            Some(Pack::B) => self.b += 1,
            None => self.none += 1,
        }
    }
}

fn table(key: &Key, counts: &BTreeMap<&str, Count>, raters: usize) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    for (pack, name) in &key.packs {
        writeln!(out, "{pack:?}  {name}")?;
    }
    writeln!(out, "{raters} raters, {} items\n", key.items.len())?;
    writeln!(out, "{:<14}{:>6}{:>6}{:>6}   A among preferences, 95 %", "question", "A", "B", "none")?;
    for (question, count) in counts {
        let Count { a, b, none } = *count;
        write!(out, "{question:<14}{a:>6}{b:>6}{none:>6}   ")?;
        match interval(a, a + b) {
            Some([low, high]) => {
                let share = 100.0 * a as f64 / (a + b) as f64;
                writeln!(out, "{share:.0} % ({:.0} to {:.0} %)", 100.0 * low, 100.0 * high)?;
            }
            None => writeln!(out, "-")?,
        }
    }
    write!(out, "\nWilson intervals, every vote counted as independent of the others.")?;
    Ok(out)
}

/// Wilson's 95 % interval of a share; none of nothing.
fn interval(successes: usize, trials: usize) -> Option<[f64; 2]> {
    const Z: f64 = 1.959_964;
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let share = successes as f64 / n;
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some([(middle - half).max(0.0), (middle + half).min(1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = r#"{"packs": {"a": "old.m2f", "b": "new.m2f"}, "items": [
        {"id": "1", "audio": "x.wav", "style": null, "films": {"aa": "a", "bb": "b"}},
        {"id": "2", "audio": "x.wav", "style": "sad", "films": {"cc": "b", "dd": "a"}}]}"#;
    const HEAD: &str = "rater,item,question,vote,left,right,time\n";

    fn tally(votes: &[&str]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("key.json"), KEY).unwrap();
        let files: Vec<PathBuf> = (0..votes.len()).map(|i| path(&format!("{i}.csv"))).collect();
        files.iter().zip(votes).for_each(|(file, votes)| std::fs::write(file, format!("{HEAD}{votes}")).unwrap());
        run(&files, &path("key.json")).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn votes_count_for_the_pack_whose_film_stood_there() {
        let table = tally(&[
            "p,1,lips,left,aa,bb,1\np,2,lips,left,cc,dd,1\np,1,natural,none,aa,bb,1\n",
            "q,1,lips,right,bb,aa,1\nq,2,lips,right,cc,dd,1\n",
        ])
        .unwrap();
        assert!(table.starts_with("A  old.m2f\nB  new.m2f\n2 raters, 2 items\n"), "{table}");
        let row = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        assert_eq!(row("lips"), "lips               3     1     0   75 % (30 to 95 %)");
        assert_eq!(row("natural"), "natural            0     0     1   -");
    }

    #[test]
    fn votes_and_key_may_have_been_saved_by_other_programs() {
        let folder = tempfile::tempdir().unwrap();
        let (key, votes) = (folder.path().join("key.json"), folder.path().join("votes.csv"));
        std::fs::write(&key, format!("\u{feff}{KEY}")).unwrap();
        for votes_as_saved in [
            format!("\u{feff}{HEAD}p,1,lips,left,aa,bb,1\r\n"),
            format!("{HEAD}p,1,lips,left,aa,bb,1\n").replace(',', ";"),
            format!("{HEAD}\"p\", 1 ,\"lips\",left,aa,bb,1\n"),
        ] {
            std::fs::write(&votes, votes_as_saved).unwrap();
            let table = run(std::slice::from_ref(&votes), &key).unwrap();
            assert!(table.contains("lips               1     0     0"), "{table}");
        }
    }

    #[test]
    fn last_vote_of_a_rater_counts_once() {
        let table = tally(&["p,1,lips,left,aa,bb,2\n", "p,1,lips,right,aa,bb,1\np,1,lips,left,aa,bb,2\n"]).unwrap();
        assert!(table.contains("lips               1     0     0"), "{table}");
    }

    #[test]
    fn votes_of_another_study_are_named() {
        for (vote, reason) in [
            ("p,3,lips,left,aa,bb,1\n", "row 1: the key has no item \"3\""),
            ("p,1,lips,left,aa,cc,1\n", "row 1: item \"1\" of the key has no film \"cc\""),
            ("p,1,lips,left,aa,aa,1\n", "row 1: the same film on both sides"),
            ("p,1,lips,both,aa,bb,1\n", "row 1: \"both\" is not a vote"),
            ("p,1,lips\n", "row 1: "),
        ] {
            let error = tally(&[vote]).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20.
        for (successes, trials, expected) in
            [(81, 263, [0.2553, 0.3662]), (15, 148, [0.0624, 0.1605]), (0, 20, [0.0, 0.1611])]
        {
            let found = interval(successes, trials).unwrap();
            assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-4), "{found:?}");
        }
        assert_eq!(interval(0, 0), None);
    }
}
