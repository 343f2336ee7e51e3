//! The table: CSV, JSON lines or a folder of sounds into rows, each a line that can be made or what is wrong with it.
//!
//! A row that is wrong is told with its place and column, and takes no other with it. What is wrong with the whole table, such as
//! a column that nobody knows, is an error.

mod cells;
mod csv;
mod folder;
mod json;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::input::{file, text};
pub use cells::{Asked, Cells};

/// Most rows of a table.
const MOST_ROWS: usize = 1 << 20;
/// Most bytes of a row.
const MOST_ROW_BYTES: usize = 1 << 16;
/// Most bytes of an id.
const MOST_ID_BYTES: usize = 200;
/// What file systems keep for themselves: ids become names of files where they are used.
const NOT_IN_IDS: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub column: Option<&'static str>,
    pub message: String,
}

impl Fault {
    /// Of a value of a column.
    pub fn of(column: &'static str, message: impl fmt::Display) -> Self {
        Self { column: Some(column), message: message.to_string() }
    }

    /// Of the row as a whole.
    pub fn row(message: impl fmt::Display) -> Self {
        Self { column: None, message: message.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = self.column {
            write!(f, "column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// What is heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// From the table's folder on.
    File(PathBuf),
    /// Words that are to be spoken.
    Text(String),
}

/// A row that can be made, as far as the table tells.
#[derive(Clone, Debug)]
pub struct Line {
    pub heard: Heard,
    pub asked: Asked,
    /// All values but id and sound, as they were written.
    pub cells: Cells,
}

/// A row of the table.
pub struct Row {
    /// Where it begins in the file, from 1 on; of a folder the number of the file.
    pub number: usize,
    /// Empty where there is none.
    pub id: String,
    pub line: Result<Line, Fault>,
}

/// All rows of a table.
pub struct Table {
    path: PathBuf,
    /// Paths in it begin here.
    pub folder: PathBuf,
    pub rows: Vec<Row>,
}

impl Table {
    /// Reads a table: what it is, is told by what is there, not by its name.
    pub fn read(path: &Path) -> Result<Self> {
        let (folder, mut rows) = if path.is_dir() {
            (path.to_owned(), folder::read(path)?)
        } else {
            let text = text::read(path, file::TABLE)?;
            let rows = match text.trim_start().starts_with('{') {
                true => json::read(&text),
                false => csv::read(&text).with_context(|| path.display().to_string())?,
            };
            (path.parent().unwrap_or(Path::new("")).to_owned(), rows)
        };
        ensure!(rows.len() <= MOST_ROWS, "{} has more than {MOST_ROWS} lines: split it", path.display());
        ensure!(!rows.is_empty(), "{} has no lines", path.display());
        refuse_twins(&mut rows);
        Ok(Self { path: path.to_owned(), folder, rows })
    }

    /// What errors call a row.
    pub fn place(&self, row: &Row) -> String {
        let id = if row.id.is_empty() { String::new() } else { format!(" ({})", row.id) };
        format!("{} line {}{id}", self.path.display(), row.number)
    }
}

/// A row out of its values.
fn row(number: usize, mut cells: Cells) -> Row {
    let id = cells.remove("id").unwrap_or_default();
    let line = check_id(&id).and_then(|()| {
        let heard = match (cells.remove("sound"), cells.remove("text")) {
            (Some(sound), None) => Heard::File(PathBuf::from(sound)),
            (None, Some(text)) => Heard::Text(text),
            (Some(_), Some(_)) => return Err(Fault::of("text", "there is a sound too: give one of them")),
            (None, None) => return Err(Fault::of("sound", "it is empty, and so is text: give one of them")),
        };
        Ok(Line { heard, asked: Asked::of(&cells)?, cells })
    });
    // One that is long is wrong, and would fill the report.
    let id = if id.len() > MOST_ID_BYTES { String::new() } else { id };
    Row { number, id, line }
}

/// A row that could not be taken apart.
fn broken(number: usize, fault: Fault) -> Row {
    Row { number, id: String::new(), line: Err(fault) }
}

fn check_id(id: &str) -> Result<(), Fault> {
    let fault = |message: String| Err(Fault::of("id", message));
    if id.is_empty() {
        return fault("it is empty: every line has one of its own".to_owned());
    }
    if id.len() > MOST_ID_BYTES {
        return fault(format!("it has {} bytes, at most {MOST_ID_BYTES}", id.len()));
    }
    if let Some(letter) = id.chars().find(|letter| letter.is_control() || NOT_IN_IDS.contains(letter)) {
        return fault(format!("{id:?} has {letter:?}, and becomes a file's name: any letters but / \\ : * ? \" < > |"));
    }
    if id.starts_with(['.', ' ']) || id.ends_with(['.', ' ']) {
        return fault(format!("{id:?} begins or ends with a point or a blank, and becomes a file's name"));
    }
    Ok(())
}

/// Of rows with one id the first keeps it.
fn refuse_twins(rows: &mut [Row]) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows.iter_mut().filter(|row| !row.id.is_empty()) {
        match first.entry(row.id.clone()) {
            Entry::Vacant(entry) => drop(entry.insert(row.number)),
            Entry::Occupied(entry) => {
                let twin = Fault::of("id", format!("{:?} is the id of line {} too", row.id, entry.get()));
                row.line = Err(twin);
            }
        }
    }
}

#[cfg(test)]
mod tests;
