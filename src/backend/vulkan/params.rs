//! Parameters of a kernel: one block of push constants, declared here and in the shader. Builds with debug assertions
//! compare the two by the names that the compiled module keeps, whenever a kernel is dispatched.

use bytemuck::NoUninit;

use super::lowering::Span;

/// Words in the order of the shader's block.
pub(super) trait Params: NoUninit {
    /// Appends the shader's names of what is called `name` here.
    #[cfg(debug_assertions)]
    fn names(name: &str, names: &mut Vec<String>);
}

impl Params for u32 {
    #[cfg(debug_assertions)]
    fn names(name: &str, names: &mut Vec<String>) {
        names.push(name.to_owned());
    }
}

impl Params for f32 {
    #[cfg(debug_assertions)]
    fn names(name: &str, names: &mut Vec<String>) {
        names.push(name.to_owned());
    }
}

impl Params for Span {
    #[cfg(debug_assertions)]
    fn names(name: &str, names: &mut Vec<String>) {
        names.extend(["offset", "batch", "row"].map(|part| format!("{name}_{part}")));
    }
}

/// Declares a block, or a part that several blocks share.
macro_rules! params {
    ($(#[$doc:meta])* $seen:vis struct $name:ident { $($(#[$field_doc:meta])* $field_seen:vis $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, bytemuck::NoUninit)]
        #[repr(C)]
        $seen struct $name {
            $($(#[$field_doc])* $field_seen $field: $kind),*
        }

        impl $crate::backend::vulkan::params::Params for $name {
            #[cfg(debug_assertions)]
            fn names(_: &str, names: &mut Vec<String>) {
                $(<$kind as $crate::backend::vulkan::params::Params>::names(stringify!($field), names);)*
            }
        }
    };
}
pub(super) use params;

/// Member names of the block `Params` of a module, in the order of their offsets, which must be those of plain words.
#[cfg(debug_assertions)]
pub(super) fn members(words: &[u32]) -> Vec<String> {
    const NAME: u32 = 5;
    const MEMBER_NAME: u32 = 6;
    const MEMBER_DECORATE: u32 = 72;
    const OFFSET: u32 = 35;
    let text = |words: &[u32]| {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take_while(|byte| *byte != 0).collect();
        String::from_utf8(bytes).expect("a name")
    };
    let instructions = || {
        let mut rest = &words[5..];
        std::iter::from_fn(move || {
            let (first, _) = rest.split_first()?;
            let (instruction, after) = rest.split_at((first >> 16) as usize);
            rest = after;
            Some((first & 0xffff, &instruction[1..]))
        })
    };
    let block = instructions().find(|(code, words)| *code == NAME && text(&words[1..]) == "Params");
    let block = block.expect("a block named Params").1[0];
    let mut members: Vec<(u32, String)> = instructions()
        .filter(|(code, words)| *code == MEMBER_NAME && words[0] == block)
        .map(|(_, words)| (words[1], text(&words[2..])))
        .collect();
    members.sort();
    for (code, words) in instructions() {
        if code == MEMBER_DECORATE && words[0] == block && words[2] == OFFSET {
            assert_eq!(words[3], words[1] * 4, "member {} of Params is no plain word", words[1]);
        }
    }
    members.into_iter().map(|(_, name)| name).collect()
}
