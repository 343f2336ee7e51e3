//! What a text says of a face, without a tower: a linear map on its words, on words beside each other, and on parts of words.
//!
//! ```text
//! said = bias + Σ_g sign(g)·weight[bucket(g)]·table[bucket(g)] / length,   length² = Σ (what each bucket gets)²
//! ```
//!
//! An n-gram g is a word, two words in a row, or three to five letters of a word with its ends; a Chinese or Japanese character is
//! a word. The sum is over those that a Bloom filter knows. Bucket and sign are a hash's, so that a pack holds no vocabulary.
//! `training/…/style/ngrams.py` fits the table and says how well it reads. Costs some hundred rows of the table. What was said becomes
//! a style code in [`said`](super::said).

use crate::error::{Error, Result};
use crate::pack::{NgramsConfig, Pack, StyleReaderConfig};
use crate::tensor::Weight;

use super::said::Said;

/// Words of a text that are read; letters of a word.
const MOST_WORDS: usize = 256;
const MOST_LETTERS: usize = 64;
/// Lengths of what is counted.
const WORDS: std::ops::RangeInclusive<usize> = 1..=2;
const LETTERS: std::ops::RangeInclusive<usize> = 3..=5;
/// Bits of the filter that stand for an n-gram.
const PROBES: u64 = 6;
/// FNV-1a of 64 bits.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// The map of a pack.
pub(super) struct Ngrams {
    pub(super) config: NgramsConfig,
    /// The filter, 32 bits a word.
    known: Vec<i32>,
    weight: Vec<f32>,
    /// [buckets, emotions + 2 + head acts]
    table: Weight,
    bias: Vec<f32>,
    /// `projection_dim` values.
    pub(super) energy: Vec<f32>,
    emotions: usize,
}

impl Ngrams {
    /// The tensors `ngrams.*` of a [checked](crate::pack::Manifest::check) manifest.
    ///
    /// # Errors
    /// `InvalidPack` for a missing tensor or a wrong shape; `OutOfMemory`.
    pub(super) fn load(pack: &Pack, config: &NgramsConfig, reader: &StyleReaderConfig, width: usize) -> Result<Self> {
        let (buckets, columns) = (config.buckets, reader.said_columns());
        Ok(Self {
            config: config.clone(),
            known: pack.tensor("ngrams.known", &[config.known])?.to_i32()?,
            weight: pack.tensor("ngrams.weight", &[buckets])?.to_f32()?,
            table: pack.tensor("ngrams.table", &[buckets, columns])?,
            bias: pack.tensor("ngrams.bias", &[columns])?.to_f32()?,
            energy: pack.tensor("ngrams.energy", &[width])?.to_f32()?,
            emotions: reader.emotions.len(),
        })
    }

    /// What a text says.
    ///
    /// # Errors
    /// `OutOfMemory`; `Unsupported` in a build without prompts.
    pub(super) fn read(&self, text: &str) -> Result<Said> {
        if cfg!(not(feature = "text")) {
            return Err(Error::Unsupported("this library was built without prompts in words".to_owned()));
        }
        let (words, truncated) = words(text);
        let mut row = self.bias.clone();
        let found = self.weighted(&grams(&words));
        let length = found.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        for (bucket, value) in found {
            let part = self.table.rows(bucket..bucket + 1).to_f32()?;
            row.iter_mut().zip(part).for_each(|(sum, part)| *sum += value / length * part);
        }
        Ok(self.said(&row, truncated))
    }

    /// What each bucket gets of some n-grams, without what is nothing.
    fn weighted(&self, grams: &[u64]) -> Vec<(usize, f32)> {
        let known = grams.iter().filter(|gram| self.knows(**gram));
        let mut places: Vec<(usize, i32)> = known.map(|gram| place(*gram, self.config.buckets)).collect();
        places.sort_unstable();
        let together = places.chunk_by(|a, b| a.0 == b.0).map(|same| {
            let sum: i32 = same.iter().map(|(_, sign)| sign).sum();
            (same[0].0, sum as f32 * self.weight[same[0].0])
        });
        together.filter(|(_, value)| *value != 0.0).collect()
    }

    /// Whether an n-gram came when the map was fitted.
    fn knows(&self, hash: u64) -> bool {
        probes(hash, self.known.len()).all(|bit| self.known[bit / 32] >> (bit % 32) & 1 == 1)
    }

