//! Counts by hand, of votes as pages give them.

use super::*;

const TWO: &str = r#"{"packs": {"a": "old.m2f", "b": "new.m2f"}, "items": [
    {"id": "1", "audio": "x.wav", "style": null, "films": {"aa": "a", "bb": "b"}},
    {"id": "2", "audio": "x.wav", "style": "sad", "seed": 7, "films": {"cc": "b", "dd": "a"}}]}"#;
const THREE: &str = r#"{"conditions": {"a": "captured (tracks)", "b": "old.m2f", "c": "new.m2f"}, "face": "face.m2f", "items": [
    {"id": "1", "audio": "x.wav", "kind": "song", "style": null, "sound": "ff", "films": {"aa": "a", "bb": "b", "cc": "c"}},
    {"id": "2", "audio": "y.wav", "kind": "speech", "style": null, "sound": "ee", "films": {"dd": "c", "ee": "a", "ff": "b"}}]}"#;
const OLD_HEAD: &str = "rater,item,question,vote,left,right,time\n";
const HEAD: &str = "rater,item,question,vote,films,time\n";

fn tally(key: &str, head: &str, votes: &[&str]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("key.json"), key).unwrap();
    let files: Vec<PathBuf> = (0..votes.len()).map(|i| path(&format!("{i}.csv"))).collect();
    files.iter().zip(votes).for_each(|(file, votes)| std::fs::write(file, format!("{head}{votes}")).unwrap());
    run(&files, &path("key.json")).map_err(|error| format!("{error:#}"))
}

/// The lines of a question.
fn lines<'a>(table: &'a str, question: &str) -> Vec<&'a str> {
    let from = table.lines().skip_while(|line| !line.starts_with(&format!("{question} ")));
    from.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn votes_on_two_packs_of_before_count_for_the_pack_whose_film_was_there() {
    let table = tally(
        TWO,
        OLD_HEAD,
        &[
            "p,1,lips,left,aa,bb,1\np,2,lips,left,cc,dd,1\np,1,natural,none,aa,bb,1\n",
            "q,1,lips,right,bb,aa,1\nq,2,lips,right,cc,dd,1\n",
        ],
    )
    .unwrap();
    assert!(table.starts_with("A  old.m2f\nB  new.m2f\n2 raters, 2 items\n"), "{table}");
    assert_eq!(
        lines(&table, "lips"),
        [
            "lips                  A      B   none",
            "  all                 3      1      0",
            "  preferred       share   Wilson 95 %     by raters 95 %",
            // Of p one of two, of q both: draws have 1/2, 3/4 or 1.
            "  A over B         75 %   30 to 95 %      50 to 100 %",
        ]
    );
    assert_eq!(
        lines(&table, "natural")[1..],
        [
            "  all                 0      0      1",
            "  preferred       share   Wilson 95 %     by raters 95 %",
            "  A over B            -   -               -",
        ]
    );
}

#[test]
fn three_conditions_have_kinds_shares_and_pairs() {
    let table = tally(
        THREE,
        HEAD,
        &[
            "p,1,lips,aa,bb aa cc,1\np,2,lips,ee,dd ee ff,1\n",
            "q,1,lips,aa,aa cc bb,1\nq,2,lips,dd,ff ee dd,1\n",
            "r,1,lips,bb,aa cc bb,1\nr,2,lips,none,ff ee dd,1\n",
        ],
    )
    .unwrap();
    let head = "A  captured (tracks)\nB  old.m2f\nC  new.m2f\nall by their weights on the face of face.m2f\n3 raters, 2 items\n";
    assert!(table.starts_with(head), "{table}");
    let lines = lines(&table, "lips");
    assert_eq!(
        lines[..5],
        [
            "lips                  A      B      C   none",
            "  song                2      1      0      0",
            "  speech              1      0      1      1",
            "  all                 3      1      1      1",
            "  preferred       share   Wilson 95 %     by raters 95 %",
        ]
    );
    // Of five preferences: 3, 1 and 1. Wilson by hand: (0.6 + 0.3841 ± 0.5762) / 1.7683, (0.2 + 0.3841 ± 0.5201) / 1.7683; of
    // pairs, 3 of 4 and 1 of 2.
    let expected = [
        ("A ", "60 %   23 to 88 %"),
        ("B ", "20 %   4 to 62 %"),
        ("C ", "20 %   4 to 62 %"),
        ("A over B", "75 %   30 to 95 %"),
        ("A over C", "75 %   30 to 95 %"),
        ("B over C", "50 %   9 to 91 %"),
    ];
    assert_eq!(lines.len(), 5 + expected.len(), "{table}");
    for (line, (name, shares)) in lines[5..].iter().zip(expected) {
        assert!(line.trim_start().starts_with(name) && line.contains(shares), "{line}");
    }
    assert!(lines[5].ends_with("0 to 100 %") && table.contains("by chance 33 %"), "{table}");
}

