//! Tables of all forms into the same lines, and what is told of those that are wrong.

use super::*;
use crate::allocations::{MOST_BYTES, peak_of};
use crate::command::args::Source;

fn read(text: &str) -> Result<Table, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.csv");
    std::fs::write(&path, text).unwrap();
    let shorter = |error| format!("{error:#}").replace(&path.display().to_string(), "lines.csv");
    Table::read(&path).map_err(shorter)
}

/// What is told of each row.
fn told(text: &str) -> Vec<String> {
    let table = read(text).unwrap();
    let of = |row: &Row| match &row.line {
        Ok(_) => format!("line {} {}", row.number, row.id),
        Err(fault) => format!("line {} {}: {fault}", row.number, row.id),
    };
    table.rows.iter().map(of).collect()
}

#[test]
fn all_forms_give_the_same_lines() {
    let comma = "id,sound,text,style,strength,seed,fps\na,a.wav,,happy,0.5,7,60\n\n\"b\",,\"Hello, you\",,,,\n";
    let semicolon = comma.replace("Hello, you", "Hello; you").replace(',', ";").replace("Hello; you", "Hello, you");
    let json = "{\"id\":\"a\",\"sound\":\"a.wav\",\"style\":\"happy\",\"strength\":0.5,\"seed\":7,\"fps\":60}\n\n\
                {\"id\":\"b\",\"text\":\"Hello, you\",\"style\":null,\"seed\":\"\"}\n";
    for text in [comma, &comma.replace('\n', "\r\n"), &format!("\u{feff}{comma}"), &semicolon, json] {
        let table = read(text).unwrap();
        let [a, b] = &table.rows[..] else { panic!("{}", table.rows.len()) };
        let (first, second) = (a.line.as_ref().unwrap(), b.line.as_ref().unwrap());
        assert_eq!((a.id.as_str(), &first.heard), ("a", &Heard::File("a.wav".into())), "{text}");
        assert_eq!((b.id.as_str(), &second.heard), ("b", &Heard::Text("Hello, you".to_owned())), "{text}");
        let style = &first.asked.styles[0];
        assert_eq!((&style.source, style.strength), (&Source::Text("happy".to_owned()), Some(0.5)));
        assert_eq!((first.asked.fps, second.asked.styles.len()), (Some(60.0.into()), 0));
        assert_eq!(first.cells.keys().copied().collect::<Vec<_>>(), ["fps", "seed", "strength", "style"]);
        assert!(second.cells.is_empty());
    }
}

#[test]
fn keys_over_time_last_until_the_next() {
    let table = read("id,sound,emotions\na,a.wav,0=happy; 1.5=very sad@0.5 ; 2=-; 3=😠\n").unwrap();
    let styles = &table.rows[0].line.as_ref().unwrap().asked.styles;
    let of = |i: usize| (styles[i].source.clone(), styles[i].at.unwrap(), styles[i].strength);
    let text = |text: &str| Source::Text(text.to_owned());
    assert_eq!(styles.len(), 3);
    assert_eq!(of(0), (text("happy"), (0.0, 1.5), None));
    assert_eq!(of(1), (text("very sad"), (1.5, 2.0), Some(0.5)));
    assert_eq!(of(2), (text("😠"), (3.0, f64::INFINITY), None));
    let list = read("{\"id\":\"a\",\"sound\":\"b\",\"emotions\":[\"0=happy\",\"1.5=sad\"]}").unwrap();
    assert_eq!(list.rows[0].line.as_ref().unwrap().asked.styles.len(), 2);
}