    /// A row of the map's output.
    fn said(&self, row: &[f32], truncated: bool) -> Said {
        let (emotions, rest) = row.split_at(self.emotions);
        let mut shares: Vec<f32> = emotions.iter().map(|share| share.max(0.0).powf(self.config.sharper)).collect();
        let sum: f32 = shares.iter().sum();
        match sum > 0.0 && sum.is_finite() {
            true => shares.iter_mut().for_each(|share| *share /= sum),
            false => shares.iter_mut().enumerate().for_each(|(at, share)| *share = f32::from(u8::from(at == 0))),
        }
        let least = self.config.least_level;
        let level = |level: &f32| if *level > least { *level } else { 0.0 };
        Said {
            emotions: shares,
            intensity: rest[0].clamp(0.0, 1.0),
            arousal: rest[1].clamp(-1.0, 1.0),
            acts: rest[2..].iter().map(level).collect(),
            truncated,
        }
    }
}

/// NFC, lower case; runs of letters and digits, wide characters alone. True when there were more than are read.
fn words(text: &str) -> (Vec<String>, bool) {
    let (mut found, mut run) = (Vec::new(), String::new());
    for letter in composed(text).flat_map(char::to_lowercase).chain([' ']) {
        let wide = matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
        if letter.is_alphanumeric() && !wide {
            if run.len() < MOST_LETTERS * 4 {
                run.push(letter);
            }
            continue;
        }
        if !run.is_empty() {
            found.push(std::mem::take(&mut run));
        }
        if wide {
            found.push(letter.to_string());
        }
        if found.len() > MOST_WORDS {
            found.truncate(MOST_WORDS);
            return (found, true);
        }
    }
    (found, false)
}

#[cfg(feature = "text")]
fn composed(text: &str) -> impl Iterator<Item = char> {
    unicode_normalization::UnicodeNormalization::nfc(text)
}

#[cfg(not(feature = "text"))]
fn composed(text: &str) -> impl Iterator<Item = char> {
    text.chars()
}

/// Hashes of all n-grams of a text, each once.
fn grams(words: &[String]) -> Vec<u64> {
    let mut found = Vec::new();
    for count in WORDS {
        found.extend(words.windows(count).map(|words| hash(words.join(" ").bytes())));
    }
    for word in words {
        let letters: Vec<char> = ['<'].into_iter().chain(word.chars().take(MOST_LETTERS)).chain(['>']).collect();
        for count in LETTERS {
            let hashed = |part: &[char]| hash(['#'].iter().chain(part).collect::<String>().bytes());
            found.extend(letters.windows(count).map(hashed));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let value = bytes.fold(OFFSET, |value, byte| (value ^ u64::from(byte)).wrapping_mul(PRIME));
    value ^ value >> 32
}

/// (bucket, sign) of an n-gram's hash.
fn place(hash: u64, buckets: usize) -> (usize, i32) {
    ((hash % buckets as u64) as usize, 1 - 2 * ((hash >> 31) & 1) as i32)
}

/// The bits that stand for an n-gram in a filter of so many words.
fn probes(hash: u64, words: usize) -> impl Iterator<Item = usize> {
    let (low, step) = (hash & 0xffff_ffff, hash >> 32 | 1);
    (0..PROBES).map(move |i| ((low + i * step) % (32 * words as u64)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_as_the_table_was_made() {
        let cut = |text| words(text).0;
        assert_eq!(cut("Grins, THEN—can't! 开心 2x"), ["grins", "then", "can", "t", "开", "心", "2x"]);
        if cfg!(feature = "text") {
            assert_eq!(cut("cafe\u{301}"), ["café"]);
        }
        assert!(cut("?! …").is_empty());
        assert_eq!(words(&"ah ".repeat(1 << 18)).0.len(), MOST_WORDS);
        assert!(words(&"ah ".repeat(MOST_WORDS + 1)).1 && !words(&"ah ".repeat(MOST_WORDS)).1);
    }

    #[test]
    fn places_are_those_of_the_training() {
        // training/tests/test_written.py has the same numbers.
        let found = ["sad", "so sad", "#<sad>", "开"].map(|gram| place(hash(gram.bytes()), 1 << 16));
        assert_eq!(found, [(41022, -1), (18576, 1), (36263, -1), (65479, 1)]);
        let bits: Vec<usize> = probes(hash("so sad".bytes()), 1 << 16).collect();
        assert_eq!(bits, [673_936, 807_287, 940_638, 1_073_989, 1_207_340, 1_340_691]);
    }

    #[test]
    fn each_ngram_counts_once() {
        let one = |text| grams(&words(text).0).len();
        assert_eq!(one("so sad"), 3 + 2 + 1 + 3 + 2 + 1);
        assert_eq!(one("ha ha ha"), 2 + 2 + 1);
        assert_eq!(one("开"), 1 + 1);
        assert_eq!(one(""), 0);
    }
}
