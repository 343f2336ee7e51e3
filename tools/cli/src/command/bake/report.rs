//! What became of each line: a line of JSON each on stdout, in the table's order, and what failed on stderr too.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};
use serde::Serialize;

use super::table::{Fault, Row, Table};
use super::worker::Made;
use crate::process::progress::Tally;
use crate::process::tell;

/// What became of a line.
pub enum Outcome {
    Made {
        object: String,
        made: Made,
    },
    /// It was there.
    Kept {
        object: String,
    },
    Failed(Fault),
}

#[derive(Serialize, Default)]
struct Told<'a> {
    line: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// Lines on stdout, for as long as somebody reads them.
#[derive(Default)]
pub struct Lines {
    unread: bool,
}

impl Lines {
    /// One line of JSON.
    pub fn write(&mut self, value: &impl Serialize) -> Result<()> {
        if self.unread {
            return Ok(());
        }
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let mut out = std::io::stdout().lock();
        match out.write_all(&line).and_then(|()| out.flush()) {
            // The work is not for the reader alone.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.unread = true,
            written => written.context("cannot write to stdout")?,
        }
        Ok(())
    }
}

/// Counts and tells what became of lines.
#[derive(Default)]
pub struct Report {
    lines: Lines,
    /// Made in this run: another line that comes to the same finds it there, whoever was first.
    made: BTreeSet<String>,
    pub made_count: usize,
    pub kept_count: usize,
    pub failed_count: usize,
    pub warned_count: usize,
    pub duration_s: f64,
}

impl Report {
    /// Lines that were told.
    pub fn count(&self) -> usize {
        self.made_count + self.kept_count + self.failed_count
    }

    /// Tells of a line.
    pub fn tell(&mut self, table: &Table, row: &Row, outcome: &Outcome, tally: &Tally) -> Result<()> {
        let mut told = Told { line: row.number, id: &row.id, ..Told::default() };
        match outcome {
            Outcome::Made { object, made } if self.made.insert(object.clone()) => {
                told.status = "made";
                told.object = Some(object);
                (told.seed, told.frames, told.duration_s) = (Some(made.seed), Some(made.frames), Some(made.duration_s));
                told.warnings = (!made.warnings.is_empty()).then_some(&made.warnings);
                self.made_count += 1;
                self.warned_count += usize::from(!made.warnings.is_empty());
                self.duration_s += made.duration_s;
            }
            Outcome::Made { object, .. } | Outcome::Kept { object } => {
                told.status = "kept";
                told.object = Some(object);
                self.kept_count += 1;
            }
            Outcome::Failed(fault) => {
                (told.status, told.column) = ("failed", fault.column);
                told.error = Some(&fault.message);
                self.failed_count += 1;
                tally.aside(|| tell::line(&format!("{}, {fault}", table.place(row))));
            }
        }
        self.lines.write(&told)?;
        tally.show("lines", self.count(), self.kept_count);
        Ok(())
    }
}
