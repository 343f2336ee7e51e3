//! The script of a scene: TOML into plain data. docs/scenes.md describes every key.
//!
//! Every table is read on its own, so that a mistake in one hides no mistake in the next. Each is a struct in a file of its own,
//! whose methods make of it what the library takes, and name every field, so that none is forgotten.

mod character;
mod keyframe;
mod line;
mod settings;
mod style;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::faults::Faults;
use crate::input::digest;

pub use character::{Adjustments, Character};
pub use keyframe::Keyframe;
pub use line::{Line, LookAt};
pub use settings::{Scene, Silences};
pub use style::Style;

/// A whole script: the tables that could be read, each with its place in the file.
pub struct Script {
    /// SHA-256 of all values, as JSON with sorted keys.
    pub sha256: String,
    pub scene: Scene,
    pub characters: Vec<Placed<Character>>,
    /// In the order of the file; `None` for one that could not be read.
    pub lines: Vec<Option<Placed<Line>>>,
    /// Names of all characters, also of those that could not be read.
    pub names: Vec<String>,
}

/// A table and what reports call it.
pub struct Placed<T> {
    pub place: String,
    pub value: T,
}

/// Parses a script; `None` for a text that is no TOML.
pub fn parse(text: &str, faults: &mut Faults) -> Option<Script> {
    let mut root = match text.parse::<Table>() {
        Ok(root) => root,
        Err(error) => {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            faults.add(&format!("row {line}"), error.message());
            return None;
        }
    };
    let sha256 = digest::of(&serde_json::to_vec(&root).unwrap_or_default());
    let scene = root.remove("scene").and_then(|table| read(table, "[scene]", faults)).unwrap_or_default();
    let characters = array(&mut root, "character", faults);
    let name = |table: &Value| table.get("name").and_then(Value::as_str).map(ToOwned::to_owned);
    let names = characters.iter().filter_map(name).collect();
    let characters = placed(characters, "character", "name", faults).into_iter().flatten().collect();
    let lines = placed(array(&mut root, "line", faults), "line", "character", faults);
    for key in root.keys() {
        faults.add(key, "unknown key, expected [scene], [[character]] or [[line]]");
    }
    Some(Script { sha256, scene, characters, lines, names })
}

/// A table as plain data.
pub fn read<T: DeserializeOwned>(table: Value, place: &str, faults: &mut Faults) -> Option<T> {
    table.try_into().map_err(|error: toml::de::Error| faults.add(place, error.message())).ok()
}

/// The tables of `[[kind]]`.
fn array(root: &mut Table, kind: &str, faults: &mut Faults) -> Vec<Value> {
    match root.remove(kind) {
        None => Vec::new(),
        Some(Value::Array(tables)) => tables,
        Some(_) => {
            faults.add(kind, format!("expected [[{kind}]]"));
            Vec::new()
        }
    }
}

/// Reads the tables of a kind, which reports call by their number and the name under a key.
fn placed<T: DeserializeOwned>(
    tables: Vec<Value>,
    kind: &str,
    key: &str,
    faults: &mut Faults,
) -> Vec<Option<Placed<T>>> {
    let mut all = Vec::with_capacity(tables.len());
    for (number, table) in tables.into_iter().enumerate() {
        let name = table.get(key).and_then(Value::as_str).map_or_else(String::new, |name| format!(" ({name})"));
        let place = format!("{kind} {}{name}", number + 1);
        all.push(read(table, &place, faults).map(|value| Placed { place, value }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocations::{MOST_BYTES, peak_of};

    fn faults(text: &str) -> String {
        let mut faults = Faults::default();
        parse(text, &mut faults);
        faults.report("a.toml").map_or_else(|report| report.to_string(), |()| String::new())
    }

    #[test]
    fn tables_are_read_with_their_places() {
        let text = "[scene]\nseed = 4\n[[character]]\nname = \"ann\"\nposition_m = [0, 1, 0.5]\n[[line]]\n\
                    character = \"ann\"\naudio = \"a.wav\"\nlook_at = [0, 0, 1]\nstyles = [{ text = \"sad\" }]\n";
        let mut faults = Faults::default();
        let script = parse(text, &mut faults).unwrap();
        assert!(faults.is_empty());
        assert_eq!(
            (script.scene.seed, script.scene.silences().pause_s, script.names),
            (Some(4), 0.3, vec!["ann".to_owned()])
        );
        let character = &script.characters[0];
        assert_eq!((character.place.as_str(), character.value.position_m), ("character 1 (ann)", [0.0, 1.0, 0.5]));
        let line = script.lines[0].as_ref().unwrap();
        assert_eq!((line.place.as_str(), &line.value.look_at), ("line 1 (ann)", &Some(LookAt::Point([0.0, 0.0, 1.0]))));
    }

    #[test]
    fn every_table_has_its_own_fault() {
        let report = faults(
            "[[character]]\nname = \"ann\"\nsize = 1\n[[line]]\ncharacter = 3\naudio = \"a\"\n[[line]]\naudio = \"a\"\n\
             [[line]]\ncharacter = \"ann\"\naudio = \"a\"\nlook_at = 3\n[other]\n",
        );
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines[0], "a.toml has 5 faults");
        assert!(lines[1].starts_with("  character 1 (ann): unknown field `size`"), "{report}");
        assert!(lines[2].starts_with("  line 1: invalid type: integer"), "{report}");
        assert_eq!(lines[3], "  line 2: missing field `character`");
        assert!(lines[4].starts_with("  line 3 (ann): ") && lines[4].contains("or a point [x, y, z]"), "{report}");
        assert!(lines[5].starts_with("  other: unknown key"), "{report}");
    }

    #[test]
    fn text_that_is_no_toml_is_told_with_its_row() {
        let report = faults("[scene]\nseed = 1\n[[line]\n");
        assert!(report.starts_with("a.toml has 1 fault\n  row 3: "), "{report}");
    }

    #[test]
    fn small_scripts_take_little_memory_whatever_they_say() {
        for (begin, again, end) in [
            ("a=[", "[],", "]"),
            ("a=[", "{},", "]"),
            ("a=[", "{b=1},", "]"),
            ("a=", "[", ""),
            ("a=", "{a=", ""),
            ("", "a.", "a=1"),
            ("[", "a.", "a]"),
            ("", "[[line]]\n", ""),
            ("", "[[character]]\n", ""),
            ("", "[scene]\n", ""),
            ("[[line]]\nstyles=[", "{},", "]"),
            ("[[line]]\nkeyframes=[", "{a=1},", "]"),
            ("a=\"", "\\u0041", "\""),
            ("", "#\n", ""),
        ] {
            let text = [begin, &again.repeat((100_000 - begin.len() - end.len()) / again.len()), end].concat();
            let (_, bytes) = peak_of(|| faults(&text));
            assert!(bytes <= MOST_BYTES, "{begin:?} {again:?}: {bytes}");
        }
    }
}
