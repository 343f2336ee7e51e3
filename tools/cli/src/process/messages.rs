//! What another program said, in a file: a pipe that nobody reads would stop it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Most bytes that are read of it.
const MOST_BYTES: u64 = 1 << 16;
/// Most letters that are told of it.
const MOST_LETTERS: usize = 400;

/// Its messages in one line that is not too long.
pub fn read(file: &mut File) -> String {
    let mut bytes = Vec::new();
    // Only the reason of a failure is lost where the file cannot be read.
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(MOST_BYTES).read_to_end(&mut bytes));
    let text = read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned());
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match lines[..] {
        [] => "it gave no reason".to_owned(),
        _ => lines.join("; ").chars().take(MOST_LETTERS).collect(),
    }
}
