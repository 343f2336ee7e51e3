//! A table as JSON lines: an object for each line.

use serde_json::{Map, Value};

use super::cells::{COLUMNS, Cells, column};
use super::{Fault, MOST_ROW_BYTES, Row, broken, row};

/// All objects; empty lines are none.
pub fn read(table: &str) -> Vec<Row> {
    let lines = table.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(i, line)| one(i + 1, line)).collect()
}

fn one(number: usize, line: &str) -> Row {
    if line.len() > MOST_ROW_BYTES {
        return broken(number, Fault::row(format!("it has {} bytes, at most {MOST_ROW_BYTES}", line.len())));
    }
    match serde_json::from_str::<Map<String, Value>>(line) {
        Ok(object) => cells(object).map_or_else(|fault| broken(number, fault), |cells| row(number, cells)),
        Err(error) => broken(number, Fault::row(format!("it is no JSON object: {error}"))),
    }
}

/// Values as a CSV would have them.
fn cells(object: Map<String, Value>) -> Result<Cells, Fault> {
    let mut cells = Cells::new();
    for (key, value) in object {
        let Some(column) = column(&key) else {
            let key: String = key.chars().take(40).collect();
            return Err(Fault::row(format!("no key is called {key:?}; there are: {}", COLUMNS.join(", "))));
        };
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Array(keys) if column == "emotions" => {
                let keys: Option<Vec<&str>> = keys.iter().map(Value::as_str).collect();
                keys.ok_or_else(|| Fault::of(column, "it is no list of texts such as \"1.5=sad\""))?.join(";")
            }
            _ => return Err(Fault::of(column, "it is neither a text nor a number")),
        };
        if !text.is_empty() {
            cells.insert(column, text);
        }
    }
    Ok(cells)
}
