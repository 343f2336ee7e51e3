//! What the codebooks in a Vorbis stream's setup header ask for, before the library makes them: 11 bytes can ask for 160 MB,
//! and there may be 256 times as many.

use anyhow::{Result, anyhow, ensure};

/// The setup header behind the first one.
const SETUP: &[u8; 7] = b"\x05vorbis";
/// How each codebook begins.
const SYNC: u32 = 0x56_43_42;
/// Most dimensions and entries of one; the library refuses more.
const MOST_DIMENSIONS: u32 = 32;
const MOST_ENTRIES: u32 = 1 << 17;
/// Longest codeword, bits. The library does not look.
const MOST_LENGTH: usize = 32;
/// Most bytes of all codebooks together; those of encoders have under 10 MB.
const MOST_BYTES: u64 = 24 << 20;
/// What the library makes of a codebook is a tree of tables, each for so many bits or for half of them where all codewords
/// are short, and of so many bytes with what they are made of.
const TABLE_BITS: usize = 8;
const TABLE_BYTES: u64 = (8 << TABLE_BITS) + 512;

/// An error for headers that are damaged, or whose codebooks take too much.
pub fn check(headers: &[u8]) -> Result<()> {
    let setup = headers.windows(SETUP.len()).position(|bytes| bytes == SETUP);
    let damaged = || anyhow!("it is damaged (vorbis: setup header)");
    let mut bits = Bits { bytes: headers, at: 8 * (setup.ok_or_else(damaged)? + SETUP.len()) };
    let mut bytes = 0;
    for _ in 0..=bits.take(8).ok_or_else(damaged)? {
        bytes += codebook(&mut bits).ok_or_else(damaged)?;
        ensure!(bytes <= MOST_BYTES, "its codebooks take more than {} MB", MOST_BYTES >> 20);
    }
    Ok(())
}

/// Bytes that a codebook takes; none where it cannot be one.
fn codebook(bits: &mut Bits) -> Option<u64> {
    let (sync, dimensions, entries) = (bits.take(24)?, bits.take(16)?, bits.take(24)?);
    if sync != SYNC || !(1..=MOST_DIMENSIONS).contains(&dimensions) || entries > MOST_ENTRIES {
        return None;
    }
    // Codewords by their lengths.
    let mut codewords = [0u64; MOST_LENGTH + 1];
    if bits.take(1)? == 0 {
        let sparse = bits.take(1)? == 1;
        for _ in 0..entries {
            if !sparse || bits.take(1)? == 1 {
                codewords[bits.take(5)? as usize + 1] += 1;
            }
        }
    } else {
        let (mut length, mut left) = (bits.take(5)? as usize + 1, entries);
        while left > 0 {
            let count = bits.take(u32::BITS - left.leading_zeros())?;
            left = left.checked_sub(count)?;
            *codewords.get_mut(length)? += u64::from(count);
            length += 1;
        }
    }
    let values = u64::from(dimensions) * u64::from(entries);
    let lookup = bits.take(4)?;
    if lookup > 0 {
        bits.skip(64);
        let (width, _) = (u64::from(bits.take(4)?) + 1, bits.take(1)?);
        let listed = if lookup == 1 { u64::from(root(entries, dimensions)) } else { values };
        bits.skip(usize::try_from(listed * width).ok()?);
    }
    // A table below another has two codewords or more, and there are no more of them than bits can tell apart.
    let below = |bits: usize| {
        let longer: u64 = codewords.iter().skip(bits + 1).sum();
        longer.div_ceil(2).min(1 << bits)
    };
    let tables: u64 = (0..MOST_LENGTH).step_by(TABLE_BITS).map(below).sum();
    Some((if lookup > 0 { 4 * values } else { 0 }) + 16 * u64::from(entries) + tables * TABLE_BYTES)
}

/// The largest number whose power is not above `entries`.
fn root(entries: u32, power: u32) -> u32 {
    (1..=entries).take_while(|number| number.checked_pow(power).is_some_and(|all| all <= entries)).last().unwrap_or(0)
}

/// From the lowest bit of each byte on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut number = 0;
        for place in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            number |= u32::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(number)
    }

    fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }
}
