//! Prompt → token ids: CLIP's byte-level byte-pair encoding.
//!
//! The text is cut at the literal markers `<|startoftext|>` and `<|endoftext|>`, which become the marker tokens; what is
//! between them is brought to NFC and lower case and split into words, and each word is merged pair by pair, best rank
//! first, by `instant-clip-tokenizer`. A tower with a vocabulary of n tokens uses the first n − 514 merges (256 bytes, 256
//! bytes that end a word, the merges, start and end).
//!
//! The ids are those of Hugging Face's `CLIPTokenizer`, with these differences, all of them accepted:
//! - A marker in capitals (`<|ENDOFTEXT|>`) is ordinary text in both, but there it also ends a run of punctuation, so
//!   that in `<|ENDOFTEXT|>!` its last characters have other tokens.
//! - NFC orders combining marks by a newer Unicode than there: 2 of 50,000 random texts, both with marks added since.
//! - A text that is cut at the context is looked at no further than 64 bytes per token of the context, twice the longest
//!   token. So the cost is bounded whatever the prompt's length.
//!
//! OpenAI's own tokenizer differs from both: it repairs mojibake and HTML entities first (`ftfy`, `html.unescape`).

use std::io::Cursor;
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::memory;

/// Merges by rank, behind one line that names the format. Licence: LICENSES/clip-vocabulary.txt.
const MERGES: &[u8] = include_bytes!("clip_merges.txt");

/// Tokens besides the merges: every byte twice, start and end.
const UNMERGED: usize = 2 * 256 + 2;

/// Tokens of CLIP's whole vocabulary.
const FULL_VOCABULARY: usize = 49408;

/// What is looked at of a prompt, bytes per token of the context; the longest token has 32.
const BYTES_PER_TOKEN: usize = 64;

/// The markers as they are written in a prompt.
const MARKERS: [&str; 2] = ["<|startoftext|>", "<|endoftext|>"];

/// What the crate takes for markers, and texts of the same tokens that it does not.
const FALSE_MARKERS: [(&str, &str); 2] = [("<start_of_text>", "< start_of_text>"), ("<end_of_text>", "< end_of_text>")];

/// Memory that the making of CLIP's vocabulary takes; measured 5.4 MB.
const VOCABULARY_BYTES: usize = 8 << 20;
/// And the splitting of a prompt into words and tokens; measured 72 kB.
const PROMPT_BYTES: usize = 256 << 10;

/// Token ids of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Start, the prompt's tokens, end.
    pub ids: Vec<u32>,
    /// True when the prompt had more tokens than the tower's context takes.
    pub truncated: bool,
}

/// Turns prompts into token ids. Shared freely between threads.
pub struct Tokenizer {
    vocab_size: u16,
    context: usize,
    /// Made by the first prompt: CLIP's whole vocabulary takes a tenth of a second, and most models are opened without a
    /// prompt.
    merger: OnceLock<instant_clip_tokenizer::Tokenizer>,
}

impl Tokenizer {
    /// For a tower of `vocab_size` tokens that takes up to `context` of them.
    ///
    /// # Errors
    /// `InvalidPack` when the vocabulary is not a part of CLIP's, or the context has no room for a token.
    pub fn new(vocab_size: usize, context: usize) -> Result<Self> {
        if !(UNMERGED..=FULL_VOCABULARY).contains(&vocab_size) {
            return Err(Error::InvalidPack(format!(
                "clip.text.vocab_size is {vocab_size}; CLIP's vocabulary has {UNMERGED} to {FULL_VOCABULARY} tokens"
            )));
        }
        if context < 3 {
            return Err(Error::InvalidPack(format!(
                "clip.text.max_position_embeddings is {context}; start, a token and end need 3"
            )));
        }
        Ok(Self { vocab_size: vocab_size as u16, context, merger: OnceLock::new() })
    }

    fn merger(&self) -> &instant_clip_tokenizer::Tokenizer {
        self.merger.get_or_init(|| {
            instant_clip_tokenizer::Tokenizer::with_vocabulary(Cursor::new(MERGES), self.vocab_size)
                .expect("the bundled merges are well-formed")
        })
    }

    /// Makes the vocabulary, which the first prompt would make otherwise.
    pub fn expect_prompts(&self) {
        // Where there is no memory for it the first prompt says so.
        if let Ok(_room) = memory::room(VOCABULARY_BYTES, "the vocabulary of prompts") {
            self.merger();
        }
    }

    /// At most `context` ids; a longer prompt keeps its first tokens and the end marker, as CLIP does.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn tokenize(&self, prompt: &str) -> Result<Tokens> {
        let bytes = if self.merger.get().is_none() { VOCABULARY_BYTES + PROMPT_BYTES } else { PROMPT_BYTES };
        let _room = memory::room(bytes, "the words of a prompt")?;
        let merger = self.merger();
        let markers = [merger.start_of_text(), merger.end_of_text()];
        let most = self.context - 2;
        let mut tokens = Vec::new();
        let mut rest = prompt;
        while tokens.len() <= most {
            let marker = (0..2).filter_map(|m| Some((rest.find(MARKERS[m])?, m))).min();
            let (text, after) = match marker {
                Some((at, m)) => (&rest[..at], Some((&rest[at + MARKERS[m].len()..], markers[m]))),
                None => (rest, None),
            };
            merger.encode(&normalise(text, self.context * BYTES_PER_TOKEN), &mut tokens);
            let Some((next, token)) = after else { break };
            tokens.push(token);
            rest = next;
        }
        let truncated = tokens.len() > most;
        tokens.truncate(most);
        let ids = [markers[0]].into_iter().chain(tokens).chain([markers[1]]);
        Ok(Tokens { ids: ids.map(|token| token.to_u16().into()).collect(), truncated })
    }
}

/// NFC, one space for every run of white space, lower case; about `limit` bytes of it.
///
/// Lower case goes character by character (no final sigma), as Hugging Face's does.
fn normalise(text: &str, limit: usize) -> String {
    let words = text.split_whitespace();
    let mut normal = String::new();
    for c in words.flat_map(|word| word.nfc().flat_map(char::to_lowercase).chain([' '])) {
        normal.push(c);
        if normal.len() >= limit {
            break;
        }
    }
    FALSE_MARKERS.iter().fold(normal, |text, (marker, plain)| text.replace(marker, plain))
}
