//! The compiled modules, and what they keep of their sources' names.

/// Names and SPIR-V of the modules, as `cargo xtask shaders` lists them.
pub(super) const MODULES: &[(&str, &[u8])] =
    &include!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/spirv/modules.rs"));

/// The SPIR-V of a module.
pub(crate) fn words(module: &str) -> Option<Vec<u32>> {
    let (_, spirv) = MODULES.iter().find(|(name, _)| *name == module)?;
    Some(spirv.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
}

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
