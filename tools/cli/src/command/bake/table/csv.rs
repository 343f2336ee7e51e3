//! A table as CSV: a header, then a record for each line.

use anyhow::{Context, Result, bail, ensure};
use csv::{ReaderBuilder, StringRecord, Trim};

use super::cells::{COLUMNS, Cells, column};
use super::{Fault, MOST_ROW_BYTES, Row, broken, row};
use crate::input::text;

/// All records.
pub fn read(table: &str) -> Result<Vec<Row>> {
    let mut reader = ReaderBuilder::new();
    reader.delimiter(text::delimiter(table)).flexible(true).trim(Trim::All);
    let mut reader = reader.from_reader(table.as_bytes());
    let columns = header(reader.headers().context("line 1")?)?;
    let mut lines = Lines { table, at: 0, number: 1 };
    let (mut rows, mut record) = (Vec::new(), StringRecord::new());
    loop {
        let begin = reader.position().byte() as usize;
        let more = reader.read_record(&mut record).with_context(|| format!("line {}", lines.number))?;
        if !more {
            return Ok(rows);
        }
        let number = lines.number_at(begin);
        rows.push(one(number, &record, &columns, reader.position().byte() as usize - begin));
    }
}

/// The columns of a header.
fn header(header: &StringRecord) -> Result<Vec<&'static str>> {
    let mut columns = Vec::new();
    for name in header {
        let Some(known) = column(name) else {
            let all = COLUMNS.join(", ");
            let name: String = name.chars().take(40).collect();
            bail!("line 1: no column is called {name:?}; there are: {all}");
        };
        ensure!(!columns.contains(&known), "line 1: the column {known} is there twice");
        columns.push(known);
    }
    ensure!(columns.contains(&"id"), "line 1: the column id is missing");
    let heard = columns.contains(&"sound") || columns.contains(&"text");
    ensure!(heard, "line 1: one of the columns sound and text is needed");
    Ok(columns)
}

fn one(number: usize, record: &StringRecord, columns: &[&'static str], bytes: usize) -> Row {
    if bytes > MOST_ROW_BYTES {
        let open = "is a quote left open?";
        return broken(number, Fault::row(format!("it has {bytes} bytes, at most {MOST_ROW_BYTES}: {open}")));
    }
    if record.len() != columns.len() {
        let (there, expected) = (record.len(), columns.len());
        return broken(number, Fault::row(format!("it has {there} values, the header {expected} columns")));
    }
    let values = columns.iter().zip(record).filter(|(_, value)| !value.is_empty());
    row(number, values.map(|(column, value)| (*column, value.to_owned())).collect::<Cells>())
}

/// Numbers of lines, counted once from the start to the end.
struct Lines<'a> {
    table: &'a str,
    /// Byte up to which lines were counted.
    at: usize,
    number: usize,
}

impl Lines<'_> {
    /// The line of a record that begins here, behind empty lines.
    fn number_at(&mut self, begin: usize) -> usize {
        let blank = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let blanks = self.table.as_bytes()[begin..].iter().take_while(|byte| blank(byte)).count();
        let passed = &self.table.as_bytes()[self.at..begin + blanks];
        self.number += passed.split(|byte| *byte == b'\n').count() - 1;
        self.at = begin + blanks;
        self.number
    }
}
