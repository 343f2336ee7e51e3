//! `m2f bake`: all lines of a table into a store.
//!
//! A line's name in the store is a hash of all that it is made of. So a run that was stopped goes on where it was, shards need
//! not know of each other, and what two lines share is made once. Workers take lines in turns; what became of them is told in the
//! table's order, on any number of workers the same.

mod audit;
mod claims;
mod plan;
mod recipe;
mod report;
mod store;
pub mod table;
mod worker;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;

use anyhow::{Result, bail};

use crate::command::args::{Bake, Given};
use crate::emit::Emit;
use crate::process::progress::Tally;
use crate::process::{interrupt, tell};
use claims::Claims;
use recipe::Recipe;
use report::{Outcome, Report};
use store::{SPOKEN, Writer, endings};
use table::{Heard, Line, Row, Table};
use worker::{Failure, Worker};

/// Some lines failed, and all others are done.
#[derive(Debug)]
pub struct Partly(String);

impl Partly {
    pub const STATUS: u8 = 3;
}

impl fmt::Display for Partly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Partly {}

/// Fills the store; the report goes out line by line.
pub fn run(args: &Bake, given: &Given) -> Result<String> {
    interrupt::watch();
    let table = Table::read(&args.table)?;
    let recipe = Recipe::new(args, args.pack.open()?.manifest(), given)?;
    if args.plan {
        plan::run(args, &table, &recipe)?;
    } else if args.audit {
        audit::run(args, &table, &recipe)?;
    } else {
        bake(args, &table, &recipe)?;
    }
    // All that was asked for has gone out.
    Ok(String::new())
}

/// The kinds of files of each line, each once.
fn kinds(args: &Bake) -> Vec<Emit> {
    let mut kinds: Vec<Emit> = Vec::new();
    for kind in &args.emit {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    Emit::with_provenance(kinds)
}

/// What the files of a line end in.
fn wanted(line: &Line, kinds: &[Emit]) -> Vec<&'static str> {
    let mut wanted = endings(kinds);
    if matches!(line.heard, Heard::Text(_)) {
        wanted.push(SPOKEN);
    }
    wanted
}

/// The rows of a shard.
fn own<'a>(args: &Bake, table: &'a Table) -> Vec<&'a Row> {
    let own = table.rows.iter().enumerate().filter(|(i, _)| args.shard.has(*i));
    own.map(|(_, row)| row).collect()
}

/// What all workers share.
struct Work<'a> {
    args: &'a Bake,
    table: &'a Table,
    rows: &'a [&'a Row],
    recipe: &'a Recipe,
    store: &'a Writer,
    kinds: &'a [Emit],
    claims: Claims,
    /// The row that is next.
    next: AtomicUsize,
}

fn bake(args: &Bake, table: &Table, recipe: &Recipe) -> Result<()> {
    let rows = own(args, table);
    let kinds = kinds(args);
    let store = Writer::open(&args.store, args.shard)?;
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or_else(cores, |jobs| jobs as usize).min(rows.len()).max(1);
    let (claims, next) = (Claims::default(), AtomicUsize::new(0));
    let work = Work { args, table, rows: &rows, recipe, store: &store, kinds: &kinds, claims, next };
    let (sender, receiver) = mpsc::channel();
    let mut index: Vec<(&str, String)> = Vec::new();
    let report = thread::scope(|scope| {
        for number in 0..jobs {
            let (work, sender) = (&work, sender.clone());
            let name = format!("bake {}", number + 1);
            thread::Builder::new().name(name).spawn_scoped(scope, move || work.run(&sender))?;
        }
        drop(sender);
        let told = tell_all(&work, &receiver, &mut index);
        // The others stop at their next line where one failed.
        work.next.store(usize::MAX / 2, Ordering::Relaxed);
        told
    })?;
    store.write_index(index.iter().map(|(id, object)| (*id, object.as_str())))?;
    store.tidy()?;
    let Report { made_count, kept_count, failed_count, warned_count, duration_s, .. } = report;
    let counts = format!(
        "{made_count} lines made ({duration_s:.1} s, {warned_count} with warnings), {kept_count} were there, {failed_count} failed"
    );
    if failed_count > 0 {
        return Err(Partly(format!("{counts}: the report and the lines above name each")).into());
    }
    if !args.quiet {
        tell::line(&counts);
    }
    Ok(())
}

/// Tells of all rows in their order, as they come from the workers.
fn tell_all<'a>(
    work: &Work<'a>,
    receiver: &Receiver<(usize, Result<Outcome>)>,
    index: &mut Vec<(&'a str, String)>,
) -> Result<Report> {
    let tally = Tally::new(work.rows.len(), work.args.quiet);
    let (mut report, mut early) = (Report::default(), BTreeMap::new());
    while report.count() < work.rows.len() {
        match receiver.recv_timeout(interrupt::PATIENCE) {
            Ok((at, outcome)) => drop(early.insert(at, outcome?)),
            Err(RecvTimeoutError::Timeout) => interrupt::check()?,
            Err(RecvTimeoutError::Disconnected) => bail!("the workers ended before their work"),
        }
        while let Some(outcome) = early.remove(&report.count()) {
            let row = work.rows[report.count()];
            report.tell(work.table, row, &outcome, &tally)?;
            if let Outcome::Made { object, .. } | Outcome::Kept { object } = outcome {
                index.push((&row.id, object));
            }
        }
    }
    Ok(report)
}

impl Work<'_> {
    /// Takes rows until there are none, or nobody wants to know.
    fn run(&self, sender: &Sender<(usize, Result<Outcome>)>) {
        // Loaded where there is something to make: a run that finds all there needs no model.
        let mut worker = None;
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = self.rows.get(at) else { return };
            let outcome = interrupt::check().map_err(Into::into).and_then(|()| self.one(row, &mut worker));
            let failed = outcome.is_err();
            if sender.send((at, outcome)).is_err() || failed {
                return;
            }
        }
    }

    /// One row; an error is one of the whole run.
    fn one<'a>(&'a self, row: &Row, worker: &mut Option<Worker<'a>>) -> Result<Outcome> {
        let line = match &row.line {
            Ok(line) => line,
            Err(fault) => return Ok(Outcome::Failed(fault.clone())),
        };
        let object = match self.recipe.object(self.table, line) {
            Ok(object) => object,
            Err(fault) => return Ok(Outcome::Failed(fault)),
        };
        let claim = self.claims.take(&object)?;
        if self.store.store().missing(&object, &wanted(line, self.kinds)).is_empty() {
            // The first of the table is told as made, whichever was.
            let made = self.claims.made(&object);
            return Ok(made.map_or(Outcome::Kept { object: object.clone() }, |made| Outcome::Made { object, made }));
        }
        let worker = match worker {
            Some(worker) => worker,
            None => worker.insert(Worker::new(self.args)?),
        };
        match worker.make(self.table, line, self.recipe, &object, self.store, self.kinds) {
            Ok(made) => {
                claim.done(&made);
                Ok(Outcome::Made { object, made })
            }
            Err(Failure::Line(fault)) => Ok(Outcome::Failed(fault)),
            Err(Failure::All(error)) => Err(error),
        }
    }
}

/// A table as its reader takes it, for the fuzzers: how many lines of it can be made, and how many not.
pub fn read(path: &std::path::Path) -> Result<(usize, usize)> {
    let table = Table::read(path)?;
    let good = table.rows.iter().filter(|row| row.line.is_ok()).count();
    Ok((good, table.rows.len() - good))
}
