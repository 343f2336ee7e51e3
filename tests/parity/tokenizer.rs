//! Prompts to token ids, against Hugging Face's and OpenAI's tokenizers.

use media2face::internals::prompt::Tokenizer;
use serde_json::Value;

use crate::support::golden::path;

const FULL: usize = 49408;

fn rows(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path(&format!("golden/{name}.json"))).expect("golden file");
    serde_json::from_str(&text).expect("a list")
}

fn ids(list: &Value) -> Vec<u32> {
    list.as_array().expect("ids").iter().map(|id| id.as_u64().expect("an id") as u32).collect()
}

/// The tokens between start and end, of a context that is never full.
#[track_caller]
fn inner(tokenizer: &Tokenizer, vocab_size: usize, text: &str) -> Vec<u32> {
    let tokens = tokenizer.tokenize(text).expect("memory");
    assert!(!tokens.truncated, "{text:?}");
    let [first, inner @ .., last] = &tokens.ids[..] else { panic!("{text:?} has no markers") };
    assert_eq!((*first as usize, *last as usize), (vocab_size - 2, vocab_size - 1), "{text:?}");
    inner.to_vec()
}

#[test]
fn every_specified_prompt_has_hugging_face_ids() {
    let tokenizer = Tokenizer::new(FULL, 1000).expect("tokenizer");
    // Where OpenAI's own tokenizer, which repairs HTML entities, ligatures and quotes, goes another way.
    let repaired = ["&lt;b&gt; html &amp;amp;", "ﬁne ＡＢＣ", "Ünïcödé’s “quotes” it’s"];
    let rows = rows("clip_tokens");
    assert_eq!(rows.len(), 19);
    for row in rows {
        let text = row["text"].as_str().expect("text");
        let found = inner(&tokenizer, FULL, text);
        assert_eq!(found, ids(&row["hf"]), "{text:?}");
        assert_eq!(found != ids(&row["openai"]), repaired.contains(&text), "{text:?}");
    }
}

#[test]
fn part_of_the_vocabulary_has_hugging_face_ids() {
    let rows = rows("clip_tokens_more");
    assert_eq!(rows.len(), 301);
    for vocab_size in [FULL, 4096, 1000, 514] {
        let tokenizer = Tokenizer::new(vocab_size, 1000).expect("tokenizer");
        for row in &rows {
            let text = row["text"].as_str().expect("text");
            assert_eq!(
                inner(&tokenizer, vocab_size, text),
                ids(&row[vocab_size.to_string()]),
                "{vocab_size}: {text:?}"
            );
        }
    }
}

#[test]
fn documented_differences_from_hugging_face_are_these() {
    let tokenizer = Tokenizer::new(FULL, 77).expect("tokenizer");
    // There "|>" and "!" apart, 91 285 256; here "|>!".
    assert_eq!(inner(&tokenizer, FULL, "<|ENDOFTEXT|>!"), [27, 347, 40786, 4160, 91, 29, 256]);
    // A mark that Unicode 10 brought, of combining class 9, goes before a cedilla, of class 202; there it stays behind,
    // 27 136 100 172 239 113 482.
    assert_eq!(inner(&tokenizer, FULL, "<\u{327}\u{11d44}"), [27, 172, 239, 113, 226, 136, 356]);
}

#[test]
fn long_prompt_keeps_its_first_tokens_and_says_so() {
    let tokenizer = Tokenizer::new(FULL, 77).expect("tokenizer");
    let fits = "smile ".repeat(75);
    assert!(!tokenizer.tokenize(&fits).expect("memory").truncated);
    let over = tokenizer.tokenize(&format!("{fits}more")).expect("memory");
    assert!(over.truncated);
    assert_eq!(over.ids, tokenizer.tokenize(&fits).expect("memory").ids);
    assert_eq!((over.ids.len(), over.ids[76]), (77, FULL as u32 - 1));
}

#[test]
fn bounded_look_at_a_long_prompt_changes_no_token() {
    let short = Tokenizer::new(FULL, 77).expect("tokenizer");
    let whole = Tokenizer::new(FULL, 100_000).expect("tokenizer");
    let emoji = "😂".repeat(2_500);
    let spaced = format!("{}a b {}c", " ".repeat(9_000), "\n\t".repeat(500));
    for text in [&"anticipation ".repeat(800), &"x".repeat(10_000), &"aB1!é".repeat(2_000), &emoji, &spaced] {
        let (cut, all) = (short.tokenize(text).expect("memory"), whole.tokenize(text).expect("memory"));
        let kept = cut.ids.len() - 1;
        assert_eq!(cut.ids[..kept], all.ids[..kept], "{:?}…", text.chars().take(20).collect::<String>());
        assert_eq!(cut.truncated, all.ids.len() > 77);
    }
}

#[test]
fn prompts_of_a_megabyte_are_cut_to_the_context() {
    let tokenizer = Tokenizer::new(FULL, 77).expect("tokenizer");
    let controls: String = (0..32).map(char::from).collect();
    for text in ["a", "!", "😂", "\u{301}", "\0", " ", "ab c", "<|startoftext|>", "<start_of_text>", &controls] {
        let tokens = tokenizer.tokenize(&text.repeat(1_000_000 / text.len())).expect("memory");
        assert!((2..=77).contains(&tokens.ids.len()) && tokens.truncated == (text != " "), "{text:?}");
    }
}

#[test]
fn foreign_vocabulary_is_refused() {
    for (vocab_size, context) in [(0, 77), (513, 77), (FULL + 1, 77), (FULL, 2), (FULL, 0)] {
        let error = Tokenizer::new(vocab_size, context).err().expect("refused");
        assert!(matches!(error, media2face::Error::InvalidPack(_)), "{error}");
    }
}
