//! Text files as editors and spreadsheets of any system write them: with or without a byte-order mark, in UTF-8 or UTF-16.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::input::file::{self, Kind};

/// Reads a file; an error is `cannot read PATH: …`, or that it is not a text file.
pub fn read(path: &Path, kind: Kind) -> Result<String> {
    decode(file::read(path, kind)?).with_context(|| format!("{} is not a text file", path.display()))
}

/// UTF-8, or by its mark UTF-16, without the mark.
pub fn decode(bytes: Vec<u8>) -> Result<String> {
    marked_utf16(&bytes).map_or_else(
        || {
            let text = String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..at].split(|byte| *byte == b'\n').count();
                anyhow!("line {line} is not in UTF-8: save it in that encoding")
            })?;
            Ok(unmarked(text))
        },
        Ok,
    )
}

/// As [`decode`]; what is not text in it becomes U+FFFD.
pub fn decode_lossy(bytes: &[u8]) -> String {
    marked_utf16(bytes).unwrap_or_else(|| unmarked(String::from_utf8_lossy(bytes).into_owned()))
}

/// The separator of a table's columns, by its first line: spreadsheets of many languages write semicolons.
pub fn delimiter(table: &str) -> u8 {
    let header = table.lines().next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|mark| header.as_bytes().contains(mark)).unwrap_or(b',')
}

/// The line of a table's record, counted from 1. The reader's own count stops before the empty lines that it passes over.
pub fn line_of(record: &csv::StringRecord, text: &str) -> usize {
    let begin = record.position().map_or(0, |position| position.byte() as usize);
    let record = text[begin..].trim_start_matches(['\r', '\n']);
    1 + text[..text.len() - record.len()].matches('\n').count()
}

fn unmarked(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

fn marked_utf16(bytes: &[u8]) -> Option<String> {
    let unit = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes[2..].as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_encodings_give_the_same_text() {
        let text = "für 😀\r\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(units.iter().flat_map(|unit| bytes(*unit))).collect()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            utf16([0xff, 0xfe], u16::to_le_bytes),
            utf16([0xfe, 0xff], u16::to_be_bytes),
        ] {
            assert_eq!(decode_lossy(&bytes), text);
            assert_eq!(decode(bytes).unwrap(), text);
        }
        assert_eq!(decode(Vec::new()).unwrap(), "");
    }

    #[test]
    fn bytes_of_another_encoding_are_named_by_their_line() {
        let latin = b"one\n# f\xfcr\n".to_vec();
        assert_eq!(decode_lossy(&latin), "one\n# f\u{fffd}r\n");
        assert_eq!(decode(latin).unwrap_err().to_string(), "line 2 is not in UTF-8: save it in that encoding");
    }

    #[test]
    fn separator_is_that_of_the_first_line() {
        for (table, mark) in [("a,b\n1;2", b','), ("a;b\n1,5;2", b';'), ("a\tb\n", b'\t'), ("", b',')] {
            assert_eq!(delimiter(table), mark, "{table:?}");
        }
    }
}
