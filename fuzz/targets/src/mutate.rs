//! Mutations of inputs that are the same in every run.

/// Longest input, bytes: some of the seeds, and no more.
const MOST_BYTES: usize = 60_000;
/// Numbers that readers trip over.
const EXTREMES: [u32; 12] =
    [0, 1, 2, 0x7F, 0xFF, 0x4000, 0xFFFF, 0x7F80_0000, 0x7FC0_0000, 0x7FFF_FFFF, 0x8000_0000, u32::MAX];

/// Numbers that differ.
pub struct Numbers(u64);

impl Numbers {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next one, below a bound; 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// One of the seeds with a few changes.
pub fn mutated(seeds: &[Vec<u8>], words: &[&str], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seeds[numbers.below(seeds.len())].clone();
    let changes = 1 + if numbers.below(3) == 0 { numbers.below(16) } else { numbers.below(4) };
    for _ in 0..changes {
        change(&mut bytes, seeds, words, numbers);
        bytes.truncate(MOST_BYTES);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str], numbers: &mut Numbers) {
    let length = bytes.len();
    // Most of what decides stands near the start.
    let near = if numbers.below(3) == 0 { length.min(96) } else { length };
    let at = numbers.below(near);
    let run = |numbers: &mut Numbers, most: usize| at..length.min(at + 1 + numbers.below(most));
    let kinds = if words.is_empty() { 8 } else { 11 };
    match numbers.below(kinds) {
        _ if length == 0 => bytes.push(numbers.below(256) as u8),
        0 => bytes[at] ^= 1 << numbers.below(8),
        1 => bytes[at] = numbers.below(256) as u8,
        2 => bytes.insert(at, numbers.below(256) as u8),
        3 => drop(bytes.drain(run(numbers, 16))),
        4 => {
            let copy = bytes[run(numbers, 64)].to_vec();
            let place = numbers.below(length);
            bytes.splice(place..place, copy);
        }
        5 => {
            let other = &seeds[numbers.below(seeds.len())];
            let from = numbers.below(other.len());
            let piece = other[from..other.len().min(from + 1 + numbers.below(64))].to_vec();
            bytes.splice(at..at, piece);
        }
        6 => {
            let number = EXTREMES[numbers.below(EXTREMES.len())];
            let number = if numbers.below(2) == 0 { number.to_le_bytes() } else { number.to_be_bytes() };
            let place = at..length.min(at + [1, 2, 4][numbers.below(3)]);
            let count = place.len();
            bytes.splice(place, number[..count].iter().copied());
        }
        7 => bytes.truncate(if numbers.below(4) == 0 { at } else { length }),
        8 | 9 => {
            let word = words[numbers.below(words.len())];
            bytes.splice(at..at, word.bytes());
        }
        // A word in place of a number.
        _ => {
            let is_number = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
            let Some(start) = bytes[at..].iter().position(is_number).map(|start| at + start) else { return };
            let end = bytes[start..].iter().position(|byte| !is_number(byte)).map_or(length, |end| start + end);
            let word = words[numbers.below(words.len())];
            bytes.splice(start..end, word.bytes());
        }
    }
}
