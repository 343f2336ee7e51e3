//! What `m2f compare` reads: a table of items, votes, and the key that they are counted by.

use m2f::reads;

use crate::folder;
use crate::world::well_told;

pub(crate) const WORDS: &[&str] = &[
    "audio,kind,style,track\n",
    "audio;kind\n",
    "rater,item,question,vote,films,time\n",
    "rater,item,question,vote,left,right,time\n",
    "p,1,lips,aa,aa bb cc,1\n",
    "p,1,lips,none,cc bb aa,2\n",
    "p,2,lips,left,dd,ee,1\n",
    "left",
    "right",
    "none",
    "all",
    "{\"conditions\":{",
    "\"packs\":{",
    "\"items\":[",
    "\"films\":{",
    "\"kind\":",
    "\"style\":null",
    "\"a\":\"",
    "\"d\":\"",
    ",",
    ";",
    "\"",
    "\n",
    "\r\n",
    "../a",
    "\u{FEFF}",
];

const KEY: &str = r#"{"conditions":{"a":"x","b":"y","c":"z"},"items":[
{"id":"1","audio":"x.wav","kind":"song","style":null,"films":{"aa":"a","bb":"b","cc":"c"}},
{"id":"2","audio":"y.wav","style":"sad","films":{"dd":"b","ee":"a"}}]}"#;
const VOTES: &str = "rater,item,question,vote,films,time\np,1,lips,aa,aa bb cc,1\nq,1,lips,none,bb aa cc,1\n";

pub(crate) fn run(input: &[u8]) {
    if let Some(items) = well_told(reads::items(&folder::write("items.csv", input))) {
        assert!((1..=input.len()).contains(&items), "{items} items of {} bytes", input.len());
    }
    let [votes, key] =
        [("votes.csv", VOTES), ("key.json", KEY)].map(|(name, text)| folder::write(name, text.as_bytes()));
    let voted = folder::write("input.csv", input);
    let counted = well_told(reads::votes(voted, &key));
    let keyed = well_told(reads::votes(votes, &folder::write("input.json", input)));
    for table in counted.into_iter().chain(keyed) {
        assert!(table.contains(" raters, ") && !table.contains("NaN"), "{table}");
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "audio,kind,style,track\na/1.wav,song,happy,x/1\n\n\"2.wav\",,,\n",
        "\u{feff}audio;kind\r\na b.wav;dialogue\r\n",
        VOTES,
        "\u{feff}rater;item;question;vote;left;right;time\r\np;2;style;left;dd;ee;1\r\np;2;style;none;ee;dd;2\r\n",
        KEY,
        r#"{"packs":{"a":"x","b":"y"},"items":[{"id":"1","audio":"x.wav","style":null,"seed":7,"films":{"aa":"a","bb":"b"}}]}"#,
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_items_votes_and_keys() {
        let seeds = seeds();
        assert_eq!(reads::items(&folder::write("items.csv", &seeds[0])).expect("items"), 2);
        assert_eq!(reads::items(&folder::write("items.csv", &seeds[1])).expect("items"), 1);
        let count = |votes: &[u8], key: &[u8]| {
            reads::votes(folder::write("votes.csv", votes), &folder::write("key.json", key)).expect("votes")
        };
        assert!(count(&seeds[2], &seeds[4]).contains("2 raters, 2 items"));
        assert!(count(&seeds[3], &seeds[4]).contains("1 raters, 2 items"));
    }
}
