//! What is wrong with a script: all of it in one report, each fault with its place.

use std::error::Error;
use std::fmt::{self, Display};

/// The faults of a script, in the order in which they were found.
#[derive(Debug, Default)]
pub struct Faults(Vec<String>);

impl Faults {
    /// Adds a fault of what stands at a place, such as `line 2 (ben), audio`.
    pub fn add(&mut self, place: &str, fault: impl Display) {
        self.0.push(format!("{place}: {}", fault.to_string().trim_end().replace('\n', " ")));
    }

    /// What came out well; else its fault is added.
    pub fn take<T>(&mut self, place: &str, outcome: anyhow::Result<T>) -> Option<T> {
        outcome.map_err(|error| self.add(place, format!("{error:#}"))).ok()
    }

    /// Adds a fault where a condition does not hold.
    pub fn expect(&mut self, holds: bool, place: &str, fault: impl FnOnce() -> String) -> bool {
        if !holds {
            self.add(place, fault());
        }
        holds
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An error of all faults, where there is one.
    pub fn report(self, script: &str) -> anyhow::Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Report { script: script.to_owned(), faults: self.0 }.into()) }
    }
}

/// All faults of a script: a line that counts them, then a line each.
#[derive(Debug)]
pub struct Report {
    script: String,
    faults: Vec<String>,
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        write!(f, "{} has {count} fault{}", self.script, if count == 1 { "" } else { "s" })?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl Error for Report {}
