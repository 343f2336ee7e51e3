//! The compiled modules, and what their sources declared: they keep its names.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// Names and SPIR-V of the modules, as `cargo xtask shaders` lists them.
pub(super) const MODULES: &[(&str, &[u8])] =
    &include!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/spirv/modules.rs"));

/// The SPIR-V of a module.
pub(crate) fn words(module: &str) -> Option<Vec<u32>> {
    let (_, spirv) = MODULES.iter().find(|(name, _)| *name == module)?;
    Some(spirv.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
}

/// What a module takes with a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Interface {
    /// Members of the block `Params`, in the order of their offsets, which are those of plain words.
    pub(super) params: Vec<String>,
    /// Storage buffers by their numbers, each with whether it is written.
    pub(super) bindings: Vec<(String, bool)>,
}

/// What a module takes; all of them are read once.
pub(super) fn interface(module: &str) -> Option<&'static Interface> {
    static ALL: LazyLock<HashMap<&str, Interface>> = LazyLock::new(|| {
        let read = |(name, _): &(&'static str, _)| (*name, Interface::read(&words(name).expect("listed")));
        MODULES.iter().map(read).collect()
    });
    ALL.get(module)
}

// Instructions of SPIR-V, and decorations.
const NAME: u32 = 5;
const MEMBER_NAME: u32 = 6;
const TYPE_POINTER: u32 = 32;
const FUNCTION: u32 = 54;
const VARIABLE: u32 = 59;
const DECORATE: u32 = 71;
const MEMBER_DECORATE: u32 = 72;
const NON_WRITABLE: u32 = 24;
const BINDING: u32 = 33;
const OFFSET: u32 = 35;

impl Interface {
    fn read(words: &[u32]) -> Self {
        Self { params: params(words), bindings: bindings(words) }
    }
}

/// Code and operands of what is declared: all before the first function.
fn declarations(words: &[u32]) -> impl Iterator<Item = (u32, &[u32])> {
    let mut rest = &words[5..];
    let all = std::iter::from_fn(move || {
        let (first, _) = rest.split_first()?;
        let (instruction, after) = rest.split_at((first >> 16) as usize);
        rest = after;
        Some((first & 0xffff, &instruction[1..]))
    });
    all.take_while(|(code, _)| *code != FUNCTION)
}

fn text(words: &[u32]) -> String {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take_while(|byte| *byte != 0).collect();
    String::from_utf8(bytes).expect("a name")
}

fn params(words: &[u32]) -> Vec<String> {
    let block = declarations(words).find(|(code, words)| *code == NAME && text(&words[1..]) == "Params");
    let block = block.expect("a block named Params").1[0];
    let mut members = BTreeMap::new();
    for (code, words) in declarations(words).filter(|(_, words)| words.first() == Some(&block)) {
        if code == MEMBER_NAME {
            members.insert(words[1], text(&words[2..]));
        } else if code == MEMBER_DECORATE && words[2] == OFFSET {
            assert_eq!(words[3], words[1] * 4, "member {} of Params is no plain word", words[1]);
        }
    }
    members.into_values().collect()
}

fn bindings(words: &[u32]) -> Vec<(String, bool)> {
    // Of a block's type, of a pointer what it points to, of a variable its number and whether it is read only.
    let (mut names, mut targets) = (HashMap::new(), HashMap::new());
    let (mut numbers, mut read_only) = (HashMap::new(), Vec::new());
    let mut found = BTreeMap::new();
    for (code, words) in declarations(words) {
        match (code, words) {
            (NAME, [id, name @ ..]) => {
                names.insert(*id, text(name));
            }
            (DECORATE, [variable, BINDING, number]) => {
                numbers.insert(*variable, *number);
            }
            (DECORATE, [variable, NON_WRITABLE]) => read_only.push(*variable),
            (TYPE_POINTER, [id, _, target]) => {
                targets.insert(*id, *target);
            }
            (VARIABLE, [pointer, variable, ..]) => {
                let Some(number) = numbers.get(variable) else { continue };
                let binding = (array(&names[&targets[pointer]]).to_owned(), !read_only.contains(variable));
                let other = found.entry(*number).or_insert_with(|| binding.clone());
                assert_eq!(*other, binding, "two declarations of binding {number} differ");
            }
            _ => {}
        }
    }
    assert!(found.keys().copied().eq(0..found.len() as u32), "bindings are not numbered from 0 on: {found:?}");
    found.into_values().collect()
}

/// The array's name out of its block's: `x_f16x4_buffer` is one of the ways in which shaders/lib/view.glsl sees `x`.
fn array(block: &str) -> &str {
    let name = block.strip_suffix("_buffer").unwrap_or(block);
    match name.rsplit_once('_') {
        Some((array, "f32" | "f32x4" | "f16" | "f16x4" | "u32" | "u32x2")) => array,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_see_an_array_are_one_binding() {
        let expected = [("x", false), ("weight", false), ("bias", false), ("add", false), ("out", true)];
        for module in ["linear.tile.half", "linear.tile.packed", "linear.matrix"] {
            let found = &interface(module).expect("a module").bindings;
            assert!(found.iter().map(|(name, writes)| (name.as_str(), *writes)).eq(expected), "{module}: {found:?}");
        }
    }

    #[test]
    fn arrays_without_a_view_keep_their_names() {
        let names = ["triangles_buffer", "x_f32x4_buffer", "first_row_buffer"].map(array);
        assert_eq!(names, ["triangles", "x", "first_row"]);
    }
}
