//! What `openusd` 0.6 writes and Pixar's library does not take. Later ones write it right, and need a newer Rust than the workspace.
//!
//! - Names of children are an array of tokens in its files. They have to be a vector, which has the same bytes and another type:
//!   else a layer opens without its prims.
//! - It packs arrays of four integers and more. Readers take those of fewer than sixteen as they are.
//! - The version in the head is its newest, 0.12, which readers of some years refuse. All that is here is as it was in 0.8, which
//!   Pixar's own library writes where a file has nothing newer.

use std::io::Cursor;

use anyhow::{Context, Result};
use openusd::sdf::Value;
use openusd::usdc::CrateFile;

const VERSION: [u8; 3] = [0, 8, 0];
/// Where the version stands, and where the table of sections is told.
const VERSION_AT: usize = 8;
const TABLE_AT: usize = 16;
/// An entry of the table: a name, then where the section begins and how long it is.
const ENTRY_BYTES: usize = 32;
const NAME_BYTES: usize = 16;
/// The section of fields, and those that name children.
const FIELDS: &str = "FIELDS";
const CHILDREN: [&str; 2] = ["primChildren", "properties"];
/// Of a value's eight bytes: the type of a vector of tokens, what says that it is packed, and where it is.
const TOKEN_VECTOR: u64 = 41 << 48;
const PACKED: u64 = 1 << 61;
const PLACE: u64 = (1 << 48) - 1;
/// Integers that are packed, at least.
const FEWEST: usize = 16;

/// The file as all read it: what is new stands behind its end.
pub fn corrected(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    bytes[VERSION_AT..VERSION_AT + VERSION.len()].copy_from_slice(&VERSION);
    let mut file = CrateFile::open(Cursor::new(&bytes))?;
    let at = file.sections.iter().position(|section| section.name() == FIELDS).context("the file has no fields")?;
    let start = file.sections[at].start as usize;
    let (mut values, mut behind) = (Vec::with_capacity(file.fields.len() * 8), Vec::new());
    for number in 0..file.fields.len() {
        let (name, packed) = (file.fields[number].token_index, file.fields[number].value_rep);
        let mut value = packed.0;
        if CHILDREN.contains(&file.tokens[name].as_str()) {
            value = TOKEN_VECTOR | (value & PLACE);
        } else if value & PACKED != 0
            && let Value::IntVec(numbers) = file.value(packed)?
            && numbers.len() < FEWEST
        {
            value = (value & !PACKED & !PLACE) | (bytes.len() + behind.len()) as u64;
            behind.extend((numbers.len() as u64).to_le_bytes());
            numbers.iter().for_each(|number| behind.extend(number.to_le_bytes()));
        }
        values.extend(value.to_le_bytes());
    }
    let number =
        |at: usize| -> usize { u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes")) as usize };
    // The count of fields, the length of their packed names, and these stay; the values follow.
    let mut section = bytes[start..start + 16 + number(start + 8)].to_vec();
    let values = packed(&values);
    section.extend((values.len() as u64).to_le_bytes());
    section.extend(values);
    let entry = number(TABLE_AT) + 8 + at * ENTRY_BYTES + NAME_BYTES;
    for (at, number) in [(entry, bytes.len() + behind.len()), (entry + 8, section.len())] {
        bytes[at..at + 8].copy_from_slice(&(number as u64).to_le_bytes());
    }
    bytes.extend(behind);
    bytes.extend(section);
    Ok(bytes)
}

/// As the file has what is packed: one part, an LZ4 block, here of literals alone.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut block = vec![0, (bytes.len().min(15) as u8) << 4];
    if let Some(rest) = bytes.len().checked_sub(15) {
        block.extend(std::iter::repeat_n(255, rest / 255));
        block.push((rest % 255) as u8);
    }
    block.extend(bytes);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_their_length_before_them() {
        assert_eq!(packed(&[7; 14])[..3], [0, 0xe0, 7]);
        assert_eq!(packed(&[7; 15])[..4], [0, 0xf0, 0, 7]);
        assert_eq!(packed(&[7; 15 + 255 + 2])[..5], [0, 0xf0, 255, 2, 7]);
    }
}
