//! Prompts: the first byte chooses the vocabulary. Ids are within it and the context, and stand between the markers.

use std::sync::OnceLock;

use media2face::internals::prompt::Tokenizer;

use crate::world::well;

pub(crate) const WORDS: &[&str] = &[
    "<|endoftext|>",
    "<|startoftext|>",
    "<start_of_text>",
    "<end_of_text>",
    "\u{1F600}",
    "\u{300}",
    "\u{FB01}",
    "\u{130}",
    "\u{1F468}\u{200D}\u{1F469}",
    "\u{FEFF}",
    "it's",
    "don't",
    "0123456789",
    "\u{AC00}",
    "!!!",
    "\t",
    "\u{3000}",
];

/// Tokens of the vocabulary, and of the context.
const SIZES: [(usize, usize); 4] = [(49_408, 77), (514, 3), (600, 20), (2000, 77)];

pub(crate) fn run(input: &[u8]) {
    static TOKENIZERS: OnceLock<Vec<Tokenizer>> = OnceLock::new();
    let made = || SIZES.map(|(vocabulary, context)| Tokenizer::new(vocabulary, context).expect("a tokenizer")).into();
    let Some((which, text)) = input.split_first() else { return };
    let which = usize::from(*which) % SIZES.len();
    let (vocabulary, context) = SIZES[which];
    let text = String::from_utf8_lossy(text);
    let Some(tokens) = well(TOKENIZERS.get_or_init(made)[which].tokenize(&text)) else { return };
    let ids: Vec<usize> = tokens.ids.iter().map(|&id| id as usize).collect();
    assert!((2..=context).contains(&ids.len()), "{} ids", ids.len());
    assert!(ids.iter().all(|&id| id < vocabulary));
    assert_eq!((ids[0], ids[ids.len() - 1]), (vocabulary - 2, vocabulary - 1));
    assert!(!tokens.truncated || ids.len() == context);
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "",
        "happy",
        "A man who is very happy, and says it's 12 o'clock!",
        "  UPPER\tcase\n",
        "\u{1F600}",
        "na\u{EF}ve cafe\u{301} \u{130}stanbul \u{1E9E}",
        "\u{6F22}\u{5B57} \u{AC00}",
        "<|endoftext|> <|startoftext|>",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];
    let of = |which: u8| texts.iter().map(move |text| [&[which], text.as_bytes()].concat());
    (0..SIZES.len() as u8).flat_map(of).collect()
}
