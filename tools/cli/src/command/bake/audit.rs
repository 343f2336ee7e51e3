//! What is wrong with a store and with the sounds of its table: a line of JSON for each finding.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::recipe::Recipe;
use super::report::Lines;
use super::store::{SPOKEN, Store};
use super::table::{Fault, Heard, Line, Row, Table};
use super::{Partly, kinds, wanted};
use crate::command::args::Bake;
use crate::emit::{Emit, curves};
use crate::input::file;
use crate::input::sound::Sound;
use crate::process::progress::Tally;
use crate::process::{interrupt, tell};

#[derive(Serialize, Default)]
struct Finding<'a> {
    #[serde(rename = "finding")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'static str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
}

/// A store that is looked through.
struct Audit<'a> {
    table: &'a Table,
    recipe: &'a Recipe,
    store: Store,
    kinds: Vec<Emit>,
    lines: Lines,
    count: usize,
    /// Objects of the table's lines.
    known: BTreeSet<String>,
}

/// Looks through the whole table and the whole store, whatever the shard.
pub fn run(args: &Bake, table: &Table, recipe: &Recipe) -> Result<()> {
    let (store, lines) = (Store::at(&args.store), Lines::default());
    let files = store.files()?;
    let mut audit = Audit { table, recipe, store, kinds: kinds(args), lines, count: 0, known: BTreeSet::new() };
    let tally = Tally::new(table.rows.len(), args.quiet);
    for (at, row) in table.rows.iter().enumerate() {
        interrupt::check()?;
        tally.show("lines", at, 0);
        audit.row(row)?;
    }
    for path in &files {
        interrupt::check()?;
        audit.file(path)?;
    }
    drop(tally);
    let text = format!("{} lines, {} files: {} findings", table.rows.len(), files.len(), audit.count);
    if audit.count > 0 {
        return Err(Partly(text).into());
    }
    tell::line(&text);
    Ok(())
}

impl<'a> Audit<'a> {
    fn found(&mut self, finding: &Finding) -> Result<()> {
        self.count += 1;
        self.lines.write(finding)
    }

    fn row(&mut self, row: &'a Row) -> Result<()> {
        let of = Finding { line: Some(row.number), id: &row.id, ..Finding::default() };
        let wrong = |fault: &Fault| Finding {
            kind: "wrong",
            column: fault.column,
            detail: fault.message.clone(),
            line: Some(row.number),
            id: &row.id,
            file: None,
        };
        let line = match &row.line {
            Ok(line) => line,
            Err(fault) => return self.found(&wrong(fault)),
        };
        let object = match self.recipe.object(self.table, line) {
            Ok(object) => object,
            Err(fault) => return self.found(&wrong(&fault)),
        };
        for ending in self.store.missing(&object, &wanted(line, &self.kinds)) {
            let file = Some(format!("{object}.{ending}"));
            self.found(&Finding { kind: "missing", line: of.line, id: of.id, file, ..Finding::default() })?;
        }
        for note in self.heard(line, &object) {
            let kind = kind_of(&note);
            self.found(&Finding { kind, line: of.line, id: of.id, detail: note, ..Finding::default() })?;
        }
        self.known.insert(object);
        Ok(())
    }

    /// What there is to say of a line's sound.
    fn heard(&self, line: &Line, object: &str) -> Vec<String> {
        let path = match &line.heard {
            Heard::File(path) => self.table.folder.join(path),
            Heard::Text(_) => self.store.path(object, SPOKEN),
        };
        if matches!(line.heard, Heard::Text(_)) && !path.exists() {
            return Vec::new();
        }
        let notes = std::cell::RefCell::new(Vec::new());
        let note = |note: &str| notes.borrow_mut().push(note.to_owned());
        let read =
            file::check(&path).and_then(|()| Sound::open(&path)).and_then(|sound| sound.stream(&note, |_| Ok(())));
        if let Err(error) = read {
            note(&format!("{error:#}"));
        }
        notes.into_inner()
    }

    /// A file of the store: whether a line has it, and whether there is anything in it.
    fn file(&mut self, path: &Path) -> Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (object, ending) = name.split_once('.').unwrap_or((&name, ""));
        let known = self.known.contains(object) && self.store.path(object, ending) == path;
        let empty = match ending == Emit::Curves.ending() {
            // Few bytes a second.
            true => std::fs::read(path).ok().and_then(|bytes| curves::frames(&bytes)).is_none_or(|frames| frames == 0),
            false => std::fs::metadata(path).map_or(0, |metadata| metadata.len()) == 0,
        };
        let found = [("orphaned", !known), ("empty", known && empty)];
        for (kind, _) in found.into_iter().filter(|(_, there)| *there) {
            self.found(&Finding { kind, file: Some(name.clone()), ..Finding::default() })?;
        }
        Ok(())
    }
}

/// By what is said of a sound.
fn kind_of(note: &str) -> &'static str {
    let kinds = [("it is silent", "silent"), ("it is clipped", "clipped"), ("it is very quiet", "quiet")];
    kinds.into_iter().find(|(words, _)| note.contains(words)).map_or("sound", |(_, kind)| kind)
}