#[test]
fn wrong_values_are_told_with_line_column_and_what_is_allowed() {
    let header = "id,sound,text,style,preset,strength,emotions,seed,fps,steps,eta,guidance_audio,tail_s\n";
    for (values, expected) in [
        (",a.wav,,,,,,,,,,,", "line 2 : column id: it is empty"),
        ("a/b,a.wav,,,,,,,,,,,", "column id: \"a/b\" has '/', and becomes a file's name: any letters but"),
        ("..,a.wav,,,,,,,,,,,", "column id: \"..\" begins or ends with a point"),
        ("a,,,,,,,,,,,,", "column sound: it is empty, and so is text"),
        ("a,a.wav,Hi,,,,,,,,,,", "column text: there is a sound too"),
        ("a,a.wav,,happy,calm,,,,,,,,", "column preset: there is another style"),
        ("a,a.wav,,happy,,,0=sad,,,,,,", "column emotions: there is another style"),
        ("a,a.wav,,,,1,,,,,,,", "column strength: it is of a style, and there is none"),
        ("a,a.wav,,,,1,0=sad,,,,,,", "column strength: emotions have their own"),
        ("a,a.wav,,happy,,x,,,,,,,", "column strength: \"x\": \"x\" is not a number; allowed is a number"),
        ("a,a.wav,,,,,happy,,,,,,", "column emotions: \"happy\": expected TIME=STYLE"),
        ("a,a.wav,,,,,0=,,,,,,", "column emotions: \"0=\" has no style"),
        ("a,a.wav,,,,,x=sad,,,,,,", "column emotions: \"x\" is not a time"),
        ("a,a.wav,,,,,-1=sad,,,,,,", "column emotions: \"-1\" is not a time"),
        ("a,a.wav,,,,,1=sad;0=happy,,,,,,", "column emotions: 0 s is not behind 1 s: times rise"),
        ("a,a.wav,,,,,0=sad@much,,,,,,", "column emotions: \"0=sad@much\": \"much\" is not a number"),
        ("a,a.wav,,,,,,-1,,,,,", "column seed: \"-1\": "),
        ("a,a.wav,,,,,,,0,,,,", "column fps: \"0\": "),
        ("a,a.wav,,,,,,,,0,,,", "column steps: \"0\": not in 1..=1000; allowed is a whole number"),
        ("a,a.wav,,,,,,,,,2,,", "column eta: \"2\": not in 0..=1"),
        ("a,a.wav,,,,,,,,,,0:x,", "column guidance_audio: \"0:x\": "),
        ("a,a.wav,,,,,,,,,,,11", "column tail_s: \"11\": not in 0..=10; allowed is seconds from 0 to 10"),
        ("a,a.wav", "line 2 : it has 2 values, the header 13 columns"),
    ] {
        let told = told(&format!("{header}{values}\nz,z.wav,,,,,,,,,,,\n"));
        assert!(told[0].contains(expected), "{values}: {told:?}");
        assert_eq!(told[1], "line 3 z", "the next is none the worse for it");
    }
}

#[test]
fn second_of_an_id_is_told_with_the_line_of_the_first() {
    let told = told("id,sound\na,a.wav\n\n\nb,b.wav\na,c.wav\n");
    assert_eq!(told, ["line 2 a", "line 5 b", "line 6 a: column id: \"a\" is the id of line 2 too"]);
}

#[test]
fn rows_that_cannot_be_taken_apart_are_told() {
    let told =
        told("{\"id\":\"a\",\"sound\":\"a.wav\"}\n{\n{\"id\":\"b\",\"voice\":\"x\"}\n{\"id\":\"c\",\"sound\":true}\n");
    assert_eq!(told[0], "line 1 a");
    assert!(told[1].starts_with("line 2 : it is no JSON object"), "{told:?}");
    assert!(told[2].starts_with("line 3 : no key is called \"voice\"; there are: id, sound"), "{told:?}");
    assert_eq!(told[3], "line 4 : column sound: it is neither a text nor a number");
    let long = format!("id,sound\na,\"{}\nb,b.wav\n", "x".repeat(70_000));
    assert!(self::told(&long)[0].contains("at most 65536: is a quote left open?"));
}

#[test]
fn tables_that_nothing_can_be_made_of_are_errors() {
    for (text, reason) in [
        ("", "the column id is missing"),
        ("id,sound\n", "lines.csv has no lines"),
        ("id,sound,voice\na,b,c\n", "lines.csv: line 1: no column is called \"voice\"; there are: id, sound, text"),
        ("id,sound,id\n", "line 1: the column id is there twice"),
        ("id,style\n", "one of the columns sound and text is needed"),
        ("id,sound\n\u{0}", ""),
    ] {
        match read(text) {
            Err(error) => assert!(error.contains(reason), "{text:?}: {error}"),
            Ok(_) => assert!(reason.is_empty(), "{text:?}"),
        }
    }
}

#[test]
fn small_tables_take_little_memory_whatever_they_say() {
    for (begin, again, end) in [
        ("id,sound\n", "a,b\n", ""),
        ("id,sound\n", ",\n", ""),
        ("id,sound\n", "\n", ""),
        ("id,sound\n\"", "x\n", ""),
        ("", ",", ""),
        ("", "{}\n", ""),
        ("", "{\n", ""),
        ("{\"a\":", "[", ""),
        ("id,sound,emotions\na,b,", "0=a;", "\n"),
    ] {
        let text = [begin, &again.repeat((100_000 - begin.len() - end.len()) / again.len()), end].concat();
        let ((), bytes) = peak_of(|| drop(read(&text)));
        assert!(bytes <= MOST_BYTES, "{begin:?} {again:?}: {bytes}");
    }
}