#[test]
fn votes_and_key_may_have_been_saved_by_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let (key, votes) = (folder.path().join("key.json"), folder.path().join("votes.csv"));
    for (text, head, row) in [(TWO, OLD_HEAD, "p,1,lips,left,aa,bb,1"), (THREE, HEAD, "p,1,lips,aa,bb cc aa,1")] {
        std::fs::write(&key, format!("\u{feff}{text}")).unwrap();
        for votes_as_saved in [
            format!("\u{feff}{head}{row}\r\n"),
            format!("{head}{row}\n").replace(',', ";"),
            format!("{head}{}\n", row.replacen("p,1,lips", "\"p\", 1 ,\"lips\"", 1)),
        ] {
            std::fs::write(&votes, votes_as_saved).unwrap();
            let table = run(std::slice::from_ref(&votes), &key).unwrap();
            assert!(table.contains("  all                 1      0"), "{table}");
        }
    }
}

#[test]
fn last_vote_of_a_rater_counts_once() {
    let votes = ["p,1,lips,left,aa,bb,2\n", "p,1,lips,right,aa,bb,1\np,1,lips,left,aa,bb,2\n"];
    let table = tally(TWO, OLD_HEAD, &votes).unwrap();
    assert!(table.contains("  all                 1      0      0"), "{table}");
}

#[test]
fn votes_of_another_study_are_named() {
    for (vote, reason) in [
        ("p,3,lips,left,aa,bb,1\n", "row 1: the key has no item \"3\""),
        ("p,1,lips,left,aa,cc,1\n", "row 1: item \"1\" of the key has no film \"cc\""),
        ("p,1,lips,left,aa,aa,1\n", "row 1: the same film twice"),
        ("p,1,lips,both,aa,bb,1\n", "row 1: \"both\" is not a vote"),
        ("p,1,lips\n", "row 1: "),
    ] {
        let error = tally(TWO, OLD_HEAD, &[vote]).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    for (vote, reason) in [
        ("p,1,lips,aa,aa bb,1\n", "row 1: it shows 2 films, item \"1\" of the key has 3"),
        ("p,1,lips,dd,aa bb cc,1\n", "row 1: \"dd\" is not a vote: use one of its films, or none"),
        ("p,1,lips,left,aa bb cc,1\n", "row 1: \"left\" is not a vote"),
        ("p,1,lips,aa,,1\n", "row 1: it does not say which films were shown"),
    ] {
        let error = tally(THREE, HEAD, &[vote]).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    let many: String = (0..=MOST_QUESTIONS).map(|number| format!("p,1,q{number},none,aa bb cc,1\n")).collect();
    assert!(tally(THREE, HEAD, &[&many]).unwrap_err().starts_with("17 questions, at most 16"));
    let alone = r#"{"conditions": {"a": "x"}, "items": []}"#;
    assert_eq!(tally(alone, HEAD, &[]).unwrap_err(), "the key has fewer than two conditions");
}
